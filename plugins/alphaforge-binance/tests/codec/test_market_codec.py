"""Market data over combined streams: connections, subscriptions, frames, snapshots."""

import json
from decimal import Decimal
from typing import Any

import pytest
from alphaforge.model.events import DepthSnapshot, EventBatch, Trade
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.sansio.http_message import HttpResponse
from alphaforge.sansio.priority import Priority
from alphaforge.sansio.venue_codec import MarketCodec, Subscription
from alphaforge.sansio.venue_events import Answer, Answered, Fault, Refused, RenewalAdvised

RECEIVED = 1_795_000_000_000_000_000
TRADE = {
    "e": "trade",
    "E": 1795000000000001,
    "s": "BTCUSDT",
    "t": 1,
    "p": "50000.00",
    "q": "0.5",
    "T": 1795000000000000,
    "m": True,
    "M": True,
}
DEPTH = {"lastUpdateId": 160, "bids": [["49999.99", "0.50000000"]], "asks": [["50000.00", "0.10000000"]]}


def named(symbol: str) -> Instrument:
    base = symbol.removesuffix("USDT")
    return Instrument(
        venue="BINANCE", symbol=symbol, base=base, quote="USDT", tick_size="0.01", lot_size="0.01"
    )


ETHUSDT = named("ETHUSDT")


def market(kit: Any, **settings: Any) -> MarketCodec:
    codec: MarketCodec = kit.adapter(**settings).market(kit.table)
    return codec


def received(kit: Any, frame: Any) -> tuple[list[Any], list[Any]]:
    batch = EventBatch(kit.table)
    data = frame if isinstance(frame, bytes) else kit.json(frame)
    notices = market(kit).receive(data, RECEIVED, batch)
    return list(notices), batch.events()


def test_channels_are_streams_and_each_is_asked_for_once(kit: Any) -> None:
    codec = market(kit, environment="testnet")
    wanted = [Subscription("BTCUSDT", "trades"), Subscription("BTCUSDT", "quotes")]
    (plan,) = codec.plans([*wanted, Subscription("BTCUSDT", "book"), *wanted])
    assert plan.url == "wss://stream.testnet.binance.vision/stream?timeUnit=MICROSECOND"
    assert [json.loads(message) for message in codec.opening(plan)] == [
        {
            "method": "SUBSCRIBE",
            "params": ["btcusdt@trade", "btcusdt@bookTicker", "btcusdt@depth@100ms"],
            "id": 1,
        }
    ]


def test_a_connection_carries_1024_streams_and_is_asked_at_the_venues_pace(kit: Any) -> None:
    codec = market(kit)
    plans = codec.plans([Subscription(f"A{number}USDT", "trades") for number in range(1_500)])
    assert len({plan.name for plan in plans}) == len(plans) == 2
    streams = []
    for plan, count in zip(plans, (1_024, 476), strict=True):
        messages = [json.loads(message) for message in codec.opening(plan)]
        assert sum(len(message["params"]) for message in messages) == count
        assert len({message["id"] for message in messages}) == len(messages)
        streams += [stream for message in messages for stream in message["params"]]
        # Five messages in a second are the most, of which a pong can be one.
        assert plan.send_rate is not None
        assert plan.send_rate.messages / plan.send_rate.seconds <= 4
        # All of it can wait for its turn.
        assert plan.max_pending_s > len(messages) * plan.send_rate.seconds / plan.send_rate.messages
        assert plan.max_lifetime_s is not None
        assert plan.max_lifetime_s < 24 * 3_600
    assert streams == [f"a{number}usdt@trade" for number in range(1_500)]


def test_a_connection_knows_whose_streams_it_carries(kit: Any) -> None:
    codec = market(kit)
    (plan,) = codec.plans([Subscription("BTCUSDT", "trades")])
    assert codec.carries(plan, kit.instrument)
    assert not codec.carries(plan, ETHUSDT)


def test_nothing_to_subscribe_needs_no_connection(kit: Any) -> None:
    assert market(kit).plans([]) == []


@pytest.mark.parametrize("frame", [TRADE, {"stream": "btcusdt@trade", "data": TRADE}])
def test_frames_become_events(kit: Any, frame: Any) -> None:
    notices, (trade,) = received(kit, frame)
    assert notices == []
    assert isinstance(trade, Trade)
    assert (trade.price_decimal, trade.ts_event) == (Decimal(50_000), 1_795_000_000_000_000_000)


@pytest.mark.parametrize(
    ("frame", "notice"),
    [
        ({"result": None, "id": 1}, Answer("1", Answered())),
        (
            {"code": 2, "msg": "Invalid request", "id": 1},
            Answer("1", Refused("rejected", "2", "Invalid request", is_transient=False)),
        ),
        (
            {"error": {"code": 3, "msg": "Invalid JSON"}, "id": None},
            Answer("None", Refused("rejected", "3", "Invalid JSON", is_transient=False)),
        ),
        ({"e": "serverShutdown", "E": 1}, RenewalAdvised("the server is about to shut down")),
        (
            {"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1}},
            RenewalAdvised("the server is about to shut down"),
        ),
    ],
)
def test_what_a_frame_says_beside_the_market(kit: Any, frame: Any, notice: Any) -> None:
    assert received(kit, frame) == ([notice], [])


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b'{"stream":"btcusdt@trade","data":' + b"[" * 100_000,
        {},
        {"e": "newsFlash"},
        TRADE | {"p": "many"},
        TRADE | {"t": -1},
        TRADE | {"t": 2**70},
        TRADE | {"T": 10**14 - 1},
        {"stream": "btcusdt@depth@100ms", "data": {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 2**64}},
        DEPTH | {"lastUpdateId": 2**64},
    ],
)
def test_what_cannot_be_read_is_a_fault(kit: Any, frame: Any) -> None:
    (fault,), events = received(kit, frame)
    assert isinstance(fault, Fault)
    assert events == []


def test_streams_of_symbols_that_the_node_does_not_trade_say_nothing(kit: Any) -> None:
    assert received(kit, TRADE | {"s": "ETHUSDT"}) == ([], [])


@pytest.mark.parametrize(("limit", "weight"), [(100, 5), (500, 25), (1_000, 50), (5_000, 250)])
def test_a_snapshot_weighs_by_its_levels(kit: Any, limit: int, weight: int) -> None:
    request = market(kit, depth_limit=limit).snapshot(kit.instrument)
    assert (request.path, request.query) == ("/api/v3/depth", f"symbol=BTCUSDT&limit={limit}")
    assert (request.weight, request.priority) == (weight, Priority.MARKET_DATA)


@pytest.mark.parametrize(
    ("instruments", "limit"), [(1, 1_000), (30, 1_000), (60, 500), (61, 100), (400, 100)]
)
def test_by_default_all_books_can_be_had_at_once(kit: Any, instruments: int, limit: int) -> None:
    table = InstrumentTable([named(f"A{number}USDT") for number in range(instruments)])
    codec = kit.adapter().market(table)
    assert codec.snapshot(table.instruments[0]).query == f"symbol=A0USDT&limit={limit}"


def test_a_snapshot_is_a_whole_book(kit: Any) -> None:
    batch = EventBatch(kit.table)
    response = HttpResponse(200, {}, kit.json(DEPTH))
    assert market(kit).read_snapshot(kit.instrument, response, RECEIVED, batch) is None
    (snapshot,) = batch.events()
    assert isinstance(snapshot, DepthSnapshot)
    assert (snapshot.sequence, snapshot.partial, snapshot.ts_recv) == (160, False, RECEIVED)
    assert snapshot.bids == [(Decimal("49999.99"), Decimal("0.5"))]


@pytest.mark.parametrize(
    ("status", "body", "instrument"),
    [
        (429, b'{"code": -1003, "msg": "Too much request weight used."}', None),
        (200, b"", None),
        (200, b'{"lastUpdateId": 1, "bids": [["1"]], "asks": []}', None),
        (200, b'{"lastUpdateId": 1, "bids": [["1.001", "1"]], "asks": []}', None),
        (200, b'{"lastUpdateId": 1, "bids": [], "asks": []}', ETHUSDT),
    ],
)
def test_no_book_is_a_fault_that_names_the_instrument(
    kit: Any, status: int, body: bytes, instrument: Any
) -> None:
    batch, wanted = EventBatch(kit.table), instrument or kit.instrument
    fault = market(kit).read_snapshot(wanted, HttpResponse(status, {}, body), RECEIVED, batch)
    assert isinstance(fault, Fault)
    assert fault.text.startswith(f"{wanted.id}: no book")
    assert len(batch) == 0
