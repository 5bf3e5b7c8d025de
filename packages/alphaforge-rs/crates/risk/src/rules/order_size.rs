//! Rule 5: the quantity and the value of one order, what is filled of it already included.
//!
//! A purchase is worth at most its worst price. A sale trades at its limit or above, at most at the best
//! bid: the higher of the two counts.
//!
//! Source: RTS 6 article 15(1)(b) and (c), maximum order value and volume; SEC rule 15c3-5(c)(1)(ii).

use alphaforge_types::{OrderRequest, Price, Quantity, Side};

use crate::limits::{Limit, Money};
use crate::order_cost::worst_notional;
use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    if let Some(limit) = view.limits.order_quantity {
        check_quantity(whole(order, view)?, limit, view)?;
    }
    view.limits
        .order_value
        .iter()
        .try_for_each(|limit| check_value(order, limit, view))
}

fn best_bid(view: &View<'_>) -> Result<Price, Reject> {
    let mark = view.market.mark.ok_or(Reject::NoReferencePrice)?;
    Ok(mark.bid)
}

fn whole(order: &OrderRequest, view: &View<'_>) -> Result<Quantity, Reject> {
    order
        .quantity
        .checked_add(view.filled)
        .ok_or(Reject::Overflow)
}

fn check_quantity(
    quantity: Quantity,
    limit: Limit<Quantity>,
    view: &View<'_>,
) -> Result<(), Reject> {
    if quantity <= limit.value {
        return Ok(());
    }
    Err(Reject::OrderQuantity {
        limit: view.instrument.quantity_decimal(limit.value),
        value: view.instrument.quantity_decimal(quantity),
        scope: limit.scope,
    })
}

fn check_value(order: &OrderRequest, limit: &Limit<Money>, view: &View<'_>) -> Result<(), Reject> {
    let worst = order.worst_price.ok_or(Reject::NoReferencePrice)?;
    let price = match order.side {
        Side::Buy => worst,
        Side::Sell => best_bid(view)?.max(worst),
    };
    let budget = order.conditions.budget;
    let notional = worst_notional(view.instrument, price, whole(order, view)?, budget)
        .map_err(|_| Reject::Overflow)?;
    let (from, to) = (view.instrument.quote(), limit.value.currency);
    let value = if from == to {
        notional
    } else {
        view.conversion.convert(notional, from, to)?
    };
    if value <= limit.value.amount {
        return Ok(());
    }
    Err(Reject::OrderValue {
        limit: limit.value.amount.to_decimal(),
        value: value.to_decimal(),
        currency: to,
        scope: limit.scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{EffectiveLimits, Scope};
    use crate::view::testing::price;
    use crate::view::testing::{instrument, limit_order, permissive, quantity};
    use crate::view::{Conversion, RateFault};
    use alphaforge_types::Mark;
    use alphaforge_types::{Amount, Currency, OrderKind};

    fn value_limit(amount: &str, currency: &str) -> EffectiveLimits {
        EffectiveLimits {
            order_value: vec![Limit {
                value: Money {
                    amount: Amount::parse(amount).unwrap(),
                    currency: Currency::new(currency).unwrap(),
                },
                scope: Scope::Account,
            }],
            ..EffectiveLimits::default()
        }
    }

    #[test]
    fn the_limit_itself_passes_and_one_unit_more_does_not() {
        let instrument = instrument();
        let limits = EffectiveLimits {
            order_quantity: Some(Limit {
                value: quantity("2"),
                scope: Scope::Account,
            }),
            ..value_limit("200", "USDT")
        };
        for (price, size, expected) in [
            ("100", "1.999", Ok(())),
            ("100", "2", Ok(())),
            ("99.99", "2.001", Err("order_quantity")),
            ("100.01", "1.999", Ok(())),
            ("100.01", "2", Err("order_value")),
        ] {
            let order = limit_order(Side::Buy, price, size);
            let outcome = check(&order, &permissive(&instrument, &limits));
            assert_eq!(
                outcome.map_err(|reject| reject.code()),
                expected,
                "{price} {size}"
            );
        }
    }

    fn mark(bid: &str) -> Option<Mark> {
        let (bid, ask) = (price(bid), price("200"));
        Some(Mark { bid, ask })
    }

    #[test]
    fn a_sale_is_worth_what_the_best_bid_pays() {
        let (instrument, limits) = (instrument(), value_limit("200", "USDT"));
        let mut view = permissive(&instrument, &limits);
        let code = |order: &OrderRequest, view: &View<'_>| {
            check(order, view).map_err(|reject| reject.code())
        };
        let far_below = limit_order(Side::Sell, "5", "2");
        assert_eq!(code(&far_below, &view), Ok(()));
        view.market.mark = mark("100.01");
        assert_eq!(code(&far_below, &view), Err("order_value"));
        view.market.mark = mark("1");
        let above = limit_order(Side::Sell, "100.01", "2");
        assert_eq!(code(&above, &view), Err("order_value"));
        view.market.mark = None;
        assert_eq!(code(&far_below, &view), Err("no_reference_price"));
    }

    #[test]
    fn what_is_filled_counts() {
        let instrument = instrument();
        let limits = EffectiveLimits {
            order_quantity: Some(Limit {
                value: quantity("2"),
                scope: Scope::Account,
            }),
            ..value_limit("150", "USDT")
        };
        let mut view = permissive(&instrument, &limits);
        let code = |view: &View<'_>, price| {
            let order = limit_order(Side::Buy, price, "1");
            check(&order, view).map_err(|reject| reject.code())
        };
        view.filled = quantity("1");
        assert_eq!(code(&view, "75"), Ok(()));
        assert_eq!(code(&view, "75.01"), Err("order_value"));
        view.filled = quantity("1.001");
        assert_eq!(code(&view, "1"), Err("order_quantity"));
    }

    #[test]
    fn a_market_order_needs_a_reference_price() {
        let (instrument, limits) = (instrument(), value_limit("200", "USDT"));
        let mut order = limit_order(Side::Buy, "100", "1");
        order.kind = OrderKind::Market;
        order.worst_price = None;
        assert_eq!(
            check(&order, &permissive(&instrument, &limits)),
            Err(Reject::NoReferencePrice)
        );
    }

    #[test]
    fn a_limit_in_another_currency_needs_a_rate() {
        struct TwoToOne;
        impl Conversion for TwoToOne {
            fn convert(
                &self,
                amount: Amount,
                _: Currency,
                _: Currency,
            ) -> Result<Amount, RateFault> {
                Ok(amount.ratio(1, 2).unwrap())
            }
        }
        let (instrument, limits) = (instrument(), value_limit("50", "EUR"));
        let order = limit_order(Side::Buy, "100", "1");
        let mut view = permissive(&instrument, &limits);
        assert_eq!(check(&order, &view).unwrap_err().code(), "no_conversion");
        view.conversion = &TwoToOne;
        assert_eq!(check(&order, &view), Ok(()));
        let larger = limit_order(Side::Buy, "100.01", "1");
        assert_eq!(check(&larger, &view).unwrap_err().code(), "order_value");
    }
}
