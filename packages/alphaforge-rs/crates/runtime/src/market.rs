//! One instrument's market, its bars, and who has subscribed to what.

use alphaforge_market::{MarketView, ThinnedLine, Triggers};
use alphaforge_types::{MarketState, OrderId, StrategyId, UnixNanos};

use crate::market_bars::MarketBars;

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
    pub(crate) bars: MarketBars,
    pub(crate) trade_subscribers: Vec<StrategyId>,
    pub(crate) quote_subscribers: Vec<StrategyId>,
    pub(crate) book_subscribers: Vec<StrategyId>,
    pub(crate) status_subscribers: Vec<StrategyId>,
    /// Twice the middle of the marks, over the whole run.
    pub(crate) middles: ThinnedLine<i128>,
    /// When its stream was last known to be alive: by its last event, or as somebody has told.
    pub(crate) alive_at: UnixNanos,
    /// Somebody tells whether its streams are alive.
    pub(crate) is_told_alive: bool,
    /// Something may have changed since the kernel saw it last.
    pub(crate) has_changed: bool,
}

impl Market {
    /// What the execution plane may know of it.
    pub(crate) fn state(&self) -> MarketState {
        MarketState {
            mark: self.view.mark(),
            condition: self.view.condition(),
            alive_at: self.alive_at,
        }
    }

    pub(crate) fn subscribe(&mut self, strategy: StrategyId, channel: Channel) {
        let subscribers = match channel {
            Channel::Trades => &mut self.trade_subscribers,
            Channel::Quotes => &mut self.quote_subscribers,
            Channel::Book => &mut self.book_subscribers,
            Channel::FeedStatus => &mut self.status_subscribers,
        };
        add_once(subscribers, strategy);
    }
}

fn add_once(subscribers: &mut Vec<StrategyId>, strategy: StrategyId) {
    if !subscribers.contains(&strategy) {
        subscribers.push(strategy);
    }
}
