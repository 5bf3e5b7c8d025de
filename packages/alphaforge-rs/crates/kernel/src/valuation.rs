//! What is held and what was earned, in one currency.

use std::collections::{BTreeMap, BTreeSet};

use alphaforge_risk::Scope;
use alphaforge_types::{Amount, Currency, Overflow, Quantity};

use crate::kernel::{Holding, Kernel, Listing};
use crate::position::Position;

/// A sum in one currency of what is in many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Valuation {
    /// The sum of all that could be valued, at the last rates.
    pub total: Amount,
    /// Currencies that have no rate, or an amount too large; nothing of them is in the sum.
    pub missing: BTreeSet<Currency>,
    /// Currencies whose rate is older than rates may be, or whose market is not sound; they are in the sum.
    pub stale: BTreeSet<Currency>,
}

impl Valuation {
    /// The sum where every rate was there and fresh: what a limit may go by.
    pub fn reliable(&self) -> Option<Amount> {
        (self.missing.is_empty() && self.stale.is_empty()).then_some(self.total)
    }

    /// The sum where every rate was there.
    pub fn complete(&self) -> Option<Amount> {
        self.missing.is_empty().then_some(self.total)
    }

    /// Counts an amount of `from` in `to`.
    fn add(&mut self, kernel: &Kernel, amount: Amount, from: Currency, to: Currency) {
        if amount.is_zero() {
            return;
        }
        let value = kernel.value_in(amount, from, to);
        let sum = value.and_then(|(value, fault)| Some((self.total.plus(value).ok()?, fault)));
        let Some((total, fault)) = sum else {
            self.missing.insert(from);
            return;
        };
        self.total = total;
        if fault.is_some() {
            self.stale.insert(from);
        }
    }
}

/// What was earned in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profit {
    /// The profit of what was closed, by average cost, before fees.
    pub realised: Amount,
    /// The same, first in, first out.
    pub realised_fifo: Amount,
    /// What closing at the middle of the market would earn, of the positions that have a price.
    pub unrealised: Amount,
    /// The fees paid; rebates are below zero.
    pub fees: Amount,
    /// The funding received; what was paid is below zero.
    pub funding: Amount,
}

impl Profit {
    /// Realised and unrealised profit and funding, less fees.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit.
    pub fn net(&self) -> Result<Amount, Overflow> {
        let earned = self.realised.plus(self.unrealised)?;
        earned.plus(self.funding)?.minus(self.fees)
    }
}

/// The profits by currency, and the positions that could not be valued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profits {
    /// What was earned.
    pub by_currency: BTreeMap<Currency, Profit>,
    /// What is held, by its base currency, without a price: nothing of it is in `unrealised`.
    pub unpriced: BTreeSet<Currency>,
    /// What is held and priced by a market that is too old or not sound.
    pub unreliable: BTreeSet<Currency>,
}

impl Profits {
    fn add(
        &mut self,
        kernel: &Kernel,
        listing: &Listing,
        holding: &Holding,
    ) -> Result<(), Overflow> {
        let (instrument, position) = (&listing.instrument, &holding.position);
        if !position.has_changed() {
            return Ok(());
        }
        let mut unrealised = Amount::ZERO;
        if !position.quantity().is_zero() {
            match listing.price() {
                Some(mark) => {
                    unrealised = position.unrealised(instrument, mark)?;
                    if kernel.rate_fault(listing).is_some() {
                        self.unreliable.insert(instrument.base());
                    }
                }
                None => {
                    self.unpriced.insert(instrument.base());
                }
            }
        }
        let earned = self.by_currency.entry(instrument.quote()).or_default();
        earned.realised = earned.realised.plus(position.realised())?;
        earned.realised_fifo = earned.realised_fifo.plus(position.realised_fifo())?;
        earned.unrealised = earned.unrealised.plus(unrealised)?;
        for (currency, fee) in position.fees() {
            let fees = &mut self.by_currency.entry(*currency).or_default().fees;
            *fees = fees.plus(*fee)?;
        }
        for (currency, amount) in position.funding() {
            let funding = &mut self.by_currency.entry(*currency).or_default().funding;
            *funding = funding.plus(*amount)?;
        }
        Ok(())
    }
}

impl Kernel {
    /// What was earned in a scope, by currency.
    ///
    /// # Errors
    /// [`Overflow`] where a sum does not fit.
    pub fn profits(&self, scope: Scope) -> Result<Profits, Overflow> {
        let mut profits = Profits::default();
        for (of, trader) in self.strategies().zip(&self.strategies) {
            for (id, holding) in self.instruments().zip(&trader.holdings) {
                let listing = &self.instruments[id.index()];
                let is_within = match scope {
                    Scope::Account => true,
                    Scope::Venue(venue) => venue == listing.venue,
                    Scope::Strategy(strategy) => strategy == of,
                    Scope::Instrument(instrument) => instrument == id,
                };
                if is_within {
                    profits.add(self, listing, holding)?;
                }
            }
        }
        Ok(profits)
    }

    /// Realised and unrealised profit and funding less fees of a scope, in one currency. Each currency's figures
    /// are added before they are converted.
    ///
    /// # Errors
    /// [`Overflow`] where a sum does not fit.
    pub fn profit(&self, scope: Scope, currency: Currency) -> Result<Valuation, Overflow> {
        let profits = self.profits(scope)?;
        let mut valuation = Valuation {
            missing: profits.unpriced,
            stale: profits.unreliable,
            ..Valuation::default()
        };
        for (earned_in, profit) in &profits.by_currency {
            valuation.add(self, profit.net()?, *earned_in, currency);
        }
        Ok(valuation)
    }

    /// All balances of all venues in one currency. What lies on an account in a currency that no instrument of
    /// the node trades is no part of it.
    pub fn equity(&self, currency: Currency) -> Valuation {
        let mut equity = Valuation::default();
        for venue in &self.venues {
            for (held, balance) in venue.account.balances() {
                if self.paths.knows(held) {
                    equity.add(self, balance.total, held, currency);
                }
            }
        }
        equity
    }

    /// What the positions of a scope are worth in one currency, instrument by instrument.
    pub fn market_value(&self, scope: Scope, currency: Currency) -> MarketValue {
        let mut total = MarketValue::default();
        for id in self.instruments() {
            let listing = &self.instruments[id.index()];
            let held = match scope {
                Scope::Account => listing.exposure.position,
                Scope::Venue(venue) if venue == listing.venue => listing.exposure.position,
                Scope::Instrument(instrument) if instrument == id => listing.exposure.position,
                Scope::Strategy(strategy) => self
                    .position(strategy, id)
                    .map(Position::quantity)
                    .unwrap_or_default(),
                Scope::Venue(_) | Scope::Instrument(_) => Quantity::ZERO,
            };
            total.add(self, listing, held, currency);
        }
        total
    }
}

/// What positions are worth at the middle of the market.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarketValue {
    /// The sum of their sizes: long and short add up.
    pub gross: Valuation,
    /// Long less short.
    pub net: Valuation,
}

impl MarketValue {
    fn add(&mut self, kernel: &Kernel, listing: &Listing, held: Quantity, currency: Currency) {
        if held.is_zero() {
            return;
        }
        let (base, quote) = (listing.instrument.base(), listing.instrument.quote());
        let amount = listing.instrument.base_amount(held).ok();
        let value = amount.and_then(|amount| listing.convert(amount, base));
        let is_reliable = kernel.rate_fault(listing).is_none();
        for (sum, signed) in [(&mut self.net, true), (&mut self.gross, false)] {
            let size = |value: Amount| {
                let is_short = value < Amount::ZERO;
                if is_short && !signed {
                    value.negated().ok()
                } else {
                    Some(value)
                }
            };
            match value.and_then(size) {
                Some(value) => {
                    sum.add(kernel, value, quote, currency);
                    if !is_reliable {
                        sum.stale.insert(base);
                    }
                }
                None => {
                    sum.missing.insert(base);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
