//! Rule 15: an order that would trade with one of this node's own.
//!
//! What waits for a trigger rests nowhere and takes nothing yet; held in the node, it is judged again when
//! it goes out.
//!
//! Source: CME rule 534 (wash trades prohibited) and Globex self-match prevention.

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let Some(resting) = view.own.resting else {
        return Ok(());
    };
    if order.conditions.trigger.is_some() {
        return Ok(());
    }
    let Some(own) = resting.best(order.side.opposite()) else {
        return Ok(());
    };
    let worst = order.worst_price.ok_or(Reject::NoReferencePrice)?;
    if !order.side.accepts(worst, own) {
        return Ok(());
    }
    Err(Reject::SelfMatch {
        limit: view.instrument.price_decimal(own),
        value: view.instrument.price_decimal(worst),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::resting_orders::RestingOrders;
    use crate::view::testing::{instrument, limit_order, permissive, price};
    use alphaforge_types::{OrderKind, Side, Trigger};

    #[test]
    fn an_order_must_not_reach_the_best_own_order_of_the_other_side() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut resting = RestingOrders::default();
        for (side, at) in [
            (Side::Buy, "98"),
            (Side::Buy, "99"),
            (Side::Sell, "101"),
            (Side::Sell, "102"),
        ] {
            resting.add(side, price(at));
        }
        for (side, at, own) in [
            (Side::Buy, "100.99", None),
            (Side::Buy, "101", Some("101")),
            (Side::Buy, "101.01", Some("101")),
            (Side::Sell, "99.01", None),
            (Side::Sell, "99", Some("99")),
            (Side::Sell, "98.99", Some("99")),
        ] {
            let mut view = permissive(&instrument, &limits);
            view.own.resting = Some(&resting);
            let order = limit_order(side, at, "1");
            let broken = |own| {
                Err(Reject::SelfMatch {
                    limit: instrument.price_decimal(price(own)),
                    value: instrument.price_decimal(price(at)),
                })
            };
            assert_eq!(
                check(&order, &view),
                own.map_or(Ok(()), broken),
                "{side} {at}"
            );
        }
    }

    #[test]
    fn a_market_order_counts_at_its_worst_price_and_without_one_is_denied() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut resting = RestingOrders::default();
        let mut order = limit_order(Side::Buy, "101", "1");
        order.kind = OrderKind::Market;
        for (own, worst, passes) in [
            (None, None, true),
            (Some("101.01"), Some("101"), true),
            (Some("101"), Some("101"), false),
            (Some("101"), None, false),
        ] {
            resting = RestingOrders::default();
            if let Some(own) = own {
                resting.add(Side::Sell, price(own));
            }
            order.worst_price = worst.map(price);
            let mut view = permissive(&instrument, &limits);
            view.own.resting = Some(&resting);
            assert_eq!(check(&order, &view).is_ok(), passes, "{own:?} {worst:?}");
        }
        order.conditions.trigger = Some(Trigger::Stop {
            price: price("103"),
        });
        let mut view = permissive(&instrument, &limits);
        view.own.resting = Some(&resting);
        assert_eq!(check(&order, &view), Ok(()), "it waits for its trigger");
    }

    #[test]
    fn the_venue_may_be_left_to_prevent_it() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let view = permissive(&instrument, &limits);
        assert!(view.own.resting.is_none());
        assert_eq!(check(&limit_order(Side::Buy, "101", "1"), &view), Ok(()));
    }
}
