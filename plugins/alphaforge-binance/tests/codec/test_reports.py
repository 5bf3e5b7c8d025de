"""What Binance says of orders, trades and the account → events in the words of no venue."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from alphaforge.sansio.venue_events import (
    Account,
    Fault,
    OrderReport,
    RenewalAdvised,
    SessionLost,
    VenueFill,
)

OPEN = OrderReport(
    symbol="BTCUSDT",
    name="main-1-1",
    venue_order_id="28",
    status="open",
    side="buy",
    price=Decimal(50_000),
    quantity=Decimal("0.01"),
    filled=Decimal(0),
)
FILL = VenueFill(
    trade_id=57,
    price=Decimal(50_000),
    quantity=Decimal("0.004"),
    liquidity="maker",
    fee=Decimal("0.000004"),
    fee_currency="BTC",
    ts_event=1_795_000_000_000_000_000,
)


def events(kit: Any, event: Any) -> list[Any]:
    frame = kit.json({"subscriptionId": 0, "event": event})
    return list(kit.trading().receive(frame, kit.now))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"S": "SELL"}, {"side": "sell"}),
        ({"c": "main-1-1C"}, {}),
        ({"X": "PENDING_NEW", "w": False}, {"status": "pending"}),
        ({"X": "PENDING_CANCEL"}, {"status": "open"}),
        ({"p": "0.00000000"}, {"price": None}),
        ({"Q": "100.00000000"}, {"quantity": Decimal(0)}),
        # A cancel: its own id is in `c`, the order's in `C`.
        ({"x": "CANCELED", "X": "CANCELED", "c": "main-1-1C", "C": "main-1-1"}, {"status": "cancelled"}),
        ({"x": "CANCELED", "X": "CANCELED", "c": "web_77", "C": "main-1-1"}, {"status": "cancelled"}),
        ({"x": "CANCELED", "X": "CANCELED", "c": "main-1-1C"}, {"status": "cancelled"}),
        (
            {"x": "CANCELED", "X": "CANCELED", "c": "main-1-1C", "C": "main-1-1", "z": "0.00100000"},
            {"status": "cancelled", "filled": Decimal("0.001")},
        ),
        (
            {"x": "REJECTED", "X": "REJECTED", "r": "WOULD_MATCH_IMMEDIATELY"},
            {"status": "rejected", "reason": "WOULD_MATCH_IMMEDIATELY"},
        ),
        (
            {"x": "EXPIRED", "X": "EXPIRED", "eR": "UNFILLED_IOC_QUANTITY_EXPIRED"},
            {"status": "expired", "reason": "UNFILLED_IOC_QUANTITY_EXPIRED"},
        ),
        ({"x": "EXPIRED", "X": "EXPIRED"}, {"status": "expired"}),
        (
            {"x": "TRADE_PREVENTION", "X": "EXPIRED_IN_MATCH", "v": 3, "A": "0.01", "u": 1},
            {"status": "expired", "reason": "EXPIRED_IN_MATCH"},
        ),
        ({"o": "STOP_LOSS_LIMIT", "w": False}, {}),
        ({"o": "STOP_LOSS_LIMIT", "w": True}, {"is_triggered": True}),
        (
            {"o": "TAKE_PROFIT", "w": False, "z": "0.00100000"},
            {"is_triggered": True, "filled": Decimal("0.001")},
        ),
    ],
)
def test_a_report_without_a_trade(kit: Any, changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert events(kit, kit.execution_report | changes) == [replace(OPEN, **expected)]


@pytest.mark.parametrize(
    ("changes", "of_fill", "of_report"),
    [
        ({}, {}, {}),
        ({"m": False}, {"liquidity": "taker"}, {}),
        ({"T": 1_795_000_000_000_123}, {"ts_event": 1_795_000_000_000_123_000}, {}),
        ({"N": "BNB", "n": "0.00012345"}, {"fee": Decimal("0.00012345"), "fee_currency": "BNB"}, {}),
        # Nothing paid in nothing: counted as none of the quote currency.
        ({"N": None, "n": "0"}, {"fee": Decimal(0), "fee_currency": "USDT"}, {}),
        ({"X": "FILLED", "z": "0.01000000"}, {}, {"status": "filled", "filled": Decimal("0.01")}),
        ({"t": 0}, {"trade_id": 0}, {}),
    ],
)
def test_a_trade(kit: Any, changes: Any, of_fill: Any, of_report: Any) -> None:
    traded = replace(OPEN, filled=Decimal("0.004"), fill=replace(FILL, **of_fill))
    assert events(kit, kit.trade_report | changes) == [replace(traded, **of_report)]


@pytest.mark.parametrize("changes", [{"l": "0.00000000"}, {"L": "0.00000000"}, {"t": -1}])
def test_a_trade_without_price_or_quantity_is_told_and_not_counted(kit: Any, changes: Any) -> None:
    report, fault = events(kit, kit.trade_report | changes)
    assert report == replace(OPEN, filled=Decimal("0.004"))
    assert isinstance(fault, Fault)
    assert "a trade of order 28 without price or quantity" in fault.text


def test_an_amendment_ends_a_version_and_opens_the_next(kit: Any) -> None:
    changes = {"x": "REPLACED", "c": "main-1-1-r1", "C": "main-1-1", "q": "0.00400000"}
    new = replace(OPEN, name="main-1-1-r1", quantity=Decimal("0.004"))
    old = replace(new, name="main-1-1", status="cancelled")
    assert events(kit, kit.execution_report | changes) == [old, new]
    # One that keeps its name is a report like others.
    assert events(kit, kit.execution_report | changes | {"c": "main-1-1"}) == [replace(new, name="main-1-1")]


def test_balances_are_free_and_locked_together(kit: Any) -> None:
    rows = [{"a": "BTC", "f": "1.5", "l": "0.5"}, {"a": "USDT", "f": "0.00000000", "l": "0.00000000"}]
    event = {"e": "outboundAccountPosition", "E": 1_795_000_000_002, "u": 1_795_000_000_001, "B": rows}
    assert events(kit, event) == [Account({"BTC": Decimal(2), "USDT": Decimal(0)}, is_whole=False)]


@pytest.mark.parametrize(
    "event",
    [
        {"e": "balanceUpdate", "E": 1, "a": "BTC", "d": "1", "T": 1},
        {"e": "externalLockUpdate", "E": 1, "a": "BTC", "d": "1", "T": 1},
        {
            "e": "listStatus",
            "E": 1,
            "s": "BTCUSDT",
            "g": 2,
            "c": "OCO",
            "l": "EXEC_STARTED",
            "L": "EXECUTING",
        },
    ],
)
def test_what_other_events_say_as_well_is_passed_over(kit: Any, event: Any) -> None:
    assert events(kit, event) == []


def test_the_end_of_a_stream_and_of_a_server(kit: Any) -> None:
    assert events(kit, {"e": "eventStreamTerminated", "E": 1}) == [
        SessionLost("Binance has ended the stream of reports")
    ]
    frame = kit.json({"event": {"e": "serverShutdown", "E": 1}})
    assert kit.trading().receive(frame, kit.now) == [RenewalAdvised("the server is about to shut down")]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"X": "HALF_NEW"}, "Invalid enum value 'HALF_NEW'"),
        ({"z": "many"}, "'many' is no number"),
        ({"z": "-1"}, "'-1' is no number"),
        ({"z": "1e9"}, "'1e9' is no number"),
        ({"z": 0.5}, "Expected `str`, got `float`"),
        ({"T": 10**14 - 1, "x": "TRADE", "t": 1, "l": "1", "L": "1"}, "is out of range"),
        ({"i": -1}, "Expected `int` >= 0"),
        ({"x": "TRADE", "t": 1, "l": "1", "L": "1", "n": "0.1"}, "a fee of 0.1 in no currency"),
    ],
)
def test_what_cannot_be_is_a_fault(kit: Any, changes: Any, text: str) -> None:
    (fault,) = events(kit, kit.execution_report | changes)
    assert isinstance(fault, Fault)
    assert text in fault.text


@pytest.mark.parametrize("frame", [b"", b"{}", b"[]", b'{"event": {"e": "newsFlash"}}', b'{"a":' * 100_000])
def test_what_nobody_knows_is_a_fault(kit: Any, frame: bytes) -> None:
    (fault,) = kit.trading().receive(frame, kit.now)
    assert isinstance(fault, Fault)
