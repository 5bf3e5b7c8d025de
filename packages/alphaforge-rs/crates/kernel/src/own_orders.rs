//! The node's own orders as the gate sees them, kept up order by order: how many are open, at which prices they
//! rest, which were asked for lately.

use alphaforge_risk::{OpenOrders, OwnOrders, RestingOrders, SelfMatch};
use alphaforge_types::{OrderId, OrderRequest};

use crate::kernel::Kernel;
use crate::order::Order;

impl Kernel {
    /// What the gate may know of the node's other orders when it judges this one.
    pub(crate) fn own_orders(&self, request: &OrderRequest) -> OwnOrders<'_> {
        let is_new = self.orders.newest() < Some(request.order);
        let listing = &self.instruments[request.instrument.index()];
        let holding =
            &self.strategies[request.strategy.index()].holdings[request.instrument.index()];
        OwnOrders {
            recent: is_new.then_some(&holding.recent),
            open: is_new.then(|| self.open_with(request)),
            resting: match self.limits.self_match {
                SelfMatch::Deny => Some(&listing.resting),
                SelfMatch::Venue => None,
            },
            overrides: if is_new {
                self.overrides_for(request)
            } else {
                self.kept_override(request.order)
            },
            parent: self.parent_of(request),
        }
    }

    /// How many orders are open with a new one. Of a group those behind it count too, since all of them
    /// come to be, or none.
    fn open_with(&self, request: &OrderRequest) -> OpenOrders {
        let behind = self.orders_made.saturating_sub(request.order.counter());
        let added = u32::try_from(behind.saturating_add(1)).unwrap_or(u32::MAX);
        let listing = &self.instruments[request.instrument.index()];
        let with = |open: u32| open.saturating_add(added);
        OpenOrders {
            account: with(self.open_orders),
            venue: with(self.venues[listing.venue.index()].open_orders),
            strategy: with(self.strategies[request.strategy.index()].open_orders),
            instrument: with(listing.open_orders),
        }
    }

    /// Counts an order that is open from now on.
    pub(crate) fn count_opened(&mut self, id: OrderId) {
        self.change_open(id, |open| open.saturating_add(1));
    }

    /// Counts an order out that was open till now.
    pub(crate) fn count_ended(&mut self, id: OrderId) {
        self.change_open(id, |open| open.saturating_sub(1));
    }

    fn change_open(&mut self, id: OrderId, change: impl Fn(u32) -> u32) {
        let Some(order) = self.orders.get(id) else {
            return;
        };
        let listing = &mut self.instruments[order.instrument.index()];
        let venue = &mut self.venues[listing.venue.index()];
        let trader = &mut self.strategies[order.strategy.index()];
        for open in [
            &mut self.open_orders,
            &mut venue.open_orders,
            &mut trader.open_orders,
            &mut listing.open_orders,
        ] {
            *open = change(*open);
        }
    }
}

/// Brings the prices at which own orders rest in line with one of them.
pub(crate) fn update_resting(order: &mut Order, resting: &mut RestingOrders) {
    let now = order.resting_prices();
    if now == order.resting {
        return;
    }
    for price in order.resting.iter().flatten() {
        resting.remove(order.side, *price);
    }
    for price in now.iter().flatten() {
        resting.add(order.side, *price);
    }
    order.resting = now;
}

#[cfg(test)]
mod tests;
