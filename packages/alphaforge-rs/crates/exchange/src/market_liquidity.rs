//! Liquidity as the market data shows it: the synchronised book, else the quote; where the venue shows
//! neither at all, the last trade.
//!
//! What our orders take is gone until the market shows that level anew; a backtest cannot fill
//! twice from one displayed quantity.

use std::collections::BTreeMap;

use alphaforge_market::MarketView;
use alphaforge_types::{DepthDiff, Level, Price, Quantity, Quote, Side};

use crate::displayed::Displayed;
use crate::order::may_trade;

/// What our orders have taken from the displayed liquidity of one instrument.
#[derive(Clone, Debug, Default)]
pub struct Consumed {
    bids: BTreeMap<Price, Quantity>,
    asks: BTreeMap<Price, Quantity>,
}

impl Consumed {
    /// The market has shown these levels anew.
    pub fn on_diff(&mut self, diff: &DepthDiff) {
        for level in &diff.bids {
            self.bids.remove(&level.price);
        }
        for level in &diff.asks {
            self.asks.remove(&level.price);
        }
    }

    /// The market has shown a new best bid and ask; `before` is what it showed last.
    pub fn on_quote(&mut self, before: Option<&Quote>, quote: &Quote) {
        if before.is_none_or(|before| before.bid != quote.bid) {
            self.bids.clear();
        }
        if before.is_none_or(|before| before.ask != quote.ask) {
            self.asks.clear();
        }
    }

    /// The market has shown everything anew.
    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }

    fn side(&self, side: Side) -> &BTreeMap<Price, Quantity> {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    fn left_of(&self, side: Side, level: Level) -> Level {
        let taken = self.side(side).get(&level.price).copied();
        Level {
            price: level.price,
            quantity: level.quantity.saturating_sub(taken.unwrap_or_default()),
        }
    }
}

/// The displayed liquidity of one instrument now.
#[derive(Debug)]
pub struct MarketLiquidity<'a> {
    view: &'a MarketView,
    consumed: &'a mut Consumed,
}

impl<'a> MarketLiquidity<'a> {
    /// What `view` shows, less what was consumed.
    pub fn new(view: &'a MarketView, consumed: &'a mut Consumed) -> MarketLiquidity<'a> {
        MarketLiquidity { view, consumed }
    }

    /// The levels of a side that are left, best first.
    fn levels(&self, side: Side) -> Box<dyn Iterator<Item = Level> + '_> {
        let left = move |level| self.consumed.left_of(side, level);
        let there = |level: &Level| level.quantity.is_positive();
        if let Some(book) = self.view.book().synced() {
            return Box::new(book.side(side).iter().map(left).filter(there));
        }
        Box::new(self.only_level(side).into_iter().map(left).filter(there))
    }

    /// The one level that is known without a book.
    fn only_level(&self, side: Side) -> Option<Level> {
        if let Some(quote) = self.view.quote() {
            return Some(match side {
                Side::Buy => quote.bid,
                Side::Sell => quote.ask,
            });
        }
        let trade = self.view.last_trade()?;
        self.view.shows_trades_only().then_some(Level {
            price: trade.price,
            quantity: trade.quantity,
        })
    }
}

impl Displayed for MarketLiquidity<'_> {
    fn best(&self, side: Side) -> Option<Level> {
        self.levels(side).next()
    }

    fn within(&self, side: Side, limit: Option<Price>) -> Quantity {
        self.levels(side)
            .take_while(|level| may_trade(side.opposite(), limit, level.price))
            .fold(Quantity::ZERO, |sum, level| {
                sum.saturating_add(level.quantity)
            })
    }

    /// A synchronised book shows the queues down to its worst level: venues leave out what is far away.
    /// A quote shows the queue at its own price and that there is none before it; behind it nothing can
    /// be seen, and trades alone show no queue.
    fn queue_at(&self, side: Side, price: Price) -> Option<Quantity> {
        if let Some(book) = self.view.book().synced() {
            let shown = book.side(side);
            let in_sight = side.accepts(price, shown.worst()?.price);
            return in_sight.then(|| shown.quantity_at(price));
        }
        let best = match side {
            Side::Buy => self.view.quote()?.bid,
            Side::Sell => self.view.quote()?.ask,
        };
        if price == best.price {
            return Some(best.quantity);
        }
        let improves = side.accepts(price, best.price);
        improves.then_some(Quantity::ZERO)
    }

    fn take(&mut self, side: Side, price: Price, quantity: Quantity) {
        let taken = match side {
            Side::Buy => &mut self.consumed.bids,
            Side::Sell => &mut self.consumed.asks,
        };
        let sum = taken.entry(price).or_default();
        *sum = sum.saturating_add(quantity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alphaforge_types::{DepthSnapshot, InstrumentId, Trade, TradeId, UnixNanos};

    const ANY: InstrumentId = InstrumentId::from_index(0);

    fn level(price: i64, quantity: i64) -> Level {
        Level {
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
        }
    }

    fn quote(bid: Level, ask: Level) -> Quote {
        Quote {
            instrument: ANY,
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            sequence: None,
            bid,
            ask,
        }
    }

    fn queue(liquidity: &MarketLiquidity<'_>, side: Side, price: i64) -> Option<i64> {
        liquidity
            .queue_at(side, Price::from_mantissa(price))
            .map(Quantity::mantissa)
    }

    #[test]
    fn a_quote_shows_one_level_and_the_queue_at_it() {
        let (mut view, mut consumed) = (MarketView::default(), Consumed::default());
        view.on_quote(&quote(level(100, 5), level(102, 7)));
        let mut liquidity = MarketLiquidity::new(&view, &mut consumed);
        assert_eq!(liquidity.best(Side::Sell), Some(level(102, 7)));
        assert_eq!(queue(&liquidity, Side::Buy, 100), Some(5));
        assert_eq!(queue(&liquidity, Side::Buy, 101), Some(0));
        assert_eq!(queue(&liquidity, Side::Buy, 99), None);
        assert_eq!(queue(&liquidity, Side::Sell, 101), Some(0));
        assert_eq!(queue(&liquidity, Side::Sell, 103), None);
        liquidity.take(
            Side::Sell,
            Price::from_mantissa(102),
            Quantity::from_mantissa(7),
        );
        assert_eq!(liquidity.best(Side::Sell), None);
    }

    #[test]
    fn what_was_taken_comes_back_when_the_market_shows_it_anew() {
        let (mut view, mut consumed) = (MarketView::default(), Consumed::default());
        let first = quote(level(100, 5), level(102, 7));
        view.on_quote(&first);
        let five = Quantity::from_mantissa(5);
        MarketLiquidity::new(&view, &mut consumed).take(
            Side::Sell,
            Price::from_mantissa(102),
            five,
        );
        consumed.on_quote(Some(&first), &quote(level(99, 5), level(102, 7)));
        let left = MarketLiquidity::new(&view, &mut consumed).best(Side::Sell);
        assert_eq!(left, Some(level(102, 2)));
        consumed.on_quote(Some(&first), &quote(level(99, 5), level(102, 8)));
        let left = MarketLiquidity::new(&view, &mut consumed).best(Side::Sell);
        assert_eq!(left, Some(level(102, 7)));
    }

    #[test]
    fn a_book_shows_every_level_and_trades_show_one_price() {
        let (mut view, mut consumed) = (MarketView::default(), Consumed::default());
        view.on_trade(&Trade {
            instrument: ANY,
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            trade_id: TradeId::new(1),
            price: Price::from_mantissa(101),
            quantity: Quantity::from_mantissa(3),
            aggressor: None,
        });
        let liquidity = MarketLiquidity::new(&view, &mut consumed);
        assert_eq!(liquidity.best(Side::Buy), Some(level(101, 3)));
        assert_eq!(queue(&liquidity, Side::Buy, 101), None);
        view.on_snapshot(&DepthSnapshot {
            instrument: ANY,
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            sequence: 1,
            partial: false,
            bids: vec![level(100, 5), level(98, 6)],
            asks: vec![level(102, 7), level(103, 8)],
        });
        let mut liquidity = MarketLiquidity::new(&view, &mut consumed);
        assert_eq!(queue(&liquidity, Side::Buy, 98), Some(6));
        assert_eq!(queue(&liquidity, Side::Buy, 99), Some(0));
        assert_eq!(queue(&liquidity, Side::Buy, 97), None);
        assert_eq!(queue(&liquidity, Side::Sell, 104), None);
        let within = |liquidity: &MarketLiquidity<'_>, limit: i64| {
            let limit = Some(Price::from_mantissa(limit));
            liquidity.within(Side::Sell, limit).mantissa()
        };
        assert_eq!((within(&liquidity, 102), within(&liquidity, 103)), (7, 15));
        liquidity.take(
            Side::Sell,
            Price::from_mantissa(102),
            Quantity::from_mantissa(7),
        );
        assert_eq!(liquidity.best(Side::Sell), Some(level(103, 8)));
        assert_eq!(within(&liquidity, 103), 8);
    }
}
