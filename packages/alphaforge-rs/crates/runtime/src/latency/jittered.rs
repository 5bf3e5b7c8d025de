//! Latency with a tail: a constant and an exponentially distributed time more, drawn from a seed.

use alphaforge_types::{LOG2_FRACTION_BITS, log2};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::Trip;

/// ln 2 in units of 2^-32.
const LN_2: u128 = 2_977_044_471;

/// A constant latency and a random time more, each way with a draw of its own.
///
/// The time more is exponentially distributed: most messages are near the constant, half of them within
/// 0.69 of the mean, one in a hundred is 4.6 means late, and none more than 45. The same seed gives the
/// same draws on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jitter {
    least: Trip,
    mean_ns: u64,
    random: Pcg64Mcg,
}

impl Jitter {
    /// At least `least`, and `mean_ns` more on average.
    pub fn new(least: Trip, mean_ns: u64, seed: u64) -> Jitter {
        Jitter {
            least,
            mean_ns,
            random: Pcg64Mcg::seed_from_u64(seed),
        }
    }

    /// How long a message takes there.
    pub(super) fn entry_ns(&mut self) -> i64 {
        self.least.entry_ns.saturating_add(self.exponential())
    }

    /// How long one takes back.
    pub(super) fn response_ns(&mut self) -> i64 {
        self.least.response_ns.saturating_add(self.exponential())
    }

    /// mean × −ln(u), with u evenly in (0, 1]: the inverse of the exponential distribution.
    fn exponential(&mut self) -> i64 {
        let uniform = u128::from(self.random.next_u64()) + 1;
        // -log2(uniform / 2^64).
        let bits = (64_u128 << LOG2_FRACTION_BITS) - u128::from(log2(uniform));
        let natural = (bits * LN_2) >> LOG2_FRACTION_BITS;
        let time = natural.saturating_mul(u128::from(self.mean_ns)) >> LOG2_FRACTION_BITS;
        i64::try_from(time).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: Trip = Trip {
        entry_ns: 1_000,
        response_ns: 2_000,
    };

    fn draws(seed: u64) -> Vec<i64> {
        let mut jitter = Jitter::new(LEAST, 1_000_000, seed);
        (0..100_000).map(|_| jitter.entry_ns() - 1_000).collect()
    }

    #[test]
    fn it_is_exponential() {
        let mut times = draws(7);
        times.sort_unstable();
        let mean = times.iter().sum::<i64>() / times.len() as i64;
        assert!((990_000..1_010_000).contains(&mean), "{mean}");
        // The quantile q of an exponential distribution is -ln(1 - q) means.
        for (quantile, expected) in [(0.5, 693_147), (0.9, 2_302_585), (0.99, 4_605_170)] {
            let found = times[(quantile * times.len() as f64) as usize];
            let off = (found - expected).abs();
            assert!(off < expected / 30, "{quantile}: {found}");
        }
        assert!(times[0] >= 0);
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
    }

    #[test]
    fn without_jitter_it_is_constant() {
        let mut jitter = Jitter::new(LEAST, 0, 1);
        assert_eq!((jitter.entry_ns(), jitter.response_ns()), (1_000, 2_000));
    }
}
