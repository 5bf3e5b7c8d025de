//! What the runtime's Python objects share.

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use alphaforge_kernel::{Command, Outcome};
use alphaforge_runtime::{Durations, Runtime};
use alphaforge_types::{ClientOrderId, InstrumentId, NodeName, OrderId, StrategyId};
use pyo3::prelude::*;

use crate::errors::{Error, Result};
use crate::instrument::{Instrument, InstrumentTable};

/// The runtime behind a lock that is never held while Python runs, and what names its parts.
pub(crate) struct Shared {
    runtime: Mutex<Runtime>,
    /// How long commands took, by the wall clock; no part of any result.
    pub(crate) command_times: Mutex<Durations>,
    pub(crate) node: NodeName,
    pub(crate) table: Py<InstrumentTable>,
}

impl Shared {
    pub(crate) fn new(runtime: Runtime, node: NodeName, table: Py<InstrumentTable>) -> Shared {
        Shared {
            runtime: Mutex::new(runtime),
            command_times: Mutex::default(),
            node,
            table,
        }
    }

    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, Runtime>> {
        Ok(self.runtime.lock()?)
    }

    /// Gives a strategy's command, and counts how long gate and kernel took for it.
    pub(crate) fn command(
        &self,
        strategy: StrategyId,
        command: Command,
    ) -> Result<(MutexGuard<'_, Runtime>, Outcome)> {
        let mut runtime = self.lock()?;
        let started = Instant::now();
        let outcome = runtime.command(strategy, command)?;
        let taken_ns = started.elapsed().as_nanos() as u64;
        self.command_times.lock()?.add(taken_ns);
        Ok((runtime, outcome))
    }

    pub(crate) fn instrument(&self, py: Python<'_>, id: InstrumentId) -> Result<Py<Instrument>> {
        self.table.get().object(py, id)
    }

    pub(crate) fn client_order_id(&self, order: OrderId) -> String {
        ClientOrderId::new(&self.node, order).as_str().to_owned()
    }

    pub(crate) fn strategy_name(&self, strategy: StrategyId) -> Result<String> {
        self.lock()?
            .kernel()
            .strategy_name(strategy)
            .map(str::to_owned)
            .ok_or_else(|| Error::Setup("no such strategy".to_owned()))
    }
}
