"""Who may ask: keys, signatures and timestamps.

Source: binance-spot-api-docs, rest-api.md, "Request security" and "Timing security".
"""

from collections.abc import Iterable
from decimal import Decimal

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.auth import ApiKey
from alphaforge_binance.emulator.errors import ApiError, mandatory
from alphaforge_binance.emulator.operations import Security
from alphaforge_binance.emulator.params import Params

_AHEAD_NS = 1_000 * 1_000_000
_DEFAULT_WINDOW_MS = Decimal(5_000)
_LONGEST_WINDOW_MS = 60_000
_FIRST_MICROSECONDS = 10**14


class Gate:
    """The keys of all accounts."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._owners = {key.key: (account, key) for account in accounts for key in account.keys}
        self.is_revoked = False
        """Whether no key is valid, under a fault."""

    def owner(self, key: str | None, security: Security) -> tuple[Account, ApiKey]:
        """Whose key it is.

        Raises:
            ApiError: it is malformed, unknown, or has not this permission.
        """
        if not key:
            raise ApiError(-2014, "API-key format invalid.", status=401)
        found = self._owners.get(key)
        if found is None or self.is_revoked or (security == "trade" and not found[1].may_trade):
            raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
        return found

    def check_signature(self, key: ApiKey, payload: bytes, params: Params) -> None:
        """Verify what was signed.

        Raises:
            ApiError: the signature is missing or not that of the payload.
        """
        signature = params.required("signature")
        if not key.verifies(payload, signature):
            raise ApiError(-1022, "Signature for this request is not valid.")


def check_time(params: Params, now_ns: int) -> None:
    """Hold the request's timestamp against the venue's clock.

    Raises:
        ApiError: it is missing, too far ahead, or older than its receive window.
    """
    sent = params.integer("timestamp")
    window_ms = params.decimal("recvWindow")
    if sent is None:
        raise mandatory("timestamp")
    if window_ms is not None and window_ms > _LONGEST_WINDOW_MS:
        raise ApiError(-1131, "recvWindow must be less than 60000.")
    window_ns = int((window_ms if window_ms is not None else _DEFAULT_WINDOW_MS) * 1_000_000)
    sent_ns = sent * (1_000 if sent >= _FIRST_MICROSECONDS else 1_000_000)
    if sent_ns >= now_ns + _AHEAD_NS:
        raise ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now_ns - sent_ns > window_ns:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
