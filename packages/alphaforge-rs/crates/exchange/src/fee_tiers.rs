//! Fee rates that fall with what has been traded, as venues have them.

use std::collections::{BTreeMap, VecDeque};

use alphaforge_types::{Amount, Currency, Rate, UnixNanos};
use thiserror::Error;

use crate::fees::FeeSchedule;

const DAY_NS: i64 = 86_400_000_000_000;
/// Volume counts for this many days, the current one included.
const WINDOW_DAYS: i64 = 30;

/// One tier of a fee table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeTier {
    /// The notional traded in 30 days from which on it applies.
    pub volume: Amount,
    /// Its rates.
    pub fees: FeeSchedule,
}

/// Why tiers cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FeeTiersError {
    /// A volume is not above that of the tier before, or the first not above zero.
    #[error("fee tiers must have rising volumes above zero")]
    NotRising,
    /// The starting volume is below zero.
    #[error("the starting volume must not be below zero")]
    NegativeVolume,
}

/// The fee table of a venue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeeTiers {
    base: FeeSchedule,
    tiers: Vec<FeeTier>,
    starting_volume: Amount,
}

impl FeeTiers {
    /// `base` applies below the first tier. `starting_volume` counts as traded on the first day.
    ///
    /// # Errors
    /// Where the volumes do not rise, or one is below zero.
    pub fn new(
        base: FeeSchedule,
        tiers: Vec<FeeTier>,
        starting_volume: Amount,
    ) -> Result<FeeTiers, FeeTiersError> {
        if starting_volume < Amount::ZERO {
            return Err(FeeTiersError::NegativeVolume);
        }
        let mut before = Amount::ZERO;
        for tier in &tiers {
            if tier.volume <= before {
                return Err(FeeTiersError::NotRising);
            }
            before = tier.volume;
        }
        Ok(FeeTiers {
            base,
            tiers,
            starting_volume,
        })
    }

    /// The same rates whatever is traded.
    pub fn flat(base: FeeSchedule) -> FeeTiers {
        FeeTiers {
            base,
            ..FeeTiers::default()
        }
    }

    /// The highest rate that an order can meet.
    pub fn highest(&self) -> Rate {
        self.tiers
            .iter()
            .map(|tier| tier.fees.highest())
            .fold(self.base.highest(), Rate::max)
    }

    fn at(&self, volume: Amount) -> FeeSchedule {
        self.tiers
            .iter()
            .rev()
            .find(|tier| tier.volume <= volume)
            .map_or(self.base, |tier| tier.fees)
    }
}

/// What was traded at a venue, by quote currency and UTC day: volumes of different currencies are not
/// added, and each is held against the same thresholds.
#[derive(Clone, Debug, Default)]
pub struct TradedVolume {
    days: BTreeMap<Currency, VecDeque<(i64, Amount)>>,
}

impl TradedVolume {
    /// The rates that apply to what trades next.
    pub fn fees(&mut self, tiers: &FeeTiers, currency: Currency, now: UnixNanos) -> FeeSchedule {
        if tiers.tiers.is_empty() {
            return tiers.base;
        }
        let today = now.nanos().div_euclid(DAY_NS);
        let days = self
            .days
            .entry(currency)
            .or_insert_with(|| VecDeque::from([(today, tiers.starting_volume)]));
        while days
            .front()
            .is_some_and(|(day, _)| *day <= today - WINDOW_DAYS)
        {
            days.pop_front();
        }
        // A sum beyond what an amount can hold is beyond every threshold too.
        let volume = days
            .iter()
            .try_fold(Amount::ZERO, |sum, (_, notional)| sum.plus(*notional))
            .unwrap_or(Amount::from_units(i128::MAX));
        tiers.at(volume)
    }

    /// A fill of this notional; call [`TradedVolume::fees`] before it.
    pub fn add(&mut self, currency: Currency, now: UnixNanos, notional: Amount) {
        let today = now.nanos().div_euclid(DAY_NS);
        let Some(days) = self.days.get_mut(&currency) else {
            return;
        };
        match days.back_mut() {
            Some((day, sum)) if *day == today => *sum = sum.plus(notional).unwrap_or(*sum),
            Some(_) | None => days.push_back((today, notional)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fees(maker: &str) -> FeeSchedule {
        FeeSchedule {
            maker: Rate::parse(maker).unwrap(),
            taker: Rate::parse("0.001").unwrap(),
        }
    }

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    fn tiers(starting: &str) -> FeeTiers {
        let tier = |volume, maker| FeeTier {
            volume: amount(volume),
            fees: fees(maker),
        };
        let tiers = vec![tier("1000", "0.0005"), tier("5000", "0")];
        FeeTiers::new(fees("0.0009"), tiers, amount(starting)).unwrap()
    }

    fn day(day: i64) -> UnixNanos {
        UnixNanos::from_nanos(day * DAY_NS + 1)
    }

    #[test]
    fn the_volume_of_thirty_days_decides() {
        let (tiers, mut volume) = (tiers("400"), TradedVolume::default());
        let usdt = Currency::new("USDT").unwrap();
        let mut after = |at: i64, notional: &str| {
            volume.fees(&tiers, usdt, day(at));
            volume.add(usdt, day(at), amount(notional));
            volume.fees(&tiers, usdt, day(at))
        };
        assert_eq!(after(0, "599.99"), fees("0.0009"));
        assert_eq!(after(0, "0.01"), fees("0.0005"));
        assert_eq!(after(10, "4000"), fees("0"));
        assert_eq!(after(29, "0"), fees("0"));
        // On the 30th day the first one, with the starting volume, has left the window.
        assert_eq!(after(30, "0"), fees("0.0005"));
        assert_eq!(after(40, "0"), fees("0.0009"));
    }

    #[test]
    fn currencies_are_not_added() {
        let (tiers, mut volume) = (tiers("0"), TradedVolume::default());
        let [usdt, eur] = ["USDT", "EUR"].map(|code| Currency::new(code).unwrap());
        for currency in [usdt, eur] {
            volume.fees(&tiers, currency, day(0));
            volume.add(currency, day(0), amount("999"));
        }
        assert_eq!(volume.fees(&tiers, usdt, day(0)), fees("0.0009"));
    }

    #[test]
    fn the_highest_rate_is_that_of_any_tier() {
        let tier = FeeTier {
            volume: amount("1"),
            fees: FeeSchedule {
                maker: Rate::ZERO,
                taker: Rate::parse("0.01").unwrap(),
            },
        };
        let tiers = FeeTiers::new(fees("0.002"), vec![tier], Amount::ZERO).unwrap();
        assert_eq!(tiers.highest(), Rate::parse("0.01").unwrap());
        assert_eq!(
            FeeTiers::flat(fees("0.002")).highest(),
            Rate::parse("0.002").unwrap()
        );
    }

    #[test]
    fn volumes_must_rise() {
        let tier = |volume| FeeTier {
            volume: amount(volume),
            fees: FeeSchedule::default(),
        };
        let made = |volumes: &[&'static str], starting| {
            let tiers = volumes.iter().map(|volume| tier(volume)).collect();
            FeeTiers::new(FeeSchedule::default(), tiers, amount(starting)).err()
        };
        assert_eq!(made(&["1", "2"], "0"), None);
        assert_eq!(made(&["0"], "0"), Some(FeeTiersError::NotRising));
        assert_eq!(made(&["2", "2"], "0"), Some(FeeTiersError::NotRising));
        assert_eq!(made(&["1"], "-1"), Some(FeeTiersError::NegativeVolume));
    }
}
