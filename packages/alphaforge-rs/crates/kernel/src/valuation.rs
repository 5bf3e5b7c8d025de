//! What things are worth in another currency.

use alphaforge_risk::Conversion;
use alphaforge_types::{Amount, Currency, Decimal};

use crate::kernel::{Kernel, Listing};

impl Conversion for Kernel {
    /// By the middle of the mark of an instrument that trades the two currencies, in either
    /// direction, rounded half-even at 12 decimals.
    fn convert(&self, amount: Amount, from: Currency, to: Currency) -> Option<Amount> {
        if from == to {
            return Some(amount);
        }
        self.instruments
            .iter()
            .find_map(|listing| listing.convert(amount, from, to))
    }
}

impl Kernel {
    /// All balances of all venues in one currency; `None` where a rate is missing. What lies on an account
    /// in a currency that no instrument of the node trades is no part of it.
    pub fn equity(&self, currency: Currency) -> Option<Amount> {
        let mut equity = Amount::ZERO;
        for venue in &self.venues {
            for (held, balance) in venue.account.balances() {
                if balance.total.is_zero() || !self.is_traded(held) {
                    continue;
                }
                let value = self.convert(balance.total, held, currency)?;
                equity = equity.plus(value).ok()?;
            }
        }
        Some(equity)
    }

    fn is_traded(&self, currency: Currency) -> bool {
        let traded = |listing: &Listing| {
            let instrument = &listing.instrument;
            instrument.base() == currency || instrument.quote() == currency
        };
        self.instruments.iter().any(traded)
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
            let value = listing.convert(instrument.base_amount(held).ok()?, base, quote)?;
            let value = self.convert(value, quote, currency)?;
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

impl Listing {
    fn convert(&self, amount: Amount, from: Currency, to: Currency) -> Option<Amount> {
        let (base, quote) = (self.instrument.base(), self.instrument.quote());
        let forward = (base, quote) == (from, to);
        let backward = (quote, base) == (from, to);
        if !forward && !backward {
            return None;
        }
        let mark = self.market.mark?;
        // A venue shows an empty side as zero, which is no price.
        if !mark.bid.is_positive() || !mark.ask.is_positive() {
            return None;
        }
        let twice_middle = mark.twice_middle();
        let twice_unit = 2 * self.unit_price()?;
        if forward {
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
