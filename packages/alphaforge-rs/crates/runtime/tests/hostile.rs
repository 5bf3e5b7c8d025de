//! Market data that is wrong, gone or out of order, and orders at the worst moment.
#![cfg(test)]

mod market;

use alphaforge_kernel::{
    Actor, Command, NativeOrders, OperatorAction, OrderState, Outcome, Replace, Submit,
    VenueMessage,
};
use alphaforge_risk::{LimitTable, Scope, TradingState};
use alphaforge_runtime::{Event, Impact, LatencyModel, PaperSettings, Poll, Runtime, VenueKind};
use alphaforge_types::{
    Amount, Currency, DepthDiff, DepthSnapshot, FeedNotice, FeedState, InstrumentId, Level,
    MarketEvent, OrderConditions, OrderKind, OrderTerms, Price, Quantity, Quote, Rate, Side,
    StrategyId, TimeInForce, Trade, TradeId, UnixNanos, VenueId,
};

use market::instrument;

const NATIVE: NativeOrders = NativeOrders {
    triggers: true,
    trailing: true,
    expiry: true,
};

const INSTRUMENT: InstrumentId = InstrumentId::from_index(0);
const STRATEGY: StrategyId = StrategyId::from_index(0);
const START_NS: i64 = 1_000_000_000_000;

fn runtime(kind: VenueKind) -> Runtime {
    let mut runtime = Runtime::new(1);
    let venue = runtime.add_venue("SIM", kind).unwrap();
    runtime.add_instrument(instrument("1", "1")).unwrap();
    runtime.add_strategy("only", true, true).unwrap();
    let plenty = Amount::parse("1000000").unwrap();
    let totals = ["USDT", "BTC"].map(|code| (Currency::new(code).unwrap(), plenty));
    runtime.set_balances(venue, totals.to_vec());
    let mut limits = LimitTable::default();
    limits.market_slippage = Rate::parse("0.5").unwrap();
    runtime.set_limits(limits);
    runtime
}

fn paper(latency_ns: i64) -> Runtime {
    runtime(VenueKind::Paper(PaperSettings {
        latency: LatencyModel::each_way(latency_ns),
        native: NATIVE,
        ..PaperSettings::default()
    }))
}

fn outside() -> Runtime {
    runtime(VenueKind::External {
        highest_fee: Rate::ZERO,
        native: NATIVE,
    })
}

fn at(ns: i64) -> UnixNanos {
    UnixNanos::from_nanos(START_NS + ns)
}

fn level((price, quantity): (i64, i64)) -> Level {
    Level {
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
    }
}

fn quote(ns: i64, bid: i64, ask: i64, sequence: Option<u64>) -> MarketEvent {
    MarketEvent::Quote(Quote {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: None,
        sequence,
        bid: level((bid, 10)),
        ask: level((ask, 10)),
    })
}

fn sold(ns: i64, id: u128, price: i64, quantity: i64) -> MarketEvent {
    MarketEvent::Trade(Trade {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: Some(at(ns)),
        trade_id: TradeId::new(id),
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
        aggressor: Some(Side::Sell),
    })
}

fn snapshot(
    ns: i64,
    sequence: u64,
    partial: bool,
    bids: &[(i64, i64)],
    asks: &[(i64, i64)],
) -> MarketEvent {
    let levels = |levels: &[(i64, i64)]| levels.iter().copied().map(level).collect();
    MarketEvent::DepthSnapshot(DepthSnapshot {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: None,
        sequence,
        partial,
        bids: levels(bids),
        asks: levels(asks),
    })
}

fn gap(ns: i64) -> MarketEvent {
    MarketEvent::DepthDiff(DepthDiff {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        ts_event: None,
        first_sequence: 99,
        last_sequence: 99,
        bids: Vec::new(),
        asks: Vec::new(),
    })
}

fn disconnected(ns: i64) -> MarketEvent {
    MarketEvent::FeedNotice(FeedNotice {
        instrument: INSTRUMENT,
        ts_recv: at(ns),
        state: FeedState::Disconnected,
    })
}

fn limit(price: i64, post_only: bool) -> OrderKind {
    let price = Price::from_mantissa(price);
    OrderKind::Limit { price, post_only }
}

fn buy(kind: OrderKind, time_in_force: TimeInForce) -> Command {
    Command::Submit(Submit {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        side: Side::Buy,
        kind,
        time_in_force,
        quantity: Quantity::from_mantissa(5),
        conditions: OrderConditions::default(),
        fault: None,
        verdict: None,
    })
}

fn replace(outcome: &Outcome, price: i64, quantity: i64) -> Command {
    Command::Replace(Replace {
        strategy: STRATEGY,
        order: outcome.order.unwrap(),
        terms: OrderTerms {
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
        },
        fault: None,
        verdict: None,
    })
}

fn halted(cancel_orders: bool) -> OperatorAction {
    OperatorAction {
        by: Actor::Node,
        scope: Scope::Account,
        state: TradingState::Halted,
        cancel_orders,
        flatten: false,
        reason: "enough".into(),
    }
}

/// Runs over the events, and then does what is due within 10 ns of the last.
fn run(runtime: &mut Runtime, events: &[MarketEvent]) -> Vec<Event> {
    let until = events.last().map_or(runtime.now(), MarketEvent::ts_recv);
    let until = Some(until.max(runtime.now()).plus(10));
    let (mut cursor, mut told) = (0, Vec::new());
    loop {
        match runtime.poll(events, &mut cursor, until, 100_000) {
            Poll::Delivery(delivery) => told.push(delivery.event),
            Poll::Budget => panic!("it does not end"),
            Poll::Done => return told,
        }
    }
}

fn fills(told: &[Event]) -> Vec<(i64, i64)> {
    told.iter()
        .filter_map(|event| match event {
            Event::Fill(fill) => Some((fill.price.mantissa(), fill.quantity.mantissa())),
            Event::Trade(_)
            | Event::Quote(_)
            | Event::Book { .. }
            | Event::Bar { .. }
            | Event::FeedStatus { .. }
            | Event::Order(_)
            | Event::Timer { .. } => None,
        })
        .collect()
}

fn state(runtime: &Runtime, outcome: &Outcome) -> &'static str {
    let order = runtime.kernel().orders().get(outcome.order.unwrap());
    order.unwrap().state.name()
}

#[test]
fn a_price_that_is_gone_is_gone_for_the_gate_too() {
    let mut runtime = paper(0);
    run(
        &mut runtime,
        &[sold(0, 1, 101, 1), quote(1, 100, 102, None)],
    );
    let market = buy(OrderKind::Market, TimeInForce::Ioc);
    let outcome = runtime.command(STRATEGY, market.clone()).unwrap();
    assert_eq!(state(&runtime, &outcome), "sent");
    run(&mut runtime, &[disconnected(2)]);
    let outcome = runtime.command(STRATEGY, market).unwrap();
    assert_eq!(state(&runtime, &outcome), "denied");
    assert_eq!(runtime.kernel().mark(INSTRUMENT), None);
}

#[test]
fn a_lost_book_leaves_nothing_to_trade_with() {
    for lost in [gap(2), disconnected(2)] {
        let mut runtime = paper(0);
        let book = snapshot(0, 1, false, &[(100, 10)], &[(110, 10)]);
        run(&mut runtime, &[book, sold(1, 1, 100, 50), lost]);
        runtime
            .command(STRATEGY, buy(limit(110, false), TimeInForce::Ioc))
            .unwrap();
        assert_eq!(fills(&run(&mut runtime, &[])), []);
    }
}

#[test]
fn a_queue_below_the_levels_in_sight_counts_once_it_is_seen() {
    let mut runtime = paper(0);
    let top = snapshot(0, 1, true, &[(100, 10), (99, 10)], &[(102, 10)]);
    run(&mut runtime, &[top]);
    runtime
        .command(STRATEGY, buy(limit(95, false), TimeInForce::Gtc))
        .unwrap();
    run(&mut runtime, &[]);
    let lower = snapshot(20, 2, true, &[(95, 1_000), (94, 10)], &[(97, 10)]);
    let met = run(&mut runtime, &[lower, sold(21, 1, 95, 1_002)]);
    assert_eq!(fills(&met), [(95, 2)]);
}

#[test]
fn a_trade_that_comes_twice_fills_once_and_an_old_quote_is_not_used() {
    let mut runtime = paper(0);
    run(&mut runtime, &[quote(0, 100, 102, Some(10))]);
    runtime
        .command(STRATEGY, buy(limit(101, false), TimeInForce::Gtc))
        .unwrap();
    let twice = [sold(1, 7, 101, 2), sold(2, 7, 101, 2)];
    assert_eq!(fills(&run(&mut runtime, &twice)), [(101, 2)]);
    run(&mut runtime, &[quote(30, 90, 92, Some(9))]);
    let mark = runtime.view(INSTRUMENT).unwrap().mark().unwrap();
    assert_eq!((mark.bid.mantissa(), mark.ask.mantissa()), (100, 102));
    let counters = runtime.counters();
    assert_eq!((counters.trades, counters.repeated_trades), (1, 1));
    assert_eq!((counters.quotes, counters.old_quotes), (1, 1));
}

#[test]
fn an_order_does_not_see_what_came_after_it_where_receive_times_step_back() {
    let mut runtime = paper(0);
    run(&mut runtime, &[quote(1_000, 100, 102, None)]);
    runtime
        .command(STRATEGY, buy(limit(105, false), TimeInForce::Ioc))
        .unwrap();
    let told = run(&mut runtime, &[quote(500, 80, 82, None)]);
    assert_eq!(fills(&told), [(102, 5)]);
}

#[test]
fn a_post_only_order_can_shrink_where_the_market_has_come_to_it() {
    // The market stays where it has come to: what it shows is not consumed.
    let mut runtime = runtime(VenueKind::Paper(PaperSettings {
        impact: Impact::None,
        ..PaperSettings::default()
    }));
    run(&mut runtime, &[quote(0, 100, 102, None)]);
    let resting = buy(limit(101, true), TimeInForce::Gtc);
    let outcome = runtime.command(STRATEGY, resting).unwrap();
    let small = snapshot(1, 1, true, &[(100, 10)], &[(101, 1)]);
    assert_eq!(fills(&run(&mut runtime, &[small])), [(101, 1)]);
    runtime
        .command(STRATEGY, replace(&outcome, 101, 3))
        .unwrap();
    run(&mut runtime, &[]);
    let order = runtime.kernel().orders().get(outcome.order.unwrap());
    assert_eq!(order.unwrap().quantity, Quantity::from_mantissa(3));
}

#[test]
fn nothing_new_leaves_once_it_is_halted() {
    for cancel_orders in [false, true] {
        let mut runtime = outside();
        run(&mut runtime, &[quote(0, 100, 102, None)]);
        let resting = buy(limit(99, false), TimeInForce::Gtc);
        let sent = runtime.command(STRATEGY, resting.clone()).unwrap();
        assert_eq!(runtime.take_outbox().len(), 1);
        runtime.command(STRATEGY, replace(&sent, 100, 6)).unwrap();
        let waiting = runtime.command(STRATEGY, resting.clone()).unwrap();
        let unwanted = runtime.command(STRATEGY, resting).unwrap();
        let cancel = Command::Cancel {
            strategy: STRATEGY,
            order: unwanted.order.unwrap(),
        };
        runtime.command(STRATEGY, cancel).unwrap();
        runtime.operate(halted(cancel_orders)).unwrap();
        let left: Vec<_> = runtime.take_outbox();
        let cancelled: Vec<_> = left
            .iter()
            .map(|message| match message {
                VenueMessage::Cancel { order, .. } => *order,
                VenueMessage::Submit(_) | VenueMessage::Replace { .. } => panic!("{message:?}"),
            })
            .collect();
        let expected = if cancel_orders {
            vec![sent.order.unwrap()]
        } else {
            vec![]
        };
        assert_eq!(cancelled, expected);
        assert_eq!(state(&runtime, &waiting), "cancelled");
        assert_eq!(state(&runtime, &unwanted), "cancelled");
        let after = if cancel_orders {
            "pending_cancel"
        } else {
            "sent"
        };
        assert_eq!(state(&runtime, &sent), after);
        let account = runtime.kernel().account(VenueId::from_index(0)).unwrap();
        let locked = account
            .balance(Currency::new("USDT").unwrap())
            .unwrap()
            .locked;
        assert_eq!(locked.to_string(), "495");
    }
}

#[test]
fn a_drain_ends_though_a_strategy_sets_a_timer_in_it() {
    let mut runtime = paper(5);
    run(&mut runtime, &[quote(0, 100, 102, None)]);
    runtime
        .command(STRATEGY, buy(limit(102, false), TimeInForce::Ioc))
        .unwrap();
    runtime.begin_drain();
    let (mut cursor, mut filled) = (0, 0);
    let end = Some(UnixNanos::from_nanos(i64::MAX));
    loop {
        match runtime.poll(&[], &mut cursor, end, 1_000) {
            Poll::Delivery(delivery) => {
                if matches!(delivery.event, Event::Fill(_)) {
                    filled += 1;
                    runtime.set_timer(STRATEGY, 1, 1_000_000_000);
                }
                assert!(!matches!(delivery.event, Event::Timer { .. }));
            }
            Poll::Budget => panic!("it does not end"),
            Poll::Done => break,
        }
    }
    assert_eq!(filled, 1);
    let late = runtime.command(STRATEGY, buy(limit(99, false), TimeInForce::Gtc));
    assert_eq!(state(&runtime, &late.unwrap()), "denied");
}

#[test]
fn answering_its_own_orders_without_end_is_stopped_without_latency_too() {
    let mut runtime = paper(0);
    run(&mut runtime, &[quote(0, 100, 102, None)]);
    let would_take = || buy(limit(102, true), TimeInForce::Gtc);
    runtime.command(STRATEGY, would_take()).unwrap();
    let events = [quote(1_000_000, 100, 102, None)];
    let mut cursor = 0;
    for _ in 0..1_000_000 {
        let Poll::Delivery(delivery) = runtime.poll(&events, &mut cursor, None, 1_000) else {
            panic!("it came to an end by itself");
        };
        if let Event::Order(update) = delivery.event
            && matches!(update.state, OrderState::Rejected { .. })
            && runtime.command(STRATEGY, would_take()).is_err()
        {
            return;
        }
    }
    panic!("it does not end");
}
