//! What venues say about their markets.

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::ids::{InstrumentId, TradeId};
use crate::order::Side;
use crate::price::{Price, Quantity};
use crate::time::UnixNanos;

/// One price level of a book. A quantity of zero in a [`DepthDiff`] removes the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The price.
    pub price: Price,
    /// The whole quantity resting there.
    pub quantity: Quantity,
}

/// A trade between others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// What was traded.
    pub instrument: InstrumentId,
    /// When we received it.
    pub ts_recv: UnixNanos,
    /// When the venue says it happened.
    pub ts_event: Option<UnixNanos>,
    /// The venue's id.
    pub trade_id: TradeId,
    /// The price.
    pub price: Price,
    /// The quantity.
    pub quantity: Quantity,
    /// The side that took liquidity, where the venue tells.
    pub aggressor: Option<Side>,
}

impl Trade {
    /// When it happened by the venue's time or, where it sends none, by ours.
    pub fn time(&self) -> UnixNanos {
        self.ts_event.unwrap_or(self.ts_recv)
    }
}

/// The best bid and ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What is quoted.
    pub instrument: InstrumentId,
    /// When we received it.
    pub ts_recv: UnixNanos,
    /// When the venue says it was so, where it tells.
    pub ts_event: Option<UnixNanos>,
    /// The venue's update id, where it has one.
    pub sequence: Option<u64>,
    /// The best bid.
    pub bid: Level,
    /// The best ask.
    pub ask: Level,
}

impl Quote {
    /// True where both sides have a price: venues show an empty side as a price of zero.
    pub const fn is_two_sided(&self) -> bool {
        self.bid.price.is_positive() && self.ask.price.is_positive()
    }
}

/// A whole book, or its best levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepthSnapshot {
    /// Whose book.
    pub instrument: InstrumentId,
    /// When we received it.
    pub ts_recv: UnixNanos,
    /// When the venue says it was so, where it tells.
    pub ts_event: Option<UnixNanos>,
    /// The last update it holds.
    pub sequence: u64,
    /// True for the top levels that some streams repeat (Binance `@depth5`); these follow each
    /// other without diffs between them.
    pub partial: bool,
    /// Bids in any order.
    pub bids: Vec<Level>,
    /// Asks in any order.
    pub asks: Vec<Level>,
}

/// Changes to a book: absolute quantities of the levels that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepthDiff {
    /// Whose book.
    pub instrument: InstrumentId,
    /// When we received it.
    pub ts_recv: UnixNanos,
    /// When the venue says it was so, where it tells.
    pub ts_event: Option<UnixNanos>,
    /// The first update it holds.
    pub first_sequence: u64,
    /// The last update it holds.
    pub last_sequence: u64,
    /// Changed bids.
    pub bids: Vec<Level>,
    /// Changed asks.
    pub asks: Vec<Level>,
}

/// Who made a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BarSource {
    /// AlphaForge, from the trades it received.
    Trades,
    /// The venue (Binance klines).
    Venue,
}

/// Open, high, low and close of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What was traded.
    pub instrument: InstrumentId,
    /// The start of the interval, or the first trade's time for a bar that is not of time.
    pub ts_open: UnixNanos,
    /// The end of the interval (not included), or the latest trade's time for a bar that is not of time.
    pub ts_close: UnixNanos,
    /// The first price.
    pub open: Price,
    /// The highest price.
    pub high: Price,
    /// The lowest price.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// The traded quantity.
    pub volume: Quantity,
    /// How many trades it holds.
    pub trade_count: u64,
}

/// A closed bar that a venue made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VenueBar {
    /// When we received it.
    pub ts_recv: UnixNanos,
    /// The length of its interval in nanoseconds.
    pub interval_ns: i64,
    /// The bar.
    pub bar: Bar,
}

/// What a feed says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedState {
    /// The stream is connected again; books stay stale until a snapshot comes.
    Connected,
    /// The stream is gone; books are stale from now on.
    Disconnected,
}

/// A change of a feed's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedNotice {
    /// Whose feed.
    pub instrument: InstrumentId,
    /// When we noticed.
    pub ts_recv: UnixNanos,
    /// What we noticed.
    pub state: FeedState,
}

/// The top of book that the execution plane may see: the venue's best bid and ask where it streams
/// them, else those of the synchronised book, else the last trade's price on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The best bid.
    pub bid: Price,
    /// The best ask.
    pub ask: Price,
}

impl Mark {
    /// The sum of both mantissas: twice the middle, which so stays an integer.
    pub const fn twice_middle(&self) -> i128 {
        self.bid.mantissa() as i128 + self.ask.mantissa() as i128
    }

    /// The middle as an exact decimal, at the price decimals of its instrument; `None` where a side is
    /// empty, which venues show as a price of zero.
    pub fn middle(&self, price_decimals: u32) -> Option<Decimal> {
        if !self.bid.is_positive() || !self.ask.is_positive() {
            return None;
        }
        // A half has one decimal more.
        Decimal::new(5 * self.twice_middle(), price_decimals + 1).ok()
    }
}

/// Anything the market plane takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarketEvent {
    /// A trade between others.
    Trade(Trade),
    /// The best bid and ask.
    Quote(Quote),
    /// A whole book.
    DepthSnapshot(DepthSnapshot),
    /// Changes to a book.
    DepthDiff(DepthDiff),
    /// A bar that the venue made.
    VenueBar(VenueBar),
    /// A change of the feed's state.
    FeedNotice(FeedNotice),
}

impl MarketEvent {
    /// When we received it; recordings run on this time.
    pub fn ts_recv(&self) -> UnixNanos {
        match self {
            MarketEvent::Trade(trade) => trade.ts_recv,
            MarketEvent::Quote(quote) => quote.ts_recv,
            MarketEvent::DepthSnapshot(snapshot) => snapshot.ts_recv,
            MarketEvent::DepthDiff(diff) => diff.ts_recv,
            MarketEvent::VenueBar(bar) => bar.ts_recv,
            MarketEvent::FeedNotice(notice) => notice.ts_recv,
        }
    }

    /// When the venue says it happened, where it tells.
    pub fn ts_event(&self) -> Option<UnixNanos> {
        match self {
            MarketEvent::Trade(trade) => trade.ts_event,
            MarketEvent::Quote(quote) => quote.ts_event,
            MarketEvent::DepthSnapshot(snapshot) => snapshot.ts_event,
            MarketEvent::DepthDiff(diff) => diff.ts_event,
            MarketEvent::VenueBar(_) | MarketEvent::FeedNotice(_) => None,
        }
    }

    /// Whose event it is.
    pub fn instrument(&self) -> InstrumentId {
        match self {
            MarketEvent::Trade(trade) => trade.instrument,
            MarketEvent::Quote(quote) => quote.instrument,
            MarketEvent::DepthSnapshot(snapshot) => snapshot.instrument,
            MarketEvent::DepthDiff(diff) => diff.instrument,
            MarketEvent::VenueBar(bar) => bar.bar.instrument,
            MarketEvent::FeedNotice(notice) => notice.instrument,
        }
    }
}
