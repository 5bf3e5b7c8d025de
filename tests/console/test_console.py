"""The live console on a real terminal: what it shows, at every size, and that it gives the terminal back."""

import os
import re
import signal
import termios

import pytest

PANELS = ("book", "price", "equity", "strategies", "open orders", "events")
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


def has_traded(terminal) -> bool:
    """Whether the console shows orders, fills and latencies."""
    shown = terminal.text
    return bool(re.search(r"[1-9]\d* fills", shown)) and "order 10.0 / 10.0 ms" in shown and "●0.02" in shown


def has_width(terminal, size: tuple[int, int]) -> bool:
    """Whether the progress bar ends at the right edge."""
    return terminal.lines[1].rstrip() == " " + "━" * (size[0] - 2)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (160, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_it_fills_the_terminal_and_ends_with_the_summary(size, terminal) -> None:
    console = terminal("demo", "--seconds", "40", "--speed", "16", size=size)
    console.wait_for(has_traded)
    lines = console.lines
    shown = "\n".join(lines)
    for name in PANELS:
        assert re.search(rf"─  {name}  ─", shown), f"{name}\n{shown}"
    assert lines[0].startswith(" ▲ AlphaForge  SIM:BTCUSDT  demo · seed 1 · 16x")
    assert re.search(r"ready  00:\d\d / 00:40 +\d+% $", lines[0])
    assert lines[-1].endswith("Ctrl-C ends ")
    assert all(line.rstrip()[-1:] in "╮│╯" for line in lines[2:-1]), shown
    assert "● market-maker" in shown
    assert "● trend-taker" in shown
    assert any(0x2801 <= ord(letter) <= 0x28FF for letter in shown), "a chart"
    assert console.wait() == 0
    assert console.raw.count(ENTER) == console.raw.count(LEAVE) == 1
    summary = console.raw.partition(LEAVE)[2].decode()
    assert "result hash" in summary
    assert "alphaforge backtest examples/ema_cross.py" in summary
    assert "warning: the market is simulated, with seed 1" in summary


def test_our_orders_stand_at_their_price_in_the_book(terminal) -> None:
    console = terminal("demo", "--seconds", "60", "--speed", "10", size=(160, 50))
    console.wait_for(has_traded)
    # The orders are at the right and in the book at the left, in one frame.
    console.wait_for(
        lambda shown: any(
            re.search(rf"●0.02 +{re.escape(price)} ", shown.text)
            for price in re.findall(r"market-maker +(?:buy|sell) +0\.02 +([\d,.]+) ", shown.text)
        )
    )


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=lambda told: told.name)
def test_a_signal_gives_the_terminal_back_and_the_summary_comes(told, terminal) -> None:
    console = terminal("demo", "--seconds", "100000", size=(100, 30))
    console.wait_for(has_traded)
    assert not termios.tcgetattr(console.slave)[3] & termios.ECHO
    if told == signal.SIGINT:
        os.write(console.master, b"typed\x03")
    else:
        console.process.send_signal(told)
    assert console.wait() == 0
    assert termios.tcgetattr(console.slave)[3] & termios.ECHO
    assert console.raw.count(ENTER) == console.raw.count(LEAVE) == 1
    assert b"\x1b[?25h" in console.raw
    summary = console.raw.partition(LEAVE)[2].decode()
    assert f"stopped early: received {told.name}" in summary
    assert "result hash" in summary
    assert "typed" not in summary


def test_it_follows_the_size_of_the_terminal(terminal) -> None:
    console = terminal("demo", "--seconds", "100000", size=(80, 24))
    console.wait_for(has_traded)
    for size in ((20, 5), (30, 60), (200, 8), (250, 80), (120, 40)):
        console.resize(*size)
        console.wait_for(
            lambda shown, size=size: shown.lines[-1].endswith("Ctrl-C ends ") and has_width(shown, size)
        )
    console.process.send_signal(signal.SIGINT)
    assert console.wait() == 0


def test_it_redraws_no_more_than_ten_times_a_second_and_only_what_has_changed(terminal) -> None:
    console = terminal("demo", "--seconds", "12", "--speed", "6", size=(100, 30))
    assert console.wait() == 0
    frames = console.raw.split(b"\x1b[?2026h")[1:]
    assert 5 <= len(frames) <= 25
    rows = [len(re.findall(rb"\x1b\[\d+;1H", frame)) for frame in frames]
    assert rows[0] == 30
    assert min(rows) < 30
    assert sum(frame.count(b"\x1b[2J") for frame in frames) == 1


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--no-console",), {}),
        (("--json",), {}),
        ((), {"TERM": "dumb"}),
        ((), {"PYTHONIOENCODING": "latin-1"}),
    ],
    ids=["no-console", "json", "dumb", "latin-1"],
)
def test_there_is_none_where_it_is_not_wanted_or_cannot_be(arguments, variables, terminal) -> None:
    plain = terminal("demo", "--seconds", "5", *arguments, **variables)
    assert plain.wait() == 0
    assert ENTER not in plain.raw
    assert b"result" in plain.raw


def test_without_colours_everything_is_still_told(terminal) -> None:
    console = terminal("demo", "--seconds", "100000", size=(100, 30), NO_COLOR="1")
    console.wait_for(has_traded)
    assert not re.search(rb"\x1b\[[\d;]*(3|4)8;[25];", console.raw)
