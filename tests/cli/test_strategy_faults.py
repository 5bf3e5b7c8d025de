"""Strategies that misbehave while they run: contained, named in one line, and the rest of the run goes on."""

import json
import re
from pathlib import Path

import pytest
from alphaforge.cli import exit_codes

HEAD = "import sys\nfrom alphaforge import Strategy\n\n\nclass Faulty(Strategy):\n"
SEED = """    bought = False

    def on_trade(self, trade):
        if not self.bought:
            self.bought = True
            self.buy('0.01')

"""
BARS = "    def on_start(self):\n        self.subscribe_bars('5t')\n\n"
TIMER = "    def on_start(self):\n        self.set_timer('tick', interval_s=0.1)\n\n"
RAISING = {
    "on_start": "    def on_start(self):\n        raise ValueError('boom')\n",
    "on_stop": "    def on_stop(self):\n        raise ValueError('boom')\n",
    "on_trade": "    def on_trade(self, trade):\n        raise ValueError('boom')\n",
    "on_quote": "    def on_quote(self, quote):\n        raise ValueError('boom')\n",
    "on_book": "    def on_book(self, book):\n        raise ValueError('boom')\n",
    "on_feed_status": "    def on_feed_status(self, status):\n        raise ValueError('boom')\n",
    "on_bar": BARS + "    def on_bar(self, bar):\n        raise ValueError('boom')\n",
    "on_timer": TIMER + "    def on_timer(self, name):\n        raise ValueError('boom')\n",
    "on_order": SEED + "    def on_order(self, order):\n        raise ValueError('boom')\n",
    "on_fill": SEED + "    def on_fill(self, fill):\n        raise ValueError('boom')\n",
}
# Name, callback, body, and a pattern of the error that is told.
OTHERS = {
    "exits": ("on_trade", "sys.exit(7)", "SystemExit: 7"),
    "breaks lines": ("on_trade", "raise ValueError('one\\ntwo')", "ValueError: one two"),
    "raises at the bottom": ("on_trade", "raise BaseException('very base')", "BaseException: very base"),
    "recurses": ("on_trade", "self.on_trade(trade)", "RecursionError: maximum recursion depth exceeded.*"),
    "buys nothing": (
        "on_trade",
        "self.buy()",
        "ValueError: quantity: give either quantity or quote_quantity",
    ),
    "buys a list": ("on_trade", "self.buy([])", "TypeError: quantity must be .*, not list"),
    "buys at an object": ("on_trade", "self.buy(1, object())", "TypeError: price must be .*, not object"),
    "buys a truth": ("on_trade", "self.buy(True)", "TypeError: quantity must be .*, not bool"),
    "takes no side": ("on_trade", "self.submit('hold', 1)", 'ValueError: side "hold": use buy or sell'),
    "replaces nothing": (
        "on_trade",
        "self.replace(77, price=1)",
        "StrategyError: replace: there is no order 77",
    ),
    "asks for odd bars": ("on_start", "self.subscribe_bars('soon')", 'ValueError: "soon" names no bars: .*'),
    "sets no timer": (
        "on_start",
        "self.set_timer('t', interval_s=float('nan'))",
        "StrategyError: timer 't': interval_s = nan: must be a number of seconds from 0\\.001 to 1e\\+09",
    ),
    "sets a timer of zero": ("on_start", "self.set_timer('t', interval_s=0)", "StrategyError: timer 't': .*"),
    "sets an endless timer": ("on_start", "self.set_timer('t', interval_s=1e30)", "StrategyError: timer .*"),
    "orders without end": (
        "on_trade",
        "while True: self.buy('0.00001', 1)",
        "CommandFloodError: more than 10000 commands before any time passed: .*",
    ),
    "answers its own orders": (
        "on_order",
        "self.buy('0.00001', 1)",
        "CommandFloodError: more than 10000 commands before any time passed: .*",
    ),
}
PARAMETERS = {"on_start": "self", "on_trade": "self, trade", "on_order": "self, order"}

# A price or quantity, and the code with which the gate denies it as one.
DENIED = {
    "'nan'": "bad_number",
    "float('nan')": "bad_number",
    "Decimal('NaN')": "bad_number",
    "Decimal('sNaN')": "bad_number",
    "float('inf')": "bad_number",
    "'-inf'": "bad_number",
    "'abc'": "bad_number",
    "''": "bad_number",
    "'0x10'": "bad_number",
    "10**30": "bad_number",
    "'1e400'": "bad_number",
    "1e308": "bad_number",
    "'9' * 5000": "bad_number",
    "0": "not_positive",
    "0.0": "not_positive",
    "-1": "not_positive",
    "'-0.01'": "not_positive",
    "Decimal('1E-30')": "not_positive",
}
PROBE = f"""
import json
from decimal import Decimal
from pathlib import Path

from alphaforge import Strategy

VALUES = {{{", ".join(f"{text!r}: {text}" for text in DENIED)}}}


class Probe(Strategy):
    done = False

    def on_trade(self, trade):
        if self.done:
            return
        self.done = True
        told = {{}}
        resting = self.buy("0.01", "40000")
        for text, value in VALUES.items():
            for name, ask in (
                ("quantity", lambda: self.buy(value, "40000")),
                ("price", lambda: self.buy("0.01", value)),
                ("market", lambda: self.sell(value)),
                ("replace quantity", lambda: resting.replace(quantity=value)),
                ("replace price", lambda: resting.replace(price=value)),
            ):
                answer = ask()
                told[f"{{name}} {{text}}"] = [answer.accepted, answer.code, answer.reason]
        Path("told.json").write_text(json.dumps(told))
"""
ENORMOUS = '''
from alphaforge import Strategy


class Enormous(Strategy):
    """Asks for more than there is, of money and of what a number holds."""

    def on_start(self):
        self.asked = []

    def on_trade(self, trade):
        if not self.asked:
            for quantity, price in (("9000000", "90000"), ("90000000000", "900000000000000"), ("1000", None)):
                self.asked.append(self.buy(quantity, price).code)
            print(*self.asked)
'''


def line_of(code: str, text: str) -> int:
    return next(number for number, line in enumerate(code.splitlines(), 1) if text in line)


def other_code(name: str) -> str:
    callback, body, _ = OTHERS[name]
    seed = SEED if callback == "on_order" else ""
    return f"{HEAD}{seed}    def {callback}({PARAMETERS[callback]}):\n        {body}\n"


CODES = {
    **{callback: HEAD + body for callback, body in RAISING.items()},
    **{name: other_code(name) for name in OTHERS},
}


def file_of(name: str) -> str:
    return f"{name.replace(' ', '_')}.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, recording, buyer) -> Path:
    """A node with every faulty strategy and one that trades, and strategies that ask for what is denied."""
    folder: Path = tmp_path_factory.mktemp("faults")
    node = f'[feed]\nsource = "recorded"\nfiles = ["{recording}"]\n[sinks.jsonl]\npath = "records.jsonl"\n'
    node += f'[[strategies]]\nuse = "{buyer}"\nname = "healthy"\n'
    for name, code in CODES.items():
        (folder / file_of(name)).write_text(code, encoding="utf-8")
        node += f'[[strategies]]\nuse = "{file_of(name)}"\nname = "{name}"\n'
    (folder / "node.toml").write_text(node, encoding="utf-8")
    (folder / "probe.py").write_text(PROBE, encoding="utf-8")
    (folder / "enormous.py").write_text(ENORMOUS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def outcomes(alphaforge_each, folder, recording):
    """What came of the node, and of a backtest of some strategies alone."""
    alone = ["on_trade", "exits", "orders without end", "probe", "enormous"]
    commands = [["backtest", file_of(name), "--data", recording, "--json"] for name in alone]
    done = alphaforge_each([["run", "node.toml", "--json"], *commands], cwd=folder)
    return dict(zip(["node", *alone], done, strict=True))


@pytest.fixture(scope="module")
def faults(outcomes) -> dict[str, str]:
    """The error line of each faulty strategy of the node, by the name of the strategy."""
    errors = outcomes["node"].errors
    named = {re.match("strategy ([^:]+) was halted: ", error)[1]: error for error in errors}
    assert len(named) == len(errors)
    return named


@pytest.mark.parametrize("callback", RAISING)
def test_a_callback_that_raises_is_named_with_its_error_and_place(callback: str, faults) -> None:
    line = line_of(CODES[callback], "boom")
    place = rf"\(.*/{callback}\.py:{line}\)"
    assert re.fullmatch(
        rf"strategy {callback} was halted: {callback} raised ValueError: boom {place}", faults[callback]
    )


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_a_strategy_does_is_told_in_one_line(name: str, faults) -> None:
    callback, body, told = OTHERS[name]
    place = rf"\(.*/{file_of(name)}:{line_of(CODES[name], body)}\)"
    assert re.fullmatch(rf"strategy {name} was halted: {callback} raised {told} {place}", faults[name])


def test_the_run_goes_on_to_its_end_and_the_healthy_strategy_trades(outcomes, faults, folder) -> None:
    outcome = outcomes["node"]
    assert outcome.code == exit_codes.STRATEGY_HALTED
    assert outcome.json["events"] == 122
    assert outcome.json["faults"] == outcome.errors
    assert faults.keys() == CODES.keys()
    rows = map(json.loads, (folder / "records.jsonl").read_text(encoding="utf-8").splitlines())
    fills = [row for row in rows if row["type"] == "fill" and row["strategy"] == "healthy"]
    assert len(fills) == 7
    assert "Traceback" not in outcome.err
    assert "panicked" not in outcome.err + outcome.out


@pytest.mark.parametrize("name", ["on_trade", "exits", "orders without end"])
def test_a_backtest_of_a_faulty_strategy_ends_with_its_own_exit_code(name: str, outcomes) -> None:
    outcome = outcomes[name]
    assert outcome.code == exit_codes.STRATEGY_HALTED
    (error,) = outcome.errors
    assert error.startswith("strategy Faulty was halted: on_trade raised ")
    assert outcome.json["events"] == 122
    assert outcome.json["faults"] == [error]
    assert "Traceback" not in outcome.err


def test_after_a_flood_of_orders_nothing_is_left_open(outcomes) -> None:
    states = outcomes["orders without end"].json["orders_by_state"]
    assert sum(states.values()) == 10_000
    assert not states.keys() & {"open", "sent", "intent", "partially_filled", "pending_cancel", "unknown"}


@pytest.fixture(scope="module")
def told(outcomes, folder) -> dict[str, list[object]]:
    """What the probe was answered, by what it asked."""
    assert outcomes["probe"].code == exit_codes.OK, outcomes["probe"].err
    answers: dict[str, list[object]] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return answers


@pytest.mark.parametrize("value", DENIED)
def test_a_number_that_makes_no_sense_is_denied_with_its_code(value: str, told) -> None:
    for ask in ("quantity", "price", "market", "replace price"):
        accepted, code, reason = told[f"{ask} {value}"]
        assert (accepted, code) == (False, DENIED[value]), ask
        assert reason.startswith("price" if ask.endswith("price") else "quantity")
    # A whole quantity of nothing would leave nothing of the order.
    expected = {"not_positive": "nothing_left"}.get(DENIED[value], DENIED[value])
    assert told[f"replace quantity {value}"][:2] == [False, expected]


def test_denied_orders_are_counted_and_move_no_money(outcomes) -> None:
    result = outcomes["probe"].json
    assert result["orders_by_state"] == {"denied": 3 * len(DENIED), "open": 1}
    assert result["final_balances"] == {"BTC": "0", "USDT": "10000"}


def test_more_than_there_is_is_denied_with_its_code(outcomes) -> None:
    outcome = outcomes["enormous"]
    assert outcome.code == exit_codes.OK
    assert outcome.out.splitlines()[0].split() == ["insufficient_funds", "overflow", "insufficient_funds"]
