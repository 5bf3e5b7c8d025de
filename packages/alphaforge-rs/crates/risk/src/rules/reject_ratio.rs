//! Rule 16: a scope that a venue rejects too often, or that sends too many orders for each trade, sends fewer
//! new orders and replaces.
//!
//! Source: see the watch itself, [`Conduct`](crate::Conduct).

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(_order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    for (scope, conduct) in view.conducts.into_iter().flatten() {
        if !conduct.has_room(view.now) {
            let slow = conduct.slow_rate();
            return Err(Reject::Slowed {
                limit: slow.count,
                window_ms: slow.window_ns / 1_000_000,
                scope,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conduct::Conduct;
    use crate::limits::{EffectiveLimits, Scope, WindowCount};
    use crate::view::testing::{instrument, limit_order, permissive};
    use alphaforge_types::{Side, UnixNanos};

    #[test]
    fn rule_16_a_slow_scope_sends_one_order_a_second() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let limit = WindowCount {
            count: 1,
            window_ns: 60_000_000_000,
        };
        let mut conduct = Conduct::new(Some(limit), None, None).unwrap();
        let order = limit_order(Side::Buy, "100", "1");
        let passes = |conduct: &Conduct, now| {
            let mut view = permissive(&instrument, &limits);
            view.now = UnixNanos::from_nanos(now);
            view.conducts[2] = Some((Scope::Account, conduct));
            check(&order, &view)
        };
        conduct.on_order(UnixNanos::ZERO);
        conduct.on_reject(UnixNanos::ZERO);
        assert_eq!(passes(&conduct, 0), Ok(()));
        conduct.on_reject(UnixNanos::ZERO);
        let denied = Err(Reject::Slowed {
            limit: 1,
            window_ms: 1000,
            scope: Scope::Account,
        });
        assert_eq!(passes(&conduct, 999_999_999), denied);
        assert_eq!(passes(&conduct, 1_000_000_000), Ok(()));
    }
}
