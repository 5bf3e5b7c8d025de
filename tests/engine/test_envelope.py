"""Rule 3 as a configuration sets it: what a strategy may do at all, declared before it starts."""

import pytest
from alphaforge import Strategy
from alphaforge.model.errors import ConfigError

pytestmark = pytest.mark.rule(3)

TWO = '[feed]\nsymbols = ["BTCUSDT", "ETHUSDT"]\n'


class Idle(Strategy):
    """Does nothing by itself: the test orders through it."""


def toml(limits: str = "", instruments: str = "") -> str:
    given = f"instruments = [{instruments}]\n" if instruments else ""
    return f'{TWO}[[strategies]]\nuse = "{__name__}:Idle"\n{given}[risk.strategy.Idle]\n{limits}'


def test_an_instrument_that_a_strategy_was_not_given_is_denied(nodes) -> None:
    """3Commas 2022: who holds a strategy's keys must not trade a coin that it was not given."""
    parts = nodes.compose(toml(instruments='"SIM:BTCUSDT"'))
    mine, other = parts.feed.table.instruments
    strategy = parts.strategies[0].strategy
    denied = strategy.buy("0.1", "100", instrument=other)
    assert denied.code == "instrument_not_allowed"
    assert denied.reason == "the strategy may not trade this instrument: it is none of its `instruments`"
    assert strategy.buy("0.1", "100", instrument=mine).code != "instrument_not_allowed"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ('sides = ["buy"]', "side_not_allowed"),
        ('order_types = ["market", "stop_limit"]', "order_type_not_allowed"),
        ('sides = ["sell"]\norder_types = ["limit"]\nvenues = ["sim"]', "insufficient_funds"),
        ('instruments = ["SIM:BTCUSDT", "SIM:ETHUSDT"]', "insufficient_funds"),
    ],
)
def test_sides_and_order_types_are_those_that_were_declared(limits: str, code: str, nodes) -> None:
    parts = nodes.compose(toml(limits))
    handle = parts.strategies[0].strategy.sell("0.1", "100", instrument=parts.instruments[0])
    assert handle.code == code


@pytest.mark.parametrize(
    ("limits", "instruments", "parts"),
    [
        ('venues = ["kraken"]', "", ["risk.strategy.Idle.venues", "no KRAKEN (it has: SIM)"]),
        ('instruments = ["SIM:XUSDT"]', "", ["risk.strategy.Idle.instruments", "no SIM:XUSDT"]),
        (
            'instruments = ["SIM:BTCUSDT"]',
            "",
            ["Idle.instruments = ['SIM:BTCUSDT']", "given SIM:ETHUSDT", "add it here, or name"],
        ),
        ('sides = ["hold"]', "", ["risk.strategy.Idle.sides", "hold"]),
        ('order_types = ["iceberg"]', "", ["risk.strategy.Idle.order_types", "iceberg"]),
        ("sides = []", "", ["risk.strategy.Idle.sides"]),
        ("collar_bps = 100", "", ["risk.strategy.Idle.collar_bps = 100", "set risk.market_slippage below"]),
        ("max_market_age_s = 1", "", ["risk.strategy.Idle.max_market_age_s"]),
    ],
)
def test_a_configuration_that_contradicts_it_does_not_start(
    limits: str, instruments: str, parts: list[str], nodes
) -> None:
    with pytest.raises(ConfigError) as refused:
        nodes.compose(toml(limits, instruments))
    for part in parts:
        assert part in str(refused.value)


def test_a_strategy_that_is_given_what_it_may_trade_starts(nodes) -> None:
    limits = 'instruments = ["SIM:BTCUSDT"]\nvenues = ["SIM"]\ncollar_bps = 100.5\n'
    assert nodes.compose(toml(limits, '"SIM:BTCUSDT"')).strategies
