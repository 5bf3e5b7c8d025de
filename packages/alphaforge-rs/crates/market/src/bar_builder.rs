//! Bars from trades.
//!
//! Policy. A time bar covers `[ts_open, ts_close)`, aligned to the Unix epoch, by the venue's trade
//! time. It closes when a trade of a later interval arrives, or when the instrument's event time
//! passes its end by [`CLOSE_GRACE_NS`]; the end of a recording closes nothing, so a bar is never
//! half. An interval without trades makes no bar. A trade that belongs to a closed bar is late: it
//! is counted and changes nothing.

use alphaforge_types::{Bar, Trade, UnixNanos};

use crate::bar_spec::BarKind;

/// How far event time must pass a bar's end before it closes without a later trade. Streams of one
/// venue arrive out of step by tens of milliseconds; half a second leaves room.
const CLOSE_GRACE_NS: i64 = 500_000_000;

/// What a trade did to a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeOutcome {
    /// The bar grows.
    Forming,
    /// A bar has closed.
    Closed(Bar),
    /// The trade belongs to a bar that has closed before.
    Late,
}

/// Builds the bars of one kind for one instrument.
#[derive(Clone, Debug)]
pub struct BarBuilder {
    kind: BarKind,
    forming: Option<Bar>,
    closed_until: UnixNanos,
}

impl BarBuilder {
    /// A builder without trades.
    pub fn new(kind: BarKind) -> BarBuilder {
        BarBuilder {
            kind,
            forming: None,
            closed_until: UnixNanos::from_nanos(i64::MIN),
        }
    }

    /// The bar that is growing.
    pub fn forming(&self) -> Option<Bar> {
        self.forming
    }

    /// Takes a trade, at the venue's time or, where it sends none, at ours.
    pub fn on_trade(&mut self, trade: &Trade) -> TradeOutcome {
        let time = trade.ts_event.unwrap_or(trade.ts_recv);
        match self.kind {
            BarKind::Time { interval_ns } => self.on_trade_in_time(trade, time, interval_ns),
            BarKind::Trades { count } => self.on_counted_trade(trade, time, count),
        }
    }

    /// Closes a time bar whose end lies more than the grace before `event_time`.
    pub fn on_event_time(&mut self, event_time: UnixNanos) -> Option<Bar> {
        match self.kind {
            BarKind::Trades { .. } => None,
            BarKind::Time { .. } => {
                let due = self
                    .forming
                    .filter(|bar| event_time >= bar.ts_close.plus(CLOSE_GRACE_NS))?;
                self.forming = None;
                self.closed_until = due.ts_close;
                Some(due)
            }
        }
    }

    fn on_trade_in_time(
        &mut self,
        trade: &Trade,
        time: UnixNanos,
        interval_ns: i64,
    ) -> TradeOutcome {
        let open_ns = time
            .nanos()
            .div_euclid(interval_ns)
            .saturating_mul(interval_ns);
        let ts_open = UnixNanos::from_nanos(open_ns);
        if ts_open < self.closed_until {
            return TradeOutcome::Late;
        }
        let closed = match self.forming {
            Some(ref mut bar) if bar.ts_open == ts_open => {
                extend(bar, trade);
                return TradeOutcome::Forming;
            }
            Some(bar) if bar.ts_open > ts_open => return TradeOutcome::Late,
            Some(bar) => {
                self.closed_until = bar.ts_close;
                TradeOutcome::Closed(bar)
            }
            None => TradeOutcome::Forming,
        };
        self.forming = Some(first(trade, ts_open, ts_open.plus(interval_ns)));
        closed
    }

    fn on_counted_trade(&mut self, trade: &Trade, time: UnixNanos, count: u64) -> TradeOutcome {
        let bar = match self.forming.take() {
            Some(mut bar) => {
                extend(&mut bar, trade);
                bar.ts_close = bar.ts_close.max(time);
                bar
            }
            None => first(trade, time, time),
        };
        if bar.trade_count == count {
            return TradeOutcome::Closed(bar);
        }
        self.forming = Some(bar);
        TradeOutcome::Forming
    }
}

fn first(trade: &Trade, ts_open: UnixNanos, ts_close: UnixNanos) -> Bar {
    Bar {
        instrument: trade.instrument,
        ts_open,
        ts_close,
        open: trade.price,
        high: trade.price,
        low: trade.price,
        close: trade.price,
        volume: trade.quantity,
        trade_count: 1,
    }
}

fn extend(bar: &mut Bar, trade: &Trade) {
    bar.high = bar.high.max(trade.price);
    bar.low = bar.low.min(trade.price);
    bar.close = trade.price;
    bar.volume = bar.volume.saturating_add(trade.quantity);
    bar.trade_count += 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alphaforge_types::{InstrumentId, Price, Quantity, TradeId};
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000_000;

    fn trade(time: i64, price: i64, quantity: i64) -> Trade {
        Trade {
            instrument: InstrumentId::from_index(0),
            ts_recv: UnixNanos::ZERO,
            ts_event: Some(UnixNanos::from_nanos(time)),
            trade_id: TradeId::new(0),
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
            aggressor: None,
        }
    }

    fn seconds() -> BarBuilder {
        BarBuilder::new(BarKind::Time {
            interval_ns: SECOND,
        })
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

    proptest! {
        #[test]
        fn counted_bars_hold_exactly_n_trades(count in 1_u64..5, prices in prop::collection::vec(1_i64..100, 0..40)) {
            let mut builder = BarBuilder::new(BarKind::Trades { count });
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
}
