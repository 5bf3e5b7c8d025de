//! Which callback of a strategy runs, so that a watch thread can interrupt one that never returns.
//!
//! The interpreter's lock is held through all of this, and no Python code runs in between: an exception that is
//! set for a callback hits that callback, or is taken back before the next line of Python.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use pyo3::prelude::*;

/// The callbacks of a node, one after the other. `set_exception()` sets the exception `overrun` for the node's
/// thread and `take_back()` removes one that has not hit yet; both must be C functions.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct CallbackWatch {
    set_exception: Py<PyAny>,
    take_back: Py<PyAny>,
    overrun: Py<PyAny>,
    /// How often a callback has begun or ended: odd while one runs.
    turns: AtomicU64,
    interrupted: AtomicBool,
}

#[pymethods]
impl CallbackWatch {
    #[new]
    fn new(set_exception: Py<PyAny>, take_back: Py<PyAny>, overrun: Py<PyAny>) -> CallbackWatch {
        CallbackWatch {
            set_exception,
            take_back,
            overrun,
            turns: AtomicU64::new(0),
            interrupted: AtomicBool::new(false),
        }
    }

    /// The number of the callback that runs now, or None.
    #[getter]
    fn running(&self) -> Option<u64> {
        let turns = self.turns.load(Ordering::Relaxed);
        (turns % 2 == 1).then_some(turns)
    }

    /// Interrupts the callback of this number, and says whether it still ran.
    fn interrupt(&self, py: Python<'_>, number: u64) -> PyResult<bool> {
        if self.running() != Some(number) {
            return Ok(false);
        }
        self.interrupted.store(true, Ordering::Relaxed);
        self.set_exception.call0(py)?;
        Ok(true)
    }

    /// Calls a callback that the runtime does not call itself, and raises what it raises.
    fn call(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        self.around(py, || callback.call0(py)).map(drop)
    }
}

impl CallbackWatch {
    /// Runs a callback. One that was interrupted has failed, even where it has swallowed that.
    pub(crate) fn around<T>(
        &self,
        py: Python<'_>,
        callback: impl FnOnce() -> PyResult<T>,
    ) -> PyResult<T> {
        self.turns.fetch_add(1, Ordering::Relaxed);
        let outcome = callback();
        self.turns.fetch_add(1, Ordering::Relaxed);
        if !self.interrupted.swap(false, Ordering::Relaxed) {
            return outcome;
        }
        self.take_back.call0(py)?;
        outcome.and_then(|_| {
            let overrun = self.overrun.bind(py).call0()?;
            Err(PyErr::from_value(overrun))
        })
    }
}
