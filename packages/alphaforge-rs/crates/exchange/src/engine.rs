//! The matching engine of one instrument.

use std::collections::BTreeSet;
use std::sync::Arc;

use alphaforge_types::{
    Instrument, OrderConditions, OrderKind, OrderTerms, Price, Quantity, Side, TimeInForce,
    TradeId, UnixNanos,
};

use crate::displayed::Displayed;
use crate::event::{CancelCause, ExchangeEvent, ExpireReason, RejectReason, ReplaceRejectReason};
use crate::fees::FeeSchedule;
use crate::order::{AccountId, ExchangeOrder, ExchangeOrderId, SelfTradePrevention, may_trade};
use crate::queue_model::QueueModel;
use crate::resting_orders::{RestingOrder, RestingOrders};
use crate::trading::Taker;
use crate::waiting_orders::WaitingOrders;

/// Matches orders by price, then time. Where displayed liquidity stands beside the engine's own
/// orders at a price, the displayed goes first: it was there before.
#[derive(Clone, Debug)]
pub struct MatchingEngine {
    pub(crate) instrument: Arc<Instrument>,
    pub(crate) fees: FeeSchedule,
    pub(crate) resting: RestingOrders,
    /// Orders whose place in the displayed queue could not be seen when they came to rest.
    pub(crate) unplaced: BTreeSet<ExchangeOrderId>,
    pub(crate) waiting: WaitingOrders,
    /// Orders that are good till a time; some may have ended before.
    pub(crate) expiries: BTreeSet<(UnixNanos, ExchangeOrderId)>,
    /// The latest time that it was told: what is good till then or before does not trade.
    pub(crate) now: UnixNanos,
    pub(crate) queue_model: QueueModel,
    trades: u128,
}

impl MatchingEngine {
    /// An engine without orders.
    pub fn new(instrument: Arc<Instrument>, fees: FeeSchedule) -> MatchingEngine {
        MatchingEngine {
            instrument,
            fees,
            resting: RestingOrders::default(),
            unplaced: BTreeSet::new(),
            waiting: WaitingOrders::default(),
            expiries: BTreeSet::new(),
            now: UnixNanos::from_nanos(i64::MIN),
            queue_model: QueueModel::default(),
            trades: 0,
        }
    }

    /// The same engine with another model of displayed queues.
    pub fn with_queue_model(self, queue_model: QueueModel) -> MatchingEngine {
        MatchingEngine {
            queue_model,
            ..self
        }
    }

    /// What is charged from the next trade on.
    pub fn set_fees(&mut self, fees: FeeSchedule) {
        self.fees = fees;
    }

    /// The orders on the book.
    pub fn resting(&self) -> &RestingOrders {
        &self.resting
    }

    /// What it trades.
    pub fn instrument(&self) -> &Arc<Instrument> {
        &self.instrument
    }

    /// Takes a new order: it waits for its trigger, or trades what it can and the rest rests or expires.
    pub fn submit(
        &mut self,
        order: ExchangeOrder,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let (id, account) = (order.id, order.account);
        if let Some(reason) = self.refuse(&order, displayed) {
            events.push(ExchangeEvent::Rejected {
                order: id,
                account,
                reason,
            });
            return;
        }
        events.push(ExchangeEvent::Accepted { order: id, account });
        if let Some(expires_at) = order.time_in_force.expires_at() {
            if expires_at <= self.now {
                events.push(ExchangeEvent::Expired {
                    order: id,
                    account,
                    leaves: order.quantity,
                    reason: ExpireReason::TimePassed,
                });
                return;
            }
            self.expiries.insert((expires_at, id));
        }
        match order.conditions.trigger {
            Some(_) => self.waiting.add(order),
            None => self.execute(order, displayed, events),
        }
        self.execute_fired(displayed, events);
    }

    /// Trades an order that waits for nothing.
    pub(crate) fn execute(
        &mut self,
        order: ExchangeOrder,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let kills = order.time_in_force == TimeInForce::Fok
            && self.reachable(&order, displayed) < order.quantity;
        if kills {
            events.push(ExchangeEvent::Expired {
                order: order.id,
                account: order.account,
                leaves: order.quantity,
                reason: ExpireReason::FillOrKill,
            });
            return;
        }
        let taker = Taker {
            order,
            filled: Quantity::ZERO,
            leaves: order.quantity,
            budget: order.conditions.budget,
            stopped: false,
        };
        self.trade_then_rest(taker, displayed, events);
    }

    /// Cancels an order of the account that rests or waits for its trigger.
    pub fn cancel(
        &mut self,
        id: ExchangeOrderId,
        account: AccountId,
        events: &mut Vec<ExchangeEvent>,
    ) {
        if self.cancel_waiting(id, account, events) {
            return;
        }
        if self.own(id, account).is_none() {
            events.push(ExchangeEvent::CancelRejected { order: id, account });
            return;
        }
        self.cancel_resting(id, CancelCause::Requested, events);
    }

    /// Gives a resting order new terms. Made smaller at its price it keeps its place; else it goes
    /// behind all others, and may trade on the way.
    pub fn replace(
        &mut self,
        id: ExchangeOrderId,
        account: AccountId,
        terms: OrderTerms,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let old = match self.replaceable(id, account, terms, displayed) {
            Ok(old) => old,
            Err(reason) => {
                events.push(ExchangeEvent::ReplaceRejected {
                    order: id,
                    account,
                    reason,
                });
                return;
            }
        };
        events.push(ExchangeEvent::Replaced {
            order: id,
            account,
            side: old.side,
            old_price: old.price,
            terms,
        });
        if terms.price == old.price && terms.quantity <= old.quantity {
            self.resting.shrink(id, terms.quantity);
            return;
        }
        self.resting.remove(id);
        let taker = Taker {
            order: repriced(&old, terms),
            filled: old.filled,
            leaves: terms.quantity.saturating_sub(old.filled),
            budget: None,
            stopped: false,
        };
        self.trade_then_rest(taker, displayed, events);
        self.execute_fired(displayed, events);
    }

    fn own(&self, id: ExchangeOrderId, account: AccountId) -> Option<&RestingOrder> {
        self.resting
            .get(id)
            .filter(|order| order.account == account)
    }

    fn refuse(&self, order: &ExchangeOrder, displayed: &impl Displayed) -> Option<RejectReason> {
        if self.resting.contains(order.id) || self.waiting.get(order.id).is_some() {
            return Some(RejectReason::DuplicateId);
        }
        let has_room = order
            .limit()
            .is_none_or(|price| self.has_room(order.side, price, order.quantity));
        let OrderConditions {
            trigger, display, ..
        } = order.conditions;
        let is_positive = trigger.is_none_or(|trigger| trigger.given().is_positive())
            && display.is_none_or(Quantity::is_positive);
        if !has_room || !is_positive || !self.in_range(order.limit(), order.quantity) {
            return Some(RejectReason::OutOfRange);
        }
        if order.is_post_only() && self.would_take(order.side, order.limit(), displayed) {
            return Some(RejectReason::WouldTake);
        }
        None
    }

    fn replaceable(
        &self,
        id: ExchangeOrderId,
        account: AccountId,
        terms: OrderTerms,
        displayed: &impl Displayed,
    ) -> Result<RestingOrder, ReplaceRejectReason> {
        let old = self
            .own(id, account)
            .ok_or(ReplaceRejectReason::UnknownOrder)?;
        if !self.in_range(Some(terms.price), terms.quantity) {
            return Err(ReplaceRejectReason::OutOfRange);
        }
        if terms.quantity <= old.filled {
            return Err(ReplaceRejectReason::NothingLeft);
        }
        let moves = terms.price != old.price || terms.quantity > old.quantity;
        if moves && !self.has_room(old.side, terms.price, terms.quantity) {
            return Err(ReplaceRejectReason::OutOfRange);
        }
        if moves && old.post_only && self.would_take(old.side, Some(terms.price), displayed) {
            return Err(ReplaceRejectReason::WouldTake);
        }
        Ok(*old)
    }

    fn in_range(&self, limit: Option<Price>, quantity: Quantity) -> bool {
        let price_fits = limit.is_none_or(|price| {
            price.is_positive() && self.instrument.notional(price, quantity).is_ok()
        });
        quantity.is_positive() && price_fits
    }

    /// True where the sum at a price still fits a quantity once the order rests there whole.
    fn has_room(&self, side: Side, price: Price, quantity: Quantity) -> bool {
        let level = self.resting.quantity_at(side, price);
        level.checked_add(quantity).is_some()
    }

    fn would_take(&self, side: Side, limit: Option<Price>, displayed: &impl Displayed) -> bool {
        self.best_opposite(side, displayed)
            .is_some_and(|(price, _)| may_trade(side, limit, price))
    }

    /// The best price that an order of `side` meets, and whether it is a displayed one.
    pub(crate) fn best_opposite(
        &self,
        side: Side,
        displayed: &impl Displayed,
    ) -> Option<(Price, bool)> {
        let other = side.opposite();
        let own = self.resting.best_price(other);
        let shown = displayed.best(other).map(|level| level.price);
        match (own, shown) {
            (None, None) => None,
            (Some(own), None) => Some((own, false)),
            (None, Some(shown)) => Some((shown, true)),
            // `own` accepts `shown` where the shown price is at least as good for the taker.
            (Some(own), Some(shown)) if side.accepts(own, shown) => Some((shown, true)),
            (Some(own), Some(_)) => Some((own, false)),
        }
    }

    /// How much an order can trade at once, self-trade prevention included.
    fn reachable(&self, order: &ExchangeOrder, displayed: &impl Displayed) -> Quantity {
        let other = order.side.opposite();
        let mut reachable = Quantity::ZERO;
        let mut shown_within = order.limit();
        for resting in self.resting.in_priority(other) {
            if !may_trade(order.side, order.limit(), resting.price) {
                break;
            }
            let itself = resting.account == order.account;
            match order.self_trade {
                SelfTradePrevention::ExpireMaker if itself => {}
                SelfTradePrevention::ExpireTaker | SelfTradePrevention::ExpireBoth if itself => {
                    shown_within = Some(resting.price);
                    break;
                }
                SelfTradePrevention::Allow
                | SelfTradePrevention::ExpireMaker
                | SelfTradePrevention::ExpireTaker
                | SelfTradePrevention::ExpireBoth => {
                    reachable = reachable.saturating_add(resting.leaves());
                }
            }
        }
        reachable.saturating_add(displayed.within(other, shown_within))
    }

    pub(crate) fn cancel_resting(
        &mut self,
        id: ExchangeOrderId,
        cause: CancelCause,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let Some(order) = self.resting.remove(id) else {
            return;
        };
        self.unplaced.remove(&id);
        events.push(ExchangeEvent::Cancelled {
            order: id,
            account: order.account,
            side: order.side,
            price: order.price,
            leaves: order.leaves(),
            cause,
        });
    }

    pub(crate) fn next_trade_id(&mut self) -> TradeId {
        self.trades += 1;
        TradeId::new(self.trades)
    }
}

/// A resting order as it would come in with new terms.
fn repriced(old: &RestingOrder, terms: OrderTerms) -> ExchangeOrder {
    ExchangeOrder {
        id: old.id,
        account: old.account,
        side: old.side,
        kind: OrderKind::Limit {
            price: terms.price,
            post_only: old.post_only,
        },
        time_in_force: TimeInForce::Gtc,
        quantity: terms.quantity,
        worst_price: None,
        self_trade: old.self_trade,
        conditions: OrderConditions {
            display: old.display,
            ..OrderConditions::default()
        },
    }
}

#[cfg(test)]
mod tests;
