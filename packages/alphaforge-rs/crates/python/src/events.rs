//! Market events as strategies see them: frozen, with floats for signals and decimals for money.

use alphaforge_market::BarSpec;
use alphaforge_runtime::FeedStatus as InnerStatus;
use alphaforge_types::{self as types, UnixNanos};
use pyo3::prelude::*;

use crate::instrument::Instrument;

/// A trade between others.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Trade {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: types::Trade,
}

#[pymethods]
impl Trade {
    /// What was traded.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// When we received it, in ns since the epoch.
    #[getter]
    fn ts_recv(&self) -> i64 {
        self.inner.ts_recv.nanos()
    }

    /// When the venue says it happened, in ns since the epoch.
    #[getter]
    fn ts_event(&self) -> Option<i64> {
        self.inner.ts_event.map(UnixNanos::nanos)
    }

    /// The venue's id.
    #[getter]
    fn trade_id(&self) -> u128 {
        self.inner.trade_id.number()
    }

    /// The price, for signals.
    #[getter]
    fn price(&self) -> f64 {
        self.instrument.get().price_float(self.inner.price)
    }

    /// The exact price.
    #[getter]
    fn price_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().price_exact(py, self.inner.price)
    }

    /// The quantity, for signals.
    #[getter]
    fn quantity(&self) -> f64 {
        self.instrument.get().quantity_float(self.inner.quantity)
    }

    /// The exact quantity.
    #[getter]
    fn quantity_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument
            .get()
            .quantity_exact(py, self.inner.quantity)
    }

    /// The side that took liquidity, where the venue tells.
    #[getter]
    fn aggressor(&self) -> Option<&'static str> {
        self.inner.aggressor.map(types::Side::name)
    }

    fn __repr__(&self) -> String {
        format!(
            "Trade({}, price={}, quantity={}, ts_recv={})",
            self.instrument.get().inner,
            self.price(),
            self.quantity(),
            self.ts_recv()
        )
    }
}

/// The best bid and ask.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Quote {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: types::Quote,
}

#[pymethods]
impl Quote {
    /// What is quoted.
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

    /// The venue's update id, where it has one.
    #[getter]
    fn sequence(&self) -> Option<u64> {
        self.inner.sequence
    }

    /// The best bid, for signals.
    #[getter]
    fn bid(&self) -> f64 {
        self.instrument.get().price_float(self.inner.bid.price)
    }

    /// The best ask, for signals.
    #[getter]
    fn ask(&self) -> f64 {
        self.instrument.get().price_float(self.inner.ask.price)
    }

    /// The middle of bid and ask, for signals.
    #[getter]
    fn mid(&self) -> f64 {
        (self.bid() + self.ask()) / 2.0
    }

    /// The quantity at the best bid, for signals.
    #[getter]
    fn bid_quantity(&self) -> f64 {
        self.instrument
            .get()
            .quantity_float(self.inner.bid.quantity)
    }

    /// The quantity at the best ask, for signals.
    #[getter]
    fn ask_quantity(&self) -> f64 {
        self.instrument
            .get()
            .quantity_float(self.inner.ask.quantity)
    }

    /// The exact best bid.
    #[getter]
    fn bid_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().price_exact(py, self.inner.bid.price)
    }

    /// The exact best ask.
    #[getter]
    fn ask_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().price_exact(py, self.inner.ask.price)
    }

    /// The exact quantity at the best bid.
    #[getter]
    fn bid_quantity_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument
            .get()
            .quantity_exact(py, self.inner.bid.quantity)
    }

    /// The exact quantity at the best ask.
    #[getter]
    fn ask_quantity_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument
            .get()
            .quantity_exact(py, self.inner.ask.quantity)
    }

    fn __repr__(&self) -> String {
        format!(
            "Quote({}, bid={}, ask={}, ts_recv={})",
            self.instrument.get().inner,
            self.bid(),
            self.ask(),
            self.ts_recv()
        )
    }
}

/// Open, high, low and close of an interval.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Bar {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) spec: BarSpec,
    pub(crate) inner: types::Bar,
}

#[pymethods]
impl Bar {
    /// What was traded.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// Which bars: `1s`, `1d@Europe/Zurich`, `100t`, `1m@venue`, `1h of 1m`.
    #[getter]
    fn spec(&self) -> String {
        self.spec.to_string()
    }

    /// The start of the interval in ns since the epoch, or the first trade's time for a bar that is not of time.
    #[getter]
    fn ts_open(&self) -> i64 {
        self.inner.ts_open.nanos()
    }

    /// The end of the interval in ns since the epoch, or the latest trade's time for a bar that is not of time.
    #[getter]
    fn ts_close(&self) -> i64 {
        self.inner.ts_close.nanos()
    }

    /// The first price, for signals.
    #[getter]
    fn open(&self) -> f64 {
        self.instrument.get().price_float(self.inner.open)
    }

    /// The highest price, for signals.
    #[getter]
    fn high(&self) -> f64 {
        self.instrument.get().price_float(self.inner.high)
    }

    /// The lowest price, for signals.
    #[getter]
    fn low(&self) -> f64 {
        self.instrument.get().price_float(self.inner.low)
    }

    /// The last price, for signals.
    #[getter]
    fn close(&self) -> f64 {
        self.instrument.get().price_float(self.inner.close)
    }

    /// The traded quantity, for signals.
    #[getter]
    fn volume(&self) -> f64 {
        self.instrument.get().quantity_float(self.inner.volume)
    }

    /// How many trades it holds.
    #[getter]
    fn trade_count(&self) -> u64 {
        self.inner.trade_count
    }

    /// The exact first price.
    #[getter]
    fn open_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().price_exact(py, self.inner.open)
    }

    /// The exact highest price.
    #[getter]
    fn high_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().price_exact(py, self.inner.high)
    }

    /// The exact lowest price.
    #[getter]
    fn low_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().price_exact(py, self.inner.low)
    }

    /// The exact last price.
    #[getter]
    fn close_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().price_exact(py, self.inner.close)
    }

    /// The exact traded quantity.
    #[getter]
    fn volume_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().quantity_exact(py, self.inner.volume)
    }

    fn __repr__(&self) -> String {
        format!(
            "Bar({}, {}, open={}, high={}, low={}, close={}, volume={}, ts_open={})",
            self.instrument.get().inner,
            self.spec,
            self.open(),
            self.high(),
            self.low(),
            self.close(),
            self.volume(),
            self.ts_open()
        )
    }
}

/// What a feed or a book is now.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct FeedStatus {
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: InnerStatus,
}

#[pymethods]
impl FeedStatus {
    /// Whose feed.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// `stale`, `synced`, `connected`, `lagging` or `in_time`.
    #[getter]
    fn state(&self) -> &'static str {
        self.inner.name()
    }

    /// Why it is so, where there is a reason.
    #[getter]
    fn reason(&self) -> Option<String> {
        self.inner.reason()
    }

    fn __repr__(&self) -> String {
        let reason = self
            .reason()
            .map_or_else(String::new, |reason| format!(": {reason}"));
        format!(
            "FeedStatus({}, {}{reason})",
            self.instrument.get().inner,
            self.state()
        )
    }
}
