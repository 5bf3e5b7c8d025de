//! `alphaforge_rs`: Python's view of the Rust crates. Bindings only, no logic.
//!
//! The typed face of this module is `alphaforge_rs.pyi`, and `stubtest` holds the two together.
//! Errors become Python exceptions in one place, `errors`. Calls that work on many events release
//! the interpreter while no callback is due.

mod account;
mod batch;
mod book;
mod decimal;
mod errors;
mod events;
mod instrument;
mod limits;
mod matching;
mod orders;
mod port;
mod recording;
mod runtime;
mod shared;
mod simulated;
mod venue;

/// The execution kernel of AlphaForge, its market plane and its matching engine.
#[pyo3::pymodule(gil_used = true)]
mod alphaforge_rs {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::account::{Balance, Position};
    #[pymodule_export]
    use crate::batch::EventBatch;
    #[pymodule_export]
    use crate::book::Book;
    #[pymodule_export]
    use crate::errors::{
        AlphaForgeError, CommandFloodError, DataError, InstrumentError, LimitError, SetupError,
    };
    #[pymodule_export]
    use crate::events::{
        Bar, DepthDiff, DepthSnapshot, FeedNotice, FeedStatus, Quote, Trade, VenueBar,
    };
    #[pymodule_export]
    use crate::instrument::{Instrument, InstrumentTable};
    #[pymodule_export]
    use crate::limits::ScopeLimits;
    #[pymodule_export]
    use crate::matching::{ExchangeEvent, MatchingEngine};
    #[pymodule_export]
    use crate::orders::{Alert, EquityPoint, Fill, Order, Outcome};
    #[pymodule_export]
    use crate::port::StrategyPort;
    #[pymodule_export]
    use crate::recording::{Frame, RecordingReader};
    #[pymodule_export]
    use crate::runtime::{Counters, Runtime};
    #[pymodule_export]
    use crate::simulated::SimulatedMarket;
    #[pymodule_export]
    use crate::venue::VenueCommand;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
