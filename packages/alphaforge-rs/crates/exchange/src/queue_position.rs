//! How resting orders fill when the market is shown to us: trades advance the queue.
//!
//! The model. An order joins behind the quantity displayed at its price; only trades advance it. A
//! trade at its price first takes what is before it; a trade at a worse price must have come through
//! its level. No trade fills more than its own quantity. Cancellations before us are not seen, so the
//! model errs on the side of fewer fills.

use alphaforge_types::{Quantity, Side, Trade};

use crate::displayed::Displayed;
use crate::engine::MatchingEngine;
use crate::event::ExchangeEvent;
use crate::order::ExchangeOrderId;
use crate::resting_orders::RestingOrder;

impl MatchingEngine {
    /// A trade between others was seen; it may have met orders that rest here.
    pub fn on_market_trade(&mut self, trade: &Trade, events: &mut Vec<ExchangeEvent>) {
        if self.resting.is_empty() {
            return;
        }
        let sides: &[Side] = match trade.aggressor {
            Some(Side::Buy) => &[Side::Sell],
            Some(Side::Sell) => &[Side::Buy],
            None => &[Side::Buy, Side::Sell],
        };
        for side in sides {
            let left = self.trade_through(*side, trade, events);
            // Without the aggressor's side, a trade at our price says nothing of our queue.
            if trade.aggressor.is_some() {
                self.trade_at(*side, trade, left, events);
            }
        }
    }

    /// The market has changed: places in the queue that could not be seen may be seen now.
    pub fn on_market_change(&mut self, displayed: &impl Displayed) {
        if self.unplaced.is_empty() {
            return;
        }
        let mut unplaced = std::mem::take(&mut self.unplaced);
        unplaced.retain(|id| {
            let Some(order) = self.resting.get(*id).filter(|order| order.ahead.is_none()) else {
                return false;
            };
            match displayed.queue_at(order.side, order.price) {
                Some(ahead) => {
                    self.resting.set_ahead(*id, ahead);
                    false
                }
                None => true,
            }
        });
        self.unplaced = unplaced;
    }

    /// Fills orders at better prices than the trade's; returns what is left of the trade.
    fn trade_through(
        &mut self,
        side: Side,
        trade: &Trade,
        events: &mut Vec<ExchangeEvent>,
    ) -> Quantity {
        let mut left = trade.quantity;
        while left.is_positive() {
            let first = self.resting.in_priority(side).next();
            let better = |order: &&RestingOrder| {
                order.price != trade.price && side.accepts(order.price, trade.price)
            };
            let Some(order) = first.filter(better) else {
                break;
            };
            let (id, quantity) = (order.id, order.shown.min(left));
            left = left.saturating_sub(quantity);
            self.fill_all(&[(id, quantity)], events);
        }
        left
    }

    /// Advances the queue at the trade's price by what is left of the trade.
    fn trade_at(
        &mut self,
        side: Side,
        trade: &Trade,
        mut left: Quantity,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let mut displayed_taken = Quantity::ZERO;
        let mut fills = Vec::new();
        for order in self.resting.at_price(side, trade.price) {
            let Some(ahead) = order.ahead else { break };
            let before = ahead.saturating_sub(displayed_taken).max(Quantity::ZERO);
            let taken = before.min(left);
            displayed_taken = displayed_taken.saturating_add(taken);
            left = left.saturating_sub(taken);
            let quantity = order.shown.min(left);
            if !quantity.is_positive() {
                break;
            }
            left = left.saturating_sub(quantity);
            fills.push((order.id, quantity));
        }
        let placed: Vec<(ExchangeOrderId, Quantity)> = self
            .resting
            .at_price(side, trade.price)
            .filter_map(|order| Some((order.id, order.ahead?)))
            .collect();
        for (id, ahead) in placed {
            let ahead = ahead.saturating_sub(displayed_taken).max(Quantity::ZERO);
            self.resting.set_ahead(id, ahead);
        }
        self.fill_all(&fills, events);
    }

    fn fill_all(&mut self, fills: &[(ExchangeOrderId, Quantity)], events: &mut Vec<ExchangeEvent>) {
        for (id, quantity) in fills {
            let trade_id = self.next_trade_id();
            self.fill_maker(*id, trade_id, *quantity, events);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fees::FeeSchedule;
    use crate::market_liquidity::{Consumed, MarketLiquidity};
    use crate::testing::{instrument, limit};
    use alphaforge_market::MarketView;
    use alphaforge_types::{InstrumentId, Level, Price, Quote, TradeId, UnixNanos};

    fn level(price: i64, quantity: i64) -> Level {
        Level {
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
        }
    }

    fn view(bid: Level, ask: Level) -> MarketView {
        let mut view = MarketView::default();
        view.on_quote(&Quote {
            instrument: InstrumentId::from_index(0),
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            sequence: None,
            bid,
            ask,
        });
        view
    }

    fn trade(price: i64, quantity: i64, aggressor: Option<Side>) -> Trade {
        Trade {
            instrument: InstrumentId::from_index(0),
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            trade_id: TradeId::new(1),
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
            aggressor,
        }
    }

    fn filled(engine: &mut MatchingEngine, trade: &Trade) -> Vec<(u64, i64, i64)> {
        let mut events = Vec::new();
        engine.on_market_trade(trade, &mut events);
        events
            .iter()
            .filter_map(|event| match event {
                ExchangeEvent::Filled(fill) => Some((
                    fill.order.number(),
                    fill.price.mantissa(),
                    fill.quantity.mantissa(),
                )),
                ExchangeEvent::Accepted { .. }
                | ExchangeEvent::Rested { .. }
                | ExchangeEvent::Triggered { .. }
                | ExchangeEvent::Rejected { .. }
                | ExchangeEvent::Cancelled { .. }
                | ExchangeEvent::CancelRejected { .. }
                | ExchangeEvent::Replaced { .. }
                | ExchangeEvent::ReplaceRejected { .. }
                | ExchangeEvent::Expired { .. } => None,
            })
            .collect()
    }

    /// Bids of 3 and 4 at 100 behind 10 displayed, and one of 2 at 99 whose queue cannot be seen.
    fn engine() -> MatchingEngine {
        let mut engine = MatchingEngine::new(instrument(), FeeSchedule::default());
        let (view, mut consumed) = (view(level(100, 10), level(102, 10)), Consumed::default());
        for (id, price, quantity) in [(1, 100, 3), (2, 100, 4), (3, 99, 2)] {
            let mut shown = MarketLiquidity::new(&view, &mut consumed);
            let order = limit(id, 1, Side::Buy, price, quantity);
            engine.submit(order, &mut shown, &mut Vec::new());
        }
        engine
    }

    #[test]
    fn trades_at_our_price_advance_the_queue() {
        let mut engine = engine();
        let sold = |quantity| trade(100, quantity, Some(Side::Sell));
        assert_eq!(filled(&mut engine, &sold(9)), []);
        assert_eq!(filled(&mut engine, &sold(2)), [(1, 100, 1)]);
        assert_eq!(filled(&mut engine, &sold(5)), [(1, 100, 2), (2, 100, 3)]);
        assert_eq!(filled(&mut engine, &sold(5)), [(2, 100, 1)]);
    }

    #[test]
    fn trades_of_the_other_side_do_not() {
        let mut engine = engine();
        assert_eq!(filled(&mut engine, &trade(100, 99, Some(Side::Buy))), []);
        assert_eq!(filled(&mut engine, &trade(100, 99, None)), []);
    }

    #[test]
    fn a_trade_at_a_worse_price_came_through_and_fills_at_most_its_own_quantity() {
        let mut engine = engine();
        let through = trade(98, 8, None);
        assert_eq!(
            filled(&mut engine, &through),
            [(1, 100, 3), (2, 100, 4), (3, 99, 1)]
        );
    }

    #[test]
    fn a_queue_that_comes_into_sight_counts_from_then_on() {
        let mut engine = engine();
        let sold = trade(99, 9, Some(Side::Sell));
        // Through 100 with 7, and at 99 the queue before order 3 is unknown.
        assert_eq!(filled(&mut engine, &sold), [(1, 100, 3), (2, 100, 4)]);
        let (view, mut consumed) = (view(level(99, 5), level(102, 10)), Consumed::default());
        engine.on_market_change(&MarketLiquidity::new(&view, &mut consumed));
        let sold = trade(99, 6, Some(Side::Sell));
        assert_eq!(filled(&mut engine, &sold), [(3, 99, 1)]);
    }
}
