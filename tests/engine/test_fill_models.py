"""The fill model of a node: chosen by the configuration, put together from parts, told where it is wrong."""

from decimal import Decimal

import pytest
from alphaforge import Fill, Order, Strategy, Trade
from alphaforge.model.errors import AlphaForgeError

STRATEGY = f'[[strategies]]\nuse = "{__name__}:%s"\n'
CASH = '[paper]\ncash = { USDT = "10000000", BTC = "100" }\n'
MS = 1_000_000


class Taker(Strategy):
    """Buys 5 on every trade, which is all that is shown."""

    def on_start(self) -> None:
        self.sent: list[int] = []
        self.opened: list[int] = []
        self.filled: list[tuple[int, Decimal]] = []

    def on_trade(self, trade: Trade) -> None:
        self.sent.append(self.now)
        self.buy(5)

    def on_order(self, order: Order) -> None:
        if order.state == "open":
            self.opened.append(order.ts)

    def on_fill(self, fill: Fill) -> None:
        self.filled.append((fill.ts, fill.fee_decimal))

    @property
    def delays_ms(self) -> list[float]:
        """From each order to the word of it."""
        return [(told - sent) / MS for sent, told in zip(self.sent, self.opened, strict=False)]


class Rester(Strategy):
    """Sells 12 at the best ask on the first trade, and stays."""

    def on_start(self) -> None:
        self.filled: list[tuple[Decimal, str]] = []

    def on_trade(self, trade: Trade) -> None:
        if not self.open_orders():
            self.sell(12, "50001", post_only=True)

    def on_fill(self, fill: Fill) -> None:
        self.filled.append((fill.quantity_decimal, fill.liquidity))


def write_takes(script, node) -> None:
    for ms in (0, 100, 200, 300):
        script.quote(ms, ask=f"500{ms // 100 + 1:02}").trade(ms + 1, quantity="0.1")
    script.trade(400, quantity="0.1")


def delays(nodes, paper: str) -> list[float]:
    return nodes.run(CASH + paper + STRATEGY % "Taker", write_takes).strategy.delays_ms


def test_latency_is_the_time_there_and_the_time_back(nodes) -> None:
    assert delays(nodes, "latency_ms = 3\n") == [6] * 5
    assert delays(nodes, "latency_ms = 3\nresponse_latency_ms = 9\n") == [12] * 5
    assert delays(nodes, "latency_ms = 3\nresponse_latency_ms = 0\n") == [3] * 5


def test_jitter_comes_from_its_seed(nodes) -> None:
    jitter = "latency_ms = 1\nlatency_jitter_ms = 10\nlatency_seed = %d\n"
    first = delays(nodes, jitter % 1)
    assert delays(nodes, jitter % 1) == first
    assert delays(nodes, jitter % 2) != first
    assert len(set(first)) == 5
    assert min(first) > 2


def test_measured_latencies_are_read_from_a_file(nodes) -> None:
    rows = [f"{1_767_225_600_001 * MS},2000000,500000", f"{1_767_225_600_301 * MS},5000000,500000"]
    file = nodes.folder / "latency.csv"
    file.write_text("\n".join(["ts,entry_ns,response_ns", *rows]) + "\n", encoding="utf-8")
    found = delays(nodes, 'latency_file = "latency.csv"\n')
    assert found == pytest.approx([2.5, 3.5, 4.5, 5.5, 5.5], abs=1e-3)


LATENCY_FILES = {
    "": r"latency\.csv: the first line must be ts,entry_ns,response_ns",
    "ts,entry_ns\n1,2\n": r"latency\.csv: the first line must be ts,entry_ns,response_ns",
    "ts,entry_ns,response_ns\n": r"latency\.csv: there is no measurement",
    "ts,entry_ns,response_ns\n1,2\n": r"latency\.csv: row 1: '1,2': write three whole numbers",
    "ts,entry_ns,response_ns\n1,2,x\n": r"latency\.csv: row 1: '1,2,x': write three whole numbers",
    "ts,entry_ns,response_ns\n1,2,3\n1,2,3\n": r"latency\.csv: row 2: its time is not after that of the row",
    "ts,entry_ns,response_ns\n1,-2,3\n": r"latency\.csv: row 1: a latency is below zero",
    f"ts,entry_ns,response_ns\n{10**30},2,3\n": r"latency\.csv: .*",
}


@pytest.mark.parametrize("text", LATENCY_FILES)
def test_a_latency_file_that_makes_no_sense_is_refused(nodes, text: str) -> None:
    (nodes.folder / "latency.csv").write_text(text, encoding="utf-8")
    with pytest.raises(AlphaForgeError, match=LATENCY_FILES[text]):
        nodes.compose(CASH + 'latency_file = "latency.csv"\n' + STRATEGY % "Taker")


def test_fees_fall_with_what_was_traded(nodes) -> None:
    # Orders of 5 at about 50,000: 250,000 each, after 100,000 that were traded before.
    tiers = "starting_volume = 100000\ntaker_fee = '0.003'\n" + "".join(
        f"[[paper.fee_tiers]]\nvolume = {volume}\nmaker_fee = 0\ntaker_fee = '{fee}'\n"
        for volume, fee in ((350_000, "0.002"), (600_000, "0.001"))
    )
    filled = nodes.run(CASH + tiers + STRATEGY % "Taker", write_takes).strategy.filled
    fees = [fee / 5 / price for (_, fee), price in zip(filled, (50001, 50002, 50003, 50004), strict=False)]
    assert fees == [Decimal("0.003"), Decimal("0.002"), Decimal("0.001"), Decimal("0.001")]


def write_one_display(script, node) -> None:
    script.quote(0).trade(1, quantity="0.1").trade(50, quantity="0.1").trade(100, quantity="0.1")


@pytest.mark.parametrize(("impact", "fills"), [("consumed", 1), ("none", 3)])
def test_what_we_took_is_gone_where_our_orders_have_an_impact(nodes, impact: str, fills: int) -> None:
    toml = f"{CASH}fill_model = {{ impact = '{impact}' }}\n{STRATEGY % 'Taker'}"
    assert len(nodes.run(toml, write_one_display).strategy.filled) == fills


def test_a_resting_order_meets_who_comes_to_its_price(nodes) -> None:
    def write(script, node) -> None:
        script.quote(0).trade(1, quantity="0.1")
        script.quote(50, bid="50001", ask="50002")  # 5 at our price
        script.quote(60, bid="50001", ask="50003")  # the same 5
        script.quote(70, bid="50002", ask="50003")  # 5 beyond it
        script.trade(100, quantity="0.1")

    filled = nodes.run(CASH + STRATEGY % "Rester", write).strategy.filled
    assert filled == [(5, "maker"), (5, "maker")]


MODELS = {
    "fill_model = { use = 'hopeful' }": (
        r"node\.toml: paper\.fill_model: fill_models 'hopeful' is not provided by any installed plugin "
        r"\(there is: probabilistic, risk-averse\)"
    ),
    "fill_model = { use = 'probabilistic', exponent = 9 }": (
        r"node\.toml: paper\.fill_model\.exponent = 9: write 8 or less"
    ),
    "fill_model = { exponent = 2 }": (
        r"node\.toml: paper\.fill_model\.exponent: unknown key; \[paper\.fill_model\] has: impact"
    ),
}


@pytest.mark.parametrize("paper", MODELS)
def test_a_fill_model_that_is_none_is_refused(nodes, paper: str) -> None:
    with pytest.raises(AlphaForgeError, match=MODELS[paper]):
        nodes.compose(f"{CASH}{paper}\n{STRATEGY % 'Taker'}")


PLUGIN = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import FillModelSpec
from alphaforge.model.fill_model import FeeTiers, FillModel, Latency, QueueModel
from alphaforge.model.settings import Settings

class Far(Settings):
    distance_ms: int = 100

def far_away(settings):
    latency = Latency.constant(settings.distance_ms * 1_000_000, 0)
    return FillModel(QueueModel.power(1), latency=latency, fees=FeeTiers("0", "0.01"))

@hookimpl
def alphaforge_fill_models():
    return [
        FillModelSpec("far-away", "far away", Far, far_away),
        FillModelSpec("nothing", "nothing", Settings, lambda settings: None),
    ]
"""
PROVIDES = 'fill_models = ["far-away", "nothing"]'


def test_a_plugin_brings_a_model_with_latency_and_fees_of_its_own(nodes, plugin) -> None:
    plugin(PLUGIN, PROVIDES)
    toml = CASH + "latency_ms = 1\nfill_model = { use = 'far-away', distance_ms = 40 }\n" + STRATEGY % "Taker"
    strategy = nodes.run(toml, write_takes).strategy
    assert strategy.delays_ms == [40] * 5
    assert strategy.filled[0][1] == 5 * Decimal(50001) * Decimal("0.01")


def test_a_plugin_that_makes_no_fill_model_is_told(nodes, plugin) -> None:
    plugin(PLUGIN, PROVIDES)
    expected = r"paper\.fill_model: the plugin of 'nothing' gave None: it must be a FillModel"
    with pytest.raises(AlphaForgeError, match=expected):
        nodes.compose(CASH + "fill_model = { use = 'nothing' }\n" + STRATEGY % "Taker")
