"""The REST interface.

Source: binance-spot-api-docs, rest-api.md.
"""

from typing import Any

from alphaforge_testkit.emulator import HttpRequest, HttpResponse
from alphaforge_testkit.emulator.http import parse_fields

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.auth import rest_payload
from alphaforge_binance.emulator.call import Call, Venue
from alphaforge_binance.emulator.errors import ApiError
from alphaforge_binance.emulator.gate import Gate, check_time
from alphaforge_binance.emulator.limits import LimitError
from alphaforge_binance.emulator.operations import BY_REST, Operation
from alphaforge_binance.emulator.params import Params

_PREFIX = "/api/v3"
MILLISECOND_NS, MICROSECOND_NS = 1_000_000, 1_000


class Rest:
    """Answers requests."""

    def __init__(self, venue: Venue, gate: Gate) -> None:
        self._venue = venue
        self._gate = gate
        self.answered: dict[str, int] = {}
        """How many requests of each target were processed."""

    def answer(self, request: HttpRequest, now_ns: int) -> HttpResponse:
        """Answer a request at a time."""
        if request.path.startswith(f"{_PREFIX}/userDataStream"):
            return HttpResponse.json({"code": -1016, "msg": "This service is no longer available."}, 410)
        operation = BY_REST.get(f"{request.method} {request.path.removeprefix(_PREFIX)}")
        if operation is None or not request.path.startswith(_PREFIX):
            return HttpResponse.json({"code": -1020, "msg": "This operation is not supported."}, 404)
        self.answered[request.target] = self.answered.get(request.target, 0) + 1
        caller: Account | None = None
        limits = self._venue.limits
        headers: dict[str, str] = {}
        try:
            limits.admit(request.peer, now_ns)
            weight = 1
            try:
                params = _params(request)
                weight = operation.weight_of(params)
                caller = self._authenticate(request, operation, params, now_ns)
                value = self._run(operation, params, caller, request, now_ns)
                weight = 0 if operation.is_free_on_success else weight
            finally:
                limits.charge(request.peer, weight, now_ns)
            response = HttpResponse.json(value)
        except LimitError as error:
            headers["Retry-After"] = str(error.retry_after_s)
            body = {"code": error.code, "msg": error.msg}
            response = HttpResponse.json(body, error.status)
        except ApiError as error:
            response = HttpResponse.json(error.body(), error.status)
        headers["x-mbx-used-weight"] = headers["x-mbx-used-weight-1m"] = str(
            limits.weight_used(request.peer, now_ns)
        )
        if caller is not None and operation.security == "trade":
            ten_seconds, day = limits.order_counts(caller.number, now_ns)
            headers["x-mbx-order-count-10s"], headers["x-mbx-order-count-1d"] = str(ten_seconds), str(day)
        response.headers |= headers
        return response

    def _authenticate(
        self, request: HttpRequest, operation: Operation, params: Params, now_ns: int
    ) -> Account | None:
        if operation.security == "none":
            return None
        account, key = self._gate.owner(request.headers.get("x-mbx-apikey"), operation.security)
        self._gate.check_signature(key, rest_payload(request.query, request.body), params)
        check_time(params, now_ns)
        return account

    def _run(
        self, operation: Operation, params: Params, caller: Account | None, request: HttpRequest, now_ns: int
    ) -> Any:
        unit = request.headers.get("x-mbx-time-unit", "").upper()
        if unit not in {"", "MILLISECOND", "MICROSECOND"}:
            raise ApiError(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")
        unit_ns = MICROSECOND_NS if unit == "MICROSECOND" else MILLISECOND_NS
        return operation.run(Call(self._venue, params, now_ns, unit_ns, caller))


def _params(request: HttpRequest) -> Params:
    """Query and form body together; the query wins where a name stands in both."""
    return Params(parse_fields(request.body) | request.query_fields)
