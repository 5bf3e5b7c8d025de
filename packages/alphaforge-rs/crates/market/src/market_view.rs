//! All that is known of one instrument's market.

use alphaforge_types::{DepthDiff, DepthSnapshot, Mark, Quote, Side, Trade, UnixNanos};

use crate::synced_book::{BookUpdate, SyncedBook};

/// The book, the last quote and the last trade of one instrument.
#[derive(Clone, Debug)]
pub struct MarketView {
    book: SyncedBook,
    quote: Option<Quote>,
    last_trade: Option<Trade>,
    event_time: UnixNanos,
    received_at: UnixNanos,
}

impl Default for MarketView {
    fn default() -> MarketView {
        MarketView {
            book: SyncedBook::default(),
            quote: None,
            last_trade: None,
            event_time: UnixNanos::from_nanos(i64::MIN),
            received_at: UnixNanos::ZERO,
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

    /// The latest time that the venue has put on any event.
    pub fn event_time(&self) -> UnixNanos {
        self.event_time
    }

    /// Takes a trade.
    pub fn on_trade(&mut self, trade: &Trade) {
        self.advance(trade.ts_event, trade.ts_recv);
        self.last_trade = Some(*trade);
    }

    /// Takes a quote.
    pub fn on_quote(&mut self, quote: &Quote) {
        self.advance(quote.ts_event, quote.ts_recv);
        self.quote = Some(*quote);
    }

    /// Takes changes to the book.
    pub fn on_diff(&mut self, diff: &DepthDiff) -> BookUpdate {
        self.advance(diff.ts_event, diff.ts_recv);
        self.book.on_diff(diff)
    }

    /// Takes a whole book.
    pub fn on_snapshot(&mut self, snapshot: &DepthSnapshot) -> BookUpdate {
        self.advance(snapshot.ts_event, snapshot.ts_recv);
        self.book.on_snapshot(snapshot)
    }

    /// The stream is gone: neither book nor quote can be trusted.
    pub fn on_disconnect(&mut self) -> BookUpdate {
        self.quote = None;
        self.book.on_disconnect()
    }

    /// The top of book that the execution plane may see: the quote where there is one, else the
    /// synchronised book, else the last trade.
    pub fn mark(&self) -> Option<Mark> {
        let ts_recv = self.received_at;
        if let Some(quote) = &self.quote {
            return Some(Mark {
                bid: quote.bid.price,
                ask: quote.ask.price,
                ts_recv,
            });
        }
        let top = self.book.synced().and_then(|book| {
            Some(Mark {
                bid: book.best(Side::Buy)?.price,
                ask: book.best(Side::Sell)?.price,
                ts_recv,
            })
        });
        let last = || {
            self.last_trade.map(|trade| Mark {
                bid: trade.price,
                ask: trade.price,
                ts_recv,
            })
        };
        top.or_else(last)
    }

    fn advance(&mut self, ts_event: Option<UnixNanos>, ts_recv: UnixNanos) {
        self.received_at = ts_recv;
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
        view.on_quote(&Quote {
            instrument: ANY,
            ts_recv: UnixNanos::from_nanos(3),
            ts_event: None,
            sequence: None,
            bid: level(95),
            ask: level(105),
        });
        assert_eq!(prices(&view), Some((95, 105)));
        view.on_disconnect();
        assert_eq!(prices(&view), Some((100, 100)));
    }
}
