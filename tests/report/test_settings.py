"""What the page tells of the settings: what decided the result, and no secrets."""

from pathlib import Path
from typing import Any

SECRETIVE = '''
from pydantic import SecretStr

from alphaforge import Strategy, StrategyParams


class Params(StrategyParams):
    pin: SecretStr = SecretStr("1234-typed")
    api_token: str = "5678-named"
    depth: int = 3


class Secretive(Strategy[Params]):
    """Has secrets."""
'''


def test_what_decides_is_shown_and_secrets_are_not(run_node: Any, tmp_path: Path) -> None:
    path = tmp_path / "secretive.py"
    path.write_text(SECRETIVE, encoding="utf-8")
    result = run_node(
        feed={"seconds": 2.0, "seed": 9},
        paper={"maker_fee": "0.0007", "cash": {"USDT": "321"}},
        strategies=[{"use": str(path), "params": {"pin": "4321-given"}}],
        risk={"instrument": {"SIM:BTCUSDT": {"max_position": "0.15"}}},
    )[0]
    settings = dict(result.settings)
    wanted = {
        "feed.source": "simulated",
        "feed.seed": "9",
        "feed.seconds": "2.0",
        "paper.maker_fee": "0.0007",
        "paper.latency_ms": "5.0",
        "paper.cash.USDT": "321",
        "strategies.Secretive.use": str(path),
        "strategies.Secretive.params.pin": "********",
        "strategies.Secretive.params.api_token": "********",
        "strategies.Secretive.params.depth": "3",
        "risk.instrument.SIM:BTCUSDT.max_position": "0.15",
    }
    assert {path: settings.get(path) for path in wanted} == wanted
    assert "feed.files" not in settings
    page = result.page()
    for secret in ("1234-typed", "5678-named", "4321-given"):
        assert secret not in page
