//! The running sums of rule 12: what each scope that has such a limit could hold at worst.
//!
//! Whenever an order, a position or a market changes, what its instrument added to the sums is put out and what
//! it adds now is put in. A price that has grown too old is found at the next timer, or when its market changes.

use alphaforge_risk::{Contribution, Exposure, ExposureSums, Exposures, Scope};
use alphaforge_types::{InstrumentId, Mark, StrategyId};

use crate::kernel::Kernel;
use crate::scope_table::ScopeTable;

impl Kernel {
    /// Begins the sums anew, for the scopes that have a limit now.
    pub(crate) fn begin_exposures(&mut self) {
        self.exposures = ScopeTable::default();
        for (scope, limits) in self.limits.scopes() {
            if limits.max_gross_exposure.is_some() || limits.max_net_exposure.is_some() {
                self.exposures.insert(scope, ExposureSums::default());
            }
        }
        for listing in &mut self.instruments {
            listing.contribution = Contribution::default();
        }
        for holding in self.strategies.iter_mut().flat_map(|t| &mut t.holdings) {
            holding.contribution = Contribution::default();
        }
        self.revalue_all();
    }

    pub(crate) fn revalue_all(&mut self) {
        for index in 0..self.instruments.len() as u32 {
            self.revalue(InstrumentId::from_index(index), None);
        }
    }

    /// Brings the sums in line with one instrument, of one strategy's holding where only that has changed.
    pub(crate) fn revalue(&mut self, id: InstrumentId, strategy: Option<StrategyId>) {
        if self.exposures.is_empty() {
            return;
        }
        let mark = self.reliable_price(id);
        let listing = &mut self.instruments[id.index()];
        let (instrument, quote) = (&listing.instrument, listing.instrument.quote());
        let after = Contribution::new(instrument, listing.exposure, mark);
        let before = std::mem::replace(&mut listing.contribution, after);
        for scope in [Scope::Account, Scope::Venue(listing.venue)] {
            if let Some(sums) = self.exposures.get_mut(&scope) {
                sums.exchange(quote, before, after);
            }
        }
        for (index, trader) in self.strategies.iter_mut().enumerate() {
            let of = StrategyId::from_index(index as u32);
            if strategy.is_some_and(|strategy| strategy != of) {
                continue;
            }
            let holding = &mut trader.holdings[id.index()];
            let is_flat = holding.exposure == Exposure::default();
            if is_flat && holding.contribution == Contribution::default() {
                continue;
            }
            let after = Contribution::new(instrument, holding.exposure, mark);
            let before = std::mem::replace(&mut holding.contribution, after);
            if let Some(sums) = self.exposures.get_mut(&Scope::Strategy(of)) {
                sums.exchange(quote, before, after);
            }
        }
    }

    /// The price of an instrument, where limits may go by it.
    fn reliable_price(&self, id: InstrumentId) -> Option<Mark> {
        let listing = &self.instruments[id.index()];
        let is_reliable = self.rate_fault(listing).is_none();
        listing.price().filter(|_| is_reliable)
    }

    /// What the gate may know of the exposure of an order's scopes.
    pub(crate) fn exposures_of(&self, strategy: StrategyId, id: InstrumentId) -> Exposures<'_> {
        if self.exposures.is_empty() {
            return Exposures::default();
        }
        let listing = &self.instruments[id.index()];
        let scopes = [
            Scope::Account,
            Scope::Venue(listing.venue),
            Scope::Strategy(strategy),
        ];
        Exposures {
            mark: self.reliable_price(id),
            sums: scopes.map(|scope| self.exposures.get(&scope)),
            of_account: listing.contribution,
            of_strategy: self.strategies[strategy.index()].holdings[id.index()].contribution,
        }
    }
}

#[cfg(test)]
mod tests;
