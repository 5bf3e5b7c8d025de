//! The bars of one name for one instrument: the one that grows, those that closed, who wants them.

use std::collections::VecDeque;

use alphaforge_market::{BarMaker, BarSpec, TradeOutcome};
use alphaforge_types::{Bar, Instrument, StrategyId, Trade, UnixNanos};

/// How many closed bars are kept; the oldest go first.
pub const MOST_BARS: usize = 100_000;

/// Who wants the bars.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BarSubscriber {
    pub(crate) strategy: StrategyId,
    /// How many bars from before the run it wants to see.
    pub(crate) history: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct BarSeries {
    pub(crate) spec: BarSpec,
    pub(crate) subscribers: Vec<BarSubscriber>,
    maker: BarMaker,
    /// Oldest first.
    closed: VecDeque<Bar>,
    /// How many closed since the run began.
    closed_in_run: usize,
    /// What was traded until then is not all known: a bar of time that begins no later is not whole.
    torn_until: UnixNanos,
    /// The venue's bars of the run, if any, continue those of the history.
    is_joined: bool,
}

impl BarSeries {
    pub(crate) fn new(spec: BarSpec, instrument: &Instrument) -> BarSeries {
        BarSeries {
            spec,
            subscribers: Vec::new(),
            maker: BarMaker::new(spec, instrument),
            closed: VecDeque::new(),
            closed_in_run: 0,
            torn_until: UnixNanos::from_nanos(i64::MIN),
            is_joined: false,
        }
    }

    pub(crate) fn subscribe(&mut self, strategy: StrategyId, history: usize) {
        let mut others = self.subscribers.iter_mut();
        match others.find(|subscriber| subscriber.strategy == strategy) {
            Some(subscriber) => subscriber.history = subscriber.history.max(history),
            None => self.subscribers.push(BarSubscriber { strategy, history }),
        }
    }

    /// The closed bars that a strategy may see, oldest first: those of the run, and as many from before
    /// it as it has asked for; `None` where it has not subscribed.
    pub(crate) fn seen_by(
        &self,
        strategy: StrategyId,
    ) -> Option<impl ExactSizeIterator<Item = &Bar>> {
        let mut subscribers = self.subscribers.iter();
        let subscriber = subscribers.find(|subscriber| subscriber.strategy == strategy)?;
        let seen = self.closed_in_run.saturating_add(subscriber.history);
        let skipped = self.closed.len().saturating_sub(seen);
        Some(self.closed.range(skipped..))
    }

    /// Takes a trade; returns what it did.
    pub(crate) fn on_trade(&mut self, trade: &Trade) -> TradeOutcome {
        let outcome = self.maker.on_trade(trade);
        let TradeOutcome::Closed(bar) = outcome else {
            return outcome;
        };
        match self.kept(bar) {
            Some(bar) => TradeOutcome::Closed(bar),
            None => TradeOutcome::Forming,
        }
    }

    /// Closes the growing bar where event time has passed it.
    pub(crate) fn on_event_time(&mut self, event_time: UnixNanos) -> Option<Bar> {
        let bar = self.maker.on_event_time(event_time)?;
        self.kept(bar)
    }

    /// Takes a bar that the venue made; returns those that close.
    pub(crate) fn on_venue_bar(&mut self, bar: &Bar) -> [Option<Bar>; 2] {
        let closed = self.maker.on_venue_bar(bar);
        closed.map(|bar| self.kept(bar?))
    }

    /// The first bar of the venue in the run that counts: where those between it and the history are not
    /// known, returns the end of the history and forgets what grows.
    pub(crate) fn join_venue_bars(&mut self, first: &Bar) -> Option<UnixNanos> {
        if !self.maker.takes(first) || std::mem::replace(&mut self.is_joined, true) {
            return None;
        }
        let until = self.maker.venue_bars_until()?;
        if first.ts_open <= until {
            return None;
        }
        // The first bar is whole itself; a larger one that begins before it is not.
        self.tear(first.ts_open.plus(-1));
        Some(until)
    }

    /// What was traded until then is not all known: forgets what grows, and drops what is not whole.
    pub(crate) fn tear(&mut self, until: UnixNanos) {
        self.maker.forget_forming();
        self.torn_until = until;
    }

    /// The run begins: what closed so far is history, of which no more is kept than somebody wants.
    pub(crate) fn begin_run(&mut self) {
        let wanted = self.subscribers.iter().map(|one| one.history).max();
        let beyond = self.closed.len().saturating_sub(wanted.unwrap_or(0));
        self.closed.drain(..beyond);
        self.closed_in_run = 0;
    }

    fn kept(&mut self, bar: Bar) -> Option<Bar> {
        if self.spec.kind.is_of_time() && bar.ts_open <= self.torn_until {
            return None;
        }
        if self.closed.len() == MOST_BARS {
            self.closed.pop_front();
        }
        self.closed.push_back(bar);
        self.closed_in_run += 1;
        Some(bar)
    }
}
