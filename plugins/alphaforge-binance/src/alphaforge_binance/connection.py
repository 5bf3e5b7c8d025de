"""The adapter of one section `[venues.binance]`."""

from functools import partial

from alphaforge.model.instrument import InstrumentTable
from alphaforge.model.secrets import Secrets
from alphaforge.sansio.rate_limit import RateWindow
from alphaforge.sansio.venue_codec import TradingTraits, VenueAdapter

from alphaforge_binance.auth import Credentials, credentials
from alphaforge_binance.endpoints import endpoints
from alphaforge_binance.history import BinanceRecordingCodec
from alphaforge_binance.market import BinanceMarketCodec
from alphaforge_binance.public import BinancePublicCodec
from alphaforge_binance.settings import BinanceSettings
from alphaforge_binance.trading import ANSWER_WITHIN_S, BinanceTradingCodec

# By the minutes of Binance's clock, from which ours may be half a second away.
_HTTP_LIMITS = (RateWindow(6_000, 60.0, guard_s=0.5),)
_CONNECT_LIMITS = (RateWindow(300, 300.0),)
# What Binance has taken can be hidden from queries for a moment (-2013 after a placement).
_HIDDEN_FOR_S = 5.0


def connect(settings: BinanceSettings, secrets: Secrets) -> VenueAdapter:
    """Set the adapter up; nothing is opened yet.

    Raises:
        ConfigError: the secrets cannot be used.
    """
    keys = credentials(settings.key_type, secrets)
    doors = endpoints(settings)

    def market(table: InstrumentTable) -> BinanceMarketCodec:
        return BinanceMarketCodec(table, doors.streams, settings.depth_limit, settings.quiet_after_s)

    def trading(keys: Credentials, table: InstrumentTable) -> BinanceTradingCodec:
        return BinanceTradingCodec(table, settings, keys, doors.websocket_api)

    return VenueAdapter(
        rest_url=doors.rest,
        http_limits=_HTTP_LIMITS,
        connect_limits=_CONNECT_LIMITS,
        public=BinancePublicCodec(),
        market=market,
        trading=None if keys is None else partial(trading, keys),
        traits=TradingTraits(
            native_triggers=True,
            native_trailing=False,
            native_expiry=False,
            prevents_self_trades=settings.self_trade_prevention not in {None, "none"},
            replaces_in_one_step=True,
            highest_fee=str(settings.highest_fee),
            answer_within_s=ANSWER_WITHIN_S,
            certain_after_s=settings.recv_window_ms / 1_000 + _HIDDEN_FOR_S,
        ),
        recording=BinanceRecordingCodec(),
    )
