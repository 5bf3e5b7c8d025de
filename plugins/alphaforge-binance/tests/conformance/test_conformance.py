"""Binance under the conformance kit: its emulator, over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from alphaforge_binance.emulator import BinanceEmulator, BinanceSettings, ReadyAccount, node_sections
from alphaforge_binance.emulator.adversary import BinanceAdversary
from alphaforge_testkit import conformance as kit

SYMBOL = "BTCUSDT"
MIDDLE = 60_000


class BinanceUnderTest(kit.VenueUnderTest):
    """Binance Spot."""

    name: ClassVar = "binance"
    capabilities: ClassVar = {
        "book": kit.SUPPORTED,
        "quotes": kit.SUPPORTED,
        "trades": kit.SUPPORTED,
        "limit": kit.SUPPORTED,
        "market": kit.SUPPORTED,
        "quote_quantity": kit.SUPPORTED,
        "ioc": kit.SUPPORTED,
        "fok": kit.SUPPORTED,
        "gtd": kit.SUPPORTED,
        "post_only": kit.SUPPORTED,
        "stop_market": kit.SUPPORTED,
        "stop_limit": kit.SUPPORTED,
        "take_profit_market": kit.SUPPORTED,
        "take_profit_limit": kit.SUPPORTED,
        "trailing_stop": kit.SUPPORTED,
        "iceberg": kit.SUPPORTED,
        "reduce_only": kit.SUPPORTED,
        "oco": kit.SUPPORTED,
        "bracket": kit.SUPPORTED,
        "replace": kit.SUPPORTED,
        "account": kit.SUPPORTED,
        "fee_in_third_asset": kit.SUPPORTED,
        "order_queries": kit.SUPPORTED,
        "rate_limits": kit.SUPPORTED,
        "reconnects": kit.SUPPORTED,
        "clock_offset": kit.SUPPORTED,
        "reconciliation": kit.SUPPORTED,
    }
    quantity: ClassVar = Decimal("0.01")
    refusals: ClassVar = {
        "insufficient_funds": "-2010: Account has insufficient balance for requested action.",
        "post_only": "-2010: Order would immediately match and take.",
        "price_band": "-1013: Filter failure: PERCENT_PRICE_BY_SIDE",
        "closed": "-2010: Market is closed.",
    }

    @asynccontextmanager
    async def open(
        self, directory: Path, target: kit.LiveTarget | None, *, fee_in_third_asset: bool = False
    ) -> AsyncIterator[kit.OpenVenue]:
        if target is not None:
            section = {"base_url": target.url, "key_file": str(target.key_file), "environment": "testnet"}
            yield kit.OpenVenue({"binance": {"instruments": [SYMBOL], **section}}, None)
            return
        account = ReadyAccount("main", pays_in_bnb=fee_in_third_asset)
        settings = BinanceSettings(symbols=(SYMBOL, "BNBUSDT"), accounts=(account,), traders=False)
        async with BinanceEmulator(settings) as exchange:
            adversary = BinanceAdversary(exchange, SYMBOL)
            make_book(adversary)
            trade_once(BinanceAdversary(exchange, "BNBUSDT"), Decimal(600), Decimal(1))
            yield kit.OpenVenue(node_sections(exchange, directory)["venues"], adversary)


def make_book(adversary: BinanceAdversary) -> None:
    """Five prices on each side, and a trade between them."""
    trade_once(adversary, Decimal(MIDDLE), Decimal("0.01"))
    for number in range(1, 6):
        adversary.rest("buy", Decimal(1), Decimal(MIDDLE - 10 * number))
        adversary.rest("sell", Decimal(1), Decimal(MIDDLE + 10 * number))


def trade_once(adversary: BinanceAdversary, price: Decimal, quantity: Decimal) -> None:
    """A trade, which leaves nothing behind."""
    adversary.rest("sell", quantity, price)
    adversary.take("buy", quantity, price)


class _Binance:
    venue: ClassVar = BinanceUnderTest()


class TestMarketData(_Binance, kit.MarketDataSuite): ...


class TestTrading(_Binance, kit.TradingSuite): ...


class TestOrderTypes(_Binance, kit.OrderTypesSuite): ...


class TestOrderChanges(_Binance, kit.OrderChangesSuite): ...


class TestAccount(_Binance, kit.AccountSuite): ...


class TestAmbiguousOutcomes(_Binance, kit.AmbiguousOutcomesSuite): ...


class TestRateLimits(_Binance, kit.RateLimitsSuite): ...


class TestReconnects(_Binance, kit.ReconnectsSuite): ...


class TestClockOffset(_Binance, kit.ClockOffsetSuite): ...


class TestReconciliation(_Binance, kit.ReconciliationSuite): ...


class TestDecimals(_Binance, kit.DecimalsSuite): ...
