use super::*;
use proptest::prelude::*;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn spec(tick: &str, lot: &str) -> InstrumentSpec {
    InstrumentSpec {
        venue: "BINANCE".to_owned(),
        symbol: "BTCUSDT".to_owned(),
        base: Currency::new("BTC").unwrap(),
        quote: Currency::new("USDT").unwrap(),
        tick_size: decimal(tick),
        lot_size: decimal(lot),
        min_quantity: None,
        max_quantity: None,
        min_price: None,
        max_price: None,
        min_notional: None,
        max_notional: None,
        status: InstrumentStatus::Trading,
    }
}

#[test]
fn quantises_to_the_passive_side() {
    let instrument = Instrument::new(&spec("0.25", "0.01000")).unwrap();
    assert_eq!(
        (instrument.price_decimals(), instrument.quantity_decimals()),
        (2, 2)
    );
    for (wanted, buy, sell) in [
        ("10.24", "10", "10.25"),
        ("10.25", "10.25", "10.25"),
        ("10.251", "10.25", "10.5"),
        ("-0.1", "-0.25", "0"),
    ] {
        let price = |side| {
            instrument.price_decimal(instrument.quantise_price(decimal(wanted), side).unwrap())
        };
        assert_eq!(price(Side::Buy), decimal(buy), "{wanted}");
        assert_eq!(price(Side::Sell), decimal(sell), "{wanted}");
    }
    assert_eq!(
        instrument
            .quantise_quantity(decimal("0.0199"))
            .unwrap()
            .mantissa(),
        1
    );
    assert_eq!(
        instrument.quantise_quantity(decimal("1e30")),
        Err(NumberFault::TooManyDigits)
    );
}

#[test]
fn a_bad_spec_names_field_and_value() {
    for (tick, lot, message) in [
        ("0", "1", "tick_size 0: a step must be above zero"),
        ("1", "-1", "lot_size -1: a step must be above zero"),
        (
            "0.0000000001",
            "0.000000001",
            "tick_size 0.0000000001: tick and lot together may have at most 18 decimals",
        ),
    ] {
        assert_eq!(
            Instrument::new(&spec(tick, lot)).unwrap_err().to_string(),
            message
        );
    }
    let mut odd = spec("1", "1");
    odd.symbol = "BTC USDT".to_owned();
    assert!(
        Instrument::new(&odd)
            .unwrap_err()
            .to_string()
            .starts_with("symbol \"BTC USDT\"")
    );
    odd = spec("1", "1");
    odd.max_quantity = Some(decimal("1e30"));
    assert!(
        Instrument::new(&odd)
            .unwrap_err()
            .to_string()
            .starts_with("max_quantity")
    );
}

#[test]
fn notionals_of_extremes_are_exact_or_refused() {
    let fine = Instrument::new(&spec("0.000000001", "0.000000001")).unwrap();
    let largest = (
        Price::from_mantissa(i64::MAX),
        Quantity::from_mantissa(i64::MAX),
    );
    let product = i128::from(i64::MAX) * i128::from(i64::MAX);
    assert_eq!(
        fine.notional(largest.0, largest.1).unwrap().units(),
        product
    );
    let coarse = Instrument::new(&spec("1", "1")).unwrap();
    assert_eq!(coarse.notional(largest.0, largest.1), Err(Overflow));
}

proptest! {
    #[test]
    fn quantising_is_never_more_aggressive_nor_larger(mantissa in -1_000_000_i64..1_000_000, scale in 0_u32..6, tick in 1_i64..500) {
        let tick_size = Decimal::new(i128::from(tick), 3).unwrap();
        let instrument = Instrument::new(&spec(&tick_size.to_string(), &tick_size.to_string())).unwrap();
        let wanted = Decimal::new(i128::from(mantissa), scale).unwrap();
        let buy = instrument.quantise_price(wanted, Side::Buy).unwrap();
        let sell = instrument.quantise_price(wanted, Side::Sell).unwrap();
        let quantity = instrument.quantise_quantity(wanted).unwrap();
        prop_assert!(instrument.price_decimal(buy) <= wanted);
        prop_assert!(instrument.price_decimal(sell) >= wanted);
        prop_assert!(instrument.quantity_decimal(quantity) <= wanted);
        let step = instrument.tick_size.mantissa();
        prop_assert_eq!((buy.mantissa() % step, sell.mantissa() % step), (0, 0));
        prop_assert!(sell.mantissa() - buy.mantissa() <= step);
    }
}
