"""Keys, signatures and timestamps, by the vectors of the documentation and over sockets."""

import pytest
from alphaforge_binance.emulator.auth import hmac_key, rest_payload, websocket_payload
from alphaforge_binance.emulator.settings import ReadyAccount, make_account

pytestmark = pytest.mark.anyio

# The vectors of binance-spot-api-docs.
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
REST = (
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000"
    "&timestamp=1499827319559"
)
REST_SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
WEBSOCKET = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01000000",
    "price": "52000.00",
    "recvWindow": "100",
    "timestamp": "1645423376532",
    "apiKey": "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
}
WEBSOCKET_SIGNATURE = "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24"


@pytest.mark.parametrize("cut", [0, 40, len(REST)])
def test_the_vector_of_rest_wherever_the_query_ends(cut: int) -> None:
    key = hmac_key("key", SECRET)
    # Query and body follow each other without a separator.
    query, body = REST[:cut].encode(), REST[cut:].encode()
    assert key.verifies(rest_payload(query, body + b"&signature=x"), REST_SIGNATURE)
    assert key.verifies(rest_payload(query, body), REST_SIGNATURE.upper())
    assert not key.verifies(rest_payload(query, body + b"0"), REST_SIGNATURE)


def test_the_vector_of_the_websocket_api() -> None:
    payload = websocket_payload(WEBSOCKET | {"signature": "x"})
    assert hmac_key("key", SECRET).verifies(payload, WEBSOCKET_SIGNATURE)


@pytest.mark.parametrize("kind", ["hmac", "rsa", "ed25519"])
async def test_keys_of_all_kinds_over_rest(trader, kind) -> None:
    answer = await trader.ask("GET /account", kind=kind)
    assert answer.status_code == 200
    wrong = await trader.ask("GET /account", kind=kind, signature="AAAA")
    assert (wrong.status_code, wrong.json()["code"]) == (400, -1022)


@pytest.mark.parametrize("kind", ["hmac", "rsa", "ed25519"])
async def test_keys_of_all_kinds_over_the_websocket_api(trader, kind) -> None:
    async with trader.session(logon=False) as session:
        assert (await session.signed("account.status", kind=kind))["status"] == 200
        logon = await session.signed("session.logon", kind=kind)
        assert logon["status"] == (200 if kind == "ed25519" else 401)
        subscribed = await session.signed("userDataStream.subscribe.signature", kind=kind)
        assert subscribed["result"] == {"subscriptionId": 0}
        tampered = await session.ask(
            "account.status", apiKey=trader.keys.hmac_key, timestamp=1, signature="00"
        )
        assert tampered["error"]["code"] == -1022


async def test_keys_that_are_missing_unknown_or_may_not_trade(exchange, http, trader) -> None:
    target = "/api/v3/account?timestamp=1&signature=x"
    missing = await http.get(target)
    assert (missing.status_code, missing.json()["code"]) == (401, -2014)
    unknown = await http.get(target, headers={"X-MBX-APIKEY": "nobody"})
    assert (unknown.status_code, unknown.json()["code"]) == (401, -2015)
    exchange.faults.add(kind="revoke_keys", duration_s=60)
    assert await trader.refused("GET /account") == (
        -2015,
        "Invalid API-key, IP, or permissions for action.",
    )
    exchange.faults.clear()
    assert (await trader.ask("GET /account")).status_code == 200


AHEAD = "Timestamp for this request was 1000ms ahead of the server's time."
OUTSIDE = "Timestamp for this request is outside of the recvWindow."


@pytest.mark.parametrize(
    ("offset_ms", "window", "refusal"),
    [
        (0, None, None),
        (900, None, None),
        (1_100, None, AHEAD),
        (3_600_000, None, AHEAD),
        (-4_000, None, None),
        (-5_100, None, OUTSIDE),
        (-5_100, "6000.5", None),
        (-300, "200", OUTSIDE),
        (0, "60001", "recvWindow must be less than 60000."),
    ],
)
@pytest.mark.parametrize("unit", ["ms", "us"])
async def test_timestamps_must_be_about_right(trader, unit, offset_ms, window, refusal) -> None:
    sent = (trader.now() + offset_ms) * (1_000 if unit == "us" else 1)
    params = {"timestamp": sent} | ({} if window is None else {"recvWindow": window})
    if refusal is None:
        assert await trader.do("GET /openOrders", **params) == []
    else:
        code = -1131 if "recvWindow must" in refusal else -1021
        assert await trader.refused("GET /openOrders", **params) == (code, refusal)


async def test_a_wrong_clock_of_the_venue_refuses_right_timestamps(exchange, http, trader) -> None:
    right = trader.now()
    exchange.faults.add(kind="clock", seconds=-2, duration_s=60)
    assert await trader.refused("GET /account", timestamp=right) == (-1021, AHEAD)
    told = (await http.get("/api/v3/time")).json()["serverTime"]
    assert -2_000 <= told - right < 0
    assert (await trader.ask("GET /account", timestamp=told)).status_code == 200


async def test_a_timestamp_and_a_signature_are_mandatory(exchange, http, trader) -> None:
    headers = {"X-MBX-APIKEY": trader.keys.hmac_key}
    answer = await http.get("/api/v3/account?timestamp=1", headers=headers)
    assert answer.json()["msg"] == (
        "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."
    )


def test_ready_made_keys_follow_from_the_name() -> None:
    (_, one), (_, same) = make_account(0, ReadyAccount("a")), make_account(1, ReadyAccount("a"))
    assert (one.hmac_secret, one.ed25519_pem) == (same.hmac_secret, same.ed25519_pem)
    assert make_account(0, ReadyAccount("b"))[1].ed25519_pem != one.ed25519_pem
