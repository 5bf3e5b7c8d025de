//! Positions and balances as Python sees them.

use std::collections::BTreeMap;

use alphaforge_kernel::{Balance as InnerBalance, Position as InnerPosition};
use alphaforge_types::{Amount, Currency, Mark};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::decimal;
use crate::instrument::Instrument;

/// A strategy's position in an instrument.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Position {
    pub(crate) strategy: String,
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: InnerPosition,
    pub(crate) mark: Option<Mark>,
}

#[pymethods]
impl Position {
    /// Whose it is.
    #[getter]
    fn strategy(&self) -> &str {
        &self.strategy
    }

    /// What is held.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// How much is held, long above zero, for signals.
    #[getter]
    fn quantity(&self) -> f64 {
        self.instrument.get().quantity_float(self.inner.quantity())
    }

    /// How much is held, exactly.
    #[getter]
    fn quantity_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument
            .get()
            .quantity_exact(py, self.inner.quantity())
    }

    /// True where nothing is held.
    #[getter]
    fn is_flat(&self) -> bool {
        self.inner.quantity().is_zero()
    }

    /// The average price of what is held, rounded half-even at 12 decimals; None when flat.
    #[getter]
    fn average_price_decimal<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.inner
            .average_price(&self.instrument.get().inner)
            .map(|price| decimal::amount_to_python(py, price))
            .transpose()
    }

    /// What the open quantity cost (long) or brought (short), in the quote currency.
    #[getter]
    fn cost<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.cost())
    }

    /// The profit of what was closed, by average cost, before fees, in the quote currency.
    #[getter]
    fn realised<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.realised())
    }

    /// The profit of what was closed, first in, first out, before fees, in the quote currency.
    #[getter]
    fn realised_fifo<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.realised_fifo())
    }

    /// What closing at the middle of the market would earn; None without a price.
    #[getter]
    fn unrealised<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let instrument = &self.instrument.get().inner;
        let unrealised = if self.inner.quantity().is_zero() {
            Some(Amount::ZERO)
        } else {
            self.mark
                .and_then(|mark| self.inner.unrealised(instrument, mark).ok())
        };
        unrealised
            .map(|amount| decimal::amount_to_python(py, amount))
            .transpose()
    }

    /// The fees paid, by currency.
    #[getter]
    fn fees<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        amounts_by_currency(py, self.inner.fees())
    }

    /// The funding received, by currency; what was paid is below zero.
    #[getter]
    fn funding<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        amounts_by_currency(py, self.inner.funding())
    }

    fn __repr__(&self) -> String {
        format!(
            "Position({}, {} {})",
            self.strategy,
            self.quantity(),
            self.instrument.get().inner
        )
    }
}

fn amounts_by_currency<'py>(
    py: Python<'py>,
    amounts: &BTreeMap<Currency, Amount>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (currency, amount) in amounts {
        dict.set_item(currency.code(), decimal::amount_to_python(py, *amount)?)?;
    }
    Ok(dict)
}

/// One currency at one venue.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Balance {
    pub(crate) venue: String,
    pub(crate) currency: Currency,
    pub(crate) inner: InnerBalance,
}

#[pymethods]
impl Balance {
    /// Where it is.
    #[getter]
    fn venue(&self) -> &str {
        &self.venue
    }

    /// What it is.
    #[getter]
    fn currency(&self) -> String {
        self.currency.to_string()
    }

    /// All of it.
    #[getter]
    fn total<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.total)
    }

    /// What open and in-flight orders can take of it at worst.
    #[getter]
    fn locked<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.locked)
    }

    /// What a new order may take.
    #[getter]
    fn free<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.free())
    }

    fn __repr__(&self) -> String {
        format!("Balance({} {})", self.inner.total, self.currency)
    }
}
