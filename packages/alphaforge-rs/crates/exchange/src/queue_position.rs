//! How resting orders fill when the market is shown to us.
//!
//! An order joins behind the quantity displayed at its price. A trade at its price first takes what is
//! before it; a trade at a worse price must have come through its level; and where the other side is
//! shown at our price or beyond it, it would have met us. Nothing fills more than its own quantity.
//! What becomes of the place in the queue when its level is shown anew is the affair of a
//! [`QueueModel`](crate::queue_model::QueueModel).

use alphaforge_types::{Level, Quantity, Side, Trade};

use crate::displayed::Displayed;
use crate::engine::MatchingEngine;
use crate::event::ExchangeEvent;
use crate::order::ExchangeOrderId;
use crate::queue_model::{QuantityGrid, QueuePosition};
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

    /// Levels of a side are shown anew, with nothing left where a quantity is zero.
    pub fn on_levels_shown(&mut self, side: Side, levels: &[Level]) {
        if self.resting.best_price(side).is_none() {
            return;
        }
        for level in levels {
            let placed = self.resting.at_price(side, level.price);
            let placed: Vec<_> = placed.filter_map(placed_order).collect();
            self.move_in_queue(placed.into_iter().map(|order| (order, level.quantity)));
        }
    }

    /// Everything is shown anew.
    pub fn on_all_shown(&mut self, displayed: &impl Displayed) {
        for side in [Side::Buy, Side::Sell] {
            let changed: Vec<_> = self
                .resting
                .in_priority(side)
                .filter_map(|order| {
                    let shown = displayed.queue_at(side, order.price)?;
                    let placed = placed_order(order)?;
                    (placed.1.shown() != shown).then_some((placed, shown))
                })
                .collect();
            self.move_in_queue(changed.into_iter());
        }
    }

    /// The market has changed: places in the queue that could not be seen may be seen now, and what is
    /// shown may have come to orders that rest here.
    pub fn on_market_change(
        &mut self,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        self.place_unplaced(displayed);
        for side in [Side::Buy, Side::Sell] {
            self.fill_crossed(side, displayed, events);
        }
    }

    fn place_unplaced(&mut self, displayed: &impl Displayed) {
        if self.unplaced.is_empty() {
            return;
        }
        let mut unplaced = std::mem::take(&mut self.unplaced);
        unplaced.retain(|id| {
            let Some(order) = self.resting.get(*id).filter(|order| order.queue.is_none()) else {
                return false;
            };
            match displayed.queue_at(order.side, order.price) {
                Some(shown) => {
                    self.resting.set_queue(*id, QueuePosition::behind(shown));
                    false
                }
                None => true,
            }
        });
        self.unplaced = unplaced;
    }

    /// Moves orders, in their order of priority, to where they stand now that `shown` is displayed.
    fn move_in_queue(
        &mut self,
        orders: impl Iterator<Item = ((ExchangeOrderId, QueuePosition), Quantity)>,
    ) {
        let grid = QuantityGrid {
            one: 10_u64.saturating_pow(self.instrument.quantity_decimals()),
            lot: self.instrument.lot_size.mantissa().unsigned_abs().max(1),
        };
        for ((id, mut position), shown) in orders {
            position.on_shown(self.queue_model, shown, grid);
            self.resting.set_queue(id, position);
        }
    }

    /// Fills orders of ours at whose price the other side is shown: who offers there would have met us.
    fn fill_crossed(
        &mut self,
        side: Side,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let other = side.opposite();
        loop {
            let Some(order) = self.resting.in_priority(side).next().copied() else {
                return;
            };
            let Some(shown) = displayed.best(other) else {
                return;
            };
            if !side.accepts(order.price, shown.price) {
                return;
            }
            let quantity = order.shown.min(shown.quantity);
            displayed.take(other, shown.price, quantity);
            self.fill_all(&[(order.id, quantity)], events);
        }
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
            let Some(position) = order.queue else { break };
            let before = position
                .ahead
                .saturating_sub(displayed_taken)
                .max(Quantity::ZERO);
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
        let placed = self.resting.at_price(side, trade.price);
        let placed: Vec<_> = placed.filter_map(placed_order).collect();
        for (id, mut position) in placed {
            position.on_trade(trade.quantity, displayed_taken);
            self.resting.set_queue(id, position);
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

fn placed_order(order: &RestingOrder) -> Option<(ExchangeOrderId, QueuePosition)> {
    Some((order.id, order.queue?))
}

#[cfg(test)]
mod tests;
