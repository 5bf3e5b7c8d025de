//! What a scope could hold at worst, as sums that are kept up as orders, positions and marks change, so that a
//! check need not look at every instrument.

use alphaforge_types::{Amount, Currency, Instrument, Mark, Overflow, Quantity, Side};

use crate::view::Exposure;

/// A value beyond it, about 2.6 × 10^15 units of a currency, is not reckoned with: it counts as unknown. Sums of
/// 32,768 instruments then cannot overflow.
const LARGEST: u128 = 1 << 112;

/// What the position and the open orders in one instrument add to a scope, at the middle of its mark; as twice
/// the value, so that a middle needs no division and the sums stay exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contribution {
    /// The larger of the long position with all buys filled and the short one with all sells filled.
    gross: i128,
    /// The position with all buys filled.
    high: i128,
    /// The position with all sells filled.
    low: i128,
    /// How many instruments hold something that cannot be valued; nothing of it is in the figures.
    unpriced: u32,
}

impl Contribution {
    /// What an exposure adds; without a mark it is unpriced, unless there is nothing to value.
    pub fn new(instrument: &Instrument, exposure: Exposure, mark: Option<Mark>) -> Contribution {
        let is_flat = exposure == Exposure::default();
        if is_flat {
            return Contribution::default();
        }
        let unpriced = Contribution {
            unpriced: 1,
            ..Contribution::default()
        };
        mark.and_then(|mark| Contribution::priced(instrument, exposure, mark))
            .unwrap_or(unpriced)
    }

    fn priced(instrument: &Instrument, exposure: Exposure, mark: Mark) -> Option<Contribution> {
        let twice = |quantity: Option<Quantity>| {
            let quantity = quantity?;
            let at_bid = instrument.notional(mark.bid, quantity).ok()?;
            let value = at_bid.plus(instrument.notional(mark.ask, quantity).ok()?);
            let units = value.ok()?.units();
            (units.unsigned_abs() <= LARGEST).then_some(units)
        };
        let high = twice(exposure.highest())?;
        let low = twice(exposure.lowest())?;
        Some(Contribution {
            gross: high.max(-low),
            high,
            low,
            unpriced: 0,
        })
    }

    fn is_nothing(&self) -> bool {
        *self == Contribution::default()
    }

    fn exchange(&mut self, before: Contribution, after: Contribution) {
        self.gross += after.gross - before.gross;
        self.high += after.high - before.high;
        self.low += after.low - before.low;
        self.unpriced = self.unpriced + after.unpriced - before.unpriced;
    }
}

/// Which exposure a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Gross,
    /// With all orders of this side filled.
    Net(Side),
}

/// The sums of one scope, by quote currency.
#[derive(Clone, Debug, Default)]
pub struct ExposureSums {
    currencies: Vec<(Currency, Contribution)>,
}

impl ExposureSums {
    /// Puts what an instrument adds in place of what it added before.
    pub fn exchange(&mut self, quote: Currency, before: Contribution, after: Contribution) {
        let found = self
            .currencies
            .iter_mut()
            .find(|(currency, _)| *currency == quote);
        match found {
            Some((_, sum)) => sum.exchange(before, after),
            None => {
                self.currencies.push((quote, after));
                self.currencies.sort_by_key(|(currency, _)| *currency);
            }
        }
    }

    /// The sums that are not zero, by currency.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, Contribution)> {
        self.currencies
            .iter()
            .copied()
            .filter(|(_, sum)| !sum.is_nothing())
    }
}

impl PartialEq for ExposureSums {
    fn eq(&self, other: &ExposureSums) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Contribution {
    /// How many of its instruments have no price.
    pub(crate) fn unpriced(&self) -> u32 {
        self.unpriced
    }

    /// The sum if one instrument added `after` in place of `before`.
    pub(crate) fn exchanged(mut self, before: Contribution, after: Contribution) -> Contribution {
        self.exchange(before, after);
        self
    }

    /// The figure itself, short as a positive amount; half a unit of 10^-18 counts as a whole one.
    pub(crate) fn figure(&self, measure: Measure) -> Result<Amount, Overflow> {
        let twice = match measure {
            Measure::Gross => self.gross,
            Measure::Net(Side::Buy) => self.high,
            Measure::Net(Side::Sell) => -self.low,
        };
        let half = twice.checked_add(twice.signum()).ok_or(Overflow)? / 2;
        Ok(Amount::from_units(half))
    }
}

/// What rule 12 may know of the scopes of an order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exposures<'a> {
    /// The instrument's mark, where it can be relied on.
    pub mark: Option<Mark>,
    /// The sums of the account, the venue and the strategy, where they have such a limit.
    pub sums: [Option<&'a ExposureSums>; 3],
    /// What the instrument adds to the account and the venue now.
    pub of_account: Contribution,
    /// What it adds to the strategy now.
    pub of_strategy: Contribution,
}
