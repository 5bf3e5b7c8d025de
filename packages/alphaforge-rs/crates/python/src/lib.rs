//! `alphaforge_rs`: Python's view of the Rust crates. Bindings only, no logic.
//!
//! The typed face of this module is `alphaforge_rs.pyi`, and `stubtest` holds the two together.
//! Errors become Python exceptions in one place, `errors`. Calls that work on many events release
//! the interpreter while no callback is due.

mod account;
mod batch;
mod book;
mod callback_watch;
mod callbacks;
mod columns;
mod decimal;
mod durations;
mod envelope;
mod errors;
mod events;
mod exchange_event;
mod fill;
mod fill_model;
mod history;
mod indicators;
mod instrument;
mod latch;
mod limits;
mod lookup;
mod matching;
mod notices;
mod orders;
mod outcome;
mod packed_bars;
mod parent;
mod port;
mod port_commands;
mod portfolio;
mod raw_events;
mod recording;
mod runtime;
mod shared;
mod simulated;
mod thinned_line;
mod ticket;
mod venue;
mod watched;

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
    use crate::callback_watch::CallbackWatch;
    #[pymodule_export]
    use crate::columns::{decode_columns, encode_columns};
    #[pymodule_export]
    use crate::durations::Durations;
    #[pymodule_export]
    use crate::errors::{
        AlphaForgeError, CommandFloodError, DataError, InstrumentError, LimitError, SetupError,
    };
    #[pymodule_export]
    use crate::events::{Bar, FeedStatus, Quote, Trade};
    #[pymodule_export]
    use crate::exchange_event::ExchangeEvent;
    #[pymodule_export]
    use crate::fill::Fill;
    #[pymodule_export]
    use crate::fill_model::{FeeTiers, Latency, QueueModel};
    #[pymodule_export]
    use crate::history::HistoryGap;
    #[pymodule_export]
    use crate::indicators::{ATR, EMA, RSI, SMA, VWAP, ZScore};
    #[pymodule_export]
    use crate::instrument::{Instrument, InstrumentTable};
    #[pymodule_export]
    use crate::latch::Latch;
    #[pymodule_export]
    use crate::limits::{LimitChange, ScopeLimits};
    #[pymodule_export]
    use crate::matching::MatchingEngine;
    #[pymodule_export]
    use crate::notices::{Alert, EquityPoint};
    #[pymodule_export]
    use crate::orders::Order;
    #[pymodule_export]
    use crate::outcome::Outcome;
    #[pymodule_export]
    use crate::parent::Parent;
    #[pymodule_export]
    use crate::port::StrategyPort;
    #[pymodule_export]
    use crate::portfolio::{Earned, Portfolio, Valuation};
    #[pymodule_export]
    use crate::raw_events::{DepthDiff, DepthSnapshot, FeedNotice, VenueBar};
    #[pymodule_export]
    use crate::recording::{Frame, RecordingReader};
    #[pymodule_export]
    use crate::runtime::{Counters, Runtime};
    #[pymodule_export]
    use crate::simulated::SimulatedMarket;
    #[pymodule_export]
    use crate::thinned_line::ThinnedLine;
    #[pymodule_export]
    use crate::venue::VenueCommand;
    #[pymodule_export]
    use crate::watched::{LossResponse, RiskFigure, WatchedLimits};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
