use super::*;
use crate::view::testing::instrument;

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
    let effective = table.effective(strategy, venue, id, &instrument());
    let limit = effective.order_quantity.unwrap();
    assert_eq!(limit.scope, Scope::Strategy(strategy));
    assert_eq!(instrument().quantity_decimal(limit.value), decimal("2.5"));
    let other = table.effective(StrategyId::from_index(1), venue, id, &instrument());
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
