//! The z-score.

use crate::input::{IndicatorError, checked, checked_length};
use crate::sliding_moments::SlidingMoments;

/// How many standard deviations the last value is from the mean of the last `length` values.
///
/// The last value is one of them, and the deviation is that of the population (divided by `length`).
/// Where all values of the window are equal it is 0. Ready at the `length`-th value.
#[derive(Clone, Debug)]
pub struct ZScore {
    length: usize,
    window: SlidingMoments,
    value: Option<f64>,
}

impl ZScore {
    /// A score against the last `length` values.
    ///
    /// # Errors
    ///
    /// `length` is below two, or above `LONGEST`.
    pub fn new(length: i64) -> Result<ZScore, IndicatorError> {
        let length = checked_length(length, 2)?;
        Ok(ZScore {
            length,
            window: SlidingMoments::new(length),
            value: None,
        })
    }

    /// How many values it looks back on.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Takes a value and gives its score, once it is ready.
    ///
    /// # Errors
    ///
    /// The value is not finite or too large.
    pub fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        let value = checked("value", value)?;
        self.value = self.window.update(value).map(|moments| {
            let deviation = moments.standard_deviation();
            if deviation > 0.0 {
                (value - moments.mean) / deviation
            } else {
                0.0
            }
        });
        Ok(self.value)
    }

    /// The score, once it is ready.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.window = SlidingMoments::new(self.length);
        self.value = None;
    }
}
