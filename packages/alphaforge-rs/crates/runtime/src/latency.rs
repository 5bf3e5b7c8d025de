//! How long messages take to the paper venue and back: pluggable, in integers.

mod jittered;
mod recorded;

use alphaforge_types::UnixNanos;

pub use jittered::Jitter;
pub use recorded::{LatencySample, RecordedLatency, RecordedLatencyError};

/// How long a message takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LatencyModel {
    /// Always the same.
    Constant(Trip),
    /// As it was measured.
    Recorded(RecordedLatency),
    /// The same and a random time more.
    Jittered(Jitter),
}

impl LatencyModel {
    /// The same time there and back.
    pub const fn each_way(latency_ns: i64) -> LatencyModel {
        LatencyModel::Constant(Trip {
            entry_ns: latency_ns,
            response_ns: latency_ns,
        })
    }
}

impl Default for LatencyModel {
    fn default() -> LatencyModel {
        LatencyModel::each_way(0)
    }
}

/// The time to a venue and the time back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// From when we send until the venue acts on it.
    pub entry_ns: i64,
    /// From when the venue acts until we learn of it.
    pub response_ns: i64,
}

/// The way to one venue and back. Messages of one direction arrive in the order in which they left, as
/// on one connection: one that would overtake arrives together with the one before it.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    model: LatencyModel,
    last_arrival: UnixNanos,
    last_response: UnixNanos,
}

impl Way {
    pub(crate) fn new(model: LatencyModel) -> Way {
        Way {
            model,
            last_arrival: UnixNanos::ZERO,
            last_response: UnixNanos::ZERO,
        }
    }

    /// When a message that leaves now reaches the venue.
    pub(crate) fn arrival(&mut self, now: UnixNanos) -> UnixNanos {
        let entry_ns = match &mut self.model {
            LatencyModel::Constant(trip) => trip.entry_ns,
            LatencyModel::Recorded(recorded) => recorded.at(now).entry_ns,
            LatencyModel::Jittered(jitter) => jitter.entry_ns(),
        };
        self.last_arrival = self.last_arrival.max(now.plus(entry_ns));
        self.last_arrival
    }

    /// When the venue's word of now reaches us.
    pub(crate) fn response(&mut self, now: UnixNanos) -> UnixNanos {
        let response_ns = match &mut self.model {
            LatencyModel::Constant(trip) => trip.response_ns,
            LatencyModel::Recorded(recorded) => recorded.at(now).response_ns,
            LatencyModel::Jittered(jitter) => jitter.response_ns(),
        };
        self.last_response = self.last_response.max(now.plus(response_ns));
        self.last_response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_later_does_not_arrive_earlier() {
        let sample = |ts, entry_ns| LatencySample {
            ts: UnixNanos::from_nanos(ts),
            trip: Trip {
                entry_ns,
                response_ns: 2 * entry_ns,
            },
        };
        let recorded = RecordedLatency::new(vec![sample(0, 100), sample(10, 0)]).unwrap();
        let mut way = Way::new(LatencyModel::Recorded(recorded));
        let at = UnixNanos::from_nanos;
        assert_eq!(way.arrival(at(0)), at(100));
        assert_eq!(way.arrival(at(10)), at(100));
        assert_eq!(way.arrival(at(200)), at(200));
        // The other direction has a queue of its own.
        assert_eq!(way.response(at(0)), at(200));
        assert_eq!(way.response(at(5)), at(200));
        assert_eq!(way.response(at(300)), at(300));
    }
}
