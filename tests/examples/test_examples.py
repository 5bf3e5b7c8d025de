"""Each example does what it says, order by order."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from alphaforge import Instrument
from alphaforge.backtest.backtest import BacktestSettings, SimulatedData, run_backtest
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry
from alphaforge_testkit import BTCUSDT, StrategyHarness
from alphaforge_testkit.recordings import write_recording

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
ETHUSDT = Instrument(
    venue="SIM", symbol="ETHUSDT", base="ETH", quote="USDT", tick_size="0.05", lot_size="0.0001"
)
Example = Callable[..., StrategyHarness]


def open_orders(harness: StrategyHarness) -> list[tuple[str, str]]:
    """Sides and prices of what may still trade."""
    return [(order.side, str(order.price_decimal)) for order in harness.open_orders]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_trades_a_simulated_market_and_the_same_way_each_time(path: Path) -> None:
    symbols = ["BTCUSDT", "ETHUSDT"] if path.stem == "pairs" else ["BTCUSDT"]

    def run(seed: int) -> RunResult:
        data = SimulatedData(seconds=400, seed=seed, symbols=symbols)
        return run_backtest(BacktestSettings(strategy=str(path), data=data), Registry.installed())

    result = run(1)
    assert (result.faults, result.denied, result.fills > 0) == ([], {}, True)
    assert run(1).result_hash == result.result_hash != run(2).result_hash


def test_ema_cross_follows_the_averages(example: Example) -> None:
    harness = example("ema_cross", params={"fast": 1, "slow": 3, "size": "1"})
    for price in (100, 100, 100, 105, 105, 90, 90):
        harness.quote(price - 1, price + 1)
        harness.trade(price)
        harness.advance(1)
    # A bar closes with the first trade after it: bought when 105 was above its average, sold at 90.
    assert [(fill.side, fill.price) for fill in harness.fills] == [("buy", 106.0), ("sell", 89.0)]


def test_the_market_maker_leans_against_what_it_holds(example: Example) -> None:
    params = {"size": "1", "most": "2", "half_spread": "0.01", "skew": "0.01"}
    harness = example("market_maker", params=params)
    harness.quote("999", "1001")
    harness.advance(0.5)
    # Holding nothing it wants more: its centre is 1010, and there is nothing to sell yet.
    assert open_orders(harness) == [("buy", "1000")]
    harness.trade("999")
    harness.advance(0.5)
    # Half full it has no wish, and quotes 1 % to each side of 1000.
    assert open_orders(harness) == [("buy", "990"), ("sell", "1010")]
    harness.trade("989")
    harness.advance(0.5)
    # Full: the centre is 990, nothing more is bought.
    assert open_orders(harness) == [("sell", "1000")]
    harness.quote("1003", "1005")
    harness.advance(0.5)
    # The market has come to its ask and bought there, so that it is half full again.
    assert open_orders(harness) == [("buy", "993.5"), ("sell", "1014.5")]
    assert harness.position().realised == 1000 - Decimal(995)
    harness.stop()
    assert open_orders(harness) == []


def test_the_imbalance_is_bought_while_it_lasts(example: Example) -> None:
    params = {"smoothing": 1, "enter": 0.5, "leave": 0.0, "depth": 2, "size": "1"}
    harness = example("order_book_imbalance", params=params)
    harness.book([("100", 5), ("99", 5)], [("101", 5), ("102", 5)])
    assert harness.orders == []
    # Three to one is an imbalance of 0.5, which is not above it; what is deeper does not count.
    harness.book([("100", 10), ("99", 5), ("98", 99)], [("101", 3), ("102", 2)])
    assert harness.orders == []
    harness.book([("100", 10), ("99", 10)], [("101", 3), ("102", 2)])
    assert [(fill.side, fill.price) for fill in harness.fills] == [("buy", 101.0)]
    harness.book([("100", 5), ("99", 5)], [("101", 5), ("102", 4)])
    assert len(harness.fills) == 1
    harness.book([("100", 5), ("99", 5)], [("101", 5), ("102", 6)])
    assert [(fill.side, fill.price) for fill in harness.fills[1:]] == [("sell", 100.0)]


def test_the_imbalance_of_a_book_that_was_lost_is_forgotten(example: Example) -> None:
    harness = example("order_book_imbalance", params={"smoothing": 2, "enter": 0.5, "size": "1"})
    tilted = ([("100", 9)], [("101", 1)])
    harness.book(*tilted)
    harness.disconnect()
    harness.reconnect()
    harness.book(*tilted)
    assert harness.orders == []
    harness.book(*tilted)
    assert len(harness.fills) == 1


def test_the_grid_sells_a_step_above_what_it_bought(example: Example) -> None:
    harness = example("grid", params={"size": "1", "step": "0.01", "levels": 3}, cash={"USDT": 5000})
    harness.quote("1000", "1001")
    assert open_orders(harness) == [("buy", "990"), ("buy", "980"), ("buy", "970")]
    harness.quote("978", "979")
    harness.trade("979", 9)
    assert open_orders(harness) == [("buy", "970"), ("sell", "1000"), ("sell", "990")]
    harness.quote("990", "991")
    harness.trade("995")
    assert open_orders(harness) == [("buy", "970"), ("sell", "1000"), ("buy", "980")]
    assert harness.position().realised == 990 - Decimal(985)
    harness.stop()
    assert open_orders(harness) == []


def test_pairs_holds_the_cheaper_one_until_it_is_cheap_no_more(example: Example) -> None:
    params = {"window": 4, "enter": 1.5, "leave": 0.7, "value": 100}
    harness = example("pairs", params=params, instruments=[BTCUSDT, ETHUSDT])

    def sample(btc: float, eth: float) -> list[tuple[str, str]]:
        seen = len(harness.fills)
        harness.quote(btc - 1, btc + 1)
        harness.quote(eth - 1, eth + 1, instrument=ETHUSDT)
        harness.advance(1)
        return [(fill.side, fill.instrument.symbol) for fill in harness.fills[seen:]]

    assert [sample(1000, 100) for _ in range(3)] == [[], [], []]
    assert sample(1100, 100) == [("buy", "ETHUSDT")]
    assert harness.position(ETHUSDT).cost == Decimal("0.9900") * 101
    # The score of the same ratio falls as it gets common: 1.73 of four, then 1, then 0.58.
    assert [sample(1100, 100), sample(1100, 100)] == [[], [("sell", "ETHUSDT")]]
    assert [sample(1100, 100), sample(900, 100)] == [[], [("buy", "BTCUSDT")]]


def test_pairs_turns_to_the_other_side_at_once(example: Example) -> None:
    params = {"window": 4, "enter": 1.5, "value": 100}
    harness = example("pairs", params=params, instruments=[BTCUSDT, ETHUSDT])
    for btc in (1000, 1000, 1000, 1010, 500):
        harness.quote(btc - 1, btc + 1)
        harness.quote(99, 101, instrument=ETHUSDT)
        harness.advance(1)
    told = [(fill.side, fill.instrument.symbol) for fill in harness.fills]
    assert told == [("buy", "ETHUSDT"), ("sell", "ETHUSDT"), ("buy", "BTCUSDT")]


def test_pairs_needs_two_instruments(example: Example) -> None:
    with pytest.raises(ValueError, match="not enough values to unpack"):
        example("pairs")


def test_pairs_trades_two_recordings_that_are_merged(tmp_path: Path) -> None:
    start_ns = 1_767_225_600_000_000_000

    def recorded(symbol: str, prices: list[int], late_ms: int) -> Path:
        frames = []
        for second, price in enumerate(prices):
            data = {
                "u": second + 1,
                "s": symbol,
                "b": f"{price - 1}.00",
                "B": "9.12345",
                "a": f"{price + 1}.00",
            }
            frame = {"stream": f"{symbol.lower()}@bookTicker", "data": data | {"A": "9.12345"}}
            frames.append((start_ns + second * 10**9 + late_ms * 10**6, json.dumps(frame)))
        return write_recording(tmp_path / f"{symbol}.jsonl.gz", frames)

    btc = recorded("BTCUSDT", [1000] * 6 + [1100] * 6 + [900] * 6, late_ms=0)
    eth = recorded("ETHUSDT", [100] * 18, late_ms=300)
    settings = BacktestSettings(
        strategy=str(EXAMPLES[0].with_name("pairs.py")),
        data=[btc, eth],
        params={"window": 5, "enter": 1.5, "leave": 0.3, "sample_s": 0.5, "value": 100},
    )
    result = run_backtest(settings, Registry.installed())
    assert (result.quotes, result.faults, result.denied) == (36, [], {})
    # Ether is bought when bitcoin rises and sold when it falls, which buys bitcoin; in the end that is sold.
    assert result.fills == 4
    assert result.final_balances["BTC"] == result.final_balances["ETH"] == 0
