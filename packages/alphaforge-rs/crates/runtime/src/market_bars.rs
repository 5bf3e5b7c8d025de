//! All bars of one instrument, and where history ends and the run begins.
//!
//! The history goes through the same makers as the run, so that the bar that is open where they join
//! holds the trades of both. A trade of the run that the history holds counts once. Where the first
//! trade of the run neither is one of the history nor follows one, trades between them are missing:
//! the bar that was growing is dropped, and so is every bar of time that begins before or with that
//! first trade. Until it has come no bar closes, since nobody can know.

use alphaforge_market::{BarSpec, TradeIds, TradeOutcome};
use alphaforge_types::{
    Bar, BarSource, Instrument, InstrumentId, StrategyId, Trade, TradeId, UnixNanos, VenueBar,
};

use crate::bar_series::BarSeries;

/// What lies between history and run, and is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryGap {
    /// Whose market.
    pub instrument: InstrumentId,
    /// When the history's last trade was, or where its last bar of the venue ends.
    pub from: UnixNanos,
    /// When the run's first trade was, or where its first bar of the venue begins.
    pub to: UnixNanos,
    /// Which trades.
    pub between: Gap,
}

/// What a gap lies between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The last trade of the history and the first of the run.
    Trades {
        /// The history's last.
        last: TradeId,
        /// The run's first.
        first: TradeId,
    },
    /// Bars that the venue makes.
    VenueBars(BarSpec),
}

/// The trades of the history.
#[derive(Clone, Debug)]
struct TradeHistory {
    ids: TradeIds,
    last: Trade,
    /// The first trade of the run has come.
    is_joined: bool,
}

#[derive(Debug)]
pub(crate) struct MarketBars {
    pub(crate) series: Vec<BarSeries>,
    pub(crate) gaps: Vec<HistoryGap>,
    event_time: UnixNanos,
    history: Option<TradeHistory>,
}

impl Default for MarketBars {
    fn default() -> MarketBars {
        MarketBars {
            series: Vec::new(),
            gaps: Vec::new(),
            event_time: UnixNanos::from_nanos(i64::MIN),
            history: None,
        }
    }
}

impl MarketBars {
    pub(crate) fn subscribe(
        &mut self,
        strategy: StrategyId,
        spec: BarSpec,
        history: usize,
        instrument: &Instrument,
    ) {
        let position = self.series.iter().position(|series| series.spec == spec);
        let position = position.unwrap_or_else(|| {
            self.series.push(BarSeries::new(spec, instrument));
            self.series.len() - 1
        });
        self.series[position].subscribe(strategy, history);
    }

    /// Feeds a trade to all bars that are made here, and tells which closed and who wants them.
    /// Returns how many bars the trade came too late for.
    pub(crate) fn on_trade(
        &mut self,
        trade: &Trade,
        mut closed: impl FnMut(StrategyId, BarSpec, Bar),
    ) -> u64 {
        if self.history.is_some() && self.is_known(trade, &mut closed) {
            return 0;
        }
        let mut late = 0;
        for series in &mut self.series {
            match series.on_trade(trade) {
                TradeOutcome::Forming => {}
                TradeOutcome::Late => late += 1,
                TradeOutcome::Closed(bar) => tell(series, bar, &mut closed),
            }
        }
        late
    }

    /// Closes the time bars that event time has passed.
    pub(crate) fn on_event_time(
        &mut self,
        event_time: UnixNanos,
        mut closed: impl FnMut(StrategyId, BarSpec, Bar),
    ) {
        self.event_time = self.event_time.max(event_time);
        if self
            .history
            .as_ref()
            .is_some_and(|history| !history.is_joined)
        {
            return;
        }
        for series in &mut self.series {
            if let Some(bar) = series.on_event_time(self.event_time) {
                tell(series, bar, &mut closed);
            }
        }
    }

    /// Takes a bar that the venue made, where somebody wants it.
    pub(crate) fn on_venue_bar(
        &mut self,
        venue_bar: &VenueBar,
        mut closed: impl FnMut(StrategyId, BarSpec, Bar),
    ) {
        let bar = &venue_bar.bar;
        for series in &mut self.series {
            if let Some(from) = series.join_venue_bars(bar) {
                self.gaps.push(HistoryGap {
                    instrument: bar.instrument,
                    from,
                    to: bar.ts_open,
                    between: Gap::VenueBars(series.spec),
                });
            }
            for bar in series.on_venue_bar(bar).into_iter().flatten() {
                tell(series, bar, &mut closed);
            }
        }
    }

    /// Takes a trade from before the run; returns how many bars it came too late for.
    pub(crate) fn on_history_trade(&mut self, trade: &Trade) -> u64 {
        let history = self.history.get_or_insert_with(|| TradeHistory {
            ids: TradeIds::default(),
            last: *trade,
            is_joined: false,
        });
        if !history.ids.insert(trade.trade_id) {
            return 0;
        }
        history.last = *trade;
        let outcomes = self.series.iter_mut().map(|series| series.on_trade(trade));
        outcomes
            .filter(|outcome| *outcome == TradeOutcome::Late)
            .count() as u64
    }

    /// Closes the bars of the history that its own event time has passed.
    pub(crate) fn on_history_time(&mut self, event_time: UnixNanos) {
        self.event_time = self.event_time.max(event_time);
        for series in &mut self.series {
            series.on_event_time(self.event_time);
        }
    }

    /// Takes a bar of the venue from before the run.
    pub(crate) fn on_history_bar(&mut self, venue_bar: &VenueBar) {
        for series in &mut self.series {
            series.on_venue_bar(&venue_bar.bar);
        }
    }

    /// True where the history holds a trade of the run. The first one settles how they join.
    fn is_known(
        &mut self,
        trade: &Trade,
        closed: &mut impl FnMut(StrategyId, BarSpec, Bar),
    ) -> bool {
        let Some(history) = &mut self.history else {
            return false;
        };
        let is_known = history.ids.contains(trade.trade_id);
        if history.is_joined {
            return is_known;
        }
        history.is_joined = true;
        if !is_known && !history.ids.contains_the_one_before(trade.trade_id) {
            self.gaps.push(HistoryGap {
                instrument: trade.instrument,
                from: history.last.time(),
                to: trade.time(),
                between: Gap::Trades {
                    last: history.last.trade_id,
                    first: trade.trade_id,
                },
            });
            let made_here = self.series.iter_mut();
            for series in made_here.filter(|series| series.spec.source == BarSource::Trades) {
                series.tear(trade.time());
            }
        }
        // What has waited for this trade closes before it, as it would have without waiting.
        self.on_event_time(self.event_time, closed);
        is_known
    }
}

fn tell(series: &BarSeries, bar: Bar, closed: &mut impl FnMut(StrategyId, BarSpec, Bar)) {
    for subscriber in &series.subscribers {
        closed(subscriber.strategy, series.spec, bar);
    }
}
