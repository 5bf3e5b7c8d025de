//! How long something took: any number of durations in a bounded number of counters.

/// Each power of two is divided into this many parts, so that a duration is known to 1/1024.
const PARTS: u64 = 1_024;
const PART_BITS: u32 = PARTS.ilog2();

/// A histogram of durations whose intervals grow with them, after HdrHistogram.
#[derive(Clone, Debug, Default)]
pub struct Durations {
    counts: Vec<u64>,
    count: u64,
    longest_ns: u64,
}

impl Durations {
    /// Counts a duration.
    pub fn add(&mut self, nanos: u64) {
        let index = interval(nanos);
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        self.counts[index] += 1;
        self.count += 1;
        self.longest_ns = self.longest_ns.max(nanos);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The intervals that hold any: the longest duration that each can hold, in ns, but none longer
    /// than the longest of all; and how many it holds.
    pub fn counted(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(index, count)| (longest(index).min(self.longest_ns), *count))
    }

    /// What `percent` of all are not longer than, by the nearest rank; `None` without any. It is too
    /// long by 1/1024 at most.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = (self.count * percent.min(100)).div_ceil(100).max(1);
        let mut counted = 0;
        self.counted().find_map(|(longest, count)| {
            counted += count;
            (counted >= rank).then_some(longest)
        })
    }
}

fn interval(nanos: u64) -> usize {
    if nanos < PARTS {
        return nanos as usize;
    }
    let power = nanos.ilog2() - PART_BITS;
    let part = (nanos >> power) - PARTS;
    (PARTS * u64::from(power + 1) + part) as usize
}

fn longest(index: usize) -> u64 {
    let (row, part) = (index as u64 / PARTS, index as u64 % PARTS);
    match row.checked_sub(1) {
        None => part,
        Some(power) => {
            let next = u128::from(PARTS + part + 1) << power;
            (next - 1) as u64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_duration_is_known_to_a_part(nanos: u64) {
            let longest = longest(interval(nanos));
            prop_assert!(longest >= nanos);
            prop_assert!(u128::from(longest - nanos) * u128::from(PARTS) <= u128::from(nanos));
        }

        #[test]
        fn a_percentile_is_that_of_the_sorted_list(
            mut all in prop::collection::vec(0_u64..10_000_000, 1..200),
            percent in 0_u64..=100,
        ) {
            let mut durations = Durations::default();
            for nanos in &all {
                durations.add(*nanos);
            }
            all.sort_unstable();
            let rank = (all.len() * percent as usize).div_ceil(100).max(1);
            let (exact, found) = (all[rank - 1], durations.percentile(percent).unwrap_or_default());
            prop_assert!(found >= exact && found - exact <= exact / PARTS, "{found} for {exact}");
        }
    }

    #[test]
    fn all_are_counted_in_order_and_none_is_longer_than_the_longest() {
        let mut durations = Durations::default();
        assert_eq!(durations.percentile(50), None);
        for nanos in [100_000, 3, 100_001, 0, 10_000_000] {
            durations.add(nanos);
        }
        let counted: Vec<_> = durations.counted().collect();
        assert_eq!(counted, [(0, 1), (3, 1), (100_031, 2), (10_000_000, 1)]);
        assert_eq!(durations.count(), 5);
        assert_eq!(durations.percentile(100), Some(10_000_000));
    }
}
