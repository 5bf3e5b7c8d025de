"""The HTTP driver: deadlines, budgets, retries of what may be retried; of the rest it says what is known."""

import logging
import random
import ssl
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import anyio
import httpx

from alphaforge.drivers.clock import Clock
from alphaforge.drivers.tls import verifying
from alphaforge.sansio.backoff import Backoff
from alphaforge.sansio.errors import NotSentError, OutcomeUnknownError, TransportError
from alphaforge.sansio.http_message import HttpRequest, HttpResponse
from alphaforge.sansio.rate_limit import WeightBudget

log = logging.getLogger("alphaforge.drivers.http")

_IM_A_TEAPOT = 418
_SILENCE_S = {HTTPStatus.TOO_MANY_REQUESTS: 60.0, _IM_A_TEAPOT: 120.0}
"""How long these statuses silence us where the venue does not say it."""
_HEADERS = [("accept", "*/*"), ("accept-encoding", "gzip, deflate"), ("user-agent", "alphaforge")]


def _no_usage(response: HttpResponse) -> int | None:
    return None


class HttpDriver:
    """Sends requests to one venue over a pool of connections.

    It follows no redirect, reads no proxy from the environment, and takes no peer that cannot prove its name.
    """

    def __init__(
        self,
        base_url: str,
        *,
        budget: WeightBudget,
        clock: Clock,
        tls_context: ssl.SSLContext | None = None,
        usage_of: Callable[[HttpResponse], int | None] = _no_usage,
        generator: random.Random | None = None,
        try_timeout_s: float = 5.0,
        max_connections: int = 10,
        max_body_bytes: int = 64 * 2**20,
    ) -> None:
        """Of `base_url` scheme, host, port and perhaps a prefix of all paths.

        `usage_of` reads from a response how much of the budget's first window the venue says is used.
        `try_timeout_s` bounds one try of an idempotent request; another request has its whole deadline.
        """
        self._base_url = base_url.rstrip("/")
        self._base = httpx.URL(self._base_url)
        self._budget = budget
        self._clock = clock
        self._usage_of = usage_of
        self._random = generator or random.Random()  # noqa: S311  # pauses need no secrecy
        self._try_timeout_s = try_timeout_s
        self._max_body_bytes = max_body_bytes
        self._client = httpx.AsyncClient(
            verify=verifying(tls_context),
            timeout=None,  # noqa: S113  # the deadlines of requests and tries cover everything
            trust_env=False,
            limits=httpx.Limits(max_connections=max_connections, keepalive_expiry=30.0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    async def request(self, request: HttpRequest) -> HttpResponse:
        """Send a request and return the whole answer, whatever its status is.

        Raises:
            NotSentError: no byte of it has left.
            OutcomeUnknownError: bytes of it may have left, and there is no answer.
        """
        call = _Call(request, self._clock.monotonic_s() + request.deadline_s)
        try:
            with anyio.fail_after(request.deadline_s):
                return await self._until_answered(call)
        except TimeoutError:
            raise call.failed(f"no answer within {request.deadline_s:g} s") from None

    async def _until_answered(self, call: "_Call") -> HttpResponse:
        backoff = Backoff(self._random, first_s=0.1, longest_s=5.0)
        while True:
            await self._wait_for_budget(call)
            response: HttpResponse | None = None
            failure = ""
            try:
                response = await self._send(call)
            except (httpx.HTTPError, TimeoutError, _BodyTooLongError) as error:
                # What httpx says of an error may hold what the peer sent, but neither URL nor headers.
                failure = str(error) or type(error).__name__
                if not call.request.is_idempotent or _is_about_trust(error):
                    raise call.failed(failure) from error
            retry_after_s = 0.0
            if response is not None:
                retry_after_s = self._learn(response)
                if not call.request.is_idempotent or not _is_worth_a_retry(response.status):
                    return response
            pause_s = max(backoff.pause_s(), retry_after_s)
            if self._clock.monotonic_s() + pause_s >= call.deadline_s:
                if response is not None:
                    return response
                raise call.failed(failure)
            log.debug("%s: tried again in %.3f s (%s)", call.request, pause_s, failure or "refused for now")
            await anyio.sleep(pause_s)

    async def _wait_for_budget(self, call: "_Call") -> None:
        request = call.request
        while (wait_s := self._budget.reserve(request.weight, request.priority, self._clock.now_s())) > 0:
            if self._clock.monotonic_s() + wait_s >= call.deadline_s:
                raise call.failed(f"the rate limit has room for it in {wait_s:.3f} s, after its deadline")
            await anyio.sleep(wait_s)

    async def _send(self, call: "_Call") -> HttpResponse:
        request = call.request
        left_s = call.deadline_s - self._clock.monotonic_s()
        if request.is_idempotent:
            left_s = min(left_s, self._try_timeout_s)
        query = f"?{request.query}" if request.query else ""
        target = f"{self._base.raw_path.decode().rstrip('/')}{request.path}{query}"
        message = httpx.Request(
            request.method,
            # Without the query, since httpx logs it; what goes out is the target, byte by byte.
            self._base_url + request.path,
            headers=[*_HEADERS, *request.headers],
            content=request.body or None,
            extensions={
                "target": target.encode("ascii"),
                "trace": call.trace,
                # Half for TCP, half for TLS: a handshake that is cancelled instead leaves its socket open.
                "timeout": {"connect": left_s / 2},
            },
        )
        with anyio.fail_after(left_s):
            response = await self._client.send(message, stream=True)
            try:
                body = await self._read(response)
            finally:
                await response.aclose()
        log.debug("%s: %d, %d bytes", request, response.status_code, len(body))
        return HttpResponse(response.status_code, dict(response.headers), body)

    async def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._max_body_bytes:
                raise _BodyTooLongError(f"an answer of more than {self._max_body_bytes} bytes")
        return bytes(body)

    def _learn(self, response: HttpResponse) -> float:
        """Take over what the venue says of its limits; returns for how many seconds it wants silence."""
        now_s = self._clock.now_s()
        used = self._usage_of(response)
        if used is not None:
            self._budget.observe(used, now_s)
        told = response.headers.get("retry-after", "")
        retry_after_s = float(told) if told.isascii() and told.isdigit() else None
        if response.status in _SILENCE_S:
            silence_s = _SILENCE_S[response.status] if retry_after_s is None else retry_after_s
            log.warning("the venue answers %d: silent for %.0f s", response.status, silence_s)
            self._budget.block(now_s + silence_s)
            return silence_s
        return retry_after_s or 0.0


class _BodyTooLongError(Exception):
    """The answer is longer than anything that we would ask for."""


class _Call:
    """A request with its deadline (monotonic seconds), and whether a byte of it may have left."""

    def __init__(self, request: HttpRequest, deadline_s: float) -> None:
        self.request = request
        self.deadline_s = deadline_s
        self._has_begun = False

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Told by httpcore before it writes the first byte of a request: until then nothing has left."""
        if event.endswith(".send_request_headers.started"):
            self._has_begun = True

    def failed(self, why: str) -> TransportError:
        if self._has_begun:
            return OutcomeUnknownError(f"{self.request}: {why}; what the venue made of it is not known")
        return NotSentError(f"{self.request}: {why}; it was not sent")


def _is_about_trust(error: BaseException | None) -> bool:
    """Whether the peer could not prove its name: it will not be able to the next time either."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _is_worth_a_retry(status: int) -> bool:
    return status in _SILENCE_S or status >= HTTPStatus.INTERNAL_SERVER_ERROR
