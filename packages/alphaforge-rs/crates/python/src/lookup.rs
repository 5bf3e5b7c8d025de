//! Names that Python gives → handles of a runtime.

use alphaforge_risk::{Scope, TradingState};
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

/// The scope of a kind (`account`, `venue`, `strategy`, `instrument`) and a name.
pub(crate) fn find_scope(
    runtime: &Runtime,
    kind: &str,
    name: Option<&str>,
) -> std::result::Result<Scope, String> {
    let kernel = runtime.kernel();
    let found = match (kind, name) {
        ("account", None) => Some(Scope::Account),
        ("venue", Some(name)) => find_venue(runtime, name).ok().map(Scope::Venue),
        ("strategy", Some(name)) => find_strategy(runtime, name).ok().map(Scope::Strategy),
        ("instrument", Some(name)) => kernel.find_instrument(name).map(Scope::Instrument),
        _ => None,
    };
    let name = name.unwrap_or_default();
    found.ok_or_else(|| format!("{kind} {name:?}: this node has no such {kind}"))
}
