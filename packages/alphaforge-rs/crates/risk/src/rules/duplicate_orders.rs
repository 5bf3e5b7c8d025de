//! Rule 7: a strategy asks for the same thing too often: instrument, side, size and price.
//!
//! Source: SEC rule 15c3-5(c)(1)(ii), orders "that indicate duplicative orders".

use alphaforge_types::OrderRequest;

use crate::limits::{Limit, WindowCount};
use crate::recent_orders::{Likeness, RecentOrders};
use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let Some(recent) = view.own.recent else {
        return Ok(());
    };
    view.limits
        .duplicates
        .iter()
        .try_for_each(|limit| judge(order, limit, recent, view))
}

fn judge(
    order: &OrderRequest,
    limit: &Limit<WindowCount>,
    recent: &RecentOrders,
    view: &View<'_>,
) -> Result<(), Reject> {
    let WindowCount { count, window_ns } = limit.value;
    let alike = recent.count(Likeness::from(order), view.now, window_ns);
    let value = u32::try_from(alike).unwrap_or(u32::MAX).saturating_add(1);
    if value <= count {
        return Ok(());
    }
    Err(Reject::DuplicateOrder {
        limit: count,
        value,
        window_ms: window_ns / 1_000_000,
        scope: limit.scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::testing::{SCOPES, instrument, limit_order, permissive};
    use alphaforge_types::{Side, UnixNanos};

    const WINDOW_NS: i64 = 1_000_000_000;

    fn limits(scope: crate::limits::Scope, count: u32) -> EffectiveLimits {
        let window_ns = WINDOW_NS;
        EffectiveLimits {
            duplicates: vec![Limit {
                value: WindowCount { count, window_ns },
                scope,
            }],
            ..EffectiveLimits::default()
        }
    }

    #[test]
    fn as_many_as_the_limit_pass_within_the_window_at_each_scope() {
        let instrument = instrument();
        let order = limit_order(Side::Buy, "100", "1");
        for scope in SCOPES {
            let limits = limits(scope, 3);
            let mut recent = RecentOrders::default();
            recent.remember_for(WINDOW_NS);
            for (asked_before, passes) in [(0, true), (1, true), (2, true), (3, false)] {
                let mut view = permissive(&instrument, &limits);
                view.own.recent = Some(&recent);
                let expected = Err(Reject::DuplicateOrder {
                    limit: 3,
                    value: 4,
                    window_ms: 1000,
                    scope,
                });
                let expected = if passes { Ok(()) } else { expected };
                assert_eq!(check(&order, &view), expected, "{asked_before} {scope:?}");
                recent.record(Likeness::from(&order), UnixNanos::ZERO);
            }
        }
    }

    #[test]
    fn an_order_that_is_asked_for_later_or_otherwise_is_no_duplicate() {
        let (instrument, limits) = (instrument(), limits(crate::limits::Scope::Account, 1));
        let order = limit_order(Side::Buy, "100", "1");
        let mut recent = RecentOrders::default();
        recent.remember_for(WINDOW_NS);
        recent.record(Likeness::from(&order), UnixNanos::ZERO);
        for (order, now, passes) in [
            (order, WINDOW_NS - 1, false),
            (order, WINDOW_NS, true),
            (limit_order(Side::Sell, "100", "1"), 0, true),
            (limit_order(Side::Buy, "100.01", "1"), 0, true),
            (limit_order(Side::Buy, "100", "1.001"), 0, true),
        ] {
            let mut view = permissive(&instrument, &limits);
            view.now = UnixNanos::from_nanos(now);
            view.own.recent = Some(&recent);
            assert_eq!(check(&order, &view).is_ok(), passes, "{order:?} {now}");
        }
    }
}
