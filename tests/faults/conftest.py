"""A node that trades on an emulator while faults strike, and the rule by which it has passed.

FAULTS.md: no order sent twice, none lost, every fill counted once, position and cash equal the venue's.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from alphaforge import Order
from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings, node_sections
from alphaforge_testkit.live import Patience, Probe, RunningNode, running_node

TOLD_WITHIN_S = 5.0
"""How soon somebody must know."""

_ID_BITS = 2**64 - 1
IMPATIENT = Patience(answer_within_s=0.5, certain_after_s=1.5)
"""For tests in which the venue never says a word."""
STILL = BinanceSettings(symbols=("BTCUSDT",), traders=False)
"""A market in which nothing happens but what the test does."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Trading:
    """An emulator, a node that trades on it, and what both say of the same account."""

    def __init__(self, exchange: BinanceEmulator, node: RunningNode) -> None:
        self.exchange = exchange
        self.node = node
        self.account = exchange.account("main")
        self._before = set(self.account.orders)
        self.expects_drift = False
        """Somebody else trades on the account, which freezes what is traded."""

    def ledger(self) -> dict[str, Decimal]:
        """What is on the account, by the venue."""
        totals = {
            asset: Decimal(free) + Decimal(locked) for asset, (free, locked) in self.exchange.ledger().items()
        }
        return {asset: total for asset, total in totals.items() if total}

    def others(
        self,
        side: str,
        quantity: str,
        price: str | None = None,
        *,
        symbol: str = "BTCUSDT",
        rest: bool = False,
    ) -> None:
        """Somebody else trades at once, or lets an order rest."""
        limit = None if price is None else Decimal(price)
        self.exchange.exchange.now_ns = self.exchange.clock.now_ns()
        self.exchange.exchange.trade_as_market(
            self.exchange.exchange.market(symbol),
            "BUY" if side == "buy" else "SELL",
            Decimal(quantity),
            limit,
            immediate=not rest,
        )

    async def by_hand(self, method: str, **fields: Any) -> Any:
        """The owner of the account trades in a browser."""
        async with httpx.AsyncClient() as browser:
            answer = await browser.request(method, f"{self.exchange.control_url}/orders", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def resting(self, quantity: str = "0.01", price: str = "50000") -> int:
        """An order of the node that rests at the venue; gives its id."""
        order = self.node.probe.buy(quantity, Decimal(price))
        await self.node.until_state(order.id, "open")
        return order.id

    async def until_told(self, *words: str, within_s: float = TOLD_WITHIN_S) -> None:
        """Wait until an alert holds all of these words."""
        await self.node.until(lambda: self.was_told(*words), within_s=within_s)

    def was_told(self, *words: str) -> bool:
        """Whether an alert holds all of these words."""
        return any(all(word in text for word in words) for text in self.node.alerts)

    async def until_book_agrees(self) -> None:
        """Wait until the node's book is that of the venue, level by level."""
        book, market = self.node.probe.book(self.node.instrument), self.exchange.exchange.market("BTCUSDT")

        def both() -> list[Any]:
            node = [book.bids_decimal(1_000), book.asks_decimal(1_000)]
            return [node, [market.levels("BUY"), market.levels("SELL")]]

        def agree() -> bool:
            node, venue = both()
            return bool(book.is_synced) and node == venue

        with suppress(AssertionError):
            await self.node.until(agree)
        assert book.is_synced
        node, venue = both()
        assert node == venue

    async def until_agreed(self, *, within_s: float = 10.0) -> None:
        """Wait until node and venue say the same, and hold the rest of the rule against the venue."""
        with suppress(AssertionError):
            await self.node.until(lambda: self._node_says() == self._venue_says(), within_s=within_s)
        assert self._node_says() == self._venue_says()
        assert self.account.client_ids_reused == 0, "an order was sent twice"
        assert self.account.duplicates_refused == 0, "an order was sent twice"
        assert self.was_told("frozen") == self.expects_drift, "what is only late must freeze nothing"
        bought = sum(
            fill.quantity_decimal if fill.side == "buy" else -fill.quantity_decimal
            for fill in self.node.probe.fills
        )
        assert self.node.probe.position(self.node.instrument).quantity_decimal == bought

    def states(self, order_id: int) -> list[str]:
        """The states that an order of the node has had so far."""
        return [each.state for each in self.node.probe.updates if each.id == order_id]

    def orders(self) -> list[Order]:
        """All orders of the node, as they are now."""
        return [
            self.node.order(number) for number in dict.fromkeys(each.id for each in self.node.probe.updates)
        ]

    def _node_says(self) -> dict[str, Any]:
        fills = Counter(
            (fill.trade_id & _ID_BITS, fill.price_decimal, fill.quantity_decimal, fill.fee_decimal)
            for fill in self.node.probe.fills
        )
        live = sorted(order.client_order_id for order in self.orders() if order.is_live)
        balances = {currency: total for currency, total in self.node.balances().items() if total}
        unknown = [order.client_order_id for order in self.orders() if order.state == "unknown"]
        return {"fills": fills, "open": live, "unknown": unknown, "balances": balances}

    def _venue_says(self) -> dict[str, Any]:
        ours = {
            key: order
            for key, order in self.account.orders.items()
            if key not in self._before and order.client_id.startswith("main-")
        }
        fills = Counter(
            (fill.trade_id, fill.price, fill.quantity, fill.commission)
            for fill in self.account.fills
            if (fill.symbol, fill.order_id) in ours
        )
        live = sorted(order.client_id.partition("-r")[0] for order in ours.values() if order.is_open)
        balances = {currency: total for currency, total in self.ledger().items() if total}
        return {"fills": fills, "open": live, "unknown": [], "balances": balances}


OpenTrading: TypeAlias = Callable[..., AbstractAsyncContextManager[Trading]]


@asynccontextmanager
async def quoted(settings: BinanceSettings = STILL, **options: Any) -> AsyncIterator[BinanceEmulator]:
    """An emulator where others quote 10 BTC on each of 20 levels around 50,000."""
    async with BinanceEmulator(settings, **options) as exchange:
        exchange.exchange.now_ns = exchange.clock.now_ns()
        market = exchange.exchange.market("BTCUSDT")
        for step in range(1, 21):
            exchange.exchange.trade_as_market(market, "BUY", Decimal(10), Decimal(50_000 - step))
            exchange.exchange.trade_as_market(market, "SELL", Decimal(10), Decimal(50_000 + step))
        exchange.exchange.trade_as_market(market, "BUY", Decimal("0.1"), Decimal(50_001), immediate=True)
        yield exchange


@pytest.fixture
def still_market() -> Callable[..., AbstractAsyncContextManager[BinanceEmulator]]:
    """`async with still_market() as exchange:` an emulator to run several nodes on."""
    return quoted


@pytest.fixture
def trading(tmp_path: Path) -> OpenTrading:
    """`async with trading() as t:` a node trades; at the end of the block the rule must hold."""

    @asynccontextmanager
    async def run_on(exchange: BinanceEmulator, *, agrees: bool, **more: Any) -> AsyncIterator[Trading]:
        by_name, more_sections = more.pop("by_name", False), more.pop("more_sections", {})
        if by_name:
            urls = {"base_url": exchange.url, "ws_url": exchange.ws_url, "ws_api_url": exchange.ws_api_url}
            more |= {key: url.replace("127.0.0.1", "localhost") for key, url in urls.items()}
        strategy, clock = more.pop("strategy", Probe), more.pop("clock", None)
        patience = None if more.pop("is_patient", True) else IMPATIENT
        config = node_sections(exchange, tmp_path, **more) | more_sections
        async with running_node(config, strategy=strategy, clock=clock, patience=patience) as node:
            await node.until_synced()
            trading = Trading(exchange, node)
            yield trading
            if agrees:
                await trading.until_agreed()

    @asynccontextmanager
    async def opened(
        settings: BinanceSettings = STILL,
        *,
        on: BinanceEmulator | None = None,
        agrees: bool = True,
        seed: int = 1,
        **more: Any,
    ) -> AsyncIterator[Trading]:
        if on is not None:
            async with run_on(on, agrees=agrees, **more) as trading:
                yield trading
            return
        async with (
            quoted(settings, seed=seed) as exchange,
            run_on(exchange, agrees=agrees, **more) as trading,
        ):
            yield trading

    return opened
