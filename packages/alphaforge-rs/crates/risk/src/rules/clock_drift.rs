//! Rule 17: the venue's clock is at most so far from ours.
//!
//! Orders carry our time: a venue whose clock runs apart refuses them, or takes them when they should have expired.
//!
//! Source: RTS 25 (Regulation (EU) 2017/574), which bounds the divergence of business clocks; the venues' own
//! receive windows.

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(_order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let Some(limit) = view.limits.clock_drift else {
        return Ok(());
    };
    let drift_ns = view.clock_offset_ns.map(i64::saturating_abs);
    if drift_ns.is_some_and(|drift_ns| drift_ns <= limit.value) {
        return Ok(());
    }
    Err(Reject::ClockDrift {
        limit_ns: limit.value,
        drift_ns,
        scope: limit.scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{EffectiveLimits, Limit, Scope};
    use crate::view::testing::{instrument, limit_order, permissive};
    use alphaforge_types::{Side, VenueId};

    #[test]
    fn a_drift_at_the_limit_passes_and_one_ns_more_is_denied_at_each_scope() {
        let instrument = instrument();
        let order = limit_order(Side::Buy, "100", "1");
        for scope in [Scope::Account, Scope::Venue(VenueId::from_index(0))] {
            let value = 500_000_000;
            let limits = EffectiveLimits {
                clock_drift: Some(Limit { value, scope }),
                ..EffectiveLimits::default()
            };
            for (offset_ns, passes) in [
                (0, true),
                (value - 1, true),
                (value, true),
                (value + 1, false),
                (1 - value, true),
                (-value, true),
                (-value - 1, false),
                (i64::MIN, false),
                (i64::MAX, false),
            ] {
                let mut view = permissive(&instrument, &limits);
                view.clock_offset_ns = Some(offset_ns);
                assert_eq!(
                    check(&order, &view).is_ok(),
                    passes,
                    "{scope:?} {offset_ns}"
                );
            }
        }
    }

    #[test]
    fn the_rejection_tells_drift_limit_and_scope() {
        let instrument = instrument();
        let limits = EffectiveLimits {
            clock_drift: Some(Limit {
                value: 500_000_000,
                scope: Scope::Account,
            }),
            ..EffectiveLimits::default()
        };
        let order = limit_order(Side::Buy, "100", "1");
        for (offset_ns, told) in [
            (
                Some(-500_000_001),
                "the venue's clock is 500.000001 ms from ours, and the account limit is 500 ms",
            ),
            (
                None,
                "the venue's clock is an unknown time from ours, and the account limit is 500 ms",
            ),
        ] {
            let mut view = permissive(&instrument, &limits);
            view.clock_offset_ns = offset_ns;
            let reject = check(&order, &view).unwrap_err();
            assert_eq!(
                (reject.code(), reject.to_string().as_str()),
                ("clock_drift", told)
            );
        }
    }

    #[test]
    fn without_a_limit_no_clock_is_asked_for() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut view = permissive(&instrument, &limits);
        view.clock_offset_ns = None;
        assert_eq!(check(&limit_order(Side::Buy, "100", "1"), &view), Ok(()));
    }
}
