use std::sync::Arc;

use super::*;
use crate::input::{AccountSnapshot, Input, InputEvent};
use crate::kernel::NativeOrders;
use crate::testing::{amount, currency};
use alphaforge_risk::LimitTable;
use alphaforge_types::{
    Instrument, InstrumentId, InstrumentSpec, InstrumentStatus, MarketState, Rate, UnixNanos,
};

const SECOND_NS: i64 = 1_000_000_000;

/// A venue with instruments, by base and quote.
fn kernel(pairs: &[(&str, &str)]) -> Kernel {
    let mut kernel = Kernel::new(1);
    let native = NativeOrders {
        triggers: false,
        trailing: false,
        expiry: false,
    };
    for (index, (base, quote)) in pairs.iter().enumerate() {
        let name = format!("V{index}");
        let venue = kernel.add_venue(&name, Rate::ZERO, native).unwrap();
        let spec = InstrumentSpec {
            venue: name,
            symbol: format!("{base}{quote}"),
            base: currency(base),
            quote: currency(quote),
            tick_size: Decimal::parse("0.01").unwrap(),
            lot_size: Decimal::parse("0.001").unwrap(),
            min_quantity: None,
            max_quantity: None,
            min_price: None,
            max_price: None,
            min_notional: None,
            max_notional: None,
            status: InstrumentStatus::Trading,
        };
        let instrument = Arc::new(Instrument::new(&spec).unwrap());
        kernel.add_instrument(venue, instrument).unwrap();
    }
    kernel
}

fn show(kernel: &mut Kernel, index: u32, price: &str, condition: MarketCondition, at: i64) {
    let id = InstrumentId::from_index(index);
    let price = kernel.instrument(id).unwrap().parse_price(price).unwrap();
    let market = MarketState {
        mark: Some(Mark {
            bid: price,
            ask: price,
        }),
        condition,
        alive_at: UnixNanos::from_nanos(at),
    };
    pass(kernel, at, vec![(id, market)]);
}

fn pass(kernel: &mut Kernel, at: i64, markets: Vec<(InstrumentId, MarketState)>) {
    let input = Input {
        now: UnixNanos::from_nanos(at),
        markets,
        event: InputEvent::Timer,
    };
    kernel.step(&input, &mut Vec::new());
}

fn sound(kernel: &mut Kernel, prices: &[&str]) {
    for (index, price) in prices.iter().enumerate() {
        show(kernel, index as u32, price, MarketCondition::Sound, 0);
    }
}

fn rates_up_to(kernel: &mut Kernel, seconds: i64) {
    let mut limits = LimitTable::default();
    limits.max_rate_age_ns = Some(seconds * SECOND_NS);
    kernel.set_limits(limits);
}

fn convert(kernel: &Kernel, text: &str, from: &str, to: &str) -> Result<String, RateFault> {
    kernel
        .convert(amount(text), currency(from), currency(to))
        .map(|amount| amount.to_string())
}

#[test]
fn a_path_is_walked_step_by_step_in_both_directions() {
    // One SOL is 0.002 BTC is 100 USDT is 80 EUR, whose pair is the other way around.
    let mut kernel = kernel(&[("SOL", "BTC"), ("BTC", "USDT"), ("EUR", "USDT")]);
    sound(&mut kernel, &["0.01", "50000", "1.25"]);
    for (text, from, to, expected) in [
        ("3", "SOL", "EUR", "1200"),
        ("1200", "EUR", "SOL", "3"),
        ("3", "SOL", "SOL", "3"),
        // Each step is rounded half-even at 12 decimals: 1 USDT is 0.00002 BTC is 0.002 SOL.
        ("1", "USDT", "SOL", "0.002"),
        ("0.0000001", "USDT", "BTC", "0.000000000002"),
        ("0.000000025", "USDT", "BTC", "0"),
        ("0.000000075", "USDT", "BTC", "0.000000000002"),
    ] {
        assert_eq!(
            convert(&kernel, text, from, to),
            Ok(expected.to_owned()),
            "{text} {from} {to}"
        );
    }
}

#[test]
fn a_step_goes_by_the_first_instrument_with_a_price_and_never_another_way() {
    let mut kernel = kernel(&[
        ("BTC", "USDT"),
        ("BTC", "USDT"),
        ("BTC", "EUR"),
        ("EUR", "USDT"),
    ]);
    let missing = RateFault::Missing {
        from: currency("BTC"),
        to: currency("USDT"),
    };
    for (index, price) in [(2, "40000"), (3, "1.25")] {
        show(&mut kernel, index, price, MarketCondition::Sound, 0);
    }
    assert_eq!(convert(&kernel, "1", "BTC", "USDT"), Err(missing));
    show(&mut kernel, 1, "50001", MarketCondition::Sound, 0);
    let rate = |kernel: &Kernel| convert(kernel, "1", "BTC", "USDT").unwrap();
    assert_eq!(rate(&kernel), "50001");
    show(&mut kernel, 0, "50000", MarketCondition::Sound, 0);
    assert_eq!(rate(&kernel), "50000");
}

#[test]
fn a_rate_as_old_as_it_may_be_passes_and_an_older_one_does_not() {
    let mut kernel = kernel(&[("BTC", "USDT")]);
    sound(&mut kernel, &["50000"]);
    pass(&mut kernel, 100 * SECOND_NS, vec![]);
    assert!(convert(&kernel, "1", "BTC", "USDT").is_ok());
    for (seconds, nanos, passes) in [(99, 0, false), (100, 0, true), (100, 1, false)] {
        rates_up_to(&mut kernel, seconds);
        pass(&mut kernel, 100 * SECOND_NS + nanos, vec![]);
        let stale = RateFault::Stale {
            base: currency("BTC"),
            quote: currency("USDT"),
            age_ns: 100 * SECOND_NS + nanos,
            max_age_ns: seconds * SECOND_NS,
        };
        let expected = if passes {
            Ok("50000".to_owned())
        } else {
            Err(stale)
        };
        assert_eq!(convert(&kernel, "1", "BTC", "USDT"), expected);
    }
}

#[test]
fn a_market_that_is_not_sound_gives_no_rate_where_rates_have_an_age() {
    for condition in [
        MarketCondition::Unseen,
        MarketCondition::Stale,
        MarketCondition::Gapped,
        MarketCondition::Crossed,
        MarketCondition::Disconnected,
    ] {
        let mut kernel = kernel(&[("BTC", "USDT")]);
        show(&mut kernel, 0, "50000", condition, 0);
        assert!(convert(&kernel, "1", "BTC", "USDT").is_ok());
        rates_up_to(&mut kernel, 10);
        let (base, quote) = (currency("BTC"), currency("USDT"));
        let unsound = RateFault::Unsound {
            base,
            quote,
            condition,
        };
        assert_eq!(convert(&kernel, "1", "USDT", "BTC"), Err(unsound));
    }
}

#[test]
fn of_several_markets_the_first_that_is_fresh_gives_the_rate() {
    let mut kernel = kernel(&[("BTC", "USDT"), ("BTC", "USDT")]);
    rates_up_to(&mut kernel, 10);
    show(&mut kernel, 0, "50000", MarketCondition::Sound, 0);
    let later = 11 * SECOND_NS;
    show(&mut kernel, 1, "50001", MarketCondition::Sound, later);
    assert_eq!(convert(&kernel, "1", "BTC", "USDT"), Ok("50001".to_owned()));
    pass(&mut kernel, 2 * later, vec![]);
    assert!(matches!(
        convert(&kernel, "1", "BTC", "USDT"),
        Err(RateFault::Stale { age_ns, .. }) if age_ns == 2 * later
    ));
}

#[test]
fn equity_counts_what_is_stale_and_says_so_and_names_what_is_missing() {
    let mut kernel = kernel(&[("BTC", "USDT"), ("EUR", "USDT")]);
    rates_up_to(&mut kernel, 10);
    show(&mut kernel, 0, "50000", MarketCondition::Sound, 0);
    let totals = ["BTC", "USDT", "EUR", "XYZ"].map(|code| (currency(code), amount("2")));
    let input = Input {
        now: UnixNanos::from_nanos(11 * SECOND_NS),
        markets: vec![],
        event: InputEvent::Account(AccountSnapshot {
            venue: alphaforge_types::VenueId::from_index(0),
            totals: totals.to_vec(),
        }),
    };
    kernel.step(&input, &mut Vec::new());
    let equity = kernel.equity(currency("USDT"));
    assert_eq!(equity.total, amount("100002"));
    assert!(equity.stale.iter().eq([&currency("BTC")]));
    assert!(equity.missing.iter().eq([&currency("EUR")]));
    assert_eq!(equity.complete(), None);
    show(
        &mut kernel,
        1,
        "1.25",
        MarketCondition::Sound,
        11 * SECOND_NS,
    );
    let equity = kernel.equity(currency("USDT"));
    assert_eq!(equity.complete(), Some(amount("100004.5")));
    assert_eq!(equity.reliable(), None);
}
