"""What plugins make is foreign code too: where it raises, its place is named and others are not harmed."""

import re

import pytest
from alphaforge.feeds.recorded import open_recordings
from alphaforge.model.errors import DataError, StrategyError
from alphaforge.strategies.loading import load_strategy_class
from alphaforge_testkit.recordings import write_recording

AT = 1_767_225_600_000_000_000
TRADE = '{"e": "trade", "E": 1, "s": "BTCUSDT", "t": 1, "p": "1.0", "q": "1.0", "T": 1, "m": true, "M": true}'
READER = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import ReaderSpec

def recognises(beginning):
    raise KeyError("no idea")

def open_it(path, instruments):
    raise OSError("never called")

@hookimpl
def alphaforge_readers():
    return [ReaderSpec("a-reader", "raises", recognises, open_it)]
"""
STRATEGY = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import StrategySpec

def refuse():
    raise SystemExit("not today")

@hookimpl
def alphaforge_strategies():
    return [
        StrategySpec("refuses", "cannot be loaded", refuse),
        StrategySpec("no-strategy", "is a number", lambda: 5),
    ]
"""


@pytest.fixture
def registry(site, installed):
    """A registry with a reader and strategies that cannot be used."""
    site.add("a-reader", READER, '[provides]\nreaders = ["a-reader"]\n')
    site.add("strategies", STRATEGY, '[provides]\nstrategies = ["refuses", "no-strategy"]\n')
    return installed()


def test_a_reader_that_raises_leaves_a_recording_to_the_others(registry, tmp_path) -> None:
    path = write_recording(tmp_path / "good.jsonl", [(AT, TRADE)])
    feed = open_recordings([path], None, registry)
    assert [instrument.id for instrument in feed.table.instruments] == ["BINANCE:BTCUSDT"]


def test_where_no_other_knows_the_file_either_it_is_told(registry, tmp_path) -> None:
    path = write_recording(tmp_path / "odd.jsonl", [(AT, "{}")])
    with pytest.raises(DataError) as refusal:
        open_recordings([path], None, registry)
    assert re.fullmatch(
        r".*odd\.jsonl: no installed reader recognises it \(readers: a-reader, binance, parquet\); "
        r"reader a-reader raised KeyError: 'no idea'; install the plugin of its venue, such as .*",
        str(refusal.value),
    )


def test_the_doctor_loads_each_strategy_and_says_what_is_wrong(site) -> None:
    site.add("strategies", STRATEGY, '[provides]\nstrategies = ["refuses", "no-strategy"]\n')
    outcome = site.run("plugins", "doctor")
    assert outcome.code == 1
    first, second = outcome.out.splitlines()
    assert first.endswith(": loaded: strategy 'no-strategy': its plugin gave 5, which is no Strategy")
    assert re.fullmatch(
        r"strategies \(dist-strategies\): loaded: strategy 'refuses': SystemExit: not today \(.*\.py:\d+\)",
        second,
    )


def test_a_strategy_that_cannot_be_loaded_names_the_place(registry) -> None:
    with pytest.raises(
        StrategyError, match=r"strategy 'refuses': SystemExit: not today \(.*plugin\.py:\d+\)$"
    ):
        load_strategy_class("refuses", registry)
    with pytest.raises(
        StrategyError, match="strategy 'no-strategy': its plugin gave 5, which is no Strategy"
    ):
        load_strategy_class("no-strategy", registry)
