"""Budgets are never exceeded, and what is urgent always finds its share."""

import math

import pytest
from alphaforge.sansio.rate_limit import Priority, RateWindow, WeightBudget
from hypothesis import given
from hypothesis import strategies as st

CANCEL, ORDER, QUERY, MARKET_DATA = Priority


def test_each_priority_has_its_share() -> None:
    budget = WeightBudget([RateWindow(100, 60.0)])
    for priority, most in ((MARKET_DATA, 50), (QUERY, 75), (ORDER, 90), (CANCEL, 100)):
        while budget.used(0.0) < most:
            assert budget.reserve(5, priority, 0.0) == 0
        assert budget.reserve(5, priority, 0.0) > 0
    assert budget.used(0.0) == 100


def test_a_small_limit_leaves_room_for_what_is_more_urgent() -> None:
    budget = WeightBudget([RateWindow(5, 1.0)])
    assert [budget.reserve(1, ORDER, 0.0) == 0 for _ in range(5)] == [True] * 4 + [False]
    assert budget.reserve(1, CANCEL, 0.0) == 0
    assert WeightBudget([RateWindow(1, 1.0)]).reserve(1, MARKET_DATA, 0.0) == 0


def test_what_never_fits_is_refused() -> None:
    budget = WeightBudget([RateWindow(100, 60.0)])
    with pytest.raises(ValueError, match="weight 51: more than MARKET_DATA may ever use \\(50\\)"):
        budget.reserve(51, MARKET_DATA, 0.0)


def test_a_rolling_window_says_when_there_is_room_again() -> None:
    budget = WeightBudget([RateWindow(10, 60.0)])
    assert budget.reserve(6, CANCEL, 0.0) == 0
    assert budget.reserve(4, CANCEL, 20.0) == 0
    assert budget.reserve(5, CANCEL, 30.0) == pytest.approx(30.0)
    assert budget.reserve(7, CANCEL, 30.0) == pytest.approx(50.0)
    assert budget.used(30.0) == 10
    assert budget.reserve(6, CANCEL, 60.0) > 0
    assert budget.reserve(6, CANCEL, 60.000001) == 0


def test_an_aligned_window_begins_anew_when_the_venues_does() -> None:
    budget = WeightBudget([RateWindow(10, 60.0, guard_s=1.0)])
    assert budget.reserve(10, CANCEL, 50.0) == 0
    assert budget.reserve(1, CANCEL, 55.0) == pytest.approx(6.0)
    assert budget.reserve(1, CANCEL, 60.5) == pytest.approx(0.5)
    assert budget.reserve(10, CANCEL, 61.0) == 0
    assert budget.used(62.0) == 10


def test_what_is_sent_near_a_boundary_counts_on_both_sides() -> None:
    budget = WeightBudget([RateWindow(10, 60.0, guard_s=1.0)])
    assert budget.reserve(8, CANCEL, 59.5) == 0
    assert (budget.used(58.0), budget.used(62.0)) == (8, 8)


def test_all_windows_must_have_room_and_nothing_is_taken_in_vain() -> None:
    budget = WeightBudget([RateWindow(10, 1.0), RateWindow(15, 60.0)])
    assert budget.reserve(10, CANCEL, 0.0) == 0
    assert budget.reserve(10, CANCEL, 2.0) == pytest.approx(58.0)
    assert budget.used(2.0) == 0
    assert budget.used(2.0, window=1) == 10


def test_the_venue_knows_of_more_than_we_do() -> None:
    budget = WeightBudget([RateWindow(100, 60.0, guard_s=1.0), RateWindow(50, 10.0)])
    budget.reserve(20, CANCEL, 5.0)
    budget.observe(90, 6.0)
    budget.observe(30, 6.0, window=1)
    assert (budget.used(6.0), budget.used(6.0, window=1)) == (90, 30)
    budget.observe(10, 6.0)  # an answer to an older request
    assert budget.used(6.0) == 90
    assert budget.reserve(11, CANCEL, 6.0) > 0


def test_an_answer_that_crosses_a_boundary_speaks_of_the_window_before() -> None:
    budget = WeightBudget([RateWindow(100, 60.0, guard_s=1.0)])
    budget.observe(95, 60.2)
    assert budget.used(62.0) == 0


def test_blocked_nothing_leaves_until_then() -> None:
    budget = WeightBudget([RateWindow(100, 60.0)])
    budget.block(130.0)
    budget.block(120.0)
    assert budget.reserve(0, CANCEL, 100.0) == pytest.approx(30.0)
    assert budget.blocked_until_s == 130.0
    assert budget.reserve(1, CANCEL, 130.0) == 0


def test_what_must_go_out_is_counted() -> None:
    budget = WeightBudget([RateWindow(5, 1.0)])
    budget.charge(5, 0.0)
    assert budget.reserve(1, CANCEL, 0.5) > 0


@pytest.mark.parametrize("values", [(0, 1.0), (1, 0.0), (1, 1.0, 0.5), (1, 1.0, -0.1)])
def test_a_window_that_makes_no_sense_is_refused(values) -> None:
    with pytest.raises(ValueError, match=r"rate window|guard_s"):
        RateWindow(*values)


SKEW = st.floats(-0.2, 0.2)
requests = st.lists(
    st.tuples(
        st.floats(0, 3),
        st.sampled_from([ORDER, QUERY, MARKET_DATA]),
        st.integers(1, 20),
        st.floats(-0.2, 0.2),
    ),
    min_size=30,
    max_size=120,
)


@given(requests, st.sampled_from([None, 0.25]), st.floats(0, 0.999))
def test_the_venues_count_never_passes_the_limit(arrivals, guard_s, phase) -> None:
    """The venue's clock is up to 0.2 s off, in every request another way; its windows are of 10 s."""
    window = RateWindow(60, 10.0, guard_s)
    budget = WeightBudget([window])
    sent: list[tuple[float, int]] = []
    now_s = 1_795_000_000.0 + 10 * phase
    for pause_s, priority, weight, skew_s in arrivals:
        now_s += pause_s
        wait_s = budget.reserve(weight, priority, now_s)
        while wait_s > 0:  # whoever asks again when told to gets through
            now_s += wait_s
            wait_s = budget.reserve(weight, priority, now_s)
        # Without an alignment the two clocks need not agree, only run equally fast.
        sent.append((now_s + (0 if guard_s is None else skew_s), weight))
        # A cancel finds room at any time.
        assert WeightBudget.used(budget, now_s) <= window.limit - 6
    for start_s, _ in sent:
        if guard_s is None:
            inside = [weight for at_s, weight in sent if start_s <= at_s <= start_s + 10.0]
        else:
            index = math.floor(start_s / 10.0)
            inside = [weight for at_s, weight in sent if math.floor(at_s / 10.0) == index]
        assert sum(inside) <= window.limit


@given(requests)
def test_cancels_always_find_their_share(arrivals) -> None:
    """Up to a tenth of the limit within a window, whatever else is asked for."""
    budget = WeightBudget([RateWindow(60, 10.0)])
    now_s, cancelled_s = 0.0, -math.inf
    for pause_s, priority, weight, _ in arrivals:
        now_s += pause_s
        budget.reserve(weight, priority, now_s)
        if now_s - cancelled_s > 10.0:
            assert budget.reserve(6, CANCEL, now_s) == 0
            cancelled_s = now_s
