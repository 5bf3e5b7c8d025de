//! The relative strength index.

use crate::input::{IndicatorError, checked, checked_length};
use crate::wilder_average::WilderAverage;

/// How much of what the value has moved it has moved upwards, from 0 to 100 (Wilder, 1978).
///
/// It is ready at the value after the first `length`, since it averages changes. It is 50 where
/// nothing has moved.
#[derive(Clone, Debug)]
pub struct Rsi {
    length: usize,
    last: Option<f64>,
    gain: WilderAverage,
    loss: WilderAverage,
    value: Option<f64>,
}

impl Rsi {
    /// An index over this many changes; Wilder's own is 14.
    ///
    /// # Errors
    ///
    /// `length` is below one, or above `LONGEST`.
    pub fn new(length: i64) -> Result<Rsi, IndicatorError> {
        Ok(Rsi::of(checked_length(length, 1)?))
    }

    fn of(length: usize) -> Rsi {
        Rsi {
            length,
            last: None,
            gain: WilderAverage::new(length),
            loss: WilderAverage::new(length),
            value: None,
        }
    }

    /// Over how many changes it averages.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Takes a value and gives the index, once it is ready.
    ///
    /// # Errors
    ///
    /// The value is not finite or too large.
    pub fn update(&mut self, value: f64) -> Result<Option<f64>, IndicatorError> {
        let value = checked("value", value)?;
        if let Some(last) = self.last.replace(value) {
            let change = value - last;
            let gain = self.gain.update(change.max(0.0));
            let loss = self.loss.update((-change).max(0.0));
            self.value = gain.zip(loss).map(|(gain, loss)| share_of(gain, loss));
        }
        Ok(self.value)
    }

    /// The index, once it is ready.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        *self = Rsi::of(self.length);
    }
}

fn share_of(gain: f64, loss: f64) -> f64 {
    let moved = gain + loss;
    if moved > 0.0 {
        100.0 * (gain / moved)
    } else {
        50.0
    }
}
