//! Stops, icebergs, orders in the quote currency, and orders that are good till a time.

use super::*;
use alphaforge_types::Trigger;

fn stop(id: u64, side: Side, at: i64, quantity: i64) -> ExchangeOrder {
    let mut order = market(id, 9, side, quantity);
    order.conditions.trigger = Some(Trigger::Stop {
        price: Price::from_mantissa(at),
    });
    order
}

#[test]
fn a_stop_waits_and_trades_when_the_market_reaches_it() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Buy, 100, 5));
    bench.submit(limit(2, 1, Side::Buy, 99, 5));
    assert_eq!(bench.submit(stop(3, Side::Sell, 100, 2)), ["+3"]);
    assert_eq!(bench.engine.resting().len(), 2);
    assert_eq!(
        bench.submit(market(4, 2, Side::Sell, 1)),
        ["+4", "f4 100×1", "f1 100×1", "t3", "f3 100×2", "f1 100×2"]
    );
    // The market stands at 100 now: one that comes too late trades at once.
    assert_eq!(
        bench.submit(stop(5, Side::Sell, 100, 1)),
        ["+5", "t5", "f5 100×1", "f1 100×1"]
    );
}

#[test]
fn what_one_stop_trades_fires_the_next() {
    let mut bench = Bench::new();
    for (id, price) in [(1, 100), (2, 99), (3, 98)] {
        bench.submit(limit(id, 1, Side::Buy, price, 1));
    }
    bench.submit(stop(5, Side::Sell, 99, 1));
    bench.submit(stop(4, Side::Sell, 100, 1));
    assert_eq!(
        bench.submit(market(6, 2, Side::Sell, 1)),
        [
            "+6",
            "f6 100×1",
            "f1 100×1",
            "t4",
            "f4 99×1",
            "f2 99×1",
            "t5",
            "f5 98×1",
            "f3 98×1"
        ]
    );
}

#[test]
fn a_waiting_order_can_be_cancelled_by_its_owner_only_and_not_replaced() {
    let mut bench = Bench::new();
    bench.submit(stop(1, Side::Sell, 100, 1));
    assert_eq!(
        bench.submit(limit(1, 1, Side::Buy, 99, 1)),
        ["!1 DuplicateId"]
    );
    assert_eq!(bench.cancel(1, 8), ["!c1"]);
    assert_eq!(bench.cancel(1, 9), ["c1 Requested"]);
    bench.submit(limit(2, 1, Side::Buy, 90, 1));
    assert_eq!(
        bench.submit(market(3, 2, Side::Sell, 1)),
        ["+3", "f3 90×1", "f2 90×1"]
    );
}

#[test]
fn an_iceberg_shows_a_slice_and_goes_to_the_back_with_the_next() {
    let mut bench = Bench::new();
    let mut iceberg = limit(1, 1, Side::Buy, 100, 5);
    iceberg.conditions.display = Some(Quantity::from_mantissa(2));
    bench.submit(iceberg);
    bench.submit(limit(2, 1, Side::Buy, 100, 2));
    let shown = |bench: &Bench| {
        let at = bench
            .engine
            .resting()
            .quantity_at(Side::Buy, Price::from_mantissa(100));
        at.mantissa()
    };
    assert_eq!(shown(&bench), 4);
    assert_eq!(
        bench.submit(market(3, 2, Side::Sell, 3)),
        ["+3", "f3 100×2", "f1 100×2", "f3 100×1", "f2 100×1"]
    );
    assert_eq!(shown(&bench), 3);
    assert_eq!(
        bench.submit(market(4, 2, Side::Sell, 9)),
        [
            "+4",
            "f4 100×1",
            "f2 100×1",
            "f4 100×2",
            "f1 100×2",
            "f4 100×1",
            "f1 100×1",
            "x4 NoLiquidity"
        ]
    );
}

#[test]
fn a_fill_or_kill_counts_what_an_iceberg_hides() {
    let mut bench = Bench::new();
    let mut iceberg = limit(1, 1, Side::Buy, 100, 5);
    iceberg.conditions.display = Some(Quantity::from_mantissa(2));
    bench.submit(iceberg);
    let mut all = limit(2, 2, Side::Sell, 100, 5);
    all.time_in_force = TimeInForce::Fok;
    assert_eq!(bench.submit(all).len(), 7);
    assert!(bench.engine.resting().is_empty());
}

#[test]
fn an_order_in_the_quote_currency_spends_no_more_than_that() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Sell, 100, 2));
    bench.submit(limit(2, 1, Side::Sell, 150, 9));
    let budget = |worth: i64| {
        let instrument = instrument();
        let one = Quantity::from_mantissa(1);
        instrument.notional(Price::from_mantissa(worth), one).ok()
    };
    let mut order = market(3, 2, Side::Buy, 100);
    order.conditions.budget = budget(510);
    // 2 × 100 and 2 × 150 are 500, and 10 buy no lot more.
    assert_eq!(
        bench.submit(order),
        ["+3", "f3 100×2", "f1 100×2", "f3 150×2", "f2 150×2"]
    );
    let mut order = market(4, 2, Side::Buy, 100);
    order.conditions.budget = budget(149);
    assert_eq!(bench.submit(order), ["+4", "x4 NoLiquidity"]);
}

#[test]
fn orders_end_when_their_time_has_come() {
    let mut bench = Bench::new();
    let until = |nanos| TimeInForce::Gtd {
        expires_at: UnixNanos::from_nanos(nanos),
    };
    let mut resting = limit(1, 1, Side::Buy, 100, 5);
    resting.time_in_force = until(10);
    let mut waiting = stop(2, Side::Sell, 90, 1);
    waiting.time_in_force = until(20);
    let mut gone = limit(3, 1, Side::Buy, 99, 5);
    gone.time_in_force = until(10);
    for order in [resting, waiting, gone] {
        bench.submit(order);
    }
    bench.cancel(3, 1);
    let mut expired = |now| {
        let mut events = Vec::new();
        bench
            .engine
            .expire_until(UnixNanos::from_nanos(now), &mut events);
        short(&events)
    };
    assert_eq!(expired(9), [""; 0]);
    assert_eq!(expired(10), ["x1 TimePassed"]);
    assert_eq!(expired(30), ["x2 TimePassed"]);
    let mut late = limit(4, 1, Side::Buy, 100, 5);
    late.time_in_force = until(30);
    assert_eq!(bench.submit(late), ["+4", "x4 TimePassed"]);
}
