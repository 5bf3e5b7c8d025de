"""The HTTP driver over real sockets: what is known after each kind of failure, and what is tried again."""

import gzip
import ssl
import time

import anyio
import pytest
from alphaforge.drivers.clock import Clock
from alphaforge.drivers.http import HttpDriver
from alphaforge.drivers.tls import make_tls_context
from alphaforge.sansio.errors import NotSentError, OutcomeUnknownError
from alphaforge.sansio.http_message import HttpRequest
from alphaforge.sansio.rate_limit import Priority, RateWindow, WeightBudget

pytestmark = pytest.mark.anyio

ORDER = HttpRequest("POST", "/api/v3/order", query="symbol=BTCUSDT&signature=aa", deadline_s=0.4)
QUERY = HttpRequest("GET", "/api/v3/order", is_idempotent=True, deadline_s=3.0)
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"


def budget(limit: int = 1_000) -> WeightBudget:
    return WeightBudget([RateWindow(limit, 60.0)])


def driver(address: str | int, **options) -> HttpDriver:
    url = f"http://127.0.0.1:{address}" if isinstance(address, int) else address
    return HttpDriver(url, **{"budget": budget(), "clock": Clock(), **options})


async def received(stream) -> bytes:
    """One request without a body."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += await stream.receive()
    return data


def answering(*answers: bytes | None, requests: list[bytes]):
    """A server that gives one answer for each request, and for None a reset."""
    left = list(answers)

    async def serve(stream) -> None:
        while True:
            requests.append(await received(stream))
            answer = left.pop(0)
            if answer is None:
                return
            await stream.send(answer)

    return serve


# What is known after a failure.


async def test_a_refused_connection_has_sent_nothing(refused_port) -> None:
    async with driver(refused_port) as http:
        with pytest.raises(NotSentError, match=r"POST /api/v3/order: .*it was not sent"):
            await http.request(ORDER)


async def test_a_name_that_does_not_resolve_has_sent_nothing() -> None:
    async with driver("http://venue.invalid") as http:
        with pytest.raises(NotSentError):
            await http.request(ORDER)


async def test_an_untrusted_peer_is_sent_nothing(tcp_server, server_tls) -> None:
    seen = []

    async def serve(stream) -> None:
        seen.append(await stream.receive())

    async with tcp_server(serve, server_tls) as port, driver(f"https://127.0.0.1:{port}") as http:
        with pytest.raises(NotSentError, match="CERTIFICATE_VERIFY_FAILED"):
            await http.request(ORDER)
    assert seen == []


async def test_a_peer_that_speaks_no_tls_is_sent_nothing(tcp_server) -> None:
    async with (
        tcp_server(lambda stream: stream.send(b"hello\r\n")) as port,
        driver(f"https://127.0.0.1:{port}") as http,
    ):
        with pytest.raises(NotSentError):
            await http.request(ORDER)


async def test_a_handshake_that_hangs_has_sent_nothing(tcp_server) -> None:
    async with (
        tcp_server(lambda stream: anyio.sleep_forever()) as port,
        driver(f"https://127.0.0.1:{port}") as http,
    ):
        with pytest.raises(NotSentError, match="ConnectTimeout"):
            await http.request(ORDER)


async def test_our_own_limit_has_sent_nothing(tcp_server) -> None:
    requests: list[bytes] = []
    async with (
        tcp_server(answering(OK, OK, requests=requests)) as port,
        driver(port, budget=budget(2)) as http,
    ):
        await http.request(ORDER)
        with pytest.raises(NotSentError, match="the rate limit has room for it in"):
            await http.request(ORDER)
    assert len(requests) == 1


async def test_waiting_for_a_connection_of_the_pool_has_sent_nothing(tcp_server) -> None:
    async with (
        tcp_server(lambda stream: anyio.sleep_forever()) as port,
        driver(port, max_connections=1) as http,
    ):
        unknown = []

        async def hang() -> None:
            with pytest.raises(OutcomeUnknownError):
                await http.request(HttpRequest("POST", "/first", deadline_s=0.8))
            unknown.append(True)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hang)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(NotSentError):
                await http.request(ORDER)
        assert unknown == [True]


TRUNCATED = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 2", TRUNCATED, b"garbage\r\n\r\n"],
    ids=["nothing", "half a status", "half a body", "no http"],
)
@pytest.mark.parametrize("ending", ["goodbye", "reset"])
async def test_a_connection_lost_after_the_request_leaves_the_outcome_unknown(
    tcp_server, reset, answer, ending
) -> None:
    requests = []

    async def serve(stream) -> None:
        requests.append(await received(stream))
        if answer:
            await stream.send(answer)
        if ending == "reset":
            await reset(stream)

    async with tcp_server(serve) as port, driver(port) as http:
        with pytest.raises(OutcomeUnknownError, match="what the venue made of it is not known"):
            await http.request(ORDER)
    assert len(requests) == 1


async def test_a_connection_reset_at_once_leaves_the_outcome_unknown(tcp_server, reset) -> None:
    async with tcp_server(reset) as port, driver(port) as http:
        with pytest.raises(OutcomeUnknownError):
            await http.request(ORDER)


@pytest.mark.parametrize("answer", [b"", TRUNCATED], ids=["silent", "in the middle"])
async def test_a_peer_that_hangs_leaves_the_outcome_unknown_at_the_deadline(tcp_server, answer) -> None:
    async def serve(stream) -> None:
        await received(stream)
        if answer:
            await stream.send(answer)
        await anyio.sleep_forever()

    async with tcp_server(serve) as port, driver(port) as http:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknownError, match=r"no answer within 0\.4 s"):
            await http.request(ORDER)
        assert 0.4 <= time.monotonic() - began < 1.5


async def test_an_answer_that_is_too_long_leaves_the_outcome_unknown(tcp_server) -> None:
    async def serve(stream) -> None:
        await received(stream)
        await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 1000)

    async with tcp_server(serve) as port, driver(port, max_body_bytes=999) as http:
        with pytest.raises(OutcomeUnknownError, match="more than 999 bytes"):
            await http.request(ORDER)


# What is tried again.


@pytest.mark.parametrize("answer", [BUSY, OK.replace(b"200 OK", b"400 Bad")], ids=["503", "400"])
async def test_an_order_is_sent_once_whatever_the_status(tcp_server, answer) -> None:
    requests: list[bytes] = []
    async with tcp_server(answering(answer, OK, requests=requests)) as port, driver(port) as http:
        response = await http.request(ORDER)
    assert response.status == int(answer.split()[1])
    assert len(requests) == 1


async def test_a_query_is_tried_again_after_5xx_and_resets(tcp_server) -> None:
    requests: list[bytes] = []
    serve = answering(BUSY, None, BUSY, OK, requests=requests)
    async with tcp_server(serve) as port, driver(port) as http:
        response = await http.request(QUERY)
    assert (response.status, response.body) == (200, b"ok")
    assert len(requests) == 4


async def test_a_query_is_tried_again_when_a_try_hangs(tcp_server) -> None:
    requests = []

    async def serve(stream) -> None:
        requests.append(await received(stream))
        if len(requests) == 1:
            await anyio.sleep_forever()
        await stream.send(OK)

    async with tcp_server(serve) as port, driver(port, try_timeout_s=0.1) as http:
        assert (await http.request(QUERY)).status == 200
    assert len(requests) == 2


async def test_a_query_that_is_never_answered_well_ends_with_the_last_answer(tcp_server) -> None:
    requests: list[bytes] = []
    async with tcp_server(answering(*[BUSY] * 99, requests=requests)) as port, driver(port) as http:
        response = await http.request(HttpRequest("GET", "/", is_idempotent=True, deadline_s=0.5))
    assert response.status == 503
    assert 2 <= len(requests) < 50


async def test_a_query_without_any_answer_is_unknown_once_it_was_sent(tcp_server) -> None:
    requests: list[bytes] = []
    async with tcp_server(answering(*[None] * 99, requests=requests)) as port, driver(port) as http:
        with pytest.raises(OutcomeUnknownError):
            await http.request(HttpRequest("GET", "/", is_idempotent=True, deadline_s=0.3))
    assert len(requests) > 1


@pytest.mark.parametrize("request_", [ORDER, QUERY], ids=["order", "query"])
@pytest.mark.parametrize("status", [429, 418])
async def test_told_to_be_silent_it_sends_nothing_more(tcp_server, status, request_) -> None:
    requests: list[bytes] = []
    told = b"HTTP/1.1 %d No\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n" % status
    limits = budget()
    async with (
        tcp_server(answering(told, OK, requests=requests)) as port,
        driver(port, budget=limits) as http,
    ):
        assert (await http.request(request_)).status == status
        with pytest.raises(NotSentError):
            await http.request(HttpRequest("DELETE", "/", priority=Priority.CANCEL, deadline_s=0.3))
    assert len(requests) == 1
    assert 6 < limits.blocked_until_s - Clock().now_s() <= 7


async def test_a_query_waits_as_long_as_it_is_told_and_no_longer(tcp_server) -> None:
    requests: list[bytes] = []
    told = b"HTTP/1.1 429 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"
    async with tcp_server(answering(told, OK, requests=requests)) as port, driver(port) as http:
        began = time.monotonic()
        assert (await http.request(QUERY)).status == 200
        assert 1.0 <= time.monotonic() - began < 2.0


# What goes over the wire.


async def test_the_request_goes_out_byte_for_byte(tcp_server) -> None:
    query = "q=%2b%7E'\"()|[]{}^`\\&symbol=%E5%B8%81&empty=&signature=a%2Fb%3D%3D"
    request = HttpRequest(
        "POST",
        "/api/v3/a%20b;c/../d",
        query=query,
        body=b"quantity=1%2e0",
        headers=(("X-MBX-APIKEY", "key"),),
    )
    got = []

    async def serve(stream) -> None:
        data = await received_with_body(stream)
        got.append(data)
        await stream.send(OK)

    async def received_with_body(stream) -> bytes:
        data = b""
        while not data.endswith(b"quantity=1%2e0"):
            data += await stream.receive()
        return data

    async with tcp_server(serve) as port, driver(f"http://127.0.0.1:{port}/prefix/") as http:
        await http.request(request)
    line, _, rest = got[0].partition(b"\r\n")
    assert line == b"POST /prefix/api/v3/a%20b;c/../d?" + query.encode() + b" HTTP/1.1"
    headers, _, body = rest.partition(b"\r\n\r\n")
    assert body == b"quantity=1%2e0"
    assert b"X-MBX-APIKEY: key" in headers.split(b"\r\n")


async def test_an_answer_over_tls_with_gzip_is_read(tcp_server, server_tls, ca_file) -> None:
    body = gzip.compress(b'{"serverTime":1}')

    async def serve(stream) -> None:
        await received(stream)
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-MBX-Used-Weight-1M: 7\r\n"
        await stream.send(head + b"content-length: %d\r\n\r\n" % len(body) + body)

    context = make_tls_context(ca_file)
    async with (
        tcp_server(serve, server_tls) as port,
        driver(f"https://127.0.0.1:{port}", tls_context=context) as http,
    ):
        response = await http.request(QUERY)
    assert response.body == b'{"serverTime":1}'
    assert response.headers["x-mbx-used-weight-1m"] == "7"


async def test_the_venue_says_what_is_used(tcp_server) -> None:
    limits = budget(100)
    answer = OK.replace(b"content", b"x-used: 88\r\ncontent")
    async with (
        tcp_server(answering(answer, requests=[])) as port,
        driver(port, budget=limits, usage_of=lambda response: int(response.headers["x-used"])) as http,
    ):
        await http.request(ORDER)
    now_s = Clock().now_s()
    assert limits.used(now_s) == 88
    assert limits.reserve(3, Priority.ORDER, now_s) > 0
    assert limits.reserve(3, Priority.CANCEL, now_s) == 0


async def test_connections_are_used_again_until_the_peer_has_closed_them(tcp_server) -> None:
    ports = []
    finished = anyio.Event()

    async def serve(stream) -> None:
        ports.append(stream.extra(anyio.abc.SocketAttribute.remote_port))
        for _ in range(2):
            await received(stream)
            await stream.send(OK)
        await stream.aclose()
        finished.set()

    async with tcp_server(serve) as port, driver(port) as http:
        for _ in range(2):
            await http.request(ORDER)
        await finished.wait()
        await http.request(ORDER)
    assert len(ports) == 2


async def test_a_redirect_is_not_followed(tcp_server) -> None:
    moved = b"HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    async with tcp_server(answering(moved, requests=[])) as port, driver(port) as http:
        assert (await http.request(ORDER)).status == 307


async def test_a_proxy_of_the_environment_is_not_used(tcp_server, monkeypatch, refused_port) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{refused_port}")
    async with tcp_server(answering(OK, requests=[])) as port, driver(port) as http:
        assert (await http.request(ORDER)).status == 200


async def test_a_context_that_does_not_verify_is_refused() -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    with pytest.raises(ValueError, match="must verify certificates and host names"):
        driver(1, tls_context=context)
