"""Limits of every scope, as the configuration sets them, and what the gate says where they are reached."""

import pytest
from alphaforge import Strategy, StrategyParams, Trade

TOML = (
    '[paper]\ncash = {{ USDT = "100000", BTC = "5" }}\n'
    f'[[strategies]]\nuse = "{__name__}:Asking"\nname = "asking"\nparams = {{{{ asks = {{asks}} }}}}\n'
    f'[[strategies]]\nuse = "{__name__}:Asking"\nname = "other"\nparams = {{{{ asks = {{others}} }}}}\n'
)


class Params(StrategyParams):
    """What to ask for, such as `buy 1 50000`."""

    asks: tuple[str, ...] = ()


class Asking(Strategy[Params]):
    """Asks for orders one after the other on the first trade, and writes down what the gate says."""

    def on_start(self) -> None:
        self.told: list[tuple[str | None, str | None]] = []

    def on_trade(self, trade: Trade) -> None:
        if self.told:
            return
        handles = []
        for ask in self.params.asks:
            match ask.split():
                case ["cancel"]:
                    outcome = handles[0].cancel()
                case ["replace", quantity]:
                    outcome = handles[0].replace(quantity=quantity)
                case [side, quantity, *price]:
                    outcome = self.submit(side, quantity, *price)
                    handles.append(outcome)
            self.told.append((outcome.code, outcome.reason))


def gate(nodes, limits: str, asks: list[str], others: list[str] | None = None) -> list[list[str | None]]:
    """What the gate says to each of two strategies, as codes."""
    ran = nodes.run(
        TOML.format(asks=asks, others=others or []) + limits,
        lambda script, _: script.quote(0).trade(1).trade(1000),
    )
    return [[code for code, _ in running.strategy.told] for running in ran.parts.strategies]


ACCOUNT, VENUE = "[risk.account]\n", "[risk.venue.sim]\n"
STRATEGY, INSTRUMENT = "[risk.strategy.asking]\n", "[risk.instrument.'SIM:BTCUSDT']\n"


@pytest.mark.parametrize("scope", [ACCOUNT, VENUE, STRATEGY, INSTRUMENT])
def test_the_value_of_an_order_is_limited_in_every_scope(scope: str, nodes) -> None:
    limits = f'[risk]\nself_match = "venue"\n{scope}max_order_value = "1000 USDT"\n'
    asks = ["buy 0.02 50000", "buy 0.02 50000.5", "buy 0.1", "sell 0.02 50000"]
    others = ["buy 0.1 50000"]
    mine, theirs = gate(nodes, limits, asks, others)
    assert mine == [None, "order_value", "order_value", None]
    assert theirs == ([None] if scope == STRATEGY else ["order_value"])


@pytest.mark.parametrize("scope", [STRATEGY, INSTRUMENT])
def test_the_quantity_of_an_order_is_limited_where_units_are_known(scope: str, nodes) -> None:
    limits = scope + 'max_order_quantity = "0.5"\n'
    asks = ["buy 0.5 50000", "buy 0.50001 50000", "sell 0.6", "buy 0.1 40000"]
    mine, theirs = gate(nodes, limits, asks, ["buy 0.6 50000"])
    assert mine == [None, "order_quantity", "order_quantity", None]
    assert theirs == ([None] if scope == STRATEGY else ["order_quantity"])


@pytest.mark.rule(12)
@pytest.mark.parametrize("scope", [ACCOUNT, VENUE, STRATEGY])
def test_gross_exposure_is_limited_with_open_orders_at_their_worst(scope: str, nodes) -> None:
    limits = scope + 'max_gross_exposure = "50000.5 USDT"\n'  # one BTC at the middle of the market
    asks = ["buy 0.6 40000", "buy 0.40001 40000", "buy 0.4 40000", "buy 0.001 40000", "sell 1.00001 60000"]
    mine, theirs = gate(nodes, limits, [*asks, "sell 1 60000"], ["buy 0.001 40000"])
    assert mine == [None, "gross_exposure", None, "gross_exposure", "gross_exposure", None]
    assert theirs == ([None] if scope == STRATEGY else ["gross_exposure"])


@pytest.mark.rule(12)
@pytest.mark.parametrize("scope", [ACCOUNT, VENUE, STRATEGY])
def test_net_exposure_is_limited_on_the_side_of_the_order(scope: str, nodes) -> None:
    limits = scope + 'max_net_exposure = "50000.5 USDT"\n'
    asks = ["buy 0.6 40000", "buy 0.40001 40000", "buy 0.4 40000", "sell 1.00001 60000", "sell 1 60000"]
    mine, theirs = gate(nodes, limits, asks, ["buy 0.001 40000"])
    assert mine == [None, "net_exposure", None, "net_exposure", None]
    assert theirs == ([None] if scope == STRATEGY else ["net_exposure"])


@pytest.mark.parametrize("scope", [STRATEGY, INSTRUMENT])
def test_the_position_with_all_open_orders_is_limited(scope: str, nodes) -> None:
    limits = scope + 'max_position = "1"\n'
    asks = ["buy 0.7 40000", "buy 0.3 40000", "buy 0.001 40000", "sell 1 60000", "sell 0.001 60000"]
    mine, _ = gate(nodes, limits, asks)
    assert mine == [None, None, "position_limit", None, "position_limit"]


def test_a_strategys_position_is_its_own_and_an_instruments_is_that_of_all(nodes) -> None:
    asks, others = ["buy 0.7 40000"], ["buy 0.7 40000"]
    assert gate(nodes, STRATEGY + "max_position = 1\n", asks, others) == [[None], [None]]
    assert gate(nodes, INSTRUMENT + "max_position = 1\n", asks, others) == [[None], ["position_limit"]]


def test_short_positions_can_have_a_limit_of_their_own(nodes) -> None:
    limits = INSTRUMENT + 'max_position = "1"\nmax_short = "0.2"\n'
    asks = ["sell 0.2 60000", "sell 0.1 60000", "buy 1 40000"]
    assert gate(nodes, limits, asks)[0] == [None, "position_limit", None]


@pytest.mark.parametrize("scope", [ACCOUNT, VENUE, STRATEGY, INSTRUMENT])
def test_messages_are_limited_and_cancels_always_pass(scope: str, nodes) -> None:
    limits = scope + 'max_messages = "3/10s, keep 1"\n'
    asks = ["buy 0.01 40000", "buy 0.01 40000", "buy 0.01 40000", "cancel", "cancel"]
    mine, theirs = gate(nodes, limits, asks, ["buy 0.01 40000"])
    assert mine[:4] == [None, None, "message_rate", None]
    assert mine[4] != "message_rate"
    assert theirs == ([None] if scope == STRATEGY else ["message_rate"])


@pytest.mark.rule(7)
@pytest.mark.parametrize("scope", [ACCOUNT, VENUE, STRATEGY, INSTRUMENT])
def test_the_same_order_passes_so_often_and_no_more(scope: str, nodes) -> None:
    limits = scope + 'max_duplicates = "2/10s"\n'
    asks = ["buy 0.01 40000"] * 3 + ["buy 0.01 40001", "buy 0.02 40000", "sell 0.01 60000", "buy 0.01 40000"]
    mine, theirs = gate(nodes, limits, asks, ["buy 0.01 40000"] * 3)
    assert mine == [None, None, "duplicate_order", None, None, None, "duplicate_order"]
    assert theirs == [None, None, None if scope == STRATEGY else "duplicate_order"]


@pytest.mark.rule(13)
@pytest.mark.parametrize("scope", [ACCOUNT, VENUE, STRATEGY, INSTRUMENT])
def test_so_many_orders_may_be_open_and_no_more(scope: str, nodes) -> None:
    limits = scope + "max_open_orders = 3\n"
    asks = ["buy 0.01 40000", "buy 0.01 40000", "sell 0.01 60000", "buy 0.01 40000", "replace 0.02"]
    mine, theirs = gate(nodes, limits, asks, ["buy 0.01 40000"])
    assert mine[:4] == [None, None, None, "open_orders"]
    assert mine[4] != "open_orders"
    assert theirs == [None if scope == STRATEGY else "open_orders"]


@pytest.mark.rule(15)
def test_strategies_of_a_node_do_not_trade_with_each_other(nodes) -> None:
    asks, others = ["buy 0.01 49000", "sell 0.01 49000"], ["sell 0.01 49000", "sell 0.01 49000.5"]
    assert gate(nodes, "", asks, others) == [[None, "self_match"], ["self_match", None]]
    venues = '[risk]\nself_match = "venue"\n'
    assert gate(nodes, venues, asks, others) == [[None, None], [None, None]]


def test_the_most_restrictive_limit_wins_and_is_named(nodes) -> None:
    limits = (
        f'{ACCOUNT}max_order_value = "5000 USDT"\n{VENUE}max_order_value = "9000 USDT"\n'
        f'{STRATEGY}max_order_value = "7000 USDT"\n{INSTRUMENT}max_order_quantity = "0.05"\n'
    )
    ran = nodes.run(
        TOML.format(asks=["buy 0.04 50000", "buy 0.05 200000", "buy 0.06 50000"], others=[]) + limits,
        lambda script, _: script.quote(0).trade(1),
    )
    assert ran.strategy.told == [
        (None, None),
        ("order_value", "value 10000 USDT is above the account limit of 5000 USDT for one order"),
        ("order_quantity", "quantity 0.06 is above the instrument limit of 0.05 for one order"),
    ]


class Early(Strategy):
    """Asks before there is any price."""

    def on_start(self) -> None:
        self.code = self.buy("0.001", "50000").code


def test_a_limit_in_a_currency_without_a_rate_denies(nodes) -> None:
    toml = f'[[strategies]]\nuse = "{__name__}:Early"\n{ACCOUNT}max_order_value = "1 BTC"\n'
    assert nodes.run(toml, lambda script, _: script.trade(1)).strategy.code == "no_conversion"


def test_a_buffer_keeps_money_back(nodes) -> None:
    asks = ["buy 1.9 50000"]
    assert gate(nodes, "", asks)[0] == [None]
    assert gate(nodes, '[risk]\nbuying_power_buffer = "0.1"\n', asks)[0] == ["insufficient_funds"]


def test_slippage_is_what_a_market_order_is_reckoned_with(nodes) -> None:
    asks = ["buy 1.95"]
    assert gate(nodes, '[risk]\nmarket_slippage = "0.01"\n', asks)[0] == [None]
    assert gate(nodes, '[risk]\nmarket_slippage = "0.1"\n', asks)[0] == ["insufficient_funds"]


def test_a_replacement_is_judged_by_the_same_limits(nodes) -> None:
    limits = INSTRUMENT + 'max_order_quantity = "0.5"\n'
    mine, _ = gate(nodes, limits, ["buy 0.4 40000", "replace 0.6"])
    assert mine[0] is None
    assert mine[1] == "order_quantity"
