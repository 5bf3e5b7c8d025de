//! Orders that are held here: stops that a venue does not take, exits that wait for their entry.
//!
//! A held order is judged when it is made, so that what can never pass is denied at once, and again
//! when it goes out. It reserves nothing in between. The market plane watches the triggers; that one
//! has fired is an input like any other.

use alphaforge_risk::{approve_order, worst_price};
use alphaforge_types::{InstrumentId, OrderId, OrderRequest, Quantity, Side, StrategyId, Trigger};

use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::{OrderState, Reason};
use crate::output::{Alert, Output, VenueMessage};
use crate::transition::OrderEvent;

const OVERDUE: Reason = Reason::Borrowed("the time till which it was good has passed");
const NOTHING_TO_REDUCE: Reason = Reason::Borrowed("reduce-only: nothing is left to reduce");

impl Kernel {
    /// True where an order with a trigger waits here, because its venue takes none.
    pub(crate) fn is_held_here(&self, request: &OrderRequest) -> bool {
        let venue = self.instruments[request.instrument.index()].venue;
        let native = self.venues[venue.index()].native;
        match request.conditions.trigger {
            Some(Trigger::Trailing { .. }) => !native.trailing,
            Some(Trigger::Stop { .. } | Trigger::TakeProfit { .. }) => !native.triggers,
            None => false,
        }
    }

    /// Watches the market for an order's trigger from now on.
    pub(crate) fn arm(&mut self, id: OrderId, outputs: &mut Vec<Output>) {
        if let Some(order) = self.orders.get_mut(id)
            && order.conditions.trigger.is_some()
            && !order.armed
        {
            order.armed = true;
            outputs.push(Output::Armed(id));
        }
    }

    /// The market has reached a held order's trigger.
    pub(crate) fn on_fired(&mut self, id: OrderId, outputs: &mut Vec<Output>) {
        let Some(order) = self.orders.get_mut(id) else {
            return;
        };
        if order.state != OrderState::Held || order.triggered {
            return;
        }
        order.triggered = true;
        match order.group {
            // The other orders of the group end first.
            Some(group) => self.touched_groups.push(group),
            None => {
                let quantity = order.quantity;
                self.release(id, quantity, outputs);
            }
        }
    }

    /// The time till which an order is good has passed.
    pub(crate) fn on_overdue(&mut self, id: OrderId, outputs: &mut Vec<Output>) {
        let Some(order) = self.orders.get_mut(id) else {
            return;
        };
        let venue = self.instruments[order.instrument.index()].venue;
        if order.state == OrderState::Held {
            let expired = OrderEvent::Expired { reason: OVERDUE };
            self.advance(id, &expired, outputs);
        } else if order.state.is_live() && !self.venues[venue.index()].native.expiry {
            order.overdue = true;
            // A refusal here means that a cancel is on its way already.
            let _ = self.send_cancel(id, outputs);
        }
    }

    /// What the end of an order is called: one that we cancelled because its time had passed has expired.
    pub(crate) fn end_of(&self, id: OrderId, reason: &Reason) -> OrderEvent {
        let overdue = self.orders.get(id).is_some_and(|order| order.overdue);
        if overdue {
            return OrderEvent::Expired { reason: OVERDUE };
        }
        OrderEvent::Cancelled {
            reason: reason.clone(),
        }
    }

    /// Sends a held order of which `quantity` is wanted now, if the gate lets it pass.
    pub(crate) fn release(&mut self, id: OrderId, quantity: Quantity, outputs: &mut Vec<Output>) {
        let Some(order) = self.orders.get(id) else {
            return;
        };
        let quantity = match self.reducible_for(order) {
            Some(reducible) => quantity.min(reducible),
            None => quantity,
        };
        if !quantity.is_positive() {
            let reason = NOTHING_TO_REDUCE;
            self.advance(id, &OrderEvent::Cancelled { reason }, outputs);
            return;
        }
        let listing = &self.instruments[order.instrument.index()];
        let slippage = self.limits.market_slippage;
        let worst = worst_price(
            &listing.instrument,
            order.side,
            order.kind,
            None,
            listing.market.mark,
            slippage,
        );
        let mut request = order.request(worst);
        request.quantity = quantity;
        request.conditions.display = request.conditions.display.map(|shown| shown.min(quantity));
        match self.judge(&request, Quantity::ZERO, None, None, approve_order) {
            Ok(approved) => {
                if let Some(order) = self.orders.get_mut(id) {
                    order.quantity = quantity;
                    order.conditions.display = request.conditions.display;
                    order.worst_price = worst;
                }
                self.advance(id, &OrderEvent::Due, outputs);
                self.count_message(request.strategy, request.instrument);
                self.count_order_sent(request.strategy, request.instrument);
                outputs.push(Output::ToVenue(VenueMessage::Submit(approved)));
            }
            Err(reject) => {
                let reject = Box::new(reject);
                let denied = OrderEvent::Denied {
                    reject: reject.clone(),
                };
                self.advance(id, &denied, outputs);
                outputs.push(Output::Alert(Alert::HeldDenied { order: id, reject }));
            }
        }
    }

    /// What a reduce-only order may still do; `None` for others.
    fn reducible_for(&self, order: &Order) -> Option<Quantity> {
        let trader = &self.strategies[order.strategy.index()];
        let exposure = trader.holdings[order.instrument.index()].exposure;
        let reduce_only = order.conditions.reduce_only;
        reduce_only.then(|| exposure.reducible(order.side))
    }

    /// The position has changed: reduce-only orders that could now do more than shrink it are cancelled,
    /// the newest first.
    pub(crate) fn trim_reduce_only(
        &mut self,
        strategy: StrategyId,
        instrument: InstrumentId,
        outputs: &mut Vec<Output>,
    ) {
        if self.reduce_only.is_empty() {
            return;
        }
        let trader = &self.strategies[strategy.index()];
        let position = trader.holdings[instrument.index()].exposure.position;
        let (mut to_sell, mut to_buy) = (position, Side::Sell.signed(position));
        let mut excess = Vec::new();
        let own = self
            .reduce_only
            .iter()
            .filter_map(|id| self.orders.get(*id));
        for order in own.filter(|order| {
            (order.strategy, order.instrument) == (strategy, instrument)
                && order.state.is_at_venue()
        }) {
            let left = match order.side {
                Side::Sell => &mut to_sell,
                Side::Buy => &mut to_buy,
            };
            *left = left.saturating_sub(order.commitment.quantity);
            if *left < Quantity::ZERO {
                excess.push(order.id);
            }
        }
        for id in excess {
            // A refusal here means that a cancel is on its way already.
            let _ = self.send_cancel(id, outputs);
        }
    }
}

#[cfg(test)]
mod tests;
