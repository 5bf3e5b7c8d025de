//! Exact decimal text: what configuration, wire formats and people write.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The largest power of ten that an `i128` holds is 10^38.
const LARGEST_SCALE: u32 = 38;

/// Why a text is not a number that AlphaForge can work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum NumberFault {
    /// The text is not a decimal number at all.
    #[error("not a number")]
    NotANumber,
    /// The number is NaN or infinite.
    #[error("not a finite number")]
    NotFinite,
    /// The number has more digits than the integer behind it holds.
    #[error("too many digits")]
    TooManyDigits,
}

/// An exact decimal number, `mantissa × 10^-scale`.
///
/// Two decimals are equal when they are the same number: `1.50` equals `1.5`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal {
        mantissa: 0,
        scale: 0,
    };

    /// The number `mantissa × 10^-scale`.
    ///
    /// # Errors
    /// `TooManyDigits` where `scale` is more than 38.
    pub fn new(mantissa: i128, scale: u32) -> Result<Decimal, NumberFault> {
        if scale > LARGEST_SCALE {
            return Err(NumberFault::TooManyDigits);
        }
        Ok(Decimal { mantissa, scale })
    }

    /// Reads `12`, `-0.5`, `.5`, `1e-05` or `1E+3`; the exponent forms are what Python prints.
    ///
    /// # Errors
    /// `NotFinite` for NaN and infinities, `TooManyDigits` where an `i128` cannot hold the digits,
    /// `NotANumber` for all else.
    pub fn parse(text: &str) -> Result<Decimal, NumberFault> {
        let bytes = text.as_bytes();
        let (negative, digits) = match bytes.first() {
            Some(b'-') => (true, &bytes[1..]),
            Some(b'+') => (false, &bytes[1..]),
            _ => (false, bytes),
        };
        let mut mantissa: i128 = 0;
        let mut fraction_digits: i32 = 0;
        let mut seen_point = false;
        let mut seen_digit = false;
        for (position, byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    seen_digit = true;
                    mantissa = push_digit(mantissa, *byte)?;
                    fraction_digits += i32::from(seen_point);
                }
                b'.' if !seen_point => seen_point = true,
                b'e' | b'E' if seen_digit => {
                    let exponent = parse_exponent(&digits[position + 1..])?;
                    let scale = fraction_digits
                        .checked_sub(exponent)
                        .ok_or(NumberFault::TooManyDigits)?;
                    return Decimal::from_signed_scale(negative, mantissa, scale);
                }
                _ => return Err(not_a_number(digits)),
            }
        }
        if !seen_digit {
            return Err(not_a_number(digits));
        }
        Decimal::from_signed_scale(negative, mantissa, fraction_digits)
    }

    fn from_signed_scale(
        negative: bool,
        mantissa: i128,
        scale: i32,
    ) -> Result<Decimal, NumberFault> {
        let signed = if negative { -mantissa } else { mantissa };
        if mantissa == 0 {
            return Ok(Decimal::ZERO);
        }
        if scale >= 0 {
            let scale = scale.unsigned_abs();
            if scale <= LARGEST_SCALE {
                return Decimal::new(signed, scale);
            }
            return Decimal {
                mantissa: signed,
                scale,
            }
            .trimmed()
            .checked_scale();
        }
        let factor = power_of_ten(scale.unsigned_abs()).ok_or(NumberFault::TooManyDigits)?;
        let mantissa = signed
            .checked_mul(factor)
            .ok_or(NumberFault::TooManyDigits)?;
        Decimal::new(mantissa, 0)
    }

    fn checked_scale(self) -> Result<Decimal, NumberFault> {
        Decimal::new(self.mantissa, self.scale)
    }

    /// The integer before scaling.
    pub fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// How many digits of the mantissa stand behind the point.
    pub fn scale(self) -> u32 {
        self.scale
    }

    /// The same number without trailing zeros behind the point.
    #[must_use]
    pub fn trimmed(self) -> Decimal {
        let mut trimmed = self;
        while trimmed.scale > 0 && trimmed.mantissa % 10 == 0 {
            trimmed.mantissa /= 10;
            trimmed.scale -= 1;
        }
        trimmed
    }

    /// The mantissa of this number at `decimals`, rounded towards negative infinity.
    /// `None` where it does not fit.
    pub fn floor_to(self, decimals: u32) -> Option<i128> {
        if decimals >= self.scale {
            return self
                .mantissa
                .checked_mul(power_of_ten(decimals - self.scale)?);
        }
        let divisor = power_of_ten(self.scale - decimals)?;
        Some(self.mantissa.div_euclid(divisor))
    }

    /// The mantissa of this number at `decimals`, rounded towards positive infinity.
    /// `None` where it does not fit.
    pub fn ceil_to(self, decimals: u32) -> Option<i128> {
        if decimals >= self.scale {
            return self.floor_to(decimals);
        }
        let divisor = power_of_ten(self.scale - decimals)?;
        let floor = self.mantissa.div_euclid(divisor);
        Some(floor + i128::from(self.mantissa.rem_euclid(divisor) != 0))
    }

    /// The mantissa of this number at `decimals`, if it is exact there.
    pub fn exact_at(self, decimals: u32) -> Option<i128> {
        let trimmed = self.trimmed();
        if trimmed.scale > decimals {
            return None;
        }
        trimmed.floor_to(decimals)
    }
}

/// 10 to the power of `exponent`, if an `i128` holds it.
pub(crate) fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn push_digit(mantissa: i128, byte: u8) -> Result<i128, NumberFault> {
    mantissa
        .checked_mul(10)
        .and_then(|shifted| shifted.checked_add(i128::from(byte - b'0')))
        .ok_or(NumberFault::TooManyDigits)
}

fn parse_exponent(bytes: &[u8]) -> Result<i32, NumberFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| NumberFault::NotANumber)?;
    let digits = text.trim_start_matches(['+', '-']);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberFault::NotANumber);
    }
    text.parse::<i32>().map_err(|_| NumberFault::TooManyDigits)
}

fn not_a_number(digits: &[u8]) -> NumberFault {
    let lower = digits.to_ascii_lowercase();
    match lower.as_slice() {
        b"nan" | b"snan" | b"inf" | b"infinity" => NumberFault::NotFinite,
        _ => NumberFault::NotANumber,
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    /// Compares whole parts first and fractions second, so that no scaling can overflow.
    fn cmp(&self, other: &Decimal) -> Ordering {
        let (left_whole, left_fraction) = self.split();
        let (right_whole, right_fraction) = other.split();
        left_whole
            .cmp(&right_whole)
            .then(left_fraction.cmp(&right_fraction))
    }
}

impl Decimal {
    /// The floor of the number and the rest, the rest at 38 decimals.
    fn split(self) -> (i128, i128) {
        // 10^38 fits an i128, and `scale` is at most 38 by construction.
        let unit = 10_i128.pow(self.scale);
        let whole = self.mantissa.div_euclid(unit);
        let rest = self.mantissa.rem_euclid(unit) * 10_i128.pow(LARGEST_SCALE - self.scale);
        (whole, rest)
    }
}

impl fmt::Display for Decimal {
    /// Plain digits without exponent and without trailing zeros.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trimmed = self.trimmed();
        let sign = if trimmed.mantissa < 0 { "-" } else { "" };
        let digits = trimmed.mantissa.unsigned_abs();
        if trimmed.scale == 0 {
            return write!(formatter, "{sign}{digits}");
        }
        let unit = 10_u128.pow(trimmed.scale);
        let width = trimmed.scale as usize;
        write!(
            formatter,
            "{sign}{}.{:0width$}",
            digits / unit,
            digits % unit
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_python_and_venues_print() {
        for (text, mantissa, scale) in [
            ("0", 0, 0),
            ("12", 12, 0),
            ("-0.50", -5, 1),
            (".5", 5, 1),
            ("5.", 5, 0),
            ("+1.25", 125, 2),
            ("61837.63000000", 6_183_763, 2),
            ("1e-05", 1, 5),
            ("1E+3", 1000, 0),
            ("1.5e2", 150, 0),
            ("0e99999", 0, 0),
        ] {
            let decimal = Decimal::parse(text).unwrap().trimmed();
            assert_eq!(
                (decimal.mantissa(), decimal.scale()),
                (mantissa, scale),
                "{text}"
            );
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_text() {
        for (text, fault) in [
            ("", NumberFault::NotANumber),
            ("-", NumberFault::NotANumber),
            (".", NumberFault::NotANumber),
            ("1.2.3", NumberFault::NotANumber),
            ("1e", NumberFault::NotANumber),
            ("e5", NumberFault::NotANumber),
            ("0x10", NumberFault::NotANumber),
            ("1_000", NumberFault::NotANumber),
            ("nan", NumberFault::NotFinite),
            ("-inf", NumberFault::NotFinite),
            ("Infinity", NumberFault::NotFinite),
            ("1e39", NumberFault::TooManyDigits),
            ("1e-39", NumberFault::TooManyDigits),
            ("1e99999999999", NumberFault::TooManyDigits),
            (
                "999999999999999999999999999999999999999999",
                NumberFault::TooManyDigits,
            ),
        ] {
            assert_eq!(Decimal::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn floors_and_ceils_towards_the_infinities() {
        let positive = Decimal::parse("1.239").unwrap();
        let negative = Decimal::parse("-1.239").unwrap();
        assert_eq!(
            (positive.floor_to(2), positive.ceil_to(2)),
            (Some(123), Some(124))
        );
        assert_eq!(
            (negative.floor_to(2), negative.ceil_to(2)),
            (Some(-124), Some(-123))
        );
        assert_eq!(positive.exact_at(2), None);
        assert_eq!(positive.exact_at(4), Some(12_390));
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same_number(mantissa in any::<i128>().prop_map(|m| m >> 1), scale in 0_u32..=38) {
            let decimal = Decimal::new(mantissa, scale).unwrap();
            prop_assert_eq!(Decimal::parse(&decimal.to_string()).unwrap(), decimal);
        }

        #[test]
        fn order_is_that_of_the_integers_at_one_scale(left in any::<i64>(), right in any::<i64>(), scale in 0_u32..=19) {
            let left_decimal = Decimal::new(i128::from(left), scale).unwrap();
            let right_decimal = Decimal::new(i128::from(right), scale).unwrap();
            prop_assert_eq!(left_decimal.cmp(&right_decimal), left.cmp(&right));
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,48}") {
            let _ = Decimal::parse(&text);
        }
    }
}
