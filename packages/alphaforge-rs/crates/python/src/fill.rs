//! Fills as Python sees them.

use std::sync::Arc;

use alphaforge_kernel::Fill as InnerFill;
use alphaforge_types::Mark;
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::Result;
use crate::instrument::Instrument;
use crate::shared::Shared;

/// A trade of ours.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Fill {
    pub(crate) shared: Arc<Shared>,
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: InnerFill,
}

impl Fill {
    pub(crate) fn new(py: Python<'_>, shared: &Arc<Shared>, inner: InnerFill) -> Result<Fill> {
        Ok(Fill {
            shared: Arc::clone(shared),
            instrument: shared.instrument(py, inner.instrument)?,
            inner,
        })
    }

    fn middle<'py>(
        &self,
        py: Python<'py>,
        mark: Option<Mark>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let decimals = self.instrument.get().inner.price_decimals();
        mark.and_then(|mark| mark.middle(decimals))
            .map(|middle| decimal::to_python(py, middle))
            .transpose()
    }
}

#[pymethods]
impl Fill {
    /// When it was counted, in ns since the epoch.
    #[getter]
    fn ts(&self) -> i64 {
        self.inner.ts.nanos()
    }

    /// Whose it is.
    #[getter]
    fn strategy(&self) -> Result<String> {
        self.shared.strategy_name(self.inner.strategy)
    }

    /// Which order traded.
    #[getter]
    fn order_id(&self) -> u64 {
        self.inner.order.raw()
    }

    /// The id that order carried to its venue.
    #[getter]
    fn client_order_id(&self) -> String {
        self.shared.client_order_id(self.inner.order)
    }

    /// What was traded.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// `buy` or `sell`.
    #[getter]
    fn side(&self) -> &'static str {
        self.inner.side.name()
    }

    /// The venue's id of the trade.
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

    /// `maker` or `taker`.
    #[getter]
    fn liquidity(&self) -> &'static str {
        self.inner.liquidity.name()
    }

    /// The exact fee, negative for a rebate.
    #[getter]
    fn fee_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal::amount_to_python(py, self.inner.fee)
    }

    /// What the fee was paid in.
    #[getter]
    fn fee_currency(&self) -> String {
        self.inner.fee_currency.to_string()
    }

    /// The middle of the market when it was counted, exactly; None where there was no price.
    #[getter]
    fn mid_decimal<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.middle(py, self.inner.mark)
    }

    /// The middle of the market when its order was made, exactly; None where there was no price.
    #[getter]
    fn arrival_mid_decimal<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.middle(py, self.inner.arrival_mark)
    }

    fn __repr__(&self) -> String {
        format!(
            "Fill({} {} {} at {}, fee {} {}, {})",
            self.side(),
            self.quantity(),
            self.instrument.get().inner,
            self.price(),
            self.inner.fee,
            self.inner.fee_currency,
            self.liquidity()
        )
    }
}
