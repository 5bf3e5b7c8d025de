//! A live view of one instrument's book.

use std::sync::Arc;

use alphaforge_market::{BookState, MarketView};
use alphaforge_types::{InstrumentId, Level, Side};
use pyo3::prelude::*;

use crate::errors::Result;
use crate::instrument::Instrument;
use crate::raw_events::{ExactLevel, exact_levels};
use crate::shared::Shared;

/// The book as it is now. While it is stale it has no levels.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Book {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: InstrumentId,
    pub(crate) instrument: Py<Instrument>,
}

impl Book {
    fn best(&self, side: Side) -> Result<Option<Level>> {
        Ok(self.levels(side, 1)?.first().copied())
    }

    fn levels(&self, side: Side, depth: usize) -> Result<Vec<Level>> {
        let runtime = self.shared.lock()?;
        let book = runtime.view(self.id).and_then(|view| view.book().synced());
        Ok(book.map_or_else(Vec::new, |book| {
            book.side(side).iter().take(depth).collect()
        }))
    }

    fn price(&self, level: Level) -> f64 {
        self.instrument.get().price_float(level.price)
    }

    fn quantity(&self, level: Level) -> f64 {
        self.instrument.get().quantity_float(level.quantity)
    }

    fn floats(&self, levels: Vec<Level>) -> Vec<(f64, f64)> {
        levels
            .into_iter()
            .map(|level| (self.price(level), self.quantity(level)))
            .collect()
    }
}

#[pymethods]
impl Book {
    /// Whose book.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// True where it can be trusted.
    #[getter]
    fn is_synced(&self) -> Result<bool> {
        let runtime = self.shared.lock()?;
        Ok(runtime
            .view(self.id)
            .is_some_and(|view| view.book().synced().is_some()))
    }

    /// What the gate makes of the instrument's market: `sound`, `unseen`, `stale`, `gapped`, `crossed` or
    /// `disconnected`.
    #[getter]
    fn market_condition(&self) -> Result<&'static str> {
        let runtime = self.shared.lock()?;
        let view = runtime.view(self.id);
        Ok(view.map(MarketView::condition).unwrap_or_default().name())
    }

    /// Why it cannot be trusted; None where it can.
    #[getter]
    fn stale_reason(&self) -> Result<Option<String>> {
        let runtime = self.shared.lock()?;
        Ok(
            match runtime.view(self.id).map(|view| view.book().state()) {
                Some(BookState::Stale(reason)) => Some(reason.to_string()),
                Some(BookState::Synced { .. }) | None => None,
            },
        )
    }

    /// The last update applied; None while it is stale.
    #[getter]
    fn sequence(&self) -> Result<Option<u64>> {
        let runtime = self.shared.lock()?;
        Ok(
            match runtime.view(self.id).map(|view| view.book().state()) {
                Some(BookState::Synced { sequence }) => Some(sequence),
                Some(BookState::Stale(_)) | None => None,
            },
        )
    }

    /// The best bid, for signals.
    #[getter]
    fn best_bid(&self) -> Result<Option<f64>> {
        Ok(self.best(Side::Buy)?.map(|level| self.price(level)))
    }

    /// The best ask, for signals.
    #[getter]
    fn best_ask(&self) -> Result<Option<f64>> {
        Ok(self.best(Side::Sell)?.map(|level| self.price(level)))
    }

    /// The middle of the best bid and ask, for signals.
    #[getter]
    fn mid(&self) -> Result<Option<f64>> {
        let (bid, ask) = (self.best_bid()?, self.best_ask()?);
        Ok(bid.zip(ask).map(|(bid, ask)| (bid + ask) / 2.0))
    }

    /// The best bids as (price, quantity), best first, for signals.
    #[pyo3(signature = (depth=10))]
    fn bids(&self, depth: usize) -> Result<Vec<(f64, f64)>> {
        Ok(self.floats(self.levels(Side::Buy, depth)?))
    }

    /// The best asks as (price, quantity), best first, for signals.
    #[pyo3(signature = (depth=10))]
    fn asks(&self, depth: usize) -> Result<Vec<(f64, f64)>> {
        Ok(self.floats(self.levels(Side::Sell, depth)?))
    }

    /// The best bids as exact (price, quantity), best first.
    #[pyo3(signature = (depth=10))]
    fn bids_decimal<'py>(&self, py: Python<'py>, depth: usize) -> Result<Vec<ExactLevel<'py>>> {
        let levels = self.levels(Side::Buy, depth)?;
        Ok(exact_levels(py, &self.instrument, &levels)?)
    }

    /// The best asks as exact (price, quantity), best first.
    #[pyo3(signature = (depth=10))]
    fn asks_decimal<'py>(&self, py: Python<'py>, depth: usize) -> Result<Vec<ExactLevel<'py>>> {
        let levels = self.levels(Side::Sell, depth)?;
        Ok(exact_levels(py, &self.instrument, &levels)?)
    }

    fn __repr__(&self) -> Result<String> {
        let instrument = &self.instrument.get().inner;
        Ok(match (self.best_bid()?, self.best_ask()?) {
            (Some(bid), Some(ask)) => format!("Book({instrument}, {bid} / {ask})"),
            (None, _) | (_, None) => format!("Book({instrument}, stale)"),
        })
    }
}
