//! Rates between currencies, by the middle of the marks of the instruments that trade them.

use alphaforge_risk::{Conversion, RateFault};
use alphaforge_types::{Amount, Currency, Decimal, Mark, MarketCondition};

use crate::conversion_paths::Hop;
use crate::kernel::{Kernel, Listing};

impl Conversion for Kernel {
    /// Along the shortest path, rounded half-even at 12 decimals at each step. A step goes by the first of its
    /// instruments that has a rate to rely on. Where a step has none there is no way around it: an order is
    /// not judged by another path than the one before.
    fn convert(&self, amount: Amount, from: Currency, to: Currency) -> Result<Amount, RateFault> {
        let converted = self.value_in(amount, from, to);
        let (value, fault) = converted.ok_or(RateFault::Missing { from, to })?;
        fault.map_or(Ok(value), Err)
    }
}

impl Kernel {
    /// An amount in another currency, and why it is not to be relied on; `None` where there is no rate at all.
    pub(crate) fn value_in(
        &self,
        amount: Amount,
        from: Currency,
        to: Currency,
    ) -> Option<(Amount, Option<RateFault>)> {
        if from == to {
            return Some((amount, None));
        }
        let (mut value, mut currency, mut worst) = (amount, from, None);
        for hop in self.paths.path(from, to)? {
            let (next, fault) = self.walk(*hop, value, currency)?;
            (value, currency, worst) = (next, hop.to, worst.or(fault));
        }
        Some((value, worst))
    }

    /// One step of a path: by the first rate to rely on, else by the first there is.
    fn walk(
        &self,
        hop: Hop,
        amount: Amount,
        from: Currency,
    ) -> Option<(Amount, Option<RateFault>)> {
        let mut unreliable = None;
        for id in self.paths.instruments(hop) {
            let listing = &self.instruments[id.index()];
            let Some(value) = listing.convert(amount, from) else {
                continue;
            };
            let fault = self.rate_fault(listing);
            if fault.is_none() {
                return Some((value, None));
            }
            unreliable = unreliable.or(Some((value, fault)));
        }
        unreliable
    }

    /// Why the price of an instrument is not to be relied on, where rates have a greatest age.
    pub(crate) fn rate_fault(&self, listing: &Listing) -> Option<RateFault> {
        let max_age_ns = self.limits.max_rate_age_ns?;
        let (base, quote) = (listing.instrument.base(), listing.instrument.quote());
        let condition = listing.market.condition;
        if condition != MarketCondition::Sound {
            return Some(RateFault::Unsound {
                base,
                quote,
                condition,
            });
        }
        let age_ns = self.now().since(listing.market.alive_at);
        (age_ns > max_age_ns).then_some(RateFault::Stale {
            base,
            quote,
            age_ns,
            max_age_ns,
        })
    }
}

impl Listing {
    /// Its mark, where both sides have a price: a venue shows an empty one as zero.
    pub(crate) fn price(&self) -> Option<Mark> {
        let is_price = |mark: &Mark| mark.bid.is_positive() && mark.ask.is_positive();
        self.market.mark.filter(is_price)
    }

    /// An amount of one of its currencies in the other, by the middle of its mark.
    pub(crate) fn convert(&self, amount: Amount, from: Currency) -> Option<Amount> {
        let twice_middle = self.price()?.twice_middle();
        let twice_unit = 2 * self.unit_price()?;
        if from == self.instrument.base() {
            amount.ratio(twice_middle, twice_unit).ok()
        } else {
            amount.ratio(twice_unit, twice_middle).ok()
        }
    }

    /// The mantissa of the price 1.
    fn unit_price(&self) -> Option<i128> {
        Decimal::new(1, 0)
            .ok()?
            .exact_at(self.instrument.price_decimals())
    }
}

#[cfg(test)]
mod tests;
