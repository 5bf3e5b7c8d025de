//! What venues say: evidence that moves orders, and fills that move money.

use alphaforge_risk::{Scope, TradingState};
use alphaforge_types::{
    Amount, Currency, Instrument, OrderId, OrderTerms, Overflow, Quantity, Side,
};

use crate::input::{FillReport, Report, ReportEvent};
use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::{OrderState, Reason, Replacement};
use crate::output::{Alert, Fill, Output};
use crate::transition::{Change, OrderEvent, Refusal, transition};

const OVERFLOW: Reason = Reason::Borrowed("a figure passed the largest amount");

impl Kernel {
    /// An order was handed to its venue.
    pub(crate) fn on_released(&mut self, id: OrderId, outputs: &mut Vec<Output>) {
        self.advance(id, &OrderEvent::Released, outputs);
    }

    /// A venue says something of an order.
    pub(crate) fn on_report(&mut self, report: &Report, outputs: &mut Vec<Output>) {
        let id = report.order;
        let Some(order) = self.orders.get_mut(id) else {
            outputs.push(Output::Alert(Alert::UnknownOrder { order: id }));
            return;
        };
        if let Some(event) = never_true(order, &report.event) {
            outputs.push(Output::Alert(Alert::Impossible {
                order: id,
                state: order.state.name(),
                event,
            }));
            return;
        }
        if order.venue_order_id.is_none() {
            order.venue_order_id.clone_from(&report.venue_order_id);
        }
        match &report.event {
            ReportEvent::Filled(fill) => self.on_fill(id, fill, outputs),
            ReportEvent::Replaced { version } => self.on_replaced(id, *version, outputs),
            ReportEvent::ReplaceRejected { version, .. } => {
                let event = OrderEvent::ReplaceRejected {
                    version: *version,
                    completes: order.filled >= order.quantity,
                };
                self.on_reject(id, &event, outputs);
            }
            ReportEvent::Accepted => {
                self.advance(id, &OrderEvent::Accepted, outputs);
                self.acknowledge(id);
            }
            ReportEvent::Triggered => {
                if !order.triggered {
                    order.triggered = true;
                    self.recommit(id);
                    outputs.push(Output::OrderChanged(id));
                }
            }
            ReportEvent::Rejected { reason } => {
                let reason = reason.clone();
                self.on_reject(id, &OrderEvent::Rejected { reason }, outputs);
            }
            ReportEvent::Cancelled { reason } => {
                let event = self.end_of(id, reason);
                self.advance(id, &event, outputs);
            }
            ReportEvent::CancelRejected { .. } => {
                self.advance(id, &OrderEvent::CancelRejected, outputs);
            }
            ReportEvent::Expired { reason } => {
                let reason = reason.clone();
                self.advance(id, &OrderEvent::Expired { reason }, outputs);
            }
            ReportEvent::Lost { reason } => {
                let reason = reason.clone();
                let lost = OrderEvent::Lost {
                    reason: reason.clone(),
                };
                let before = self.state_name(id);
                self.advance(id, &lost, outputs);
                if self.state_name(id) != before {
                    outputs.push(Output::Alert(Alert::OrderLost { order: id, reason }));
                }
            }
        }
    }

    /// A venue rejects an order or a replace of it; what it says twice counts once.
    fn on_reject(&mut self, id: OrderId, event: &OrderEvent, outputs: &mut Vec<Output>) {
        let state = |kernel: &Kernel| kernel.orders.get(id).map(|order| order.state.clone());
        let before = state(self);
        self.advance(id, event, outputs);
        if state(self) != before
            && let Some(order) = self.orders.get(id)
        {
            self.count_reject(order.strategy, order.instrument);
        }
    }

    fn state_name(&self, id: OrderId) -> Option<&'static str> {
        self.orders.get(id).map(|order| order.state.name())
    }

    fn acknowledge(&mut self, id: OrderId) {
        if let Some(order) = self.orders.get_mut(id)
            && !matches!(order.state, OrderState::Denied { .. })
        {
            order.acknowledged = true;
        }
    }

    /// Moves an order by an event; says why where the event was a request that makes no sense.
    pub(crate) fn advance(
        &mut self,
        id: OrderId,
        event: &OrderEvent,
        outputs: &mut Vec<Output>,
    ) -> Option<Refusal> {
        let now = self.now();
        let order = self.orders.get_mut(id)?;
        match transition(&order.state, event, order.facts()) {
            Change::To(state) => {
                if order.armed {
                    order.armed = false;
                    outputs.push(Output::Disarmed(id));
                }
                // A cancel sent into the unknown changes nothing, and nothing follows from it.
                if order.state != state || matches!(event, OrderEvent::Filled { .. }) {
                    self.touched_groups.extend(order.group);
                }
                order.state = state;
                order.updated_at = now;
                self.recommit(id);
                outputs.push(Output::OrderChanged(id));
                None
            }
            Change::Duplicate | Change::Stale => None,
            Change::Refused(refusal) => Some(refusal),
            Change::Impossible => {
                outputs.push(Output::Alert(Alert::Impossible {
                    order: id,
                    state: order.state.name(),
                    event: event.name(),
                }));
                None
            }
        }
    }

    fn on_replaced(&mut self, id: OrderId, version: u32, outputs: &mut Vec<Output>) {
        let Some(order) = self.orders.get_mut(id) else {
            return;
        };
        let answered = order.state.replacing();
        let new = answered.filter(|replacement| replacement.version == version);
        let event = OrderEvent::Replaced {
            version,
            completes: new.is_some_and(|new| order.filled >= new.terms.quantity),
        };
        if let Some(Replacement { terms, .. }) = new {
            let quantity = terms.quantity.max(order.filled);
            order.adopt(OrderTerms { quantity, ..terms });
        }
        self.advance(id, &event, outputs);
        self.acknowledge(id);
    }

    /// Counts a fill once: the order, the position, the cash.
    fn on_fill(&mut self, id: OrderId, fill: &FillReport, outputs: &mut Vec<Output>) {
        let Some(order) = self.orders.get_mut(id) else {
            return;
        };
        if order.trades.contains(&fill.trade_id) {
            return;
        }
        let trade_id = fill.trade_id;
        if !fill.price.is_positive() || !fill.quantity.is_positive() {
            outputs.push(Output::Alert(Alert::EmptyFill {
                order: id,
                trade_id,
            }));
            return;
        }
        let after = order.filled.saturating_add(fill.quantity);
        if order.conditions.budget.is_some() {
            // Its quantity was reckoned at a price; the venue has found a better one.
            order.quantity = order.quantity.max(after);
        }
        if after > order.largest_quantity() {
            order.overfilled.insert(trade_id, fill.quantity);
            self.count_in_parent(id);
            outputs.push(Output::Alert(Alert::Overfill {
                order: id,
                trade_id,
            }));
            return;
        }
        if after > order.quantity
            && let Some(replacement) = order.state.replacing()
        {
            // More than the old version held: the venue has replaced it, and its word is still to come.
            self.on_replaced(id, replacement.version, outputs);
        }
        self.count_fill(id, fill, outputs);
    }

    fn count_fill(&mut self, id: OrderId, fill: &FillReport, outputs: &mut Vec<Output>) {
        let Some(order) = self.orders.get(id) else {
            return;
        };
        let after = order.filled.saturating_add(fill.quantity);
        let is_spent = fill.is_last && order.conditions.budget.is_some();
        let completes = match order.conditions.budget {
            Some(_) => is_spent,
            None => after >= order.largest_quantity(),
        };
        let event = OrderEvent::Filled { completes };
        let was_live = order.state.is_live();
        if transition(&order.state, &event, order.facts()) == Change::Impossible {
            self.advance(id, &event, outputs);
            return;
        }
        let is_first = order.filled.is_zero();
        let trade_id = fill.trade_id;
        let counted = match self.settle(id, fill) {
            Ok(counted) => counted,
            Err(Overflow) => {
                self.tighten(Scope::Account, TradingState::Halted, OVERFLOW, outputs);
                outputs.push(Output::Alert(Alert::Overflow {
                    order: id,
                    trade_id,
                }));
                return;
            }
        };
        self.count_in_parent(id);
        if !was_live {
            outputs.push(Output::Alert(Alert::LateFill {
                order: id,
                trade_id,
            }));
        }
        if let Some(fill) = &counted {
            self.revalue(fill.instrument, Some(fill.strategy));
        }
        if is_spent && let Some(order) = self.orders.get_mut(id) {
            order.quantity = order.filled;
        }
        outputs.extend(counted.map(Output::Filled));
        self.advance(id, &event, outputs);
        if let Some(fill) = counted {
            self.trim_reduce_only(fill.strategy, fill.instrument, outputs);
            self.count_trade(fill.strategy, fill.instrument, fill.side, is_first, outputs);
            self.watch_losses(Some(fill.strategy), false, outputs);
        }
    }

    /// Moves order, position, exposure and cash by a fill, all or nothing.
    fn settle(&mut self, id: OrderId, fill: &FillReport) -> Result<Option<Fill>, Overflow> {
        let ts = self.now();
        let Some(order) = self.orders.get_mut(id) else {
            return Ok(None);
        };
        let listing = &mut self.instruments[order.instrument.index()];
        let account = &mut self.venues[listing.venue.index()].account;
        let holding =
            &mut self.strategies[order.strategy.index()].holdings[order.instrument.index()];
        let instrument = &listing.instrument;
        let signed = order.side.signed(fill.quantity);
        let node_position = add(listing.exposure.position, signed)?;
        let strategy_position = add(holding.exposure.position, signed)?;
        let notional = instrument.notional(fill.price, fill.quantity)?;
        let filled_notional = order.filled_notional.plus(notional)?;
        let changes = cash_changes(instrument, order.side, fill, notional)?;
        let totals = account.totals_after(&changes)?;
        holding.position.apply(instrument, order.side, fill)?;
        for (currency, total) in totals {
            account.set_total(currency, total);
        }
        holding.exposure.position = strategy_position;
        listing.exposure.position = node_position;
        order.filled_notional = filled_notional;
        order.filled = order.filled.saturating_add(fill.quantity);
        order.trades.insert(fill.trade_id);
        order.overfilled.remove(&fill.trade_id);
        order.acknowledged = true;
        Ok(Some(Fill {
            ts,
            strategy: order.strategy,
            order: id,
            instrument: order.instrument,
            side: order.side,
            trade_id: fill.trade_id,
            price: fill.price,
            quantity: fill.quantity,
            liquidity: fill.liquidity,
            fee: fill.fee,
            fee_currency: fill.fee_currency,
            mark: listing.market.mark,
            arrival_mark: order.arrival_mark,
        }))
    }
}

/// What a report says, where it cannot be true: the venue knows nothing of an order that is held here, and
/// answers no replace that was never asked for.
fn never_true(order: &Order, event: &ReportEvent) -> Option<&'static str> {
    let answered = match event {
        ReportEvent::Replaced { version } | ReportEvent::ReplaceRejected { version, .. } => {
            Some(*version)
        }
        ReportEvent::Accepted
        | ReportEvent::Triggered
        | ReportEvent::Rejected { .. }
        | ReportEvent::Filled(_)
        | ReportEvent::Cancelled { .. }
        | ReportEvent::CancelRejected { .. }
        | ReportEvent::Expired { .. }
        | ReportEvent::Lost { .. } => None,
    };
    let asked = answered.is_none_or(|version| (1..=order.versions_asked).contains(&version));
    let is_held = order.state == OrderState::Held;
    (is_held || !asked).then_some(event.name())
}

/// What a fill does to the balances: base, quote and fee.
fn cash_changes(
    instrument: &Instrument,
    side: Side,
    fill: &FillReport,
    notional: Amount,
) -> Result<[(Currency, Amount); 3], Overflow> {
    let base = instrument.base_amount(side.signed(fill.quantity))?;
    let quote = match side {
        Side::Buy => notional.negated()?,
        Side::Sell => notional,
    };
    Ok([
        (instrument.base(), base),
        (instrument.quote(), quote),
        (fill.fee_currency, fill.fee.negated()?),
    ])
}

fn add(position: Quantity, change: Quantity) -> Result<Quantity, Overflow> {
    position.checked_add(change).ok_or(Overflow)
}

#[cfg(test)]
mod tests;
