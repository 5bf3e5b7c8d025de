//! The risk-averse model: every cancellation is behind us for as long as what is shown allows it.

use alphaforge_types::Quantity;

/// Only trades advance the queue; the caller sees to it that no more is before us than is displayed.
pub(super) fn ahead_after_cancels(ahead: Quantity) -> Quantity {
    ahead
}
