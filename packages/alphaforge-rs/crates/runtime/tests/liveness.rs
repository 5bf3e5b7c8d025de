//! Rule 6: how old a market is: by its events, or by what somebody tells of its streams.
#![cfg(test)]

mod market;

use alphaforge_kernel::{Command, NativeOrders, OrderState, Submit};
use alphaforge_risk::{LimitTable, Limits, Scope};
use alphaforge_runtime::{Poll, Runtime, VenueKind};
use alphaforge_types::{
    Amount, Currency, InstrumentId, Level, MarketEvent, OrderConditions, OrderKind, Price,
    Quantity, Quote, Rate, Side, StrategyId, TimeInForce, UnixNanos,
};

use market::instrument;

const INSTRUMENT: InstrumentId = InstrumentId::from_index(0);
const STRATEGY: StrategyId = StrategyId::from_index(0);
const MOST_NS: i64 = 1_000;

fn runtime() -> Runtime {
    let mut runtime = Runtime::new(1);
    let external = VenueKind::External {
        highest_fee: Rate::ZERO,
        native: NativeOrders {
            triggers: true,
            trailing: true,
            expiry: true,
        },
    };
    let venue = runtime.add_venue("SIM", external).unwrap();
    runtime.add_instrument(instrument("0.01", "0.001")).unwrap();
    runtime.add_strategy("any", false, false).unwrap();
    let cash = Amount::parse("100000").unwrap();
    runtime.set_balances(venue, vec![(Currency::new("USDT").unwrap(), cash)]);
    let mut table = LimitTable::default();
    let limits = Limits {
        max_market_age_ns: Some(MOST_NS),
        ..Limits::default()
    };
    table.set(Scope::Account, limits).unwrap();
    runtime.set_limits(table);
    runtime
}

fn quote(runtime: &mut Runtime, at: i64) {
    let level = |price| Level {
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(1_000),
    };
    let quote = MarketEvent::Quote(Quote {
        instrument: INSTRUMENT,
        ts_recv: UnixNanos::from_nanos(at),
        ts_event: None,
        sequence: None,
        bid: level(9_999),
        ask: level(10_001),
    });
    assert_eq!(runtime.poll(&[quote], &mut 0, None, 100), Poll::Done);
}

fn pass_time(runtime: &mut Runtime, until: i64) {
    let until = Some(UnixNanos::from_nanos(until));
    assert_eq!(runtime.poll(&[], &mut 0, until, 100), Poll::Done);
}

fn is_denied(runtime: &mut Runtime) -> bool {
    let submit = Submit {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        side: Side::Buy,
        kind: OrderKind::Limit {
            price: Price::from_mantissa(9_000),
            post_only: false,
        },
        time_in_force: TimeInForce::Gtc,
        quantity: Quantity::from_mantissa(100),
        conditions: OrderConditions::default(),
        fault: None,
        verdict: None,
    };
    let outcome = runtime.command(STRATEGY, Command::Submit(submit)).unwrap();
    let order = runtime.kernel().orders().get(outcome.order.unwrap());
    matches!(&order.unwrap().state, OrderState::Denied { reject } if reject.code() == "market_data")
}

#[test]
fn a_market_ages_while_nothing_comes_and_its_events_make_it_young() {
    let mut runtime = runtime();
    quote(&mut runtime, 1_000);
    pass_time(&mut runtime, 2_000);
    assert!(!is_denied(&mut runtime));
    pass_time(&mut runtime, 2_001);
    assert!(is_denied(&mut runtime));
    quote(&mut runtime, 2_002);
    assert!(!is_denied(&mut runtime));
}

#[test]
fn once_somebody_tells_of_the_streams_events_do_not() {
    let mut runtime = runtime();
    quote(&mut runtime, 1_000);
    runtime.note_alive(INSTRUMENT, UnixNanos::from_nanos(1_500));
    pass_time(&mut runtime, 2_500);
    assert!(!is_denied(&mut runtime));
    quote(&mut runtime, 2_501);
    assert!(is_denied(&mut runtime));
    runtime.note_alive(INSTRUMENT, UnixNanos::from_nanos(2_000));
    assert!(!is_denied(&mut runtime));
    // What was known already stays known.
    runtime.note_alive(INSTRUMENT, UnixNanos::from_nanos(1_000));
    assert!(!is_denied(&mut runtime));
}
