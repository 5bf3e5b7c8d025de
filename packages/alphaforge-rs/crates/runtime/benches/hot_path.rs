//! Nanoseconds of the gate, the kernel's step and a book update, call by call, as JSON.
//!
//! Every call is timed by itself, so that the tail is seen; the cost of reading the clock is measured
//! the same way and stands beside the figures.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark has no callers, and stops where its set-up is wrong"
)]

use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use alphaforge_kernel::{
    AccountSnapshot, Command, Input, InputEvent, Kernel, NativeOrders, Submit,
};
use alphaforge_market::SyncedBook;
use alphaforge_risk::{
    Conversion, EffectiveLimits, Exposure, Exposures, LimitTable, Limits, MessageRate, Money,
    OwnOrders, RateFault, Scope, TradingState, View, approve_order,
};
use alphaforge_types::{
    Amount, Currency, Decimal, DepthDiff, DepthSnapshot, Instrument, InstrumentId, InstrumentSpec,
    InstrumentStatus, Level, Mark, MarketCondition, MarketState, OrderConditions, OrderId,
    OrderKind, OrderRequest, OrderType, Price, Quantity, Rate, Side, StrategyId, TimeInForce,
    UnixNanos,
};

const CALLS: usize = 1_000_000;
const INSTRUMENT: InstrumentId = InstrumentId::from_index(0);
const STRATEGY: StrategyId = StrategyId::from_index(0);

fn main() {
    let mut report = String::from("{");
    for (name, nanos) in [
        ("reading the clock", clock()),
        ("gate: approve one order", gate()),
        ("kernel: step with one order", step()),
        ("book: apply one diff of two levels", book()),
    ] {
        let _ = write!(
            report,
            "{}\"{name}\": {}",
            separator(&report),
            percentiles(nanos)
        );
    }
    println!("{report}}}");
}

fn separator(report: &str) -> &'static str {
    if report.ends_with('{') { "" } else { ", " }
}

fn percentiles(mut nanos: Vec<u64>) -> String {
    nanos.sort_unstable();
    let at = |share: f64| nanos[((nanos.len() - 1) as f64 * share) as usize];
    format!(
        "{{\"p50\": {}, \"p99\": {}, \"p99.9\": {}}}",
        at(0.5),
        at(0.99),
        at(0.999)
    )
}

fn timed<T>(nanos: &mut Vec<u64>, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = black_box(work());
    nanos.push(started.elapsed().as_nanos() as u64);
    result
}

fn clock() -> Vec<u64> {
    let mut nanos = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        timed(&mut nanos, || ());
    }
    nanos
}

fn instrument() -> Instrument {
    let decimal = |text| Some(Decimal::parse(text).unwrap());
    Instrument::new(&InstrumentSpec {
        venue: "BENCH".to_owned(),
        symbol: "BTCUSDT".to_owned(),
        base: Currency::new("BTC").unwrap(),
        quote: Currency::new("USDT").unwrap(),
        tick_size: Decimal::parse("0.01").unwrap(),
        lot_size: Decimal::parse("0.001").unwrap(),
        min_quantity: decimal("0.001"),
        max_quantity: decimal("1000"),
        min_price: decimal("0.01"),
        max_price: decimal("1000000"),
        min_notional: decimal("5"),
        max_notional: decimal("9000000"),
        status: InstrumentStatus::Trading,
    })
    .unwrap()
}

/// Limits of every rule that there is.
fn market() -> MarketState {
    MarketState {
        mark: Some(Mark {
            bid: Price::from_mantissa(4_999_999),
            ask: Price::from_mantissa(5_000_001),
        }),
        condition: MarketCondition::Sound,
        alive_at: UnixNanos::ZERO,
    }
}

fn limits() -> LimitTable {
    let mut table = LimitTable::default();
    let account = Limits {
        max_order_value: Some(Money {
            amount: Amount::parse("100000").unwrap(),
            currency: Currency::new("USDT").unwrap(),
        }),
        message_rate: Some(MessageRate {
            limit: 1_000,
            window_ns: 1_000_000_000,
            reserved_for_cancels: 10,
        }),
        ..Limits::default()
    };
    table.set(Scope::Account, account).unwrap();
    let quantities = Limits {
        max_order_quantity: Decimal::parse("10").ok(),
        max_long: Decimal::parse("100000000").ok(),
        max_short: Decimal::parse("100000000").ok(),
        ..Limits::default()
    };
    table
        .set(Scope::Instrument(INSTRUMENT), quantities)
        .unwrap();
    table
}

struct NoConversion;

impl Conversion for NoConversion {
    fn convert(&self, _: Amount, from: Currency, to: Currency) -> Result<Amount, RateFault> {
        Err(RateFault::Missing { from, to })
    }
}

fn gate() -> Vec<u64> {
    let instrument = instrument();
    let limits: EffectiveLimits = limits().effective(
        STRATEGY,
        alphaforge_types::VenueId::from_index(0),
        INSTRUMENT,
        &instrument,
        None,
    );
    let mut nanos = Vec::with_capacity(CALLS);
    for count in 0..CALLS {
        let price = Price::from_mantissa(5_000_000 + (count % 100) as i64);
        let order = OrderRequest {
            order: OrderId::from_raw(count as u64),
            strategy: STRATEGY,
            instrument: INSTRUMENT,
            side: Side::Buy,
            kind: OrderKind::Limit {
                price,
                post_only: false,
            },
            time_in_force: TimeInForce::Gtc,
            quantity: Quantity::from_mantissa(100),
            worst_price: Some(price),
            conditions: OrderConditions::default(),
        };
        let view = View {
            now: UnixNanos::from_nanos(count as i64),
            states: [(Scope::Account, TradingState::Active); 4],
            order_type: OrderType::Limit,
            instrument: &instrument,
            market: market(),
            fault: None,
            filled: Quantity::ZERO,
            limits: &limits,
            conducts: [None; 4],
            unknown_loss: None,
            windows: &[],
            own: OwnOrders::default(),
            account_exposure: Exposure::default(),
            strategy_exposure: Exposure::default(),
            clock_offset_ns: None,
            free: Some(Amount::from_units(i128::MAX)),
            exposures: Exposures::default(),
            fee_rate: Rate::parse("0.001").unwrap(),
            buffer: Rate::ZERO,
            conversion: &NoConversion,
            verdict: None,
        };
        timed(&mut nanos, || approve_order(black_box(order), &view)).unwrap();
    }
    nanos
}

fn step() -> Vec<u64> {
    let mut kernel = Kernel::new(1);
    let venue = kernel
        .add_venue(
            "BENCH",
            Rate::parse("0.001").unwrap(),
            NativeOrders {
                triggers: true,
                trailing: true,
                expiry: true,
            },
        )
        .unwrap();
    kernel
        .add_instrument(venue, Arc::new(instrument()))
        .unwrap();
    kernel.add_strategy("bench").unwrap();
    kernel.set_limits(limits());
    let mut outputs = Vec::new();
    let totals = vec![(
        Currency::new("USDT").unwrap(),
        Amount::parse("100000000000000").unwrap(),
    )];
    let input = |now: i64, event| Input {
        now: UnixNanos::from_nanos(now),
        markets: vec![(INSTRUMENT, market())],
        event,
    };
    let snapshot = AccountSnapshot { venue, totals };
    kernel.step(&input(0, InputEvent::Account(snapshot)), &mut outputs);
    let mut nanos = Vec::with_capacity(CALLS);
    for count in 0..CALLS {
        // Two milliseconds apart, so that the message rate always has room.
        let submit = Submit {
            strategy: STRATEGY,
            instrument: INSTRUMENT,
            side: Side::Buy,
            kind: OrderKind::Limit {
                price: Price::from_mantissa(5_000_000),
                post_only: false,
            },
            time_in_force: TimeInForce::Gtc,
            quantity: Quantity::from_mantissa(10),
            conditions: OrderConditions::default(),
            fault: None,
            verdict: None,
        };
        let now = count as i64 * 2_000_000;
        let input = input(now, InputEvent::Command(Command::Submit(submit)));
        outputs.clear();
        timed(&mut nanos, || kernel.step(&input, &mut outputs));
    }
    let live = kernel.orders().live().count();
    assert_eq!(
        live, CALLS,
        "an order was denied, so the gate was not measured"
    );
    nanos
}

fn book() -> Vec<u64> {
    let level = |price: i64, quantity: i64| Level {
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
    };
    let mut book = SyncedBook::default();
    book.on_snapshot(&DepthSnapshot {
        instrument: INSTRUMENT,
        ts_recv: UnixNanos::ZERO,
        ts_event: None,
        sequence: 0,
        partial: false,
        bids: (0..5_000).map(|n| level(5_000_000 - n, 10)).collect(),
        asks: (1..5_000).map(|n| level(5_000_000 + n, 10)).collect(),
    });
    let mut nanos = Vec::with_capacity(CALLS);
    for sequence in 1..=CALLS as u64 {
        let near = (sequence * 7_919 % 50) as i64;
        let quantity = (sequence % 7) as i64;
        let diff = DepthDiff {
            instrument: INSTRUMENT,
            ts_recv: UnixNanos::ZERO,
            ts_event: None,
            first_sequence: sequence,
            last_sequence: sequence,
            bids: vec![level(5_000_000 - near, quantity)],
            asks: vec![level(5_000_001 + near, quantity)],
        };
        timed(&mut nanos, || book.on_diff(&diff));
    }
    nanos
}
