//! Names that Python gives → handles of a runtime.

use alphaforge_risk::TradingState;
use alphaforge_runtime::Runtime;
use alphaforge_types::{StrategyId, VenueId};

use crate::errors::{Error, Result};

pub(crate) fn parse_state(text: &str) -> Result<TradingState> {
    match text {
        "active" => Ok(TradingState::Active),
        "reducing" => Ok(TradingState::Reducing),
        "halted" => Ok(TradingState::Halted),
        other => Err(Error::value(
            "state",
            other,
            "use active, reducing or halted",
        )),
    }
}

pub(crate) fn find_venue(runtime: &Runtime, name: &str) -> Result<VenueId> {
    let kernel = runtime.kernel();
    kernel
        .venues()
        .find(|venue| kernel.venue_name(*venue) == Some(name))
        .ok_or_else(|| Error::value("venue", name, "this node has no such venue"))
}

pub(crate) fn find_strategy(runtime: &Runtime, name: &str) -> Result<StrategyId> {
    let kernel = runtime.kernel();
    kernel
        .strategies()
        .find(|strategy| kernel.strategy_name(*strategy) == Some(name))
        .ok_or_else(|| Error::value("strategy", name, "this node has no such strategy"))
}
