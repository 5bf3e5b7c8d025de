"""Losses, repeated executions and rejections in whole backtests: stage by stage, at the exact fills."""

from decimal import Decimal

import pytest
from alphaforge import Strategy, StrategyParams, Trade
from alphaforge.model.errors import ConfigError, LimitError

TOML = (
    '[paper]\ncash = {{ USDT = "1000000", BTC = "5" }}\nlatency_ms = 0\nmaker_fee = 0\ntaker_fee = 0\n'
    f'[[strategies]]\nuse = "{__name__}:Losing"\nname = "losing"\nparams = {{{{ sides = {{sides}} }}}}\n'
)
HOUR_MS = 3_600_000


class Params(StrategyParams):
    """What to do at each trade."""

    sides: tuple[str, ...] = ()


class Losing(Strategy[Params]):
    """Trades one coin at each trade, and pays the spread of one USDT for each round trip."""

    def on_start(self) -> None:
        self.told: list[str | None] = []
        self.fills = 0

    def on_trade(self, _: Trade) -> None:
        if len(self.told) < len(self.params.sides):
            side = self.params.sides[len(self.told)]
            side, *price = side.split()
            self.told.append(self.submit(side, "1", *price).code)

    def on_fill(self, _: object) -> None:
        self.fills += 1


def run(nodes, collector, limits: str, sides: list[str], write=None):
    """A run over a still market of 50000 to 50001, and its alerts."""

    def still(script, _) -> None:
        for at in range(len(sides)):
            script.quote(at * 1000).trade(at * 1000 + 1).quote(at * 1000 + 500)

    ran = nodes.run(TOML.format(sides=sides) + limits, write or still, sinks=[("collector", collector)])
    alerts = [record.text for record in collector.records if hasattr(record, "text")]
    return ran, [text for text in alerts if "node ends" not in text]


@pytest.mark.parametrize("scope", ["account", "strategy.losing"])
def test_a_losing_strategy_goes_from_alert_over_reducing_to_halted_at_the_exact_fills(
    scope: str, nodes, collector
) -> None:
    # Each round trip loses 1 USDT, half of it when the position is opened at the far side of the middle.
    limits = f'[risk.{scope}]\nmax_daily_loss = "4 USDT"\n'
    ran, alerts = run(nodes, collector, limits, ["buy", "sell"] * 6)
    kind, _, _ = scope.partition(".")
    assert [text.split(":")[0] for text in alerts] == [
        f"{kind}",
        f"the {scope.replace('.', ' ')} is reducing, says the node",
    ]
    assert "the daily loss of 2.5 USDT is past 0.5 times the limit" in alerts[0]
    assert "the daily loss of 3.5 USDT is past 0.8 times the limit" in alerts[1]
    # Reducing at the seventh fill, which opened: the eighth closes, and nothing opens again.
    assert ran.strategy.told == [None] * 8 + ["reduce_only"] * 4
    assert ran.strategy.fills == 8


def test_a_limit_that_is_passed_at_once_halts_and_cancels_and_flattens(nodes, collector) -> None:
    limits = '[risk]\non_loss_halt = "flatten"\n[risk.account]\nmax_daily_loss = "0.4 USDT"\n'
    ran, alerts = run(nodes, collector, limits, ["buy", "buy"])
    assert [text.split(":")[0] for text in alerts] == [
        "the account is halted, says the node",
        "the positions of the account are closed",
    ]
    assert ran.strategy.told == [None, "halted"]
    assert ran.strategy.fills == 2
    assert [position.is_flat for position in ran.parts.runtime.positions()] == [True]


def test_figures_say_where_a_loss_is(nodes, collector) -> None:
    limits = (
        '[risk.account]\nmax_drawdown_share = "0.5"\n[risk.strategy.losing]\nmax_daily_loss = "4 USDT"\n'
        'max_drawdown = "100 USDT"\n'
    )
    ran, _ = run(nodes, collector, limits, ["buy", "sell"])
    figures = ran.parts.runtime.risk_figures()
    equity = 1_000_000 + 5 * Decimal("50000.5")
    assert [(one.scope, one.name, one.limit, one.value, one.allowed, one.stage) for one in figures] == [
        ("account", None, "max_drawdown_share", Decimal(1), equity / 2, "within"),
        ("strategy", "losing", "max_daily_loss", Decimal(1), Decimal(4), "within"),
        ("strategy", "losing", "max_drawdown", Decimal(1), Decimal(100), "within"),
    ]


@pytest.mark.parametrize(
    ("zone", "midnight_h", "halted"),
    # The script starts on 2026-01-01 at midnight in London.
    [("UTC", 24, False), ("Europe/Berlin", 23, False), ("Australia/Lord_Howe", 13, False), ("UTC", 23, True)],
)
def test_another_day_begins_at_midnight_of_the_time_zone(
    zone: str, midnight_h: int, halted: bool, nodes, collector
) -> None:
    def write(script, _) -> None:
        before, after = midnight_h * HOUR_MS - 2000, midnight_h * HOUR_MS + 10
        script.quote(before).trade(before + 1).quote(before + 500).trade(before + 600)
        script.quote(after).trade(after + 1).quote(after + 500).trade(after + 600).quote(after + 2000)

    limits = f'[risk]\ntime_zone = "{zone}"\n[risk.account]\nmax_daily_loss = "1.4 USDT"\n'
    _, alerts = run(nodes, collector, limits, ["buy", "sell", "buy", "sell"], write)
    assert any("halted" in text for text in alerts) is halted


def test_a_strategy_that_trades_on_one_side_only_is_disabled(nodes, collector) -> None:
    limits = '[risk.account]\nmax_same_side_fills = "2/60s"\n'
    ran, alerts = run(nodes, collector, limits, ["buy", "sell", "buy", "buy", "buy", "buy"])
    assert ran.strategy.told == [None, None, None, None, None, "halted"]
    assert len(alerts) == 1
    assert "more than 2 orders have traded on the buy side" in alerts[0]


def test_orders_that_do_not_trade_slow_a_strategy_down(nodes, collector) -> None:
    limits = '[risk.strategy.losing]\nmax_orders_per_trade = "1/60s"\n'
    ran, alerts = run(
        nodes,
        collector,
        limits,
        ["buy 40000"] * 2 + ["buy 40000"],
        lambda script, _: script.quote(0).trade(1).trade(2).trade(3).quote(2000),
    )
    assert ran.strategy.told[2] == "slowed"
    assert "the strategy is slow" in alerts[0]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ('[risk]\ntime_zone = "Mars/Olympus"', "risk.time_zone"),
        ("[risk]\nloss_alert = 0.9", "loss_alert 0.9 and loss_reduce 0.8"),
        ('[risk.account]\nmax_daily_loss = "200 EUR"', "no instrument of this node trades EUR"),
        ('[risk.account]\nmax_daily_loss = "200"', "such as '200 USDT'"),
        ('[risk.account]\nmax_rejects = "0/60s"', "the count must be from 1"),
        ('[risk.venue.sim]\nmax_daily_loss = "200 USDT"', "max_daily_loss"),
    ],
)
def test_what_cannot_be_watched_is_refused(limits: str, message: str, nodes) -> None:
    with pytest.raises((ConfigError, LimitError)) as refused:
        nodes.compose(TOML.format(sides=["buy"]) + limits)
    assert message in str(refused.value)
