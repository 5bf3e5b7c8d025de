use super::*;
use crate::view::testing::instrument;
use alphaforge_types::{Quantity, Side};

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

#[test]
fn the_most_restrictive_quantity_wins() {
    let (strategy, venue, id) = (
        StrategyId::from_index(0),
        VenueId::from_index(0),
        InstrumentId::from_index(0),
    );
    let mut table = LimitTable::default();
    let quantity = |text: &str| Limits {
        max_order_quantity: Some(decimal(text)),
        ..Limits::default()
    };
    table
        .set(Scope::Strategy(strategy), quantity("2.5"))
        .unwrap();
    table.set(Scope::Instrument(id), quantity("3")).unwrap();
    let effective = table.effective(strategy, venue, id, &instrument(), None);
    let limit = effective.order_quantity.unwrap();
    assert_eq!(limit.scope, Scope::Strategy(strategy));
    assert_eq!(instrument().quantity_decimal(limit.value), decimal("2.5"));
    let other = table.effective(StrategyId::from_index(1), venue, id, &instrument(), None);
    assert_eq!(other.order_quantity.unwrap().scope, Scope::Instrument(id));
}

#[test]
fn limits_that_mean_nothing_are_refused() {
    let mut table = LimitTable::default();
    let cases = [
        (
            Scope::Account,
            Limits {
                max_long: Some(decimal("1")),
                ..Limits::default()
            },
            "max_long is a quantity",
        ),
        (
            Scope::Strategy(StrategyId::from_index(0)),
            Limits {
                max_short: Some(decimal("-1")),
                ..Limits::default()
            },
            "max_short -1: a limit cannot be below zero",
        ),
        (
            Scope::Account,
            Limits {
                message_rate: Some(MessageRate {
                    limit: 5,
                    window_ns: 1,
                    reserved_for_cancels: 5,
                }),
                ..Limits::default()
            },
            "message_rate keeps 5 of 5",
        ),
        (
            Scope::Account,
            Limits {
                message_rate: Some(MessageRate {
                    limit: 5,
                    window_ns: 0,
                    reserved_for_cancels: 0,
                }),
                ..Limits::default()
            },
            "message_rate window 0 ns",
        ),
    ];
    for (scope, limits, message) in cases {
        let error = table.set(scope, limits).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn a_limit_of_value_may_be_zero_and_not_below() {
    let limit = |amount: &str| Limits {
        max_order_value: Some(Money {
            amount: Amount::parse(amount).unwrap(),
            currency: Currency::new("USDT").unwrap(),
        }),
        ..Limits::default()
    };
    let mut table = LimitTable::default();
    for amount in ["0", "0.01"] {
        assert_eq!(table.set(Scope::Account, limit(amount)), Ok(()), "{amount}");
    }
    let error = table.set(Scope::Account, limit("-0.01")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "max_order_value -0.01: a limit cannot be below zero"
    );
    let scopes: Vec<_> = table.scopes().collect();
    assert_eq!(scopes, [(Scope::Account, &limit("0.01"))]);
}

#[test]
fn a_limit_on_one_side_leaves_the_other_free_and_zero_is_a_limit() {
    let (strategy, venue, id) = (
        StrategyId::from_index(0),
        VenueId::from_index(0),
        InstrumentId::from_index(0),
    );
    let zero = Some(decimal("0"));
    for (max_long, max_short) in [(zero, None), (None, zero), (zero, zero)] {
        let mut table = LimitTable::default();
        let limits = Limits {
            max_long,
            max_short,
            ..Limits::default()
        };
        table.set(Scope::Strategy(strategy), limits).unwrap();
        let effective = table.effective(strategy, venue, id, &instrument(), None);
        let position = effective.position[0];
        assert_eq!(position.long, max_long.map(|_| Quantity::ZERO));
        assert_eq!(position.short, max_short.map(|_| Quantity::ZERO));
    }
}

#[test]
fn of_equal_quantities_the_wider_scope_answers_and_a_narrow_one_that_is_lower_wins() {
    let (strategy, venue, id) = (
        StrategyId::from_index(0),
        VenueId::from_index(0),
        InstrumentId::from_index(0),
    );
    let scope_of = |instrument_limit: &str| {
        let mut table = LimitTable::default();
        let quantity = |text: &str| Limits {
            max_order_quantity: Some(decimal(text)),
            ..Limits::default()
        };
        let (of_strategy, of_instrument) = (Scope::Strategy(strategy), Scope::Instrument(id));
        table.set(of_strategy, quantity("2")).unwrap();
        table
            .set(of_instrument, quantity(instrument_limit))
            .unwrap();
        let effective = table.effective(strategy, venue, id, &instrument(), None);
        effective.order_quantity.unwrap().scope.name()
    };
    assert_eq!(scope_of("2"), "strategy");
    assert_eq!(scope_of("1.999"), "instrument");
    assert_eq!(scope_of("2.001"), "strategy");
}

// Rule 7

#[test]
fn a_limit_on_duplicates_allows_one_at_least_within_some_time() {
    for (count, window_ns, message) in [
        (0, 1, "max_duplicates 0: at least one must be allowed"),
        (1, 0, "max_duplicates window 0 ns"),
    ] {
        let limits = Limits {
            max_duplicates: Some(WindowCount { count, window_ns }),
            ..Limits::default()
        };
        let error = LimitTable::default().set(Scope::Account, limits);
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn what_makes_no_sense_for_rules_3_and_4_is_refused() {
    let sides = Limits {
        envelope: Envelope {
            sides: Some(vec![Side::Buy]),
            ..Envelope::default()
        },
        ..Limits::default()
    };
    let collar = Limits {
        collar_share: Some(Rate::parse("-0.1").unwrap()),
        ..Limits::default()
    };
    let instrument = Scope::Instrument(InstrumentId::from_index(0));
    for (scope, limits, message) in [
        (
            instrument,
            sides,
            "sides is declared for a strategy, not for the instrument",
        ),
        (
            Scope::Account,
            collar,
            "collar_bps: a collar cannot be below zero",
        ),
    ] {
        let error = LimitTable::default().set(scope, limits).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}
