"""Every kind of order, cancel and replace → the exact parameters that Binance takes."""

import re
from dataclasses import replace as changed
from decimal import Decimal
from typing import Any

import pytest
from alphaforge.sansio.order_names import wire_name
from alphaforge.sansio.venue_actions import Place
from alphaforge_binance.order_params import (
    amend_params,
    cancel_params,
    place_params,
    replace_params,
    unmarked,
)
from hypothesis import given
from hypothesis import strategies as st

ALWAYS = {"symbol": "BTCUSDT", "newClientOrderId": "main-1-1", "newOrderRespType": "FULL"}
# The market stands at 50000.00 / 50000.10 and may slip by 1 %.
WORST_PURCHASE = "50500.1"
WORST_SALE = "49500"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"price": "49000"}, {"type": "LIMIT", "timeInForce": "GTC", "price": "49000"}),
        (
            {"price": "49000.10", "time_in_force": "ioc"},
            {"type": "LIMIT", "timeInForce": "IOC", "price": "49000.1"},
        ),
        (
            {"price": "49000", "time_in_force": "fok"},
            {"type": "LIMIT", "timeInForce": "FOK", "price": "49000"},
        ),
        # Binance has no such time: the node cancels the order then.
        (
            {"price": "49000", "expires_at": 10**18},
            {"type": "LIMIT", "timeInForce": "GTC", "price": "49000"},
        ),
        ({"price": "49000", "post_only": True}, {"type": "LIMIT_MAKER", "price": "49000"}),
        (
            {"price": "49000", "display": "0.002"},
            {"type": "LIMIT", "timeInForce": "GTC", "price": "49000", "icebergQty": "0.002"},
        ),
        (
            {"price": "49000", "display": "0.002", "post_only": True},
            {"type": "LIMIT_MAKER", "price": "49000", "icebergQty": "0.002"},
        ),
        # Shown whole it is no iceberg.
        (
            {"price": "49000", "display": "0.01"},
            {"type": "LIMIT", "timeInForce": "GTC", "price": "49000"},
        ),
        ({}, {"type": "LIMIT", "timeInForce": "IOC", "price": WORST_PURCHASE}),
        ({"time_in_force": "fok"}, {"type": "LIMIT", "timeInForce": "FOK", "price": WORST_PURCHASE}),
        ({"side": "sell"}, {"type": "LIMIT", "timeInForce": "IOC", "price": WORST_SALE}),
        (
            {"stop": "51000"},
            {"type": "STOP_LOSS_LIMIT", "timeInForce": "IOC", "price": "51510", "stopPrice": "51000"},
        ),
        (
            {"stop": "51000", "time_in_force": "fok"},
            {"type": "STOP_LOSS_LIMIT", "timeInForce": "FOK", "price": "51510", "stopPrice": "51000"},
        ),
        ({"side": "sell", "stop": "49000"}, {"type": "STOP_LOSS", "stopPrice": "49000"}),
        (
            {"side": "sell", "stop": "49000", "time_in_force": "fok"},
            {"type": "STOP_LOSS_LIMIT", "timeInForce": "FOK", "price": "48510", "stopPrice": "49000"},
        ),
        (
            {"stop": "51000", "price": "51100"},
            {"type": "STOP_LOSS_LIMIT", "timeInForce": "GTC", "price": "51100", "stopPrice": "51000"},
        ),
        (
            {"take_profit": "49000"},
            {"type": "TAKE_PROFIT_LIMIT", "timeInForce": "IOC", "price": "49490", "stopPrice": "49000"},
        ),
        ({"side": "sell", "take_profit": "51000"}, {"type": "TAKE_PROFIT", "stopPrice": "51000"}),
        (
            {"side": "sell", "take_profit": "51000", "price": "50900"},
            {"type": "TAKE_PROFIT_LIMIT", "timeInForce": "GTC", "price": "50900", "stopPrice": "51000"},
        ),
    ],
)
def test_every_kind_of_order(gate: Any, options: dict[str, Any], expected: dict[str, str]) -> None:
    side = options.get("side", "buy").upper()
    params = place_params(Place(gate.submit(**options)), None)
    assert params == {**ALWAYS, "side": side, "quantity": "0.01", **expected}


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_an_amount_of_the_quote_currency(gate: Any, side: str) -> None:
    command = gate.submit(side, None, quote_quantity="100.123456789")
    assert place_params(Place(command), None) == {
        **ALWAYS,
        "side": side.upper(),
        "type": "MARKET",
        "quoteOrderQty": "100.12345678",
    }


def test_a_trailing_stop_never_leaves_the_node(gate: Any) -> None:
    gate.held(trailing="100")


def test_the_self_trade_prevention_of_the_settings(gate: Any) -> None:
    params = place_params(Place(gate.submit(price="49000")), "expire_maker")
    assert params["selfTradePreventionMode"] == "EXPIRE_MAKER"


@pytest.mark.parametrize(
    ("venue_order_id", "target"), [("28", {"orderId": "28"}), (None, {"origClientOrderId": "main-1-1"})]
)
def test_a_cancel_has_an_id_that_says_whose_it_is(
    kit: Any, venue_order_id: str | None, target: dict[str, str]
) -> None:
    params = cancel_params(kit.cancel(venue_order_id=venue_order_id))
    assert params == {"symbol": "BTCUSDT", **target, "newClientOrderId": "main-1-1C"}


def test_an_order_of_others_is_cancelled_without_a_name(kit: Any) -> None:
    assert cancel_params(kit.cancel("", "77")) == {"symbol": "BTCUSDT", "orderId": "77"}


@pytest.mark.parametrize(
    ("venue_order_id", "target"),
    [("28", {"cancelOrderId": "28"}), (None, {"cancelOrigClientOrderId": "main-1-1"})],
)
def test_a_replace_stops_where_the_old_order_has_traded(
    kit: Any, venue_order_id: str | None, target: dict[str, str]
) -> None:
    replace = kit.replace("49500", "0.02", venue_order_id=venue_order_id)
    assert replace_params(replace, None) == {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.02",
        "price": "49500",
        "newClientOrderId": "main-1-1-r1",
        "newOrderRespType": "FULL",
        "cancelReplaceMode": "STOP_ON_FAILURE",
        "cancelRestrictions": "ONLY_NEW",
        **target,
        "cancelNewClientOrderId": "main-1-1C",
    }


def test_a_post_only_order_stays_so_and_a_fired_stop_is_a_limit_order(kit: Any) -> None:
    assert replace_params(kit.replace("49500", "0.02", post_only=True), None)["type"] == "LIMIT_MAKER"
    iceberg = kit.replace("49500", "0.001", display="0.002")
    assert "icebergQty" not in replace_params(iceberg, None)


def test_a_smaller_order_is_amended_by_its_new_quantity(kit: Any) -> None:
    replace = kit.replace("49000", "0.004")
    assert amend_params(replace, replace.shrunk_to) == {
        "symbol": "BTCUSDT",
        "orderId": "28",
        "newClientOrderId": "main-1-1-r1",
        "newQty": "0.004",
    }


def test_what_older_versions_have_traded_is_not_ordered_again(kit: Any) -> None:
    replace = kit.replace("49500", "0.02")
    traded = changed(replace, new=changed(replace.new, filled=Decimal("0.001")))
    assert replace_params(traded, None)["quantity"] == "0.019"


NODES = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
NUMBERS = st.integers(0, 2**40 - 1)


@given(NODES, st.integers(0, 2**24 - 1), NUMBERS, st.integers(0, 999))
def test_the_mark_fits_and_leads_back_to_the_name(
    kit: Any, node: str, epoch: int, count: int, version: int
) -> None:
    name = wire_name(f"{node}-{epoch:x}-{count:x}", version)
    params = cancel_params(kit.cancel(name))
    assert re.fullmatch(r"[a-zA-Z0-9-_]{1,36}", params["newClientOrderId"])
    assert unmarked(params["newClientOrderId"]) == name
    assert unmarked(name) == name


@pytest.mark.parametrize("foreign", ["", "C", "web_1234C", "x-HNA2TXFJC", "main-1-1CC", "Main-1-1C"])
def test_ids_of_others_are_left_as_they_are(foreign: str) -> None:
    assert unmarked(foreign) == foreign
