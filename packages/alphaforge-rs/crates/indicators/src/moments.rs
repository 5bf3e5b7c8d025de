//! Mean and variance of a group of values, and of two groups together.

/// How many values there are, their mean, and the sum of their squared distances from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Moments {
    count: f64,
    pub(crate) mean: f64,
    squares: f64,
}

impl Moments {
    /// The group with one value more (Welford, 1962).
    #[must_use]
    pub(crate) fn with(self, value: f64) -> Moments {
        let count = self.count + 1.0;
        let distance = value - self.mean;
        let mean = self.mean + distance / count;
        Moments {
            count,
            mean,
            squares: self.squares + distance * (value - mean),
        }
    }

    /// Both groups as one (Chan, Golub and LeVeque, 1979).
    #[must_use]
    pub(crate) fn and(self, other: Moments) -> Moments {
        if self.count == 0.0 {
            return other;
        }
        if other.count == 0.0 {
            return self;
        }
        let count = self.count + other.count;
        let distance = other.mean - self.mean;
        let share = other.count / count;
        Moments {
            count,
            mean: self.mean + distance * share,
            squares: self.squares + other.squares + distance * distance * self.count * share,
        }
    }

    /// The standard deviation of the group itself, which is its whole population.
    pub(crate) fn standard_deviation(self) -> f64 {
        (self.squares / self.count).sqrt()
    }
}
