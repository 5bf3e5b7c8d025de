//! Rule 2: what an order asks for goes together.

use alphaforge_types::{OrderKind, OrderRequest, TimeInForce, Trigger};

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    contradiction(order, view).map_or(Ok(()), |reason| Err(Reject::Shape { reason }))
}

fn contradiction(order: &OrderRequest, view: &View<'_>) -> Option<&'static str> {
    let conditions = order.conditions;
    let (is_limit, post_only) = match order.kind {
        OrderKind::Limit { post_only, .. } => (true, post_only),
        OrderKind::Market => (false, false),
    };
    let trailing = matches!(conditions.trigger, Some(Trigger::Trailing { .. }));
    [
        (
            post_only && !order.time_in_force.rests(),
            "only an order that may rest can be post-only",
        ),
        (
            post_only && conditions.trigger.is_some(),
            "an order that waits for a trigger cannot be post-only",
        ),
        (
            is_limit && trailing,
            "a trailing stop trades at the market: it takes no limit price",
        ),
        (
            conditions.display.is_some() && !(is_limit && order.time_in_force.rests()),
            "only a limit order that may rest can show a part of itself",
        ),
        (
            conditions
                .display
                .is_some_and(|display| display > order.quantity),
            "the displayed quantity is above the whole quantity",
        ),
        (
            conditions.budget.is_some() && (is_limit || conditions.trigger.is_some()),
            "only a market order without a trigger can be given in the quote currency",
        ),
        (
            conditions.budget.is_some() && conditions.reduce_only,
            "an order that only reduces is given in the base currency",
        ),
        (
            conditions.budget.is_some() && conditions.parent.is_some(),
            "a child of a parent order is given in the base currency",
        ),
        (
            conditions.budget.is_some() && order.time_in_force == TimeInForce::Fok,
            "an order in the quote currency cannot be fill-or-kill",
        ),
        (
            order
                .time_in_force
                .expires_at()
                .is_some_and(|at| at <= view.now),
            "the time at which it expires has passed",
        ),
    ]
    .into_iter()
    .find_map(|(contradicts, reason)| contradicts.then_some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::testing::{instrument, limit_order, permissive, price, quantity};
    use alphaforge_types::{Amount, Side, UnixNanos};

    fn passes(change: impl FnOnce(&mut OrderRequest)) -> bool {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut order = limit_order(Side::Buy, "100", "2");
        change(&mut order);
        let mut view = permissive(&instrument, &limits);
        view.now = UnixNanos::from_nanos(10);
        check(&order, &view).is_ok()
    }

    fn market(order: &mut OrderRequest) {
        order.kind = OrderKind::Market;
    }

    fn post_only(order: &mut OrderRequest) {
        order.kind = OrderKind::Limit {
            price: price("100"),
            post_only: true,
        };
    }

    fn until(nanos: i64) -> TimeInForce {
        TimeInForce::Gtd {
            expires_at: UnixNanos::from_nanos(nanos),
        }
    }

    #[test]
    fn what_goes_together_passes() {
        let stop = Some(Trigger::Stop {
            price: price("101"),
        });
        assert!(passes(|_| {}));
        assert!(passes(post_only));
        assert!(passes(|order| order.time_in_force = until(11)));
        assert!(passes(|order| order.conditions.trigger = stop));
        assert!(passes(
            |order| order.conditions.display = Some(quantity("2"))
        ));
        assert!(passes(|order| {
            market(order);
            order.conditions.budget = Some(Amount::from_units(1));
        }));
        assert!(passes(|order| {
            market(order);
            let distance = price("1");
            order.conditions.trigger = Some(Trigger::Trailing { distance });
        }));
    }

    #[test]
    fn what_contradicts_itself_does_not() {
        let stop = Some(Trigger::Stop {
            price: price("101"),
        });
        let budget = Some(Amount::from_units(1));
        assert!(!passes(|order| {
            post_only(order);
            order.time_in_force = TimeInForce::Ioc;
        }));
        assert!(!passes(|order| {
            post_only(order);
            order.conditions.trigger = stop;
        }));
        assert!(!passes(|order| {
            let distance = price("1");
            order.conditions.trigger = Some(Trigger::Trailing { distance });
        }));
        assert!(!passes(|order| {
            market(order);
            order.conditions.display = Some(quantity("1"));
        }));
        assert!(!passes(|order| {
            order.time_in_force = TimeInForce::Ioc;
            order.conditions.display = Some(quantity("1"));
        }));
        assert!(!passes(
            |order| order.conditions.display = Some(quantity("2.001"))
        ));
        assert!(!passes(|order| order.conditions.budget = budget));
        assert!(!passes(|order| {
            market(order);
            order.conditions.budget = budget;
            order.conditions.trigger = stop;
        }));
        assert!(!passes(|order| {
            market(order);
            order.conditions.budget = budget;
            order.conditions.reduce_only = true;
        }));
        assert!(!passes(|order| {
            market(order);
            order.conditions.budget = budget;
            order.time_in_force = TimeInForce::Fok;
        }));
        assert!(!passes(|order| order.time_in_force = until(10)));
    }
}
