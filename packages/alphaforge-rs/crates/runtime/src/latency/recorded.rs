//! Latency as it was measured: a table of times, read between its rows.

use std::sync::Arc;

use alphaforge_types::UnixNanos;
use thiserror::Error;

use super::Trip;

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatencySample {
    /// When the message left.
    pub ts: UnixNanos,
    /// What was measured.
    pub trip: Trip,
}

/// Why measurements cannot be used; rows are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RecordedLatencyError {
    /// There are none.
    #[error("there is no measurement")]
    Empty,
    /// A time is not after that of the row before.
    #[error("row {row}: its time is not after that of the row before")]
    NotRising {
        /// Which row.
        row: usize,
    },
    /// A latency is below zero.
    #[error("row {row}: a latency is below zero")]
    Negative {
        /// Which row.
        row: usize,
    },
}

/// Measurements by time. Between two of them the latency is interpolated linearly; before the first and
/// after the last it is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedLatency(Arc<[LatencySample]>);

impl RecordedLatency {
    /// A table of measurements.
    ///
    /// # Errors
    /// Where there are none, times do not rise, or a latency is below zero.
    pub fn new(samples: Vec<LatencySample>) -> Result<RecordedLatency, RecordedLatencyError> {
        if samples.is_empty() {
            return Err(RecordedLatencyError::Empty);
        }
        for (index, sample) in samples.iter().enumerate() {
            let row = index + 1;
            if index > 0 && sample.ts <= samples[index - 1].ts {
                return Err(RecordedLatencyError::NotRising { row });
            }
            if sample.trip.entry_ns < 0 || sample.trip.response_ns < 0 {
                return Err(RecordedLatencyError::Negative { row });
            }
        }
        Ok(RecordedLatency(samples.into()))
    }

    /// The latency of a message that leaves at `ts`.
    pub(super) fn at(&self, ts: UnixNanos) -> Trip {
        let samples = &self.0;
        let after = samples.partition_point(|sample| sample.ts <= ts);
        if after == 0 {
            return samples[0].trip;
        }
        let before = samples[after - 1];
        let Some(next) = samples.get(after) else {
            return before.trip;
        };
        let (passed, whole) = (ts.since(before.ts), next.ts.since(before.ts));
        let between = |from: i64, to: i64| {
            let change = (i128::from(to) - i128::from(from)) * i128::from(passed);
            // Between two values of an i64.
            (i128::from(from) + change / i128::from(whole)) as i64
        };
        Trip {
            entry_ns: between(before.trip.entry_ns, next.trip.entry_ns),
            response_ns: between(before.trip.response_ns, next.trip.response_ns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(ts: i64, entry_ns: i64, response_ns: i64) -> LatencySample {
        LatencySample {
            ts: UnixNanos::from_nanos(ts),
            trip: Trip {
                entry_ns,
                response_ns,
            },
        }
    }

    #[test]
    fn between_measurements_it_is_interpolated() {
        let rows = vec![sample(10, 100, 50), sample(20, 200, 0), sample(40, 0, 7)];
        let table = RecordedLatency::new(rows).unwrap();
        let at = |ts| {
            let trip = table.at(UnixNanos::from_nanos(ts));
            (trip.entry_ns, trip.response_ns)
        };
        assert_eq!(at(0), (100, 50));
        assert_eq!(at(10), (100, 50));
        assert_eq!(at(13), (130, 35));
        assert_eq!(at(20), (200, 0));
        assert_eq!(at(30), (100, 3));
        assert_eq!(at(99), (0, 7));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let made = |rows: &[LatencySample]| RecordedLatency::new(rows.to_vec()).err();
        assert_eq!(made(&[]), Some(RecordedLatencyError::Empty));
        let twice = [sample(1, 0, 0), sample(1, 0, 0)];
        assert_eq!(
            made(&twice),
            Some(RecordedLatencyError::NotRising { row: 2 })
        );
        let negative = Some(RecordedLatencyError::Negative { row: 1 });
        assert_eq!(made(&[sample(1, -1, 0)]), negative);
        assert_eq!(made(&[sample(1, 0, -1)]), negative);
    }
}
