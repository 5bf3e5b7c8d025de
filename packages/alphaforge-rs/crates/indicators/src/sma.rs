//! The simple moving average.

use crate::input::{IndicatorError, checked, checked_length};
use crate::sliding_moments::SlidingMoments;

/// The mean of the last `length` values. Ready at the `length`-th value.
#[derive(Clone, Debug)]
pub struct Sma {
    length: usize,
    window: SlidingMoments,
    value: Option<f64>,
}

impl Sma {
    /// An average of the last `length` values.
    ///
    /// # Errors
    ///
    /// `length` is below one, or above `LONGEST`.
    pub fn new(length: i64) -> Result<Sma, IndicatorError> {
        let length = checked_length(length, 1)?;
        Ok(Sma {
            length,
            window: SlidingMoments::new(length),
            value: None,
        })
    }

    /// How many values it averages.
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
        self.value = self.window.update(value).map(|moments| moments.mean);
        Ok(self.value)
    }

    /// The average, once it is ready.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.window = SlidingMoments::new(self.length);
        self.value = None;
    }
}
