"""What the conformance kit asks of an emulator: the rest of the market, the owner's hand, and bad luck."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from alphaforge.model.numbers import Side
from alphaforge_testkit.conformance.venue_under_test import FaultName, VenueOrder
from alphaforge_testkit.emulator import HttpRequest

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.emulator import BinanceEmulator

_STREAMS, _ACCOUNT = "/stream*", "/ws-api*"
_PLACE, _CANCEL = "order.place", "order.cancel"
_REPORTS, _BOOK, _TRADES = "executionReport/*", "*@depth*", "*@trade"
_ONE_OF_ALL = "*@*"

_FAULTS: Mapping[FaultName, dict[str, Any]] = {
    "order_answer_lost": {"kind": "answer_lost", "match": _PLACE},
    "order_error": {"kind": "error", "match": _PLACE},
    "order_error_but_accepted": {"kind": "error_but_accepted", "match": _PLACE},
    "order_reset": {"kind": "reset", "match": _PLACE},
    "order_reset_but_accepted": {"kind": "reset_but_accepted", "match": _PLACE},
    "order_answer_late": {"kind": "answer_delayed", "match": _PLACE},
    "cancel_answer_lost": {"kind": "answer_lost", "match": _CANCEL},
    "cancel_error_but_accepted": {"kind": "error_but_accepted", "match": _CANCEL},
    "cancel_reset_but_accepted": {"kind": "reset_but_accepted", "match": _CANCEL},
    "cancel_answer_late": {"kind": "answer_delayed", "match": _CANCEL},
    "replace_answer_lost": {"kind": "answer_lost", "match": "order.cancelReplace"},
    "replace_error_but_accepted": {"kind": "error_but_accepted", "match": "order.cancelReplace"},
    "query_error": {"kind": "error", "match": "GET /api/v3/order"},
    "not_found_yet": {"kind": "not_found_yet"},
    "report_lost": {"kind": "drop", "match": _REPORTS},
    "report_twice": {"kind": "duplicate", "match": _REPORTS},
    "report_late": {"kind": "delay", "match": _REPORTS},
    "report_reordered": {"kind": "reorder", "match": _REPORTS},
    "report_bytewise": {"kind": "bytewise", "match": _REPORTS},
    "report_unreadable": {"kind": "invalid_json", "match": _REPORTS},
    "book_lost": {"kind": "drop", "match": _BOOK},
    "book_twice": {"kind": "duplicate", "match": _BOOK},
    "book_reordered": {"kind": "reorder", "match": _BOOK},
    "trade_twice": {"kind": "duplicate", "match": _TRADES},
    "market_bytewise": {"kind": "bytewise", "match": _ONE_OF_ALL},
    "market_unreadable": {"kind": "invalid_json", "match": _ONE_OF_ALL},
    "market_truncated": {"kind": "truncate", "match": _ONE_OF_ALL},
    "market_cut": {"kind": "cut_connections", "match": _STREAMS},
    "trading_cut": {"kind": "cut_connections", "match": _ACCOUNT},
    "unreachable": {"kind": "refuse"},
    "renewal": {"kind": "shutdown_notice"},
    "rate_limited": {"kind": "ban"},
    "closed": {"kind": "halt"},
}
_LASTING = frozenset({"unreachable", "closed"})
_AT_ONCE = frozenset({"market_cut", "trading_cut", "renewal", "rate_limited", "not_found_yet"})


class BinanceAdversary:
    """The powers over one symbol and one account of an emulator; see `Adversary`."""

    def __init__(self, exchange: BinanceEmulator, symbol: str, account: str = "main") -> None:
        self._exchange = exchange
        self._symbol = symbol
        self._account: Account = exchange.account(account)

    def rest(self, side: Side, quantity: Decimal, price: Decimal) -> None:
        """See `Adversary`."""
        self._as_market(side, quantity, price, immediate=False)

    def take(self, side: Side, quantity: Decimal, price: Decimal) -> None:
        """See `Adversary`."""
        self._as_market(side, quantity, price, immediate=True)

    def book(self) -> tuple[Sequence[tuple[Decimal, Decimal]], Sequence[tuple[Decimal, Decimal]]]:
        """See `Adversary`."""
        market = self._exchange.exchange.market(self._symbol)
        return market.levels("BUY"), market.levels("SELL")

    def balances(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """See `Adversary`."""
        held = self._exchange.exchange.ledger.holdings(self._account.number)
        return {asset: (holding.free, holding.locked) for asset, holding in held.items()}

    def orders(self) -> Sequence[VenueOrder]:
        """See `Adversary`."""
        return [
            VenueOrder(
                order.client_id,
                "buy" if order.side == "BUY" else "sell",
                order.price,
                order.quantity,
                order.executed,
                order.is_open,
            )
            for order in self._account.orders.values()
        ]

    def order_by_hand(self, side: Side, quantity: Decimal, price: Decimal, *, name: str) -> None:
        """See `Adversary`."""
        terms = {"type": "LIMIT", "timeInForce": "GTC", "side": side.upper()}
        amounts = {"quantity": f"{quantity:f}", "price": f"{price:f}"}
        self._control("POST", "/orders", {**terms, **amounts, "newClientOrderId": name})

    def cancel_by_hand(self, name: str) -> None:
        """See `Adversary`."""
        self._control("DELETE", "/orders", {"origClientOrderId": name})

    def deposit(self, currency: str, amount: Decimal, *, silently: bool = False) -> None:
        """See `Adversary`."""
        if silently:
            self._exchange.exchange.ledger.deposit(self._account.number, currency, amount)
        else:
            self._exchange.deposit(self._account, currency, amount)

    def inject(self, fault: FaultName, *, times: int = 1, seconds: float = 1.0) -> None:
        """See `Adversary`."""
        if fault == "book_crossed":
            self._cross_book()
            return
        if fault == "nearly_used_up":
            self._use_weight()
            return
        fields = {**_FAULTS[fault], "seconds": seconds}
        if fault in _LASTING:
            fields["duration_s"] = seconds
        elif fault not in _AT_ONCE:
            fields["count"] = times
        self._exchange.faults.add(**fields)

    def requests(self) -> int:
        """See `Adversary`."""
        return sum(self._exchange.rest.answered.values())

    def set_clock(self, ahead_s: float) -> None:
        """See `Adversary`."""
        self._exchange.clock.offset_ns = round(ahead_s * 1e9)

    def duplicates(self) -> int:
        """See `Adversary`."""
        return self._account.duplicates_refused + self._account.client_ids_reused

    def _use_weight(self) -> None:
        """Others on the address use all but a little of this minute's weight."""
        limits, now_ns = self._exchange.limits, self._exchange.clock.now_ns()
        for peer in limits.addresses():
            used = limits.weight_used(peer, now_ns)
            limits.charge(peer, limits.settings.weight_1m * 97 // 100 - used, now_ns)

    def _cross_book(self) -> None:
        """A frame in its right order, with a bid above the best ask that nobody has made."""
        market = self._exchange.exchange.market(self._symbol)
        # The number counts, so that a snapshot is newer than the frame that was wrong.
        market.update_id += 1
        now_ms, update_id = self._exchange.clock.now_ms(), market.update_id
        bid = f"{market.levels('SELL')[0][0] + market.symbol.tick_size:f}"
        event = {"e": "depthUpdate", "E": now_ms, "s": self._symbol, "U": update_id, "u": update_id}
        data = msgspec.json.encode({**event, "b": [[bid, "1.00000000"]], "a": []})
        self._exchange.streams.publish_raw(f"{self._symbol.lower()}@depth@100ms", data)

    def _as_market(self, side: Side, quantity: Decimal, price: Decimal, *, immediate: bool) -> None:
        terms = {"side": side.upper(), "quantity": f"{quantity:f}", "price": f"{price:f}"}
        self._control("POST", "/market", {**terms, "immediate": immediate})

    def _control(self, method: str, path: str, value: Mapping[str, Any]) -> None:
        request = HttpRequest(method, path, b"", {}, b"", "")
        self._exchange.control_request(request, {**value, "symbol": self._symbol})
