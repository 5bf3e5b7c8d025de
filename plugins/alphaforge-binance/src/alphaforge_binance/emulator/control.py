"""What the control endpoint can do beside what every emulator can: look at the ledger, and trade by hand."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from alphaforge_testkit.emulator import HttpRequest

from alphaforge_binance.emulator.account import Account
from alphaforge_binance.emulator.call import Call
from alphaforge_binance.emulator.errors import ApiError
from alphaforge_binance.emulator.operations import BY_REST
from alphaforge_binance.emulator.params import Params, as_text
from alphaforge_binance.emulator.views import queried, traded

if TYPE_CHECKING:
    from alphaforge_binance.emulator.emulator import BinanceEmulator

_MILLISECOND_NS = 1_000_000


class ControlRequests:
    """Answers the requests of Binance's control endpoint."""

    def __init__(self, emulator: "BinanceEmulator") -> None:
        self._emulator = emulator

    def answer(self, request: HttpRequest, value: Any) -> Any:
        """Answer a request.

        Raises:
            LookupError: there is no such request, account, or order.
            ValueError: the exchange refuses what was asked for; the text is its own.
        """
        own: dict[str, Callable[[Any], Any]] = {
            "GET /ledger": lambda _: {name: self._ledger(name) for name in self._emulator.keys},
            "GET /requests": lambda _: self._requests(),
            "GET /keys": lambda _: {name: asdict(keys) for name, keys in self._emulator.keys.items()},
            "POST /orders": partial(self._run, "POST /order"),
            "DELETE /orders": partial(self._run, "DELETE /order"),
            "POST /market": self._trade_as_market,
            "POST /deposit": self._deposit,
        }
        if request.target not in own:
            raise LookupError(request.target)
        try:
            return own[request.target](value)
        except ApiError as error:
            raise ValueError(str(error)) from error

    def _ledger(self, name: str) -> dict[str, Any]:
        """Balances, orders and trades of an account."""
        account: Account = self._emulator.account(name)
        return {
            "balances": {
                asset: {"free": free, "locked": locked}
                for asset, (free, locked) in self._emulator.ledger(name).items()
            },
            "orders": [queried(order, _milliseconds) for order in account.orders.values()],
            "trades": [
                traded(fill, account.orders[fill.symbol, fill.order_id], _milliseconds)
                for fill in account.fills
            ],
            "duplicates_refused": account.duplicates_refused,
            "client_ids_reused": account.client_ids_reused,
        }

    def _requests(self) -> dict[str, Any]:
        emulator = self._emulator
        return {
            "rest": emulator.rest.answered,
            "websocket": emulator.ws_api.answered,
            "addresses": emulator.limits.report(),
            "user_events": emulator.user_data.events,
        }

    def _run(self, operation: str, value: dict[str, Any]) -> Any:
        """Trade for an account as its owner would in a browser."""
        fields = {name: as_text(each) for name, each in value.items() if name != "account"}
        account = self._emulator.account(value.get("account", "main"))
        now_ns = self._emulator.clock.now_ns()
        call = Call(self._emulator.venue, Params(fields), now_ns, _MILLISECOND_NS, account)
        return BY_REST[operation].run(call)

    def _trade_as_market(self, value: dict[str, Any]) -> Any:
        """An order of all others: it rests, or with `immediate` trades what it can at once."""
        market = self._emulator.exchange.market(value["symbol"])
        price = value.get("price")
        order_id = self._emulator.exchange.trade_as_market(
            market,
            value["side"],
            Decimal(value["quantity"]),
            None if price is None else Decimal(price),
            immediate=bool(value.get("immediate", price is None)),
        )
        return {"orderId": order_id}

    def _deposit(self, value: dict[str, Any]) -> Any:
        account = self._emulator.account(value.get("account", "main"))
        amount = Decimal(value["amount"])
        self._emulator.deposit(account, value["asset"], amount)
        return self._ledger(account.name)["balances"]


def _milliseconds(nanos: int) -> int:
    return nanos // _MILLISECOND_NS
