"""HTTP over real sockets, and what faults do to requests."""

import ssl

import anyio
import httpx
import pytest
from alphaforge.model.errors import SetupError

pytestmark = pytest.mark.anyio


async def test_requests_are_answered_on_one_connection(client) -> None:
    for number in range(3):
        answer = await client.post("/some/path", content=f"body {number}")
        assert answer.json() == {"target": "POST /some/path", "body": f"body {number}"}


@pytest.mark.parametrize(
    ("kind", "is_processed"),
    [("error", False), ("error_but_accepted", True), ("reset", False), ("reset_but_accepted", True)],
)
async def test_a_request_fails_before_or_after_it_is_processed(echo, client, kind, is_processed) -> None:
    echo.faults.add(kind=kind, match="POST *", status=503, code=-7)
    if kind.startswith("reset"):
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await client.post("/order")
    else:
        answer = await client.post("/order")
        assert (answer.status_code, answer.json()) == (503, {"code": -7})
    assert echo.processed == ["POST /order"] * is_processed
    assert (await client.post("/order")).status_code == 200


async def test_a_lost_answer_never_comes(echo, client) -> None:
    echo.faults.add(kind="answer_lost")
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/x", timeout=0.2)
    assert echo.processed == ["GET /x"]


async def test_a_delayed_answer_comes_late(echo, client) -> None:
    echo.faults.add(kind="answer_delayed", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/x", timeout=0.1)
    echo.faults.add(kind="answer_delayed", seconds=0.1)
    assert (await client.get("/x", timeout=5)).status_code == 200


async def test_a_refused_connection_is_reset(echo) -> None:
    echo.faults.add(kind="refuse")
    async with httpx.AsyncClient(base_url=f"http://{echo.address}") as http:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectError)):
            await http.get("/x")
        assert (await http.get("/x")).status_code == 200


async def test_faults_strike_where_and_as_often_as_they_say(echo, client) -> None:
    echo.faults.add(kind="error", match="GET /a*", nth=2, count=2)
    statuses = [(await client.get(path)).status_code for path in ("/a", "/b", "/ab", "/a", "/a")]
    assert statuses == [200, 200, 503, 503, 200]
    (report,) = echo.faults.report()
    # The fault is spent with its second blow, and counts no more.
    assert (report["matched"], report["fired"]) == (3, 2)


async def test_the_same_seed_draws_the_same_faults(echo, client) -> None:
    echo.faults.add(kind="error", probability=0.5)
    struck = [(await client.get("/x")).status_code == 503 for _ in range(40)]
    echo.faults.clear()
    # Another emulator with the same seed, and the same number of faults before.
    async with type(echo)(seed=7) as again:
        again.faults.add(kind="error", probability=0.5)
        async with httpx.AsyncClient(base_url=f"http://{again.address}") as http:
            assert [(await http.get("/x")).status_code == 503 for _ in range(40)] == struck
    assert 5 < sum(struck) < 35


async def test_what_is_no_http_is_refused(echo) -> None:
    async with await anyio.connect_tcp("127.0.0.1", echo.port) as stream:
        await stream.send(b"\x00\x01 what\r\n\r\n")
        assert (await stream.receive()).startswith(b"HTTP/1.1 400 ")


async def test_tls_with_a_certificate_that_was_made_at_the_start(echo) -> None:
    async with type(echo)(tls=True) as secure:
        async with httpx.AsyncClient(verify=secure.client_ssl_context()) as http:
            assert (await http.get(f"https://{secure.address}/x")).status_code == 200
            certificate = (await http.get(f"{secure.control_url}/certificate")).json()["pem"]
        assert certificate == secure.authority.cert_pem.bytes().decode()
        async with httpx.AsyncClient(verify=ssl.create_default_context()) as stranger:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get(f"https://{secure.address}/x")


async def test_what_a_test_raises_goes_on_as_it_is(echo) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with type(echo)():
            raise KeyError("mine")


async def test_a_bug_of_ours_is_not_swallowed(echo) -> None:
    with pytest.raises(ZeroDivisionError, match="a bug of ours"):
        async with type(echo)() as broken, httpx.AsyncClient() as http:
            assert (await http.get(f"http://{broken.address}/crash")).status_code == 500


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "explode"}, "fault kind 'explode' is unknown; the kinds are .*strike"),
        ({"kind": "drop", "probability": 2}, "probability 2.0 must lie between 0 and 1"),
        ({"kind": "drop", "nth": 0}, "nth 0 must be 1 or more"),
        ({"kind": "drop", "matches": "*"}, "unknown field `matches`"),
        ({"kind": "drop", "count": "many"}, "Expected `int | null`, got `str`"),
    ],
)
async def test_faults_that_make_no_sense_are_refused(echo, fields, message) -> None:
    with pytest.raises(SetupError, match=message):
        echo.faults.add(**fields)
