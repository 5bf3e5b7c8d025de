//! Rule 6: nothing trades on a market that is stale, gapped, crossed or disconnected, nor on one whose stream
//! was last known to be alive longer ago than a limit, unless the order asks for it. One that was never seen
//! is as old as can be: it denies where there is such a limit; without one, rules 4, 5 and 10 deny what needs
//! a price.
//!
//! Source: FIA, Best Practices for Automated Trading Risk Controls and System Safeguards, market data
//! reasonability.

use alphaforge_types::{MarketCondition, OrderRequest};

use crate::reject::Reject;
use crate::staleness::Staleness;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    if order.conditions.allow_stale {
        return Ok(());
    }
    let market = Staleness::new(view);
    match (market.condition, market.limit) {
        (MarketCondition::Sound | MarketCondition::Unseen, None) => Ok(()),
        _ => Err(Reject::MarketData { market }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{EffectiveLimits, Limits, Scope};
    use crate::view::testing::{SCOPES, instrument, limit_order, limits_at, permissive};
    use alphaforge_types::{Side, UnixNanos};

    const CONDITIONS: [(MarketCondition, bool); 6] = [
        (MarketCondition::Unseen, true),
        (MarketCondition::Sound, true),
        (MarketCondition::Stale, false),
        (MarketCondition::Gapped, false),
        (MarketCondition::Crossed, false),
        (MarketCondition::Disconnected, false),
    ];

    #[test]
    fn a_market_that_is_not_as_it_is_shown_denies_unless_the_order_asks_for_it() {
        let (instrument, limits) = (instrument(), EffectiveLimits::default());
        let mut order = limit_order(Side::Buy, "100", "1");
        for (condition, passes) in CONDITIONS {
            let mut view = permissive(&instrument, &limits);
            view.market.condition = condition;
            order.conditions.allow_stale = false;
            let code = check(&order, &view).map_err(|reject| reject.code());
            assert_eq!(code, if passes { Ok(()) } else { Err("market_data") });
            order.conditions.allow_stale = true;
            assert_eq!(check(&order, &view), Ok(()), "{condition:?}");
        }
    }

    #[test]
    fn a_market_as_old_as_the_limit_passes_and_an_older_one_does_not_in_every_scope() {
        let instrument = instrument();
        let mut order = limit_order(Side::Buy, "100", "1");
        for scope in SCOPES {
            let limits = Limits {
                max_market_age_ns: Some(5_000_000),
                ..Limits::default()
            };
            let limits = limits_at(scope, limits);
            let mut unseen = permissive(&instrument, &limits);
            unseen.market.condition = MarketCondition::Unseen;
            order.conditions.allow_stale = false;
            assert_eq!(check(&order, &unseen).unwrap_err().code(), "market_data");
            for (age_ns, expected) in [
                (4_999_999, Ok(())),
                (5_000_000, Ok(())),
                (5_000_001, Err("market_data")),
            ] {
                let mut view = permissive(&instrument, &limits);
                view.market.alive_at = UnixNanos::from_nanos(10);
                view.now = UnixNanos::from_nanos(10 + age_ns);
                order.conditions.allow_stale = false;
                let code = check(&order, &view).map_err(|reject| reject.code());
                assert_eq!(code, expected, "{scope:?} {age_ns}");
                order.conditions.allow_stale = true;
                assert_eq!(check(&order, &view), Ok(()));
            }
        }
    }

    #[test]
    fn the_reason_tells_condition_age_and_limit() {
        let instrument = instrument();
        let limits = Limits {
            max_market_age_ns: Some(5_000_000_000),
            ..Limits::default()
        };
        let limits = limits_at(Scope::Account, limits);
        let text = |condition, age_s: i64| {
            let mut view = permissive(&instrument, &limits);
            view.market.condition = condition;
            view.now = UnixNanos::from_nanos(age_s * 1_000_000_000);
            let order = limit_order(Side::Buy, "100", "1");
            check(&order, &view).unwrap_err().to_string()
        };
        for (condition, age_s, parts) in [
            (
                MarketCondition::Sound,
                6,
                [
                    "is sound, last known to be alive 6000 ms ago",
                    "account limit of 5000 ms",
                ],
            ),
            (
                MarketCondition::Stale,
                1,
                [
                    "is stale (its book waits for a snapshot",
                    "alive 1000 ms ago; only",
                ],
            ),
            (
                MarketCondition::Gapped,
                1,
                ["is gapped (updates", "allow_stale passes"],
            ),
            (
                MarketCondition::Crossed,
                1,
                ["is crossed (the best bid", "allow_stale passes"],
            ),
            (
                MarketCondition::Disconnected,
                9,
                [
                    "is disconnected (its stream is gone)",
                    "account limit of 5000 ms",
                ],
            ),
            (
                MarketCondition::Unseen,
                9,
                ["nothing of the market has come yet", "allow_stale passes"],
            ),
        ] {
            let text = text(condition, age_s);
            for part in parts {
                assert!(text.contains(part), "{text}");
            }
        }
    }
}
