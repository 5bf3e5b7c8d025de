//! Rule 1: a halted node, venue, strategy or instrument sends nothing new; a reducing one only what shrinks
//! the position in the order's instrument.
//!
//! Source: MiFID II RTS 6 (Regulation (EU) 2017/589), article 12 (kill functionality).

use alphaforge_types::OrderRequest;

use crate::limits::Scope;
use crate::reject::Reject;
use crate::view::{Exposure, TradingState, View};

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    for (scope, state) in view.states {
        let exposure = match scope {
            Scope::Strategy(_) => view.strategy_exposure,
            Scope::Account | Scope::Venue(_) | Scope::Instrument(_) => view.account_exposure,
        };
        judge(order, state, exposure, scope)?;
    }
    if order.conditions.reduce_only {
        check_shrinks(order, view)?;
    }
    Ok(())
}

/// An order that may only shrink the position of its strategy does.
pub(crate) fn check_shrinks(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    if shrinks(order, view.strategy_exposure) {
        Ok(())
    } else {
        Err(Reject::WouldNotReduce)
    }
}

fn judge(
    order: &OrderRequest,
    state: TradingState,
    exposure: Exposure,
    scope: Scope,
) -> Result<(), Reject> {
    match state {
        TradingState::Active => Ok(()),
        TradingState::Halted => Err(Reject::Halted { scope }),
        TradingState::Reducing if shrinks(order, exposure) => Ok(()),
        TradingState::Reducing => Err(Reject::ReduceOnly { scope }),
    }
}

pub(crate) fn shrinks(order: &OrderRequest, exposure: Exposure) -> bool {
    order.quantity <= exposure.reducible(order.side)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::testing::{instrument, limit_order, permissive, quantity, set_state};
    use alphaforge_types::{Quantity, Side};

    fn exposure(position: Quantity, open_buy: &str, open_sell: &str) -> Exposure {
        Exposure {
            position,
            open_buy: quantity(open_buy),
            open_sell: quantity(open_sell),
        }
    }

    #[test]
    fn only_what_shrinks_passes_while_reducing() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let long = quantity("5");
        let short = Side::Sell.signed(long);
        for (side, size, exposure, passes) in [
            (Side::Sell, "5", exposure(long, "9", "0"), true),
            (Side::Sell, "5.001", exposure(long, "0", "0"), false),
            (Side::Sell, "3", exposure(long, "0", "2"), true),
            (Side::Sell, "3", exposure(long, "0", "2.001"), false),
            (Side::Buy, "1", exposure(long, "0", "0"), false),
            (Side::Buy, "5", exposure(short, "0", "9"), true),
            (Side::Buy, "5", exposure(short, "0.001", "0"), false),
            (Side::Sell, "1", exposure(Quantity::ZERO, "0", "0"), false),
        ] {
            let order = limit_order(side, "100", size);
            for scope in ["account", "venue", "strategy", "instrument"] {
                let mut view = permissive(&instrument, &limits);
                set_state(&mut view, scope, TradingState::Reducing);
                match scope {
                    "strategy" => view.strategy_exposure = exposure,
                    _ => view.account_exposure = exposure,
                }
                assert_eq!(
                    check(&order, &view).is_ok(),
                    passes,
                    "{scope} {side} {size}"
                );
            }
        }
    }

    #[test]
    fn a_reduce_only_order_shrinks_the_position_of_its_strategy() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        for (size, expected) in [("3", Ok(())), ("3.001", Err(Reject::WouldNotReduce))] {
            let mut order = limit_order(Side::Sell, "100", size);
            order.conditions.reduce_only = true;
            let mut view = permissive(&instrument, &limits);
            view.strategy_exposure = exposure(quantity("5"), "0", "2");
            assert_eq!(check(&order, &view), expected, "{size}");
        }
    }

    #[test]
    fn nothing_passes_while_halted() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let order = limit_order(Side::Sell, "100", "1");
        for kind in ["account", "venue", "strategy", "instrument"] {
            let mut view = permissive(&instrument, &limits);
            view.strategy_exposure = exposure(quantity("5"), "0", "0");
            view.account_exposure = view.strategy_exposure;
            let scope = set_state(&mut view, kind, TradingState::Halted);
            assert_eq!(check(&order, &view), Err(Reject::Halted { scope }));
        }
    }
}
