//! Durations as Python uses them.

use std::sync::Mutex;

use alphaforge_runtime::Durations as Inner;
use pyo3::prelude::*;

use crate::errors::Result;

/// Any number of durations in bounded memory, each known to 1/1024.
#[pyclass(frozen, module = "alphaforge_rs")]
#[derive(Default)]
pub(crate) struct Durations {
    inner: Mutex<Inner>,
}

impl From<Inner> for Durations {
    fn from(inner: Inner) -> Durations {
        Durations {
            inner: Mutex::new(inner),
        }
    }
}

#[pymethods]
impl Durations {
    #[new]
    fn new() -> Durations {
        Durations::default()
    }

    /// Counts a duration, in ns.
    fn add(&self, nanos: u64) -> Result<()> {
        self.inner.lock()?.add(nanos);
        Ok(())
    }

    /// How many there are.
    #[getter]
    fn count(&self) -> Result<u64> {
        Ok(self.inner.lock()?.count())
    }

    /// What `percent` of all are not longer than, in ns, by the nearest rank; None without any.
    fn percentile(&self, percent: u64) -> Result<Option<u64>> {
        Ok(self.inner.lock()?.percentile(percent))
    }

    /// The intervals that hold any, as (longest ns, how many).
    fn counted(&self) -> Result<Vec<(u64, u64)>> {
        Ok(self.inner.lock()?.counted().collect())
    }
}
