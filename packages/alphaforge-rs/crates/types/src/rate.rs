//! Fee rates.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decimal::{Decimal, NumberFault};

const RATE_DECIMALS: u32 = 9;

/// Why a text is not a fee rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum RateError {
    /// The text is no number.
    #[error(transparent)]
    Number(#[from] NumberFault),
    /// The rate has more than nine decimals, or lies outside -1 to 1.
    #[error(
        "a rate is a fraction between -1 and 1 with at most 9 decimals, such as 0.001 for 0.1 %"
    )]
    OutOfRange,
}

/// A fraction of a notional, in units of 10^-9; negative for a rebate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rate(i64);

impl Rate {
    /// No fee.
    pub const ZERO: Rate = Rate(0);
    /// How many units one whole (100 %) has.
    pub const ONE: i64 = 10_i64.pow(RATE_DECIMALS);

    /// The rate `decimal`, such as 0.001 for ten basis points.
    ///
    /// # Errors
    /// Where it has more than nine decimals or lies outside -1 to 1.
    pub fn new(decimal: Decimal) -> Result<Rate, RateError> {
        let units = decimal
            .exact_at(RATE_DECIMALS)
            .ok_or(RateError::OutOfRange)?;
        let units = i64::try_from(units).map_err(|_| RateError::OutOfRange)?;
        if units.unsigned_abs() > Rate::ONE.unsigned_abs() {
            return Err(RateError::OutOfRange);
        }
        Ok(Rate(units))
    }

    /// Reads a rate from text.
    ///
    /// # Errors
    /// As [`Rate::new`], and where the text is no number.
    pub fn parse(text: &str) -> Result<Rate, RateError> {
        Rate::new(Decimal::parse(text)?)
    }

    /// So many hundredths.
    pub const fn percent(hundredths: i8) -> Rate {
        Rate(hundredths as i64 * (Rate::ONE / 100))
    }

    /// How many decimals the rate needs: three for 0.001, none for zero.
    pub fn decimals(self) -> u32 {
        let mut units = self.0;
        let mut decimals = RATE_DECIMALS;
        while decimals > 0 && units % 10 == 0 {
            units /= 10;
            decimals -= 1;
        }
        decimals
    }

    /// The rate in units of 10^-9.
    pub fn units(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Decimal::new(i128::from(self.0), RATE_DECIMALS) {
            Ok(decimal) => decimal.fmt(formatter),
            Err(_) => Err(fmt::Error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fractions_only() {
        assert_eq!(Rate::parse("0.00075").unwrap().units(), 750_000);
        assert_eq!(Rate::parse("-0.0001").unwrap().to_string(), "-0.0001");
        let decimals = |text| Rate::parse(text).unwrap().decimals();
        assert_eq!(
            ["0", "1", "-0.01", "0.000000001"].map(decimals),
            [0, 0, 2, 9]
        );
        for out_of_range in ["2", "-1.000000001", "-9223372036.854775808"] {
            assert_eq!(Rate::parse(out_of_range), Err(RateError::OutOfRange));
        }
        assert_eq!(Rate::parse("0.0000000001"), Err(RateError::OutOfRange));
        assert_eq!(
            Rate::parse("x"),
            Err(RateError::Number(NumberFault::NotANumber))
        );
    }
}
