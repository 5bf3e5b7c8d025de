"""docs/testing-strategies.md names every call of the harness with its parameters, and nothing else."""

import inspect
import re
from pathlib import Path

from alphaforge_testkit import StrategyHarness

PAGE = (Path(__file__).parents[2] / "docs" / "testing-strategies.md").read_text(encoding="utf-8")


def signature_of(call: str) -> str:
    function = getattr(StrategyHarness, call)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self"
    ]
    return f"{call}{inspect.Signature(parameters)}"


def test_the_tables_are_those_of_the_class() -> None:
    public = {name: value for name, value in vars(StrategyHarness).items() if not name.startswith("_")}
    calls = {signature_of(name) for name, value in public.items() if inspect.isfunction(value)}
    names = {name for name, value in public.items() if isinstance(value, property)} | {"strategy"}
    cells = " ".join(re.findall(r"^\| (`.*?) \| ", PAGE, re.MULTILINE))
    assert set(re.findall(r"`([^`]+)`", cells)) == calls | names


def test_its_options_are_all_named() -> None:
    parameters = list(inspect.signature(StrategyHarness).parameters)
    assert f"`StrategyHarness({parameters[0]}, *, {', '.join(parameters[1:])})`" in PAGE
