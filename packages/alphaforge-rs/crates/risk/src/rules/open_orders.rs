//! Rule 13: how many orders are open: in flight, unknown and held ones included.
//!
//! Source: SEC rule 15c3-5(c)(1), limits on what is entered; venues' own bounds, such as Binance's filter
//! MAX_NUM_ORDERS.

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(_order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let Some(open) = view.own.open else {
        return Ok(());
    };
    for limit in &view.limits.open_orders {
        let value = open.of(limit.scope);
        if value > limit.value {
            return Err(Reject::OpenOrders {
                limit: limit.value,
                value,
                scope: limit.scope,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{EffectiveLimits, Limit, Scope};
    use crate::own_orders::OpenOrders;
    use crate::view::testing::{SCOPES, instrument, limit_order, permissive};
    use alphaforge_types::Side;

    fn open(scope: Scope, count: u32) -> OpenOrders {
        let mut open = OpenOrders::default();
        *match scope {
            Scope::Account => &mut open.account,
            Scope::Venue(_) => &mut open.venue,
            Scope::Strategy(_) => &mut open.strategy,
            Scope::Instrument(_) => &mut open.instrument,
        } = count;
        open
    }

    #[test]
    fn as_many_as_the_limit_may_be_open_at_each_scope() {
        let instrument = instrument();
        let order = limit_order(Side::Buy, "100", "1");
        for scope in SCOPES {
            let limits = EffectiveLimits {
                open_orders: vec![Limit { value: 5, scope }],
                ..EffectiveLimits::default()
            };
            let broken = Err(Reject::OpenOrders {
                limit: 5,
                value: 6,
                scope,
            });
            for (count, expected) in [(4, Ok(())), (5, Ok(())), (6, broken)] {
                let mut view = permissive(&instrument, &limits);
                view.own.open = Some(open(scope, count));
                assert_eq!(check(&order, &view), expected, "{count} {scope:?}");
            }
            let mut view = permissive(&instrument, &limits);
            view.own.open = None;
            assert_eq!(check(&order, &view), Ok(()), "no new order");
        }
    }

    #[test]
    fn the_most_restrictive_limit_wins() {
        let instrument = instrument();
        let limit = |scope, value| Limit { value, scope };
        let [account, _, strategy, _] = SCOPES;
        let limits = EffectiveLimits {
            open_orders: vec![limit(account, 9), limit(strategy, 2)],
            ..EffectiveLimits::default()
        };
        let mut view = permissive(&instrument, &limits);
        view.own.open = Some(OpenOrders {
            account: 3,
            venue: 3,
            strategy: 3,
            instrument: 3,
        });
        let order = limit_order(Side::Buy, "100", "1");
        let broken = Reject::OpenOrders {
            limit: 2,
            value: 3,
            scope: strategy,
        };
        assert_eq!(check(&order, &view), Err(broken));
    }
}
