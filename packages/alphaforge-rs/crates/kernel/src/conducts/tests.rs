use super::*;
use crate::input::{Command, InputEvent, OperatorAction, Replace, ReportEvent};
use crate::latches::Actor;
use crate::order_state::OrderState;
use crate::testing::{
    STRATEGY, VENUE, fill, kernel, limit, open, price, quantity, report, step, submit,
};
use alphaforge_risk::{LimitTable, WatchedLimits};
use alphaforge_types::{OrderId, OrderTerms};

const MINUTE_NS: i64 = 60_000_000_000;

fn limited(scope: Scope, watched: WatchedLimits) -> Kernel {
    let mut kernel = kernel();
    let mut table = LimitTable::default();
    table.set_watched(scope, watched).unwrap();
    kernel.set_limits(table);
    kernel
}

fn per_minute(count: u32) -> Option<WindowCount> {
    Some(WindowCount {
        count,
        window_ns: MINUTE_NS,
    })
}

fn filled(kernel: &mut Kernel, side: Side, trade: u128, parts: u128) {
    let order = open(kernel, side, "100", "0.1");
    for part in 0..parts {
        let size = quantity(if parts == 1 { "0.1" } else { "0.05" });
        let filled = fill(trade * 10 + part, price("100"), size);
        report(kernel, order, ReportEvent::Filled(filled));
    }
}

fn resume(kernel: &mut Kernel, scope: Scope) {
    let action = OperatorAction {
        by: Actor::Person("ada".to_owned()),
        scope,
        state: TradingState::Active,
        cancel_orders: false,
        flatten: false,
        reason: "looked at".into(),
    };
    step(kernel, InputEvent::Operator(action));
}

fn state(kernel: &Kernel) -> TradingState {
    kernel.strategy_state(STRATEGY).unwrap()
}

#[test]
fn rule_9_orders_of_one_side_up_to_the_limit_pass_and_one_more_halts_the_strategy() {
    for scope in [Scope::Account, Scope::Strategy(STRATEGY)] {
        for side in [Side::Buy, Side::Sell] {
            let watched = WatchedLimits {
                max_same_side_fills: per_minute(3),
                ..WatchedLimits::default()
            };
            let mut kernel = limited(scope, watched);
            let resting = open(&mut kernel, Side::Buy, "50", "0.1");
            for trade in 0..3 {
                // However many trades fill an order, it counts once.
                filled(&mut kernel, side, trade, 2);
                assert_eq!(state(&kernel), TradingState::Active);
            }
            filled(&mut kernel, side, 3, 1);
            assert_eq!(state(&kernel), TradingState::Halted);
            assert_eq!(kernel.trading_state(), TradingState::Active);
            let cancelled = &kernel.orders().get(resting).unwrap().state;
            assert_eq!(cancelled.name(), "pending_cancel");
            resume(&mut kernel, Scope::Strategy(STRATEGY));
            filled(&mut kernel, side, 4, 1);
            assert_eq!(state(&kernel), TradingState::Active);
        }
    }
}

#[test]
fn rule_9_a_trade_on_the_other_side_or_time_ends_a_run() {
    let watched = WatchedLimits {
        max_same_side_fills: per_minute(2),
        ..WatchedLimits::default()
    };
    let mut kernel = limited(Scope::Account, watched);
    for (trade, side) in [Side::Buy, Side::Buy, Side::Sell, Side::Buy, Side::Buy]
        .into_iter()
        .enumerate()
    {
        filled(&mut kernel, side, trade as u128, 1);
    }
    kernel.clock = kernel.clock.plus(MINUTE_NS);
    filled(&mut kernel, Side::Buy, 5, 1);
    assert_eq!(state(&kernel), TradingState::Active);
}

fn rejected(kernel: &mut Kernel) -> Vec<Output> {
    let order = submit(kernel, limit(Side::Buy, "90", "0.1"));
    step(kernel, InputEvent::Released { order });
    let reason = "no".into();
    let outputs = report(kernel, order, ReportEvent::Rejected { reason });
    // What a venue says twice counts once.
    let reason = "no".into();
    report(kernel, order, ReportEvent::Rejected { reason });
    outputs
}

fn code(kernel: &Kernel, order: OrderId) -> &'static str {
    let state = &kernel.orders().get(order).unwrap().state;
    if let OrderState::Denied { reject } = state {
        reject.code()
    } else {
        state.name()
    }
}

#[test]
fn rule_16_rejections_slow_a_scope_and_twice_as_many_halt_it() {
    for scope in [
        Scope::Account,
        Scope::Venue(VENUE),
        Scope::Strategy(STRATEGY),
    ] {
        let watched = WatchedLimits {
            max_rejects: per_minute(2),
            ..WatchedLimits::default()
        };
        let mut kernel = limited(scope, watched);
        let is_slow = |outputs: &[Output]| outputs.contains(&Output::Alert(Alert::Slow { scope }));
        assert!(!is_slow(&rejected(&mut kernel)));
        assert!(!is_slow(&rejected(&mut kernel)));
        assert!(is_slow(&rejected(&mut kernel)));
        let order = submit(&mut kernel, limit(Side::Buy, "90", "0.1"));
        assert_eq!(code(&kernel, order), "slowed");
        kernel.clock = kernel.clock.plus(1_000_000_000);
        assert!(!is_slow(&rejected(&mut kernel)));
        assert_eq!(kernel.latches().count(), 0);
        kernel.clock = kernel.clock.plus(1_000_000_000);
        rejected(&mut kernel);
        let held: Vec<Scope> = kernel.latches().map(|(scope, _)| scope).collect();
        assert_eq!(held, [scope]);
        // Limits that change forget nothing.
        kernel.set_limits(kernel.limits.clone());
        let stage = kernel.conducts[&scope].stage(kernel.now());
        assert_eq!(stage, ConductStage::Halted);
        resume(&mut kernel, scope);
        let order = submit(&mut kernel, limit(Side::Buy, "90", "0.1"));
        assert_eq!(code(&kernel, order), "intent");
    }
}

#[test]
fn rule_16_orders_and_replaces_count_for_each_trade_and_a_rejected_replace_is_a_rejection() {
    let watched = WatchedLimits {
        max_orders_per_trade: per_minute(2),
        max_rejects: per_minute(1),
        ..WatchedLimits::default()
    };
    let mut kernel = limited(Scope::Strategy(STRATEGY), watched);
    let order = open(&mut kernel, Side::Buy, "90", "0.2");
    let replace = |kernel: &mut Kernel, version, at: &str| {
        let replace = Replace {
            strategy: STRATEGY,
            order,
            terms: OrderTerms {
                price: price(at),
                quantity: quantity("0.2"),
            },
            fault: None,
            verdict: None,
        };
        let (outcome, _) = step(kernel, InputEvent::Command(Command::Replace(replace)));
        if outcome.refusal.is_none() {
            let reason = "no".into();
            let rejected = ReportEvent::ReplaceRejected { version, reason };
            report(kernel, order, rejected);
        }
        outcome.refusal.is_none()
    };
    assert!(replace(&mut kernel, 1, "91"));
    kernel.clock = kernel.clock.plus(1_000_000_000);
    assert!(replace(&mut kernel, 2, "92"));
    // Two rejections, and three orders without a trade: slow for both.
    let conduct = &kernel.conducts[&Scope::Strategy(STRATEGY)];
    assert_eq!(conduct.stage(kernel.now()), ConductStage::Slow);
    assert!(!replace(&mut kernel, 3, "93"));
}
