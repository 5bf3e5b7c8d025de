//! What Python is told of the history before a run.

use alphaforge_runtime::{Gap, HistoryGap as Inner};
use pyo3::prelude::*;

use crate::instrument::Instrument;

/// What lies between history and run, and is not known.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct HistoryGap {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: Inner,
}

#[pymethods]
impl HistoryGap {
    /// Whose market.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// When the history's last trade was, or where its last bar of the venue ends, in ns since the epoch.
    #[getter]
    fn ts_from(&self) -> i64 {
        self.inner.from.nanos()
    }

    /// When the run's first trade was, or where its first bar of the venue begins, in ns since the epoch.
    #[getter]
    fn ts_to(&self) -> i64 {
        self.inner.to.nanos()
    }

    /// The history's last trade and the run's first; None where bars of the venue are missing.
    #[getter]
    fn trade_ids(&self) -> Option<(u128, u128)> {
        match self.inner.between {
            Gap::Trades { last, first } => Some((last.number(), first.number())),
            Gap::VenueBars(_) => None,
        }
    }

    /// The bars of the venue that are missing, or that are made of those; None where trades are.
    #[getter]
    fn spec(&self) -> Option<String> {
        match self.inner.between {
            Gap::Trades { .. } => None,
            Gap::VenueBars(spec) => Some(spec.to_string()),
        }
    }

    fn __repr__(&self) -> String {
        let instrument = &self.instrument.get().inner;
        format!(
            "HistoryGap({instrument}, {} to {})",
            self.ts_from(),
            self.ts_to()
        )
    }
}
