//! One instrument's market, its bars, and who has subscribed to what.

use alphaforge_market::{BarKind, BarSpec, MarketView, ThinnedLine, TradeOutcome, Triggers};
use alphaforge_types::{Bar, BarSource, OrderId, StrategyId, Trade, VenueBar};

use crate::bar_series::BarSeries;

/// What a strategy can subscribe to besides bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Trades between others.
    Trades,
    /// The best bid and ask.
    Quotes,
    /// Changes of the synchronised book.
    Book,
    /// Changes of the feed's and the book's state.
    FeedStatus,
}

#[derive(Debug, Default)]
pub(crate) struct Market {
    pub(crate) view: MarketView,
    /// The orders that are held here till the market reaches a price.
    pub(crate) triggers: Triggers<OrderId>,
    pub(crate) series: Vec<BarSeries>,
    pub(crate) trade_subscribers: Vec<StrategyId>,
    pub(crate) quote_subscribers: Vec<StrategyId>,
    pub(crate) book_subscribers: Vec<StrategyId>,
    pub(crate) status_subscribers: Vec<StrategyId>,
    /// Twice the middle of the marks, over the whole run.
    pub(crate) middles: ThinnedLine<i128>,
    /// The mark may have changed since the kernel saw it last.
    pub(crate) mark_changed: bool,
}

impl Market {
    pub(crate) fn subscribe(&mut self, strategy: StrategyId, channel: Channel) {
        let subscribers = match channel {
            Channel::Trades => &mut self.trade_subscribers,
            Channel::Quotes => &mut self.quote_subscribers,
            Channel::Book => &mut self.book_subscribers,
            Channel::FeedStatus => &mut self.status_subscribers,
        };
        add_once(subscribers, strategy);
    }

    pub(crate) fn subscribe_bars(&mut self, strategy: StrategyId, spec: BarSpec) {
        let position = self.series.iter().position(|series| series.spec == spec);
        let position = position.unwrap_or_else(|| {
            self.series.push(BarSeries::new(spec));
            self.series.len() - 1
        });
        add_once(&mut self.series[position].subscribers, strategy);
    }

    pub(crate) fn series(&self, spec: BarSpec) -> Option<&BarSeries> {
        self.series.iter().find(|series| series.spec == spec)
    }

    /// Feeds a trade to all bars that are made here, and tells which closed and who wants them.
    /// Returns how many bars the trade came too late for.
    pub(crate) fn bars_on_trade(
        &mut self,
        trade: &Trade,
        mut closed: impl FnMut(StrategyId, BarSpec, Bar),
    ) -> u64 {
        let mut late = 0;
        for series in &mut self.series {
            if series.spec.source != BarSource::Trades {
                continue;
            }
            match series.on_trade(trade) {
                TradeOutcome::Forming => {}
                TradeOutcome::Late => late += 1,
                TradeOutcome::Closed(bar) => {
                    for strategy in &series.subscribers {
                        closed(*strategy, series.spec, bar);
                    }
                }
            }
        }
        late
    }

    /// Closes the time bars that event time has passed.
    pub(crate) fn bars_on_event_time(&mut self, mut closed: impl FnMut(StrategyId, BarSpec, Bar)) {
        let event_time = self.view.event_time();
        for series in &mut self.series {
            if let Some(bar) = series.on_event_time(event_time) {
                for strategy in &series.subscribers {
                    closed(*strategy, series.spec, bar);
                }
            }
        }
    }

    /// Takes a bar that the venue made, where somebody wants it.
    pub(crate) fn on_venue_bar(
        &mut self,
        venue_bar: &VenueBar,
        mut closed: impl FnMut(StrategyId, BarSpec, Bar),
    ) {
        let wanted = BarSpec {
            kind: BarKind::Time {
                interval_ns: venue_bar.interval_ns,
            },
            source: BarSource::Venue,
        };
        for series in &mut self.series {
            if series.spec == wanted {
                series.on_venue_bar(venue_bar.bar);
                for strategy in &series.subscribers {
                    closed(*strategy, wanted, venue_bar.bar);
                }
            }
        }
    }
}

fn add_once(subscribers: &mut Vec<StrategyId>, strategy: StrategyId) {
    if !subscribers.contains(&strategy) {
        subscribers.push(strategy);
    }
}
