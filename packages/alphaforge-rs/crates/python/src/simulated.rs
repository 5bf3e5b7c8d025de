//! The simulated market as Python uses it.

use std::sync::{Arc, Mutex};

use alphaforge_exchange::{SimulatedMarket as Market, SimulatedMarketSettings, SimulatedMarkets};
use alphaforge_types::{InstrumentId, Side, UnixNanos};
use pyo3::prelude::*;

use crate::batch::EventBatch;
use crate::decimal;
use crate::errors::{Error, Result};
use crate::instrument::InstrumentTable;

/// Simulated traders on the matching engine; the same seed gives the same market.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct SimulatedMarket {
    table: Py<InstrumentTable>,
    inner: Mutex<SimulatedMarkets>,
}

#[pymethods]
impl SimulatedMarket {
    #[new]
    #[pyo3(signature = (table, handle, *, seed, start_ns, price, quantity))]
    fn new(
        table: Py<InstrumentTable>,
        handle: u32,
        seed: u64,
        start_ns: i64,
        price: &Bound<'_, PyAny>,
        quantity: &Bound<'_, PyAny>,
    ) -> Result<SimulatedMarket> {
        let start = UnixNanos::from_nanos(start_ns);
        let leader = market(table.get(), handle, seed, start, price, quantity)?;
        Ok(SimulatedMarket {
            table,
            inner: Mutex::new(SimulatedMarkets::new(leader)),
        })
    }

    /// Adds an instrument whose price follows that of the first.
    #[pyo3(signature = (handle, *, seed, price, quantity))]
    fn add_follower(
        &self,
        handle: u32,
        seed: u64,
        price: &Bound<'_, PyAny>,
        quantity: &Bound<'_, PyAny>,
    ) -> Result<()> {
        let mut markets = self.inner.lock()?;
        let start = markets.now();
        markets.add(market(
            self.table.get(),
            handle,
            seed,
            start,
            price,
            quantity,
        )?);
        Ok(())
    }

    /// What happens next, until the time `until_ns` is passed.
    fn next_batch(&self, py: Python<'_>, until_ns: i64) -> Result<EventBatch> {
        let until = UnixNanos::from_nanos(until_ns);
        let events = py.detach(|| -> Result<_> {
            let mut markets = self.inner.lock()?;
            let mut events = Vec::new();
            while markets.now() < until {
                markets.advance(&mut events);
            }
            Ok(events)
        })?;
        Ok(EventBatch::with_events(self.table.clone_ref(py), events))
    }
}

fn market(
    table: &InstrumentTable,
    handle: u32,
    seed: u64,
    start: UnixNanos,
    price: &Bound<'_, PyAny>,
    quantity: &Bound<'_, PyAny>,
) -> Result<Market> {
    let instrument = Arc::clone(table.inner(handle)?);
    let price = instrument.quantise_price(decimal::required("price", price)?, Side::Buy)?;
    let quantity = instrument.quantise_quantity(decimal::required("quantity", quantity)?)?;
    if !price.is_positive() || !quantity.is_positive() {
        return Err(Error::Value(
            "price and quantity must be above zero".to_owned(),
        ));
    }
    let settings = SimulatedMarketSettings {
        seed,
        instrument: InstrumentId::from_index(handle),
        start,
        price,
        quantity,
    };
    Ok(Market::new(instrument, &settings))
}
