//! The mean of the first values, from which averages begin.

use crate::moments::Moments;

/// Counts values until there are `length` of them, and takes their mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WarmUpMean {
    missing: usize,
    seen: Moments,
}

impl WarmUpMean {
    pub(crate) fn new(length: usize) -> WarmUpMean {
        WarmUpMean {
            missing: length,
            seen: Moments::default(),
        }
    }

    /// Takes a value. The mean, once there are enough.
    pub(crate) fn update(&mut self, value: f64) -> Option<f64> {
        self.seen = self.seen.with(value);
        self.missing = self.missing.saturating_sub(1);
        (self.missing == 0).then_some(self.seen.mean)
    }
}
