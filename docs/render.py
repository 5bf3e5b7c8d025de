"""Renders the generated parts of the documentation from the code: settings, commands and examples.

python docs/render.py  writes them into the pages
"""

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Any

import rule_tests
from alphaforge.cli.main import application
from alphaforge.config.node_config import TABLES
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import CommandSpec, FillModelSpec, MonitorSpec, RiskRuleSpec, SinkSpec
from alphaforge.model.settings import Settings
from typer.testing import CliRunner

DOCS = Path(__file__).parent
PAGES = ("configuration.md", "cli.md", "examples.md", "conformance.md", "risk-tests.md")

EXAMPLES = {
    "market_maker": "--simulated 600 --fees 0,0.0005",
    "order_book_imbalance": "--simulated 600 --fees 0,0.0005",
    "grid": "--simulated 600 --fees 0,0.0005",
    "pairs": "--simulated 600 --symbol BTCUSDT --symbol ETHUSDT --fees 0,0.0005",
    "ema_cross": "--simulated 600 --fees 0,0.0005",
}
"""The examples as the page runs them."""


def main() -> None:
    """Render every page."""
    for page in (DOCS / name for name in PAGES):
        page.write_text(render(page.read_text(encoding="utf-8")), encoding="utf-8")


def render(text: str) -> str:
    """A page with its generated parts, which stand between comments, made anew."""
    parts = dict(_parts())
    names = "|".join(map(re.escape, parts))

    def replacement(match: re.Match[str]) -> str:
        name = match["name"]
        return f"<!-- {name} -->\n{parts[name].strip()}\n<!-- end -->"

    return re.sub(rf"<!-- (?P<name>{names}) -->\n.*?<!-- end -->", replacement, text, flags=re.DOTALL)


def _parts() -> Iterator[tuple[str, str]]:
    for table, model in TABLES.items():
        yield f"settings {table}", settings_table(model)
    registry = Registry.installed()
    plugin_specs: list[FillModelSpec | SinkSpec | MonitorSpec | RiskRuleSpec] = [
        *registry.all(FillModelSpec),
        *registry.all(SinkSpec),
        *registry.all(MonitorSpec),
        *registry.all(RiskRuleSpec),
    ]
    for spec in plugin_specs:
        yield f"settings {spec.name}", settings_table(spec.settings)
    yield "conformance binance", _conformance_table(DOCS / "conformance-binance.json")
    yield "tests of the rules", rule_tests.table()
    yield "results of the examples", _results_table()
    for name in EXAMPLES:
        source = (DOCS.parent / "examples" / f"{name}.py").read_text(encoding="utf-8")
        yield f"example {name}", f"```sh\n{_command_of(name)}\n```\n\n```python\n{source}```"
    yield "commands", "\n".join(_command(name) for name in registry.names(CommandSpec))


def settings_table(model: type[Settings]) -> str:
    """A row for every setting of a section."""
    rows = ["| key | type | default | |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        if isinstance(field.default_factory, type) and issubclass(field.default_factory, Settings):
            continue  # a section of its own
        default = "**required**" if field.is_required() else f"`{_default(field)}`"
        description = field.description or ""
        rows.append(f"| `{name}` | {_type(field.annotation)} | {default} | {description} |")
    return "\n".join(rows)


def _default(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value in ({}, []):
        return "none"
    return str(value)


def _type(annotation: Any) -> str:
    text = str(annotation).replace("typing.", "")
    for pattern, name in (
        (r".*(MessageRate|WindowCount).*", "rate"),
        (r".*Money.*", "money"),
        (r"Literal\[(.*)\]", r"\1"),
        (r"dict.*", "table"),
        (r".*list\[.*Section.*", "list of tables"),
        (r"list\[.*Path.*", "list of paths"),
        (r"list.*", "list of texts"),
        (r".*Decimal.*", "number"),
        (r".*(float|int).*", "number"),
        (r".*bool.*", "true or false"),
        (r".*Path.*", "path"),
        (r".*str.*", "text"),
    ):
        if re.fullmatch(pattern, text):
            return re.sub(f"^{pattern}$", name, text).replace("'", "`").replace(", ", " or ")
    raise ValueError(f"no name for the type {text}")


def _command_of(example: str) -> str:
    return f"alphaforge backtest examples/{example}.py {EXAMPLES[example]}"


@cache
def _results_table() -> str:
    """A row for every example: what its command gives."""
    rows = [
        "| example | orders | fills | realised USDT | fees USDT | net USDT |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name in EXAMPLES:
        arguments = [*_command_of(name).split()[1:], "--json"]
        with chdir(DOCS.parent):
            done = CliRunner().invoke(application(arguments), arguments)
        if done.exit_code != 0:
            raise RuntimeError(f"{_command_of(name)}: {done.output}")
        result = json.loads(done.stdout)
        profit = result["pnl"]["USDT"]
        money = " | ".join(f"{float(profit[key]):,.2f}" for key in ("realised", "fees", "net"))
        rows.append(f"| `{name}` | {result['orders']:,} | {result['fills']:,} | {money} |")
    return "\n".join(rows)


def _conformance_table(path: Path) -> str:
    """A row for every test of the conformance kit, as its last recorded run has ended."""
    rows = ["| id | what is so | capability | result |", "|---|---|---|---|"]
    rows += [
        f"| {row['id']} | {row['title']} | `{row['needs']}` | {row['result']} |"
        for row in json.loads(path.read_text(encoding="utf-8"))["tests"]
    ]
    return "\n".join(rows)


def _command(name: str) -> str:
    """A command's own help, as the terminal shows it."""
    words = name.split()
    result = CliRunner().invoke(
        application(words), [*words, "--help"], env={"COLUMNS": "100", "TERM": "dumb"}
    )
    lines = [line.rstrip() for line in result.output.splitlines()]
    text = "\n".join(lines).strip()
    return f"### alphaforge {name}\n\n```text\n{text}\n```\n"


if __name__ == "__main__":
    main()
