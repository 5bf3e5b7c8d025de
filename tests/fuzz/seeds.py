"""What the fuzzer begins with: for every decoder a little of what it is made for."""

import gzip
import json
from typing import Any

TRADE = {"e": "trade", "E": 1, "s": "BTCUSDT", "t": 1, "p": "1.00", "q": "1", "T": 1, "m": True}
DIFF = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 1, "u": 2, "b": [["1.00", "1"]], "a": [["2", "0"]]}
TICKER = {"u": 1, "s": "BTCUSDT", "b": "1.00", "B": "1", "a": "2.00", "A": "1"}
AGGREGATE = {"e": "aggTrade", "E": 1, "s": "BTCUSDT", "a": 1, "p": "1.00", "q": "1", "T": 1, "m": False}
CANDLE = {
    "e": "kline", "E": 1, "s": "BTCUSDT",
    "k": {"t": 0, "T": 59999, "s": "BTCUSDT", "i": "1m", "o": "1", "c": "2", "h": "3", "l": "1", "v": "9",
          "n": 4, "x": True},
}  # fmt: skip
BOOK = {"lastUpdateId": 160, "bids": [["49999.99", "0.5"]], "asks": [["50000.00", "0.1"]]}
MARKET = [
    TRADE, DIFF, TICKER, AGGREGATE, CANDLE, BOOK,
    *({"stream": name, "data": data} for name, data in (
        ("btcusdt@trade", TRADE), ("btcusdt@depth@100ms", DIFF), ("btcusdt@bookTicker", TICKER),
        ("btcusdt@aggTrade", AGGREGATE), ("btcusdt@kline_1m", CANDLE), ("btcusdt@depth5", BOOK),
    )),
    {"result": None, "id": 1}, {"code": 2, "msg": "Invalid request", "id": "1"},
    {"e": "serverShutdown", "E": 1}, {"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1}},
]  # fmt: skip
ORDER = {
    "symbol": "BTCUSDT", "orderId": 28, "orderListId": -1, "clientOrderId": "main-1-1", "price": "50000.00",
    "origQty": "0.01", "executedQty": "0.004", "origQuoteOrderQty": "0", "cummulativeQuoteQty": "200",
    "status": "PARTIALLY_FILLED", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY", "stopPrice": "0",
    "icebergQty": "0", "time": 1795000000000, "updateTime": 1795000000000, "transactTime": 1795000000000,
    "isWorking": True, "workingTime": 1795000000000, "selfTradePreventionMode": "NONE",
    "origClientOrderId": "main-1-1",
    "fills": [{"price": "50000.00", "qty": "0.004", "commission": "0.1", "commissionAsset": "BNB",
               "tradeId": 57}],
}  # fmt: skip
REPORT = {
    "e": "executionReport", "E": 1795000000001, "s": "BTCUSDT", "c": "main-1-1", "S": "BUY", "o": "LIMIT",
    "f": "GTC", "q": "0.01", "p": "50000.00", "P": "0", "F": "0", "g": -1, "C": "", "x": "TRADE",
    "X": "PARTIALLY_FILLED", "r": "NONE", "i": 28, "l": "0.004", "z": "0.004", "L": "50000.00", "n": "0.1",
    "N": "BNB", "T": 1795000000000, "t": 57, "w": True, "m": True, "O": 1794999999000, "Z": "200",
    "Y": "200", "Q": "0", "W": 1794999999000, "V": "NONE",
}  # fmt: skip
ACCOUNT_EVENT = {"e": "outboundAccountPosition", "E": 1, "u": 1, "B": [{"a": "BTC", "f": "1", "l": "0"}]}
FAILURE = {"code": -2021, "msg": "", "data": {
    "cancelResult": "SUCCESS", "newOrderResult": "FAILURE", "cancelResponse": ORDER,
    "newOrderResponse": {"code": -2010, "msg": "Account has insufficient balance for requested action."},
}}  # fmt: skip
SESSION = [
    *({"subscriptionId": 0, "event": event} for event in (
        REPORT, {**REPORT, "x": "CANCELED", "X": "CANCELED", "C": "main-1-1"}, ACCOUNT_EVENT,
        {"e": "eventStreamTerminated", "E": 1}, {"e": "balanceUpdate", "E": 1, "a": "BTC", "d": "1", "T": 1},
    )),
    {"id": "7", "status": 200, "result": ORDER, "rateLimits": []},
    {"id": "7", "status": 409, "error": FAILURE},
    {"id": None, "status": 401, "error": {"code": -2015, "msg": "Invalid API-key"}},
    {"id": "7", "status": 429, "error": {"code": -1003, "msg": "", "data": {"retryAfter": 1795000000000}}},
]  # fmt: skip
ROW = {
    "symbol": "BTCUSDT", "id": 57, "orderId": 28, "price": "50000", "qty": "0.01", "commission": "0.1",
    "commissionAsset": "BTC", "time": 1795000000000, "isBuyer": True, "isMaker": False,
}  # fmt: skip
BALANCES = {
    "canTrade": True, "canWithdraw": False, "updateTime": 1,
    "balances": [{"asset": "BTC", "free": "1", "locked": "0"}],
}  # fmt: skip
ANSWERS = [ORDER, [ORDER], [ROW], BALANCES, FAILURE, {"code": -2013, "msg": "Order does not exist."}]
SYMBOL = {
    "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
    "isSpotTradingAllowed": True, "allowedSelfTradePreventionModes": ["NONE"], "orderTypes": ["LIMIT"],
    "permissionSets": [["SPOT"]],
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
        {"filterType": "NOTIONAL", "minNotional": "5", "applyMinToMarket": True, "maxNotional": "9000000"},
    ],
}  # fmt: skip
PRODUCT = {
    "product_id": "BTC-USD", "base_currency_id": "BTC", "quote_currency_id": "USD", "price_increment": "0.01",
    "base_increment": "0.00000001", "base_min_size": "0.0001", "base_max_size": "100", "status": "online",
    "quote_increment": "0.01", "quote_min_size": "1", "product_type": "SPOT",
}  # fmt: skip
HISTORY = [
    [{"id": 1, "price": "1", "qty": "2", "time": 1795000000000, "isBuyerMaker": True}],
    [{"a": 1, "p": "1", "q": "2", "f": 1, "l": 1, "T": 1795000000000, "m": True, "M": True}],
    [[1795000000000, "1", "3", "1", "2", "9", 1795000059999, "9", 4, "1", "1", "0"]],
]
LINE = b"1795000000000000000 "
LINES = b"".join(LINE + json.dumps(frame).encode() + b"\n" for frame in MARKET[:6])
RECORDINGS = [LINES, LINES[:-9], gzip.compress(LINES, mtime=0), gzip.compress(LINES, mtime=0) * 2]
NUMBERS = [b"0.01", b"123456789.00000001", b"-1", b"1e5", b"0", b"170141183460469231731687303715884105727"]
NODE = b"""
[node]
name = "main"
[feed]
source = "recorded"
files = ["a.jsonl"]
[venues.binance]
instruments = ["BTCUSDT"]
key_file = "binance.key"
[paper]
cash = { USDT = "5000" }
fee_tiers = [{ volume = 1, maker_fee = "0.1", taker_fee = "0.2" }]
[[strategies]]
use = "ema_cross.py"
params = { fast = 12 }
[risk.account]
max_order_value = "1000 USDT"
max_messages = "50/1s, keep 10"
[risk.instrument."BINANCE:BTCUSDT"]
max_position = "0.05"
"""
MANIFEST = b"""
name = "binance"
summary = "Binance Spot"
api = [1, 1]
capabilities = ["market-data"]
secrets = ["api_key"]
[provides]
venues = ["binance"]
[[commands]]
name = "binance symbols"
help = "List the symbols."
"""
KEYS = [
    b'api_key = "0123456789"\n',
    b"api_key = 0123456789\nprivate_key = -----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n",
]
LATENCIES = b"ts,entry_ns,response_ns\n1795000000000000000,1000000,2000000\n1795000001000000000,5,6\n"


def encoded(values: list[Any]) -> list[bytes]:
    """As JSON, without blanks, as peers send it."""
    return [json.dumps(value, separators=(",", ":")).encode() for value in values]
