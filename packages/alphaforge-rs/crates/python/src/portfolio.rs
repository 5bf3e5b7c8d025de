//! What is held and earned, in one currency, as Python sees it.

use std::collections::BTreeSet;

use alphaforge_kernel::{Profit as InnerProfit, Valuation as InnerValuation};
use alphaforge_risk::Scope;
use alphaforge_runtime::Runtime;
use alphaforge_types::Currency;
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::{Error, Result};

/// A sum in one currency of what is in many.
#[pyclass(frozen, module = "alphaforge_rs")]
#[derive(Clone)]
pub(crate) struct Valuation {
    inner: InnerValuation,
}

#[pymethods]
impl Valuation {
    /// The sum of all that could be valued, at the last rates.
    #[getter]
    fn total<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.total)
    }

    /// The currencies without a rate: nothing of them is in the sum.
    #[getter]
    fn missing(&self) -> Vec<String> {
        codes(&self.inner.missing)
    }

    /// The currencies whose rate is too old, or whose market is not sound: they are in the sum.
    #[getter]
    fn stale(&self) -> Vec<String> {
        codes(&self.inner.stale)
    }

    /// True where every rate was there and fresh.
    #[getter]
    fn is_reliable(&self) -> bool {
        self.inner.reliable().is_some()
    }

    fn __repr__(&self) -> String {
        let mut text = format!("Valuation({}", self.inner.total);
        for (what, currencies) in [("missing", self.missing()), ("stale", self.stale())] {
            if !currencies.is_empty() {
                text.push_str(&format!(", {what}: {}", currencies.join(" ")));
            }
        }
        text + ")"
    }
}

fn codes(currencies: &BTreeSet<Currency>) -> Vec<String> {
    currencies.iter().map(Currency::to_string).collect()
}

/// What was earned in one currency.
#[pyclass(frozen, module = "alphaforge_rs")]
#[derive(Clone)]
pub(crate) struct Earned {
    currency: Currency,
    inner: InnerProfit,
}

#[pymethods]
impl Earned {
    /// The currency.
    #[getter]
    fn currency(&self) -> String {
        self.currency.to_string()
    }

    /// The profit of what was closed, by average cost, before fees.
    #[getter]
    fn realised<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.realised)
    }

    /// The same, first in, first out.
    #[getter]
    fn realised_fifo<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.realised_fifo)
    }

    /// What closing the positions that have a price would earn at the middle of the market.
    #[getter]
    fn unrealised<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.unrealised)
    }

    /// The fees paid; rebates are below zero.
    #[getter]
    fn fees<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.fees)
    }

    /// The funding received; what was paid is below zero.
    #[getter]
    fn funding<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.funding)
    }
}

/// The figures of a scope in one currency, as they were when they were asked for.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Portfolio {
    currency: Currency,
    equity: InnerValuation,
    profit: InnerValuation,
    gross_exposure: InnerValuation,
    net_exposure: InnerValuation,
    earned: Vec<Earned>,
}

impl Portfolio {
    /// The figures of a scope, in the currency of reports where none is given.
    pub(crate) fn of(runtime: &Runtime, scope: Scope, currency: Option<&str>) -> Result<Portfolio> {
        let currency = match currency {
            Some(code) => Currency::new(code)?,
            None => runtime.reporting_currency().ok_or_else(|| {
                Error::Value("currency: give one, the node has no currency of reports".to_owned())
            })?,
        };
        let kernel = runtime.kernel();
        let overflow = |error: alphaforge_types::Overflow| Error::Value(error.to_string());
        let profits = kernel.profits(scope).map_err(overflow)?;
        let value = kernel.market_value(scope, currency);
        Ok(Portfolio {
            currency,
            equity: kernel.equity(currency),
            profit: kernel.profit(scope, currency).map_err(overflow)?,
            gross_exposure: value.gross,
            net_exposure: value.net,
            earned: profits
                .by_currency
                .into_iter()
                .map(|(currency, inner)| Earned { currency, inner })
                .collect(),
        })
    }
}

fn show(inner: &InnerValuation) -> Valuation {
    Valuation {
        inner: inner.clone(),
    }
}

#[pymethods]
impl Portfolio {
    /// The currency of the valuations.
    #[getter]
    fn currency(&self) -> String {
        self.currency.to_string()
    }

    /// All balances of all venues, of whatever scope was asked for.
    #[getter]
    fn equity(&self) -> Valuation {
        show(&self.equity)
    }

    /// Realised and unrealised profit and funding, less fees.
    #[getter]
    fn profit(&self) -> Valuation {
        show(&self.profit)
    }

    /// What the positions are worth, long and short added up.
    #[getter]
    fn gross_exposure(&self) -> Valuation {
        show(&self.gross_exposure)
    }

    /// What the positions are worth, long less short.
    #[getter]
    fn net_exposure(&self) -> Valuation {
        show(&self.net_exposure)
    }

    /// What was earned in each currency, before any conversion.
    #[getter]
    fn earned(&self) -> Vec<Earned> {
        self.earned.clone()
    }
}
