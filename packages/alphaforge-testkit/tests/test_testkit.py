"""The testkit on itself: its fixtures are there, and its checks can fail."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from alphaforge.hooks.loader import LoadedPlugin
from alphaforge_testkit.plugins import load_installed_plugin
from alphaforge_testkit.recordings import write_recording


def test_an_installed_plugin_is_loaded(installed_plugin: Callable[[str], LoadedPlugin]) -> None:
    assert set(installed_plugin("core").specs["sinks"]) == {"jsonl", "sqlite"}


def test_a_plugin_that_is_not_installed_fails_with_the_names_of_those_that_are() -> None:
    with pytest.raises(AssertionError, match=r"'nowhere' is not installed; installed: commands, core"):
        load_installed_plugin("nowhere")


def test_recordings_are_lines_of_time_and_frame(recording: Callable[..., Path], tmp_path: Path) -> None:
    frames = [(1, "{}"), (2, b"[]")]
    assert recording(frames).read_bytes() == b"1 {}\n2 []\n"
    packed = write_recording(tmp_path / "packed.gz", frames)
    assert gzip.decompress(packed.read_bytes()) == b"1 {}\n2 []\n"
