//! The bars of one kind for one instrument: the one that grows, those that closed, who wants them.

use std::collections::VecDeque;

use alphaforge_market::{BarBuilder, BarSpec, TradeOutcome};
use alphaforge_types::{Bar, StrategyId, Trade, UnixNanos};

/// How many closed bars are kept; the oldest go first.
const LONGEST_HISTORY: usize = 100_000;

/// Closed bars, oldest first.
#[derive(Clone, Debug, Default)]
pub struct BarHistory {
    bars: VecDeque<Bar>,
}

impl BarHistory {
    /// The last `count` bars, oldest first.
    pub fn last(&self, count: usize) -> impl Iterator<Item = &Bar> {
        let skipped = self.bars.len().saturating_sub(count);
        self.bars.iter().skip(skipped)
    }

    /// How many bars there are.
    pub fn len(&self) -> usize {
        self.bars.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    fn push(&mut self, bar: Bar) {
        if self.bars.len() == LONGEST_HISTORY {
            self.bars.pop_front();
        }
        self.bars.push_back(bar);
    }
}

#[derive(Clone, Debug)]
pub(crate) struct BarSeries {
    pub(crate) spec: BarSpec,
    pub(crate) history: BarHistory,
    pub(crate) subscribers: Vec<StrategyId>,
    builder: BarBuilder,
}

impl BarSeries {
    pub(crate) fn new(spec: BarSpec) -> BarSeries {
        BarSeries {
            spec,
            history: BarHistory::default(),
            subscribers: Vec::new(),
            builder: BarBuilder::new(spec.kind),
        }
    }

    /// Takes a trade; returns what it did.
    pub(crate) fn on_trade(&mut self, trade: &Trade) -> TradeOutcome {
        let outcome = self.builder.on_trade(trade);
        if let TradeOutcome::Closed(bar) = outcome {
            self.history.push(bar);
        }
        outcome
    }

    /// Closes the growing bar where event time has passed it.
    pub(crate) fn on_event_time(&mut self, event_time: UnixNanos) -> Option<Bar> {
        let bar = self.builder.on_event_time(event_time)?;
        self.history.push(bar);
        Some(bar)
    }

    /// Takes a bar that the venue made.
    pub(crate) fn on_venue_bar(&mut self, bar: Bar) {
        self.history.push(bar);
    }
}
