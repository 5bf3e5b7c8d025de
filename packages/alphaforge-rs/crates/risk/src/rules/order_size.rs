//! Rule 5: the quantity and the value of one order.
//!
//! Source: RTS 6 article 15(1)(b) and (c), maximum order value and volume; SEC rule 15c3-5(c)(1)(ii).

use alphaforge_types::{OrderRequest, Quantity};

use crate::limits::{Limit, Money};
use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    if let Some(limit) = view.limits.order_quantity {
        check_quantity(order.quantity, limit, view)?;
    }
    view.limits
        .order_value
        .iter()
        .try_for_each(|limit| check_value(order, limit, view))
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
    let price = order.worst_price.ok_or(Reject::NoReferencePrice)?;
    let notional = view
        .instrument
        .notional(price, order.quantity)
        .map_err(|_| Reject::Overflow)?;
    let (from, to) = (view.instrument.quote(), limit.value.currency);
    let value = if from == to {
        notional
    } else {
        view.conversion
            .convert(notional, from, to)
            .ok_or(Reject::NoConversion { from, to })?
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
    use crate::view::Conversion;
    use crate::view::testing::{instrument, limit_order, permissive, quantity};
    use alphaforge_types::{Amount, Currency, OrderKind, Side};

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
            fn convert(&self, amount: Amount, _: Currency, _: Currency) -> Option<Amount> {
                amount.ratio(1, 2).ok()
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
