use alphaforge_risk::{LimitTable, Limits, Scope, SelfMatch, WindowCount};
use alphaforge_types::{OrderTerms, Side, StrategyId, TimeInForce, Trigger, UnixNanos};

use crate::input::{Command, Input, InputEvent, Replace, ReportEvent, Submit, SubmitGroup};
use crate::kernel::{Kernel, NativeOrders};
use crate::order_state::OrderState;
use crate::output::CommandRefusal;
use crate::testing::{
    INSTRUMENT, STRATEGY, VENUE, fill, instrument, kernel, limit, open, price, quantity, report,
    step, submit,
};
use alphaforge_types::{Currency, OrderId, OrderKind, Rate};

const SCOPES: [Scope; 4] = [
    Scope::Account,
    Scope::Venue(VENUE),
    Scope::Strategy(STRATEGY),
    Scope::Instrument(INSTRUMENT),
];
const OTHER: StrategyId = StrategyId::from_index(1);

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

fn limited(scope: Scope, limits: Limits) -> Kernel {
    let mut kernel = kernel();
    let mut table = LimitTable::default();
    table.set(scope, limits).unwrap();
    kernel.set_limits(table);
    kernel
}

fn replace(kernel: &mut Kernel, order: OrderId, at: &str, size: &str) -> Option<CommandRefusal> {
    let replace = Replace {
        strategy: STRATEGY,
        order,
        terms: OrderTerms {
            price: price(at),
            quantity: quantity(size),
        },
        fault: None,
        verdict: None,
    };
    let event = InputEvent::Command(Command::Replace(replace));
    step(kernel, event).0.refusal
}

fn stop(side: Side, at: &str, size: &str) -> Submit {
    let mut stop = limit(side, at, size);
    stop.kind = OrderKind::Market;
    stop.conditions.trigger = Some(Trigger::Stop { price: price(at) });
    stop
}

fn bracket() -> InputEvent {
    InputEvent::Command(Command::SubmitGroup(SubmitGroup {
        entry: Some(limit(Side::Buy, "90", "1")),
        exits: vec![limit(Side::Sell, "110", "1"), stop(Side::Sell, "80", "1")],
    }))
}

// Rule 7

fn duplicates(scope: Scope, count: u32) -> Kernel {
    let max_duplicates = Some(WindowCount {
        count,
        window_ns: 1_000,
    });
    limited(
        scope,
        Limits {
            max_duplicates,
            ..Limits::default()
        },
    )
}

#[test]
fn the_same_order_passes_as_often_as_the_limit_at_each_scope() {
    for scope in SCOPES {
        let mut kernel = duplicates(scope, 2);
        let order = limit(Side::Buy, "90", "0.1");
        let verdicts = [0; 3].map(|_| ask(&mut kernel, order.clone()));
        assert_eq!(verdicts, [None, None, Some("duplicate_order")], "{scope:?}");
        let other = limit(Side::Buy, "90.01", "0.1");
        assert_eq!(ask(&mut kernel, other), None, "{scope:?}");
    }
}

#[test]
fn another_strategy_asks_for_itself_and_a_denied_order_does_not_count() {
    let mut kernel = duplicates(Scope::Account, 1);
    kernel.add_strategy("second").unwrap();
    let order = limit(Side::Buy, "90", "0.1");
    assert_eq!(ask(&mut kernel, order.clone()), None);
    let mut others = order.clone();
    others.strategy = OTHER;
    assert_eq!(ask(&mut kernel, others), None);
    assert_eq!(ask(&mut kernel, order.clone()), Some("duplicate_order"));
    // One window after the first, and less than one after the denied one.
    let input = Input {
        now: UnixNanos::from_nanos(1_001),
        markets: Vec::new(),
        event: InputEvent::Command(Command::Submit(order)),
    };
    let made = kernel.step(&input, &mut Vec::new()).order.unwrap();
    assert_eq!(code(&kernel, made), None);
}

#[test]
fn a_replace_and_a_held_order_that_goes_out_are_not_asked_for_again() {
    let mut kernel = duplicates(Scope::Account, 1);
    let order = open(&mut kernel, Side::Buy, "90", "0.1");
    assert_eq!(replace(&mut kernel, order, "91", "0.1"), None);
    report(&mut kernel, order, ReportEvent::Replaced { version: 1 });
    assert_eq!(replace(&mut kernel, order, "90", "0.1"), None);
    let held = submit(&mut kernel, stop(Side::Sell, "80", "0.1"));
    assert_eq!(
        ask(&mut kernel, stop(Side::Sell, "80", "0.1")),
        Some("duplicate_order")
    );
    let mut market = limit(Side::Sell, "80", "0.1");
    market.kind = OrderKind::Market;
    assert_eq!(ask(&mut kernel, market), None);
    step(&mut kernel, InputEvent::Fired { order: held });
    assert_eq!(kernel.orders().get(held).unwrap().state, OrderState::Intent);
}

#[test]
fn a_bracket_that_comes_again_is_a_duplicate_in_all_its_orders() {
    let mut kernel = duplicates(Scope::Account, 1);
    let first = step(&mut kernel, bracket()).0;
    assert_eq!(code(&kernel, first.order.unwrap()), None);
    let again = step(&mut kernel, bracket()).0;
    for id in again.order.iter().chain(&again.others) {
        assert_eq!(code(&kernel, *id), Some("duplicate_order"));
    }
}

// Rule 13

fn at_most(scope: Scope, max_open_orders: u32) -> Kernel {
    limited(
        scope,
        Limits {
            max_open_orders: Some(max_open_orders),
            ..Limits::default()
        },
    )
}

#[test]
fn orders_in_flight_unknown_and_held_are_open_at_each_scope() {
    for scope in SCOPES {
        let mut kernel = at_most(scope, 4);
        let in_flight = submit(&mut kernel, limit(Side::Buy, "90", "0.1"));
        let unknown = open(&mut kernel, Side::Buy, "89", "0.1");
        let reason = "timeout".into();
        report(&mut kernel, unknown, ReportEvent::Lost { reason });
        submit(&mut kernel, stop(Side::Sell, "80", "0.1"));
        assert_eq!(
            ask(&mut kernel, limit(Side::Buy, "88", "0.1")),
            None,
            "{scope:?}"
        );
        let more = limit(Side::Buy, "87", "0.1");
        assert_eq!(
            ask(&mut kernel, more.clone()),
            Some("open_orders"),
            "{scope:?}"
        );
        let reason = "no".into();
        report(&mut kernel, in_flight, ReportEvent::Rejected { reason });
        assert_eq!(ask(&mut kernel, more), None, "{scope:?}");
    }
}

#[test]
fn every_order_of_a_group_is_open_or_none() {
    for (most, passes) in [(2, false), (3, true), (4, true)] {
        let mut kernel = at_most(Scope::Account, most);
        let made = step(&mut kernel, bracket()).0;
        let expected = (!passes).then_some("open_orders");
        assert_eq!(code(&kernel, made.order.unwrap()), expected, "{most}");
        assert_eq!(kernel.open_orders, if passes { 3 } else { 0 });
    }
}

#[test]
fn a_replace_and_a_held_order_that_goes_out_open_nothing() {
    let mut kernel = at_most(Scope::Account, 2);
    let order = open(&mut kernel, Side::Buy, "90", "0.1");
    let held = submit(&mut kernel, stop(Side::Sell, "95", "0.1"));
    let mut table = LimitTable::default();
    let limits = Limits {
        max_open_orders: Some(0),
        ..Limits::default()
    };
    table.set(Scope::Account, limits).unwrap();
    kernel.set_limits(table);
    assert_eq!(replace(&mut kernel, order, "91", "0.1"), None);
    step(&mut kernel, InputEvent::Fired { order: held });
    let state = kernel.orders().get(held).unwrap().state.clone();
    assert_eq!(state, OrderState::Intent);
    let more = limit(Side::Buy, "87", "0.1");
    assert_eq!(ask(&mut kernel, more), Some("open_orders"));
}

// Rule 15

fn denying(mut kernel: Kernel) -> Kernel {
    let mut table = LimitTable::default();
    table.self_match = SelfMatch::Deny;
    kernel.set_limits(table);
    kernel
}

fn crosses(kernel: &mut Kernel, side: Side, at: &str) -> bool {
    let mut order = limit(side, at, "0.1");
    order.time_in_force = TimeInForce::Ioc;
    match ask(kernel, order) {
        None => false,
        Some(code) => {
            assert_eq!(code, "self_match");
            true
        }
    }
}

#[test]
fn an_order_never_meets_one_of_this_node_from_its_making_to_its_end() {
    let mut kernel = denying(kernel());
    kernel.add_strategy("second").unwrap();
    let mut asks = limit(Side::Sell, "101", "0.1");
    asks.strategy = OTHER;
    let own = submit(&mut kernel, asks);
    let judged = |kernel: &mut Kernel| {
        assert!(!crosses(kernel, Side::Buy, "100.99"));
        assert!(!crosses(kernel, Side::Sell, "101"));
        crosses(kernel, Side::Buy, "101")
    };
    assert!(judged(&mut kernel), "in flight");
    step(&mut kernel, InputEvent::Released { order: own });
    report(&mut kernel, own, ReportEvent::Accepted);
    assert!(judged(&mut kernel), "open");
    let some = fill(1, price("101"), quantity("0.05"));
    report(&mut kernel, own, ReportEvent::Filled(some));
    assert!(judged(&mut kernel), "partially filled");
    let reason = || "timeout".into();
    report(&mut kernel, own, ReportEvent::Lost { reason: reason() });
    assert!(judged(&mut kernel), "unknown");
    report(
        &mut kernel,
        own,
        ReportEvent::Cancelled { reason: reason() },
    );
    assert!(!judged(&mut kernel), "cancelled");
}

#[test]
fn both_versions_of_a_replace_rest_until_the_venue_answers() {
    let mut kernel = denying(kernel());
    let order = open(&mut kernel, Side::Sell, "101", "0.1");
    assert_eq!(replace(&mut kernel, order, "103", "0.1"), None);
    assert!(crosses(&mut kernel, Side::Buy, "101"));
    report(&mut kernel, order, ReportEvent::Replaced { version: 1 });
    assert!(!crosses(&mut kernel, Side::Buy, "102.99"));
    assert!(crosses(&mut kernel, Side::Buy, "103"));
    assert_eq!(replace(&mut kernel, order, "102", "0.1"), None);
    assert!(crosses(&mut kernel, Side::Buy, "102"), "the new version");
    let reason = "no".into();
    let rejected = ReportEvent::ReplaceRejected { version: 2, reason };
    report(&mut kernel, order, rejected);
    assert!(!crosses(&mut kernel, Side::Buy, "102.99"));
}

#[test]
fn a_replace_must_not_meet_an_own_order_either() {
    let mut kernel = denying(kernel());
    open(&mut kernel, Side::Sell, "101", "0.1");
    let bid = open(&mut kernel, Side::Buy, "99", "0.1");
    assert_eq!(replace(&mut kernel, bid, "100.99", "0.1"), None);
    report(&mut kernel, bid, ReportEvent::Replaced { version: 1 });
    let refusal = replace(&mut kernel, bid, "101", "0.1");
    let Some(CommandRefusal::Denied(reject)) = refusal else {
        panic!("not denied: {refusal:?}");
    };
    assert_eq!((reject.code(), reject.rule()), ("self_match", Some(15)));
}

#[test]
fn what_takes_at_once_or_waits_for_a_trigger_rests_nowhere() {
    let mut kernel = denying(Kernel::new(1));
    let native = NativeOrders {
        triggers: true,
        trailing: true,
        expiry: true,
    };
    let venue = kernel.add_venue("TEST", Rate::ZERO, native).unwrap();
    kernel
        .add_instrument(venue, std::sync::Arc::new(instrument()))
        .unwrap();
    kernel.add_strategy("first").unwrap();
    let currencies = ["BTC", "USDT"].map(|code| Currency::new(code).unwrap());
    for currency in currencies {
        let amount = alphaforge_types::Amount::parse("10000").unwrap();
        kernel.venues[0].account.set_total(currency, amount);
    }
    let mut takes = limit(Side::Sell, "101", "0.1");
    takes.time_in_force = TimeInForce::Ioc;
    assert_eq!(ask(&mut kernel, takes), None);
    assert!(!crosses(&mut kernel, Side::Buy, "101"));
    let mut waits = limit(Side::Sell, "95", "0.1");
    waits.conditions.trigger = Some(Trigger::Stop { price: price("96") });
    let stop = submit(&mut kernel, waits);
    step(&mut kernel, InputEvent::Released { order: stop });
    report(&mut kernel, stop, ReportEvent::Accepted);
    assert!(!crosses(&mut kernel, Side::Buy, "95"));
    report(&mut kernel, stop, ReportEvent::Triggered);
    assert!(crosses(&mut kernel, Side::Buy, "95"));
}

#[test]
fn a_held_stop_that_fires_into_an_own_order_does_not_go_out() {
    let mut kernel = denying(kernel());
    let held = submit(&mut kernel, stop(Side::Sell, "99", "0.1"));
    open(&mut kernel, Side::Buy, "99.99", "0.1");
    step(&mut kernel, InputEvent::Fired { order: held });
    assert_eq!(code(&kernel, held), Some("self_match"));
}

#[test]
fn the_venue_may_be_left_to_keep_own_orders_apart() {
    let mut kernel = kernel();
    assert_eq!(LimitTable::default().self_match, SelfMatch::Venue);
    open(&mut kernel, Side::Sell, "101", "0.1");
    assert!(!crosses(&mut kernel, Side::Buy, "101"));
}
