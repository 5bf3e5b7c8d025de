"""Every trade once: from streams and from lists, repeated, shared ids, in any order."""

from decimal import Decimal

from alphaforge.sansio.venue_events import VenueFill
from alphaforge.venues.counted_trades import CountedTrades
from hypothesis import given
from hypothesis import strategies as st


def fill(trade_id: int, quantity: str = "1") -> VenueFill:
    return VenueFill(trade_id, Decimal(100), Decimal(quantity), "maker", Decimal(0), "USDT", 0)


def test_a_trade_told_three_times_counts_once() -> None:
    trades = CountedTrades()
    assert [trades.count(fill(7), Decimal(1)) for _ in range(3)] == [7, None, None]
    assert trades.filled == 1


def test_two_trades_of_one_id_both_count_and_have_ids_of_their_own() -> None:
    trades = CountedTrades()
    ids = [trades.count(fill(7), Decimal(1)), trades.count(fill(7), Decimal(2))]
    assert ids == [7, 7 + 2**64]
    assert trades.filled == 2
    assert list(trades.count_list([fill(7), fill(7)])) == []


def test_what_a_list_has_told_a_stream_does_not_tell_again() -> None:
    trades = CountedTrades()
    assert [trade_id for trade_id, _ in trades.count_list([fill(7), fill(8), fill(7)])] == [7, 8, 7 + 2**64]
    assert [trades.count(fill(7), Decimal(n)) for n in (1, 3, 1)] == [None, None, None]
    assert trades.filled == 3


@given(
    trades=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=8),
    order=st.lists(st.one_of(st.integers(0, 7), st.just("list")), max_size=30),
)
def test_whatever_is_told_and_in_whatever_order_each_counts_once(trades, order) -> None:
    """Ids may repeat within an order; streams repeat and reorder, lists are whole so far as they go."""
    fills = [fill(trade_id, str(quantity)) for trade_id, quantity in trades]
    after = [sum((f.quantity for f in fills[: n + 1]), Decimal(0)) for n in range(len(fills))]
    counted = CountedTrades()
    ids = []
    for step in [*order, "list"]:
        if step == "list":
            ids += [trade_id for trade_id, _ in counted.count_list(fills)]
        elif step < len(fills):
            ids.append(counted.count(fills[step], after[step]))
    given_ids = [trade_id for trade_id in ids if trade_id is not None]
    assert len(given_ids) == len(set(given_ids)) == len(fills)
    assert counted.filled == sum((f.quantity for f in fills), Decimal(0))
