//! Rule 2: the order fits its instrument: trading, on the grid, within the venue's bounds, finite.
//!
//! Source: the venue's filters (for Binance PRICE_FILTER, LOT_SIZE, NOTIONAL); RTS 6 article 15(1).

use alphaforge_types::{
    Amount, Decimal, InstrumentStatus, OrderKind, OrderRequest, Price, Quantity,
};

use crate::order_field::OrderField;
use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    if let Some(fault) = view.fault {
        return Err(Reject::BadNumber {
            field: fault.field,
            fault: fault.fault,
        });
    }
    check_status(view.instrument.status)?;
    match order.kind {
        OrderKind::Limit { price, .. } => check_price(price, view)?,
        OrderKind::Market => {}
    }
    check_conditions(order, view)?;
    check_quantity(order.quantity, view)?;
    check_notional(order, view)
}

/// The numbers of a trigger and of an iceberg lie on the grid too.
fn check_conditions(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let instrument = view.instrument;
    if let Some(trigger) = order.conditions.trigger {
        check_grid(
            OrderField::TriggerPrice,
            trigger.given().mantissa(),
            instrument.tick_size.mantissa(),
            |mantissa| instrument.price_decimal(Price::from_mantissa(mantissa)),
        )?;
    }
    if let Some(display) = order.conditions.display {
        check_grid(
            OrderField::DisplayQuantity,
            display.mantissa(),
            instrument.lot_size.mantissa(),
            |mantissa| instrument.quantity_decimal(Quantity::from_mantissa(mantissa)),
        )?;
    }
    Ok(())
}

fn check_status(status: InstrumentStatus) -> Result<(), Reject> {
    match status {
        InstrumentStatus::Trading => Ok(()),
        InstrumentStatus::CancelOnly | InstrumentStatus::Halted => {
            Err(Reject::NotTrading { status })
        }
    }
}

fn check_price(price: Price, view: &View<'_>) -> Result<(), Reject> {
    let instrument = view.instrument;
    let decimal = |price| instrument.price_decimal(price);
    check_grid(
        OrderField::Price,
        price.mantissa(),
        instrument.tick_size.mantissa(),
        |mantissa| decimal(Price::from_mantissa(mantissa)),
    )?;
    let bounds = (instrument.min_price, instrument.max_price);
    check_bounds("price", price, bounds, decimal)
}

fn check_quantity(quantity: Quantity, view: &View<'_>) -> Result<(), Reject> {
    let instrument = view.instrument;
    let decimal = |quantity| instrument.quantity_decimal(quantity);
    check_grid(
        OrderField::Quantity,
        quantity.mantissa(),
        instrument.lot_size.mantissa(),
        |mantissa| decimal(Quantity::from_mantissa(mantissa)),
    )?;
    let bounds = (instrument.min_quantity, instrument.max_quantity);
    check_bounds("quantity", quantity, bounds, decimal)
}

/// The notional at the limit; a market order's at its worst price, where one is known (rules 5 and
/// 10 deny the order where none is).
fn check_notional(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let Some(price) = order.worst_price else {
        return Ok(());
    };
    let at_worst = view.instrument.notional(price, order.quantity);
    let at_worst = at_worst.map_err(|_| Reject::Overflow)?;
    let notional = order.conditions.budget.unwrap_or(at_worst);
    let bounds = (view.instrument.min_notional, view.instrument.max_notional);
    check_bounds("notional", notional, bounds, Amount::to_decimal)
}

fn check_grid(
    field: OrderField,
    mantissa: i64,
    step: i64,
    decimal: impl Fn(i64) -> Decimal,
) -> Result<(), Reject> {
    if mantissa <= 0 {
        return Err(Reject::NotPositive {
            field,
            value: decimal(mantissa),
            step: decimal(step),
        });
    }
    if mantissa % step != 0 {
        return Err(Reject::OffGrid {
            field,
            value: decimal(mantissa),
            step: decimal(step),
        });
    }
    Ok(())
}

fn check_bounds<T: PartialOrd + Copy>(
    what: &'static str,
    value: T,
    (minimum, maximum): (Option<T>, Option<T>),
    decimal: impl Fn(T) -> Decimal,
) -> Result<(), Reject> {
    if let Some(limit) = minimum
        && value < limit
    {
        let (limit, value) = (decimal(limit), decimal(value));
        return Err(Reject::BelowMinimum { what, limit, value });
    }
    if let Some(limit) = maximum
        && value > limit
    {
        let (limit, value) = (decimal(limit), decimal(value));
        return Err(Reject::AboveMaximum { what, limit, value });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::InputFault;
    use crate::view::testing::{instrument, limit_order, permissive};
    use alphaforge_types::{NumberFault, Side};

    fn outcome(price: i64, quantity: i64) -> Result<(), &'static str> {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut order = limit_order(Side::Buy, "100", "1");
        order.kind = OrderKind::Limit {
            price: Price::from_mantissa(price),
            post_only: false,
        };
        order.worst_price = Some(Price::from_mantissa(price));
        order.quantity = Quantity::from_mantissa(quantity);
        check(&order, &permissive(&instrument, &limits)).map_err(|reject| reject.code())
    }

    #[test]
    fn bounds_are_inclusive() {
        // Mantissas: price in 0.01, quantity in 0.001; notional 5 to 1000000.
        for (price, quantity, expected) in [
            (10_000, 1_000, Ok(())),
            (100, 5_000, Ok(())),
            (99, 6_000, Err("below_minimum")),
            (10_000_000, 1_000, Ok(())),
            (10_000_001, 1_000, Err("above_maximum")),
            (10_000_000, 1, Ok(())),
            (10_000, 0, Err("not_positive")),
            (10_000, -1_000, Err("not_positive")),
            (0, 1_000, Err("not_positive")),
            (-10_000, 1_000, Err("not_positive")),
            (100, 1_000_000, Ok(())),
            (100, 1_000_001, Err("above_maximum")),
            (10_000, 50, Ok(())),
            (10_000, 49, Err("below_minimum")),
            (100_000, 1_000_000, Ok(())),
            (100_001, 1_000_000, Err("above_maximum")),
            (i64::MAX, i64::MAX, Err("above_maximum")),
        ] {
            assert_eq!(outcome(price, quantity), expected, "{price} {quantity}");
        }
    }

    #[test]
    fn off_grid_and_faulty_numbers_are_denied() {
        let (mut instrument, limits) = (instrument(), EffectiveLimits::default());
        instrument.tick_size = Price::from_mantissa(25);
        instrument.lot_size = Quantity::from_mantissa(10);
        let code = |price: &str, quantity: &str| {
            let order = limit_order(Side::Buy, price, quantity);
            check(&order, &permissive(&instrument, &limits)).map_err(|reject| reject.to_string())
        };
        assert_eq!(code("100.25", "1.01"), Ok(()));
        assert_eq!(
            code("100.26", "1").unwrap_err(),
            "price 100.26 is not a multiple of 0.25"
        );
        assert_eq!(
            code("100", "1.001").unwrap_err(),
            "quantity 1.001 is not a multiple of 0.01"
        );
        let mut view = permissive(&instrument, &limits);
        view.fault = Some(InputFault {
            field: OrderField::Price,
            fault: NumberFault::NotFinite,
        });
        let order = limit_order(Side::Buy, "100", "1");
        assert_eq!(
            check(&order, &view).unwrap_err().to_string(),
            "price: not a finite number"
        );
    }

    #[test]
    fn an_instrument_that_does_not_trade_denies() {
        let limits = EffectiveLimits::default();
        for status in [InstrumentStatus::Halted, InstrumentStatus::CancelOnly] {
            let mut instrument = instrument();
            instrument.status = status;
            let order = limit_order(Side::Buy, "100", "1");
            assert_eq!(
                check(&order, &permissive(&instrument, &limits)),
                Err(Reject::NotTrading { status })
            );
        }
    }

    #[test]
    fn a_value_beyond_all_amounts_denies() {
        let (mut instrument, limits) = (instrument(), EffectiveLimits::default());
        instrument.max_price = None;
        instrument.max_quantity = None;
        let mut order = limit_order(Side::Buy, "100", "1");
        order.quantity = Quantity::from_mantissa(i64::MAX);
        let price = Price::from_mantissa(i64::MAX);
        order.kind = OrderKind::Limit {
            price,
            post_only: false,
        };
        order.worst_price = Some(price);
        assert_eq!(
            check(&order, &permissive(&instrument, &limits)),
            Err(Reject::Overflow)
        );
    }

    #[test]
    fn a_trigger_and_a_displayed_quantity_lie_on_the_grid() {
        use alphaforge_types::Trigger;
        let (mut instrument, limits) = (instrument(), EffectiveLimits::default());
        instrument.tick_size = Price::from_mantissa(25);
        instrument.lot_size = Quantity::from_mantissa(10);
        let code = |trigger: i64, display: i64| {
            let mut order = limit_order(Side::Buy, "100", "1");
            let price = Price::from_mantissa(trigger);
            order.conditions.trigger = Some(Trigger::Stop { price });
            order.conditions.display = Some(Quantity::from_mantissa(display));
            check(&order, &permissive(&instrument, &limits)).map_err(|reject| reject.code())
        };
        assert_eq!(code(25, 10), Ok(()));
        assert_eq!(code(26, 10), Err("off_grid"));
        assert_eq!(code(0, 10), Err("not_positive"));
        assert_eq!(code(25, 11), Err("off_grid"));
        assert_eq!(code(25, 0), Err("not_positive"));
    }
}
