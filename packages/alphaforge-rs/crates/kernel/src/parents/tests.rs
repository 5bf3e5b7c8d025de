use alphaforge_types::{Amount, OrderKind, OrderTerms, Quantity, Side, StrategyId, Trigger};

use super::ParentShare;
use crate::input::{Command, InputEvent, NewParent, Replace, ReportEvent, Submit};
use crate::kernel::Kernel;
use crate::order_state::OrderState;
use crate::output::CommandRefusal;
use crate::testing::{
    INSTRUMENT, STRATEGY, fill, kernel, limit, price, quantity, report, step, submit,
};
use alphaforge_types::{OrderId, ParentId};

fn parent_of(kernel: &mut Kernel, side: Side, size: &str) -> ParentId {
    let parent = NewParent {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        side,
        quantity: quantity(size),
        fault: None,
    };
    let (outcome, _) = step(kernel, InputEvent::Command(Command::Parent(parent)));
    outcome.parent.unwrap()
}

fn child(parent: ParentId, at: &str, size: &str) -> Submit {
    let mut child = limit(Side::Sell, at, size);
    child.conditions.parent = Some(parent);
    child
}

fn code(kernel: &Kernel, id: OrderId) -> Option<&'static str> {
    let OrderState::Denied { reject } = &kernel.orders().get(id).unwrap().state else {
        return None;
    };
    Some(reject.code())
}

fn ask(kernel: &mut Kernel, order: Submit) -> Option<&'static str> {
    let id = submit(kernel, order);
    code(kernel, id)
}

fn taken(kernel: &Kernel, parent: ParentId) -> (Quantity, Quantity) {
    let ParentShare { filled, open } = kernel.parent(parent).unwrap().taken;
    (filled, open)
}

fn replace(kernel: &mut Kernel, order: OrderId, at: &str, size: &str) -> Option<CommandRefusal> {
    let terms = OrderTerms {
        price: price(at),
        quantity: quantity(size),
    };
    let replace = Replace {
        strategy: STRATEGY,
        order,
        terms,
        fault: None,
        verdict: None,
    };
    let event = InputEvent::Command(Command::Replace(replace));
    step(kernel, event).0.refusal
}

/// What happened to Knight Capital: the venue fills, and children go out again and again as though it had not.
#[test]
fn knight_capital_a_strategy_that_does_not_count_its_fills_stops_at_the_parent() {
    let mut kernel = kernel();
    let parent = parent_of(&mut kernel, Side::Sell, "2.12");
    let mut sold = Quantity::ZERO;
    for trade in 0..10_000_u128 {
        let order = submit(&mut kernel, child(parent, "101", "0.1"));
        if code(&kernel, order).is_none() {
            step(&mut kernel, InputEvent::Released { order });
            // Every other child looks dead, and trades all the same.
            if trade % 2 == 0 {
                let reason = "timeout".into();
                report(&mut kernel, order, ReportEvent::Lost { reason });
            }
            let filled = fill(trade, price("101"), quantity("0.1"));
            report(&mut kernel, order, ReportEvent::Filled(filled));
            sold = sold.saturating_add(quantity("0.1"));
        }
    }
    assert_eq!(sold, quantity("2.1"));
    assert_eq!(taken(&kernel, parent), (quantity("2.1"), Quantity::ZERO));
    assert_eq!(
        ask(&mut kernel, child(parent, "101", "0.03")),
        Some("parent_exceeded")
    );
    assert_eq!(ask(&mut kernel, child(parent, "101", "0.02")), None);
}

#[test]
fn children_in_flight_unknown_and_held_count_with_what_they_can_still_fill() {
    let mut kernel = kernel();
    let parent = parent_of(&mut kernel, Side::Sell, "1");
    let order = submit(&mut kernel, child(parent, "101", "0.4"));
    assert_eq!(taken(&kernel, parent), (Quantity::ZERO, quantity("0.4")));
    step(&mut kernel, InputEvent::Released { order });
    let some = fill(1, price("101"), quantity("0.1"));
    report(&mut kernel, order, ReportEvent::Filled(some));
    let reason = || "timeout".into();
    report(&mut kernel, order, ReportEvent::Lost { reason: reason() });
    assert_eq!(taken(&kernel, parent), (quantity("0.1"), quantity("0.3")));
    let mut stop = child(parent, "90", "0.5");
    stop.kind = OrderKind::Market;
    stop.conditions.trigger = Some(Trigger::Stop { price: price("90") });
    let held = submit(&mut kernel, stop);
    assert_eq!(taken(&kernel, parent), (quantity("0.1"), quantity("0.8")));
    for (size, expected) in [
        ("0.101", Some("parent_exceeded")),
        ("0.1", None),
        ("0.001", Some("parent_exceeded")),
    ] {
        assert_eq!(ask(&mut kernel, child(parent, "102", size)), expected);
    }
    step(&mut kernel, InputEvent::Fired { order: held });
    assert_eq!(kernel.orders().get(held).unwrap().state, OrderState::Intent);
    assert_eq!(taken(&kernel, parent), (quantity("0.1"), quantity("0.9")));
    report(
        &mut kernel,
        order,
        ReportEvent::Cancelled { reason: reason() },
    );
    assert_eq!(taken(&kernel, parent), (quantity("0.1"), quantity("0.6")));
}

#[test]
fn late_fills_and_overfills_count() {
    let mut kernel = kernel();
    let parent = parent_of(&mut kernel, Side::Sell, "1");
    let order = submit(&mut kernel, child(parent, "101", "0.4"));
    step(&mut kernel, InputEvent::Released { order });
    let reason = "asked".into();
    report(&mut kernel, order, ReportEvent::Cancelled { reason });
    assert_eq!(taken(&kernel, parent), (Quantity::ZERO, Quantity::ZERO));
    let filled = |trade, size| ReportEvent::Filled(fill(trade, price("101"), quantity(size)));
    report(&mut kernel, order, filled(1, "0.3"));
    assert_eq!(taken(&kernel, parent), (quantity("0.3"), Quantity::ZERO));
    for _ in 0..2 {
        report(&mut kernel, order, filled(2, "0.2"));
        assert_eq!(kernel.orders().get(order).unwrap().filled, quantity("0.3"));
        assert_eq!(taken(&kernel, parent), (quantity("0.5"), Quantity::ZERO));
    }
    assert_eq!(
        ask(&mut kernel, child(parent, "101", "0.501")),
        Some("parent_exceeded")
    );
}

#[test]
fn both_versions_of_a_replace_count() {
    let mut kernel = kernel();
    let parent = parent_of(&mut kernel, Side::Sell, "1");
    let order = submit(&mut kernel, child(parent, "101", "0.4"));
    step(&mut kernel, InputEvent::Released { order });
    report(&mut kernel, order, ReportEvent::Accepted);
    let refusal = replace(&mut kernel, order, "102", "0.601").unwrap();
    assert!(
        matches!(&refusal, CommandRefusal::Denied(reject) if reject.code() == "parent_exceeded"),
        "{refusal:?}"
    );
    assert_eq!(replace(&mut kernel, order, "102", "0.6"), None);
    assert_eq!(taken(&kernel, parent), (Quantity::ZERO, quantity("1")));
    report(&mut kernel, order, ReportEvent::Replaced { version: 1 });
    assert_eq!(taken(&kernel, parent), (Quantity::ZERO, quantity("0.6")));
}

#[test]
fn a_child_is_like_its_parent() {
    let mut kernel = kernel();
    kernel.add_strategy("second").unwrap();
    let parent = parent_of(&mut kernel, Side::Sell, "1");
    let plain = child(parent, "101", "0.1");
    let mut others = plain.clone();
    others.strategy = StrategyId::from_index(1);
    let mut bought = plain.clone();
    bought.side = Side::Buy;
    let mut unheard_of = plain.clone();
    unheard_of.conditions.parent = Some(ParentId::from_index(7));
    for wrong in [others, bought, unheard_of] {
        let event = InputEvent::Command(Command::Submit(wrong));
        let refusal = step(&mut kernel, event).0.refusal;
        assert_eq!(refusal, Some(CommandRefusal::NoSuchParent));
    }
    let mut in_quote = plain.clone();
    in_quote.kind = OrderKind::Market;
    in_quote.conditions.budget = Some(Amount::parse("5").unwrap());
    assert_eq!(ask(&mut kernel, in_quote), Some("order_shape"));
    assert_eq!(ask(&mut kernel, plain), None);
}

#[test]
fn a_parent_of_nothing_is_refused() {
    let mut kernel = kernel();
    let parent = NewParent {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        side: Side::Buy,
        quantity: Quantity::ZERO,
        fault: None,
    };
    let (outcome, _) = step(&mut kernel, InputEvent::Command(Command::Parent(parent)));
    let Some(CommandRefusal::Denied(reject)) = outcome.refusal else {
        panic!("not refused");
    };
    assert_eq!(reject.code(), "not_positive");
    assert_eq!(outcome.parent, None);
}
