//! Funding: what holders of derivatives pay each other, which moves cash and is a figure of its own.

use alphaforge_risk::{Scope, TradingState};
use alphaforge_types::Overflow;

use crate::input::Funding;
use crate::kernel::Kernel;
use crate::order_state::Reason;
use crate::output::Output;

const OVERFLOW: Reason = Reason::Borrowed("funding passed the largest amount: it is not counted");

impl Kernel {
    /// Moves the cash at the instrument's venue and the strategy's figure, or neither. What does not fit an
    /// amount halts the node, which says so.
    pub(crate) fn on_funding(&mut self, funding: &Funding, outputs: &mut Vec<Output>) {
        if self.fund(funding) == Err(Overflow) {
            self.tighten(Scope::Account, TradingState::Halted, OVERFLOW, outputs);
        }
    }

    fn fund(&mut self, funding: &Funding) -> Result<(), Overflow> {
        let listing = self.instruments.get(funding.instrument.index());
        let trader = self.strategies.get_mut(funding.strategy.index());
        let (Some(listing), Some(trader)) = (listing, trader) else {
            return Ok(());
        };
        let account = &mut self.venues[listing.venue.index()].account;
        let totals = account.totals_after(&[(funding.currency, funding.amount)])?;
        let holding = &mut trader.holdings[funding.instrument.index()];
        holding.position.fund(funding.currency, funding.amount)?;
        for (currency, total) in totals {
            account.set_total(currency, total);
        }
        Ok(())
    }
}
