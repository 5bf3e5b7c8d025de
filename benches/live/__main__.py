"""Measures live clients on loopback: AlphaForge, ccxt pro, python-binance, and a bare one that bounds them.

    tox -e bench-live                       a table, in less than two minutes
    tox -e bench-live -- --seconds 60       orders sustained for a minute
    tox -e bench-live -- --json             JSON
    python -m benches.live                  without the clients of others

Client and server are processes of their own, each on a core of its own. All clients take turns in each
round, and every figure is the median of the rounds with their least and most: the machine's noise.

Ticks and the flood of frames come from `server.py`; orders are timed and sustained on the emulator, where
every client follows the reports on its orders too. Its limits are off, and so is our own: Binance takes
6000 orders a minute and no more. What is sustained is told by the second.
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benches.live.client import Job, Server
from benches.live.figures import Figures

CLIENT_CORE, SERVER_CORE = 0, 1
WARM_UP = 100
"""So many ticks and round trips of each round do not count."""
PROGRAMS = {"ccxt pro": "ccxt_pro", "python-binance": "python_binance"}


def main() -> None:
    options = _options()
    if not {CLIENT_CORE, SERVER_CORE} <= os.sched_getaffinity(0):
        sys.exit(f"client and server need a core each: {CLIENT_CORE} and {SERVER_CORE}")
    clients = {"bare": (sys.executable, "bare"), "alphaforge": (sys.executable, "ours")}
    clients |= {name: (python, PROGRAMS[name]) for name, python in options.peer}
    figures = Figures()
    for number in range(options.rounds):
        for name, (python, program) in clients.items():
            print(f"round {number + 1} of {options.rounds}: {name}", file=sys.stderr)
            _round(name, (python, program), options, figures)
    for name, (python, program) in clients.items():
        print(f"orders for {options.seconds} s: {name}", file=sys.stderr)
        with _servers() as (bare, emulator):
            job = _job(bare, emulator, ["sustained"], options)
            for rate in _run(python, program, job)["sustained"]:
                figures.add_rate("orders sustained, by the second", name, rate)
    print(json.dumps(figures.as_json(), indent=2) if options.json else figures.as_table())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=int, default=3, help="of which the figures are medians")
    parser.add_argument("--seconds", type=int, default=3, help="how long orders are sustained")
    parser.add_argument("--ticks", type=int, default=300, help="and round trips, of each round")
    parser.add_argument(
        "--in-flight", type=int, default=20, help="orders at a time, where they are sustained"
    )
    parser.add_argument(
        "--peer", nargs=2, action="append", default=[], metavar=("NAME", "PYTHON"),
        help=f"measure a client of others too, with the Python that has it: {', '.join(PROGRAMS)}",
    )  # fmt: skip
    return parser.parse_args()


def _job(bare: Server, emulator: Server, workloads: list[str], options: argparse.Namespace) -> Job:
    count = WARM_UP + options.ticks
    return Job(bare, emulator, workloads, count, count, 1.0, options.seconds, options.in_flight)


def _round(name: str, client: tuple[str, str], options: argparse.Namespace, figures: Figures) -> None:
    with _servers() as (bare, emulator):
        found = _run(*client, _job(bare, emulator, ["ticks", "flood", "round_trips"], options))
        with urllib.request.urlopen(f"{bare.rest}/samples") as answer:
            outside_ns = json.load(answer)
    figures.add_latencies("tick → order, seen from the server", name, outside_ns[WARM_UP:])
    if found["ticks"] is not None:
        figures.add_latencies("tick → order, within the process", name, found["ticks"][WARM_UP:])
    figures.add_latencies("order → acknowledged by the emulator", name, found["round_trips"][WARM_UP:])
    figures.add_rate("market frames into a strategy", name, found["flood"])


def _run(python: str, program: str, job: Job) -> Mapping[str, Any]:
    command = [python, "-m", f"benches.live.{program}", json.dumps(asdict(job))]
    with _pinned(command, CLIENT_CORE) as process:
        out, _ = process.communicate(timeout=120 + job.sustained_s)
    if process.returncode != 0:
        raise RuntimeError(f"benches.live.{program} failed")
    found: Mapping[str, Any] = json.loads(out)
    return found


@contextmanager
def _servers() -> Iterator[tuple[Server, Server]]:
    """Both servers, new, on their core."""
    emulate = [str(Path(sys.executable).with_name("alphaforge")), "emulate", "binance"]
    emulate += ["--json", "--unlimited", "--symbols", "BTCUSDT"]
    serve = [sys.executable, "-m", "benches.live.server"]
    with _pinned(emulate, SERVER_CORE) as emulating, _pinned(serve, SERVER_CORE) as serving:
        try:
            emulator, bare = _first_line(emulating), _first_line(serving)
            with urllib.request.urlopen(f"{emulator['control']}/keys") as answer:
                keys = json.load(answer)["main"]
            yield Server(bare["rest"], keys), Server(emulator["rest"], keys)
        finally:
            emulating.terminate()
            serving.terminate()


def _first_line(process: "subprocess.Popen[str]") -> dict[str, str]:
    """Where a server listens, which it says when it does."""
    assert process.stdout is not None
    found: dict[str, str] = json.loads(process.stdout.readline())
    return found


def _pinned(command: Sequence[str], core: int) -> "subprocess.Popen[str]":
    """A program on one core."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    os.sched_setaffinity(process.pid, {core})
    return process


if __name__ == "__main__":
    main()
