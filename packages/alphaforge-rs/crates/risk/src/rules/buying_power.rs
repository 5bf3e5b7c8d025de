//! Rule 10: free money minus the worst case of every open and in-flight order, fees included.
//!
//! Source: SEC rule 15c3-5(c)(1)(i), pre-set credit or capital thresholds.

use alphaforge_types::{Amount, OrderRequest, Overflow, Rate, Side};

use crate::order_cost::order_cost;
use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    check_with(order, view, view.buffer)
}

/// The same where nothing need be left beyond the order's cost.
pub(crate) fn check_without_buffer(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    check_with(order, view, Rate::ZERO)
}

fn check_with(order: &OrderRequest, view: &View<'_>, buffer: Rate) -> Result<(), Reject> {
    let currency = match order.side {
        Side::Buy => view.instrument.quote(),
        Side::Sell => view.instrument.base(),
    };
    let worst_price = order.worst_price.ok_or(Reject::NoReferencePrice)?;
    let free = view.free.ok_or(Reject::NoBalance { currency })?;
    let needed = needed(order, worst_price, view, buffer).map_err(|_| Reject::Overflow)?;
    if needed <= free {
        return Ok(());
    }
    Err(Reject::InsufficientFunds {
        currency,
        needed: needed.to_decimal(),
        free: free.to_decimal(),
    })
}

fn needed(
    order: &OrderRequest,
    worst_price: alphaforge_types::Price,
    view: &View<'_>,
    buffer: Rate,
) -> Result<Amount, Overflow> {
    let (_, cost) = order_cost(
        view.instrument,
        order.side,
        worst_price,
        order.quantity,
        order.conditions.budget,
        view.fee_rate,
    )?;
    cost.plus(cost.fee(buffer.max(Rate::ZERO))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::testing::{instrument, limit_order, permissive};
    use alphaforge_types::OrderKind;

    fn outcome(side: Side, free: Option<&str>, buffer: &str) -> Result<(), &'static str> {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let order = limit_order(side, "100", "2");
        let mut view = permissive(&instrument, &limits);
        view.free = free.map(|text| Amount::parse(text).unwrap());
        view.fee_rate = Rate::parse("0.001").unwrap();
        view.buffer = Rate::parse(buffer).unwrap();
        check(&order, &view).map_err(|reject| reject.code())
    }

    #[test]
    fn the_whole_cost_must_be_free() {
        for (side, free, buffer, expected) in [
            (Side::Buy, Some("200.2"), "0", Ok(())),
            (
                Side::Buy,
                Some("200.199999999999999999"),
                "0",
                Err("insufficient_funds"),
            ),
            (Side::Buy, Some("200.2"), "0.01", Err("insufficient_funds")),
            (Side::Buy, Some("202.202"), "0.01", Ok(())),
            (Side::Sell, Some("2"), "0", Ok(())),
            (Side::Sell, Some("1.999"), "0", Err("insufficient_funds")),
            (Side::Buy, None, "0", Err("no_balance")),
            (Side::Sell, Some("-1"), "0", Err("insufficient_funds")),
        ] {
            assert_eq!(outcome(side, free, buffer), expected, "{side} {free:?}");
        }
    }

    #[test]
    fn a_market_order_without_a_price_is_denied() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut order = limit_order(Side::Sell, "100", "1");
        order.kind = OrderKind::Market;
        order.worst_price = None;
        assert_eq!(
            check(&order, &permissive(&instrument, &limits)),
            Err(Reject::NoReferencePrice)
        );
    }
}
