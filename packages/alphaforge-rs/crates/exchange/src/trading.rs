//! How an order trades: price first, then time; displayed liquidity before ours at a price.

use alphaforge_types::{Amount, Liquidity, OrderKind, Price, Quantity, TimeInForce, TradeId};

use crate::displayed::Displayed;
use crate::engine::MatchingEngine;
use crate::event::{CancelCause, ExchangeEvent, ExchangeFill, ExpireReason};
use crate::order::{ExchangeOrder, ExchangeOrderId, SelfTradePrevention, may_trade};
use crate::queue_model::QueuePosition;
use crate::resting_orders::RestingOrder;

/// An order that is trading now.
pub(crate) struct Taker {
    pub(crate) order: ExchangeOrder,
    /// Filled before, where an order on the book was re-priced.
    pub(crate) filled: Quantity,
    /// What is still to trade.
    pub(crate) leaves: Quantity,
    /// What is still to spend or to earn, of an order in the quote currency.
    pub(crate) budget: Option<Amount>,
    /// Ended by self-trade prevention.
    pub(crate) stopped: bool,
}

impl MatchingEngine {
    /// Trades what the limit allows; what is left rests or expires.
    pub(crate) fn trade_then_rest(
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
        let quantity = self.wanted(taker, level.price).min(level.quantity);
        if !quantity.is_positive() {
            return false;
        }
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
        let quantity = self.wanted(taker, price).min(maker.shown);
        if !quantity.is_positive() {
            return false;
        }
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

    /// How much an order wants at a price: what is left of it, and of its budget.
    fn wanted(&self, taker: &Taker, price: Price) -> Quantity {
        let leaves = taker.leaves;
        taker.budget.map_or(leaves, |budget| {
            leaves.min(self.instrument.quantity_within(price, budget))
        })
    }

    /// The taker's side of a trade; `None` where its value does not fit an amount.
    fn taker_fill(
        &mut self,
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
        if let Some(budget) = taker.budget {
            let notional = self.instrument.notional(price, quantity).ok()?;
            let left = budget.minus(notional).ok()?;
            taker.budget = Some(left);
            // Less than a lot can be had for the rest: the order is done.
            if self.instrument.quantity_within(price, left).is_zero() {
                taker.leaves = Quantity::ZERO;
            }
        }
        self.waiting.on_price(price);
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
        if order.leaves().is_zero() {
            self.unplaced.remove(&id);
        } else if order.queue.is_none() {
            self.unplaced.insert(id);
        }
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
            (OrderKind::Limit { price, post_only }, TimeInForce::Gtc | TimeInForce::Gtd { .. }) => {
                let shown = displayed.queue_at(order.side, price);
                if shown.is_none() {
                    self.unplaced.insert(order.id);
                }
                self.resting.push(RestingOrder {
                    id: order.id,
                    account: order.account,
                    side: order.side,
                    price,
                    quantity: taker.filled.saturating_add(taker.leaves),
                    filled: taker.filled,
                    display: order.conditions.display,
                    shown: taker.leaves,
                    post_only,
                    self_trade: order.self_trade,
                    queue: shown.map(QueuePosition::behind),
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
}
