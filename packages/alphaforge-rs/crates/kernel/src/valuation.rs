//! What is held and what was earned, in one currency.

use std::collections::{BTreeMap, BTreeSet};

use alphaforge_types::{Amount, Currency, Overflow, StrategyId};

use crate::kernel::{Holding, Kernel, Listing};

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

    fn note(&mut self, unpriced: &BTreeSet<Currency>, unreliable: &BTreeSet<Currency>) {
        self.missing.extend(unpriced);
        self.stale.extend(unreliable);
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
    /// What a strategy has earned, by currency; every strategy together without one.
    ///
    /// # Errors
    /// [`Overflow`] where a sum does not fit.
    pub fn profits(&self, strategy: Option<StrategyId>) -> Result<Profits, Overflow> {
        let mut profits = Profits::default();
        for (index, trader) in self.strategies.iter().enumerate() {
            if strategy.is_some_and(|wanted| wanted.index() != index) {
                continue;
            }
            for (listing, holding) in self.instruments.iter().zip(&trader.holdings) {
                profits.add(self, listing, holding)?;
            }
        }
        Ok(profits)
    }

    /// Realised and unrealised profit and funding less fees in one currency, of a strategy, or of every one
    /// together. Each currency's figures are added before they are converted.
    ///
    /// # Errors
    /// [`Overflow`] where a sum does not fit.
    pub fn profit(
        &self,
        strategy: Option<StrategyId>,
        currency: Currency,
    ) -> Result<Valuation, Overflow> {
        let profits = self.profits(strategy)?;
        let mut valuation = Valuation::default();
        valuation.note(&profits.unpriced, &profits.unreliable);
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

    /// What the positions of the whole node are worth in one currency, instrument by instrument; `None`
    /// where a rate is missing.
    pub fn market_value(&self, currency: Currency) -> Option<MarketValue> {
        let mut total = MarketValue::default();
        for listing in &self.instruments {
            let held = listing.exposure.position;
            if held.is_zero() {
                continue;
            }
            let instrument = &listing.instrument;
            let (base, quote) = (instrument.base(), instrument.quote());
            let value = listing.convert(instrument.base_amount(held).ok()?, base)?;
            let (value, _) = self.value_in(value, quote, currency)?;
            let size = if held.is_positive() {
                value
            } else {
                value.negated().ok()?
            };
            total.net = total.net.plus(value).ok()?;
            total.gross = total.gross.plus(size).ok()?;
        }
        Some(total)
    }
}

/// What positions are worth at the middle of the market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketValue {
    /// The sum of their sizes: long and short add up.
    pub gross: Amount,
    /// Long less short.
    pub net: Amount,
}

#[cfg(test)]
mod tests;
