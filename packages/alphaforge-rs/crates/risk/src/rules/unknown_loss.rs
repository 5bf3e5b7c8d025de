//! Rule 14: while a loss that is limited is not known, because a rate or a price is missing, only orders that
//! shrink the position pass. What follows from a loss that is known is the business of the latches.
//!
//! Source: SEC rule 15c3-5(c)(1)(i), pre-set thresholds, which cannot be kept by who does not know where he is.

use alphaforge_types::OrderRequest;

use crate::limits::Scope;
use crate::reject::Reject;
use crate::rules::state_gate::shrinks;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let Some((scope, from, to)) = view.unknown_loss else {
        return Ok(());
    };
    let exposure = match scope {
        Scope::Strategy(_) => view.strategy_exposure,
        Scope::Account | Scope::Venue(_) | Scope::Instrument(_) => view.account_exposure,
    };
    if shrinks(order, exposure) {
        return Ok(());
    }
    Err(Reject::UnknownLoss {
        scope,
        rate: (from, to),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::testing::{instrument, limit_order, permissive, quantity};
    use alphaforge_types::{Currency, Side, StrategyId};

    #[test]
    fn rule_14_only_what_shrinks_passes_while_a_loss_is_not_known() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let (from, to) = (Currency::new("BTC").unwrap(), Currency::new("EUR").unwrap());
        let mut view = permissive(&instrument, &limits);
        let buy = limit_order(Side::Buy, "100", "1");
        let sell = limit_order(Side::Sell, "100", "1");
        assert_eq!(check(&buy, &view), Ok(()));
        for scope in [Scope::Account, Scope::Strategy(StrategyId::from_index(0))] {
            view.unknown_loss = Some((scope, from, to));
            let denied = Err(Reject::UnknownLoss {
                scope,
                rate: (from, to),
            });
            view.account_exposure = Default::default();
            view.strategy_exposure = Default::default();
            assert_eq!(check(&buy, &view), denied);
            assert_eq!(check(&sell, &view), denied);
            let exposure = match scope {
                Scope::Strategy(_) => &mut view.strategy_exposure,
                Scope::Account | Scope::Venue(_) | Scope::Instrument(_) => {
                    &mut view.account_exposure
                }
            };
            exposure.position = quantity("1");
            assert_eq!(check(&sell, &view), Ok(()));
        }
    }
}
