//! The exponential moving average.

use crate::input::{IndicatorError, checked, checked_length};
use crate::warm_up_mean::WarmUpMean;

/// An average in which each value weighs `2 / (length + 1)` and what was before the rest.
///
/// It begins as the mean of the first `length` values, and is ready then.
#[derive(Clone, Debug)]
pub struct Ema {
    length: usize,
    warm_up: WarmUpMean,
    value: Option<f64>,
}

impl Ema {
    /// An average of this length.
    ///
    /// # Errors
    ///
    /// `length` is below one, or above `LONGEST`.
    pub fn new(length: i64) -> Result<Ema, IndicatorError> {
        let length = checked_length(length, 1)?;
        Ok(Ema {
            length,
            warm_up: WarmUpMean::new(length),
            value: None,
        })
    }

    /// Its length.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Takes a value and gives the average, once it is ready.
    ///
    /// # Errors
    ///
    /// The value is not finite or too large.
    pub fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        let value = checked("value", value)?;
        self.value = match self.value {
            Some(average) => Some(average + (value - average) * 2.0 / (self.length as f64 + 1.0)),
            None => self.warm_up.update(value),
        };
        Ok(self.value)
    }

    /// The average, once it is ready.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.warm_up = WarmUpMean::new(self.length);
        self.value = None;
    }
}
