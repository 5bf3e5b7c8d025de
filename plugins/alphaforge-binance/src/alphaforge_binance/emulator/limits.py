"""Rate limits: request weight by address, unfilled orders by account, and what follows from ignoring them.

Source: binance-spot-api-docs, rest-api.md, limits; faqs/order_count_decrement.md.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from alphaforge_binance.emulator.errors import ApiError

_SECOND_NS = 1_000_000_000
_FIRST_BAN_S = 120
_LONGEST_BAN_S = 3 * 86_400


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How much is allowed; windows are aligned to the clock."""

    weight_1m: int = 6_000
    orders_10s: int = 100
    orders_1d: int = 200_000
    raw_5m: int = 300_000
    violations_before_ban: int = 10
    messages_per_s: int = 5
    streams_per_connection: int = 1024
    connections_5m: int = 300


UNLIMITED = LimitSettings(
    weight_1m=10**12,
    orders_10s=10**12,
    orders_1d=10**12,
    raw_5m=10**12,
    messages_per_s=10**9,
    connections_5m=10**9,
)


class LimitError(ApiError):
    """Too much was asked for."""

    def __init__(self, code: int, msg: str, *, status: int, retry_at_ns: int, now_ns: int) -> None:
        data = {"serverTime": now_ns // 1_000_000, "retryAfter": retry_at_ns // 1_000_000}
        super().__init__(code, msg, status=status, data=data)
        self.retry_after_s = max(1, -(-(retry_at_ns - now_ns) // _SECOND_NS))


@dataclass(slots=True)
class _Window:
    """A count that starts anew when its window is over."""

    length_ns: int
    opened: int = -1
    used: int = 0

    def at(self, now_ns: int) -> int:
        """The count of the window of now."""
        opened = now_ns // self.length_ns
        if opened != self.opened:
            self.opened, self.used = opened, 0
        return self.used

    def add(self, count: int, now_ns: int) -> int:
        """Count more; not below zero."""
        self.used = max(0, self.at(now_ns) + count)
        return self.used

    def end_ns(self) -> int:
        """When it is over."""
        return (self.opened + 1) * self.length_ns


@dataclass(slots=True)
class _Address:
    weight: _Window = field(default_factory=lambda: _Window(60 * _SECOND_NS))
    raw: _Window = field(default_factory=lambda: _Window(300 * _SECOND_NS))
    connections: _Window = field(default_factory=lambda: _Window(300 * _SECOND_NS))
    highest_weight: int = 0
    violations: int = 0
    ignored: _Window = field(default_factory=lambda: _Window(60 * _SECOND_NS))
    """Requests of this minute after its weight was used up."""
    bans: int = 0
    banned_until_ns: int = 0


@dataclass(slots=True)
class _Orders:
    ten_seconds: _Window = field(default_factory=lambda: _Window(10 * _SECOND_NS))
    day: _Window = field(default_factory=lambda: _Window(86_400 * _SECOND_NS))


class RateLimits:
    """All counts."""

    def __init__(self, settings: LimitSettings) -> None:
        self.settings = settings
        self._addresses: dict[str, _Address] = defaultdict(_Address)
        self._orders: dict[int, _Orders] = defaultdict(_Orders)

    def admit(self, peer: str, now_ns: int) -> None:
        """Let a request in, before it costs anything.

        Raises:
            LimitError: its address is banned, or has used up its weight.
        """
        address = self._addresses[peer]
        if now_ns < address.banned_until_ns:
            raise _banned(address.banned_until_ns, now_ns)
        raw = address.raw.add(1, now_ns)
        if address.weight.at(now_ns) < self.settings.weight_1m and raw <= self.settings.raw_5m:
            return
        address.violations += 1
        if address.ignored.add(1, now_ns) > self.settings.violations_before_ban:
            self.ban(peer, min(_FIRST_BAN_S * 2**address.bans, _LONGEST_BAN_S), now_ns)
            raise _banned(address.banned_until_ns, now_ns)
        window = address.weight if raw <= self.settings.raw_5m else address.raw
        limit = self.settings.weight_1m
        raise LimitError(
            -1003,
            f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API.",
            status=429,
            retry_at_ns=window.end_ns(),
            now_ns=now_ns,
        )

    def charge(self, peer: str, weight: int, now_ns: int) -> None:
        """Count the weight of a request."""
        address = self._addresses[peer]
        used = address.weight.add(weight, now_ns)
        address.highest_weight = max(address.highest_weight, used)

    def ban(self, peer: str, seconds: float, now_ns: int) -> None:
        """Refuse everything from an address for a while."""
        address = self._addresses[peer]
        address.bans += 1
        address.banned_until_ns = now_ns + round(seconds * _SECOND_NS)

    def exhaust(self, peer: str, now_ns: int) -> None:
        """Use up the weight of this minute, as a rogue neighbour on the same address would."""
        self.charge(peer, self.settings.weight_1m, now_ns)

    def addresses(self) -> set[str]:
        """Who has asked for something."""
        return set(self._addresses)

    def weight_used(self, peer: str, now_ns: int) -> int:
        """The weight of this minute."""
        return self._addresses[peer].weight.at(now_ns)

    def connected(self, peer: str, now_ns: int) -> bool:
        """Count a new connection; whether it is allowed."""
        return self._addresses[peer].connections.add(1, now_ns) <= self.settings.connections_5m

    def check_orders(self, account: int, count: int, now_ns: int) -> None:
        """Whether so many more orders fit.

        Raises:
            LimitError: they do not.
        """
        orders = self._orders[account]
        for window, limit, text in (
            (orders.ten_seconds, self.settings.orders_10s, "10 SECOND"),
            (orders.day, self.settings.orders_1d, "1 DAY"),
        ):
            if window.at(now_ns) + count > limit:
                raise LimitError(
                    -1015,
                    f"Too many new orders; current limit is {limit} orders per {text}.",
                    status=429,
                    retry_at_ns=window.end_ns(),
                    now_ns=now_ns,
                )

    def count_orders(self, account: int, count: int, now_ns: int) -> None:
        """Count new orders; a fill counts back."""
        orders = self._orders[account]
        orders.ten_seconds.add(count, now_ns)
        orders.day.add(count, now_ns)

    def order_counts(self, account: int, now_ns: int) -> tuple[int, int]:
        """The unfilled orders of these ten seconds and of this day."""
        orders = self._orders[account]
        return orders.ten_seconds.at(now_ns), orders.day.at(now_ns)

    def shown_orders(self, account: int, now_ns: int) -> list[dict[str, Any]]:
        """The counts of an account as answers show them."""
        ten_seconds, day = self.order_counts(account, now_ns)
        rows = self.rules()[1:3]
        return [{**rows[0], "count": ten_seconds}, {**rows[1], "count": day}]

    def shown_weight(self, peer: str, now_ns: int) -> dict[str, Any]:
        """The weight of an address as answers show it."""
        return {**self.rules()[0], "count": self.weight_used(peer, now_ns)}

    def rules(self) -> list[dict[str, Any]]:
        """The limits as exchangeInfo shows them."""
        settings = self.settings
        return [
            _rule("REQUEST_WEIGHT", "MINUTE", 1, settings.weight_1m),
            _rule("ORDERS", "SECOND", 10, settings.orders_10s),
            _rule("ORDERS", "DAY", 1, settings.orders_1d),
            _rule("RAW_REQUESTS", "MINUTE", 5, settings.raw_5m),
        ]

    def report(self) -> dict[str, Any]:
        """What was used, for the control endpoint."""
        return {
            peer: {
                "weight": address.weight.used,
                "highest_weight": address.highest_weight,
                "requests": address.raw.used,
                "connections": address.connections.used,
                "violations": address.violations,
                "bans": address.bans,
            }
            for peer, address in self._addresses.items()
        }


def _rule(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _banned(until_ns: int, now_ns: int) -> LimitError:
    return LimitError(
        -1003,
        f"Way too much request weight used; IP banned until {until_ns // 1_000_000}. "
        "Please use WebSocket Streams for live updates to avoid bans.",
        status=418,
        retry_at_ns=until_ns,
        now_ns=now_ns,
    )
