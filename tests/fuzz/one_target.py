"""Fuzzes one decoder: `python -m tests.fuzz.one_target NAME CORPUS ... (options of libFuzzer)`.

Ends with the traceback of the first exception that its documentation does not know. libFuzzer sees to
inputs that take too long, and to memory.
"""

import contextlib
import random
import sys

import atheris

with atheris.instrument_imports(
    include=["alphaforge", "alphaforge_binance", "alphaforge_coinbase", "alphaforge_parquet"]
):
    from tests.fuzz.mutation import mutated
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until the time is over."""
    target = TARGETS[sys.argv[1]]

    def run(data: bytes) -> None:
        with contextlib.suppress(*target.raises):
            target.run(data)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        generator = random.Random(seed)
        changed = mutated(data, generator) if generator.random() < 0.7 else None
        return changed[:most] if changed is not None else atheris.Mutate(data, most)

    atheris.Setup([sys.argv[0], *sys.argv[2:]], run, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
