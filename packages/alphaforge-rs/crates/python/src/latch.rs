//! Latches as Python sees them.

use alphaforge_kernel::{Actor, Alert, Latch as InnerLatch};
use alphaforge_risk::Scope;
use alphaforge_runtime::Runtime;
use pyo3::prelude::*;

/// What holds a scope back: since when, who says so, and why.
#[pyclass(frozen, get_all, module = "alphaforge_rs")]
pub(crate) struct Latch {
    /// `account`, `venue`, `strategy` or `instrument`.
    scope: &'static str,
    /// Which one; None for the account.
    name: Option<String>,
    /// `reducing` or `halted`.
    state: &'static str,
    /// Since when, in ns since the epoch.
    since: i64,
    /// The person who says so; None where it is the node itself.
    by: Option<String>,
    /// Why.
    reason: String,
}

#[pymethods]
impl Latch {
    fn __repr__(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        format!("Latch({} {name}: {})", self.scope, self.state)
    }
}

/// All that is held back.
pub(crate) fn latches(runtime: &Runtime) -> Vec<Latch> {
    let described = |(scope, latch): (Scope, &InnerLatch)| Latch {
        scope: scope.name(),
        name: scope_name(runtime, scope),
        state: latch.state.name(),
        since: latch.since.nanos(),
        by: match &latch.by {
            Actor::Node => None,
            Actor::Person(name) => Some(name.clone()),
        },
        reason: latch.reason.to_string(),
    };
    runtime.kernel().latches().map(described).collect()
}

/// An alert in words; one of a latch names the scope as people know it.
pub(crate) fn alert_text(runtime: &Runtime, alert: &Alert) -> String {
    let Alert::TradingState { scope, latch } = alert else {
        return alert.to_string();
    };
    let name = scope_name(runtime, *scope).map_or_else(String::new, |name| format!(" {name}"));
    format!(
        "the {}{name} is {}, says {}: {}",
        scope.name(),
        latch.state.name(),
        latch.by,
        latch.reason
    )
}

fn scope_name(runtime: &Runtime, scope: Scope) -> Option<String> {
    let kernel = runtime.kernel();
    match scope {
        Scope::Account => None,
        Scope::Venue(venue) => kernel.venue_name(venue).map(str::to_owned),
        Scope::Strategy(strategy) => kernel.strategy_name(strategy).map(str::to_owned),
        Scope::Instrument(instrument) => kernel
            .instrument(instrument)
            .map(|found| format!("{}:{}", found.venue(), found.symbol())),
    }
}
