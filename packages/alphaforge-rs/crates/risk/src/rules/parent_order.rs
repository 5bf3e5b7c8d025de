//! The children of a parent order never come to more than it: what they have filled, what they can still
//! fill and this one together.
//!
//! Source: SEC release 34-70694 (Knight Capital Americas, 16 October 2013), where children went out without
//! end because what was filled no longer counted against the parent.

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let Some(parent) = view.own.parent else {
        return Ok(());
    };
    let value = parent.taken.saturating_add(order.quantity);
    if value <= parent.quantity {
        return Ok(());
    }
    Err(Reject::ParentExceeded {
        limit: view.instrument.quantity_decimal(parent.quantity),
        value: view.instrument.quantity_decimal(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::own_orders::ParentOrder;
    use crate::view::testing::{instrument, limit_order, permissive, quantity};
    use alphaforge_types::{Quantity, Side};

    #[test]
    fn a_child_takes_what_the_others_leave_and_no_more() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        for (taken, size, passes) in [
            ("0", "9.999", true),
            ("0", "10", true),
            ("0", "10.001", false),
            ("7", "2.999", true),
            ("7", "3", true),
            ("7", "3.001", false),
            ("10", "0.001", false),
            ("11", "0.001", false),
        ] {
            let mut view = permissive(&instrument, &limits);
            view.own.parent = Some(ParentOrder {
                quantity: quantity("10"),
                taken: quantity(taken),
            });
            let order = limit_order(Side::Buy, "100", size);
            assert_eq!(check(&order, &view).is_ok(), passes, "{taken} {size}");
        }
    }

    #[test]
    fn what_passes_the_largest_quantity_is_denied() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut view = permissive(&instrument, &limits);
        view.own.parent = Some(ParentOrder {
            quantity: quantity("10"),
            taken: Quantity::from_mantissa(i64::MAX),
        });
        assert!(check(&limit_order(Side::Buy, "100", "1"), &view).is_err());
    }
}
