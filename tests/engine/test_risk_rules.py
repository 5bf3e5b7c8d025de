"""Risk rules in Python: only a clear yes is a yes, and without a configured rule no node starts."""

import re

import pytest
from alphaforge import Strategy, Trade
from alphaforge.model.errors import AlphaForgeError

RULES = """
import json
import time
from decimal import Decimal

from alphaforge import hookimpl
from alphaforge.hooks.specs import RiskRuleSpec
from alphaforge.model.risk_rule import Allow, Reject
from alphaforge.model.settings import Settings

SEEN = []


class Rule:
    def __init__(self, settings):
        self.check = globals()[f"check_{settings.answer}"]


class RuleSettings(Settings):
    answer: str


def check_allow(order, view):
    SEEN.append((order, view))
    return Allow()

def check_reject(order, view):
    return Reject("closed", "not on a Sunday")

def check_none(order, view):
    return None

def check_true(order, view):
    return True

def check_class(order, view):
    return Allow

def check_raise(order, view):
    raise ValueError("no\\nidea")

def check_exit(order, view):
    raise SystemExit(3)

def check_coded(order, view):
    return Reject("Not a code", "text")

async def check_async(order, view):
    return Allow()

def check_slow(order, view):
    until = time.monotonic_ns() + 30_000_000
    while time.monotonic_ns() < until:
        pass
    return Allow()

def check_small(order, view):
    return Allow() if order.quantity <= Decimal("0.01") else Reject("too_large", "too large")


@hookimpl
def alphaforge_risk_rules():
    def refuse(settings):
        raise RuntimeError("no licence")

    return [
        RiskRuleSpec("asked", "answers as it is told", RuleSettings, Rule),
        RiskRuleSpec("unmade", "cannot be made", Settings, refuse),
    ]
"""
PROVIDES = 'risk_rules = ["asked", "unmade"]'
TOML = f'[[strategies]]\nuse = "{__name__}:%s"\n[risk]\nrule_budget_ms = %d\n'
GENEROUS_MS = 10_000


def rule(name: str, answer: str) -> str:
    """A section that configures a rule with a certain answer."""
    return f'[risk.rules.{name}]\nuse = "asked"\nanswer = "{answer}"\n'


class Buyer(Strategy):
    """Buys once, and remembers what the gate said."""

    def on_start(self) -> None:
        self.handle = None

    def on_trade(self, trade: Trade) -> None:
        if self.handle is None:
            self.handle = self.buy("0.01", "49000")


class Insisting(Strategy):
    """Buys on every trade, and remembers what the gate said."""

    def on_start(self) -> None:
        self.handles = []

    def on_trade(self, trade: Trade) -> None:
        self.handles.append(self.buy("0.01", "49000"))


class Changer(Strategy):
    """Rests an order, tries to grow it, shrinks it, and cancels it."""

    def on_start(self) -> None:
        self.outcomes: list[tuple[bool, str | None]] = []
        self.handle = None

    def on_trade(self, trade: Trade) -> None:
        if self.handle is None:
            self.handle = self.buy("0.01", "49000")
            return
        for outcome in (
            self.handle.replace(quantity="0.02"),
            self.handle.replace(quantity="0.005"),
            self.handle.cancel(),
        ):
            self.outcomes.append((outcome.accepted, outcome.code))


class Odd(Strategy):
    """Asks for what is no number, and for what there is no money for."""

    def on_trade(self, trade: Trade) -> None:
        self.codes = [self.buy("nan", "1").code, self.buy("1", "nan").code, self.buy("9", "50000").code]


def market(script, _) -> None:
    script.quote(0).trade(1).trade(100)


@pytest.fixture
def rules(plugin) -> None:
    """The rules of this file, installed."""
    plugin(RULES, PROVIDES)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("reject", "closed: not on a Sunday"),
        ("none", r"the rule answered None instead of Allow\(\) or Reject\(code, text\)"),
        ("true", r"the rule answered True instead of Allow\(\) or Reject\(code, text\)"),
        ("class", r"the rule answered <class '.*Allow'> instead of Allow\(\) or Reject\(code, text\)"),
        ("raise", "the rule raised ValueError: no idea"),
        ("exit", "the rule raised SystemExit: 3"),
        ("coded", "the rule raised ValueError: code 'Not a code': use lower-case words, such as event_soon"),
        ("async", "the rule is async and was not awaited"),
        ("slow", r"the answer took \d+\.\d ms of a budget of 1 ms"),
    ],
)
def test_all_but_a_clear_yes_denies(answer: str, reason: str, nodes, rules) -> None:
    budget_ms = 1 if answer == "slow" else GENEROUS_MS
    ran = nodes.run(TOML % ("Buyer", budget_ms) + rule("mine", answer), market)
    handle = ran.strategy.handle
    assert (handle.accepted, handle.code) == (False, "plugin_rule")
    assert re.fullmatch(f"risk rule mine: {reason}", handle.reason)
    assert handle.order.state == "denied"
    assert ran.result.orders_by_state == {"denied": 1}
    assert ran.result.faults == []


FAULTS = {
    "none": "answered wrongly",
    "raise": "raised",
    "exit": "raised",
    "async": "answered wrongly",
    "slow": "was too slow",
}


@pytest.mark.parametrize("answer", FAULTS)
def test_a_rule_that_does_not_work_is_said_once_and_counted(answer: str, nodes, rules, caplog) -> None:
    budget_ms = 1 if answer == "slow" else GENEROUS_MS
    ran = nodes.run(TOML % ("Insisting", budget_ms) + rule("mine", answer), market)
    assert ran.result.denied == {"plugin_rule": 2}
    first = ran.strategy.handles[0].reason.removeprefix("risk rule mine: ")
    fault = FAULTS[answer]
    expected = f"risk rule mine {fault} and denied 2 orders that way; first: {first}"
    assert ran.result.warnings == [expected]
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [f"risk rule mine: {first}; each order is denied for it"]


def test_a_rule_that_rejects_is_no_fault(nodes, rules, caplog) -> None:
    ran = nodes.run(TOML % ("Insisting", GENEROUS_MS) + rule("mine", "reject"), market)
    assert ran.result.denied == {"plugin_rule": 2}
    assert ran.result.warnings == []
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_a_clear_yes_lets_the_order_pass(nodes, rules) -> None:
    ran = nodes.run(TOML % ("Buyer", GENEROUS_MS) + rule("mine", "allow"), market)
    assert ran.strategy.handle.accepted
    (rule_of_chain,) = [made for _, made in ran.strategy._context.rules.rules]
    ((order, view),) = rule_of_chain.check.__globals__["SEEN"]
    assert (order.strategy, order.instrument.id, order.side) == ("Buyer", "SIM:BTCUSDT", "buy")
    assert (str(order.quantity), str(order.price)) == ("0.01", "49000")
    assert (view.position, view.mark) == (0, (50000.0, 50001.0))
    assert view.now_ns == 1_767_225_600_000_000_000 + 1_000_000


def test_the_first_rule_that_rejects_is_named(nodes, rules) -> None:
    toml = (
        TOML % ("Buyer", GENEROUS_MS)
        + rule("first", "allow")
        + rule("second", "reject")
        + rule("third", "none")
    )
    assert nodes.run(toml, market).strategy.handle.reason == "risk rule second: closed: not on a Sunday"


def test_the_budget_is_that_of_all_rules_together(nodes, rules) -> None:
    two = rule("one", "slow") + rule("two", "slow")
    handle = nodes.run(TOML % ("Buyer", 50) + two, market).strategy.handle
    assert re.match(r"risk rule (one|two): the answer took \d+\.\d ms of a budget of 50 ms", handle.reason)
    assert nodes.run(TOML % ("Buyer", GENEROUS_MS) + two, market).strategy.handle.accepted


def test_changes_are_judged_and_cancels_are_not(nodes, rules) -> None:
    ran = nodes.run(TOML % ("Changer", GENEROUS_MS) + rule("mine", "small"), market)
    grown, shrunk, cancelled = ran.strategy.outcomes
    assert grown == (False, "plugin_rule")
    assert shrunk[1] != "plugin_rule"
    assert cancelled == (True, None)
    assert ran.result.orders_by_state == {"cancelled": 1}


def test_the_kernels_own_rules_come_first(nodes, rules) -> None:
    ran = nodes.run(TOML % ("Odd", GENEROUS_MS) + rule("mine", "reject"), market)
    assert ran.strategy.codes == ["bad_number", "bad_number", "insufficient_funds"]


def test_without_rules_nothing_is_asked(nodes, rules) -> None:
    assert nodes.run(TOML % ("Buyer", GENEROUS_MS), market).strategy.handle.accepted


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("[risk.rules.absent]\n", "risk_rules 'absent' is not provided by any installed plugin .*"),
        ("[risk.rules.mine]\nuse = 'absent'\n", "risk_rules 'absent' is not provided by any installed .*"),
        ("[risk.rules.unmade]\n", r"its plugin raised RuntimeError: no licence \(.*plugin\.py:\d+\)"),
        (rule("mine", "nonsense"), r"its plugin raised KeyError: 'check_nonsense' \(.*plugin\.py:\d+\)"),
    ],
    ids=["not-installed", "not-installed-under-another-name", "cannot-be-made", "raises"],
)
def test_a_rule_that_cannot_be_had_stops_the_node_from_starting(
    section, told, nodes, rules, tmp_path
) -> None:
    with pytest.raises(AlphaForgeError) as refusal:
        nodes.compose(TOML % ("Buyer", GENEROUS_MS) + section)
    name = re.search(r"risk\.rules\.\w+", section)[0]
    assert re.fullmatch(f"{tmp_path}/node.toml: {re.escape(name)}: {told}", str(refusal.value))


def test_a_rule_whose_plugin_does_not_load_stops_the_node_from_starting(nodes, plugin) -> None:
    plugin("import no_such_module\n", PROVIDES)
    with pytest.raises(AlphaForgeError, match=r"plugin 'tested' .* cannot be used: importing .*no_such_mod"):
        nodes.compose(TOML % ("Buyer", GENEROUS_MS) + rule("mine", "allow"))


def test_a_rule_whose_plugin_is_disabled_stops_the_node_from_starting(nodes, rules) -> None:
    with pytest.raises(AlphaForgeError, match=r"plugin 'tested' .* disabled by the configuration"):
        nodes.compose(
            TOML % ("Buyer", GENEROUS_MS) + rule("mine", "allow") + '[plugins]\ndisabled = ["tested"]\n'
        )


def test_a_rule_with_bad_settings_stops_the_node_from_starting(nodes, rules) -> None:
    with pytest.raises(AlphaForgeError, match=r"risk\.rules\.asked\.answer is missing"):
        nodes.compose(TOML % ("Buyer", GENEROUS_MS) + "[risk.rules.asked]\n")
