"""`data info` counts what is there, and what is missing."""

from collections import Counter

import pytest
from alphaforge_parquet.info import info_of, quantiles

MS = 1_000_000


def test_what_a_recording_holds_is_counted(made_feed, at) -> None:
    def first(batch):
        batch.add_trade(1, at, at - 3 * MS, 1, "1.5", "1")
        batch.add_diff(1, at + 5 * MS, at + 7 * MS, 10, 11, [], [])
        batch.add_diff(0, at + 4 * MS, None, 5, 5, [], [])

    def second(batch):
        batch.add_diff(1, at + 6 * MS, at + 6 * MS, 12, 12, [], [])
        batch.add_diff(1, at + 7 * MS, None, 15, 20, [], [])
        batch.add_diff(1, at + 7 * MS, None, 15, 20, [], [])
        batch.add_feed_notice(1, at + 107 * MS, connected=False)

    info = info_of(made_feed(first, lambda batch: None, second))
    assert (info.events, info.out_of_order, info.longest_pause_ns) == (7, 1, 100 * MS)
    assert (info.first_ts_recv, info.last_ts_recv) == (at, at + 107 * MS)
    fine, coarse = info.instruments
    assert fine.events == {"diff": 1}
    assert fine.to_json()["receive_offset_ms"] is None
    assert coarse.events == {"trade": 1, "diff": 4, "feed_notice": 1}
    assert (coarse.sequence_breaks, coarse.missing_updates, coarse.repeated_updates) == (1, 2, 1)
    assert coarse.to_json()["receive_offset_ms"] == {"min": -2, "median": 0, "p99": 3, "max": 3}


def test_nothing_is_there(made_feed) -> None:
    data = info_of(made_feed()).to_json()
    assert (data["events"], data["first_ts_recv"], data["span_s"], data["longest_pause_s"]) == (0, None, 0, 0)


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ({5: 1}, (5, 5, 5, 5)),
        ({1: 50, 2: 49, 9: 1}, (1, 1, 2, 9)),
        ({1: 49, 2: 49, 9: 2}, (1, 2, 9, 9)),
        ({-7: 1, 3: 2}, (-7, 3, 3, 3)),
    ],
)
def test_quantiles_are_those_of_the_sorted_values(counted, expected) -> None:
    found = quantiles(Counter(counted))
    assert found is not None
    assert tuple(found.values()) == expected
