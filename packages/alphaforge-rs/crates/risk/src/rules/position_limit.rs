//! Rule 11: the position with all open orders on the order's side filled.
//!
//! Source: RTS 6 article 15(3)(b); CME Globex Credit Controls (long and short quantity limits).

use alphaforge_types::{OrderRequest, Quantity, Side};

use crate::limits::{PositionLimit, Scope};
use crate::reject::Reject;
use crate::view::{Exposure, View};

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    for exposure in [view.account_exposure, view.strategy_exposure] {
        reach(exposure, order).ok_or(Reject::Overflow)?;
    }
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
    let allowed = match order.side {
        Side::Buy => limit.long,
        Side::Sell => limit.short,
    };
    let Some(allowed) = allowed else {
        return Ok(());
    };
    let reached = reach(exposure, order).ok_or(Reject::Overflow)?;
    if reached <= allowed {
        return Ok(());
    }
    Err(Reject::PositionLimit {
        limit: view.instrument.quantity_decimal(allowed),
        value: view.instrument.quantity_decimal(reached),
        scope: limit.scope,
    })
}

/// How far the position goes on the order's side if this and every open order fill; `None` where that cannot
/// be represented, and would not be counted right.
fn reach(exposure: Exposure, order: &OrderRequest) -> Option<Quantity> {
    let (held, open) = match order.side {
        Side::Buy => (exposure.position, exposure.open_buy),
        Side::Sell => (Side::Sell.signed(exposure.position), exposure.open_sell),
    };
    open.checked_add(order.quantity)?.checked_add(held)
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
    fn what_cannot_be_counted_is_denied_with_a_limit_and_without() {
        let (instrument, most) = (instrument(), Quantity::from_mantissa(i64::MAX));
        let limits = EffectiveLimits {
            position: vec![PositionLimit {
                long: Some(most),
                short: Some(most),
                scope: Scope::Account,
            }],
            ..EffectiveLimits::default()
        };
        for limits in [&limits, &EffectiveLimits::default()] {
            for side in [Side::Buy, Side::Sell] {
                let order = limit_order(side, "100", "0.001");
                let full = [(side.signed(most), Quantity::ZERO), (Quantity::ZERO, most)];
                for (position, open) in full {
                    let exposure = Exposure {
                        position,
                        open_buy: open,
                        open_sell: open,
                    };
                    let mut view = permissive(&instrument, limits);
                    view.account_exposure = exposure;
                    assert_eq!(check(&order, &view), Err(Reject::Overflow));
                    view.account_exposure = Exposure::default();
                    assert_eq!(check(&order, &view), Ok(()));
                    view.strategy_exposure = exposure;
                    assert_eq!(check(&order, &view), Err(Reject::Overflow));
                }
            }
        }
    }
}
