//! The matching engine of one instrument.

use std::sync::Arc;

use alphaforge_types::{
    Instrument, Liquidity, OrderKind, OrderTerms, Price, Quantity, Side, TimeInForce, TradeId,
};

use crate::displayed::Displayed;
use crate::event::{
    CancelCause, ExchangeEvent, ExchangeFill, ExpireReason, RejectReason, ReplaceRejectReason,
};
use crate::fees::FeeSchedule;
use crate::order::{AccountId, ExchangeOrder, ExchangeOrderId, SelfTradePrevention, may_trade};
use crate::resting_orders::{RestingOrder, RestingOrders};

/// Matches orders by price, then time. Where displayed liquidity stands beside the engine's own
/// orders at a price, the displayed goes first: it was there before.
#[derive(Clone, Debug)]
pub struct MatchingEngine {
    instrument: Arc<Instrument>,
    fees: FeeSchedule,
    pub(crate) resting: RestingOrders,
    /// Orders whose place in the displayed queue could not be seen when they came to rest.
    pub(crate) unplaced: Vec<ExchangeOrderId>,
    trades: u128,
}

/// An order that is trading now.
struct Taker {
    order: ExchangeOrder,
    /// Filled before, where an order on the book was re-priced.
    filled: Quantity,
    /// What is still to trade.
    leaves: Quantity,
    /// Ended by self-trade prevention.
    stopped: bool,
}

impl MatchingEngine {
    /// An engine without orders.
    pub fn new(instrument: Arc<Instrument>, fees: FeeSchedule) -> MatchingEngine {
        MatchingEngine {
            instrument,
            fees,
            resting: RestingOrders::default(),
            unplaced: Vec::new(),
            trades: 0,
        }
    }

    /// The orders on the book.
    pub fn resting(&self) -> &RestingOrders {
        &self.resting
    }

    /// What it trades.
    pub fn instrument(&self) -> &Arc<Instrument> {
        &self.instrument
    }

    /// Takes a new order: it trades what it can, and the rest rests or expires.
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
        let kills = order.time_in_force == TimeInForce::Fok
            && self.reachable(&order, displayed) < order.quantity;
        if kills {
            events.push(ExchangeEvent::Expired {
                order: id,
                account,
                leaves: order.quantity,
                reason: ExpireReason::FillOrKill,
            });
            return;
        }
        let taker = Taker {
            order,
            filled: Quantity::ZERO,
            leaves: order.quantity,
            stopped: false,
        };
        self.trade_then_rest(taker, displayed, events);
    }

    /// Cancels a resting order of the account.
    pub fn cancel(
        &mut self,
        id: ExchangeOrderId,
        account: AccountId,
        events: &mut Vec<ExchangeEvent>,
    ) {
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
            stopped: false,
        };
        self.trade_then_rest(taker, displayed, events);
    }

    fn own(&self, id: ExchangeOrderId, account: AccountId) -> Option<&RestingOrder> {
        self.resting
            .get(id)
            .filter(|order| order.account == account)
    }

    fn refuse(&self, order: &ExchangeOrder, displayed: &impl Displayed) -> Option<RejectReason> {
        if self.resting.contains(order.id) {
            return Some(RejectReason::DuplicateId);
        }
        if !self.in_range(order.limit(), order.quantity) {
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
        if old.post_only && self.would_take(old.side, Some(terms.price), displayed) {
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

    fn would_take(&self, side: Side, limit: Option<Price>, displayed: &impl Displayed) -> bool {
        self.best_opposite(side, displayed)
            .is_some_and(|(price, _)| may_trade(side, limit, price))
    }

    /// The best price that an order of `side` meets, and whether it is a displayed one.
    fn best_opposite(&self, side: Side, displayed: &impl Displayed) -> Option<(Price, bool)> {
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

    fn trade_then_rest(
        &mut self,
        mut taker: Taker,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        while taker.leaves.is_positive() && !taker.stopped {
            let Some((price, shown)) = self.best_opposite(taker.order.side, displayed) else {
                break;
            };
            if !may_trade(taker.order.side, taker.order.limit(), price) {
                break;
            }
            let traded = if shown {
                self.trade_with_displayed(&mut taker, displayed, events)
            } else {
                self.trade_with_resting(&mut taker, price, events)
            };
            if !traded {
                break;
            }
        }
        if taker.leaves.is_positive() {
            self.rest_or_expire(&taker, displayed, events);
        }
    }

    fn trade_with_displayed(
        &mut self,
        taker: &mut Taker,
        displayed: &mut impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) -> bool {
        let other = taker.order.side.opposite();
        let Some(level) = displayed.best(other) else {
            return false;
        };
        let quantity = taker.leaves.min(level.quantity);
        let trade_id = self.next_trade_id();
        let Some(fill) = self.taker_fill(taker, trade_id, level.price, quantity) else {
            return false;
        };
        displayed.take(other, level.price, quantity);
        events.push(fill);
        true
    }

    fn trade_with_resting(
        &mut self,
        taker: &mut Taker,
        price: Price,
        events: &mut Vec<ExchangeEvent>,
    ) -> bool {
        let other = taker.order.side.opposite();
        let Some(maker) = self.resting.at_price(other, price).next().copied() else {
            return false;
        };
        if maker.account == taker.order.account
            && taker.order.self_trade != SelfTradePrevention::Allow
        {
            self.prevent_self_trade(taker, &maker, events);
            return true;
        }
        let quantity = taker.leaves.min(maker.leaves());
        let trade_id = self.next_trade_id();
        let Some(fill) = self.taker_fill(taker, trade_id, price, quantity) else {
            return false;
        };
        events.push(fill);
        self.fill_maker(maker.id, trade_id, quantity, events);
        true
    }

    fn prevent_self_trade(
        &mut self,
        taker: &mut Taker,
        maker: &RestingOrder,
        events: &mut Vec<ExchangeEvent>,
    ) {
        match taker.order.self_trade {
            SelfTradePrevention::Allow => {}
            SelfTradePrevention::ExpireTaker => taker.stopped = true,
            SelfTradePrevention::ExpireMaker => {
                self.cancel_resting(maker.id, CancelCause::SelfTrade, events);
            }
            SelfTradePrevention::ExpireBoth => {
                self.cancel_resting(maker.id, CancelCause::SelfTrade, events);
                taker.stopped = true;
            }
        }
    }

    /// The taker's side of a trade; `None` where its value does not fit an amount.
    fn taker_fill(
        &self,
        taker: &mut Taker,
        trade_id: TradeId,
        price: Price,
        quantity: Quantity,
    ) -> Option<ExchangeEvent> {
        let liquidity = Liquidity::Taker;
        let fee = self
            .fees
            .fee(&self.instrument, liquidity, price, quantity)
            .ok()?;
        taker.leaves = taker.leaves.saturating_sub(quantity);
        taker.filled = taker.filled.saturating_add(quantity);
        Some(ExchangeEvent::Filled(ExchangeFill {
            order: taker.order.id,
            account: taker.order.account,
            side: taker.order.side,
            trade_id,
            price,
            quantity,
            leaves: taker.leaves,
            liquidity,
            fee,
        }))
    }

    /// Fills a resting order at its price. Its value was checked when it came.
    pub(crate) fn fill_maker(
        &mut self,
        id: ExchangeOrderId,
        trade_id: TradeId,
        quantity: Quantity,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let Some(order) = self.resting.fill(id, quantity) else {
            return;
        };
        let liquidity = Liquidity::Maker;
        let fee = self
            .fees
            .fee(&self.instrument, liquidity, order.price, quantity)
            .unwrap_or_default();
        events.push(ExchangeEvent::Filled(ExchangeFill {
            order: id,
            account: order.account,
            side: order.side,
            trade_id,
            price: order.price,
            quantity,
            leaves: order.leaves(),
            liquidity,
            fee,
        }));
    }

    fn rest_or_expire(
        &mut self,
        taker: &Taker,
        displayed: &impl Displayed,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let order = &taker.order;
        let expired = |reason| ExchangeEvent::Expired {
            order: order.id,
            account: order.account,
            leaves: taker.leaves,
            reason,
        };
        if taker.stopped {
            events.push(expired(ExpireReason::SelfTrade));
            return;
        }
        match (order.kind, order.time_in_force) {
            (OrderKind::Market, _) => events.push(expired(ExpireReason::NoLiquidity)),
            (OrderKind::Limit { .. }, TimeInForce::Ioc) => {
                events.push(expired(ExpireReason::ImmediateOrCancel));
            }
            (OrderKind::Limit { .. }, TimeInForce::Fok) => {
                events.push(expired(ExpireReason::FillOrKill));
            }
            (OrderKind::Limit { price, post_only }, TimeInForce::Gtc) => {
                let ahead = displayed.queue_at(order.side, price);
                if ahead.is_none() {
                    self.unplaced.push(order.id);
                }
                self.resting.push(RestingOrder {
                    id: order.id,
                    account: order.account,
                    side: order.side,
                    price,
                    quantity: taker.filled.saturating_add(taker.leaves),
                    filled: taker.filled,
                    post_only,
                    self_trade: order.self_trade,
                    ahead,
                });
                events.push(ExchangeEvent::Rested {
                    order: order.id,
                    account: order.account,
                    side: order.side,
                    price,
                    quantity: taker.leaves,
                });
            }
        }
    }

    fn cancel_resting(
        &mut self,
        id: ExchangeOrderId,
        cause: CancelCause,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let Some(order) = self.resting.remove(id) else {
            return;
        };
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::displayed::NothingDisplayed;
    use crate::testing::{instrument, limit, market, post_only};

    /// What happened, in short: `+` accepted, `r` rested, `x` expired, `c` cancelled, `!` refused,
    /// `f price×quantity` filled.
    fn short(events: &[ExchangeEvent]) -> Vec<String> {
        events
            .iter()
            .map(|event| match event {
                ExchangeEvent::Accepted { order, .. } => format!("+{}", order.number()),
                ExchangeEvent::Rested { order, .. } => format!("r{}", order.number()),
                ExchangeEvent::Rejected { order, reason, .. } => {
                    format!("!{} {reason:?}", order.number())
                }
                ExchangeEvent::Filled(fill) => {
                    format!("f{} {}×{}", fill.order.number(), fill.price, fill.quantity)
                }
                ExchangeEvent::Cancelled { order, cause, .. } => {
                    format!("c{} {cause:?}", order.number())
                }
                ExchangeEvent::CancelRejected { order, .. } => format!("!c{}", order.number()),
                ExchangeEvent::Replaced { order, .. } => format!("p{}", order.number()),
                ExchangeEvent::ReplaceRejected { order, reason, .. } => {
                    format!("!p{} {reason:?}", order.number())
                }
                ExchangeEvent::Expired { order, reason, .. } => {
                    format!("x{} {reason:?}", order.number())
                }
            })
            .collect()
    }

    struct Bench {
        engine: MatchingEngine,
    }

    impl Bench {
        fn new() -> Bench {
            Bench {
                engine: MatchingEngine::new(instrument(), FeeSchedule::default()),
            }
        }

        fn submit(&mut self, order: ExchangeOrder) -> Vec<String> {
            let mut events = Vec::new();
            self.engine
                .submit(order, &mut NothingDisplayed, &mut events);
            short(&events)
        }

        fn replace(&mut self, id: u64, account: u32, price: i64, quantity: i64) -> Vec<String> {
            let mut events = Vec::new();
            let terms = OrderTerms {
                price: Price::from_mantissa(price),
                quantity: Quantity::from_mantissa(quantity),
            };
            let (id, account) = (ExchangeOrderId::new(id), AccountId::new(account));
            self.engine
                .replace(id, account, terms, &mut NothingDisplayed, &mut events);
            short(&events)
        }
    }

    #[test]
    fn price_goes_before_time() {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Sell, 102, 5));
        bench.submit(limit(2, 1, Side::Sell, 101, 5));
        bench.submit(limit(3, 1, Side::Sell, 101, 5));
        assert_eq!(
            bench.submit(limit(4, 2, Side::Buy, 102, 12)),
            [
                "+4",
                "f4 101×5",
                "f2 101×5",
                "f4 101×5",
                "f3 101×5",
                "f4 102×2",
                "f1 102×2"
            ]
        );
    }

    #[test]
    fn what_is_left_rests_or_expires() {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Sell, 101, 5));
        let mut ioc = limit(2, 2, Side::Buy, 101, 6);
        ioc.time_in_force = TimeInForce::Ioc;
        let expired = ["+2", "f2 101×5", "f1 101×5", "x2 ImmediateOrCancel"];
        assert_eq!(bench.submit(ioc), expired);
        assert_eq!(bench.submit(limit(3, 2, Side::Buy, 101, 6)), ["+3", "r3"]);
        assert_eq!(
            bench.submit(market(4, 1, Side::Sell, 7)),
            ["+4", "f4 101×6", "f3 101×6", "x4 NoLiquidity"]
        );
    }

    #[test]
    fn fill_or_kill_is_all_or_nothing() {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Sell, 101, 5));
        bench.submit(limit(2, 1, Side::Sell, 102, 5));
        let mut order = limit(3, 2, Side::Buy, 101, 6);
        order.time_in_force = TimeInForce::Fok;
        assert_eq!(bench.submit(order), ["+3", "x3 FillOrKill"]);
        let mut order = limit(4, 2, Side::Buy, 102, 10);
        order.time_in_force = TimeInForce::Fok;
        assert_eq!(bench.submit(order).len(), 5);
        assert!(bench.engine.resting().is_empty());
    }

    #[test]
    fn post_only_orders_never_take() {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Sell, 101, 5));
        assert_eq!(
            bench.submit(post_only(2, 2, Side::Buy, 101, 1)),
            ["!2 WouldTake"]
        );
        assert_eq!(
            bench.submit(post_only(3, 2, Side::Buy, 100, 1)),
            ["+3", "r3"]
        );
        assert_eq!(bench.replace(3, 2, 101, 1), ["!p3 WouldTake"]);
        assert!(bench.engine.resting().contains(ExchangeOrderId::new(3)));
    }

    #[test]
    fn self_trades_are_prevented_as_the_taker_says() {
        for (mode, expected) in [
            (
                SelfTradePrevention::Allow,
                vec!["+3", "f3 101×5", "f1 101×5", "f3 101×1", "f2 101×1"],
            ),
            (SelfTradePrevention::ExpireTaker, vec!["+3", "x3 SelfTrade"]),
            (
                SelfTradePrevention::ExpireMaker,
                vec!["+3", "c1 SelfTrade", "f3 101×5", "f2 101×5", "r3"],
            ),
            (
                SelfTradePrevention::ExpireBoth,
                vec!["+3", "c1 SelfTrade", "x3 SelfTrade"],
            ),
        ] {
            let mut bench = Bench::new();
            bench.submit(limit(1, 1, Side::Sell, 101, 5));
            bench.submit(limit(2, 2, Side::Sell, 101, 5));
            let mut order = limit(3, 1, Side::Buy, 101, 6);
            order.self_trade = mode;
            assert_eq!(bench.submit(order), expected, "{mode:?}");
        }
    }

    #[test]
    fn a_fill_or_kill_knows_of_self_trade_prevention() {
        for (mode, killed) in [
            (SelfTradePrevention::Allow, false),
            (SelfTradePrevention::ExpireMaker, true),
            (SelfTradePrevention::ExpireTaker, true),
            (SelfTradePrevention::ExpireBoth, true),
        ] {
            let mut bench = Bench::new();
            bench.submit(limit(1, 2, Side::Sell, 101, 5));
            bench.submit(limit(2, 1, Side::Sell, 101, 5));
            let mut order = limit(3, 1, Side::Buy, 101, 6);
            order.time_in_force = TimeInForce::Fok;
            order.self_trade = mode;
            let events = bench.submit(order);
            assert_eq!(events.contains(&"x3 FillOrKill".to_owned()), killed);
        }
    }

    #[test]
    fn a_smaller_order_keeps_its_place_and_any_other_loses_it() {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Sell, 101, 5));
        bench.submit(limit(2, 1, Side::Sell, 101, 5));
        assert_eq!(bench.replace(1, 1, 101, 4), ["p1"]);
        let front = |bench: &Bench| {
            bench
                .engine
                .resting()
                .in_priority(Side::Sell)
                .next()
                .map(|order| order.id.number())
        };
        assert_eq!(front(&bench), Some(1));
        assert_eq!(bench.replace(1, 1, 101, 6), ["p1", "r1"]);
        assert_eq!(front(&bench), Some(2));
    }

    #[test]
    fn a_replace_may_trade_and_cannot_go_below_what_is_filled() {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Buy, 100, 5));
        bench.submit(limit(2, 2, Side::Sell, 100, 2));
        assert_eq!(bench.replace(1, 1, 100, 2), ["!p1 NothingLeft"]);
        assert_eq!(bench.replace(1, 2, 100, 4), ["!p1 UnknownOrder"]);
        assert_eq!(bench.replace(1, 1, 0, 4), ["!p1 OutOfRange"]);
        bench.submit(limit(3, 2, Side::Sell, 103, 2));
        assert_eq!(
            bench.replace(1, 1, 103, 6),
            ["p1", "f1 103×2", "f3 103×2", "r1"]
        );
        let order = *bench.engine.resting().get(ExchangeOrderId::new(1)).unwrap();
        assert_eq!((order.quantity.mantissa(), order.filled.mantissa()), (6, 4));
    }

    #[test]
    fn bad_orders_are_refused() {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Buy, 100, 5));
        assert_eq!(
            bench.submit(limit(1, 1, Side::Buy, 100, 5)),
            ["!1 DuplicateId"]
        );
        for order in [
            limit(2, 1, Side::Buy, 0, 5),
            limit(2, 1, Side::Buy, 100, 0),
            limit(2, 1, Side::Buy, 100, -1),
            limit(2, 1, Side::Buy, i64::MAX, i64::MAX),
        ] {
            assert_eq!(bench.submit(order), ["!2 OutOfRange"]);
        }
        let mut events = Vec::new();
        let (id, stranger) = (ExchangeOrderId::new(1), AccountId::new(9));
        bench.engine.cancel(id, stranger, &mut events);
        assert_eq!(short(&events), ["!c1"]);
    }
}
