//! The average true range.

use crate::input::{IndicatorError, checked, checked_length};
use crate::wilder_average::WilderAverage;

/// How far bars reach, gaps between them included (Wilder, 1978).
///
/// The true range of a bar reaches from the lower of its low and the close before to the higher of
/// its high and the close before. The first bar has none, so that this is ready at the bar after the
/// first `length`.
#[derive(Clone, Debug)]
pub struct Atr {
    length: usize,
    last_close: Option<f64>,
    average: WilderAverage,
    value: Option<f64>,
}

impl Atr {
    /// An average over this many true ranges; Wilder's own is 14.
    ///
    /// # Errors
    ///
    /// `length` is below one, or above `LONGEST`.
    pub fn new(length: i64) -> Result<Atr, IndicatorError> {
        Ok(Atr::of(checked_length(length, 1)?))
    }

    fn of(length: usize) -> Atr {
        Atr {
            length,
            last_close: None,
            average: WilderAverage::new(length),
            value: None,
        }
    }

    /// Over how many true ranges it averages.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Takes a bar and gives the average, once it is ready.
    ///
    /// # Errors
    ///
    /// A price is not finite or too large, or the high is below the low.
    pub fn update(
        &mut self,
        high: f64,
        low: f64,
        close: f64,
    ) -> Result<Option<f64>, IndicatorError> {
        let (high, low) = (checked("high", high)?, checked("low", low)?);
        let close = checked("close", close)?;
        if high < low {
            return Err(IndicatorError::Range { high, low });
        }
        if let Some(last) = self.last_close.replace(close) {
            self.value = self.average.update(high.max(last) - low.min(last));
        }
        Ok(self.value)
    }

    /// The average, once it is ready.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        *self = Atr::of(self.length);
    }
}
