"""The control endpoint, the clock, fault scripts, and faults of the venue as a whole."""

from decimal import Decimal

import httpx
import pytest
from alphaforge.model.errors import SetupError
from alphaforge_testkit.emulator.fault import KINDS, Fault, read_fault_script
from alphaforge_testkit.emulator.ledger import Ledger

pytestmark = pytest.mark.anyio


@pytest.fixture
async def control(echo):
    async with httpx.AsyncClient(base_url=echo.control_url) as http:
        yield http


async def test_faults_are_added_shown_and_cleared(echo, client, control) -> None:
    added = await control.post("/faults", json={"kind": "error", "status": 502})
    assert added.json() == {"number": 1}
    assert (await client.get("/x")).status_code == 502
    (shown,) = (await control.get("/faults")).json()
    assert shown == {"number": 1, "fault": {"kind": "error", "status": 502}, "matched": 1, "fired": 1}
    await control.post("/faults", json={"kind": "error", "count": 5})
    assert (await control.delete("/faults")).status_code == 200
    assert (await client.get("/x")).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/faults", {"kind": "explode"}, 400, "fault kind 'explode' is unknown"),
        ("/nothing", {}, 404, "there is no POST /nothing"),
        ("/faults", "no object", 400, "must be a mapping"),
    ],
)
async def test_what_it_cannot_do_is_told(control, path, body, status, message) -> None:
    answer = await control.post(path, json=body)
    assert answer.status_code == status
    assert message in answer.json()["error"]


async def test_the_clock_can_be_set_and_a_fault_ends(echo, control) -> None:
    right = echo.clock.now_ms()
    told = (await control.post("/clock", json={"offset_s": 3600})).json()["now_ms"]
    assert 3_600_000 <= told - right < 3_660_000
    await control.post("/clock", json={"offset_s": 0})
    echo.faults.add(kind="clock", seconds=-1.3, duration_s=0.05)
    assert echo.clock.offset_ns == -1_300_000_000
    await echo.until(lambda: echo.clock.offset_ns == 0)


async def test_a_fault_of_the_venue_has_its_time(echo) -> None:
    echo.faults.add(kind="strike", after_s=0.05, duration_s=0.1)
    assert not echo.is_on_strike
    await echo.until(lambda: echo.is_on_strike)
    await echo.until(lambda: not echo.is_on_strike)
    echo.faults.add(kind="strike")
    assert echo.is_on_strike


def test_a_script_is_read(tmp_path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nkind = "drop"\nmatch = "*@depth*"\nprobability = 0.1\n')
    assert read_fault_script(script, KINDS) == [Fault(kind="drop", match="*@depth*", probability=0.1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[fault]]\nkind = 'drop'\nevery = 3", "faults.toml: fault .*unknown field `every`"),
        ("[fault]\nkind = 'drop'", "faults.toml: fault"),
        ("faults = []", "faults.toml: unknown key 'faults'; faults are tables"),
        ("[[fault]]", "faults.toml: fault .*missing required field `kind`"),
        ("[[", "faults.toml: "),
    ],
)
def test_a_script_that_cannot_be_used_is_refused(tmp_path, text, message) -> None:
    script = tmp_path / "faults.toml"
    script.write_text(text)
    with pytest.raises(SetupError, match=message):
        read_fault_script(script, KINDS)


def test_a_script_that_is_not_there(tmp_path) -> None:
    with pytest.raises(SetupError, match=r"none\.toml: No such file"):
        read_fault_script(tmp_path / "none.toml", KINDS)


def test_the_ledger_moves_and_locks_and_makes_nothing() -> None:
    ledger = Ledger()
    ledger.deposit(1, "BTC", Decimal(2))
    ledger.lock(1, "BTC", Decimal("0.5"))
    ledger.move(1, 2, "BTC", Decimal("1.2"))
    assert (ledger.holding(1, "BTC").free, ledger.holding(2, "BTC").total) == (Decimal("0.3"), Decimal("1.2"))
    assert ledger.totals() == {"BTC": Decimal(2)}
