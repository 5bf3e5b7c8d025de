//! Bars from trades.
//!
//! Policy. A time bar covers `[ts_open, ts_close)` by the venue's trade time. It closes when a trade
//! of a later interval arrives, or when the instrument's event time passes its end by
//! [`CLOSE_GRACE_NS`]; the end of a recording closes nothing, so a bar is never half. An interval
//! without trades makes no bar. A trade that belongs to a closed bar is late: it is counted and
//! changes nothing.
//!
//! Bars of trades, volume and notional close with the trade that reaches what was asked for, and hold
//! it whole: they are made of trades that happened, and each trade is in one bar. A large trade makes
//! one large bar instead of many that never traded. They take trades as they come; none is late.

use alphaforge_types::{Bar, Instrument, Trade, UnixNanos};

use crate::bar_kind::BarKind;
use crate::intervals::Intervals;

/// How far event time must pass a bar's end before it closes without a later trade. Streams of one
/// venue arrive out of step by tens of milliseconds; half a second leaves room.
pub(crate) const CLOSE_GRACE_NS: i64 = 500_000_000;

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

/// What closes a bar.
#[derive(Clone, Debug)]
enum End {
    Interval(Intervals),
    Trades(u64),
    /// A quantity, as a mantissa at the instrument's decimals.
    Volume(i128),
    /// Price times quantity, as a product of mantissas.
    Notional {
        enough: i128,
        so_far: i128,
    },
}

/// Builds the bars of one kind for one instrument.
#[derive(Clone, Debug)]
pub struct BarBuilder {
    end: End,
    forming: Option<Bar>,
    closed_until: UnixNanos,
}

impl BarBuilder {
    /// A builder without trades.
    pub fn new(kind: BarKind, instrument: &Instrument) -> BarBuilder {
        let quantity_decimals = instrument.quantity_decimals();
        let end = match kind {
            BarKind::Time { interval_ns } => End::Interval(Intervals::Fixed(interval_ns)),
            BarKind::Calendar { unit, count, zone } => {
                End::Interval(Intervals::calendar(unit, count, zone))
            }
            BarKind::Trades { count } => End::Trades(count),
            BarKind::Volume { quantity } => End::Volume(quantity.least_mantissa(quantity_decimals)),
            BarKind::Notional { amount } => {
                let decimals = instrument.price_decimals() + quantity_decimals;
                End::Notional {
                    enough: amount.least_mantissa(decimals),
                    so_far: 0,
                }
            }
        };
        BarBuilder {
            end,
            forming: None,
            closed_until: UnixNanos::from_nanos(i64::MIN),
        }
    }

    /// The bar that is growing.
    pub fn forming(&self) -> Option<Bar> {
        self.forming
    }

    /// Forgets the bar that is growing.
    pub fn forget_forming(&mut self) {
        self.forming = None;
        if let End::Notional { so_far, .. } = &mut self.end {
            *so_far = 0;
        }
    }

    /// Takes a trade, at the venue's time or, where it sends none, at ours.
    pub fn on_trade(&mut self, trade: &Trade) -> TradeOutcome {
        if matches!(self.end, End::Interval(_)) {
            self.on_trade_in_time(trade)
        } else {
            self.on_counted_trade(trade)
        }
    }

    /// Closes a time bar whose end lies more than the grace before `event_time`.
    pub fn on_event_time(&mut self, event_time: UnixNanos) -> Option<Bar> {
        let bar = self.forming?;
        if event_time < bar.ts_close.plus(CLOSE_GRACE_NS) || !matches!(self.end, End::Interval(_)) {
            return None;
        }
        self.forming = None;
        self.closed_until = bar.ts_close;
        Some(bar)
    }

    fn on_trade_in_time(&mut self, trade: &Trade) -> TradeOutcome {
        let time = trade.time();
        // The interval is reckoned once for each bar; a trade in it costs two comparisons.
        if let Some(bar) = &mut self.forming
            && time < bar.ts_close
        {
            if time < bar.ts_open {
                return TradeOutcome::Late;
            }
            extend(bar, trade);
            return TradeOutcome::Forming;
        }
        if time < self.closed_until {
            return TradeOutcome::Late;
        }
        let End::Interval(intervals) = &self.end else {
            return TradeOutcome::Late;
        };
        let (ts_open, ts_close) = intervals.interval_of(time);
        let closed = self.forming.replace(first(trade, ts_open, ts_close));
        match closed {
            Some(bar) => {
                self.closed_until = bar.ts_close;
                TradeOutcome::Closed(bar)
            }
            None => TradeOutcome::Forming,
        }
    }

    fn on_counted_trade(&mut self, trade: &Trade) -> TradeOutcome {
        let time = trade.time();
        let bar = match self.forming.take() {
            Some(mut bar) => {
                extend(&mut bar, trade);
                bar.ts_close = bar.ts_close.max(time);
                bar
            }
            None => first(trade, time, time),
        };
        if self.is_full(&bar, trade) {
            return TradeOutcome::Closed(bar);
        }
        self.forming = Some(bar);
        TradeOutcome::Forming
    }

    /// True where the last trade has made the bar as large as was asked for.
    fn is_full(&mut self, bar: &Bar, last: &Trade) -> bool {
        match &mut self.end {
            End::Interval(_) => false,
            End::Trades(count) => bar.trade_count == *count,
            End::Volume(enough) => i128::from(bar.volume.mantissa()) >= *enough,
            End::Notional { enough, so_far } => {
                let value =
                    i128::from(last.price.mantissa()) * i128::from(last.quantity.mantissa());
                *so_far = so_far.saturating_add(value);
                let is_full = *so_far >= *enough;
                if is_full {
                    *so_far = 0;
                }
                is_full
            }
        }
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
mod tests;
