"""Fuzzes every decoder for its share of the time: `python -m tests.fuzz --seconds 60`.

No decoder may raise what its documentation does not say, take longer than five seconds for an input, or make
the process larger than a gigabyte. An input that does is kept, and named with the command that repeats it.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from tests.fuzz.targets import TARGETS

SCALE = float(os.environ.get("ALPHAFORGE_TEST_SCALE", "1"))
LONGEST_INPUT_S = 5
LARGEST_PROCESS_MB = 1_024
LARGEST_INPUT_BYTES = 16_384
STARTING_S = 120


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description="Fuzz the decoders.")
    parser.add_argument("--seconds", type=float, default=60.0 * SCALE)
    parser.add_argument(
        "--corpus", type=Path, help="a folder that keeps what was found; by default it is new"
    )
    parser.add_argument("--seed", type=int, default=1, help="0 is another one each time")
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="TARGET")
    options = parser.parse_args()
    if find_spec("atheris") is None:
        print("atheris has no wheel for this machine: nothing is fuzzed")
        return 0
    corpus = options.corpus or Path(mkdtemp(prefix="alphaforge-corpus-"))
    workers = os.cpu_count() or 1
    share_s = max(options.seconds * workers / len(options.targets), 1)
    with ThreadPoolExecutor(workers) as pool:
        failures = list(pool.map(lambda name: _fuzz(name, corpus, share_s, options.seed), options.targets))
    return min(sum(failures), 1)


def _fuzz(name: str, corpus: Path, seconds: float, seed: int) -> bool:
    """Fuzz a target in a process of its own; whether it failed."""
    folder = corpus / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(TARGETS[name].seeds):
        (folder / f"seed-{number}").write_bytes(data)
    command = [
        sys.executable, "-m", "tests.fuzz.one_target", name, str(folder), f"-seed={seed}",
        f"-max_total_time={max(round(seconds), 1)}", f"-timeout={LONGEST_INPUT_S}", "-print_final_stats=1",
        f"-rss_limit_mb={LARGEST_PROCESS_MB}", f"-max_len={LARGEST_INPUT_BYTES}",
        f"-artifact_prefix={folder}/failed-",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, timeout=seconds + STARTING_S
    )
    tried = re.search(r"number_of_executed_units: +(\d+)", done.stderr)
    memory = re.search(r"peak_rss_mb: +(\d+)", done.stderr)
    if done.returncode == 0 and tried is not None and memory is not None:
        print(f"{name}: {int(tried[1]):,} inputs, {memory[1]} MB", flush=True)
        return False
    said = "\n".join(
        line for line in done.stderr.splitlines() if not line.startswith(("INFO", "WARNING", "#"))
    )
    print(f"{name}: FAILED (exit code {done.returncode})\n{done.stdout[-3_000:]}\n{said[-3_000:]}")
    for path in sorted(folder.glob("failed-*")):
        print(f"repeat it: {sys.executable} -m tests.fuzz.one_target '{name}' {path}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
