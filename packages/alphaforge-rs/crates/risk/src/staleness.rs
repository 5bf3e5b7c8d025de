//! How good what is known of a market is.

use std::fmt;

use alphaforge_types::MarketCondition;

use crate::limits::Limit;
use crate::view::View;

/// Why a market cannot be traded on, or its price not be judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staleness {
    /// What the market is.
    pub condition: MarketCondition,
    /// How long ago its stream was last known to be alive, in ns.
    pub age_ns: i64,
    /// The limit on that age which is broken, where one is.
    pub limit: Option<Limit<i64>>,
}

impl Staleness {
    pub(crate) fn new(view: &View<'_>) -> Staleness {
        let alive_at = view.market.alive_at.nanos();
        let age_ns = view.now.nanos().saturating_sub(alive_at).max(0);
        // What was never seen is older than any limit, whatever the time is.
        let is_unseen = view.market.condition == MarketCondition::Unseen;
        let too_old = |limit: &Limit<i64>| is_unseen || age_ns > limit.value;
        let limit = view.limits.market_age.filter(too_old);
        Staleness {
            condition: view.market.condition,
            age_ns,
            limit,
        }
    }
}

impl fmt::Display for Staleness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, age_ms) = (self.condition.name(), self.age_ns / 1_000_000);
        let why = match self.condition {
            MarketCondition::Unseen => {
                return formatter.write_str("nothing of the market has come yet");
            }
            MarketCondition::Sound => "",
            MarketCondition::Stale => {
                " (its book waits for a snapshot; a recording of changes alone has none)"
            }
            MarketCondition::Gapped => " (updates of its book are missing)",
            MarketCondition::Crossed => " (the best bid is not below the best ask)",
            MarketCondition::Disconnected => " (its stream is gone)",
        };
        write!(
            formatter,
            "the market is {name}{why}, last known to be alive {age_ms} ms ago"
        )?;
        if let Some(limit) = self.limit {
            let limit_ms = limit.value / 1_000_000;
            write!(
                formatter,
                ", above the {} limit of {limit_ms} ms",
                limit.scope.name()
            )?;
        }
        Ok(())
    }
}
