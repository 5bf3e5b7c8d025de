use super::*;
use crate::input::{Command, InputEvent, OperatorAction, ReportEvent};
use crate::latches::Actor;
use crate::testing::{
    INSTRUMENT, STRATEGY, fill, kernel, limit, open, price, quantity, report, step, submit,
};
use alphaforge_risk::{OrderField, Scope, TradingState};
use alphaforge_types::{NumberFault, OrderTerms, Trigger};

fn replace(order: OrderId, at: &str, size: &str) -> Replace {
    Replace {
        strategy: STRATEGY,
        order,
        terms: OrderTerms {
            price: price(at),
            quantity: quantity(size),
        },
        fault: None,
        verdict: None,
    }
}

fn replaced(kernel: &mut Kernel, replace: Replace) -> Outcome {
    step(kernel, InputEvent::Command(Command::Replace(replace))).0
}

/// The code with which a change is denied; `None` where it passes.
fn denied(kernel: &mut Kernel, replace: Replace) -> Option<&'static str> {
    let refusal = replaced(kernel, replace).refusal?;
    let CommandRefusal::Denied(reject) = refusal else {
        panic!("{refusal}");
    };
    Some(reject.code())
}

fn hold_back(kernel: &mut Kernel, state: TradingState) {
    let action = OperatorAction {
        by: Actor::Person("ann".to_owned()),
        scope: Scope::Account,
        state,
        cancel_orders: false,
        flatten: false,
        reason: "so".into(),
    };
    step(kernel, InputEvent::Operator(action));
}

#[test]
fn what_was_asked_for_an_order_names_it() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "101", "3");
    let outcome = replaced(&mut kernel, replace(order, "102", "3"));
    assert_eq!((outcome.order, outcome.refusal), (Some(order), None));
    let cancel = Command::Cancel {
        strategy: STRATEGY,
        order,
    };
    let (outcome, _) = step(&mut kernel, InputEvent::Command(cancel));
    assert_eq!((outcome.order, outcome.refusal), (Some(order), None));
}

// Rule 1
#[test]
fn while_halted_an_order_can_only_be_made_smaller_at_its_price() {
    let fresh = || {
        let mut kernel = kernel();
        let order = open(&mut kernel, Side::Sell, "101", "3");
        hold_back(&mut kernel, TradingState::Halted);
        (kernel, order)
    };
    for (at, size, expected) in [
        ("101", "2.999", None),
        ("101", "3.001", Some("halted")),
        ("101.01", "3", Some("halted")),
        ("101.01", "2", Some("halted")),
        ("100.99", "2", Some("halted")),
    ] {
        let (mut kernel, order) = fresh();
        let code = denied(&mut kernel, replace(order, at, size));
        assert_eq!(code, expected, "{at} {size}");
    }
    let (mut kernel, order) = fresh();
    let mut same = replace(order, "101", "3");
    same.fault = Some(InputFault {
        field: OrderField::Price,
        fault: NumberFault::NotFinite,
    });
    assert_eq!(denied(&mut kernel, same), Some("halted"));
}

#[test]
fn a_stop_that_has_fired_is_an_order_like_others() {
    let mut kernel = kernel();
    let mut stop = limit(Side::Sell, "98", "2");
    let trigger = Trigger::Stop { price: price("99") };
    stop.conditions.trigger = Some(trigger);
    let order = submit(&mut kernel, stop);
    let waiting = replaced(&mut kernel, replace(order, "97", "2")).refusal;
    assert_eq!(waiting, Some(CommandRefusal::Untriggered));
    step(&mut kernel, InputEvent::Fired { order });
    step(&mut kernel, InputEvent::Released { order });
    assert_eq!(denied(&mut kernel, replace(order, "97", "2")), None);
}

#[test]
fn what_an_iceberg_shows_does_not_bound_its_next_version() {
    let mut kernel = kernel();
    let mut iceberg = limit(Side::Sell, "101", "3");
    iceberg.conditions.display = Some(quantity("2"));
    let order = submit(&mut kernel, iceberg);
    step(&mut kernel, InputEvent::Released { order });
    report(&mut kernel, order, ReportEvent::Accepted);
    let half = ReportEvent::Filled(fill(1, price("101"), quantity("1")));
    report(&mut kernel, order, half);
    assert_eq!(denied(&mut kernel, replace(order, "102", "2")), None);
    let exposure = kernel.exposure(INSTRUMENT);
    assert_eq!(exposure.open_sell, quantity("3"));
}

#[test]
fn each_version_has_its_own_number() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "101", "3");
    for version in 1..=3 {
        let at = format!("{}", 101 + version);
        let event = InputEvent::Command(Command::Replace(replace(order, &at, "3")));
        let (_, outputs) = step(&mut kernel, event);
        let Some(Output::ToVenue(VenueMessage::Replace { replace, .. })) = outputs.last() else {
            panic!("{outputs:?}");
        };
        assert_eq!(replace.get().version, version);
        report(&mut kernel, order, ReportEvent::Replaced { version });
    }
}

#[test]
fn all_of_one_instrument_are_cancelled_and_others_stay() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "101", "3");
    let cancelled = |kernel: &mut Kernel, instrument| {
        let all = Command::CancelAll {
            strategy: STRATEGY,
            instrument: Some(InstrumentId::from_index(instrument)),
        };
        step(kernel, InputEvent::Command(all)).1
    };
    assert_eq!(cancelled(&mut kernel, 1), []);
    let outputs = cancelled(&mut kernel, 0);
    assert!(matches!(
        outputs.last(),
        Some(Output::ToVenue(VenueMessage::Cancel { order: id, .. })) if *id == order
    ));
}
