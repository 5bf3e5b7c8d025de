//! The gate: every rule, in order.

use alphaforge_types::{OrderRequest, ReplaceRequest};

use crate::approved::Approved;
use crate::overrides::OverridableRule;
use crate::reject::Reject;
use crate::rules::{RULES, RULES_OF_FLATTENING, RULES_OF_FORM, instrument, message_rate};
use crate::view::View;

/// Judges a new order. Where it breaks exactly one rule and a person has set that aside, it passes, and the
/// approval tells which it was.
///
/// # Errors
/// The first rejection, in the order of [`RULES`], that is not overridden.
pub fn approve_order(
    order: OrderRequest,
    view: &View<'_>,
) -> Result<Approved<OrderRequest>, Reject> {
    let overridden = check_all_but_one(&order, view)?;
    Ok(Approved::overriding(order, overridden))
}

/// Judges an order that is one of several which go out together or not at all. It is no approval, and
/// nothing is overridden; the order is judged again when it goes out.
///
/// # Errors
/// The first rule's rejection, in the order of [`RULES`].
pub fn check_member(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    check_all(order, view)
}

/// Judges a replace that grows or re-prices an order. `new_version` is the order as it would then
/// be, with what it can still fill; the old version stays counted in the view, since both may trade.
///
/// # Errors
/// As [`approve_order`].
pub fn approve_replace(
    replace: ReplaceRequest,
    new_version: &OrderRequest,
    view: &View<'_>,
) -> Result<Approved<ReplaceRequest>, Reject> {
    check_all(new_version, view)?;
    Ok(Approved::new(replace))
}

/// Judges a replace that only makes an order smaller: it must suit the venue and the message rate.
///
/// # Errors
/// The rejection of rule 2 or rule 8.
pub fn approve_shrink(
    replace: ReplaceRequest,
    new_version: &OrderRequest,
    view: &View<'_>,
) -> Result<Approved<ReplaceRequest>, Reject> {
    instrument::check(new_version, view)?;
    message_rate::check(new_version, view)?;
    Ok(Approved::new(replace))
}

/// Judges an order by which the node itself closes a position of a strategy, be it halted or not. No command
/// of a strategy comes here.
///
/// # Errors
/// The first rejection: it would do more than shrink the position, the venue would not take it, or the
/// account does not cover it.
pub fn approve_flattening(
    order: OrderRequest,
    view: &View<'_>,
) -> Result<Approved<OrderRequest>, Reject> {
    RULES_OF_FLATTENING
        .iter()
        .try_for_each(|check| check(&order, view))?;
    Ok(Approved::new(order))
}

/// Judges an order that will go out later, if at all: what cannot pass then is denied now. It is no
/// approval; the order is judged by every rule when it goes out.
///
/// # Errors
/// The first rejection by a rule that does not ask what is held or free.
pub fn foresee(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    RULES_OF_FORM
        .iter()
        .try_for_each(|check| check(order, view))
}

fn check_all_but_one(
    order: &OrderRequest,
    view: &View<'_>,
) -> Result<Option<OverridableRule>, Reject> {
    let mut overridden = None;
    for check in RULES {
        let Err(reject) = check(order, view) else {
            continue;
        };
        let set_aside = reject.rule().and_then(|rule| view.own.overrides.of(rule));
        if set_aside.is_none() || overridden.is_some_and(|other| Some(other) != set_aside) {
            return Err(reject);
        }
        overridden = set_aside;
    }
    Ok(overridden)
}

fn check_all(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    RULES.iter().try_for_each(|check| check(order, view))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EffectiveLimits;
    use crate::view::TradingState;
    use crate::view::Verdict;
    use crate::view::testing::{instrument, limit_order, permissive, set_state};
    use alphaforge_types::{Amount, Rate, Side};

    #[test]
    fn an_order_that_breaks_nothing_passes() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let order = limit_order(Side::Buy, "100", "1");
        let approved = approve_order(order, &permissive(&instrument, &limits)).unwrap();
        assert_eq!(approved.get(), &order);
        assert_eq!(approved.into_inner(), order);
    }

    #[test]
    fn the_first_broken_rule_answers() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let order = limit_order(Side::Buy, "100", "1");
        let mut view = permissive(&instrument, &limits);
        let verdict = Verdict {
            rule: "calendar".to_owned(),
            reason: "event at noon".to_owned(),
        };
        view.verdict = Some(&verdict);
        let code = |view: &View<'_>| approve_order(order, view).unwrap_err().code();
        assert_eq!(code(&view), "plugin_rule");
        view.free = Some(Amount::ZERO);
        assert_eq!(code(&view), "insufficient_funds");
        set_state(&mut view, "account", TradingState::Halted);
        assert_eq!(code(&view), "halted");
    }

    #[test]
    fn a_flattening_order_passes_while_halted_and_only_shrinks() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut view = permissive(&instrument, &limits);
        set_state(&mut view, "account", TradingState::Halted);
        view.strategy_exposure.position = crate::view::testing::quantity("2");
        let code = |order, view: &View<'_>| match approve_flattening(order, view) {
            Ok(approved) => {
                assert_eq!(approved.into_inner(), order);
                "passes"
            }
            Err(reject) => reject.code(),
        };
        let sell = |quantity| limit_order(Side::Sell, "100", quantity);
        view.free = Some(Amount::parse("2").unwrap());
        view.buffer = Rate::parse("0.1").unwrap();
        assert_eq!(code(sell("2"), &view), "passes");
        assert_eq!(code(sell("2.001"), &view), "would_not_reduce");
        let buy = limit_order(Side::Buy, "100", "1");
        assert_eq!(code(buy, &view), "would_not_reduce");
        assert_eq!(code(sell("0.001"), &view), "below_minimum");
        view.free = Some(Amount::ZERO);
        assert_eq!(code(sell("2"), &view), "insufficient_funds");
    }

    #[test]
    fn a_shrink_passes_while_halted_but_not_off_the_grid() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut view = permissive(&instrument, &limits);
        set_state(&mut view, "account", TradingState::Halted);
        view.free = None;
        let smaller = limit_order(Side::Buy, "100", "0.5");
        let replace = ReplaceRequest {
            order: smaller.order,
            version: 1,
            terms: alphaforge_types::OrderTerms {
                price: crate::view::testing::price("100"),
                quantity: smaller.quantity,
            },
        };
        assert!(approve_shrink(replace, &smaller, &view).is_ok());
        assert_eq!(
            approve_replace(replace, &smaller, &view)
                .unwrap_err()
                .code(),
            "halted"
        );
        let too_small = limit_order(Side::Buy, "100", "0.001");
        assert_eq!(
            approve_shrink(replace, &too_small, &view)
                .unwrap_err()
                .code(),
            "below_minimum"
        );
    }

    #[test]
    fn what_will_go_out_later_is_judged_by_its_form_and_not_by_what_is_held() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut view = permissive(&instrument, &limits);
        set_state(&mut view, "account", TradingState::Halted);
        view.free = None;
        assert_eq!(foresee(&limit_order(Side::Buy, "100", "1"), &view), Ok(()));
        let too_small = limit_order(Side::Buy, "100", "0.001");
        let code = foresee(&too_small, &view).unwrap_err().code();
        assert_eq!(code, "below_minimum");
    }
}
