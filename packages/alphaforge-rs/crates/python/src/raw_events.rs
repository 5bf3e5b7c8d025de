//! Market events as venues sent them, before any book is built: for decoders and their tests.

use alphaforge_types::{self as types, FeedState, Level, UnixNanos};
use pyo3::prelude::*;

use crate::events::Bar;
use crate::instrument::Instrument;

/// A whole book, or its best levels, as a venue sent it.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct DepthSnapshot {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: types::DepthSnapshot,
}

#[pymethods]
impl DepthSnapshot {
    /// Whose book.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// When we received it, in ns since the epoch.
    #[getter]
    fn ts_recv(&self) -> i64 {
        self.inner.ts_recv.nanos()
    }

    /// The last update it holds.
    #[getter]
    fn sequence(&self) -> u64 {
        self.inner.sequence
    }

    /// True for the top levels that some streams repeat.
    #[getter]
    fn partial(&self) -> bool {
        self.inner.partial
    }

    /// Exact prices and quantities of the bids.
    #[getter]
    fn bids<'py>(&self, py: Python<'py>) -> PyResult<Vec<ExactLevel<'py>>> {
        exact_levels(py, &self.instrument, &self.inner.bids)
    }

    /// Exact prices and quantities of the asks.
    #[getter]
    fn asks<'py>(&self, py: Python<'py>) -> PyResult<Vec<ExactLevel<'py>>> {
        exact_levels(py, &self.instrument, &self.inner.asks)
    }
}

/// Changes to a book as a venue sent them.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct DepthDiff {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: types::DepthDiff,
}

#[pymethods]
impl DepthDiff {
    /// Whose book.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// When we received it, in ns since the epoch.
    #[getter]
    fn ts_recv(&self) -> i64 {
        self.inner.ts_recv.nanos()
    }

    /// When the venue says it was so, in ns since the epoch, where it tells.
    #[getter]
    fn ts_event(&self) -> Option<i64> {
        self.inner.ts_event.map(UnixNanos::nanos)
    }

    /// The first update it holds.
    #[getter]
    fn first_sequence(&self) -> u64 {
        self.inner.first_sequence
    }

    /// The last update it holds.
    #[getter]
    fn last_sequence(&self) -> u64 {
        self.inner.last_sequence
    }

    /// Exact prices and quantities of the changed bids; a quantity of zero removes the level.
    #[getter]
    fn bids<'py>(&self, py: Python<'py>) -> PyResult<Vec<ExactLevel<'py>>> {
        exact_levels(py, &self.instrument, &self.inner.bids)
    }

    /// Exact prices and quantities of the changed asks; a quantity of zero removes the level.
    #[getter]
    fn asks<'py>(&self, py: Python<'py>) -> PyResult<Vec<ExactLevel<'py>>> {
        exact_levels(py, &self.instrument, &self.inner.asks)
    }
}

/// A closed bar that a venue made, as it sent it.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct VenueBar {
    pub(crate) bar: Py<Bar>,
    pub(crate) ts_recv: i64,
}

#[pymethods]
impl VenueBar {
    /// The bar.
    #[getter]
    fn bar(&self, py: Python<'_>) -> Py<Bar> {
        self.bar.clone_ref(py)
    }

    /// When we received it, in ns since the epoch.
    #[getter]
    fn ts_recv(&self) -> i64 {
        self.ts_recv
    }
}

/// A change of a feed's connection.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct FeedNotice {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: types::FeedNotice,
}

#[pymethods]
impl FeedNotice {
    /// Whose feed.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// When we noticed, in ns since the epoch.
    #[getter]
    fn ts_recv(&self) -> i64 {
        self.inner.ts_recv.nanos()
    }

    /// `connected` or `disconnected`.
    #[getter]
    fn state(&self) -> &'static str {
        match self.inner.state {
            FeedState::Connected => "connected",
            FeedState::Disconnected => "disconnected",
        }
    }
}

/// An exact price and quantity.
pub(crate) type ExactLevel<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// Exact prices and quantities of levels.
pub(crate) fn exact_levels<'py>(
    py: Python<'py>,
    instrument: &Py<Instrument>,
    levels: &[Level],
) -> PyResult<Vec<ExactLevel<'py>>> {
    let instrument = instrument.get();
    levels
        .iter()
        .map(|level| {
            let price = instrument.price_exact(py, level.price)?;
            let quantity = instrument.quantity_exact(py, level.quantity)?;
            Ok((price, quantity))
        })
        .collect()
}
