//! What books and quotes show moves a resting order in its queue, or does not.
#![cfg(test)]

mod market;

use alphaforge_kernel::{Command, Submit};
use alphaforge_runtime::{Event, PaperSettings, Poll, Runtime, VenueKind};
use alphaforge_types::{
    Amount, Currency, DepthDiff, DepthSnapshot, InstrumentId, Level, MarketEvent, OrderConditions,
    OrderKind, Price, Quantity, Quote, Side, StrategyId, TimeInForce, Trade, TradeId, UnixNanos,
};

use market::instrument;

const INSTRUMENT: InstrumentId = InstrumentId::from_index(0);
const STRATEGY: StrategyId = StrategyId::from_index(0);

fn at(ns: i64) -> UnixNanos {
    UnixNanos::from_nanos(1_000_000_000_000 + ns)
}

fn level(price: i64, quantity: i64) -> Level {
    Level {
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
    }
}

/// The best bid at 100 and the best ask at 102; `quantity` on the side of the order, 10 on the other.
fn best(side: Side, quantity: i64) -> (Level, Level) {
    match side {
        Side::Buy => (level(100, quantity), level(102, 10)),
        Side::Sell => (level(100, 10), level(102, quantity)),
    }
}

fn quote(ns: i64, side: Side, quantity: i64) -> MarketEvent {
    let (bid, ask) = best(side, quantity);
    MarketEvent::Quote(Quote {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: None,
        sequence: None,
        bid,
        ask,
    })
}

fn snapshot(ns: i64, sequence: u64, side: Side, quantity: i64) -> MarketEvent {
    let (bid, ask) = best(side, quantity);
    MarketEvent::DepthSnapshot(DepthSnapshot {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: None,
        sequence,
        partial: false,
        bids: vec![bid],
        asks: vec![ask],
    })
}

fn diff(ns: i64, sequence: u64, side: Side, quantity: i64) -> MarketEvent {
    let (bid, ask) = best(side, quantity);
    let (bids, asks) = match side {
        Side::Buy => (vec![bid], Vec::new()),
        Side::Sell => (Vec::new(), vec![ask]),
    };
    MarketEvent::DepthDiff(DepthDiff {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: None,
        first_sequence: sequence,
        last_sequence: sequence,
        bids,
        asks,
    })
}

/// A trade that meets the order's side at its best price.
fn trade(ns: i64, side: Side, quantity: i64) -> MarketEvent {
    MarketEvent::Trade(Trade {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: None,
        trade_id: TradeId::new(u128::from(ns.unsigned_abs())),
        price: best_price(side),
        quantity: Quantity::from_mantissa(quantity),
        aggressor: Some(side.opposite()),
    })
}

fn best_price(side: Side) -> Price {
    let (bid, ask) = best(side, 1);
    match side {
        Side::Buy => bid.price,
        Side::Sell => ask.price,
    }
}

/// What an order of 5 at the best price, which joins after the first event, has filled after all of them.
fn filled(side: Side, events: &[MarketEvent]) -> i64 {
    let mut runtime = Runtime::new(1);
    let paper = VenueKind::Paper(PaperSettings::default());
    let venue = runtime.add_venue("SIM", paper).unwrap();
    runtime.add_instrument(instrument("1", "1")).unwrap();
    runtime.add_strategy("only", true, true).unwrap();
    let plenty = Amount::parse("1000000").unwrap();
    let totals = ["USDT", "BTC"].map(|code| (Currency::new(code).unwrap(), plenty));
    runtime.set_balances(venue, totals.to_vec());
    let mut fills = 0;
    let mut run = |runtime: &mut Runtime, events: &[MarketEvent]| {
        let until = Some(runtime.now().max(at(0)));
        let mut cursor = 0;
        loop {
            match runtime.poll(events, &mut cursor, until, 1000) {
                Poll::Delivery(delivery) => {
                    if let Event::Fill(fill) = delivery.event {
                        fills += fill.quantity.mantissa();
                    }
                }
                Poll::Budget => {}
                Poll::Done => return,
            }
        }
    };
    run(&mut runtime, &events[..1]);
    let submit = Submit {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        side,
        kind: OrderKind::Limit {
            price: best_price(side),
            post_only: true,
        },
        time_in_force: TimeInForce::Gtc,
        quantity: Quantity::from_mantissa(5),
        conditions: OrderConditions::default(),
        fault: None,
        verdict: None,
    };
    runtime.command(STRATEGY, Command::Submit(submit)).unwrap();
    run(&mut runtime, &events[1..]);
    run(&mut runtime, &[quote(1_000, side, 1)]);
    fills
}

#[test]
fn a_book_that_shows_less_brings_us_forward() {
    for side in [Side::Buy, Side::Sell] {
        let book = snapshot(0, 1, side, 10);
        assert_eq!(filled(side, &[book.clone(), trade(1, side, 4)]), 0);
        let cancelled = diff(1, 2, side, 3);
        let met = trade(2, side, 4);
        assert_eq!(filled(side, &[book.clone(), cancelled, met.clone()]), 1);
        let anew = snapshot(1, 2, side, 3);
        assert_eq!(filled(side, &[book, anew, met]), 1);
    }
}

#[test]
fn a_quote_that_comes_before_its_trade_does_not_count_twice() {
    for side in [Side::Buy, Side::Sell] {
        let first = quote(0, side, 10);
        let mut events = vec![first, quote(1, side, 6), trade(2, side, 4)];
        assert_eq!(filled(side, &events), 0);
        events.push(trade(3, side, 7));
        assert_eq!(filled(side, &events), 1);
    }
}
