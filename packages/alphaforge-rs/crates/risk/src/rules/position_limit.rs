//! Rule 11: the position with all open orders on the order's side filled.
//!
//! Source: RTS 6 article 15(3)(b); CME Globex Credit Controls (long and short quantity limits).

use alphaforge_types::{OrderRequest, Quantity, Side};

use crate::limits::{PositionLimit, Scope};
use crate::reject::Reject;
use crate::view::{Exposure, View};

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    for limit in &view.limits.position {
        let exposure = match limit.scope {
            Scope::Strategy(_) => view.strategy_exposure,
            Scope::Account | Scope::Venue(_) | Scope::Instrument(_) => view.account_exposure,
        };
        judge(order, limit, exposure, view)?;
    }
    Ok(())
}

fn judge(
    order: &OrderRequest,
    limit: &PositionLimit,
    exposure: Exposure,
    view: &View<'_>,
) -> Result<(), Reject> {
    let (allowed, reached) = match order.side {
        Side::Buy => (
            limit.long,
            reach(exposure.position, exposure.open_buy, order),
        ),
        Side::Sell => {
            let held_short = Side::Sell.signed(exposure.position);
            (limit.short, reach(held_short, exposure.open_sell, order))
        }
    };
    let Some(allowed) = allowed else {
        return Ok(());
    };
    if reached <= allowed {
        return Ok(());
    }
    Err(Reject::PositionLimit {
        limit: view.instrument.quantity_decimal(allowed),
        value: view.instrument.quantity_decimal(reached),
        scope: limit.scope,
    })
}

/// How far the position goes on the order's side if this and every open order fill.
fn reach(held: Quantity, open: Quantity, order: &OrderRequest) -> Quantity {
    held.saturating_add(open).saturating_add(order.quantity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::testing::{instrument, limit_order, permissive, quantity};
    use alphaforge_types::{InstrumentId, StrategyId};

    fn limits(scope: Scope) -> EffectiveLimits {
        EffectiveLimits {
            position: vec![PositionLimit {
                long: Some(quantity("10")),
                short: Some(quantity("4")),
                scope,
            }],
            ..EffectiveLimits::default()
        }
    }

    #[test]
    fn open_orders_and_the_position_count_together() {
        let instrument = instrument();
        let (zero, long, short) = (
            Quantity::ZERO,
            quantity("3"),
            Side::Sell.signed(quantity("3")),
        );
        for (side, size, position, open, passes) in [
            (Side::Buy, "9.999", zero, "0", true),
            (Side::Buy, "10", zero, "0", true),
            (Side::Buy, "10.001", zero, "0", false),
            (Side::Buy, "5", long, "2", true),
            (Side::Buy, "5.001", long, "2", false),
            (Side::Buy, "13", short, "0", true),
            (Side::Sell, "4", zero, "0", true),
            (Side::Sell, "4.001", zero, "0", false),
            (Side::Sell, "7", long, "0", true),
            (Side::Sell, "7", long, "0.001", false),
            (Side::Sell, "1", short, "0", true),
            (Side::Sell, "1", short, "0.001", false),
        ] {
            let order = limit_order(side, "100", size);
            let exposure = Exposure {
                position,
                open_buy: quantity(open),
                open_sell: quantity(open),
            };
            for scope in [
                Scope::Instrument(InstrumentId::from_index(0)),
                Scope::Strategy(StrategyId::from_index(0)),
            ] {
                let limits = limits(scope);
                let mut view = permissive(&instrument, &limits);
                match scope {
                    Scope::Strategy(_) => view.strategy_exposure = exposure,
                    Scope::Account | Scope::Venue(_) | Scope::Instrument(_) => {
                        view.account_exposure = exposure;
                    }
                }
                assert_eq!(
                    check(&order, &view).is_ok(),
                    passes,
                    "{side} {size} {position} {open} {scope:?}"
                );
            }
        }
    }

    #[test]
    fn extremes_saturate_and_are_denied() {
        let (instrument, limits) = (instrument(), limits(Scope::Account));
        let mut view = permissive(&instrument, &limits);
        view.account_exposure.position = Quantity::from_mantissa(i64::MAX);
        let order = limit_order(Side::Buy, "100", "1");
        assert!(check(&order, &view).is_err());
        view.account_exposure.position = Quantity::from_mantissa(i64::MIN);
        let order = limit_order(Side::Sell, "100", "1");
        assert!(check(&order, &view).is_err());
    }
}
