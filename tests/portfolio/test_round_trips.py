"""Round trips: cases by hand, and what must hold of any fills."""

from decimal import Decimal
from typing import Any

import pytest
from alphaforge.model.plain_digits import plain_digits
from alphaforge.portfolio.execution import Execution
from alphaforge.portfolio.exposure import Held, TimeWeightedAverage
from alphaforge.portfolio.round_trips import RoundTrip, RoundTripMatcher, TripCount
from alphaforge.portfolio.slippage import Slippage
from hypothesis import given
from hypothesis import strategies as st


def fill(ts: int, side: Any, quantity: str, price: str, fee: str = "0", **more: Any) -> Execution:
    values = {"strategy": "s", "instrument": "SIM:A", "fee_currency": "USDT"} | more
    return Execution(
        ts=ts, currency="USDT", side=side, price=Decimal(price), quantity=Decimal(quantity),
        liquidity="maker", fee=Decimal(fee), mid=None, arrival_mid=None, **values,
    )  # fmt: skip


def trips_of(*fills: Execution) -> list[RoundTrip]:
    matcher = RoundTripMatcher()
    return [trip for each in fills for trip in matcher.add(each)]


def told(trip: RoundTrip) -> tuple[Any, ...]:
    money = plain_digits(trip.profit), plain_digits(trip.fees)
    return trip.direction, str(trip.quantity), trip.opened_at, trip.closed_at, *money


@pytest.mark.parametrize(
    ("fills", "wanted"),
    [
        ([fill(1, "buy", "2", "10"), fill(2, "sell", "2", "12")], [("long", "2", 1, 2, "4", "0")]),
        ([fill(1, "sell", "2", "10"), fill(2, "buy", "2", "12")], [("short", "2", 1, 2, "-4", "0")]),
        (  # a sale closes the oldest first
            [fill(1, "buy", "1", "10"), fill(2, "buy", "2", "11"), fill(3, "sell", "2", "12")],
            [("long", "1", 1, 3, "2", "0"), ("long", "1", 2, 3, "1", "0")],
        ),
        (  # what goes beyond flat opens the other way
            [fill(1, "buy", "1", "10"), fill(2, "sell", "3", "12"), fill(3, "buy", "2", "9")],
            [("long", "1", 1, 2, "2", "0"), ("short", "2", 2, 3, "6", "0")],
        ),
        (  # fees are shared by quantity, and the last part has what is left
            [fill(1, "buy", "3", "10", "1"), fill(2, "sell", "1", "10"), fill(3, "sell", "2", "10", "0.5")],
            [
                ("long", "1", 1, 2, "0", "0.333333333333"),
                ("long", "2", 1, 3, "0", "1.166666666667"),
            ],
        ),
        (  # strategies and instruments are apart
            [
                fill(1, "buy", "1", "10"),
                fill(2, "sell", "1", "12", strategy="t"),
                fill(3, "sell", "1", "12", instrument="SIM:B"),
            ],
            [],
        ),
        (  # a fee in another currency is not in it
            [fill(1, "buy", "1", "10", "3", fee_currency="BNB"), fill(2, "sell", "1", "12", "1")],
            [("long", "1", 1, 2, "2", "1")],
        ),
    ],
)  # fmt: skip
def test_by_hand(fills: list[Execution], wanted: list[tuple[Any, ...]]) -> None:
    assert [told(trip) for trip in trips_of(*fills)] == wanted


SOME_FILLS = st.lists(
    st.builds(
        lambda side, lots, price, fee: (side, Decimal(lots) / 100, Decimal(price) / 10, Decimal(fee) / 1_000),
        st.sampled_from(["buy", "sell"]), st.integers(1, 50), st.integers(1, 999), st.integers(-50, 50),
    ),
    max_size=40,
)  # fmt: skip


@given(SOME_FILLS)
def test_nothing_is_lost(parts: list[tuple[str, Decimal, Decimal, Decimal]]) -> None:
    fills = [fill(ts, side, str(q), str(p), str(fee)) for ts, (side, q, p, fee) in enumerate(parts)]
    closing = sum((each.signed_quantity for each in fills), Decimal(0))
    # Made flat at the end, cash in is cash out: all profits and all fees.
    if closing:
        fills.append(fill(99, "sell" if closing > 0 else "buy", str(abs(closing)), "50", "0.7"))
    trips = trips_of(*fills)
    assert sum(trip.profit for trip in trips) == -sum(each.signed_quantity * each.price for each in fills)
    assert sum(trip.fees for trip in trips) == sum(each.fee for each in fills)
    assert 2 * sum(trip.quantity for trip in trips) == sum(each.quantity for each in fills)
    assert all(trip.opened_at < trip.closed_at for trip in trips)


def test_trips_are_counted_after_fees() -> None:
    count = TripCount()
    assert (count.hit_rate, count.average_win, count.average_loss, count.profit_factor) == (None,) * 4
    pairs = [("12", "0.5"), ("11", "1"), ("10", "0.25"), ("14", "0")]  # nets 1.5, 0, -0.25, 4
    for price, fee in pairs:
        for trip in trips_of(fill(1, "buy", "1", "10"), fill(2, "sell", "1", price, fee)):
            count.add(trip)
    assert (count.count, count.winners, count.losers, count.hit_rate) == (4, 2, 1, 0.5)
    assert (count.average_win, count.average_loss) == (Decimal("2.75"), Decimal("0.25"))
    assert count.profit_factor == 22.0


def test_slippage_is_above_zero_where_it_hurts() -> None:
    slippage = Slippage()
    slippage.add(Decimal(2), Decimal(101), Decimal(100))
    assert (slippage.cost, slippage.bps) == (2, 100.0)
    slippage.add(Decimal(-2), Decimal(102), Decimal(100))
    slippage.add(Decimal(5), Decimal(1), None)
    assert (slippage.count, slippage.cost, slippage.bps) == (2, -2, -50.0)


def test_an_average_over_time_leaves_out_what_was_not_known() -> None:
    average = TimeWeightedAverage()
    assert average.held == Held(None, None, None)
    for ts, value in ((0, 10), (3, -2), (4, None), (90, 5), (92, 7)):
        average.add(ts, None if value is None else Decimal(value))
    assert average.held == Held(Decimal(-2), Decimal(10), Decimal("6.333333333333"))
