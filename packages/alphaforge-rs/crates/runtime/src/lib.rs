//! The one dispatch: it drives books, bars, fill simulation and the kernel over market events, and
//! hands out deliveries only where a strategy has subscribed.
//!
//! [`Runtime::poll`] is a pull: it works until there is something to deliver and returns it, so that
//! no lock and no borrow is held while a strategy's callback runs, and whatever the callback asks
//! for goes straight into [`Runtime::command`]. What that causes is delivered after the callback has
//! returned. Live trading hands it a received batch, a backtest a chunk of a file.

mod bar_series;
mod counters;
mod delivery;
mod dispatch;
mod durations;
mod engine_inputs;
mod execution;
mod feed_time;
mod held_orders;
mod history;
mod latency;
mod market;
mod market_bars;
mod marks;
mod operate;
mod outbox;
mod paper_venue;
mod permissions;
mod record;
mod result_hash;
mod runtime;
mod schedule;

pub use bar_series::MOST_BARS;
pub use counters::Counters;
pub use delivery::{Delivery, Event, FeedStatus, OrderUpdate};
pub use durations::Durations;
pub use latency::{
    Jitter, LatencyModel, LatencySample, RecordedLatency, RecordedLatencyError, Trip,
};
pub use market::Channel;
pub use market_bars::{Gap, HistoryGap};
pub use paper_venue::{Impact, PaperSettings};
pub use record::{EquityPoint, Record};
pub use runtime::{CommandsPerMoment, Poll, Runtime, SetupError, VenueKind};
