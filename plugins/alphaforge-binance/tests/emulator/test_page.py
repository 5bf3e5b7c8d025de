"""docs/emulator.md names every fault, every field of one, and every request of the control endpoint."""

import inspect
from pathlib import Path

import msgspec
import pytest
from alphaforge_binance.emulator import control as binance_control
from alphaforge_binance.emulator.fault_kinds import FAULT_KINDS
from alphaforge_testkit.emulator import Fault
from alphaforge_testkit.emulator import control as common_control
from alphaforge_testkit.emulator.fault import KINDS

PAGE = (Path(__file__).parents[4] / "docs" / "emulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS | FAULT_KINDS)
def test_every_fault_is_on_the_page(kind: str) -> None:
    point, text = (KINDS | FAULT_KINDS)[kind]
    assert f"| `{kind}` | {point} | {text} |\n" in PAGE


@pytest.mark.parametrize("field", [field.name for field in msgspec.structs.fields(Fault)])
def test_every_field_of_a_fault_is_on_the_page(field: str) -> None:
    assert f"`{field}`" in PAGE


def test_every_request_of_the_control_endpoint_is_on_the_page() -> None:
    source = inspect.getsource(binance_control) + inspect.getsource(common_control)
    requests = {
        part.split('"')[0] for part in source.split('"') if part.startswith(("GET /", "POST /", "DELETE /"))
    }
    requests -= {"POST /order", "DELETE /order"}
    assert len(requests) > 10
    assert [each for each in sorted(requests) if f"`{each}`" not in PAGE] == []
