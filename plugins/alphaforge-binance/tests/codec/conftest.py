"""Approved commands, which only the kernel can make, and the adapter that they go to."""

import json
from typing import Any

import pytest
from alphaforge.model.events import EventBatch
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.model.secrets import Secrets
from alphaforge.sansio.venue_actions import Cancel, Place, Replace
from alphaforge.sansio.venue_codec import TradingCodec, VenueAdapter
from alphaforge_binance.connection import connect
from alphaforge_binance.settings import BinanceSettings
from alphaforge_rs import Runtime, VenueCommand
from pydantic import SecretStr

SECOND = 1_000_000_000
NOW = 1_795_000_000_123_456_789
BTCUSDT = Instrument(
    venue="BINANCE", symbol="BTCUSDT", base="BTC", quote="USDT", tick_size="0.01", lot_size="0.00001"
)
TABLE = InstrumentTable([BTCUSDT])
API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
HMAC_SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
# The example of Binance's fix-api.md, which is everybody's.
ED25519_PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
-----END PRIVATE KEY-----
"""


ORDER_ANSWER = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "orderListId": -1,
    "clientOrderId": "main-1-1",
    "transactTime": 1795000000000123,
    "price": "49000.00000000",
    "origQty": "0.01000000",
    "executedQty": "0.00000000",
    "origQuoteOrderQty": "0.00000000",
    "cummulativeQuoteQty": "0.00000000",
    "status": "NEW",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
    "workingTime": 1795000000000123,
    "selfTradePreventionMode": "NONE",
    "fills": [],
}
CANCEL_ANSWER = {
    **{name: value for name, value in ORDER_ANSWER.items() if name not in {"workingTime", "fills"}},
    "origClientOrderId": "main-1-1",
    "clientOrderId": "main-1-1C",
    "status": "CANCELED",
}
EXECUTION_REPORT = {
    "e": "executionReport",
    "E": 1795000000001,
    "s": "BTCUSDT",
    "c": "main-1-1",
    "S": "BUY",
    "o": "LIMIT",
    "f": "GTC",
    "q": "0.01000000",
    "p": "50000.00000000",
    "P": "0.00000000",
    "F": "0.00000000",
    "g": -1,
    "C": "",
    "x": "NEW",
    "X": "NEW",
    "r": "NONE",
    "i": 28,
    "l": "0.00000000",
    "z": "0.00000000",
    "L": "0.00000000",
    "n": "0",
    "N": None,
    "T": 1795000000000,
    "t": -1,
    "I": 9001,
    "w": True,
    "m": False,
    "M": False,
    "O": 1794999999000,
    "Z": "0.00000000",
    "Y": "0.00000000",
    "Q": "0.00000000",
    "W": 1794999999000,
    "V": "NONE",
}
TRADE_REPORT = {
    **EXECUTION_REPORT,
    "x": "TRADE",
    "X": "PARTIALLY_FILLED",
    "l": "0.00400000",
    "z": "0.00400000",
    "L": "50000.00000000",
    "n": "0.00000400",
    "N": "BTC",
    "t": 57,
    "m": True,
}


class Gate:
    """A kernel with money, at a market of 50000.00 / 50000.10, that approves what it is asked."""

    def __init__(self, table: InstrumentTable = TABLE) -> None:
        self._instrument = table.instruments[0]
        self._runtime = Runtime("main", 1, table, self._on_fault)
        self._runtime.add_external_venue("BINANCE", highest_fee="0.001", native_triggers=True)
        self._runtime.add_instruments()
        self._port = self._runtime.add_strategy("test", {})
        self._runtime.set_limits([], buying_power_buffer=0, market_slippage="0.01")
        self._runtime.set_balance("BINANCE", "USDT", "100000000")
        self._runtime.set_balance("BINANCE", "BTC", "1000")
        self._runtime.start()
        batch = EventBatch(table)
        batch.add_quote(0, SECOND, None, 1, "50000.00", "1", "50000.10", "1")
        batch.add_trade(0, SECOND, SECOND, 1, "50000.00", "1", "buy")
        self._runtime.run(batch)

    def submit(self, side: str = "buy", quantity: Any = "0.01", **options: Any) -> VenueCommand:
        order = self._port.submit(self._instrument, side, quantity, **options)
        (command,) = self._runtime.take_outbox()
        assert command.order_id == order.order_id
        return command

    def held(self, **options: Any) -> None:
        """An order that must not leave the node."""
        assert self._port.submit(self._instrument, "buy", "0.01", **options).order_id is not None
        assert self._runtime.take_outbox() == []

    def replace(self, command: VenueCommand, price: str, quantity: str) -> VenueCommand:
        self._runtime.report_accepted(command.order_id, "28")
        self._port.replace(command.order_id, price, quantity)
        (change,) = self._runtime.take_outbox()
        return change

    @staticmethod
    def _on_fault(_where: str, _what: str, error: BaseException) -> None:
        raise error


class Kit:
    """What the tests of the codecs share. Tests cannot import a conftest."""

    now = NOW
    api_key = API_KEY
    hmac_secret = HMAC_SECRET
    ed25519_pem = ED25519_PEM
    instrument = BTCUSDT
    table = TABLE
    no_secrets = Secrets("venues.binance", {})

    def __init__(self) -> None:
        self.order_answer = ORDER_ANSWER
        self.cancel_answer = CANCEL_ANSWER
        self.execution_report = EXECUTION_REPORT
        self.trade_report = TRADE_REPORT

    @staticmethod
    def secrets(private_key: str = ED25519_PEM, api_key: str = API_KEY) -> Secrets:
        values = {"api_key": SecretStr(api_key), "private_key": SecretStr(private_key)}
        return Secrets("venues.binance", values)

    def adapter(self, private_key: str = ED25519_PEM, **settings: Any) -> VenueAdapter:
        return connect(BinanceSettings(**settings), self.secrets(private_key))

    def trading(self, private_key: str = ED25519_PEM, **settings: Any) -> TradingCodec:
        """The trading codec with an Ed25519 key."""
        trading = self.adapter(private_key, **settings).trading
        assert trading is not None
        return trading(TABLE)

    def hmac_trading(self, **settings: Any) -> TradingCodec:
        return self.trading(HMAC_SECRET, key_type="hmac", **settings)

    @staticmethod
    def json(value: Any) -> bytes:
        return json.dumps(value).encode()

    @staticmethod
    def gate(table: InstrumentTable = TABLE) -> Gate:
        return Gate(table)

    @staticmethod
    def cancel(name: str = "main-1-1", venue_order_id: str | None = None) -> Cancel:
        return Cancel(BTCUSDT, name, venue_order_id)

    @staticmethod
    def replace(price: str, quantity: str, *, venue_order_id: str | None = "28", **options: Any) -> Replace:
        """A replace of a limit order, 0.01 bought at 49000."""
        gate = Gate()
        command = gate.submit(price="49000", **options)
        change = gate.replace(command, price, quantity)
        old = Cancel(BTCUSDT, Place(command).name, venue_order_id)
        shrunk_to = change.quantity if price == "49000" else None
        return Replace(old, Place(command, change), shrunk_to)


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit()


@pytest.fixture
def gate() -> Gate:
    return Gate()
