"""`demo`: the same seed gives the same market, whatever the hash seed of Python; another gives another."""

import pytest


@pytest.fixture(scope="module")
def demos(alphaforge):
    """`demos(seed, hash_seed)` runs a short demo."""

    def run(seed: int, hash_seed: str):
        outcome = alphaforge(
            "demo", "--json", "--seconds", "20", "--seed", str(seed), PYTHONHASHSEED=hash_seed
        )
        assert (outcome.code, outcome.err) == (0, f"warning: the market is simulated, with seed {seed}\n")
        return outcome.json

    return run


def without_speed(result: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in result.items() if key not in ("wall_s", "events_per_s")}


def test_a_seed_gives_the_same_run_to_the_last_digit(demos) -> None:
    first, second, third = demos(7, "0"), demos(7, "1"), demos(7, "4294967295")
    assert without_speed(first) == without_speed(second) == without_speed(third)
    assert first["fills"] > 0


def test_seeds_differ(demos) -> None:
    first, second = demos(7, "0"), demos(8, "0")
    assert first["result_hash"] != second["result_hash"]
    assert first["events"] != second["events"]


def test_for_people_it_says_what_happened_and_what_comes_next(alphaforge) -> None:
    outcome = alphaforge("demo", "--seconds", "5")
    assert outcome.code == 0
    assert "result hash" in outcome.out
    assert "the maker fee of\nthe demo is zero" in outcome.out
    assert "alphaforge backtest examples/ema_cross.py --data RECORDING" in outcome.out
    assert outcome.err == "warning: the market is simulated, with seed 1\n"
