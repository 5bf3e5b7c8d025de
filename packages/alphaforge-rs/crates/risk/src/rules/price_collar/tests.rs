use super::*;
use crate::limits::{EffectiveLimits, Limits};
use crate::view::testing::{SCOPES, instrument, limit_order, limits_at, permissive, price};
use alphaforge_types::{Mark, OrderKind, Side, UnixNanos};

/// Around a middle of 100.
const MARK: (&str, &str) = ("99.99", "100.01");

fn bps(bps: i64) -> Limits {
    let share = Decimal::new(i128::from(bps), 4).unwrap();
    Limits {
        collar_share: Some(Rate::new(share).unwrap()),
        ..Limits::default()
    }
}

fn ticks(ticks: u32) -> Limits {
    Limits {
        collar_ticks: Some(ticks),
        ..Limits::default()
    }
}

fn mark(bid: &str, ask: &str) -> Option<Mark> {
    Some(Mark {
        bid: price(bid),
        ask: price(ask),
    })
}

fn code(limits: &EffectiveLimits, order: &OrderRequest, (bid, ask): (&str, &str)) -> &'static str {
    let instrument = instrument();
    let mut view = permissive(&instrument, limits);
    view.market.mark = mark(bid, ask);
    match check(order, &view) {
        Ok(()) => "passes",
        Err(reject) => reject.code(),
    }
}

#[test]
fn a_price_at_the_collar_passes_and_one_tick_beyond_does_not_in_every_scope() {
    for scope in SCOPES {
        // 100 basis points of a middle of 100, and 100 ticks of 0.01, are both 1.
        for limits in [bps(100), ticks(100)] {
            let limits = limits_at(scope, limits);
            for side in [Side::Buy, Side::Sell] {
                for (at, expected) in [
                    ("98.99", "price_collar"),
                    ("99", "passes"),
                    ("99.01", "passes"),
                    ("100.99", "passes"),
                    ("101", "passes"),
                    ("101.01", "price_collar"),
                ] {
                    let order = limit_order(side, at, "1");
                    assert_eq!(
                        code(&limits, &order, MARK),
                        expected,
                        "{scope:?} {side} {at}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_middle_between_two_ticks_is_exact() {
    // The middle is 100.005.
    let between = ("100", "100.01");
    for (at, expected) in [
        ("99.99", "price_collar"),
        ("100", "passes"),
        ("100.02", "price_collar"),
    ] {
        let order = limit_order(Side::Buy, at, "1");
        assert_eq!(
            code(&limits_at(SCOPES[0], ticks(1)), &order, between),
            expected,
            "{at}"
        );
    }
    // One basis point of it is 0.0100005.
    for (at, expected) in [
        ("99.99", "price_collar"),
        ("100.01", "passes"),
        ("100.02", "price_collar"),
    ] {
        let order = limit_order(Side::Sell, at, "1");
        assert_eq!(
            code(&limits_at(SCOPES[0], bps(1)), &order, between),
            expected,
            "{at}"
        );
    }
}

#[test]
fn the_narrowest_collar_wins_and_is_named() {
    let instrument = instrument();
    let mut limits = limits_at(SCOPES[0], bps(200));
    limits.collar_ticks = limits_at(SCOPES[2], ticks(50)).collar_ticks;
    let mut view = permissive(&instrument, &limits);
    view.market.mark = mark(MARK.0, MARK.1);
    let text = |at| {
        check(&limit_order(Side::Buy, at, "1"), &view)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        text("100.51"),
        "price 100.51 is further than 50 ticks from the market's 100, the strategy collar"
    );
    assert_eq!(
        text("102.01"),
        "price 102.01 is further than 200 bps from the market's 100, the account collar"
    );
}

#[test]
fn a_market_order_is_held_to_the_price_that_it_may_trade_at_worst() {
    let limits = limits_at(SCOPES[0], bps(100));
    for (worst, expected) in [("101", "passes"), ("101.01", "price_collar")] {
        let mut order = limit_order(Side::Buy, worst, "1");
        order.kind = OrderKind::Market;
        assert_eq!(code(&limits, &order, MARK), expected, "{worst}");
    }
    let mut order = limit_order(Side::Buy, "100", "1");
    (order.kind, order.worst_price) = (OrderKind::Market, None);
    assert_eq!(code(&limits, &order, MARK), "no_reference_price");
}

#[test]
fn an_order_that_waits_is_held_to_where_the_market_stands_when_it_fires() {
    let limits = limits_at(SCOPES[0], bps(100));
    let stop = |at| Trigger::Stop { price: price(at) };
    let take_profit = |at| Trigger::TakeProfit { price: price(at) };
    let trailing = |at| Trigger::Trailing {
        distance: price(at),
    };
    for (side, trigger, worst, expected) in [
        // Far from the market now, near it when they fire.
        (Side::Sell, stop("80"), "79.2", "passes"),
        (Side::Sell, stop("80"), "79.19", "price_collar"),
        (Side::Sell, stop("80"), "80.81", "price_collar"),
        (Side::Buy, stop("120"), "121.2", "passes"),
        (Side::Buy, stop("120"), "121.21", "price_collar"),
        (Side::Buy, take_profit("80"), "80.8", "passes"),
        (Side::Sell, take_profit("120"), "118.79", "price_collar"),
        (Side::Sell, trailing("20"), "79.2", "passes"),
        (Side::Sell, trailing("20"), "79.19", "price_collar"),
        (Side::Buy, trailing("20"), "121.21", "price_collar"),
        // The market stands beyond the trigger: they fire at once, where it is.
        (Side::Sell, take_profit("1"), "1", "price_collar"),
        (Side::Sell, take_profit("1"), "99", "passes"),
        (Side::Buy, take_profit("1000"), "1000", "price_collar"),
        (Side::Buy, stop("50"), "101", "passes"),
        (Side::Buy, stop("50"), "50", "price_collar"),
        (Side::Sell, stop("1000"), "99", "passes"),
        (Side::Sell, stop("1000"), "1000", "price_collar"),
    ] {
        let mut order = limit_order(side, worst, "1");
        order.conditions.trigger = Some(trigger);
        assert_eq!(
            code(&limits, &order, MARK),
            expected,
            "{side} {trigger:?} {worst}"
        );
    }
}

#[test]
fn without_a_price_or_with_an_old_one_nothing_passes() {
    let instrument = instrument();
    let order = limit_order(Side::Buy, "100", "1");
    let limits = limits_at(
        SCOPES[0],
        Limits {
            max_market_age_ns: Some(5_000),
            ..bps(100)
        },
    );
    let code = |change: &dyn Fn(&mut View<'_>)| {
        let mut view = permissive(&instrument, &limits);
        view.market.alive_at = UnixNanos::from_nanos(1_000);
        view.now = UnixNanos::from_nanos(6_000);
        change(&mut view);
        check(&order, &view).map_err(|reject| reject.code())
    };
    assert_eq!(code(&|_| {}), Ok(()));
    let no_price = Err("no_reference_price");
    assert_eq!(code(&|view| view.market.mark = None), no_price);
    assert_eq!(code(&|view| view.market.mark = mark("0", "100")), no_price);
    assert_eq!(code(&|view| view.market.mark = mark("100", "0")), no_price);
    let old = Err("stale_reference");
    assert_eq!(code(&|view| view.now = UnixNanos::from_nanos(6_001)), old);
    for (condition, expected) in [
        (MarketCondition::Stale, Ok(())),
        (MarketCondition::Gapped, Ok(())),
        (MarketCondition::Crossed, old),
        (MarketCondition::Disconnected, old),
    ] {
        assert_eq!(
            code(&|view| view.market.condition = condition),
            expected,
            "{condition:?}"
        );
    }
}

#[test]
fn without_a_collar_no_price_is_needed() {
    let (instrument, limits) = (instrument(), EffectiveLimits::default());
    let mut view = permissive(&instrument, &limits);
    view.market.mark = None;
    assert_eq!(check(&limit_order(Side::Buy, "1", "1"), &view), Ok(()));
}

#[test]
fn prices_at_the_end_of_the_range_do_not_wrap() {
    let largest = Price::from_mantissa(i64::MAX);
    let limits = limits_at(
        SCOPES[0],
        Limits {
            collar_ticks: Some(u32::MAX),
            ..bps(10_000)
        },
    );
    let instrument = instrument();
    let mut view = permissive(&instrument, &limits);
    view.market.mark = Some(Mark {
        bid: largest,
        ask: largest,
    });
    let mut order = limit_order(Side::Buy, "1", "1");
    assert_eq!(check(&order, &view).unwrap_err().code(), "price_collar");
    order.worst_price = Some(largest);
    assert_eq!(check(&order, &view), Ok(()));
    order.conditions.trigger = Some(Trigger::Trailing { distance: largest });
    assert_eq!(check(&order, &view).unwrap_err().code(), "price_collar");
}
