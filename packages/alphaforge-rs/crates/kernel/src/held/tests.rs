use super::*;
use crate::input::{Input, InputEvent, ReportEvent};
use crate::kernel::NativeOrders;
use crate::testing::{
    INSTRUMENT, STRATEGY, fill, kernel, limit, open, price, quantity, report, step, submit,
};
use alphaforge_risk::{Envelope, LimitTable, Limits, Scope};
use alphaforge_types::{
    MarketCondition, MarketState, OrderKind, OrderType, TimeInForce, Trigger, UnixNanos,
};

fn stop(side: Side, at: &str, size: &str) -> crate::input::Submit {
    let mut stop = limit(side, at, size);
    stop.kind = OrderKind::Market;
    stop.conditions.trigger = Some(Trigger::Stop { price: price(at) });
    stop
}

fn state(kernel: &Kernel, id: OrderId) -> &'static str {
    kernel.orders.get(id).unwrap().state.name()
}

fn sent(outputs: &[Output]) -> Vec<(OrderId, Quantity)> {
    let mut sent = Vec::new();
    for output in outputs {
        if let Output::ToVenue(VenueMessage::Submit(approved)) = output {
            let request = approved.get();
            assert_eq!(request.conditions.trigger, None);
            sent.push((request.order, request.quantity));
        }
    }
    sent
}

#[test]
fn a_stop_is_held_reserves_nothing_and_goes_out_when_it_fires() {
    let mut kernel = kernel();
    let id = submit(&mut kernel, stop(Side::Sell, "95", "2"));
    assert_eq!(state(&kernel, id), "held");
    assert!(kernel.exposure(INSTRUMENT).open_sell.is_zero());
    let (_, outputs) = step(&mut kernel, InputEvent::Fired { order: id });
    assert_eq!(sent(&outputs), [(id, quantity("2"))]);
    assert_eq!(state(&kernel, id), "intent");
    assert_eq!(kernel.exposure(INSTRUMENT).open_sell, quantity("2"));
    let (_, again) = step(&mut kernel, InputEvent::Fired { order: id });
    assert_eq!(again, []);
}

#[test]
fn a_held_order_that_is_cancelled_never_goes_out() {
    let mut kernel = kernel();
    let id = submit(&mut kernel, stop(Side::Sell, "95", "2"));
    let (outcome, outputs) = step(
        &mut kernel,
        InputEvent::Command(crate::input::Command::Cancel {
            strategy: STRATEGY,
            order: id,
        }),
    );
    assert_eq!(outcome.refusal, None);
    assert_eq!(outputs, [Output::Disarmed(id), Output::OrderChanged(id)]);
    assert_eq!(state(&kernel, id), "cancelled");
    assert_eq!(step(&mut kernel, InputEvent::Fired { order: id }).1, []);
}

#[test]
fn the_gate_judges_again_when_it_fires() {
    let mut kernel = kernel();
    let id = submit(&mut kernel, stop(Side::Sell, "95", "10"));
    open(&mut kernel, Side::Sell, "100", "1");
    let (_, outputs) = step(&mut kernel, InputEvent::Fired { order: id });
    assert_eq!(sent(&outputs), []);
    assert_eq!(state(&kernel, id), "denied");
    let denied = |output: &Output| matches!(output, Output::Alert(Alert::HeldDenied { reject, .. }) if reject.code() == "insufficient_funds");
    assert!(outputs.iter().any(denied));
}

#[test]
fn what_could_never_pass_is_denied_when_it_is_made() {
    let mut kernel = kernel();
    let id = submit(&mut kernel, stop(Side::Sell, "95", "10.001"));
    assert_eq!(state(&kernel, id), "denied");
}

#[test]
fn a_venue_knows_nothing_of_a_held_order() {
    let mut kernel = kernel();
    let id = submit(&mut kernel, stop(Side::Sell, "95", "1"));
    for event in [
        ReportEvent::Accepted,
        ReportEvent::Cancelled {
            reason: Reason::Borrowed("why"),
        },
        ReportEvent::Filled(fill(1, price("95"), quantity("1"))),
    ] {
        let outputs = report(&mut kernel, id, event);
        assert!(matches!(
            outputs[..],
            [Output::Alert(Alert::Impossible { .. })]
        ));
        assert_eq!(state(&kernel, id), "held");
    }
}

#[test]
fn an_order_whose_time_has_passed_expires_here_or_is_cancelled_at_its_venue() {
    let mut kernel = kernel();
    let expires_at = UnixNanos::from_nanos(1_000);
    let mut held = stop(Side::Sell, "95", "1");
    held.time_in_force = TimeInForce::Gtd { expires_at };
    let held = submit(&mut kernel, held);
    step(&mut kernel, InputEvent::Overdue { order: held });
    assert_eq!(state(&kernel, held), "expired");

    let working = open(&mut kernel, Side::Sell, "101", "1");
    let (_, outputs) = step(&mut kernel, InputEvent::Overdue { order: working });
    let cancels = |output: &Output| matches!(output, Output::ToVenue(VenueMessage::Cancel { .. }));
    assert!(outputs.iter().any(cancels));
    assert_eq!(state(&kernel, working), "pending_cancel");
    let reason = Reason::Borrowed("cancelled on request");
    report(&mut kernel, working, ReportEvent::Cancelled { reason });
    assert_eq!(state(&kernel, working), "expired");
}

#[test]
fn reduce_only_orders_shrink_with_the_position() {
    let mut kernel = kernel();
    let bought = open(&mut kernel, Side::Buy, "100", "3");
    report(
        &mut kernel,
        bought,
        ReportEvent::Filled(fill(1, price("100"), quantity("3"))),
    );
    let reduce = |size: &str| {
        let mut order = limit(Side::Sell, "110", size);
        order.conditions.reduce_only = true;
        order
    };
    let too_much = submit(&mut kernel, reduce("3.001"));
    assert_eq!(state(&kernel, too_much), "denied");
    let first = submit(&mut kernel, reduce("2"));
    let second = submit(&mut kernel, reduce("1"));
    let plain = open(&mut kernel, Side::Sell, "100", "1");
    for id in [first, second] {
        step(&mut kernel, InputEvent::Released { order: id });
        report(&mut kernel, id, ReportEvent::Accepted);
    }
    report(
        &mut kernel,
        plain,
        ReportEvent::Filled(fill(2, price("100"), quantity("1"))),
    );
    assert_eq!(state(&kernel, first), "open");
    assert_eq!(state(&kernel, second), "pending_cancel");
}

#[test]
fn a_held_reduce_only_order_goes_out_with_what_is_left_to_reduce() {
    for (sold, expected) in [("1", Some("2")), ("3", None)] {
        let mut kernel = kernel();
        let bought = open(&mut kernel, Side::Buy, "100", "3");
        report(
            &mut kernel,
            bought,
            ReportEvent::Filled(fill(1, price("100"), quantity("3"))),
        );
        let mut guard = stop(Side::Sell, "95", "3");
        guard.conditions.reduce_only = true;
        let guard = submit(&mut kernel, guard);
        let plain = open(&mut kernel, Side::Sell, "100", sold);
        report(
            &mut kernel,
            plain,
            ReportEvent::Filled(fill(2, price("100"), quantity(sold))),
        );
        let (_, outputs) = step(&mut kernel, InputEvent::Fired { order: guard });
        let expected = expected.map(|size| (guard, quantity(size)));
        assert_eq!(sent(&outputs), expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn an_order_in_the_quote_currency_locks_its_budget_and_ends_when_it_is_spent() {
    let mut kernel = kernel();
    let mut order = limit(Side::Buy, "100", "1");
    order.kind = OrderKind::Market;
    order.conditions.budget = Some(crate::testing::amount("1000"));
    let id = submit(&mut kernel, order);
    let usdt = crate::testing::currency("USDT");
    let locked = |kernel: &Kernel| {
        let account = kernel.account(crate::testing::VENUE).unwrap();
        account.balance(usdt).unwrap().locked.to_string()
    };
    assert_eq!(locked(&kernel), "1001");
    step(&mut kernel, InputEvent::Released { order: id });
    report(
        &mut kernel,
        id,
        ReportEvent::Filled(fill(1, price("100"), quantity("4"))),
    );
    assert_eq!(locked(&kernel), "600.6");
    let mut last = fill(2, price("100"), quantity("6"));
    last.is_last = true;
    report(&mut kernel, id, ReportEvent::Filled(last));
    let order = kernel.orders.get(id).unwrap();
    assert_eq!(
        (state(&kernel, id), order.quantity),
        ("filled", quantity("10"))
    );
    assert_eq!(locked(&kernel), "0");
}

#[test]
fn a_venue_can_take_stops_and_no_trailing_ones() {
    let mut kernel = kernel();
    kernel.venues[0].native = NativeOrders {
        triggers: true,
        trailing: false,
        expiry: false,
    };
    let native = submit(&mut kernel, stop(Side::Sell, "95", "2"));
    assert_eq!(state(&kernel, native), "intent");
    let mut trailing = stop(Side::Sell, "95", "2");
    trailing.conditions.trigger = Some(Trigger::Trailing {
        distance: price("5"),
    });
    let held = submit(&mut kernel, trailing.clone());
    assert_eq!(state(&kernel, held), "held");
    kernel.venues[0].native.trailing = true;
    let native = submit(&mut kernel, trailing);
    assert_eq!(state(&kernel, native), "intent");
}

#[test]
fn an_order_in_the_quote_currency_that_finds_better_prices_counts_all_that_it_bought() {
    let mut kernel = kernel();
    let mut order = limit(Side::Buy, "100", "1");
    order.kind = OrderKind::Market;
    order.conditions.budget = Some(crate::testing::amount("1000"));
    let id = submit(&mut kernel, order);
    step(&mut kernel, InputEvent::Released { order: id });
    let reckoned = kernel.orders.get(id).unwrap().quantity;
    let first = fill(1, price("50"), quantity("12"));
    assert!(first.quantity > reckoned);
    report(&mut kernel, id, ReportEvent::Filled(first));
    assert_eq!(state(&kernel, id), "partially_filled");
    let mut last = fill(2, price("50"), quantity("8"));
    last.is_last = true;
    let outputs = report(&mut kernel, id, ReportEvent::Filled(last));
    assert!(
        !outputs
            .iter()
            .any(|output| matches!(output, Output::Alert(_)))
    );
    let order = kernel.orders.get(id).unwrap();
    assert_eq!(
        (state(&kernel, id), order.filled, order.quantity),
        ("filled", quantity("20"), quantity("20"))
    );
}

#[test]
fn a_venue_that_ends_orders_in_time_is_not_asked_to() {
    for (expiry, expected) in [(false, "pending_cancel"), (true, "open")] {
        let mut kernel = kernel();
        kernel.venues[0].native.expiry = expiry;
        let order = open(&mut kernel, Side::Buy, "100", "1");
        step(&mut kernel, InputEvent::Overdue { order });
        assert_eq!(state(&kernel, order), expected);
    }
}

#[test]
fn what_is_held_is_not_trimmed_it_goes_out_with_what_is_left() {
    let mut kernel = kernel();
    let mut guard = stop(Side::Sell, "95", "1");
    guard.conditions.reduce_only = true;
    let bought = open(&mut kernel, Side::Buy, "100", "1");
    let all = |id, size: &str| ReportEvent::Filled(fill(id, price("100"), quantity(size)));
    report(&mut kernel, bought, all(1, "1"));
    let guard = submit(&mut kernel, guard);
    let sold = open(&mut kernel, Side::Sell, "100", "2");
    report(&mut kernel, sold, all(2, "2"));
    assert_eq!(state(&kernel, guard), "held");
}

fn show(kernel: &mut Kernel, condition: MarketCondition) {
    let market = MarketState {
        condition,
        ..kernel.instruments[INSTRUMENT.index()].market
    };
    let input = Input {
        now: kernel.now(),
        markets: vec![(INSTRUMENT, market)],
        event: InputEvent::Timer,
    };
    kernel.step(&input, &mut Vec::new());
}

// Rule 6
#[test]
fn a_stop_that_fires_on_a_stale_book_goes_out_but_is_not_made_on_one() {
    let mut kernel = kernel();
    let id = submit(&mut kernel, stop(Side::Sell, "95", "2"));
    show(&mut kernel, MarketCondition::Gapped);
    let denied = submit(&mut kernel, stop(Side::Sell, "95", "2"));
    assert_eq!(state(&kernel, denied), "denied");
    let (_, outputs) = step(&mut kernel, InputEvent::Fired { order: id });
    assert_eq!(sent(&outputs), [(id, quantity("2"))]);
}

// Rule 3
#[test]
fn a_stop_that_fires_is_still_of_the_type_that_it_was_made_with() {
    let mut kernel = kernel();
    let mut table = LimitTable::default();
    let envelope = Envelope {
        order_types: Some(vec![OrderType::StopMarket]),
        ..Envelope::default()
    };
    let limits = Limits {
        envelope,
        ..Limits::default()
    };
    table.set(Scope::Strategy(STRATEGY), limits).unwrap();
    kernel.set_limits(table);
    let id = submit(&mut kernel, stop(Side::Sell, "95", "2"));
    let plain = submit(&mut kernel, limit(Side::Sell, "95", "2"));
    assert_eq!(
        (state(&kernel, id), state(&kernel, plain)),
        ("held", "denied")
    );
    let (_, outputs) = step(&mut kernel, InputEvent::Fired { order: id });
    assert_eq!(sent(&outputs), [(id, quantity("2"))]);
}

// Rule 4
#[test]
fn a_stop_that_fires_is_held_to_the_collar_of_the_market_as_it_is_then() {
    let mut kernel = kernel();
    let mut table = LimitTable::default();
    let limits = Limits {
        collar_ticks: Some(100),
        ..Limits::default()
    };
    table.set(Scope::Account, limits).unwrap();
    kernel.set_limits(table);
    // A limit of 94.5 is 50 ticks from the trigger, and 550 from the market as it is still.
    let mut waiting = stop(Side::Sell, "95", "2");
    waiting.kind = limit(Side::Sell, "94.5", "2").kind;
    let id = submit(&mut kernel, waiting);
    assert_eq!(state(&kernel, id), "held");
    let (_, outputs) = step(&mut kernel, InputEvent::Fired { order: id });
    assert_eq!(state(&kernel, id), "denied");
    assert!(outputs.iter().any(|output| matches!(
        output,
        Output::Alert(Alert::HeldDenied { reject, .. }) if reject.code() == "price_collar"
    )));
}
