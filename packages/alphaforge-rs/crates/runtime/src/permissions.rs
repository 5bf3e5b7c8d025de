//! What strategies may do, as people have set it.

use alphaforge_risk::LimitTable;
use alphaforge_types::{InstrumentId, StrategyId};

use crate::runtime::Runtime;

impl Runtime {
    /// Lets a strategy trade these instruments, and no others.
    pub fn give_instruments(&mut self, strategy: StrategyId, instruments: Vec<InstrumentId>) {
        self.kernel.give_instruments(strategy, instruments);
    }

    /// Sets all limits.
    pub fn set_limits(&mut self, limits: LimitTable) {
        self.kernel.set_limits(limits);
    }
}
