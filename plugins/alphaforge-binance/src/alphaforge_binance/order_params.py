"""Orders, cancels and replaces as the parameters of Binance's requests.

Source: binance-spot-api-docs, web-socket-api.md, "Trading requests". REST takes the same.

A market order goes out as `LIMIT` `IOC` at its worst price: Binance's own `MARKET` knows no bound, and
the gate has reckoned limits and cash with this one. The same holds for a purchase that waits for a
trigger; a sale whose trigger fires sells at whatever is paid, as everywhere. An order in the quote
currency is a `MARKET` order with `quoteOrderQty`: Binance bounds what it spends or brings, not its price.
"""

import re
from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from alphaforge.model.plain_digits import plain_digits
from alphaforge.sansio.venue_actions import Cancel, Place, Replace

_TIMES_IN_FORCE: Mapping[str | None, str] = {"gtc": "GTC", "gtd": "GTC", "ioc": "IOC", "fok": "FOK"}
"""An order that is good till a time is cancelled by the node then."""

_TRIGGERED: Mapping[str, str] = {
    "stop_market": "STOP_LOSS",
    "stop_limit": "STOP_LOSS",
    "take_profit_market": "TAKE_PROFIT",
    "take_profit_limit": "TAKE_PROFIT",
}
_QUOTE_STEP = Decimal("1e-8")
_LONGEST_NAME = 36

_CANCEL_MARK = "C"
# Names of nodes have no capitals, so that the mark cannot be part of one.
_MARKED = re.compile(rf"([a-z0-9]+-[0-9a-f]+-[0-9a-f]+(?:-r[1-9][0-9]*)?){_CANCEL_MARK}")


def unmarked(client_id: str) -> str:
    """The name of the order that an id stands for.

    Binance says that the id of a cancel takes the place of the cancelled order's own; with the mark both
    say whose it is.
    """
    match = _MARKED.fullmatch(client_id)
    return match[1] if match else client_id


def place_params(place: Place, self_trade_prevention: str | None) -> dict[str, str]:
    """A new order.

    Raises:
        ValueError: it is of a kind that the adapter's traits say is held in the node.
    """
    params = {
        "symbol": place.command.instrument.symbol,
        "side": (place.command.side or "").upper(),
        **_terms(place),
        "newClientOrderId": place.name,
        "newOrderRespType": "FULL",
    }
    if self_trade_prevention is not None:
        params["selfTradePreventionMode"] = self_trade_prevention.upper()
    return params


def cancel_params(cancel: Cancel) -> dict[str, str]:
    """A cancel. The venue's own id is the fastest, and names the order after an amendment too."""
    params = {"symbol": cancel.instrument.symbol, **_target(cancel, "orderId", "origClientOrderId")}
    return params | _marked(cancel, "newClientOrderId")


def replace_params(replace: Replace, self_trade_prevention: str | None) -> dict[str, str]:
    """A replace by a cancel and a new order. Binance refuses it where the old one has traded at all."""
    cancel = _target(replace.old, "cancelOrderId", "cancelOrigClientOrderId")
    return {
        **place_params(replace.new, self_trade_prevention),
        "cancelReplaceMode": "STOP_ON_FAILURE",
        "cancelRestrictions": "ONLY_NEW",
        **cancel,
        **_marked(replace.old, "cancelNewClientOrderId"),
    }


def amend_params(replace: Replace, quantity: Decimal) -> dict[str, str]:
    """A replace that makes the order smaller and keeps its place; `quantity` counts what has traded too."""
    return {
        "symbol": replace.old.instrument.symbol,
        **_target(replace.old, "orderId", "origClientOrderId"),
        "newClientOrderId": replace.new.name,
        "newQty": plain_digits(quantity),
    }


def _terms(place: Place) -> dict[str, str]:
    command = place.command
    kind = command.order_kind or ""
    if place.change is not None or kind == "limit":
        # A stop that is replaced has fired: it is a limit order now.
        return _limit(place, is_maker=command.post_only)
    if kind == "market":
        return _market(place)
    if kind in _TRIGGERED:
        return _triggered(place, kind)
    raise ValueError(f"{place.name}: Binance takes no order of kind {kind!r}; it is held in the node")


def _limit(place: Place, *, is_maker: bool) -> dict[str, str]:
    price, quantity = _digits(place.price, "price"), _digits(place.quantity, "quantity")
    terms = {"type": "LIMIT_MAKER", "quantity": quantity, "price": price}
    if not is_maker:
        terms |= {"type": "LIMIT", "timeInForce": _TIMES_IN_FORCE[place.command.time_in_force]}
    display = place.command.display_quantity
    if display is not None and place.quantity is not None and display < place.quantity:
        terms["icebergQty"] = plain_digits(display)
    return terms


def _market(place: Place) -> dict[str, str]:
    amount = place.command.quote_quantity
    if amount is not None:
        return {"type": "MARKET", "quoteOrderQty": plain_digits(amount.quantize(_QUOTE_STEP, ROUND_DOWN))}
    return {
        "type": "LIMIT",
        "timeInForce": _at_once(place),
        "quantity": _digits(place.quantity, "quantity"),
        "price": _digits(place.command.worst_price, "worst price"),
    }


def _triggered(place: Place, kind: str) -> dict[str, str]:
    command = place.command
    terms = {
        "type": _TRIGGERED[kind],
        "quantity": _digits(place.quantity, "quantity"),
        "stopPrice": _digits(command.trigger_price, "trigger price"),
    }
    if kind.endswith("_limit"):
        price, time_in_force = command.price, _TIMES_IN_FORCE[command.time_in_force]
    elif command.side == "buy" or command.time_in_force == "fok":
        price, time_in_force = command.worst_price, _at_once(place)
    else:
        return terms
    limit = {"type": f"{_TRIGGERED[kind]}_LIMIT", "timeInForce": time_in_force}
    return terms | limit | {"price": _digits(price, "price")}


def _at_once(place: Place) -> str:
    return "FOK" if place.command.time_in_force == "fok" else "IOC"


def _target(cancel: Cancel, by_venue_id: str, by_name: str) -> dict[str, str]:
    if cancel.venue_order_id is not None:
        return {by_venue_id: cancel.venue_order_id}
    return {by_name: cancel.name}


def _marked(cancel: Cancel, field: str) -> dict[str, str]:
    marked = cancel.name + _CANCEL_MARK
    return {field: marked} if cancel.name and len(marked) <= _LONGEST_NAME else {}


def _digits(number: Decimal | None, name: str) -> str:
    if number is None:
        raise ValueError(f"an order without {name}")
    return plain_digits(number)
