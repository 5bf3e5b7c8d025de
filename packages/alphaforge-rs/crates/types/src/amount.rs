//! Exact money: notionals, balances, fees and profits.

use std::fmt;

use ethnum::I256;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decimal::{Decimal, NumberFault, power_of_ten};
use crate::rate::Rate;

/// Every amount is an integer number of 10^-18 units of its currency.
pub const AMOUNT_DECIMALS: u32 = 18;

/// Where something must be divided, the quotient is rounded half-even at this many decimals.
pub const RATIO_DECIMALS: u32 = 12;

const UNITS_PER_RATIO_STEP: i128 = 10_i128.pow(AMOUNT_DECIMALS - RATIO_DECIMALS);

/// A result is larger than an amount can hold, about ±1.7 × 10^20 units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the amount is larger than AlphaForge can represent (about 1.7e20)")]
pub struct Overflow;

/// Why a quotient of amounts cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RatioError {
    /// The divisor is zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The result does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// An exact amount of some currency, in units of 10^-18.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Amount(i128);

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(0);

    /// The amount of this many 10^-18 units.
    pub const fn from_units(units: i128) -> Amount {
        Amount(units)
    }

    /// The amount in 10^-18 units.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// The amount `mantissa × 10^-decimals`.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit, or has more than 18 decimals.
    pub fn from_scaled(mantissa: i128, decimals: u32) -> Result<Amount, Overflow> {
        let shift = AMOUNT_DECIMALS.checked_sub(decimals).ok_or(Overflow)?;
        let factor = power_of_ten(shift).ok_or(Overflow)?;
        mantissa.checked_mul(factor).map(Amount).ok_or(Overflow)
    }

    /// Reads an amount from decimal text.
    ///
    /// # Errors
    /// Where the text is no number, or one that does not fit exactly.
    pub fn parse(text: &str) -> Result<Amount, NumberFault> {
        Decimal::parse(text)?
            .exact_at(AMOUNT_DECIMALS)
            .map(Amount)
            .ok_or(NumberFault::TooManyDigits)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit.
    pub fn plus(self, other: Amount) -> Result<Amount, Overflow> {
        self.0.checked_add(other.0).map(Amount).ok_or(Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit.
    pub fn minus(self, other: Amount) -> Result<Amount, Overflow> {
        self.0.checked_sub(other.0).map(Amount).ok_or(Overflow)
    }

    /// The amount with the other sign.
    ///
    /// # Errors
    /// [`Overflow`] for the one value that has no opposite.
    pub fn negated(self) -> Result<Amount, Overflow> {
        self.0.checked_neg().map(Amount).ok_or(Overflow)
    }

    /// `self × numerator ÷ denominator`, rounded half-even at [`RATIO_DECIMALS`].
    ///
    /// # Errors
    /// Where the denominator is zero or the result does not fit.
    pub fn ratio(self, numerator: i128, denominator: i128) -> Result<Amount, RatioError> {
        self.ratio_in_steps(numerator, denominator, UNITS_PER_RATIO_STEP)
    }

    /// The fee on this notional, exact to the last unit of 10^-18 (half-even beyond it), so that
    /// the fees of an order's fills add up to the fee on their sum.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit.
    pub fn fee(self, rate: Rate) -> Result<Amount, Overflow> {
        self.ratio_in_steps(i128::from(rate.units()), i128::from(Rate::ONE), 1)
            .map_err(|_| Overflow)
    }

    /// The smallest multiple of 10^-[`RATIO_DECIMALS`] that is above this amount.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit.
    pub fn next_ratio_step(self) -> Result<Amount, Overflow> {
        self.0
            .div_euclid(UNITS_PER_RATIO_STEP)
            .checked_add(1)
            .and_then(|steps| steps.checked_mul(UNITS_PER_RATIO_STEP))
            .map(Amount)
            .ok_or(Overflow)
    }

    /// `self × numerator ÷ denominator` as a multiple of `step` units, rounded half-even.
    fn ratio_in_steps(
        self,
        numerator: i128,
        denominator: i128,
        step: i128,
    ) -> Result<Amount, RatioError> {
        if denominator == 0 {
            return Err(RatioError::DivisionByZero);
        }
        let steps = match (self.0.checked_mul(numerator), denominator.checked_mul(step)) {
            (Some(product), Some(divisor)) => divide_half_even(product, divisor),
            (None | Some(_), None | Some(_)) => wide_ratio(self.0, numerator, denominator, step)?,
        };
        steps
            .checked_mul(step)
            .map(Amount)
            .ok_or(RatioError::Overflow(Overflow))
    }

    /// True above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// True at zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The amount as an exact decimal.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, AMOUNT_DECIMALS).unwrap_or(Decimal::ZERO)
    }
}

/// The quotient, rounded to the nearest integer and to the even one of two equally near.
fn divide_half_even(dividend: i128, divisor: i128) -> i128 {
    let quotient = dividend / divisor;
    let remainder = (dividend % divisor).unsigned_abs();
    let rest_to_next = divisor.unsigned_abs() - remainder;
    let round_away = remainder > rest_to_next || (remainder == rest_to_next && quotient % 2 != 0);
    if !round_away {
        return quotient;
    }
    if (dividend < 0) == (divisor < 0) {
        quotient + 1
    } else {
        quotient - 1
    }
}

/// The same where the product of value and numerator passes 128 bits.
fn wide_ratio(
    value: i128,
    numerator: i128,
    denominator: i128,
    step: i128,
) -> Result<i128, Overflow> {
    let dividend = I256::from(value) * I256::from(numerator);
    let divisor = I256::from(denominator) * I256::from(step);
    let quotient = dividend / divisor;
    let remainder = (dividend % divisor).unsigned_abs();
    let rest_to_next = divisor.unsigned_abs() - remainder;
    let odd = quotient % I256::from(2) != I256::ZERO;
    let round_away = remainder > rest_to_next || (remainder == rest_to_next && odd);
    let towards = if (dividend < I256::ZERO) == (divisor < I256::ZERO) {
        I256::ONE
    } else {
        -I256::ONE
    };
    let rounded = if round_away {
        quotient + towards
    } else {
        quotient
    };
    i128::try_from(rounded).map_err(|_| Overflow)
}

impl fmt::Display for Amount {
    /// Plain digits without trailing zeros.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scales_and_prints_exactly() {
        assert_eq!(
            Amount::from_scaled(12_345, 2).unwrap().to_string(),
            "123.45"
        );
        assert_eq!(Amount::parse("-0.000000000000000001").unwrap().units(), -1);
        assert_eq!(
            Amount::parse("0.0000000000000000001"),
            Err(NumberFault::TooManyDigits)
        );
        assert_eq!(Amount::from_scaled(i128::MAX, 17), Err(Overflow));
    }

    #[test]
    fn rounds_half_to_even_at_twelve_decimals() {
        for (value, numerator, denominator, expected) in [
            ("1", 1, 3, "0.333333333333"),
            ("2", 1, 3, "0.666666666667"),
            ("-2", 1, 3, "-0.666666666667"),
            ("0.000000000001", 1, 2, "0"),
            ("0.000000000003", 1, 2, "0.000000000002"),
            ("-0.000000000003", 1, 2, "-0.000000000002"),
            ("0.000000000005", 1, 2, "0.000000000002"),
            ("1", -1, 8, "-0.125"),
        ] {
            let amount = Amount::parse(value).unwrap();
            assert_eq!(
                amount.ratio(numerator, denominator).unwrap().to_string(),
                expected
            );
        }
        assert_eq!(
            Amount::parse("1").unwrap().ratio(1, 0),
            Err(RatioError::DivisionByZero)
        );
    }

    #[test]
    fn fees_add_up_and_steps_lie_above() {
        let rate = Rate::parse("0.00075").unwrap();
        let fee = |text| Amount::parse(text).unwrap().fee(rate).unwrap();
        assert_eq!(fee("61837.6312345").to_string(), "46.378223425875");
        assert_eq!(fee("0.1").plus(fee("0.2")).unwrap(), fee("0.3"));
        for (text, above) in [
            ("1", "1.000000000001"),
            ("-1", "-0.999999999999"),
            ("0.0000000000005", "0.000000000001"),
        ] {
            let amount = Amount::parse(text).unwrap();
            assert_eq!(amount.next_ratio_step().unwrap().to_string(), above);
        }
    }

    #[test]
    fn ratios_of_extremes_do_not_lose_digits() {
        let largest = Amount::from_units(i128::MAX);
        let halved = largest
            .ratio(i128::from(i64::MAX), i128::from(i64::MAX) * 2)
            .unwrap();
        let expected = i128::MAX / 2 / UNITS_PER_RATIO_STEP * UNITS_PER_RATIO_STEP;
        assert!((halved.units() - expected).abs() <= UNITS_PER_RATIO_STEP);
        assert_eq!(largest.ratio(3, 1), Err(RatioError::Overflow(Overflow)));
    }

    proptest! {
        #[test]
        fn both_widths_agree(value in -(1_i128 << 60)..(1_i128 << 60), numerator in any::<i32>(), denominator in 1_i128..1_000_000_000) {
            let narrow = Amount::from_units(value).ratio(i128::from(numerator), denominator).unwrap();
            let wide = wide_ratio(value, i128::from(numerator), denominator, UNITS_PER_RATIO_STEP).unwrap();
            prop_assert_eq!(narrow.units(), wide * UNITS_PER_RATIO_STEP);
        }

        #[test]
        fn the_error_is_at_most_half_a_step(value in any::<i64>(), numerator in any::<i32>(), denominator in 1_i64..1_000_000) {
            let ratio = Amount::from_units(i128::from(value)).ratio(i128::from(numerator), i128::from(denominator)).unwrap();
            let exact_scaled = i128::from(value) * i128::from(numerator);
            let error = (ratio.units() * i128::from(denominator) - exact_scaled).abs();
            prop_assert!(error * 2 <= UNITS_PER_RATIO_STEP * i128::from(denominator));
        }
    }
}
