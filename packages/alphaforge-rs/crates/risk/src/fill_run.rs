//! Rule 9: how often a strategy has been executed on one side, without the other.
//!
//! An order counts once, when it first trades: it is one decision of the strategy, however many trades fill
//! it. A trade on the other side ends the run.
//!
//! Source: MiFID II RTS 6 article 15(3), repeated automated execution throttles, which control how often a
//! strategy has been applied and disable it until a designated person re-enables it; FIA, Best Practices for
//! Automated Trading Risk Controls (2024), repeated automated execution limits.

use alphaforge_types::{Side, UnixNanos};

use crate::time_window::TimeWindow;

/// The orders of one side that have traded one after the other, of a strategy in an instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FillRun {
    side: Option<Side>,
    orders: TimeWindow,
}

impl FillRun {
    /// Counts a trade; `is_first` where it is the first of its order. What is older than `window_ns` is
    /// forgotten.
    pub fn on_trade(&mut self, side: Side, is_first: bool, now: UnixNanos, window_ns: i64) {
        if self.side != Some(side) {
            self.side = Some(side);
            self.orders.clear();
        }
        if is_first {
            self.orders.record(now, window_ns);
        }
    }

    /// How many orders of the side have traded within the window.
    pub fn count(&self, now: UnixNanos, window_ns: i64) -> u64 {
        self.orders.count(now, window_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_trade_on_the_other_side_ends_a_run() {
        let at = UnixNanos::from_nanos;
        let mut run = FillRun::default();
        for (side, is_first, now, expected) in [
            (Side::Buy, true, 0, 1),
            (Side::Buy, false, 1, 1),
            (Side::Buy, true, 2, 2),
            (Side::Sell, false, 3, 0),
            (Side::Buy, true, 4, 1),
            (Side::Buy, true, 13, 2),
            (Side::Buy, true, 14, 2),
        ] {
            run.on_trade(side, is_first, at(now), 10);
            assert_eq!(run.count(at(now), 10), expected, "at {now}");
        }
    }

    proptest! {
        #[test]
        fn counts_what_a_full_list_would(trades in prop::collection::vec((any::<bool>(), any::<bool>(), 0_i64..5), 1..60)) {
            let mut run = FillRun::default();
            let mut all: Vec<(bool, bool, i64)> = Vec::new();
            let mut now = 0;
            for (is_buy, is_first, step) in trades {
                now += step;
                let side = if is_buy { Side::Buy } else { Side::Sell };
                run.on_trade(side, is_first, UnixNanos::from_nanos(now), 10);
                all.push((is_buy, is_first, now));
                let expected = all.iter().rev().take_while(|trade| trade.0 == is_buy)
                    .filter(|trade| trade.1 && now - trade.2 < 10).count();
                prop_assert_eq!(run.count(UnixNanos::from_nanos(now), 10), expected as u64);
            }
        }
    }
}
