//! What orders can still do, kept in sums: exposure, locks and resting prices.

use alphaforge_types::{OrderId, Quantity, Side};

use crate::kernel::Kernel;
use crate::own_orders::update_resting;

impl Kernel {
    /// Brings exposure, locks and resting prices in line with what an order can still do.
    pub(crate) fn recommit(&mut self, id: OrderId) {
        let Some(order) = self.orders.get_mut(id) else {
            return;
        };
        let listing = &mut self.instruments[order.instrument.index()];
        let venue = &mut self.venues[listing.venue.index()];
        let before = order.commitment;
        let (currency, after) = order.worst_case(&listing.instrument, venue.highest_fee);
        order.commitment = after;
        update_resting(order, &mut listing.resting);
        venue.account.change_lock(currency, before.cost, after.cost);
        let holding =
            &mut self.strategies[order.strategy.index()].holdings[order.instrument.index()];
        for exposure in [&mut listing.exposure, &mut holding.exposure] {
            let open = match order.side {
                Side::Buy => &mut exposure.open_buy,
                Side::Sell => &mut exposure.open_sell,
            };
            *open = change_open(*open, before.quantity, after.quantity);
        }
        let (instrument, strategy, is_live) =
            (order.instrument, order.strategy, order.state.is_live());
        self.revalue(instrument, Some(strategy));
        if !is_live {
            self.reduce_only.remove(&id);
            if self.orders.retire(id) {
                self.count_ended(id);
            }
        }
        self.count_in_parent(id);
    }
}

fn change_open(open: Quantity, before: Quantity, after: Quantity) -> Quantity {
    open.saturating_sub(before).saturating_add(after)
}
