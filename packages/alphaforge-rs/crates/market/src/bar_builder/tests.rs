//! Bars of trades, and when they close.

use alphaforge_types::Price;
use proptest::prelude::*;

use super::*;
use crate::testing::{SECOND, builder, trade};

fn seconds() -> BarBuilder {
    builder("1s")
}

#[test]
fn a_bar_closes_with_the_first_trade_of_a_later_interval() {
    let mut builder = seconds();
    assert_eq!(
        builder.on_trade(&trade(5 * SECOND, 100, 1)),
        TradeOutcome::Forming
    );
    builder.on_trade(&trade(6 * SECOND - 1, 90, 2));
    builder.on_trade(&trade(6 * SECOND - 1, 110, 3));
    let TradeOutcome::Closed(bar) = builder.on_trade(&trade(9 * SECOND, 120, 1)) else {
        panic!("the bar did not close");
    };
    let prices = [bar.open, bar.high, bar.low, bar.close].map(Price::mantissa);
    assert_eq!(prices, [100, 110, 90, 110]);
    assert_eq!((bar.volume.mantissa(), bar.trade_count), (6, 3));
    assert_eq!(
        (bar.ts_open.nanos(), bar.ts_close.nanos()),
        (5 * SECOND, 6 * SECOND)
    );
}

#[test]
fn event_time_closes_a_quiet_bar_after_the_grace_and_late_trades_change_nothing() {
    let mut builder = seconds();
    builder.on_trade(&trade(5 * SECOND, 100, 1));
    let end = UnixNanos::from_nanos(6 * SECOND);
    assert_eq!(builder.on_event_time(end.plus(CLOSE_GRACE_NS - 1)), None);
    assert!(builder.on_event_time(end.plus(CLOSE_GRACE_NS)).is_some());
    assert_eq!(
        builder.on_trade(&trade(6 * SECOND - 1, 90, 1)),
        TradeOutcome::Late
    );
    assert_eq!(builder.forming(), None);
    builder.on_trade(&trade(8 * SECOND, 100, 1));
    assert_eq!(
        builder.on_trade(&trade(7 * SECOND, 90, 1)),
        TradeOutcome::Late
    );
}

#[test]
fn times_before_the_epoch_align_downwards() {
    let mut builder = seconds();
    builder.on_trade(&trade(-1, 100, 1));
    assert_eq!(builder.forming().unwrap().ts_open.nanos(), -SECOND);
}

#[test]
fn a_trade_closes_the_bar_that_it_makes_large_enough_and_stays_whole() {
    // Prices have two decimals and quantities three: 2.5 is 2,500 lots, 250 is 25,000,000 of ticks times lots.
    for (spec, first) in [("2.5v", 2_000), ("2.4995v", 2_000), ("250n", 2_400)] {
        let mut builder = builder(spec);
        for at in 0..2 {
            let outcome = builder.on_trade(&trade(at, 10_000, first));
            assert_eq!(outcome, TradeOutcome::Forming, "{spec}");
            let closing = trade(at + 1, 10_100, 2_500 - first);
            let TradeOutcome::Closed(bar) = builder.on_trade(&closing) else {
                panic!("{spec}: the bar did not close");
            };
            assert_eq!((bar.volume.mantissa(), bar.trade_count), (2_500, 2));
            assert_eq!((bar.ts_open.nanos(), bar.ts_close.nanos()), (at, at + 1));
            let TradeOutcome::Closed(large) = builder.on_trade(&trade(9, 10_000, 99_999)) else {
                panic!("{spec}: a large trade is a bar of its own");
            };
            assert_eq!((large.volume.mantissa(), large.trade_count), (99_999, 1));
        }
    }
}

#[test]
fn what_is_forgotten_counts_for_nothing() {
    for spec in ["2t", "2v", "200n", "1s"] {
        let mut builder = builder(spec);
        builder.on_trade(&trade(0, 10_000, 1_000));
        builder.forget_forming();
        assert_eq!(builder.forming(), None);
        let outcome = builder.on_trade(&trade(2 * SECOND, 10_000, 1_000));
        assert_eq!(outcome, TradeOutcome::Forming, "{spec}");
    }
}

#[test]
fn a_volume_beyond_all_numbers_is_never_reached() {
    let mut builder = builder("9999999999999999999v");
    for _ in 0..3 {
        let outcome = builder.on_trade(&trade(0, i64::MAX, i64::MAX));
        assert_eq!(outcome, TradeOutcome::Forming);
    }
}

proptest! {
    #[test]
    fn counted_bars_hold_exactly_n_trades(count in 1_u64..5, prices in prop::collection::vec(1_i64..100, 0..40)) {
        let mut builder = builder(&format!("{count}t"));
        let mut closed = Vec::new();
        for (time, price) in prices.iter().enumerate() {
            if let TradeOutcome::Closed(bar) = builder.on_trade(&trade(time as i64, *price, 1)) {
                closed.push(bar);
            }
        }
        prop_assert_eq!(closed.len(), prices.len() / count as usize);
        for (bar, chunk) in closed.iter().zip(prices.chunks(count as usize)) {
            prop_assert_eq!(bar.trade_count, count);
            prop_assert_eq!(bar.high.mantissa(), *chunk.iter().max().unwrap());
            prop_assert_eq!(bar.low.mantissa(), *chunk.iter().min().unwrap());
            prop_assert_eq!(bar.open.mantissa(), chunk[0]);
        }
    }
}
