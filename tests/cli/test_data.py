"""`data convert` and `data info`: a Parquet file stands for the recording it was made of."""

import pytest


@pytest.fixture(scope="module")
def converted(alphaforge, recording, tmp_path_factory):
    """The recording as a Parquet file, and what the command said."""
    path = tmp_path_factory.mktemp("converted") / "second.parquet"
    outcome = alphaforge("data", "convert", recording, path, "--json")
    assert outcome.code == 0, outcome.err
    return path, outcome


def test_a_backtest_reads_both(alphaforge, recording, converted, buyer, tmp_path) -> None:
    path, outcome = converted
    from_json, from_parquet = (
        alphaforge("backtest", buyer, "--data", data, "--cash", "USDT=5000", "--json")
        for data in (recording, path)
    )
    assert (from_json.code, from_parquet.code) == (0, 0), from_parquet.err
    for key in ("result_hash", "events", "gaps", "fills", "warnings", "final_balances"):
        assert from_parquet.json[key] == from_json.json[key], key
    assert from_json.json["fills"] > 0
    assert outcome.json["events"] == from_json.json["events"]


def test_both_can_be_merged(alphaforge, recording, converted, buyer) -> None:
    path, _ = converted
    outcome = alphaforge("backtest", buyer, "--data", recording, "--data", path, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["trades"] == 40
    assert "40 trades came again and were counted once" in outcome.json["warnings"]


def test_info_says_the_same_of_both(alphaforge, recording, converted) -> None:
    path, _ = converted
    outcome = alphaforge("data", "info", recording, path, "--json")
    assert outcome.code == 0, outcome.err
    one, other = outcome.json
    assert (one.pop("file"), other.pop("file")) == (str(recording), str(path))
    assert (one.pop("bytes"), other.pop("bytes")) == (recording.stat().st_size, path.stat().st_size)
    assert one == other
    assert (one["venues"], one["events"], one["out_of_order"]) == (["BINANCE"], 122, 0)
    (instrument,) = one["instruments"]
    assert instrument["id"] == "BINANCE:BTCUSDT"
    assert instrument["events"] == {"trade": 40, "quote": 40, "snapshot": 2, "diff": 40}
    assert (instrument["sequence_breaks"], instrument["missing_updates"]) == (1, 5)


def test_info_for_people(alphaforge, recording) -> None:
    outcome = alphaforge("data", "info", recording)
    assert outcome.code == 0, outcome.err
    for text in (
        "BINANCE:BTCUSDT",
        "2026-01-01 00:00:00.000000000 UTC",
        "1 breaks, 5 updates missing",
        "122",
    ):
        assert text in outcome.out


def test_convert_tells_what_was_assumed(converted) -> None:
    path, outcome = converted
    assert "holds no exchangeInfo" in outcome.err
    assert outcome.json["instruments"] == ["BINANCE:BTCUSDT"]
    assert outcome.json["bytes_written"] == path.stat().st_size


def test_what_cannot_be_done_is_said(alphaforge_each, recording, converted, tmp_path) -> None:
    path, _ = converted
    (tmp_path / "noise.jsonl").write_text("hello\n", encoding="utf-8")
    faults = (
        (("convert", recording, path), "second.parquet: exists already: remove it, or write to another file"),
        (("convert", tmp_path / "none", tmp_path / "x"), "none: No such file or directory"),
        (("convert", tmp_path / "noise.jsonl", tmp_path / "x"), "expected `<receive time in ns> <frame>`"),
        (("info", tmp_path), "not a regular file"),
    )
    commands = [("data", *arguments) for arguments, _ in faults]
    for outcome, (arguments, said) in zip(alphaforge_each(commands, tmp_path), faults, strict=True):
        assert outcome.code == 1, arguments
        assert said in outcome.errors[0]
    assert not (tmp_path / "x").exists()


def test_a_damaged_file_is_no_traceback(alphaforge, converted, buyer, tmp_path) -> None:
    path = tmp_path / "second.parquet"
    path.write_bytes(converted[0].read_bytes()[:-100])
    outcome = alphaforge("backtest", buyer, "--data", path)
    assert outcome.code == 1
    (error,) = outcome.errors
    assert "second.parquet: the Parquet file is damaged" in error
