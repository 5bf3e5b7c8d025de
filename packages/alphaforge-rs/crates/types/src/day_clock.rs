//! Which day it is somewhere.

use crate::time::UnixNanos;

const DAY_NS: i128 = 86_400_000_000_000;

/// How far the clocks of a place are ahead of universal time, from when on; by default not at all. Days have
/// 23, 24 or 25 hours where clocks are put forward and back, seldom others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayClock {
    offsets: Vec<(UnixNanos, i64)>,
}

impl DayClock {
    /// `offsets` in ns, in the order of time; the first holds before its moment too.
    pub fn new(offsets: Vec<(UnixNanos, i64)>) -> DayClock {
        DayClock { offsets }
    }

    /// The number of the day that the clocks show, counted from 1970-01-01.
    pub fn day_of(&self, at: UnixNanos) -> i64 {
        let later = self.offsets.partition_point(|(from, _)| *from <= at);
        let offset = self.offsets.get(later.saturating_sub(1));
        let local = i128::from(at.nanos()) + i128::from(offset.map_or(0, |(_, offset)| *offset));
        // An i64 of nanoseconds has no more than 110,000 days.
        local.div_euclid(DAY_NS) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: i64) -> UnixNanos {
        UnixNanos::from_nanos(hours * 3_600_000_000_000)
    }

    #[test]
    fn a_day_ends_when_the_clocks_show_midnight() {
        let utc = DayClock::default();
        assert_eq!(
            [-1, 0, 23, 24].map(|at| utc.day_of(hours(at))),
            [-1, 0, 0, 1]
        );
        let offset = |hours: i64| hours * 3_600_000_000_000;
        let clock = DayClock::new(vec![(hours(0), offset(1)), (hours(30), offset(2))]);
        let days = [-1, 22, 23, 45, 46].map(|at| clock.day_of(hours(at)));
        assert_eq!(days, [0, 0, 1, 1, 2]);
        assert_eq!(utc.day_of(UnixNanos::from_nanos(i64::MAX)), 106_751);
    }
}
