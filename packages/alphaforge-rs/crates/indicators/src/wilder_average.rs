//! The average of Wilder's indicators.

use crate::warm_up_mean::WarmUpMean;

/// An average in which each value weighs `1 / length`; it begins as the mean of the first `length`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WilderAverage {
    length: usize,
    warm_up: WarmUpMean,
    value: Option<f64>,
}

impl WilderAverage {
    pub(crate) fn new(length: usize) -> WilderAverage {
        WilderAverage {
            length,
            warm_up: WarmUpMean::new(length),
            value: None,
        }
    }

    pub(crate) fn update(&mut self, value: f64) -> Option<f64> {
        self.value = match self.value {
            Some(average) => Some(average + (value - average) / self.length as f64),
            None => self.warm_up.update(value),
        };
        self.value
    }
}
