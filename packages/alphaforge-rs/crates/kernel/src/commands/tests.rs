use super::*;
use crate::input::{AccountSnapshot, Command, InputEvent, OperatorAction, ReportEvent};
use crate::latches::Actor;
use crate::testing::{
    INSTRUMENT, STRATEGY, VENUE, amount, currency, fill, kernel, limit, open, price, quantity,
    report, step, submit,
};
use alphaforge_risk::{
    Conversion, LimitTable, Limits, MessageRate, Money, OrderField, RateFault, Scope, TradingState,
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
    assert_eq!(locked(&kernel, "USDT"), "200.2");
    assert_eq!(kernel.exposure(INSTRUMENT).open_buy, quantity("2"));
    let sell = open(&mut kernel, Side::Sell, "101", "3");
    assert_eq!(locked(&kernel, "BTC"), "3");
    let (_, outputs) = step(&mut kernel, cancel_event(buy));
    assert!(matches!(
        outputs.last(),
        Some(Output::ToVenue(VenueMessage::Cancel { order, .. })) if *order == buy
    ));
    assert_eq!(locked(&kernel, "USDT"), "200.2");
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
    report(&mut kernel, order, ReportEvent::Replaced { version: 1 });
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
    kernel.instruments[0].market.mark = None;
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
fn an_order_whose_replace_is_unanswered_counts_after_its_end_and_can_be_cancelled() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Buy, "100", "1");
    step(&mut kernel, replace_event(order, "101", "2"));
    let reason = "the old version".into();
    report(&mut kernel, order, ReportEvent::Cancelled { reason });
    assert_eq!(kernel.exposure(INSTRUMENT).open_buy, quantity("2"));
    assert_eq!(locked(&kernel, "USDT"), "202.202");
    let halt = InputEvent::Operator(OperatorAction {
        by: Actor::Node,
        scope: Scope::Account,
        state: TradingState::Halted,
        cancel_orders: true,
        flatten: false,
        reason: "enough".into(),
    });
    let (_, outputs) = step(&mut kernel, halt);
    let is_cancel = |output: &Output| {
        matches!(output, Output::ToVenue(VenueMessage::Cancel { order: cancelled, .. })
            if *cancelled == order)
    };
    assert_eq!(outputs.iter().filter(|output| is_cancel(output)).count(), 1);
    let reason = "it had ended".into();
    let version = 1;
    let answer = ReportEvent::ReplaceRejected { version, reason };
    report(&mut kernel, order, answer);
    assert_eq!(kernel.exposure(INSTRUMENT).open_buy, Quantity::ZERO);
    assert_eq!(locked(&kernel, "USDT"), "0");
    assert_eq!(kernel.orders().live().count(), 0);
}

#[test]
fn replaces_cannot_grow_an_order_past_the_limit_of_one_order() {
    let mut kernel = kernel();
    let mut table = LimitTable::default();
    let limits = Limits {
        max_order_quantity: Some(Decimal::parse("2").unwrap()),
        ..Limits::default()
    };
    table.set(Scope::Instrument(INSTRUMENT), limits).unwrap();
    kernel.set_limits(table);
    let order = open(&mut kernel, Side::Buy, "100", "2");
    let event = ReportEvent::Filled(fill(1, price("100"), quantity("1.5")));
    report(&mut kernel, order, event);
    let (outcome, _) = step(&mut kernel, replace_event(order, "100", "2.001"));
    let Some(CommandRefusal::Denied(reject)) = outcome.refusal else {
        panic!("not denied but {outcome:?}");
    };
    assert_eq!(reject.code(), "order_quantity");
}

#[test]
fn a_price_of_zero_converts_nothing() {
    let mut kernel = kernel();
    let one = amount("1");
    let (btc, usdt) = (currency("BTC"), currency("USDT"));
    assert_eq!(kernel.convert(one, btc, usdt), Ok(amount("100")));
    for (bid, ask) in [("0", "100.01"), ("99.99", "0"), ("0", "0")] {
        let mark = alphaforge_types::Mark {
            bid: price(bid),
            ask: price(ask),
        };
        kernel.instruments[0].market.mark = Some(mark);
        let missing = RateFault::Missing {
            from: btc,
            to: usdt,
        };
        assert_eq!(kernel.convert(one, btc, usdt), Err(missing), "{bid} {ask}");
        assert_eq!(kernel.equity(usdt).complete(), None);
    }
}

#[test]
fn equity_leaves_out_what_no_instrument_trades_and_fails_where_a_rate_is_missing() {
    let mut kernel = kernel();
    let usdt = currency("USDT");
    let before = kernel.equity(usdt).complete();
    assert!(before.is_some());
    let totals = vec![(currency("BNB"), amount("5"))];
    let venue = crate::testing::VENUE;
    step(
        &mut kernel,
        InputEvent::Account(AccountSnapshot { venue, totals }),
    );
    assert_eq!(kernel.equity(usdt).complete(), before);
    kernel.instruments[0].market.mark = None;
    assert_eq!(kernel.equity(usdt).complete(), None);
}
