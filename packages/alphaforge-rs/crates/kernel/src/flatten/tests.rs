use super::*;
use crate::input::{InputEvent, OperatorAction, ReportEvent};
use crate::latches::Actor;
use crate::output::{Alert, CommandRefusal, VenueMessage};
use crate::testing::{
    INSTRUMENT, STRATEGY, VENUE, fill, kernel, limit, open, price, quantity, report, step, submit,
};
use alphaforge_risk::TradingState;
use alphaforge_types::{Amount, MarketState, OrderId};

const SCOPES: [Scope; 4] = [
    Scope::Account,
    Scope::Venue(VENUE),
    Scope::Strategy(STRATEGY),
    Scope::Instrument(INSTRUMENT),
];

fn flatten(scope: Scope) -> InputEvent {
    operate(scope, TradingState::Halted, true)
}

fn operate(scope: Scope, state: TradingState, flatten: bool) -> InputEvent {
    InputEvent::Operator(OperatorAction {
        by: Actor::Person("ada".to_owned()),
        scope,
        state,
        cancel_orders: false,
        flatten,
        reason: "test".into(),
    })
}

/// What closes positions among the outputs: id, side, quantity.
fn closing(outputs: &[Output]) -> Vec<(OrderId, Side, Quantity)> {
    let request = |output: &Output| {
        let Output::ToVenue(VenueMessage::Submit(approved)) = output else {
            return None;
        };
        let request = approved.get();
        assert!(request.conditions.reduce_only && request.kind == OrderKind::Market);
        Some((request.order, request.side, request.quantity))
    };
    outputs.iter().filter_map(request).collect()
}

fn not_flattened(outputs: &[Output]) -> Vec<&'static str> {
    let code = |output: &Output| {
        let Output::Alert(Alert::NotFlattened { reject, .. }) = output else {
            return None;
        };
        Some(reject.code())
    };
    outputs.iter().filter_map(code).collect()
}

fn is_told_flat(outputs: &[Output]) -> bool {
    outputs
        .iter()
        .any(|output| matches!(output, Output::Alert(Alert::Flattened { .. })))
}

/// A kernel with a position, by a filled order.
fn holding(side: Side, size: &str) -> Kernel {
    let mut kernel = kernel();
    let order = open(&mut kernel, side, "100", size);
    let filled = fill(1, price("100"), quantity(size));
    report(&mut kernel, order, ReportEvent::Filled(filled));
    kernel
}

fn in_a_second(kernel: &mut Kernel) -> Vec<Output> {
    kernel.clock = kernel.clock.plus(RETRY_NS);
    step(kernel, InputEvent::Timer).1
}

#[test]
fn positions_are_closed_in_every_scope_on_either_side() {
    for scope in SCOPES {
        for (side, closes) in [(Side::Buy, Side::Sell), (Side::Sell, Side::Buy)] {
            let mut kernel = holding(side, "2");
            let (_, outputs) = step(&mut kernel, flatten(scope));
            let [(order, closed_by, size)] = closing(&outputs)[..] else {
                panic!("{scope:?} {outputs:?}");
            };
            assert_eq!((closed_by, size), (closes, quantity("2")));
            assert!(!is_told_flat(&outputs));
            let filled = fill(2, price("100"), size);
            let outputs = report(&mut kernel, order, ReportEvent::Filled(filled));
            assert!(is_told_flat(&outputs));
            let denied = submit(&mut kernel, limit(closes, "100", "1"));
            let state = &kernel.orders().get(denied).unwrap().state;
            assert!(matches!(state, OrderState::Denied { .. }));
            let after = in_a_second(&mut kernel);
            assert!(closing(&after).is_empty() && !is_told_flat(&after));
        }
    }
}

#[test]
fn a_position_is_closed_when_its_orders_have_ended() {
    let mut kernel = holding(Side::Buy, "2");
    let resting = open(&mut kernel, Side::Buy, "99", "1");
    let (_, outputs) = step(&mut kernel, flatten(Scope::Account));
    let is_cancel = |output: &&Output| matches!(output, Output::ToVenue(VenueMessage::Cancel { order, .. }) if *order == resting);
    assert_eq!(outputs.iter().filter(is_cancel).count(), 1);
    assert!(closing(&outputs).is_empty());
    // A part of it trades before the cancel comes, and is closed too.
    let part = fill(2, price("99"), quantity("0.4"));
    let outputs = report(&mut kernel, resting, ReportEvent::Filled(part));
    assert!(closing(&outputs).is_empty());
    let reason = "asked".into();
    let outputs = report(&mut kernel, resting, ReportEvent::Cancelled { reason });
    let [(_, Side::Sell, size)] = closing(&outputs)[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(size, quantity("2.4"));
}

#[test]
fn what_is_left_is_tried_again_once_a_second() {
    let mut kernel = holding(Side::Buy, "2");
    let (_, outputs) = step(&mut kernel, flatten(Scope::Account));
    let (order, ..) = closing(&outputs)[0];
    let part = fill(2, price("100"), quantity("1.5"));
    report(&mut kernel, order, ReportEvent::Filled(part));
    let reason = "nothing more there".into();
    let outputs = report(&mut kernel, order, ReportEvent::Expired { reason });
    assert!(closing(&outputs).is_empty());
    let outputs = in_a_second(&mut kernel);
    assert_eq!(closing(&outputs)[0].2, quantity("0.5"));
}

#[test]
fn what_cannot_be_closed_is_told_once_for_each_reason() {
    let mut kernel = holding(Side::Buy, "2");
    kernel.instruments[0].market = MarketState::default();
    let made = kernel.orders().len();
    let (_, outputs) = step(&mut kernel, flatten(Scope::Account));
    assert_eq!(not_flattened(&outputs), ["no_reference_price"]);
    assert!(not_flattened(&in_a_second(&mut kernel)).is_empty());
    kernel.venues[0]
        .account
        .set_total(kernel.instruments[0].instrument.base(), Amount::ZERO);
    kernel.instruments[0].market = crate::testing::kernel().instruments[0].market;
    assert_eq!(
        not_flattened(&in_a_second(&mut kernel)),
        ["insufficient_funds"]
    );
    assert_eq!(kernel.orders().len(), made);
    let some = Amount::parse("1.2345").unwrap();
    let base = kernel.instruments[0].instrument.base();
    kernel.venues[0].account.set_total(base, some);
    let outputs = in_a_second(&mut kernel);
    assert_eq!(closing(&outputs)[0].2, quantity("1.234"));
}

#[test]
fn a_venue_gets_no_more_at_a_time_than_it_takes() {
    let mut kernel = holding(Side::Buy, "2");
    let mut instrument = kernel.instruments[0].instrument.as_ref().clone();
    instrument.max_quantity = Some(quantity("1.5"));
    kernel.instruments[0].instrument = std::sync::Arc::new(instrument);
    let (_, outputs) = step(&mut kernel, flatten(Scope::Account));
    assert_eq!(closing(&outputs)[0].2, quantity("1.5"));
}

#[test]
fn it_ends_when_a_person_lets_trading_go_on() {
    let mut kernel = holding(Side::Buy, "2");
    kernel.instruments[0].market = MarketState::default();
    step(&mut kernel, flatten(Scope::Account));
    step(
        &mut kernel,
        operate(Scope::Account, TradingState::Active, false),
    );
    kernel.instruments[0].market = crate::testing::kernel().instruments[0].market;
    assert!(closing(&in_a_second(&mut kernel)).is_empty());
}

#[test]
fn only_what_is_halted_can_be_flattened() {
    for state in [TradingState::Active, TradingState::Reducing] {
        let mut kernel = holding(Side::Buy, "2");
        let (outcome, outputs) = step(&mut kernel, operate(Scope::Account, state, true));
        assert_eq!(outcome.refusal, Some(CommandRefusal::FlattenNeedsHalt));
        assert_eq!(outputs, []);
    }
}
