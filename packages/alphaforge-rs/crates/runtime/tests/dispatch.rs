//! The runtime over a simulated market, with strategies written in Rust.
#![cfg(test)]

mod market;

use std::sync::Arc;

use alphaforge_exchange::{FeeSchedule, FeeTiers, SimulatedMarket, SimulatedMarketSettings};
use alphaforge_kernel::{
    Command, NativeOrders, OrderState, Report, ReportEvent, Submit, VenueMessage,
};
use alphaforge_market::BarSpec;
use alphaforge_risk::LimitTable;
use alphaforge_runtime::{
    Channel, Event, LatencyModel, PaperSettings, Poll, Record, Runtime, VenueKind,
};
use alphaforge_types::{
    Amount, Currency, InstrumentId, MarketEvent, OrderConditions, OrderKind, Price, Quantity, Rate,
    Side, StrategyId, TimeInForce, UnixNanos, VenueId,
};

use market::instrument;

const NATIVE: NativeOrders = NativeOrders {
    triggers: true,
    trailing: true,
    expiry: true,
};

const INSTRUMENT: InstrumentId = InstrumentId::from_index(0);
const VENUE: VenueId = VenueId::from_index(0);
const STRATEGY: StrategyId = StrategyId::from_index(0);
const START: UnixNanos = UnixNanos::from_nanos(1_000_000_000_000);

fn market(steps: usize) -> Vec<MarketEvent> {
    let settings = SimulatedMarketSettings {
        seed: 11,
        instrument: INSTRUMENT,
        start: START,
        price: Price::from_mantissa(5_000_000),
        quantity: Quantity::from_mantissa(100),
    };
    let mut market = SimulatedMarket::new(Arc::new(instrument("0.01", "0.001")), &settings);
    let mut events = Vec::new();
    for _ in 0..steps {
        market.advance(&mut events);
    }
    events
}

fn runtime(kind: VenueKind) -> Runtime {
    let mut runtime = Runtime::new(1);
    let venue = runtime.add_venue("SIM", kind).unwrap();
    runtime.add_instrument(instrument("0.01", "0.001")).unwrap();
    runtime.add_strategy("flipper", true, true).unwrap();
    let cash = Amount::parse("100000").unwrap();
    runtime.set_balances(venue, vec![(Currency::new("USDT").unwrap(), cash)]);
    let mut limits = LimitTable::default();
    limits.market_slippage = Rate::parse("0.01").unwrap();
    runtime.set_limits(limits);
    runtime.set_reporting_currency(Currency::new("USDT").unwrap());
    runtime
}

fn paper(latency_ns: i64) -> VenueKind {
    VenueKind::Paper(PaperSettings {
        latency: LatencyModel::each_way(latency_ns),
        fees: FeeTiers::flat(FeeSchedule {
            maker: Rate::ZERO,
            taker: Rate::parse("0.001").unwrap(),
        }),
        native: NATIVE,
        ..PaperSettings::default()
    })
}

fn order(side: Side, kind: OrderKind) -> Command {
    Command::Submit(Submit {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        side,
        kind,
        time_in_force: TimeInForce::Gtc,
        quantity: Quantity::from_mantissa(100),
        conditions: OrderConditions::default(),
        fault: None,
        verdict: None,
    })
}

/// Buys at market on every 40th trade and sells on every 40th trade after it.
struct Flipper {
    trades: u64,
    log: Vec<String>,
}

impl Flipper {
    fn on(&mut self, runtime: &mut Runtime, event: &Event) {
        match event {
            Event::Trade(_) => {
                self.trades += 1;
                let side = match self.trades % 80 {
                    0 => Side::Sell,
                    40 => Side::Buy,
                    _ => return,
                };
                runtime
                    .command(STRATEGY, order(side, OrderKind::Market))
                    .unwrap();
                self.log.push(format!("{} sent", runtime.now()));
            }
            Event::Order(update) => {
                self.log
                    .push(format!("{} {}", runtime.now(), update.state.name()));
            }
            Event::Fill(fill) => self.log.push(format!("{} fill {}", fill.ts, fill.price)),
            Event::Quote(_)
            | Event::Book { .. }
            | Event::Bar { .. }
            | Event::FeedStatus { .. }
            | Event::Timer { .. } => {}
        }
    }
}

/// Runs the flipper over the events in chunks of `chunk`, polling with `budget`.
fn flip(latency_ns: i64, chunk: usize, budget: usize) -> (Runtime, Flipper) {
    let mut runtime = runtime(paper(latency_ns));
    runtime.subscribe(STRATEGY, INSTRUMENT, Channel::Trades);
    runtime.start();
    let mut flipper = Flipper {
        trades: 0,
        log: Vec::new(),
    };
    let events = market(4_000);
    let mut drive = |runtime: &mut Runtime, events: &[MarketEvent], until| {
        let mut cursor = 0;
        loop {
            match runtime.poll(events, &mut cursor, until, budget) {
                Poll::Delivery(delivery) => flipper.on(runtime, &delivery.event),
                Poll::Budget => {}
                Poll::Done => return,
            }
        }
    };
    for chunk in events.chunks(chunk) {
        drive(&mut runtime, chunk, None);
    }
    runtime.begin_drain();
    drive(&mut runtime, &[], Some(UnixNanos::from_nanos(i64::MAX)));
    runtime.finish();
    (runtime, flipper)
}

#[test]
fn the_result_does_not_depend_on_chunks_or_budgets() {
    let (runtime, flipper) = flip(5_000_000, usize::MAX, 1_000);
    assert!(runtime.counters().fills > 10);
    for (chunk, budget) in [(1, 1), (7, 3), (1_000, 1)] {
        let (other, other_flipper) = flip(5_000_000, chunk, budget);
        assert_eq!(other.result_hash(), runtime.result_hash());
        assert_eq!(other_flipper.log, flipper.log);
        assert_eq!(other.counters(), runtime.counters());
    }
    let (slower, _) = flip(50_000_000, usize::MAX, 1_000);
    assert_ne!(slower.result_hash(), runtime.result_hash());
}

#[test]
fn latency_applies_each_way_and_callbacks_come_after_the_command() {
    let (_, flipper) = flip(5_000_000, usize::MAX, 1_000);
    let sent: i64 = flipper.log[0].split(' ').next().unwrap().parse().unwrap();
    let expected = [
        format!("{sent} sent"),
        format!("{sent} intent"),
        format!("{sent} sent"),
        format!("{} open", sent + 10_000_000),
    ];
    assert_eq!(flipper.log[..4], expected);
    assert!(
        flipper.log[4].starts_with(&format!("{} fill", sent + 10_000_000)),
        "{:?}",
        &flipper.log[..8]
    );
}

#[test]
fn equity_is_recorded_at_the_first_event_every_second_after_fills_and_at_the_end() {
    let (mut runtime, _) = flip(5_000_000, usize::MAX, 1_000);
    let end = runtime.now();
    let (mut points, mut after_fills, mut was_fill) = (Vec::new(), 0, false);
    for record in runtime.take_records() {
        match record {
            Record::Equity(point) => {
                assert!(point.equity.is_some() && point.gross_exposure.is_some());
                if was_fill {
                    after_fills += 1;
                } else {
                    points.push(point.ts);
                }
                was_fill = false;
            }
            Record::Fill(fill) => {
                assert!(fill.mark.is_some() && fill.arrival_mark.is_some());
                was_fill = true;
            }
            Record::Order(_) | Record::Alert { .. } | Record::Told { .. } => {
                assert!(!was_fill, "equity comes right after the fill");
            }
        }
    }
    assert_eq!(after_fills, runtime.counters().fills);
    assert_eq!(points.pop(), Some(end));
    assert_eq!(points[..2], [START, START.plus(1_000_000_000)]);
    let steps: Vec<i64> = points
        .windows(2)
        .map(|pair| pair[1].nanos() - pair[0].nanos())
        .collect();
    assert!(
        steps.len() > 60 && steps.iter().all(|step| *step == 1_000_000_000),
        "{steps:?}"
    );
}

#[test]
fn the_middles_of_the_whole_run_are_kept_once_for_every_time() {
    let (runtime, _) = flip(5_000_000, usize::MAX, 1_000);
    let points = runtime.middles(INSTRUMENT).unwrap().points();
    assert!(points.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    assert_eq!(points[0].0, START.nanos());
    assert!(
        points.len() > 100 && points.len() <= 4_000,
        "{}",
        points.len()
    );
    let mark = runtime.view(INSTRUMENT).unwrap().mark().unwrap();
    assert_eq!(points[points.len() - 1].1, mark.twice_middle());
}

#[test]
fn a_book_strategy_is_told_stale_first_and_synced_then() {
    let mut runtime = runtime(paper(0));
    runtime.subscribe(STRATEGY, INSTRUMENT, Channel::Book);
    runtime.subscribe(STRATEGY, INSTRUMENT, Channel::FeedStatus);
    runtime.start();
    let (events, mut cursor, mut seen) = (market(3), 0, Vec::new());
    while let Poll::Delivery(delivery) = runtime.poll(&events, &mut cursor, None, 100) {
        match delivery.event {
            Event::FeedStatus { status, .. } => seen.push(status.name()),
            Event::Book { .. } => seen.push("book"),
            Event::Trade(_)
            | Event::Quote(_)
            | Event::Bar { .. }
            | Event::Order(_)
            | Event::Fill(_)
            | Event::Timer { .. } => {}
        }
    }
    assert_eq!(seen[..3], ["stale", "synced", "book"]);
}

#[test]
fn bars_and_timers_reach_their_subscribers() {
    let mut runtime = runtime(paper(0));
    let spec: BarSpec = "1s".parse().unwrap();
    runtime
        .subscribe_bars(STRATEGY, INSTRUMENT, spec, 0)
        .unwrap();
    let (events, mut cursor) = (market(2_000), 0);
    let (mut bars, mut timers) = (0, Vec::new());
    runtime.set_timer(STRATEGY, 7, 10_000_000_000);
    let first = runtime.poll(&events[..1], &mut cursor, None, 100);
    assert_eq!(
        first,
        Poll::Done,
        "a timer counts from the first event, not from 1970"
    );
    while let Poll::Delivery(delivery) = runtime.poll(&events, &mut cursor, None, 1_000_000) {
        match delivery.event {
            Event::Bar { .. } => bars += 1,
            Event::Timer { timer, ts } => timers.push((timer, ts)),
            Event::Trade(_)
            | Event::Quote(_)
            | Event::Book { .. }
            | Event::FeedStatus { .. }
            | Event::Order(_)
            | Event::Fill(_) => {}
        }
    }
    assert_eq!(
        bars,
        runtime.bars(STRATEGY, INSTRUMENT, spec).unwrap().len()
    );
    assert!(bars > 30);
    let expected: Vec<_> = (1..=timers.len() as i64)
        .map(|count| (7, START.plus(count * 10_000_000_000)))
        .collect();
    assert!(timers.len() >= 3);
    assert_eq!(timers, expected);
}

#[test]
fn a_venue_outside_gets_messages_and_gives_reports() {
    let mut runtime = runtime(VenueKind::External {
        highest_fee: Rate::ZERO,
        native: NATIVE,
    });
    let events = market(5);
    let mut cursor = 0;
    while runtime.poll(&events, &mut cursor, None, 100) != Poll::Done {}
    let kind = OrderKind::Limit {
        price: Price::from_mantissa(4_000_000),
        post_only: true,
    };
    let outcome = runtime.command(STRATEGY, order(Side::Buy, kind)).unwrap();
    let id = outcome.order.unwrap();
    let state = |runtime: &Runtime| runtime.kernel().orders().get(id).unwrap().state.clone();
    assert_eq!(state(&runtime), OrderState::Intent);
    let messages = runtime.take_outbox();
    assert!(matches!(messages[..], [VenueMessage::Submit(_)]));
    assert_eq!(state(&runtime), OrderState::Sent);
    runtime.report(Report {
        order: id,
        venue_order_id: None,
        event: ReportEvent::Accepted,
    });
    assert_eq!(state(&runtime), OrderState::Open);
}

#[test]
fn a_strategy_that_answers_itself_without_end_is_stopped() {
    let mut runtime = runtime(paper(0));
    let mut given = 0;
    while runtime
        .command(STRATEGY, order(Side::Sell, OrderKind::Market))
        .is_ok()
    {
        given += 1;
    }
    assert_eq!(given, 10_000);
    runtime.halt_strategy(STRATEGY, true, "loops".to_owned());
    let mut cursor = 0;
    assert_eq!(
        runtime.poll(&[], &mut cursor, None, 100_000),
        Poll::Done,
        "a halted strategy hears nothing"
    );
    assert_eq!(
        runtime.kernel().account(VENUE).unwrap().balances().count(),
        1
    );
}
