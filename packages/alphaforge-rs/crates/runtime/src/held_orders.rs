//! Orders that are held here: watching for their triggers and their time.

use alphaforge_kernel::{InputEvent, OrderState};
use alphaforge_market::MarketView;
use alphaforge_types::{InstrumentId, OrderId, Price};

use crate::runtime::Runtime;
use crate::schedule::Work;

impl Runtime {
    /// Watches the market for an order's trigger. Where the market stands beyond it already, it fires
    /// before anything else happens.
    pub(crate) fn arm(&mut self, id: OrderId) {
        let Some(order) = self.kernel.orders().get(id) else {
            return;
        };
        let Some(trigger) = order.conditions.trigger else {
            return;
        };
        let market = &mut self.markets[order.instrument.index()];
        market.triggers.arm(id, order.side, trigger);
        let last = market.view.last_trade().map(|trade| trade.price);
        if let Some(price) = last.or(market.view.price_without_trades()) {
            let mut fired = Vec::new();
            market.triggers.on_price(price, &mut fired);
            for order in fired {
                self.schedule.push(self.clock, Work::Fired { order });
            }
        }
    }

    /// Watches no more.
    pub(crate) fn disarm(&mut self, id: OrderId) {
        if let Some(order) = self.kernel.orders().get(id) {
            self.markets[order.instrument.index()].triggers.disarm(id);
        }
    }

    /// The market stands where `price` says: held orders whose trigger that is go out.
    pub(crate) fn fire_triggers(
        &mut self,
        instrument: InstrumentId,
        price: impl FnOnce(&MarketView) -> Option<Price>,
    ) {
        let market = &mut self.markets[instrument.index()];
        if market.triggers.is_empty() {
            return;
        }
        let Some(price) = price(&market.view) else {
            return;
        };
        let mut fired = Vec::new();
        market.triggers.on_price(price, &mut fired);
        // The kernel sees the market as it is now.
        self.note_mark(instrument);
        for order in fired {
            self.step(InputEvent::Fired { order });
        }
    }

    /// Watches the time till which a held order is good.
    pub(crate) fn watch_time(&mut self, id: OrderId) {
        let Some(order) = self.kernel.orders().get(id) else {
            return;
        };
        if let (OrderState::Held, Some(at)) = (&order.state, order.time_in_force.expires_at()) {
            self.schedule.push(at, Work::Overdue { order: id });
        }
    }
}
