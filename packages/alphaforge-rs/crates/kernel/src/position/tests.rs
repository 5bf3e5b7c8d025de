use super::*;
use crate::testing::{fill, instrument, price, quantity};
use proptest::prelude::*;

fn amounts(position: &Position) -> [String; 3] {
    [
        position.cost(),
        position.realised(),
        position.realised_fifo(),
    ]
    .map(|amount| amount.to_string())
}

#[test]
fn opens_grows_shrinks_flips_and_closes() {
    let instrument = instrument();
    let mut position = Position::default();
    let steps = [
        (Side::Buy, "100", "1", "1", ["100", "0", "0"]),
        (Side::Buy, "110", "2", "3", ["320", "0", "0"]),
        // A third of 320 leaves; first in, first out closes the lot of 100.
        (
            Side::Sell,
            "120",
            "1",
            "2",
            ["213.333333333333", "13.333333333333", "20"],
        ),
        // The rest closes and a short of 1 opens at 90.
        (Side::Sell, "90", "3", "-1", ["90", "-20", "-20"]),
        (Side::Buy, "80", "1", "0", ["0", "-10", "-10"]),
    ];
    for (side, at, size, held, figures) in steps {
        position
            .apply(&instrument, side, &fill(1, price(at), quantity(size)))
            .unwrap();
        assert_eq!(
            instrument.quantity_decimal(position.quantity()).to_string(),
            held
        );
        assert_eq!(amounts(&position), figures, "{side} {size} at {at}");
    }
    assert_eq!(position.lots().count(), 0);
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let instrument = instrument();
    let mut position = Position::default();
    let largest = Quantity::from_mantissa(i64::MAX);
    position
        .apply(&instrument, Side::Buy, &fill(1, price("0.01"), largest))
        .unwrap();
    let before = position.clone();
    assert_eq!(
        position.apply(
            &instrument,
            Side::Buy,
            &fill(1, price("0.01"), quantity("1"))
        ),
        Err(Overflow)
    );
    assert_eq!(
        position.apply(
            &instrument,
            Side::Sell,
            &fill(1, Price::from_mantissa(i64::MAX), largest)
        ),
        Err(Overflow)
    );
    assert_eq!(position, before);
}

#[test]
fn average_price_and_unrealised_follow_the_mark() {
    let instrument = instrument();
    let mut position = Position::default();
    assert_eq!(position.average_price(&instrument), None);
    position
        .apply(
            &instrument,
            Side::Sell,
            &fill(1, price("100"), quantity("2")),
        )
        .unwrap();
    position
        .apply(
            &instrument,
            Side::Sell,
            &fill(1, price("101"), quantity("1")),
        )
        .unwrap();
    let average = position.average_price(&instrument).unwrap();
    assert_eq!(average.to_string(), "100.333333333333");
    let mark = Mark {
        bid: price("99"),
        ask: price("99.02"),
    };
    let unrealised = position.unrealised(&instrument, mark).unwrap();
    assert_eq!(unrealised.to_string(), "3.97");
}

proptest! {
    /// Whatever is traded, both accounts agree once the position is flat, and with the cash flow.
    #[test]
    fn a_closed_position_earned_its_cash_flow(trades in prop::collection::vec((any::<bool>(), 1_i64..100_000, 1_i64..10_000), 1..40)) {
        let instrument = instrument();
        let mut position = Position::default();
        let mut cash = Amount::ZERO;
        let mut trade = |position: &mut Position, side, at, size| {
            position.apply(&instrument, side, &fill(1, at, size)).unwrap();
            let value = instrument.notional(at, side.signed(size)).unwrap();
            cash = cash.minus(value).unwrap();
        };
        for (buy, at, size) in trades {
            let side = if buy { Side::Buy } else { Side::Sell };
            trade(&mut position, side, Price::from_mantissa(at), Quantity::from_mantissa(size));
            let lots: i64 = position.lots().map(|lot| lot.quantity.mantissa()).sum();
            prop_assert_eq!(lots, position.quantity().mantissa().abs());
        }
        let held = position.quantity();
        if !held.is_zero() {
            let side = if held.is_positive() { Side::Sell } else { Side::Buy };
            trade(&mut position, side, price("100"), Quantity::from_mantissa(held.mantissa().abs()));
        }
        prop_assert_eq!(position.cost(), Amount::ZERO);
        prop_assert_eq!(position.realised_fifo(), cash);
        prop_assert_eq!(position.realised(), cash);
    }
}
