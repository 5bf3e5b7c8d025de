//! Instruments and the table that numbers them.

use std::collections::HashMap;
use std::sync::Arc;

use alphaforge_types::{
    Amount, Currency, Decimal, Instrument as Inner, InstrumentId, InstrumentSpec, InstrumentStatus,
    Price, Quantity,
};
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::{Error, Result};

/// What can be traded, and the grid its prices and quantities lie on.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Instrument {
    pub(crate) inner: Arc<Inner>,
}

impl Instrument {
    /// A price for signals.
    pub(crate) fn price_float(&self, price: Price) -> f64 {
        price.to_f64(self.inner.price_decimals())
    }

    /// A quantity for signals.
    pub(crate) fn quantity_float(&self, quantity: Quantity) -> f64 {
        quantity.to_f64(self.inner.quantity_decimals())
    }

    /// A price as a `Decimal`.
    pub(crate) fn price_exact<'py>(
        &self,
        py: Python<'py>,
        price: Price,
    ) -> PyResult<Bound<'py, PyAny>> {
        decimal::to_python(py, self.inner.price_decimal(price))
    }

    /// A quantity as a `Decimal`.
    pub(crate) fn quantity_exact<'py>(
        &self,
        py: Python<'py>,
        quantity: Quantity,
    ) -> PyResult<Bound<'py, PyAny>> {
        decimal::to_python(py, self.inner.quantity_decimal(quantity))
    }
}

#[pymethods]
impl Instrument {
    #[new]
    #[pyo3(signature = (*, venue, symbol, base, quote, tick_size, lot_size, min_quantity=None,
        max_quantity=None, min_price=None, max_price=None, min_notional=None, max_notional=None,
        status="trading"))]
    fn new(
        venue: &str,
        symbol: &str,
        base: &str,
        quote: &str,
        tick_size: &Bound<'_, PyAny>,
        lot_size: &Bound<'_, PyAny>,
        min_quantity: Option<&Bound<'_, PyAny>>,
        max_quantity: Option<&Bound<'_, PyAny>>,
        min_price: Option<&Bound<'_, PyAny>>,
        max_price: Option<&Bound<'_, PyAny>>,
        min_notional: Option<&Bound<'_, PyAny>>,
        max_notional: Option<&Bound<'_, PyAny>>,
        status: &str,
    ) -> Result<Instrument> {
        let optional = |name: &str, value: Option<&Bound<'_, PyAny>>| {
            value
                .map(|value| decimal::required(name, value))
                .transpose()
        };
        let spec = InstrumentSpec {
            venue: venue.to_owned(),
            symbol: symbol.to_owned(),
            base: Currency::new(base)?,
            quote: Currency::new(quote)?,
            tick_size: decimal::required("tick_size", tick_size)?,
            lot_size: decimal::required("lot_size", lot_size)?,
            min_quantity: optional("min_quantity", min_quantity)?,
            max_quantity: optional("max_quantity", max_quantity)?,
            min_price: optional("min_price", min_price)?,
            max_price: optional("max_price", max_price)?,
            min_notional: optional("min_notional", min_notional)?,
            max_notional: optional("max_notional", max_notional)?,
            status: parse_status(status)?,
        };
        Ok(Instrument {
            inner: Arc::new(Inner::new(&spec)?),
        })
    }

    /// `VENUE:SYMBOL`.
    #[getter]
    fn id(&self) -> String {
        self.inner.to_string()
    }

    /// The venue's name.
    #[getter]
    fn venue(&self) -> &str {
        self.inner.venue()
    }

    /// The venue's own symbol.
    #[getter]
    fn symbol(&self) -> &str {
        self.inner.symbol()
    }

    /// The currency that is bought and sold.
    #[getter]
    fn base(&self) -> String {
        self.inner.base().to_string()
    }

    /// The currency it is paid in.
    #[getter]
    fn quote(&self) -> String {
        self.inner.quote().to_string()
    }

    /// How many decimals its prices have.
    #[getter]
    fn price_decimals(&self) -> u32 {
        self.inner.price_decimals()
    }

    /// How many decimals its quantities have.
    #[getter]
    fn quantity_decimals(&self) -> u32 {
        self.inner.quantity_decimals()
    }

    /// The price step.
    #[getter]
    fn tick_size<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.price_exact(py, self.inner.tick_size)
    }

    /// The quantity step.
    #[getter]
    fn lot_size<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.quantity_exact(py, self.inner.lot_size)
    }

    /// The smallest order quantity, if there is one.
    #[getter]
    fn min_quantity<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.quantity_bound(py, self.inner.min_quantity)
    }

    /// The largest order quantity, if there is one.
    #[getter]
    fn max_quantity<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.quantity_bound(py, self.inner.max_quantity)
    }

    /// The lowest price, if there is one.
    #[getter]
    fn min_price<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.price_bound(py, self.inner.min_price)
    }

    /// The highest price, if there is one.
    #[getter]
    fn max_price<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.price_bound(py, self.inner.max_price)
    }

    /// The smallest notional of an order, if there is one.
    #[getter]
    fn min_notional<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        optional_python(py, self.inner.min_notional.map(Amount::to_decimal))
    }

    /// The largest notional of an order, if there is one.
    #[getter]
    fn max_notional<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        optional_python(py, self.inner.max_notional.map(Amount::to_decimal))
    }

    /// `trading`, `cancel_only` or `halted`.
    #[getter]
    fn status(&self) -> &'static str {
        self.inner.status.name()
    }

    fn __repr__(&self) -> String {
        format!("Instrument({})", self.inner)
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __eq__(&self, other: &Instrument) -> bool {
        self.inner == other.inner
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (self.inner.venue(), self.inner.symbol()).hash(&mut hasher);
        hasher.finish()
    }
}

impl Instrument {
    fn quantity_bound<'py>(
        &self,
        py: Python<'py>,
        bound: Option<Quantity>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let decimal = bound.map(|quantity| self.inner.quantity_decimal(quantity));
        optional_python(py, decimal)
    }

    fn price_bound<'py>(
        &self,
        py: Python<'py>,
        bound: Option<Price>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        optional_python(py, bound.map(|price| self.inner.price_decimal(price)))
    }
}

fn optional_python(py: Python<'_>, value: Option<Decimal>) -> PyResult<Option<Bound<'_, PyAny>>> {
    value
        .map(|decimal| decimal::to_python(py, decimal))
        .transpose()
}

fn parse_status(text: &str) -> Result<InstrumentStatus> {
    match text {
        "trading" => Ok(InstrumentStatus::Trading),
        "cancel_only" => Ok(InstrumentStatus::CancelOnly),
        "halted" => Ok(InstrumentStatus::Halted),
        other => Err(Error::value(
            "status",
            other,
            "use trading, cancel_only or halted",
        )),
    }
}

/// The instruments of a node, numbered from zero. Decoders, batches and the runtime share one.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct InstrumentTable {
    instruments: Vec<Py<Instrument>>,
    handles: HashMap<(String, String), InstrumentId>,
    /// The same by the address of the shared instrument, which is faster than by name.
    addresses: HashMap<usize, InstrumentId>,
}

#[pymethods]
impl InstrumentTable {
    #[new]
    fn new(instruments: Vec<Py<Instrument>>) -> Result<InstrumentTable> {
        let mut handles = HashMap::new();
        let mut addresses = HashMap::new();
        for (index, instrument) in instruments.iter().enumerate() {
            let inner = &instrument.get().inner;
            let name = (inner.venue().to_owned(), inner.symbol().to_owned());
            let handle = InstrumentId::from_index(index as u32);
            if handles.insert(name, handle).is_some() {
                return Err(Error::Instrument(format!("{inner} is in the table twice")));
            }
            addresses.insert(address(inner), handle);
        }
        Ok(InstrumentTable {
            instruments,
            handles,
            addresses,
        })
    }

    /// The handle of an instrument, or None.
    fn handle(&self, venue: &str, symbol: &str) -> Option<u32> {
        self.handles
            .get(&(venue.to_owned(), symbol.to_owned()))
            .map(|handle| handle.raw())
    }

    /// The instruments in the order of their handles.
    #[getter]
    fn instruments(&self, py: Python<'_>) -> Vec<Py<Instrument>> {
        self.instruments
            .iter()
            .map(|instrument| instrument.clone_ref(py))
            .collect()
    }

    pub(crate) fn __len__(&self) -> usize {
        self.instruments.len()
    }
}

impl InstrumentTable {
    pub(crate) fn inner(&self, handle: u32) -> Result<&Arc<Inner>> {
        self.instruments
            .get(handle as usize)
            .map(|instrument| &instrument.get().inner)
            .ok_or_else(|| Error::Instrument(format!("no instrument has the handle {handle}")))
    }

    pub(crate) fn object(&self, py: Python<'_>, handle: InstrumentId) -> Result<Py<Instrument>> {
        self.instruments
            .get(handle.index())
            .map(|instrument| instrument.clone_ref(py))
            .ok_or_else(|| {
                Error::Instrument(format!("no instrument has the handle {}", handle.raw()))
            })
    }

    pub(crate) fn find(&self, instrument: &Instrument) -> Result<InstrumentId> {
        let inner = &instrument.inner;
        if let Some(handle) = self.addresses.get(&address(inner)) {
            return Ok(*handle);
        }
        let name = (inner.venue().to_owned(), inner.symbol().to_owned());
        let found = self.handles.get(&name).copied();
        if found.is_some_and(|handle| self.instruments[handle.index()].get().inner != *inner) {
            return Err(Error::Instrument(format!(
                "{inner} has another grid or other bounds than the {inner} of this node: use that one"
            )));
        }
        found.ok_or_else(|| {
            let known: Vec<String> = self
                .instruments
                .iter()
                .map(|known| known.get().inner.to_string())
                .collect();
            Error::Instrument(format!(
                "{inner} is not an instrument of this node; it has {}",
                known.join(", ")
            ))
        })
    }
}

fn address(instrument: &Arc<Inner>) -> usize {
    Arc::as_ptr(instrument).addr()
}
