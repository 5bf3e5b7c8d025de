use super::*;
use crate::input::{Input, InputEvent, OperatorAction, ReportEvent};
use crate::latches::Actor;
use crate::order_state::OrderState;
use crate::output::VenueMessage;
use crate::testing::{
    INSTRUMENT, STRATEGY, amount, currency, fill, kernel, limit, open, price, quantity, report,
    step, submit,
};
use alphaforge_risk::{LimitTable, LossResponse, Money, WatchedLimits};
use alphaforge_types::{DayClock, Mark, MarketCondition, MarketState, Rate, Side, UnixNanos};

const DAY_NS: i64 = 86_400_000_000_000;

fn usdt(text: &str) -> Option<Money> {
    Some(Money {
        amount: amount(text),
        currency: currency("USDT"),
    })
}

fn limited(scope: Scope, watched: WatchedLimits, flatten: bool) -> Kernel {
    let mut kernel = kernel();
    let mut table = LimitTable::default();
    let response = LossResponse {
        flatten,
        currency: Some(currency("USDT")),
        days: DayClock::default(),
        ..LossResponse::default()
    };
    table.set_loss_response(response).unwrap();
    table.set_watched(scope, watched).unwrap();
    kernel.set_limits(table);
    step(&mut kernel, InputEvent::Timer);
    kernel
}

fn daily(scope: Scope) -> Kernel {
    let watched = WatchedLimits {
        max_daily_loss: usdt("100"),
        ..WatchedLimits::default()
    };
    limited(scope, watched, false)
}

/// Shows a market of one price, at a time.
fn mark(kernel: &mut Kernel, at: &str, now: UnixNanos) -> Vec<Output> {
    let mark = Mark {
        bid: price(at),
        ask: price(at),
    };
    let state = MarketState {
        mark: Some(mark),
        condition: MarketCondition::Sound,
        alive_at: now,
    };
    let input = Input {
        now,
        markets: vec![(INSTRUMENT, state)],
        event: InputEvent::Timer,
    };
    let mut outputs = Vec::new();
    kernel.step(&input, &mut outputs);
    outputs
}

fn soon(kernel: &Kernel) -> UnixNanos {
    kernel.now().plus(1)
}

/// Buys `size` at 100 where the market is 100.
fn bought(kernel: &mut Kernel, trade: u128, size: &str) {
    let now = soon(kernel);
    mark(kernel, "100", now);
    let order = open(kernel, Side::Buy, "100", size);
    let filled = fill(trade, price("100"), quantity(size));
    report(kernel, order, ReportEvent::Filled(filled));
}

fn stages(outputs: &[Output]) -> Vec<&'static str> {
    let stage = |output: &Output| match output {
        Output::Alert(Alert::Loss { .. }) => Some("alert"),
        Output::Alert(Alert::TradingState { latch, .. }) => Some(latch.state.name()),
        Output::Alert(Alert::UnknownLoss { .. }) => Some("unknown"),
        Output::Alert(_)
        | Output::ToVenue(_)
        | Output::Armed(_)
        | Output::Disarmed(_)
        | Output::OrderChanged(_)
        | Output::Filled(_) => None,
    };
    outputs.iter().filter_map(stage).collect()
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
    let (outcome, _) = step(kernel, InputEvent::Operator(action));
    assert_eq!(outcome.refusal, None);
}

fn code(kernel: &mut Kernel, side: Side, size: &str) -> &'static str {
    let order = submit(kernel, limit(side, "100", size));
    let state = &kernel.orders().get(order).unwrap().state;
    if let OrderState::Denied { reject } = state {
        reject.code()
    } else {
        state.name()
    }
}

#[test]
fn rule_14_a_loss_goes_from_alert_over_reducing_to_halted_in_each_scope() {
    for scope in [Scope::Account, Scope::Strategy(STRATEGY)] {
        let mut kernel = daily(scope);
        bought(&mut kernel, 1, "10");
        let resting = open(&mut kernel, Side::Buy, "80", "1");
        for (at, expected) in [
            ("95", vec![]),
            ("94.99", vec!["alert"]),
            ("94.98", vec![]),
            ("92", vec![]),
            ("91.99", vec!["reducing"]),
            ("90", vec![]),
            ("89.99", vec!["halted"]),
            ("80", vec![]),
            ("100", vec![]),
        ] {
            let now = soon(&kernel);
            let outputs = mark(&mut kernel, at, now);
            assert_eq!(stages(&outputs), expected, "{at}");
            let cancels = |output: &&Output| matches!(output, Output::ToVenue(VenueMessage::Cancel { order, .. }) if *order == resting);
            let cancelled = outputs.iter().filter(cancels).count();
            assert_eq!(cancelled, usize::from(at == "89.99"), "{at}");
        }
        assert_eq!(
            kernel.latches().map(|latch| latch.0).collect::<Vec<_>>(),
            [scope]
        );
        assert_eq!(code(&mut kernel, Side::Sell, "1"), "halted");
    }
}

#[test]
fn rule_14_fees_count_and_a_fill_is_judged_at_once() {
    let mut kernel = daily(Scope::Account);
    let now = soon(&kernel);
    mark(&mut kernel, "100", now);
    let order = open(&mut kernel, Side::Buy, "100", "1");
    let mut filled = fill(1, price("100"), quantity("1"));
    filled.fee = amount("100");
    let outputs = report(&mut kernel, order, ReportEvent::Filled(filled));
    assert_eq!(stages(&outputs), ["reducing"]);
    let order = open(&mut kernel, Side::Sell, "100", "1");
    let mut filled = fill(2, price("100"), quantity("1"));
    filled.fee = amount("0.000000000000000001");
    let outputs = report(&mut kernel, order, ReportEvent::Filled(filled));
    assert_eq!(stages(&outputs), ["halted"]);
}

#[test]
fn rule_14_another_day_begins_anew_and_loosens_no_latch() {
    let mut kernel = daily(Scope::Account);
    let start = UnixNanos::from_nanos(DAY_NS - 10);
    mark(&mut kernel, "100", start);
    bought(&mut kernel, 1, "10");
    let last = UnixNanos::from_nanos(DAY_NS - 1);
    assert_eq!(stages(&mark(&mut kernel, "94", last)), ["alert"]);
    // The last mark of the day before was 94: what is lost from there counts for the new day.
    let first = UnixNanos::from_nanos(DAY_NS);
    assert_eq!(stages(&mark(&mut kernel, "90", first)), [] as [&str; 0]);
    let (_, watch) = kernel.losses().next().unwrap();
    assert_eq!(watch.value(), Some(amount("40")));
    let now = soon(&kernel);
    assert_eq!(stages(&mark(&mut kernel, "83.99", now)), ["halted"]);
    let next = UnixNanos::from_nanos(2 * DAY_NS);
    mark(&mut kernel, "83.99", next);
    assert_eq!(kernel.trading_state(), TradingState::Halted);
}

#[test]
fn rule_14_who_lets_trading_go_on_lets_the_loss_count_from_there() {
    for watched in [
        WatchedLimits {
            max_daily_loss: usdt("100"),
            ..WatchedLimits::default()
        },
        WatchedLimits {
            max_drawdown: usdt("100"),
            ..WatchedLimits::default()
        },
    ] {
        let scope = Scope::Strategy(STRATEGY);
        let mut kernel = limited(scope, watched, false);
        bought(&mut kernel, 1, "10");
        let now = soon(&kernel);
        assert_eq!(stages(&mark(&mut kernel, "80", now)), ["halted"]);
        resume(&mut kernel, scope);
        for (at, expected) in [
            ("80", vec![]),
            ("70", vec!["reducing"]),
            ("69.99", vec!["halted"]),
        ] {
            let now = soon(&kernel);
            assert_eq!(stages(&mark(&mut kernel, at, now)), expected, "{at}");
        }
    }
}

#[test]
fn rule_14_a_share_counts_the_equity_at_the_start() {
    let watched = WatchedLimits {
        max_drawdown_share: Some(Rate::percent(1)),
        ..WatchedLimits::default()
    };
    // 10,000 USDT and 10 BTC at 100: 1 % of it is 110 USDT.
    let mut kernel = limited(Scope::Account, watched, false);
    bought(&mut kernel, 1, "10");
    for (at, expected) in [("89", vec!["reducing"]), ("88.99", vec!["halted"])] {
        let now = soon(&kernel);
        assert_eq!(stages(&mark(&mut kernel, at, now)), expected, "{at}");
    }
}

#[test]
fn rule_14_what_cannot_be_reckoned_lets_only_shrinking_orders_pass_and_is_told_once() {
    let mut kernel = daily(Scope::Account);
    bought(&mut kernel, 1, "5");
    let no_price = |kernel: &mut Kernel| {
        let input = Input {
            now: soon(kernel),
            markets: vec![(INSTRUMENT, MarketState::default())],
            event: InputEvent::Timer,
        };
        let mut outputs = Vec::new();
        kernel.step(&input, &mut outputs);
        stages(&outputs)
    };
    assert_eq!(no_price(&mut kernel), ["unknown"]);
    assert_eq!(no_price(&mut kernel), [] as [&str; 0]);
    assert_eq!(code(&mut kernel, Side::Buy, "1"), "unknown_loss");
    assert_eq!(code(&mut kernel, Side::Sell, "1"), "intent");
    let now = soon(&kernel);
    mark(&mut kernel, "100", now);
    assert_eq!(code(&mut kernel, Side::Buy, "1"), "intent");
}

#[test]
fn rule_14_a_halt_flattens_where_that_is_wanted() {
    let watched = WatchedLimits {
        max_daily_loss: usdt("100"),
        ..WatchedLimits::default()
    };
    let mut kernel = limited(Scope::Account, watched, true);
    bought(&mut kernel, 1, "10");
    let now = soon(&kernel);
    let outputs = mark(&mut kernel, "80", now);
    let closing = |output: &&Output| matches!(output, Output::ToVenue(VenueMessage::Submit(_)));
    assert_eq!(outputs.iter().filter(closing).count(), 1);
}
