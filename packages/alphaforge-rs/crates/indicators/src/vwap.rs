//! The volume-weighted average price.

use crate::compensated_sum::CompensatedSum;
use crate::input::{IndicatorError, checked};

/// The mean price of all that was traded since the beginning, or since the last `reset`.
///
/// Ready once any volume has traded. A session's average is one that is reset when the session
/// begins.
#[derive(Clone, Debug, Default)]
pub struct Vwap {
    turnover: CompensatedSum,
    volume: CompensatedSum,
    value: Option<f64>,
}

impl Vwap {
    /// Takes a trade, or a bar at its typical price, and gives the average, once it is ready.
    ///
    /// # Errors
    ///
    /// Price or volume is not finite or too large, or the volume is below zero.
    pub fn update(&mut self, price: f64, volume: f64) -> Result<Option<f64>, IndicatorError> {
        let (price, volume) = (checked("price", price)?, checked("volume", volume)?);
        if volume < 0.0 {
            return Err(IndicatorError::Volume(volume));
        }
        if volume > 0.0 {
            self.turnover.add(price * volume);
            self.volume.add(volume);
            self.value = Some(self.turnover.total() / self.volume.total());
        }
        Ok(self.value)
    }

    /// The average, once it is ready.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Forgets all that was traded.
    pub fn reset(&mut self) {
        *self = Vwap::default();
    }
}
