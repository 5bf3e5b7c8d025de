//! Thinned lines as Python uses them.

use std::sync::Mutex;

use alphaforge_market::ThinnedLine as Inner;
use pyo3::prelude::*;

use crate::errors::Result;

/// A line of any length in bounded memory: of each of at most 1,000 equal intervals the first, least,
/// greatest and last value.
#[pyclass(frozen, module = "alphaforge_rs")]
#[derive(Default)]
pub(crate) struct ThinnedLine {
    inner: Mutex<Inner<f64>>,
}

#[pymethods]
impl ThinnedLine {
    #[new]
    fn new() -> ThinnedLine {
        ThinnedLine::default()
    }

    /// Adds a value. Times, in ns since the epoch, do not step back.
    fn add(&self, ts: i64, value: f64) -> Result<()> {
        self.inner.lock()?.add(ts, value);
        Ok(())
    }

    /// What was kept, by time.
    fn points(&self) -> Result<Vec<(i64, f64)>> {
        Ok(self.inner.lock()?.points())
    }
}
