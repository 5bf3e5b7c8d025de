//! What the execution plane may know of a market.

use serde::{Deserialize, Serialize};

use crate::market_event::Mark;
use crate::time::UnixNanos;

/// Whether what is seen of a market can be traded on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MarketCondition {
    /// Nothing has been seen of it yet.
    #[default]
    Unseen,
    /// What is shown can be trusted.
    Sound,
    /// The book waits for a snapshot.
    Stale,
    /// Updates of the book are missing.
    Gapped,
    /// The best bid is not below the best ask.
    Crossed,
    /// The stream is gone.
    Disconnected,
}

impl MarketCondition {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            MarketCondition::Unseen => "unseen",
            MarketCondition::Sound => "sound",
            MarketCondition::Stale => "stale",
            MarketCondition::Gapped => "gapped",
            MarketCondition::Crossed => "crossed",
            MarketCondition::Disconnected => "disconnected",
        }
    }
}

/// One instrument's market, as the execution plane sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketState {
    /// The top of the book; `None` where there is no price.
    pub mark: Option<Mark>,
    /// Whether it can be traded on.
    pub condition: MarketCondition,
    /// When its stream was last known to be alive, which is not when the price last changed.
    pub alive_at: UnixNanos,
}
