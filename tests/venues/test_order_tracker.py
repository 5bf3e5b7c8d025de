"""From the venue's reports to the kernel: every order of arrival, every repetition, every loss."""

from decimal import Decimal

import pytest
from alphaforge.sansio.venue_events import OrderReport, VenueFill
from alphaforge.venues.order_tracker import OrderTracker
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.conftest import Kernel


def report(name, status, filled="0", *, fill=None, quantity="1", venue_order_id="77", **more) -> OrderReport:
    return OrderReport(
        "BTCUSDT", name, venue_order_id, status, "buy", Decimal(100), Decimal(quantity), Decimal(filled),
        fill, **more,
    )  # fmt: skip


def trade(trade_id: int, quantity: str, price: str = "100") -> VenueFill:
    return VenueFill(trade_id, Decimal(price), Decimal(quantity), "maker", Decimal(0), "USDT", 0)


@pytest.fixture
def tracker(kernel) -> OrderTracker:
    return OrderTracker("main", "OUT", kernel.runtime)


def test_an_order_is_accepted_fills_and_ends(kernel, tracker) -> None:
    command = kernel.buy()
    tracker.place(command, 0.0)
    name = command.client_order_id
    tracker.apply(report(name, "open"))
    assert kernel.order.state == "open"
    assert kernel.order.venue_order_id == "77"
    tracker.apply(report(name, "open", "0.4", fill=trade(1, "0.4")))
    assert kernel.order.state == "partially_filled"
    tracker.apply(report(name, "filled", "1", fill=trade(2, "0.6")))
    assert kernel.order.state == "filled"
    assert kernel.bought == 1
    assert list(tracker.live()) == []


def test_a_cancel_waits_until_all_that_has_traded_is_counted(kernel, tracker) -> None:
    command = kernel.buy()
    tracked = tracker.place(command, 0.0)
    tracker.apply(report(command.client_order_id, "open"))
    tracker.apply(report(command.client_order_id, "cancelled", "0.4", reason="by hand"))
    assert kernel.order.state == "open"
    assert tracked.current.lacks_trades
    tracker.count_list(tracked, tracked.current, [trade(5, "0.4")])
    assert (kernel.order.state, kernel.order.reason) == ("cancelled", "by hand")
    assert kernel.bought == Decimal("0.4")
    assert kernel.told() == []


@pytest.mark.parametrize(("quantity", "price"), [("0", "100"), ("0.4", "0")])
def test_a_trade_without_price_or_quantity_is_asked_for_again(kernel, tracker, quantity, price) -> None:
    command = kernel.buy()
    tracked = tracker.place(command, 0.0)
    tracker.apply(report(command.client_order_id, "open", "0.4", fill=trade(5, quantity, price)))
    assert kernel.bought == 0
    assert tracked.current.lacks_trades
    tracker.count_list(tracked, tracked.current, [trade(5, "0.4")])
    assert kernel.bought == Decimal("0.4")


def test_orders_of_others_and_of_earlier_runs_are_not_taken_for_ours(kernel, tracker) -> None:
    tracker.place(kernel.buy(), 0.0)
    for name in ("web_1", "", "other-1-1", "main-0-1", "main-1-99", "main-1-1-r0", "main-1-1-r7"):
        assert tracker.apply(report(name, "open")) is None
    assert tracker.is_ours("main-0-1")
    assert not tracker.is_ours("other-1-1")
    assert kernel.order.state == "sent"


class TestReplace:
    """A replace by a new order at the venue, with a name of its own."""

    @pytest.fixture
    def name(self, kernel, tracker) -> str:
        command = kernel.buy()
        self.tracked = tracker.place(command, 0.0)
        tracker.apply(report(command.client_order_id, "open"))
        self.tracked.change = kernel.replace("101", "2")
        tracker.begin_replace(self.tracked, 1.0)
        assert kernel.order.state == "pending_replace"
        return command.client_order_id

    def test_old_ends_then_new_opens(self, kernel, tracker, name) -> None:
        tracker.apply(report(name, "cancelled"))
        assert kernel.order.state == "pending_replace"
        tracker.apply(report(f"{name}-r1", "open", quantity="2", venue_order_id="78"))
        assert (kernel.order.state, kernel.order.price_decimal) == ("open", Decimal(101))

    def test_new_opens_before_old_is_said_to_have_ended(self, kernel, tracker, name) -> None:
        tracker.apply(report(f"{name}-r1", "open", quantity="2", venue_order_id="78"))
        tracker.apply(report(name, "cancelled"))
        assert (kernel.order.state, kernel.order.quantity_decimal) == ("open", Decimal(2))

    def test_old_is_gone_and_new_is_refused(self, kernel, tracker, name) -> None:
        tracker.apply(report(name, "cancelled"))
        tracker.refuse_replace(self.tracked, 1, "-2021")
        assert kernel.order.state == "cancelled"
        assert list(tracker.live()) == []

    def test_both_refused_leaves_the_old_as_it_was(self, kernel, tracker, name) -> None:
        tracker.refuse_replace(self.tracked, 1, "-2022")
        assert (kernel.order.state, kernel.order.price_decimal) == ("open", Decimal(100))

    def test_the_venue_changes_the_order_itself(self, kernel, tracker, name) -> None:
        tracker.apply(report(name, "open", "0.3", fill=trade(1, "0.3")))
        tracker.apply(report(f"{name}-r1", "open", "0.3", quantity="2"))
        tracker.apply(report(f"{name}-r1", "open", "0.3", quantity="2", fill=trade(1, "0.3")))
        assert kernel.bought == Decimal("0.3")
        tracker.apply(report(f"{name}-r1", "filled", "2", quantity="2", fill=trade(2, "1.7")))
        assert (kernel.order.state, kernel.bought) == ("filled", Decimal(2))
        assert list(tracker.live()) == []


@settings(deadline=None)
@given(
    parts=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    ends=st.sampled_from(["filled", "cancelled", "expired"]),
    told=st.lists(st.tuples(st.integers(0, 7), st.booleans()), max_size=25),
)
def test_whatever_arrives_the_kernel_ends_where_the_venue_is(parts, ends, told) -> None:
    """The venue's reports in any order, repeated and lost; at last a query and a list of trades."""
    kernel = Kernel()
    tracker = OrderTracker("main", "OUT", kernel.runtime)
    total = sum(parts) + (0 if ends == "filled" else 1)
    command = kernel.buy(str(total))
    name = command.client_order_id
    tracked = tracker.place(command, 0.0)
    trades = [trade(100 + n, str(part)) for n, part in enumerate(parts)]
    reports = [report(name, "open", quantity=str(total))]
    filled = Decimal(0)
    for each in trades:
        filled += each.quantity
        status = "filled" if filled == total else "open"
        reports.append(report(name, status, filled, fill=each, quantity=str(total)))
    if ends != "filled":
        reports.append(report(name, ends, filled, quantity=str(total)))
    for index, with_list in told:
        if index < len(reports):
            tracker.apply(reports[index])
        if with_list:
            tracker.count_list(tracked, tracked.current, trades)
    tracker.apply(report(name, ends, filled, quantity=str(total)))
    tracker.count_list(tracked, tracked.current, trades)
    assert kernel.bought == filled
    assert kernel.order.state == ends
    assert list(tracker.live()) == []
    assert kernel.told() == []
