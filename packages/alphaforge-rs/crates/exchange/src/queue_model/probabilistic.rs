//! The probabilistic model: a cancellation is before us or behind us with a probability that follows
//! from how much is on either side, and the expectation is taken.
//!
//! After Rigtorp, "Estimating order queue position" (2013), as hftbacktest's `ProbQueueModel` has it:
//! a share f(behind) / (f(behind) + f(ahead)) of what was cancelled is behind us.

use alphaforge_types::{Quantity, log2};

use super::QuantityGrid;

/// The largest exponent: beyond it the smaller side is nothing in 31 bits.
pub const MOST_EXPONENT: u8 = 8;

const SCALE_BITS: u32 = 31;

/// How cancellations are split: the function f.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelSplit {
    /// f(x) = x ^ exponent: 1 takes all cancellations for equally likely; the higher it is, the more
    /// of them are on the larger side. At most [`MOST_EXPONENT`].
    Power {
        /// The exponent.
        exponent: u8,
    },
    /// f(x) = log(1 + x), with x in whole units: nearly even sides, whatever is on them.
    Logarithmic,
}

impl CancelSplit {
    /// f of both sides, on one scale of at most 63 bits.
    fn weights(self, ahead: u64, behind: u64, one: u64) -> (u64, u64) {
        match self {
            CancelSplit::Power { exponent } => {
                let larger = u128::from(ahead.max(behind).max(1));
                let power = |side: u64| {
                    // At most 2^31, so that each product fits.
                    let scaled = ((u128::from(side) << SCALE_BITS) / larger) as u64;
                    (1..exponent.min(MOST_EXPONENT))
                        .fold(scaled, |power, _| (power * scaled) >> SCALE_BITS)
                };
                (power(ahead), power(behind))
            }
            CancelSplit::Logarithmic => {
                let logarithm =
                    |side: u64| log2(u128::from(one) + u128::from(side)) - log2(u128::from(one));
                (logarithm(ahead), logarithm(behind))
            }
        }
    }
}

/// What is before us once `cancelled` is gone. Fractions of a lot count as behind us.
pub(super) fn ahead_after_cancels(
    split: CancelSplit,
    ahead: Quantity,
    behind: Quantity,
    cancelled: Quantity,
    grid: QuantityGrid,
) -> Quantity {
    let mantissa = |quantity: Quantity| quantity.mantissa().unsigned_abs();
    let (before_us, behind_us) = split.weights(mantissa(ahead), mantissa(behind), grid.one);
    let both = u128::from(before_us) + u128::from(behind_us);
    if both == 0 {
        return ahead;
    }
    let share_ahead = u128::from(mantissa(cancelled)) * u128::from(before_us) / both;
    let lots = share_ahead - share_ahead % u128::from(grid.lot);
    // At most `cancelled`, which is a quantity. That more cannot be cancelled behind us than is there is
    // seen to by the caller: no more is left before us than is shown.
    let from_ahead = Quantity::from_mantissa(lots as i64);
    ahead.saturating_sub(from_ahead).max(Quantity::ZERO)
}
