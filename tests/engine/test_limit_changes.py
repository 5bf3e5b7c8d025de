"""Limits that a person changes while the node runs."""

import pytest
from alphaforge import Strategy, Trade
from alphaforge.model.errors import ConfigError

TOML = f'[[strategies]]\nuse = "{__name__}:Buyer"\n'


class Buyer(Strategy):
    """Buys 0.01 on every trade, and remembers what the gate said."""

    def on_start(self) -> None:
        self.codes: list[str | None] = []

    def on_trade(self, trade: Trade) -> None:
        self.codes.append(self.buy("0.01", "49000").code)


def changing(scope: str, name: str | None, key: str, *values: str | None):
    """A market of one order, and one more after each change."""

    def write(script, node) -> None:
        script.quote(0).trade(1)
        limits = node._parts.limits
        for number, value in enumerate(values, 1):
            script.then(
                lambda value=value: limits.change(scope, name, key, value, by="ada", reason="a test")
            ).trade(number * 10)

    return write


@pytest.mark.parametrize(
    ("scope", "name", "setting"),
    [
        ("account", None, "risk.account.max_order_value"),
        ("venue", "sim", "risk.venue.sim.max_order_value"),
        ("strategy", "Buyer", "risk.strategy.Buyer.max_order_value"),
        ("instrument", "SIM:BTCUSDT", 'risk.instrument."SIM:BTCUSDT".max_order_value'),
    ],
)
def test_a_limit_holds_from_the_change_on_and_is_recorded(scope, name, setting, nodes, collector) -> None:
    write = changing(scope, name, "max_order_value", "489.99 USDT", "490 USDT", "100 USDT", None)
    ran = nodes.run(TOML, write, sinks=[("all", collector)])
    assert ran.strategy.codes == [None, "order_value", None, "order_value", None]
    told = [record.text for record in collector.records if type(record).__name__ == "Alert"]
    assert told == [
        f"{setting} is 489.99 USDT and was none, says ada: a test",
        f"{setting} is 490 USDT and was 489.99 USDT, says ada: a test",
        f"{setting} is 100 USDT and was 490 USDT, says ada: a test",
        f"{setting} is none and was 100 USDT, says ada: a test",
    ]


def test_what_was_sent_before_the_change_counts_after_it(nodes) -> None:
    toml = TOML + '[risk.account]\nmax_messages = "10/60s"\n'
    write = changing("account", None, "max_messages", "2/60s", "3/60s", "2/60s")
    assert nodes.run(toml, write).strategy.codes == [None, None, None, "message_rate"]


def test_a_limit_below_what_is_used_denies_from_then_on(nodes) -> None:
    write = changing("instrument", "SIM:BTCUSDT", "max_position", "0.005", "0.03")
    assert nodes.run(TOML, write).strategy.codes == [None, "position_limit", None]


def test_all_limits_in_force_are_shown(nodes) -> None:
    parts = nodes.compose(TOML + '[risk.account]\nmax_messages = "50/1s, keep 10"\n')
    parts.limits.change("venue", "sim", "drift_tolerance", '{ USDT = "1" }', by="ada", reason="a test")
    assert list(parts.limits.shown()) == [
        ("risk.account.max_messages", "50/1s, keep 10"),
        ("risk.venue.sim.drift_tolerance", '{USDT = "1"}'),
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("account", None, "max_order_value", "much"),
            "risk.account.max_order_value: max_order_value = 'much'",
        ),
        (("account", None, "max_position", "1"), "risk.account.max_position: there is no such limit"),
        (("strategy", "Buyer", "max_position", "-1"), "max_position = '-1': write 0 or more"),
        (("strategy", "nobody", "max_position", "1"), "this node has no such strategy"),
        (("strategy", None, "max_position", "1"), "name a scope: account, venue:NAME"),
        (("desk", "a", "max_position", "1"), "name a scope: account, venue:NAME"),
        (("venue", "sim", "drift_tolerance", "{ USDT"), "is neither a list nor a table of TOML"),
    ],
)
def test_what_cannot_be_a_limit_changes_nothing(change, told, nodes) -> None:
    parts = nodes.compose(TOML + "[risk.strategy.Buyer]\nmax_position = 1\n")
    with pytest.raises(ConfigError) as refusal:
        parts.limits.change(*change, by="ada", reason="a test")
    assert told in str(refusal.value)
    assert list(parts.limits.shown()) == [
        ("risk.strategy.Buyer.max_position", "1"),
    ]


@pytest.mark.parametrize(("by", "reason"), [("", "a test"), (" ", "a test"), ("ada", ""), ("ada", " ")])
def test_a_change_has_a_name_and_a_reason(by, reason, nodes) -> None:
    parts = nodes.compose(TOML)
    with pytest.raises(ConfigError, match="say who changes it, and why"):
        parts.limits.change("account", None, "max_order_value", "1 USDT", by=by, reason=reason)
