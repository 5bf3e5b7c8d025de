//! How what a strategy asks for becomes a command, and what came of it.

use alphaforge_kernel::Command;
use alphaforge_types::InstrumentId;

use crate::batch::parse_side;
use crate::errors::Result;
use crate::instrument::Instrument;
use crate::outcome::Outcome;
use crate::port::StrategyPort;
use crate::ticket::Ticket;

impl StrategyPort {
    pub(crate) fn find(&self, instrument: &Instrument) -> Result<InstrumentId> {
        self.shared.table.get().find(instrument)
    }

    pub(crate) fn ticket<'a>(&self, instrument: &'a Instrument, side: &str) -> Result<Ticket<'a>> {
        let id = self.find(instrument)?;
        Ok(Ticket::new(
            self.strategy,
            id,
            &instrument.inner,
            parse_side(side)?,
        ))
    }

    /// The outcome of a command that makes or changes one order.
    pub(crate) fn one(&self, command: Command) -> Result<Outcome> {
        let (runtime, outcome) = self.shared.command(self.strategy, command)?;
        Ok(Outcome::new(&outcome, outcome.order, runtime.kernel()))
    }

    /// The outcomes of a command that makes several orders, one for each; where it is refused, one.
    pub(crate) fn command(&self, command: Command) -> Result<Vec<Outcome>> {
        let (runtime, outcome) = self.shared.command(self.strategy, command)?;
        let mut outcomes = vec![Outcome::new(&outcome, outcome.order, runtime.kernel())];
        for order in &outcome.others {
            outcomes.push(Outcome::new(&outcome, Some(*order), runtime.kernel()));
        }
        Ok(outcomes)
    }
}
