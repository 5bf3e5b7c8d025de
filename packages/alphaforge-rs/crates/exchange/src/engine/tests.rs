use super::*;
use crate::displayed::NothingDisplayed;
use crate::testing::{instrument, limit, market, post_only};

mod conditions;

/// What happened, in short: `+` accepted, `r` rested, `t` triggered, `x` expired, `c` cancelled, `!` refused,
/// `f price×quantity` filled.
fn short(events: &[ExchangeEvent]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            ExchangeEvent::Accepted { order, .. } => format!("+{}", order.number()),
            ExchangeEvent::Rested { order, .. } => format!("r{}", order.number()),
            ExchangeEvent::Triggered { order, .. } => format!("t{}", order.number()),
            ExchangeEvent::Rejected { order, reason, .. } => {
                format!("!{} {reason:?}", order.number())
            }
            ExchangeEvent::Filled(fill) => {
                format!("f{} {}×{}", fill.order.number(), fill.price, fill.quantity)
            }
            ExchangeEvent::Cancelled { order, cause, .. } => {
                format!("c{} {cause:?}", order.number())
            }
            ExchangeEvent::CancelRejected { order, .. } => format!("!c{}", order.number()),
            ExchangeEvent::Replaced { order, .. } => format!("p{}", order.number()),
            ExchangeEvent::ReplaceRejected { order, reason, .. } => {
                format!("!p{} {reason:?}", order.number())
            }
            ExchangeEvent::Expired { order, reason, .. } => {
                format!("x{} {reason:?}", order.number())
            }
        })
        .collect()
}

struct Bench {
    engine: MatchingEngine,
}

impl Bench {
    fn new() -> Bench {
        Bench {
            engine: MatchingEngine::new(instrument(), FeeSchedule::default()),
        }
    }

    fn submit(&mut self, order: ExchangeOrder) -> Vec<String> {
        let mut events = Vec::new();
        self.engine
            .submit(order, &mut NothingDisplayed, &mut events);
        short(&events)
    }

    fn replace(&mut self, id: u64, account: u32, price: i64, quantity: i64) -> Vec<String> {
        let mut events = Vec::new();
        let terms = OrderTerms {
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
        };
        let (id, account) = (ExchangeOrderId::new(id), AccountId::new(account));
        self.engine
            .replace(id, account, terms, &mut NothingDisplayed, &mut events);
        short(&events)
    }

    fn cancel(&mut self, id: u64, account: u32) -> Vec<String> {
        let mut events = Vec::new();
        let (id, account) = (ExchangeOrderId::new(id), AccountId::new(account));
        self.engine.cancel(id, account, &mut events);
        short(&events)
    }
}

#[test]
fn price_goes_before_time() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Sell, 102, 5));
    bench.submit(limit(2, 1, Side::Sell, 101, 5));
    bench.submit(limit(3, 1, Side::Sell, 101, 5));
    assert_eq!(
        bench.submit(limit(4, 2, Side::Buy, 102, 12)),
        [
            "+4",
            "f4 101×5",
            "f2 101×5",
            "f4 101×5",
            "f3 101×5",
            "f4 102×2",
            "f1 102×2"
        ]
    );
}

#[test]
fn what_is_left_rests_or_expires() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Sell, 101, 5));
    let mut ioc = limit(2, 2, Side::Buy, 101, 6);
    ioc.time_in_force = TimeInForce::Ioc;
    let expired = ["+2", "f2 101×5", "f1 101×5", "x2 ImmediateOrCancel"];
    assert_eq!(bench.submit(ioc), expired);
    assert_eq!(bench.submit(limit(3, 2, Side::Buy, 101, 6)), ["+3", "r3"]);
    assert_eq!(
        bench.submit(market(4, 1, Side::Sell, 7)),
        ["+4", "f4 101×6", "f3 101×6", "x4 NoLiquidity"]
    );
}

#[test]
fn fill_or_kill_is_all_or_nothing() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Sell, 101, 5));
    bench.submit(limit(2, 1, Side::Sell, 102, 5));
    let mut order = limit(3, 2, Side::Buy, 101, 6);
    order.time_in_force = TimeInForce::Fok;
    assert_eq!(bench.submit(order), ["+3", "x3 FillOrKill"]);
    let mut order = limit(4, 2, Side::Buy, 102, 10);
    order.time_in_force = TimeInForce::Fok;
    assert_eq!(bench.submit(order).len(), 5);
    assert!(bench.engine.resting().is_empty());
}

#[test]
fn post_only_orders_never_take() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Sell, 101, 5));
    assert_eq!(
        bench.submit(post_only(2, 2, Side::Buy, 101, 1)),
        ["!2 WouldTake"]
    );
    assert_eq!(
        bench.submit(post_only(3, 2, Side::Buy, 100, 1)),
        ["+3", "r3"]
    );
    assert_eq!(bench.replace(3, 2, 101, 1), ["!p3 WouldTake"]);
    assert!(bench.engine.resting().contains(ExchangeOrderId::new(3)));
}

#[test]
fn self_trades_are_prevented_as_the_taker_says() {
    for (mode, expected) in [
        (
            SelfTradePrevention::Allow,
            vec!["+3", "f3 101×5", "f1 101×5", "f3 101×1", "f2 101×1"],
        ),
        (SelfTradePrevention::ExpireTaker, vec!["+3", "x3 SelfTrade"]),
        (
            SelfTradePrevention::ExpireMaker,
            vec!["+3", "c1 SelfTrade", "f3 101×5", "f2 101×5", "r3"],
        ),
        (
            SelfTradePrevention::ExpireBoth,
            vec!["+3", "c1 SelfTrade", "x3 SelfTrade"],
        ),
    ] {
        let mut bench = Bench::new();
        bench.submit(limit(1, 1, Side::Sell, 101, 5));
        bench.submit(limit(2, 2, Side::Sell, 101, 5));
        let mut order = limit(3, 1, Side::Buy, 101, 6);
        order.self_trade = mode;
        assert_eq!(bench.submit(order), expected, "{mode:?}");
    }
}

#[test]
fn a_fill_or_kill_knows_of_self_trade_prevention() {
    for (mode, killed) in [
        (SelfTradePrevention::Allow, false),
        (SelfTradePrevention::ExpireMaker, true),
        (SelfTradePrevention::ExpireTaker, true),
        (SelfTradePrevention::ExpireBoth, true),
    ] {
        let mut bench = Bench::new();
        bench.submit(limit(1, 2, Side::Sell, 101, 5));
        bench.submit(limit(2, 1, Side::Sell, 101, 5));
        let mut order = limit(3, 1, Side::Buy, 101, 6);
        order.time_in_force = TimeInForce::Fok;
        order.self_trade = mode;
        let events = bench.submit(order);
        assert_eq!(events.contains(&"x3 FillOrKill".to_owned()), killed);
    }
}

#[test]
fn a_smaller_order_keeps_its_place_and_any_other_loses_it() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Sell, 101, 5));
    bench.submit(limit(2, 1, Side::Sell, 101, 5));
    assert_eq!(bench.replace(1, 1, 101, 4), ["p1"]);
    let front = |bench: &Bench| {
        bench
            .engine
            .resting()
            .in_priority(Side::Sell)
            .next()
            .map(|order| order.id.number())
    };
    assert_eq!(front(&bench), Some(1));
    assert_eq!(bench.replace(1, 1, 101, 6), ["p1", "r1"]);
    assert_eq!(front(&bench), Some(2));
}

#[test]
fn a_replace_may_trade_and_cannot_go_below_what_is_filled() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Buy, 100, 5));
    bench.submit(limit(2, 2, Side::Sell, 100, 2));
    assert_eq!(bench.replace(1, 1, 100, 2), ["!p1 NothingLeft"]);
    assert_eq!(bench.replace(1, 2, 100, 4), ["!p1 UnknownOrder"]);
    assert_eq!(bench.replace(1, 1, 0, 4), ["!p1 OutOfRange"]);
    bench.submit(limit(3, 2, Side::Sell, 103, 2));
    assert_eq!(
        bench.replace(1, 1, 103, 6),
        ["p1", "f1 103×2", "f3 103×2", "r1"]
    );
    let order = *bench.engine.resting().get(ExchangeOrderId::new(1)).unwrap();
    assert_eq!((order.quantity.mantissa(), order.filled.mantissa()), (6, 4));
}

#[test]
fn bad_orders_are_refused() {
    let mut bench = Bench::new();
    bench.submit(limit(1, 1, Side::Buy, 100, 5));
    assert_eq!(
        bench.submit(limit(1, 1, Side::Buy, 100, 5)),
        ["!1 DuplicateId"]
    );
    for order in [
        limit(2, 1, Side::Buy, 0, 5),
        limit(2, 1, Side::Buy, 100, 0),
        limit(2, 1, Side::Buy, 100, -1),
        limit(2, 1, Side::Buy, i64::MAX, i64::MAX),
    ] {
        assert_eq!(bench.submit(order), ["!2 OutOfRange"]);
    }
    let mut events = Vec::new();
    let (id, stranger) = (ExchangeOrderId::new(1), AccountId::new(9));
    bench.engine.cancel(id, stranger, &mut events);
    assert_eq!(short(&events), ["!c1"]);
}
