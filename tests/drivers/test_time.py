"""Pauses, clocks and offsets."""

import random

import pytest
from alphaforge.drivers.clock import Clock
from alphaforge.sansio.backoff import Backoff
from alphaforge.sansio.clock_offset import ClockOffset, OffsetSample, WallClockWatch
from hypothesis import given
from hypothesis import strategies as st

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND


@given(st.integers(), st.lists(st.floats(0, 59), max_size=40))
def test_pauses_grow_up_to_the_cap(seed, runs_s) -> None:
    backoff = Backoff(random.Random(seed), first_s=0.5, longest_s=30.0, reset_after_s=60.0)
    for number, ran_s in enumerate(runs_s):
        assert 0 <= backoff.pause_s(ran_s) <= min(0.5 * 2**number, 30.0)


def test_pauses_are_jittered_over_their_whole_range_and_repeat_with_the_seed() -> None:
    def pauses(seed: int) -> list[float]:
        backoff = Backoff(random.Random(seed), first_s=10.0, longest_s=10.0)
        return [backoff.pause_s() for _ in range(500)]

    assert pauses(1) == pauses(1) != pauses(2)
    assert min(pauses(1)) < 0.5
    assert max(pauses(1)) > 9.5


def test_a_long_run_is_recovery() -> None:
    backoff = Backoff(random.Random(1), first_s=0.5, longest_s=30.0, reset_after_s=60.0)
    assert max(backoff.pause_s(59.0) for _ in range(200)) > 20
    assert backoff.pause_s(61.0) <= 0.5
    assert backoff.pause_s() <= 1.0


class Hands:
    """Clocks that the test sets."""

    def __init__(self) -> None:
        self.wall_ns = 1_795_000_000 * SECOND
        self.monotonic_ns = 5 * SECOND

    def advance(self, by_ns: int) -> None:
        self.wall_ns += by_ns
        self.monotonic_ns += by_ns

    def clock(self) -> Clock:
        return Clock(lambda: self.wall_ns, lambda: self.monotonic_ns)


@given(st.lists(st.tuples(st.integers(0, HOUR), st.integers(-2 * HOUR, 2 * HOUR), st.booleans())))
def test_time_never_goes_backwards(steps) -> None:
    hands = Hands()
    clock = hands.clock()
    last_ns = clock.now_ns()
    for advance_ns, jump_ns, anchored in steps:
        hands.advance(advance_ns)
        hands.wall_ns += jump_ns
        if anchored:
            clock.re_anchor()
        now_ns = clock.now_ns()
        assert now_ns >= last_ns
        last_ns = now_ns


@pytest.mark.parametrize("jump_ns", [HOUR, -HOUR, -1_300_000_000, 2 * SECOND])
def test_a_wall_clock_that_is_set_is_reported_once_and_not_followed(jump_ns, caplog) -> None:
    """F33: the local clock jumps by an hour, or is corrected."""
    hands = Hands()
    clock = hands.clock()
    start_ns = clock.now_ns()
    hands.advance(SECOND)
    assert clock.wall_jump_ns() is None
    hands.wall_ns += jump_ns
    assert clock.now_ns() == start_ns + SECOND
    assert clock.wall_jump_ns() == jump_ns
    assert clock.wall_jump_ns() is None
    assert f"the wall clock was set by {jump_ns / SECOND:+.3f} s" in caplog.text
    assert clock.re_anchor() == jump_ns
    hands.advance(2 * HOUR)
    assert clock.now_ns() == hands.wall_ns
    assert clock.monotonic_s() == pytest.approx(5 + 1 + 2 * 3600)


def test_small_differences_are_no_jump() -> None:
    watch = WallClockWatch(1_000 * SECOND, 0)
    assert watch.jump_ns(1_001 * SECOND + SECOND // 5, SECOND) is None
    assert watch.jump_ns(1_001 * SECOND + SECOND // 3, SECOND) == SECOND // 3


def test_the_sample_with_the_least_round_trip_is_believed() -> None:
    offset = ClockOffset(window_s=60.0)
    assert (offset.is_known, offset.offset_ns, offset.uncertainty_ns) == (False, 0, None)
    offset.add(OffsetSample(sent_ns=0, received_ns=100, venue_ns=1_050))
    assert (offset.is_known, offset.offset_ns, offset.uncertainty_ns) == (True, 1_000, 50)
    offset.add(OffsetSample(sent_ns=1_000, received_ns=1_020, venue_ns=1_990))
    assert (offset.offset_ns, offset.uncertainty_ns) == (980, 10)
    offset.add(OffsetSample(sent_ns=2_000, received_ns=2_500, venue_ns=9_000))
    assert offset.offset_ns == 980
    # A minute later the good one is too old to say anything.
    offset.add(OffsetSample(sent_ns=61 * SECOND, received_ns=61 * SECOND + 40, venue_ns=61 * SECOND + 520))
    assert (offset.offset_ns, offset.uncertainty_ns) == (500, 20)
    offset.clear()
    assert not offset.is_known


def test_an_answer_before_its_question_is_refused() -> None:
    with pytest.raises(ValueError, match="received_ns 1 is before sent_ns 2"):
        ClockOffset().add(OffsetSample(2, 1, 0))


@given(
    st.integers(-2 * SECOND, 2 * SECOND),
    st.lists(st.tuples(st.integers(0, SECOND), st.integers(0, SECOND), st.integers(0, SECOND)), min_size=1),
)
def test_the_offset_is_never_wronger_than_it_says_and_venue_time_never_goes_back(true_ns, samples) -> None:
    offset = ClockOffset()
    now_ns, last_ns = 0, 0
    for pause_ns, there_ns, back_ns in samples:
        sent_ns = now_ns + pause_ns
        now_ns = sent_ns + there_ns + back_ns
        offset.add(OffsetSample(sent_ns, now_ns, sent_ns + there_ns + true_ns))
        assert offset.uncertainty_ns is not None
        assert abs(offset.offset_ns - true_ns) <= offset.uncertainty_ns + 1
        venue_ns = offset.venue_now_ns(now_ns)
        assert venue_ns >= last_ns
        last_ns = venue_ns
