//! How often something has happened lately.

use std::collections::VecDeque;

use alphaforge_types::UnixNanos;

/// When something happened, as far back as anybody asks. What happened counts while less than the length of a
/// window has passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeWindow {
    times: VecDeque<UnixNanos>,
}

impl TimeWindow {
    /// Counts what happens at `now`, which never lies before the last one; forgets what is older than
    /// `window_ns`.
    pub(crate) fn record(&mut self, now: UnixNanos, window_ns: i64) {
        while self
            .times
            .front()
            .is_some_and(|at| now.since(*at) >= window_ns)
        {
            self.times.pop_front();
        }
        self.times.push_back(now);
    }

    /// How often it has happened within a window that ends at `now`.
    pub(crate) fn count(&self, now: UnixNanos, window_ns: i64) -> u64 {
        let expired = self.times.partition_point(|at| now.since(*at) >= window_ns);
        (self.times.len() - expired) as u64
    }

    pub(crate) fn clear(&mut self) {
        self.times.clear();
    }
}
