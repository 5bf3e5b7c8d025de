//! All that is known of one instrument's market.

use alphaforge_types::{
    DepthDiff, DepthSnapshot, Mark, MarketCondition, Price, Quote, Side, Trade, UnixNanos,
};

use crate::recent_trades::RecentTrades;
use crate::synced_book::{BookState, BookUpdate, StaleReason, SyncedBook};

/// The book, the last quote and the last trade of one instrument.
#[derive(Clone, Debug)]
pub struct MarketView {
    book: SyncedBook,
    quote: Option<Quote>,
    last_trade: Option<Trade>,
    recent_trades: RecentTrades,
    /// It has shown a quote or a book at some time.
    shows_levels: bool,
    /// Its book has been shown at some time, by changes or whole.
    shows_book: bool,
    event_time: UnixNanos,
}

impl Default for MarketView {
    fn default() -> MarketView {
        MarketView {
            book: SyncedBook::default(),
            quote: None,
            last_trade: None,
            recent_trades: RecentTrades::default(),
            shows_levels: false,
            shows_book: false,
            event_time: UnixNanos::from_nanos(i64::MIN),
        }
    }
}

impl MarketView {
    /// The level-2 book and its state.
    pub fn book(&self) -> &SyncedBook {
        &self.book
    }

    /// The last quote.
    pub fn quote(&self) -> Option<&Quote> {
        self.quote.as_ref()
    }

    /// The last trade.
    pub fn last_trade(&self) -> Option<&Trade> {
        self.last_trade.as_ref()
    }

    /// The price at which triggers fire where the venue shows no trades: the middle of the best bid and
    /// ask, on the lower unit. `None` once it has shown a trade.
    pub fn price_without_trades(&self) -> Option<Price> {
        if self.last_trade.is_some() {
            return None;
        }
        let mark = self.mark()?;
        let (bid, ask) = (
            i128::from(mark.bid.mantissa()),
            i128::from(mark.ask.mantissa()),
        );
        let middle = i64::try_from((bid + ask).div_euclid(2)).ok()?;
        Some(Price::from_mantissa(middle))
    }

    /// True where trades are all that the venue has ever shown. Elsewhere a trade's price is no price to
    /// trade at while quote and book are gone.
    pub fn shows_trades_only(&self) -> bool {
        !self.shows_levels
    }

    /// The latest time that the venue has put on any event.
    pub fn event_time(&self) -> UnixNanos {
        self.event_time
    }

    /// Takes a trade; false where it came before, and changes nothing.
    pub fn on_trade(&mut self, trade: &Trade) -> bool {
        if !self.recent_trades.remember(trade.trade_id) {
            return false;
        }
        self.advance(trade.ts_event);
        self.last_trade = Some(*trade);
        true
    }

    /// True where a quote is not older than the one that is there.
    pub fn is_current(&self, quote: &Quote) -> bool {
        let before = self.quote.and_then(|quote| quote.sequence);
        match (before, quote.sequence) {
            (Some(before), Some(sequence)) => sequence >= before,
            (Some(_) | None, Some(_) | None) => true,
        }
    }

    /// Takes a quote.
    pub fn on_quote(&mut self, quote: &Quote) {
        self.advance(quote.ts_event);
        self.quote = Some(*quote);
        self.shows_levels = true;
    }

    /// Takes changes to the book.
    pub fn on_diff(&mut self, diff: &DepthDiff) -> BookUpdate {
        self.advance(diff.ts_event);
        self.shows_book = true;
        self.book.on_diff(diff)
    }

    /// Takes a whole book.
    pub fn on_snapshot(&mut self, snapshot: &DepthSnapshot) -> BookUpdate {
        self.advance(snapshot.ts_event);
        self.shows_levels = true;
        self.shows_book = true;
        self.book.on_snapshot(snapshot)
    }

    /// The stream is gone: nothing that it has shown can be trusted.
    pub fn on_disconnect(&mut self) -> BookUpdate {
        self.quote = None;
        self.last_trade = None;
        self.book.on_disconnect()
    }

    /// The top of book that the execution plane may see: the quote where there is one, else the
    /// synchronised book, else the last trade.
    pub fn mark(&self) -> Option<Mark> {
        // A venue shows an empty side as a price of zero, which is none.
        if let Some(quote) = &self.quote
            && quote.is_two_sided()
        {
            return Some(Mark {
                bid: quote.bid.price,
                ask: quote.ask.price,
            });
        }
        let top = self.book.synced().and_then(|book| {
            Some(Mark {
                bid: book.best(Side::Buy)?.price,
                ask: book.best(Side::Sell)?.price,
            })
        });
        let last = || {
            self.last_trade.map(|trade| Mark {
                bid: trade.price,
                ask: trade.price,
            })
        };
        top.or_else(last)
    }

    /// Whether what is shown can be traded on: a venue's book must be right where it shows one.
    pub fn condition(&self) -> MarketCondition {
        let quote = self.quote.filter(Quote::is_two_sided);
        if quote.is_some_and(|quote| quote.bid.price >= quote.ask.price) {
            return MarketCondition::Crossed;
        }
        if !self.shows_book {
            let is_seen = self.quote.is_some() || self.last_trade.is_some();
            return match (is_seen, self.book.state()) {
                (true, _) => MarketCondition::Sound,
                (false, BookState::Stale(StaleReason::Disconnected)) => {
                    MarketCondition::Disconnected
                }
                (false, _) => MarketCondition::Unseen,
            };
        }
        match self.book.state() {
            BookState::Synced { .. } => MarketCondition::Sound,
            BookState::Stale(reason) => match reason {
                StaleReason::NoSnapshot | StaleReason::SnapshotTooOld { .. } => {
                    MarketCondition::Stale
                }
                StaleReason::Gap { .. } => MarketCondition::Gapped,
                StaleReason::Crossed => MarketCondition::Crossed,
                StaleReason::Disconnected => MarketCondition::Disconnected,
            },
        }
    }

    fn advance(&mut self, ts_event: Option<UnixNanos>) {
        if let Some(event_time) = ts_event {
            self.event_time = self.event_time.max(event_time);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alphaforge_types::{InstrumentId, Level, Price, Quantity, TradeId};

    const ANY: InstrumentId = InstrumentId::from_index(0);

    fn level(price: i64) -> Level {
        Level {
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(1),
        }
    }

    fn trade(price: i64) -> Trade {
        Trade {
            instrument: ANY,
            ts_recv: UnixNanos::from_nanos(1),
            ts_event: None,
            trade_id: TradeId::new(1),
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(1),
            aggressor: None,
        }
    }

    fn quote(sequence: Option<u64>) -> Quote {
        Quote {
            instrument: ANY,
            ts_recv: UnixNanos::from_nanos(3),
            ts_event: None,
            sequence,
            bid: level(95),
            ask: level(105),
        }
    }

    fn snapshot() -> DepthSnapshot {
        DepthSnapshot {
            instrument: ANY,
            ts_recv: UnixNanos::from_nanos(2),
            ts_event: None,
            sequence: 1,
            partial: false,
            bids: vec![level(90)],
            asks: vec![level(110)],
        }
    }

    #[test]
    fn the_mark_is_the_best_source_there_is() {
        let mut view = MarketView::default();
        let prices = |view: &MarketView| {
            view.mark()
                .map(|mark| (mark.bid.mantissa(), mark.ask.mantissa()))
        };
        assert_eq!(prices(&view), None);
        view.on_trade(&trade(100));
        assert_eq!(prices(&view), Some((100, 100)));
        view.on_snapshot(&snapshot());
        assert_eq!(prices(&view), Some((90, 110)));
        view.on_quote(&quote(None));
        assert_eq!(prices(&view), Some((95, 105)));
        view.on_disconnect();
        assert_eq!(prices(&view), None);
    }

    #[test]
    fn an_empty_side_is_no_price() {
        let mut view = MarketView::default();
        view.on_trade(&trade(100));
        view.on_quote(&Quote {
            bid: level(0),
            ..quote(None)
        });
        assert_eq!(view.mark().map(|mark| mark.bid.mantissa()), Some(100));
    }

    #[test]
    fn a_trade_counts_once_and_an_older_quote_is_not_current() {
        let mut view = MarketView::default();
        assert!(view.shows_trades_only());
        assert!(view.on_trade(&trade(100)));
        assert!(!view.on_trade(&trade(90)));
        assert_eq!(
            view.last_trade().map(|trade| trade.price.mantissa()),
            Some(100)
        );
        assert!(view.is_current(&quote(Some(10))));
        view.on_quote(&quote(Some(10)));
        assert!(!view.shows_trades_only());
        assert!(!view.is_current(&quote(Some(9))));
        assert!(view.is_current(&quote(Some(10))));
        assert!(view.is_current(&quote(None)));
        view.on_disconnect();
        assert!(view.is_current(&quote(Some(9))));
        assert!(!view.shows_trades_only());
    }

    #[test]
    fn what_is_shown_decides_whether_a_market_is_sound() {
        let mut view = MarketView::default();
        assert_eq!(view.condition(), MarketCondition::Unseen);
        view.on_trade(&trade(100));
        assert_eq!(view.condition(), MarketCondition::Sound);
        let crossed = Quote {
            bid: level(105),
            ..quote(None)
        };
        view.on_quote(&crossed);
        assert_eq!(view.condition(), MarketCondition::Crossed);
        view.on_quote(&quote(None));
        assert_eq!(view.condition(), MarketCondition::Sound);
        view.on_disconnect();
        assert_eq!(view.condition(), MarketCondition::Disconnected);
        // A venue that shows no book needs none.
        view.on_quote(&quote(None));
        assert_eq!(view.condition(), MarketCondition::Sound);
    }

    #[test]
    fn a_book_that_is_shown_must_be_right() {
        let mut view = MarketView::default();
        view.on_quote(&quote(None));
        let diff = |first_sequence| DepthDiff {
            instrument: ANY,
            ts_recv: UnixNanos::from_nanos(2),
            ts_event: None,
            first_sequence,
            last_sequence: first_sequence,
            bids: Vec::new(),
            asks: Vec::new(),
        };
        let whole = snapshot();
        view.on_diff(&diff(whole.sequence));
        assert_eq!(view.condition(), MarketCondition::Stale);
        view.on_snapshot(&whole);
        assert_eq!(view.condition(), MarketCondition::Sound);
        view.on_diff(&diff(whole.sequence + 9));
        assert_eq!(view.condition(), MarketCondition::Gapped);
        view.on_disconnect();
        view.on_quote(&quote(None));
        assert_eq!(view.condition(), MarketCondition::Disconnected);
    }
}
