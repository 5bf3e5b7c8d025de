//! Nanoseconds of a new order through the kernel, from the command to the approved message, as JSON: with every
//! rule at every scope, and with no limits at all, in one run and in turns.
//!
//! 100 instruments of two venues, four strategies, a thousand open orders. Every order is timed by itself; the
//! cost of reading the clock stands beside the figures.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark has no callers, and stops where its set-up is wrong"
)]

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use alphaforge_kernel::{
    AccountSnapshot, Command, FillReport, Input, InputEvent, Kernel, NativeOrders, Output, Report,
    ReportEvent, Submit,
};
use alphaforge_risk::{LimitTable, Limits, MessageRate, Money, Scope, SelfMatch, WindowCount};
use alphaforge_types::{
    Amount, Currency, Decimal, Instrument, InstrumentId, InstrumentSpec, InstrumentStatus,
    Liquidity, Mark, MarketCondition, MarketState, OrderConditions, OrderId, OrderKind, Price,
    Quantity, Rate, Side, StrategyId, TimeInForce, TradeId, UnixNanos, VenueId,
};

const ORDERS: usize = 1_000_000;
const TURN: usize = 10_000;
const VENUES: usize = 2;
const INSTRUMENTS: usize = 100;
const STRATEGIES: usize = 4;
const OPEN_ORDERS: usize = 1_000;
/// The message rate always has room.
const PAUSE_NS: i64 = 2_000_000;
const MIDDLE: i64 = 5_000_000;

fn main() {
    let mut benches = [Bench::new(LimitTable::default()), Bench::new(all_limits())];
    let mut clock = Vec::with_capacity(ORDERS);
    for _ in 0..ORDERS / TURN {
        for bench in &mut benches {
            bench.turn();
        }
        clock.extend((0..TURN).map(|_| Instant::now().elapsed().as_nanos() as u64));
    }
    let [none, all] = benches.map(|bench| percentiles(bench.nanos));
    println!(
        "{{\"reading the clock\": {}, \"order without limits\": {}, \"order under every rule\": {}, \"ratio\": {{\"p50\": {:.2}}}}}",
        json(percentiles(clock)),
        json(none),
        json(all),
        all[0] as f64 / none[0] as f64,
    );
}

fn percentiles(mut nanos: Vec<u64>) -> [u64; 3] {
    nanos.sort_unstable();
    [0.5, 0.99, 0.999].map(|share| nanos[((nanos.len() - 1) as f64 * share) as usize])
}

fn json([p50, p99, p999]: [u64; 3]) -> String {
    format!("{{\"p50\": {p50}, \"p99\": {p99}, \"p99.9\": {p999}}}")
}

fn decimal(text: &str) -> Option<Decimal> {
    Some(Decimal::parse(text).unwrap())
}

fn money(text: &str) -> Option<Money> {
    Some(Money {
        amount: Amount::parse(text).unwrap(),
        currency: usdt(),
    })
}

fn usdt() -> Currency {
    Currency::new("USDT").unwrap()
}

fn all_limits() -> LimitTable {
    let mut table = LimitTable::default();
    let everywhere = Limits {
        max_order_value: money("100000"),
        message_rate: Some(MessageRate {
            limit: 1_000,
            window_ns: 1_000_000_000,
            reserved_for_cancels: 10,
        }),
        max_duplicates: Some(WindowCount {
            count: 10,
            window_ns: 1_000_000_000,
        }),
        max_open_orders: Some(5_000),
        ..Limits::default()
    };
    let of_many = Limits {
        max_gross_exposure: money("10000000000"),
        max_net_exposure: money("10000000000"),
        ..everywhere.clone()
    };
    let of_venue = Limits {
        max_clock_drift_ns: Some(500_000_000),
        ..of_many.clone()
    };
    let of_quantities = Limits {
        max_order_quantity: decimal("10"),
        max_long: decimal("1000"),
        max_short: decimal("1000"),
        ..everywhere.clone()
    };
    table.self_match = SelfMatch::Deny;
    table.set(Scope::Account, of_venue.clone()).unwrap();
    for venue in 0..VENUES {
        let scope = Scope::Venue(VenueId::from_index(venue as u32));
        table.set(scope, of_venue.clone()).unwrap();
    }
    for strategy in 0..STRATEGIES {
        let scope = Scope::Strategy(StrategyId::from_index(strategy as u32));
        let of_strategy = Limits {
            max_gross_exposure: of_many.max_gross_exposure,
            max_net_exposure: of_many.max_net_exposure,
            ..of_quantities.clone()
        };
        table.set(scope, of_strategy).unwrap();
    }
    for instrument in 0..INSTRUMENTS {
        let scope = Scope::Instrument(InstrumentId::from_index(instrument as u32));
        table.set(scope, of_quantities.clone()).unwrap();
    }
    table
}

fn base(number: usize) -> Currency {
    Currency::new(&format!("A{number:02}")).unwrap()
}

fn instrument(number: usize) -> Instrument {
    Instrument::new(&InstrumentSpec {
        venue: format!("V{}", number % VENUES),
        symbol: format!("A{number:02}USDT"),
        base: base(number),
        quote: usdt(),
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

/// A node, its open orders, and how long each order took.
struct Bench {
    kernel: Kernel,
    outputs: Vec<Output>,
    open: VecDeque<OrderId>,
    made: usize,
    now: i64,
    nanos: Vec<u64>,
}

impl Bench {
    fn new(limits: LimitTable) -> Bench {
        let mut kernel = Kernel::new(1);
        let native = NativeOrders {
            triggers: true,
            trailing: true,
            expiry: true,
        };
        for venue in 0..VENUES {
            let fee = Rate::parse("0.001").unwrap();
            kernel.add_venue(&format!("V{venue}"), fee, native).unwrap();
        }
        for number in 0..INSTRUMENTS {
            let venue = VenueId::from_index((number % VENUES) as u32);
            let added = kernel.add_instrument(venue, Arc::new(instrument(number)));
            added.unwrap();
        }
        for strategy in 0..STRATEGIES {
            kernel.add_strategy(&format!("s{strategy}")).unwrap();
        }
        kernel.set_limits(limits);
        let mut bench = Bench {
            kernel,
            outputs: Vec::new(),
            open: VecDeque::new(),
            made: 0,
            now: 0,
            nanos: Vec::with_capacity(ORDERS),
        };
        bench.fund();
        bench
    }

    fn fund(&mut self) {
        let much = Amount::parse("1000000000").unwrap();
        for venue in 0..VENUES {
            let mut totals = vec![(usdt(), much)];
            totals.extend((0..INSTRUMENTS).map(|number| (base(number), much)));
            let venue = VenueId::from_index(venue as u32);
            let offset_ns = 1_000_000;
            self.step(Vec::new(), InputEvent::ClockOffset { venue, offset_ns });
            let event = InputEvent::Account(AccountSnapshot { venue, totals });
            self.step(Vec::new(), event);
        }
        let quoted = (0..INSTRUMENTS).map(|number| (number, self.now));
        let markets = quoted.map(|(number, now)| market(number, now)).collect();
        self.step(markets, InputEvent::Timer);
    }

    fn step(&mut self, markets: Vec<(InstrumentId, MarketState)>, event: InputEvent) {
        let now = UnixNanos::from_nanos(self.now);
        self.outputs.clear();
        self.kernel.step(
            &Input {
                now,
                markets,
                event,
            },
            &mut self.outputs,
        );
    }

    /// Orders of all strategies in all instruments on both sides; the oldest end, one in ten by a fill.
    fn turn(&mut self) {
        for _ in 0..TURN {
            let number = self.made * 7 % INSTRUMENTS;
            self.made += 1;
            self.now += PAUSE_NS;
            let input = Input {
                now: UnixNanos::from_nanos(self.now),
                markets: vec![market(number, self.now)],
                event: InputEvent::Command(Command::Submit(submit(self.made, number))),
            };
            self.outputs.clear();
            let started = Instant::now();
            let outcome = black_box(self.kernel.step(&input, &mut self.outputs));
            self.nanos.push(started.elapsed().as_nanos() as u64);
            let is_sent = matches!(self.outputs.last(), Some(Output::ToVenue(_)));
            assert!(is_sent, "an order was denied: {:?}", self.outputs);
            self.open.extend(outcome.order);
            if self.open.len() > OPEN_ORDERS {
                self.end_the_oldest();
            }
        }
    }

    fn end_the_oldest(&mut self) {
        let order = self.open.pop_front().unwrap();
        let event = if self.made % 10 < 2 {
            ReportEvent::Filled(FillReport {
                trade_id: TradeId::new(self.made as u128),
                price: Price::from_mantissa(MIDDLE),
                quantity: Quantity::from_mantissa(10),
                liquidity: Liquidity::Maker,
                fee: Amount::ZERO,
                fee_currency: usdt(),
                is_last: true,
            })
        } else {
            ReportEvent::Cancelled {
                reason: "so be it".into(),
            }
        };
        let report = Report {
            order,
            venue_order_id: None,
            event,
        };
        self.step(Vec::new(), InputEvent::Report(report));
    }
}

fn market(number: usize, now: i64) -> (InstrumentId, MarketState) {
    let state = MarketState {
        mark: Some(Mark {
            bid: Price::from_mantissa(MIDDLE - 1),
            ask: Price::from_mantissa(MIDDLE + 1),
        }),
        condition: MarketCondition::Sound,
        alive_at: UnixNanos::from_nanos(now),
    };
    (InstrumentId::from_index(number as u32), state)
}

fn submit(made: usize, number: usize) -> Submit {
    let side = if made.is_multiple_of(2) {
        Side::Buy
    } else {
        Side::Sell
    };
    // Away from the middle, so that no two orders of the node could meet.
    let price = MIDDLE
        - side
            .signed(Quantity::from_mantissa(10 + (made % 50) as i64))
            .mantissa();
    Submit {
        strategy: StrategyId::from_index((made / 3 % STRATEGIES) as u32),
        instrument: InstrumentId::from_index(number as u32),
        side,
        kind: OrderKind::Limit {
            price: Price::from_mantissa(price),
            post_only: false,
        },
        time_in_force: TimeInForce::Gtc,
        quantity: Quantity::from_mantissa(10),
        conditions: OrderConditions::default(),
        fault: None,
        verdict: None,
    }
}
