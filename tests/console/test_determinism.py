"""A seed gives one result, whatever the process, hash seed, threads, processors, zone, locale or console."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("alphaforge")
SECONDS = "40"
PROCESSORS = sorted(os.sched_getaffinity(0))
WALL_TIME = ("wall_s", "events_per_s", "command_times")

# What must not matter: variables of the process, and how many processors it may use.
SURROUNDINGS: dict[str, tuple[dict[str, str], int]] = {
    "plain": ({"PYTHONHASHSEED": "0"}, len(PROCESSORS)),
    "one processor, one thread": (
        {
            "PYTHONHASHSEED": "1",
            "RAYON_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        },
        1,
    ),
    "many threads, another zone": (
        {
            "PYTHONHASHSEED": "4294967295",
            "RAYON_NUM_THREADS": "7",
            "OMP_NUM_THREADS": "7",
            "TZ": "Asia/Kathmandu",
        },
        len(PROCESSORS),
    ),
    "another locale": (
        {
            "PYTHONHASHSEED": "random",
            "TZ": "America/St_Johns",
            "LC_ALL": "tr_TR.UTF-8",
            "LANG": "de_DE.UTF-8",
        },
        1,
    ),
}


def demo(seed: int, surrounding: str, *options: str) -> dict[str, object]:
    """The result of a demo in a process of its own, without its speed."""
    variables, processors = SURROUNDINGS[surrounding]

    def bind() -> None:
        os.sched_setaffinity(0, PROCESSORS[:processors])

    done = subprocess.run(
        [COMMAND, "demo", "--seed", str(seed), "--seconds", SECONDS, "--json", *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
        preexec_fn=bind,
    )
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return {key: value for key, value in result.items() if key not in WALL_TIME}


@pytest.fixture(scope="module")
def expected() -> Callable[[int], dict[str, object]]:
    """`expected(seed)` is the result in plain surroundings."""
    known: dict[int, dict[str, object]] = {}

    def of(seed: int) -> dict[str, object]:
        if seed not in known:
            known[seed] = demo(seed, "plain")
        return known[seed]

    return of


def test_no_surroundings_change_a_digit(expected) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda surrounding: demo(11, surrounding), SURROUNDINGS))
    assert all(result == expected(11) for result in results)
    assert expected(11)["fills"] > 0


def test_no_speed_changes_a_digit(expected) -> None:
    assert demo(11, "plain", "--speed", "23.5") == expected(11)


def test_seeds_differ(expected) -> None:
    results = [expected(seed) for seed in (11, 12, 13)]
    assert len({result["result_hash"] for result in results}) == 3


@pytest.mark.parametrize("speed", ["11", "50", "1000000"])
def test_the_console_changes_nothing(speed, expected, terminal) -> None:
    console = terminal("demo", "--seed", "11", "--seconds", SECONDS, "--speed", speed)
    assert console.wait() == 0
    assert console.raw.count(b"\x1b[?1049h") == 1
    (found,) = re.findall(rb"\b[0-9a-f]{64}\b", console.raw)
    assert found.decode() == expected(11)["result_hash"]
