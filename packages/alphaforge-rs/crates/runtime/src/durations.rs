//! How long something took, counted: any number of durations in a few hundred counters.

/// Each power of two is divided into this many parts, so that a duration is known to 1/16.
const PARTS: u32 = 16;
const PART_BITS: u32 = PARTS.ilog2();

/// A histogram of durations whose intervals grow with them, after HdrHistogram.
#[derive(Clone, Debug, Default)]
pub struct Durations {
    counts: Vec<u64>,
}

impl Durations {
    /// Counts a duration.
    pub fn add(&mut self, nanos: u64) {
        let index = interval(nanos);
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        self.counts[index] += 1;
    }

    /// The intervals that hold any: the longest duration each can hold, in ns, and how many it holds.
    pub fn counted(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(index, count)| (longest(index), *count))
    }
}

fn interval(nanos: u64) -> usize {
    if nanos < u64::from(PARTS) {
        return nanos as usize;
    }
    let power = nanos.ilog2() - PART_BITS;
    let part = (nanos >> power) as u32 - PARTS;
    (PARTS * (power + 1) + part) as usize
}

fn longest(index: usize) -> u64 {
    let (row, part) = (index as u32 / PARTS, index as u32 % PARTS);
    match row.checked_sub(1) {
        None => u64::from(part),
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
        fn a_duration_is_known_to_a_sixteenth(nanos: u64) {
            let longest = longest(interval(nanos));
            prop_assert!(longest >= nanos);
            prop_assert!(u128::from(longest - nanos) * 16 <= u128::from(nanos));
        }
    }

    #[test]
    fn all_are_counted_in_order() {
        let mut durations = Durations::default();
        for nanos in [1_000, 3, 1_001, u64::MAX, 0] {
            durations.add(nanos);
        }
        let counted: Vec<_> = durations.counted().collect();
        assert_eq!(counted, [(0, 1), (3, 1), (1_023, 2), (u64::MAX, 1)]);
    }
}
