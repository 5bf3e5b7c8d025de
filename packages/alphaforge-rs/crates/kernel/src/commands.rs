//! What strategies ask for: submit, replace, cancel.

use alphaforge_risk::{
    Approved, InputFault, MessageWindow, Reject, Scope, Verdict, View, approve_order,
    approve_replace, approve_shrink, market_worst_price,
};
use alphaforge_types::{
    InstrumentId, OrderId, OrderKind, OrderRequest, Price, ReplaceRequest, Side, StrategyId,
};

use crate::input::{Replace, Submit};
use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::OrderState;
use crate::output::{CommandRefusal, Outcome, Output, VenueMessage};
use crate::transition::{Change, OrderEvent, Refusal, transition};

impl From<CommandRefusal> for Outcome {
    fn from(refusal: CommandRefusal) -> Outcome {
        Outcome {
            order: None,
            refusal: Some(refusal),
        }
    }
}

impl Kernel {
    /// Makes an order; the gate decides whether it becomes an intent or is denied.
    pub(crate) fn submit(&mut self, submit: &Submit, outputs: &mut Vec<Output>) -> Outcome {
        if self.strategies.get(submit.strategy.index()).is_none() {
            return CommandRefusal::UnknownStrategy.into();
        }
        if self.instruments.get(submit.instrument.index()).is_none() {
            return CommandRefusal::Denied(Reject::UnknownInstrument).into();
        }
        let Some(id) = self.next_order_id() else {
            return CommandRefusal::NoIdsLeft.into();
        };
        let request = OrderRequest {
            order: id,
            strategy: submit.strategy,
            instrument: submit.instrument,
            side: submit.side,
            kind: submit.kind,
            time_in_force: submit.time_in_force,
            quantity: submit.quantity,
            worst_price: self.worst_price(submit.instrument, submit.side, submit.kind),
        };
        let (fault, verdict) = (submit.fault, submit.verdict.as_ref());
        match self.judge(&request, fault, verdict, approve_order_as_is) {
            Ok(approved) => {
                self.orders
                    .push(Order::new(&request, OrderState::Intent, self.now()));
                self.recommit(id);
                self.count_message(request.strategy, request.instrument);
                outputs.push(Output::OrderChanged(id));
                outputs.push(Output::ToVenue(VenueMessage::Submit(approved)));
            }
            Err(reject) => {
                let reject = Box::new(reject);
                let state = OrderState::Denied { reject };
                self.orders.push(Order::new(&request, state, self.now()));
                outputs.push(Output::OrderChanged(id));
            }
        }
        Outcome {
            order: Some(id),
            refusal: None,
        }
    }

    /// Changes an order's terms. What only shrinks it needs less approval than what grows it or
    /// moves its price.
    pub(crate) fn replace(&mut self, replace: &Replace, outputs: &mut Vec<Output>) -> Outcome {
        match self.approve_replacement(replace) {
            Err(refusal) => refusal.into(),
            Ok((approved, instrument)) => {
                let event = OrderEvent::ReplaceRequested {
                    terms: replace.terms,
                };
                if let Some(refusal) = self.advance(replace.order, &event, outputs) {
                    return CommandRefusal::State(refusal).into();
                }
                self.count_message(replace.strategy, instrument);
                outputs.push(Output::ToVenue(VenueMessage::Replace {
                    replace: approved,
                    instrument,
                }));
                Outcome {
                    order: Some(replace.order),
                    refusal: None,
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
        let terms = replace.terms;
        let event = OrderEvent::ReplaceRequested { terms };
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
        };
        let request = ReplaceRequest {
            order: order.id,
            terms,
        };
        let shrinks = terms.price == price && terms.quantity < order.quantity;
        let verdict = replace.verdict.as_ref();
        let approved = self.judge(&new_version, replace.fault, verdict, |version, view| {
            if shrinks {
                approve_shrink(request, &version, view)
            } else {
                approve_replace(request, &version, view)
            }
        })?;
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
                refusal: None,
            },
        }
    }

    /// Cancels every live order of one strategy, or of all, in one instrument or in all.
    pub(crate) fn cancel_all(
        &mut self,
        strategy: Option<StrategyId>,
        instrument: Option<InstrumentId>,
        outputs: &mut Vec<Output>,
    ) {
        let targets: Vec<OrderId> = self
            .orders
            .live()
            .filter(|order| strategy.is_none_or(|strategy| order.strategy == strategy))
            .filter(|order| instrument.is_none_or(|instrument| order.instrument == instrument))
            .map(|order| order.id)
            .collect();
        for id in targets {
            // A refusal here means that a cancel is on its way already.
            let _ = self.send_cancel(id, outputs);
        }
    }

    fn send_cancel(&mut self, id: OrderId, outputs: &mut Vec<Output>) -> Option<Refusal> {
        if let Some(refusal) = self.advance(id, &OrderEvent::CancelRequested, outputs) {
            return Some(refusal);
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

    fn worst_price(&self, instrument: InstrumentId, side: Side, kind: OrderKind) -> Option<Price> {
        match kind {
            OrderKind::Limit { price, .. } => Some(price),
            OrderKind::Market => {
                let listing = &self.instruments[instrument.index()];
                let slippage = self.limits.market_slippage;
                market_worst_price(&listing.instrument, side, listing.mark?, slippage)
            }
        }
    }

    /// Shows the gate what it may know and lets it judge.
    fn judge<T>(
        &self,
        request: &OrderRequest,
        fault: Option<InputFault>,
        verdict: Option<&Verdict>,
        approve: impl FnOnce(OrderRequest, &View<'_>) -> Result<Approved<T>, Reject>,
    ) -> Result<Approved<T>, Reject> {
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
            node: self.state,
            strategy: trader.state,
            instrument: &listing.instrument,
            fault,
            limits: &holding.limits,
            windows: &windows,
            account_exposure: listing.exposure,
            strategy_exposure: holding.exposure,
            free: venue.account.balance(spends).map(|balance| balance.free()),
            fee_rate: venue.highest_fee,
            buffer: self.limits.buying_power_buffer,
            conversion: self,
            verdict,
        };
        approve(*request, &view)
    }

    fn scopes_of(&self, strategy: StrategyId, instrument: InstrumentId) -> [Scope; 4] {
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
    ) -> Vec<(Scope, &MessageWindow)> {
        if self.windows.is_empty() {
            return Vec::new();
        }
        self.scopes_of(strategy, instrument)
            .into_iter()
            .filter_map(|scope| Some((scope, self.windows.get(&scope)?)))
            .collect()
    }

    fn count_message(&mut self, strategy: StrategyId, instrument: InstrumentId) {
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

fn approve_order_as_is(
    request: OrderRequest,
    view: &View<'_>,
) -> Result<Approved<OrderRequest>, Reject> {
    approve_order(request, view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Command, InputEvent, OperatorAction, ReportEvent};
    use crate::testing::{
        INSTRUMENT, STRATEGY, VENUE, amount, currency, fill, kernel, limit, open, price, quantity,
        report, step, submit,
    };
    use alphaforge_risk::{
        LimitTable, Limits, MessageRate, Money, OrderField, Scope, TradingState,
    };
    use alphaforge_types::{Decimal, NumberFault, OrderTerms, Quantity, Rate, TimeInForce};

    fn code(kernel: &Kernel, id: OrderId) -> &'static str {
        let state = &kernel.orders().get(id).unwrap().state;
        let OrderState::Denied { reject } = state else {
            panic!("not denied but {}", state.name());
        };
        reject.code()
    }

    fn locked(kernel: &Kernel, code: &str) -> String {
        let balance = kernel.account(VENUE).unwrap().balance(currency(code));
        balance.unwrap().locked.to_string()
    }

    fn cancel_event(order: OrderId) -> InputEvent {
        InputEvent::Command(Command::Cancel {
            strategy: STRATEGY,
            order,
        })
    }

    fn replace_event(order: OrderId, at: &str, size: &str) -> InputEvent {
        InputEvent::Command(Command::Replace(Replace {
            strategy: STRATEGY,
            order,
            terms: OrderTerms {
                price: price(at),
                quantity: quantity(size),
            },
            fault: None,
            verdict: None,
        }))
    }

    #[test]
    fn an_order_locks_its_worst_case_and_a_cancel_frees_it() {
        let mut kernel = kernel();
        let buy = open(&mut kernel, Side::Buy, "100", "2");
        assert_eq!(locked(&kernel, "USDT"), "200.200000000001");
        assert_eq!(kernel.exposure(INSTRUMENT).open_buy, quantity("2"));
        let sell = open(&mut kernel, Side::Sell, "101", "3");
        assert_eq!(locked(&kernel, "BTC"), "3");
        let (_, outputs) = step(&mut kernel, cancel_event(buy));
        assert!(matches!(
            outputs.last(),
            Some(Output::ToVenue(VenueMessage::Cancel { order, .. })) if *order == buy
        ));
        assert_eq!(locked(&kernel, "USDT"), "200.200000000001");
        let reason = "asked".into();
        report(&mut kernel, buy, ReportEvent::Cancelled { reason });
        assert_eq!(locked(&kernel, "USDT"), "0");
        assert_eq!(kernel.exposure(INSTRUMENT).open_buy, Quantity::ZERO);
        assert_eq!(kernel.orders().live().count(), 1);
        assert_eq!(kernel.orders().live().next().unwrap().id, sell);
    }

    #[test]
    fn a_replace_counts_both_versions_until_the_venue_answers() {
        let mut kernel = kernel();
        let order = open(&mut kernel, Side::Sell, "101", "3");
        let (outcome, outputs) = step(&mut kernel, replace_event(order, "102", "4"));
        assert_eq!(outcome.refusal, None);
        assert!(matches!(
            outputs.last(),
            Some(Output::ToVenue(VenueMessage::Replace { .. }))
        ));
        assert_eq!(locked(&kernel, "BTC"), "7");
        let terms = OrderTerms {
            price: price("102"),
            quantity: quantity("4"),
        };
        report(&mut kernel, order, ReportEvent::Replaced { terms });
        assert_eq!(locked(&kernel, "BTC"), "4");
        assert_eq!(
            kernel.orders().get(order).unwrap().limit_price(),
            Some(price("102"))
        );
    }

    #[test]
    fn replaces_that_make_no_sense_are_refused() {
        let mut kernel = kernel();
        let order = open(&mut kernel, Side::Sell, "101", "3");
        report(
            &mut kernel,
            order,
            ReportEvent::Filled(fill(1, price("101"), quantity("1"))),
        );
        let mut refusal = |event| step(&mut kernel, event).0.refusal;
        assert_eq!(
            refusal(replace_event(order, "101", "3")),
            Some(CommandRefusal::NothingToChange)
        );
        assert_eq!(
            refusal(replace_event(order, "101", "1")),
            Some(CommandRefusal::NothingLeft)
        );
        assert!(matches!(
            refusal(replace_event(order, "101", "99")),
            Some(CommandRefusal::Denied(Reject::InsufficientFunds { .. }))
        ));
        assert_eq!(refusal(replace_event(order, "101", "2")), None);
        assert_eq!(
            refusal(replace_event(order, "101", "1.5")),
            Some(CommandRefusal::State(Refusal::ReplacePending))
        );
        let stranger = OrderId::new(1, 99).unwrap();
        assert_eq!(
            refusal(replace_event(stranger, "101", "2")),
            Some(CommandRefusal::NotYours)
        );
    }

    #[test]
    fn another_strategys_order_cannot_be_touched() {
        let mut kernel = kernel();
        let other = kernel.add_strategy("second").unwrap();
        let order = open(&mut kernel, Side::Buy, "100", "1");
        let event = InputEvent::Command(Command::Cancel {
            strategy: other,
            order,
        });
        let (outcome, outputs) = step(&mut kernel, event);
        assert_eq!(outcome.refusal, Some(CommandRefusal::NotYours));
        assert!(outputs.is_empty());
    }

    #[test]
    fn denied_orders_are_kept_and_never_leave() {
        let mut kernel = kernel();
        let mut bad = limit(Side::Buy, "100", "1");
        bad.fault = Some(InputFault {
            field: OrderField::Quantity,
            fault: NumberFault::NotFinite,
        });
        let (outcome, outputs) = step(&mut kernel, InputEvent::Command(Command::Submit(bad)));
        let id = outcome.order.unwrap();
        assert_eq!(outputs, vec![Output::OrderChanged(id)]);
        assert_eq!(code(&kernel, id), "bad_number");
        let poor = submit(&mut kernel, limit(Side::Buy, "100", "1000"));
        assert_eq!(code(&kernel, poor), "insufficient_funds");
        assert_eq!(kernel.orders().live().count(), 0);
        assert_eq!(locked(&kernel, "USDT"), "0");
    }

    #[test]
    fn a_market_order_is_bounded_by_the_mark_and_denied_without_one() {
        let mut kernel = kernel();
        let mut table = LimitTable::default();
        table.market_slippage = Rate::parse("0.01").unwrap();
        kernel.set_limits(table);
        let market = Submit {
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Ioc,
            ..limit(Side::Buy, "1", "1")
        };
        let order = submit(&mut kernel, market.clone());
        let worst = kernel.orders().get(order).unwrap().worst_price;
        assert_eq!(worst, Some(price("101.01")));
        kernel.instruments[0].mark = None;
        let order = submit(&mut kernel, market);
        assert_eq!(code(&kernel, order), "no_reference_price");
    }

    #[test]
    fn limits_hold_at_their_scopes() {
        let mut kernel = kernel();
        let mut table = LimitTable::default();
        let limits = Limits {
            max_order_value: Some(Money {
                amount: amount("500"),
                currency: currency("USDT"),
            }),
            ..Limits::default()
        };
        table.set(Scope::Account, limits).unwrap();
        let limits = Limits {
            max_long: Some(Decimal::parse("3").unwrap()),
            ..Limits::default()
        };
        table.set(Scope::Instrument(INSTRUMENT), limits).unwrap();
        kernel.set_limits(table);
        let large = submit(&mut kernel, limit(Side::Buy, "100", "5.001"));
        assert_eq!(code(&kernel, large), "order_value");
        open(&mut kernel, Side::Buy, "100", "2");
        let second = submit(&mut kernel, limit(Side::Buy, "100", "1.001"));
        assert_eq!(code(&kernel, second), "position_limit");
        open(&mut kernel, Side::Buy, "100", "1");
    }

    #[test]
    fn messages_are_counted_and_cancels_always_pass() {
        let mut kernel = kernel();
        let mut table = LimitTable::default();
        let limits = Limits {
            message_rate: Some(MessageRate {
                limit: 3,
                window_ns: 1_000,
                reserved_for_cancels: 1,
            }),
            ..Limits::default()
        };
        table.set(Scope::Strategy(STRATEGY), limits).unwrap();
        kernel.set_limits(table);
        let orders: Vec<_> = (0..2)
            .map(|_| open(&mut kernel, Side::Buy, "100", "1"))
            .collect();
        let third = submit(&mut kernel, limit(Side::Buy, "100", "1"));
        assert_eq!(code(&kernel, third), "message_rate");
        for order in orders {
            let (outcome, _) = step(&mut kernel, cancel_event(order));
            assert_eq!(outcome.refusal, None);
        }
    }

    #[test]
    fn halting_denies_and_cancels() {
        let mut kernel = kernel();
        open(&mut kernel, Side::Buy, "100", "1");
        let halt = |scope| {
            InputEvent::Operator(OperatorAction {
                scope,
                state: TradingState::Halted,
                cancel_orders: true,
                reason: "test".into(),
            })
        };
        let (_, outputs) = step(&mut kernel, halt(Scope::Strategy(STRATEGY)));
        let cancels = outputs
            .iter()
            .filter(|output| matches!(output, Output::ToVenue(VenueMessage::Cancel { .. })))
            .count();
        assert_eq!(cancels, 1);
        let order = submit(&mut kernel, limit(Side::Buy, "100", "1"));
        assert_eq!(code(&kernel, order), "halted");
    }
}
