use alphaforge_risk::{LimitTable, Limits, Money, Scope};
use alphaforge_types::{Decimal, Side, UnixNanos};

use super::OverrideStep;
use crate::input::{Command, Input, InputEvent, OverrideRequest, Submit, SubmitGroup};
use crate::kernel::Kernel;
use crate::order_state::OrderState;
use crate::output::{Alert, CommandRefusal, Output};
use crate::testing::{INSTRUMENT, STRATEGY, amount, currency, kernel, limit, price, step};
use alphaforge_types::{OrderId, OrderKind, StrategyId, Trigger};

const EXPIRES_AT: UnixNanos = UnixNanos::from_nanos(1_000);

/// At most 10 USDT an order, and a position of 0.5.
fn limited() -> Kernel {
    let mut kernel = kernel();
    kernel.add_strategy("second").unwrap();
    let mut table = LimitTable::default();
    let max_order_value = Some(Money {
        amount: amount("10"),
        currency: currency("USDT"),
    });
    let limits = Limits {
        max_order_value,
        ..Limits::default()
    };
    table.set(Scope::Account, limits).unwrap();
    let limits = Limits {
        max_long: Some(Decimal::parse("0.5").unwrap()),
        ..Limits::default()
    };
    table.set(Scope::Instrument(INSTRUMENT), limits).unwrap();
    kernel.set_limits(table);
    kernel
}

fn wanted(rule: u8) -> OverrideRequest {
    OverrideRequest {
        by: "anna".to_owned(),
        strategy: STRATEGY,
        instrument: None,
        rule,
        expires_at: EXPIRES_AT,
        reason: "a hedge".into(),
    }
}

fn grant(kernel: &mut Kernel, request: OverrideRequest) -> Option<CommandRefusal> {
    step(kernel, InputEvent::Override(request)).0.refusal
}

/// What the gate says, and what is told of overrides.
fn ask(kernel: &mut Kernel, order: Submit) -> (Option<&'static str>, Vec<OverrideStep>) {
    let (outcome, outputs) = step(kernel, InputEvent::Command(Command::Submit(order)));
    (code(kernel, outcome.order.unwrap()), steps(&outputs))
}

fn code(kernel: &Kernel, id: OrderId) -> Option<&'static str> {
    let OrderState::Denied { reject } = &kernel.orders().get(id).unwrap().state else {
        return None;
    };
    Some(reject.code())
}

fn steps(outputs: &[Output]) -> Vec<OverrideStep> {
    let step = |output: &Output| {
        if let Output::Alert(Alert::Override { step, .. }) = output {
            Some(*step)
        } else {
            None
        }
    };
    outputs.iter().filter_map(step).collect()
}

#[test]
fn one_order_breaks_one_rule_and_the_next_is_denied_again() {
    let mut kernel = limited();
    let large = limit(Side::Buy, "90", "0.2");
    assert_eq!(ask(&mut kernel, large.clone()).0, Some("order_value"));
    let (outcome, outputs) = step(&mut kernel, InputEvent::Override(wanted(5)));
    assert_eq!(outcome.refusal, None);
    assert_eq!(steps(&outputs), [OverrideStep::Granted]);
    // An order that breaks nothing leaves it be.
    assert_eq!(
        ask(&mut kernel, limit(Side::Buy, "90", "0.1")),
        (None, vec![])
    );
    let (code, told) = ask(&mut kernel, large.clone());
    assert_eq!(code, None);
    assert!(matches!(told[..], [OverrideStep::Used(_)]));
    assert_eq!(ask(&mut kernel, large), (Some("order_value"), vec![]));
}

#[test]
fn it_serves_neither_another_rule_nor_two() {
    let mut kernel = limited();
    let large = limit(Side::Buy, "90", "0.2");
    let too_long = limit(Side::Buy, "90", "0.6");
    assert_eq!(grant(&mut kernel, wanted(11)), None);
    assert_eq!(
        ask(&mut kernel, large.clone()),
        (Some("order_value"), vec![])
    );
    assert_eq!(
        ask(&mut kernel, too_long.clone()),
        (Some("order_value"), vec![])
    );
    assert_eq!(grant(&mut kernel, wanted(5)), None);
    assert_eq!(ask(&mut kernel, too_long), (Some("position_limit"), vec![]));
    assert_eq!(ask(&mut kernel, large).0, None);
}

#[test]
fn it_is_for_one_strategy_and_for_one_instrument_where_that_is_named() {
    let mut kernel = limited();
    let mut named = wanted(5);
    named.instrument = Some(INSTRUMENT);
    assert_eq!(grant(&mut kernel, named), None);
    let mut others = limit(Side::Buy, "90", "0.2");
    others.strategy = StrategyId::from_index(1);
    assert_eq!(ask(&mut kernel, others).0, Some("order_value"));
    assert_eq!(ask(&mut kernel, limit(Side::Buy, "90", "0.2")).0, None);
}

#[test]
fn it_expires_and_tells_so() {
    for (at, passes, told) in [
        (999, true, None),
        (1_000, false, Some(OverrideStep::Expired)),
    ] {
        let mut kernel = limited();
        assert_eq!(grant(&mut kernel, wanted(5)), None);
        let input = Input {
            now: UnixNanos::from_nanos(at),
            markets: Vec::new(),
            event: InputEvent::Command(Command::Submit(limit(Side::Buy, "90", "0.2"))),
        };
        let mut outputs = Vec::new();
        let made = kernel.step(&input, &mut outputs).order.unwrap();
        assert_eq!(code(&kernel, made).is_none(), passes, "{at}");
        let used = OverrideStep::Used(made);
        assert_eq!(steps(&outputs), [told.unwrap_or(used)], "{at}");
    }
}

#[test]
fn a_held_order_keeps_it_till_it_goes_out() {
    let mut kernel = limited();
    let mut stop = limit(Side::Buy, "90", "0.2");
    stop.kind = OrderKind::Market;
    stop.conditions.trigger = Some(Trigger::Stop {
        price: price("110"),
    });
    assert_eq!(ask(&mut kernel, stop.clone()).0, Some("order_value"));
    assert_eq!(grant(&mut kernel, wanted(5)), None);
    let (outcome, _) = step(&mut kernel, InputEvent::Command(Command::Submit(stop)));
    let order = outcome.order.unwrap();
    assert_eq!(code(&kernel, order), None);
    step(&mut kernel, InputEvent::Fired { order });
    assert_eq!(
        kernel.orders().get(order).unwrap().state,
        OrderState::Intent
    );
}

#[test]
fn orders_of_a_group_cannot_use_one() {
    let mut kernel = limited();
    assert_eq!(grant(&mut kernel, wanted(5)), None);
    let mut stop = limit(Side::Sell, "80", "0.2");
    stop.kind = OrderKind::Market;
    stop.conditions.trigger = Some(Trigger::Stop { price: price("80") });
    let group = SubmitGroup {
        entry: None,
        exits: vec![limit(Side::Sell, "110", "0.2"), stop],
    };
    let event = InputEvent::Command(Command::SubmitGroup(group));
    let made = step(&mut kernel, event).0.order.unwrap();
    assert_eq!(code(&kernel, made), Some("order_value"));
    assert_eq!(ask(&mut kernel, limit(Side::Buy, "90", "0.2")).0, None);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut kernel = limited();
    for rule in [0, 1, 2, 3, 9, 10, 14, 15, 19, 21, 200] {
        let refusal = grant(&mut kernel, wanted(rule));
        assert_eq!(refusal, Some(CommandRefusal::NotOverridable { rule }));
    }
    let mut request = wanted(5);
    request.by = " ".to_owned();
    assert_eq!(
        grant(&mut kernel, request),
        Some(CommandRefusal::NeedsPerson)
    );
    let mut request = wanted(5);
    request.strategy = StrategyId::from_index(9);
    assert_eq!(
        grant(&mut kernel, request),
        Some(CommandRefusal::UnknownStrategy)
    );
    let mut request = wanted(5);
    request.instrument = Some(alphaforge_types::InstrumentId::from_index(9));
    assert_eq!(
        grant(&mut kernel, request),
        Some(CommandRefusal::UnknownScope)
    );
    let mut request = wanted(5);
    request.expires_at = UnixNanos::ZERO;
    assert_eq!(
        grant(&mut kernel, request),
        Some(CommandRefusal::OverrideExpired)
    );
    assert!(kernel.overrides.is_empty());
}
