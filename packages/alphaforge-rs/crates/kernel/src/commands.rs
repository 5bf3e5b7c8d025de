//! What strategies ask for: submit, replace, cancel.

use alphaforge_risk::{
    Approved, InputFault, Likeness, MessageWindow, Reject, Scope, Verdict, View, approve_order,
    approve_replace, approve_shrink, budget_quantity, worst_price,
};
use alphaforge_types::{
    InstrumentId, OrderConditions, OrderId, OrderKind, OrderRequest, Quantity, ReplaceRequest,
    Side, StrategyId,
};

use crate::input::{Replace, Submit};
use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::{OrderState, Replacement};
use crate::output::{CommandRefusal, Outcome, Output, VenueMessage};
use crate::transition::{Change, OrderEvent, Refusal, transition};

impl From<CommandRefusal> for Outcome {
    fn from(refusal: CommandRefusal) -> Outcome {
        Outcome {
            refusal: Some(refusal),
            ..Outcome::default()
        }
    }
}

impl Kernel {
    /// Makes an order; the gate decides whether it becomes an intent, is held here, or is denied.
    pub(crate) fn submit(&mut self, submit: &Submit, outputs: &mut Vec<Output>) -> Outcome {
        let request = match self.request_of(submit) {
            Ok(request) => request,
            Err(refusal) => return refusal.into(),
        };
        let (fault, verdict) = (submit.fault, submit.verdict.as_ref());
        match self.judge(&request, Quantity::ZERO, fault, verdict, approve_order) {
            Ok(approved) if self.is_held_here(&request) => {
                let mut order = Order::new(&request, OrderState::Held, self.now());
                order.overridden = approved.overridden();
                self.push(order, outputs);
                self.use_override(approved.overridden(), &request, outputs);
                self.arm(request.order, outputs);
            }
            Ok(approved) => {
                let order = Order::new(&request, OrderState::Intent, self.now());
                self.push(order, outputs);
                self.use_override(approved.overridden(), &request, outputs);
                self.count_message(request.strategy, request.instrument);
                self.count_order_sent(request.strategy, request.instrument);
                outputs.push(Output::ToVenue(VenueMessage::Submit(approved)));
            }
            Err(reject) => self.deny(&request, reject, outputs),
        }
        Outcome {
            order: Some(request.order),
            ..Outcome::default()
        }
    }

    /// The order that a strategy asks for, with the next id.
    pub(crate) fn request_of(&mut self, submit: &Submit) -> Result<OrderRequest, CommandRefusal> {
        let order = self.upcoming_order_id();
        let request = self.request_as(order.ok_or(CommandRefusal::NoIdsLeft)?, submit)?;
        self.count_order();
        Ok(request)
    }

    /// The order that a strategy asks for, under an id.
    pub(crate) fn request_as(
        &self,
        order: OrderId,
        submit: &Submit,
    ) -> Result<OrderRequest, CommandRefusal> {
        if self.strategies.get(submit.strategy.index()).is_none() {
            return Err(CommandRefusal::UnknownStrategy);
        }
        let Some(listing) = self.instruments.get(submit.instrument.index()) else {
            return Err(CommandRefusal::Denied(Reject::UnknownInstrument));
        };
        let (instrument, mark) = (&listing.instrument, listing.market.mark);
        let (conditions, slippage) = (submit.conditions, self.limits.market_slippage);
        let (side, kind) = (submit.side, submit.kind);
        let worst_price = worst_price(instrument, side, kind, conditions.trigger, mark, slippage);
        let reckoned = |budget| budget_quantity(instrument, budget, mark?, slippage);
        let quantity = match conditions.budget {
            Some(budget) => reckoned(budget).unwrap_or_default(),
            None => submit.quantity,
        };
        let request = OrderRequest {
            order,
            strategy: submit.strategy,
            instrument: submit.instrument,
            side,
            kind,
            time_in_force: submit.time_in_force,
            quantity,
            worst_price,
            conditions,
        };
        if !self.is_child_of_its_parent(&request) {
            return Err(CommandRefusal::NoSuchParent);
        }
        Ok(request)
    }

    /// Keeps a new order. What is held or denied takes nothing of the account.
    pub(crate) fn push(&mut self, mut order: Order, outputs: &mut Vec<Output>) {
        let (id, is_live) = (order.id, order.state.is_live());
        let takes = order.state.is_at_venue();
        order.arrival_mark = self.mark(order.instrument);
        if order.conditions.reduce_only && is_live {
            self.reduce_only.insert(id);
        }
        let likeness = Likeness::new(order.side, order.kind, order.quantity, order.conditions);
        let (strategy, instrument) = (order.strategy, order.instrument);
        self.orders.push(order);
        if is_live {
            self.count_opened(id);
            let now = self.now();
            let holdings = &mut self.strategies[strategy.index()].holdings;
            holdings[instrument.index()].recent.record(likeness, now);
        }
        if takes {
            self.recommit(id);
        } else {
            self.count_in_parent(id);
        }
        outputs.push(Output::OrderChanged(id));
    }

    pub(crate) fn deny(
        &mut self,
        request: &OrderRequest,
        reject: Reject,
        outputs: &mut Vec<Output>,
    ) {
        let reject = Box::new(reject);
        let order = Order::new(request, OrderState::Denied { reject }, self.now());
        self.push(order, outputs);
    }

    /// Changes an order's terms. What only shrinks it needs less approval than what grows it or
    /// moves its price.
    pub(crate) fn replace(&mut self, replace: &Replace, outputs: &mut Vec<Output>) -> Outcome {
        match self.approve_replacement(replace) {
            Err(refusal) => refusal.into(),
            Ok((approved, instrument)) => {
                let replacement = replacement(approved.get());
                let event = OrderEvent::ReplaceRequested { replacement };
                if let Some(refusal) = self.advance(replace.order, &event, outputs) {
                    return CommandRefusal::State(refusal).into();
                }
                if let Some(order) = self.orders.get_mut(replace.order) {
                    order.versions_asked = replacement.version;
                }
                self.count_message(replace.strategy, instrument);
                self.count_order_sent(replace.strategy, instrument);
                outputs.push(Output::ToVenue(VenueMessage::Replace {
                    replace: approved,
                    instrument,
                }));
                Outcome {
                    order: Some(replace.order),
                    ..Outcome::default()
                }
            }
        }
    }

    fn approve_replacement(
        &self,
        replace: &Replace,
    ) -> Result<(Approved<ReplaceRequest>, InstrumentId), CommandRefusal> {
        let order = self.own_order(replace.strategy, replace.order)?;
        let OrderKind::Limit { price, post_only } = order.kind else {
            return Err(CommandRefusal::MarketOrder);
        };
        if order.conditions.trigger.is_some() && !order.triggered {
            return Err(CommandRefusal::Untriggered);
        }
        let terms = replace.terms;
        let request = ReplaceRequest {
            order: order.id,
            version: next_version(order)?,
            terms,
        };
        let event = OrderEvent::ReplaceRequested {
            replacement: replacement(&request),
        };
        if let Change::Refused(refusal) = transition(&order.state, &event, order.facts()) {
            return Err(CommandRefusal::State(refusal));
        }
        if replace.fault.is_none() {
            if terms.quantity <= order.filled {
                return Err(CommandRefusal::NothingLeft);
            }
            if terms.price == price && terms.quantity == order.quantity {
                return Err(CommandRefusal::NothingToChange);
            }
        }
        let new_version = OrderRequest {
            order: order.id,
            strategy: order.strategy,
            instrument: order.instrument,
            side: order.side,
            kind: OrderKind::Limit {
                price: terms.price,
                post_only,
            },
            time_in_force: order.time_in_force,
            quantity: terms.quantity.saturating_sub(order.filled),
            worst_price: Some(terms.price),
            conditions: OrderConditions {
                trigger: None,
                display: None,
                ..order.conditions
            },
        };
        let shrinks = terms.price == price && terms.quantity < order.quantity;
        let verdict = replace.verdict.as_ref();
        let approve = |version, view: &View<'_>| {
            if shrinks {
                approve_shrink(request, &version, view)
            } else {
                approve_replace(request, &version, view)
            }
        };
        let approved = self.judge(&new_version, order.filled, replace.fault, verdict, approve)?;
        Ok((approved, order.instrument))
    }

    /// Cancels an order of the strategy.
    pub(crate) fn cancel(
        &mut self,
        strategy: StrategyId,
        id: OrderId,
        outputs: &mut Vec<Output>,
    ) -> Outcome {
        if let Err(refusal) = self.own_order(strategy, id) {
            return refusal.into();
        }
        match self.send_cancel(id, outputs) {
            Some(refusal) => CommandRefusal::State(refusal).into(),
            None => Outcome {
                order: Some(id),
                ..Outcome::default()
            },
        }
    }

    /// Cancels every live order within a scope, in one instrument or in all.
    pub(crate) fn cancel_all(
        &mut self,
        scope: Scope,
        instrument: Option<InstrumentId>,
        outputs: &mut Vec<Output>,
    ) {
        let targets: Vec<OrderId> = self
            .orders
            .live()
            .filter(|order| self.is_within(scope, order))
            .filter(|order| instrument.is_none_or(|instrument| order.instrument == instrument))
            .map(|order| order.id)
            .collect();
        for id in targets {
            // A refusal here means that a cancel is on its way already.
            let _ = self.send_cancel(id, outputs);
        }
    }

    /// Asks the venue to cancel an order; one that is held here ends at once.
    pub(crate) fn send_cancel(
        &mut self,
        id: OrderId,
        outputs: &mut Vec<Output>,
    ) -> Option<Refusal> {
        let held = self.orders.get(id)?.state == OrderState::Held;
        if let Some(refusal) = self.advance(id, &OrderEvent::CancelRequested, outputs) {
            return Some(refusal);
        }
        if held {
            return None;
        }
        let order = self.orders.get(id)?;
        let (strategy, instrument) = (order.strategy, order.instrument);
        outputs.push(Output::ToVenue(VenueMessage::Cancel {
            order: id,
            instrument,
            venue_order_id: order.venue_order_id.clone(),
        }));
        self.count_message(strategy, instrument);
        None
    }

    fn own_order(&self, strategy: StrategyId, id: OrderId) -> Result<&Order, CommandRefusal> {
        self.orders
            .get(id)
            .filter(|order| order.strategy == strategy)
            .ok_or(CommandRefusal::NotYours)
    }

    /// Shows the gate what it may know and lets it judge.
    pub(crate) fn judge<T>(
        &self,
        request: &OrderRequest,
        filled: Quantity,
        fault: Option<InputFault>,
        verdict: Option<&Verdict>,
        approve: impl FnOnce(OrderRequest, &View<'_>) -> Result<T, Reject>,
    ) -> Result<T, Reject> {
        let listing = &self.instruments[request.instrument.index()];
        let venue = &self.venues[listing.venue.index()];
        let trader = &self.strategies[request.strategy.index()];
        let holding = &trader.holdings[request.instrument.index()];
        let spends = match request.side {
            Side::Buy => listing.instrument.quote(),
            Side::Sell => listing.instrument.base(),
        };
        let windows = self.windows_of(request.strategy, request.instrument);
        let view = View {
            now: self.now(),
            states: self
                .scopes_of(request.strategy, request.instrument)
                .map(|scope| (scope, self.latches.state(scope))),
            order_type: self.order_type(request),
            instrument: &listing.instrument,
            market: listing.market,
            fault,
            filled,
            limits: &holding.limits,
            windows: &windows,
            own: self.own_orders(request),
            conducts: self.conducts_of(request.strategy, request.instrument),
            unknown_loss: self.unknown_loss(request.strategy),
            account_exposure: listing.exposure,
            strategy_exposure: holding.exposure,
            clock_offset_ns: venue.clock_offset_ns,
            free: venue.account.balance(spends).map(|balance| balance.free()),
            exposures: self.exposures_of(request.strategy, request.instrument),
            fee_rate: venue.highest_fee,
            buffer: self.limits.buying_power_buffer,
            conversion: self,
            verdict,
        };
        approve(*request, &view)
    }

    pub(crate) fn scopes_of(&self, strategy: StrategyId, instrument: InstrumentId) -> [Scope; 4] {
        [
            Scope::Account,
            Scope::Venue(self.instruments[instrument.index()].venue),
            Scope::Strategy(strategy),
            Scope::Instrument(instrument),
        ]
    }

    fn windows_of(
        &self,
        strategy: StrategyId,
        instrument: InstrumentId,
    ) -> [Option<(Scope, &MessageWindow)>; 4] {
        if self.windows.is_empty() {
            return [None; 4];
        }
        self.scopes_of(strategy, instrument)
            .map(|scope| Some((scope, self.windows.get(&scope)?)))
    }

    pub(crate) fn count_message(&mut self, strategy: StrategyId, instrument: InstrumentId) {
        if self.windows.is_empty() {
            return;
        }
        let now = self.now();
        for scope in self.scopes_of(strategy, instrument) {
            if let Some(window) = self.windows.get_mut(&scope) {
                window.record(now);
            }
        }
    }
}

fn next_version(order: &Order) -> Result<u32, CommandRefusal> {
    order
        .versions_asked
        .checked_add(1)
        .ok_or(CommandRefusal::NoIdsLeft)
}

fn replacement(request: &ReplaceRequest) -> Replacement {
    Replacement {
        version: request.version,
        terms: request.terms,
    }
}

#[cfg(test)]
mod replacing;
#[cfg(test)]
mod tests;
