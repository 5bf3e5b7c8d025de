//! Equity and alerts as Python sees them.

use alphaforge_runtime::EquityPoint as InnerEquity;
use pyo3::prelude::*;

use crate::decimal;

/// What everything was worth at a moment.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct EquityPoint {
    pub(crate) inner: InnerEquity,
}

#[pymethods]
impl EquityPoint {
    /// When, in ns since the epoch.
    #[getter]
    fn ts(&self) -> i64 {
        self.inner.ts.nanos()
    }

    /// In which currency.
    #[getter]
    fn currency(&self) -> String {
        self.inner.currency.to_string()
    }

    /// All balances; None where a rate is missing.
    #[getter]
    fn equity<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.inner
            .equity
            .map(|equity| decimal::amount_to_python(py, equity))
            .transpose()
    }

    /// What the positions are worth, long and short added up; None where a rate is missing.
    #[getter]
    fn gross_exposure<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.inner
            .gross_exposure
            .map(|value| decimal::amount_to_python(py, value))
            .transpose()
    }

    /// What the positions are worth, long less short; None where a rate is missing.
    #[getter]
    fn net_exposure<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.inner
            .net_exposure
            .map(|value| decimal::amount_to_python(py, value))
            .transpose()
    }
}

/// Something that somebody must know.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Alert {
    pub(crate) ts: i64,
    pub(crate) text: String,
    pub(crate) client_order_id: Option<String>,
}

#[pymethods]
impl Alert {
    /// When, in ns since the epoch.
    #[getter]
    fn ts(&self) -> i64 {
        self.ts
    }

    /// What.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    /// The order it is about, if it is about one.
    #[getter]
    fn client_order_id(&self) -> Option<&str> {
        self.client_order_id.as_deref()
    }

    fn __repr__(&self) -> String {
        format!("Alert({:?})", self.text)
    }
}
