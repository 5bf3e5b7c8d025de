//! Sums of any number of values with the error of one addition.

/// A sum that keeps what each addition has rounded away (Neumaier, 1974).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CompensatedSum {
    sum: f64,
    rounded_away: f64,
}

impl CompensatedSum {
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.rounded_away += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    pub(crate) fn total(self) -> f64 {
        self.sum + self.rounded_away
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_large_value_rounds_away_comes_back() {
        let mut sum = CompensatedSum::default();
        for value in [1.0, 1e17, 1.0, -1e17] {
            sum.add(value);
        }
        assert_eq!(sum.total(), 2.0);
    }
}
