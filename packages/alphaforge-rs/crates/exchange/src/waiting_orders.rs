//! Orders that wait for their trigger: on no book, and known to nobody but their owner.

use std::collections::{BTreeMap, VecDeque};

use alphaforge_market::Triggers;
use alphaforge_types::{Price, UnixNanos};

use crate::displayed::Displayed;
use crate::engine::MatchingEngine;
use crate::event::{CancelCause, ExchangeEvent, ExpireReason};
use crate::order::{AccountId, ExchangeOrder, ExchangeOrderId};

/// The orders of one instrument whose trigger has not fired, and those that fired and go next.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaitingOrders {
    orders: BTreeMap<ExchangeOrderId, ExchangeOrder>,
    triggers: Triggers<ExchangeOrderId>,
    fired: VecDeque<ExchangeOrderId>,
    last_price: Option<Price>,
}

impl WaitingOrders {
    /// Lets an order wait. Where the market stands beyond its trigger already, it goes next.
    pub(crate) fn add(&mut self, order: ExchangeOrder) {
        let Some(trigger) = order.conditions.trigger else {
            return;
        };
        self.orders.insert(order.id, order);
        self.triggers.arm(order.id, order.side, trigger);
        if let Some(price) = self.last_price {
            self.triggers.on_price(price, &mut self.fired);
        }
    }

    /// The market has traded at `price`.
    pub(crate) fn on_price(&mut self, price: Price) {
        self.last_price = Some(price);
        self.triggers.on_price(price, &mut self.fired);
    }

    /// The next order that has fired.
    pub(crate) fn next_fired(&mut self) -> Option<ExchangeOrder> {
        let id = self.fired.pop_front()?;
        self.orders.remove(&id)
    }

    /// The order with this id.
    pub(crate) fn get(&self, id: ExchangeOrderId) -> Option<&ExchangeOrder> {
        self.orders.get(&id)
    }

    /// Lets an order wait no more.
    pub(crate) fn remove(&mut self, id: ExchangeOrderId) -> Option<ExchangeOrder> {
        self.triggers.disarm(id);
        self.orders.remove(&id)
    }
}

impl MatchingEngine {
    /// True where no order rests or waits, so that nothing of the market can matter but its last price.
    pub fn is_idle(&self) -> bool {
        self.resting.is_empty() && self.waiting.orders.is_empty()
    }

    /// The market has traded at `price`, while the engine is idle.
    pub fn see_price(&mut self, price: Price) {
        self.waiting.on_price(price);
    }

    /// The market has traded at `price`: orders whose trigger that fires trade now. The engine sees its
    /// own trades by itself.
    pub fn on_last_price(
        &mut self,
        price: Price,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        self.waiting.on_price(price);
        self.execute_fired(displayed, events);
    }

    /// Time is `now`: ends the orders that are good till then or before, and those that come later with
    /// such a time end on arrival.
    pub fn expire_until(&mut self, now: UnixNanos, events: &mut Vec<ExchangeEvent>) {
        self.now = self.now.max(now);
        while let Some((expires_at, id)) = self.expiries.first().copied() {
            if expires_at > now {
                return;
            }
            self.expiries.pop_first();
            let resting = self.resting.remove(id);
            let resting = resting.map(|order| (order.account, order.leaves()));
            let waiting = self.waiting.remove(id);
            let waiting = waiting.map(|order| (order.account, order.quantity));
            if let Some((account, leaves)) = resting.or(waiting) {
                self.unplaced.remove(&id);
                events.push(ExchangeEvent::Expired {
                    order: id,
                    account,
                    leaves,
                    reason: ExpireReason::TimePassed,
                });
            }
        }
    }

    /// Executes what has fired, one after the other: the trades of one may fire others.
    pub(crate) fn execute_fired(
        &mut self,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        while let Some(order) = self.waiting.next_fired() {
            events.push(ExchangeEvent::Triggered {
                order: order.id,
                account: order.account,
            });
            self.execute(order.fired(), displayed, events);
        }
    }

    /// Cancels an order of the account that waits for its trigger; false where there is none.
    pub(crate) fn cancel_waiting(
        &mut self,
        id: ExchangeOrderId,
        account: AccountId,
        events: &mut Vec<ExchangeEvent>,
    ) -> bool {
        let own = self
            .waiting
            .get(id)
            .filter(|order| order.account == account);
        let Some(order) = own else {
            return false;
        };
        let trigger = order.conditions.trigger.map(|trigger| trigger.given());
        events.push(ExchangeEvent::Cancelled {
            order: id,
            account,
            side: order.side,
            price: order.limit().or(trigger).unwrap_or_default(),
            leaves: order.quantity,
            cause: CancelCause::Requested,
        });
        self.waiting.remove(id);
        true
    }
}
