//! Parent orders as a strategy sees them.

use std::sync::Arc;

use alphaforge_kernel::{Command, NewParent, ParentShare};
use alphaforge_risk::OrderField;
use alphaforge_types::{ParentId, Quantity, StrategyId};
use pyo3::prelude::*;

use crate::batch::parse_side;
use crate::errors::{Error, Result};
use crate::instrument::Instrument;
use crate::shared::Shared;
use crate::ticket::Numbers;

/// A quantity that is traded by several orders, which never come to more. Made by `StrategyPort.parent`.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Parent {
    shared: Arc<Shared>,
    id: ParentId,
    instrument: Py<Instrument>,
    quantity: Quantity,
}

impl Parent {
    /// Notes the quantity, rounded down to the lot.
    pub(crate) fn new(
        py: Python<'_>,
        shared: &Arc<Shared>,
        strategy: StrategyId,
        instrument: &Instrument,
        side: &str,
        quantity: &Bound<'_, PyAny>,
    ) -> Result<Parent> {
        let side = parse_side(side)?;
        let id = shared.table.get().find(instrument)?;
        let mut numbers = Numbers::new(&instrument.inner, side);
        let quantity = numbers.quantity(OrderField::Quantity, quantity)?;
        let command = Command::Parent(NewParent {
            strategy,
            instrument: id,
            side,
            quantity,
            fault: numbers.fault,
        });
        let (runtime, outcome) = shared.command(strategy, command)?;
        drop(runtime);
        let made = outcome.parent.ok_or_else(|| {
            let reason = outcome.refusal.map(|refusal| refusal.to_string());
            Error::Value(format!("parent: {}", reason.unwrap_or_default()))
        })?;
        Ok(Parent {
            shared: Arc::clone(shared),
            id: made,
            instrument: shared.instrument(py, id)?,
            quantity,
        })
    }

    fn taken(&self) -> Result<ParentShare> {
        let runtime = self.shared.lock()?;
        let parent = runtime.kernel().parent(self.id);
        Ok(parent.map(|parent| parent.taken).unwrap_or_default())
    }
}

#[pymethods]
impl Parent {
    /// Its id, for `StrategyPort.submit`.
    #[getter]
    fn id(&self) -> u32 {
        self.id.raw()
    }

    /// How much in all.
    #[getter]
    fn quantity_decimal<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        Ok(self.instrument.get().quantity_exact(py, self.quantity)?)
    }

    /// What its children have traded, late fills and overfills included.
    #[getter]
    fn filled_decimal<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        let filled = self.taken()?.filled;
        Ok(self.instrument.get().quantity_exact(py, filled)?)
    }

    /// What its children can still trade at worst.
    #[getter]
    fn open_decimal<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        let open = self.taken()?.open;
        Ok(self.instrument.get().quantity_exact(py, open)?)
    }
}
