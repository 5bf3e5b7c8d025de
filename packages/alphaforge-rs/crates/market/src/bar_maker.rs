//! Bars as they are asked for: from trades or from the venue, and larger ones made of either.
//!
//! Policy. A larger bar is made of the smaller bars that lie in it and have closed; an interval without
//! smaller bars is an empty one. Made of trades, it closes when a bar of the same trades would: its
//! figures are the same too, as long as no trade is late for its smaller bar. Made of the venue's
//! bars, it closes with the one that ends it, or with the first of a later interval. A bar of the
//! venue that begins before the end of the last one has come before and changes nothing.

use alphaforge_types::{Bar, BarSource, Instrument, Trade, UnixNanos};

use crate::bar_builder::{BarBuilder, CLOSE_GRACE_NS, TradeOutcome};
use crate::bar_kind::BarKind;
use crate::bar_spec::BarSpec;
use crate::intervals::Intervals;

/// Makes the bars of one name for one instrument.
#[derive(Clone, Debug)]
pub struct BarMaker {
    source: Source,
    larger: Option<LargerBars>,
}

#[derive(Clone, Debug)]
enum Source {
    Trades(BarBuilder),
    Venue(VenueBars),
}

impl BarMaker {
    /// A maker that has seen nothing.
    pub fn new(spec: BarSpec, instrument: &Instrument) -> BarMaker {
        let kind = spec.smaller.unwrap_or(spec.kind);
        BarMaker {
            source: match spec.source {
                BarSource::Trades => Source::Trades(BarBuilder::new(kind, instrument)),
                BarSource::Venue => Source::Venue(VenueBars::new(kind)),
            },
            larger: spec.smaller.and(LargerBars::new(spec.kind)),
        }
    }

    /// Takes a trade; nothing comes of it for bars that the venue makes.
    pub fn on_trade(&mut self, trade: &Trade) -> TradeOutcome {
        let Source::Trades(builder) = &mut self.source else {
            return TradeOutcome::Forming;
        };
        let outcome = builder.on_trade(trade);
        let Some(larger) = &mut self.larger else {
            return outcome;
        };
        match outcome {
            TradeOutcome::Late => return TradeOutcome::Late,
            TradeOutcome::Closed(bar) => larger.add(&bar),
            TradeOutcome::Forming => {}
        }
        match larger.close_until(trade.time()) {
            Some(bar) => TradeOutcome::Closed(bar),
            None => TradeOutcome::Forming,
        }
    }

    /// Closes a bar of trades that event time has passed.
    pub fn on_event_time(&mut self, event_time: UnixNanos) -> Option<Bar> {
        let Source::Trades(builder) = &mut self.source else {
            return None;
        };
        let closed = builder.on_event_time(event_time);
        let Some(larger) = &mut self.larger else {
            return closed;
        };
        if let Some(bar) = closed {
            larger.add(&bar);
        }
        larger.close_until(event_time.plus(-CLOSE_GRACE_NS))
    }

    /// True for a bar of the venue that counts: one of the kind that this is made of, after all before.
    pub fn takes(&self, bar: &Bar) -> bool {
        match &self.source {
            Source::Trades(_) => false,
            Source::Venue(venue) => venue.is_next(bar),
        }
    }

    /// Takes a bar that the venue made; returns those that close, at most two, in their order.
    pub fn on_venue_bar(&mut self, bar: &Bar) -> [Option<Bar>; 2] {
        let Source::Venue(venue) = &mut self.source else {
            return [None, None];
        };
        if !venue.is_next(bar) {
            return [None, None];
        }
        venue.until = Some(bar.ts_close);
        let Some(larger) = &mut self.larger else {
            return [Some(*bar), None];
        };
        let before = larger.close_until(bar.ts_open);
        larger.add(bar);
        [before, larger.close_until(bar.ts_close)]
    }

    /// The end of the venue's last bar that counted; `None` where there was none, or bars come from trades.
    pub fn venue_bars_until(&self) -> Option<UnixNanos> {
        match &self.source {
            Source::Trades(_) => None,
            Source::Venue(venue) => venue.until,
        }
    }

    /// Forgets what is growing.
    pub fn forget_forming(&mut self) {
        if let Source::Trades(builder) = &mut self.source {
            builder.forget_forming();
        }
        if let Some(larger) = &mut self.larger {
            larger.forming = None;
        }
    }
}

/// The venue's bars of one kind.
#[derive(Clone, Debug)]
struct VenueBars {
    intervals: Option<Intervals>,
    until: Option<UnixNanos>,
}

impl VenueBars {
    fn new(kind: BarKind) -> VenueBars {
        VenueBars {
            intervals: Intervals::of(kind),
            until: None,
        }
    }

    /// True for a bar of this kind that comes after all before it.
    fn is_next(&self, bar: &Bar) -> bool {
        let Some(intervals) = &self.intervals else {
            return false;
        };
        let is_of_kind = intervals.interval_of(bar.ts_open) == (bar.ts_open, bar.ts_close);
        is_of_kind && self.until.is_none_or(|until| bar.ts_open >= until)
    }
}

/// Bars made of smaller ones.
#[derive(Clone, Debug)]
struct LargerBars {
    intervals: Intervals,
    forming: Option<Bar>,
}

impl LargerBars {
    fn new(kind: BarKind) -> Option<LargerBars> {
        Some(LargerBars {
            intervals: Intervals::of(kind)?,
            forming: None,
        })
    }

    /// Takes a smaller bar; the larger one before it must have been closed.
    fn add(&mut self, smaller: &Bar) {
        let Some(bar) = &mut self.forming else {
            let (ts_open, ts_close) = self.intervals.interval_of(smaller.ts_open);
            self.forming = Some(Bar {
                ts_open,
                ts_close,
                ..*smaller
            });
            return;
        };
        bar.high = bar.high.max(smaller.high);
        bar.low = bar.low.min(smaller.low);
        bar.close = smaller.close;
        bar.volume = bar.volume.saturating_add(smaller.volume);
        bar.trade_count = bar.trade_count.saturating_add(smaller.trade_count);
    }

    /// Closes the bar that has ended at `time`.
    fn close_until(&mut self, time: UnixNanos) -> Option<Bar> {
        let has_ended = self.forming.is_some_and(|bar| bar.ts_close <= time);
        if has_ended { self.forming.take() } else { None }
    }
}

#[cfg(test)]
mod tests;
