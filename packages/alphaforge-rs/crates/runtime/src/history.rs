//! What was before the run: it fills the bars that strategies have asked for, and nothing else.

use alphaforge_market::BarSpec;
use alphaforge_types::{Bar, MarketEvent, StrategyId, UnixNanos};

use crate::delivery::Event;
use crate::market_bars::HistoryGap;
use crate::runtime::{Runtime, SetupError};

impl Runtime {
    /// Takes events from before the run, in their order. They make bars; books, marks, clock and
    /// counters of events know nothing of them. Call it when all strategies have subscribed, and
    /// before [`Runtime::start`].
    ///
    /// # Errors
    /// After it.
    pub fn take_history(&mut self, events: &[MarketEvent]) -> Result<(), SetupError> {
        if self.has_started {
            return Err(SetupError::HistoryTooLate);
        }
        for event in events {
            let Some(market) = self.markets.get_mut(event.instrument().index()) else {
                continue;
            };
            let bars = &mut market.bars;
            match event {
                MarketEvent::Trade(trade) => {
                    self.counters.late_trades += bars.on_history_trade(trade);
                }
                MarketEvent::VenueBar(bar) => bars.on_history_bar(bar),
                MarketEvent::Quote(_)
                | MarketEvent::DepthSnapshot(_)
                | MarketEvent::DepthDiff(_)
                | MarketEvent::FeedNotice(_) => {}
            }
            if let Some(event_time) = event.ts_event() {
                bars.on_history_time(event_time);
            }
        }
        Ok(())
    }

    /// What is not known between history and run, of all instruments, as far as it is told by now.
    pub fn history_gaps(&self) -> impl Iterator<Item = &HistoryGap> {
        self.markets.iter().flat_map(|market| &market.bars.gaps)
    }

    /// Hands every strategy the bars of the history that it has asked for, by the time of their end.
    pub(crate) fn deliver_history(&mut self) {
        let mut found: Vec<(UnixNanos, StrategyId, BarSpec, Bar)> = Vec::new();
        for market in &mut self.markets {
            for series in &mut market.bars.series {
                series.begin_run();
                for subscriber in &series.subscribers {
                    let mut at = UnixNanos::from_nanos(i64::MIN);
                    for bar in series.seen_by(subscriber.strategy).into_iter().flatten() {
                        // Late trades can end a later bar of volume at an earlier time; it stays the later.
                        at = at.max(bar.ts_close);
                        found.push((at, subscriber.strategy, series.spec, *bar));
                    }
                }
            }
        }
        // Stable, so that bars that end together come in the order of instruments and subscriptions.
        found.sort_by_key(|(at, ..)| *at);
        for (_, strategy, spec, bar) in found {
            let is_history = true;
            let event = Event::Bar {
                spec,
                bar,
                is_history,
            };
            self.deliver(strategy, event);
        }
    }
}
