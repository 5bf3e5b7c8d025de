"""Every figure of a report equals what polars makes of the fills and the prices, to 1e-9."""

import math
from typing import Any

CLOSE = 1e-9


def differences(found: Any, wanted: Any, at: str = "report") -> list[str]:
    """Where a report says something else than the oracle; what the oracle does not know is left out."""
    if isinstance(wanted, dict):
        missing = [f"{at}.{key} is missing" for key in wanted if key not in found]
        both = [key for key in wanted if key in found]
        return missing + [
            text for key in both for text in differences(found[key], wanted[key], f"{at}.{key}")
        ]
    if isinstance(wanted, list):
        if len(found) != len(wanted):
            return [f"{at}: {len(found)} instead of {len(wanted)}"]
        pairs = enumerate(zip(found, wanted, strict=True))
        return [text for place, (one, other) in pairs for text in differences(one, other, f"{at}[{place}]")]
    if isinstance(wanted, float) and found is not None:
        near = math.isclose(float(found), wanted, rel_tol=CLOSE, abs_tol=CLOSE)
        return [] if near else [f"{at}: {found} instead of {wanted}"]
    return [] if found == wanted else [f"{at}: {found} instead of {wanted}"]


def compare(oracle: Any, run: Any, cash: float, holdings: dict[str, float] | None = None) -> dict[str, Any]:
    """Compare everything, and return the report for what else is to be said of it."""
    independent = oracle(run.records, run.prices, cash, holdings or {})
    report = run.result.to_json()["report"]
    report["positions"].sort(key=lambda each: (each["strategy"], each["instrument"]))
    off = independent.equity["recorded"] - independent.equity["equity"]
    assert off.abs().max() <= CLOSE * cash
    assert differences(report, independent.figures()) == []
    trips = independent.trips().sort("ended", "began").tail(1_000).to_dicts()
    listed = (
        "strategy",
        "instrument",
        "direction",
        "quantity",
        "opened_at",
        "closed_at",
        "profit",
        "fees",
        "net",
    )
    assert differences(report["round_trips"], [{name: trip[name] for name in listed} for trip in trips]) == []
    compare_hops(report["hops"], independent.hops())
    return report


def compare_hops(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert found.keys() == wanted.keys()
    for hop, times in wanted.items():
        assert found[hop]["count"] == len(times), hop
        for percent in (50, 90, 99, 100):
            if len(times):
                exact = times[math.ceil(len(times) * percent / 100) - 1]
                # Durations are known to 1/1024, and never told too short; the longest is exact.
                assert exact <= found[hop][f"p{percent}_ns"] <= exact * (1 + 1 / 1_024), (hop, percent)
        if len(times):
            assert found[hop]["p100_ns"] == times[-1]


def test_a_real_recording(oracle: Any, captured_run: Any) -> None:
    report = compare(oracle, captured_run, 10_000.0)
    assert {position["strategy"] for position in report["positions"]} == {"DemoMarketMaker", "EmaCross"}
    assert report["trips"]["USDT"]["winners"] > 0 < report["trips"]["USDT"]["losers"]


def test_random_traders_in_simulated_markets(oracle: Any, simulated_run: Any) -> None:
    report = compare(oracle, simulated_run, 100_000.0, {"SIM:BTCUSDT": 3.0})
    assert {trip["direction"] for trip in report["round_trips"]} == {"long", "short"}
    slippage = report["slippage"]["USDT"]["at_fill"]
    assert slippage["maker"]["count"] > 10 < slippage["taker"]["count"]
    assert all(times["count"] > 3 for times in report["hops"].values())


def test_days_of_two_instruments(oracle: Any, long_run: Any) -> None:
    report = compare(oracle, long_run, 10_000.0)
    assert len(report["positions"]) == 3
    assert report["returns"]["interval_ns"] == 60_000_000_000
    assert report["returns"]["sharpe"]["annualised"] is not None
    assert report["returns"]["sortino"]["annualised"] is not None


def test_what_is_said_does_not_depend_on_the_wall_clock(run_node: Any) -> None:
    sections = {"feed": {"seconds": 10.0}, "strategies": [{"use": "demo-market-maker"}]}
    first, second = (run_node(**sections)[0] for _ in range(2))
    assert first.to_json()["report"] == second.to_json()["report"]
    assert first.to_json()["command_times"]["count"] > 0
