//! What goes into an indicator, and why it is refused.

use thiserror::Error;

/// The largest length of an indicator.
pub const LONGEST: usize = 1_000_000;

/// The largest value that is taken, of either sign: squares and products of two stay finite.
pub const LARGEST_VALUE: f64 = 1e100;

/// Why an indicator cannot be made, or does not take a value. It is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum IndicatorError {
    /// A length that makes no sense.
    #[error("length = {length}: must be from {shortest} to {LONGEST}")]
    Length {
        /// The length that was asked for.
        length: i64,
        /// The shortest that makes sense.
        shortest: usize,
    },
    /// A value that is not a number, or too large.
    #[error(
        "{name} = {value}: must be a finite number from -{LARGEST_VALUE:e} to {LARGEST_VALUE:e}"
    )]
    Value {
        /// Which value.
        name: &'static str,
        /// What it is.
        value: f64,
    },
    /// A volume below zero.
    #[error("volume = {0}: must not be below zero")]
    Volume(f64),
    /// A bar whose high is below its low.
    #[error("high = {high}: must not be below low = {low}")]
    Range {
        /// The high of the bar.
        high: f64,
        /// Its low.
        low: f64,
    },
}

/// A length, if it is one.
pub(crate) fn checked_length(length: i64, shortest: usize) -> Result<usize, IndicatorError> {
    match usize::try_from(length) {
        Ok(valid) if (shortest..=LONGEST).contains(&valid) => Ok(valid),
        _ => Err(IndicatorError::Length { length, shortest }),
    }
}

/// A value, if it can be used.
pub(crate) fn checked(name: &'static str, value: f64) -> Result<f64, IndicatorError> {
    if value.abs() <= LARGEST_VALUE {
        Ok(value)
    } else {
        Err(IndicatorError::Value { name, value })
    }
}
