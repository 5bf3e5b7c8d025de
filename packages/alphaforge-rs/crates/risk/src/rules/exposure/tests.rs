use super::*;
use crate::exposure_sums::Exposures;
use crate::limits::EffectiveLimits;
use crate::view::testing::{instrument, limit_order, permissive, price, quantity};
use crate::view::{Conversion, Exposure, RateFault};
use alphaforge_types::{Mark, Quantity, Side, StrategyId, VenueId};

const MARK: &str = "100";

fn scopes() -> [Scope; 3] {
    [
        Scope::Account,
        Scope::Venue(VenueId::from_index(0)),
        Scope::Strategy(StrategyId::from_index(0)),
    ]
}

fn money(amount: &str, currency: &str) -> Money {
    Money {
        amount: Amount::parse(amount).unwrap(),
        currency: Currency::new(currency).unwrap(),
    }
}

fn limits(measure: &str, value: Money, scope: Scope) -> EffectiveLimits {
    let limit = vec![Limit { value, scope }];
    let mut limits = EffectiveLimits::default();
    match measure {
        "gross" => limits.gross_exposure = limit,
        _ => limits.net_exposure = limit,
    }
    limits
}

fn exposure(position: &str, open_buy: &str, open_sell: &str) -> Exposure {
    let position = match position.strip_prefix('-') {
        Some(short) => Side::Sell.signed(quantity(short)),
        None => quantity(position),
    };
    Exposure {
        position,
        open_buy: quantity(open_buy),
        open_sell: quantity(open_sell),
    }
}

fn mark(text: &str) -> Option<Mark> {
    let (bid, ask) = (price(text), price(text));
    Some(Mark { bid, ask })
}

/// What the rule says of an order while the instrument holds `held` and another one in the same currency `other`.
fn code(
    limits: &EffectiveLimits,
    order: &OrderRequest,
    held: Exposure,
    other: Contribution,
    seen: Option<Mark>,
    conversion: Option<&dyn Conversion>,
) -> Result<(), &'static str> {
    let instrument = instrument();
    let usdt = instrument.quote();
    let part = Contribution::new(&instrument, held, seen);
    let mut sums = ExposureSums::default();
    sums.exchange(usdt, Contribution::default(), part);
    sums.exchange(usdt, Contribution::default(), other);
    let mut view = permissive(&instrument, limits);
    view.account_exposure = held;
    view.strategy_exposure = held;
    view.exposures = Exposures {
        mark: seen,
        sums: [Some(&sums); 3],
        of_account: part,
        of_strategy: part,
    };
    if let Some(conversion) = conversion {
        view.conversion = conversion;
    }
    check(order, &view).map_err(|reject| reject.code())
}

#[test]
fn the_limit_of_gross_exposure_passes_and_one_lot_more_does_not_at_each_scope() {
    let other = Contribution::new(&instrument(), exposure("-2", "0", "1"), mark(MARK));
    for scope in scopes() {
        let limits = limits("gross", money("1000", "USDT"), scope);
        for (held, side, size, expected) in [
            // The other instrument could be short of 3, so that 7 are left here.
            (exposure("0", "0", "0"), Side::Buy, "6.999", Ok(())),
            (exposure("0", "0", "0"), Side::Buy, "7", Ok(())),
            (
                exposure("0", "0", "0"),
                Side::Buy,
                "7.001",
                Err("gross_exposure"),
            ),
            (exposure("0", "0", "0"), Side::Sell, "7", Ok(())),
            (
                exposure("0", "0", "0"),
                Side::Sell,
                "7.001",
                Err("gross_exposure"),
            ),
            // Open and in-flight orders count at their worst, and the sides do not make up for each other.
            (exposure("2", "4", "5"), Side::Buy, "1", Ok(())),
            (
                exposure("2", "4", "5"),
                Side::Buy,
                "1.001",
                Err("gross_exposure"),
            ),
            (exposure("2", "4", "5"), Side::Sell, "4", Ok(())),
            (
                exposure("2", "4", "5"),
                Side::Sell,
                "4.001",
                Err("gross_exposure"),
            ),
        ] {
            let order = limit_order(side, "1", size);
            let said = code(&limits, &order, held, other, mark(MARK), None);
            assert_eq!(said, expected, "{scope:?} {held:?} {side} {size}");
        }
    }
}

#[test]
fn the_limit_of_net_exposure_passes_and_one_lot_more_does_not_at_each_scope() {
    let other = Contribution::new(&instrument(), exposure("-2", "1", "3"), mark(MARK));
    for scope in scopes() {
        let limits = limits("net", money("1000", "USDT"), scope);
        for (held, side, size, expected) in [
            // With all buys the other instrument is at -1, with all sells at -5.
            (exposure("3", "2", "0"), Side::Buy, "5.999", Ok(())),
            (exposure("3", "2", "0"), Side::Buy, "6", Ok(())),
            (
                exposure("3", "2", "0"),
                Side::Buy,
                "6.001",
                Err("net_exposure"),
            ),
            (exposure("3", "0", "2"), Side::Sell, "5.999", Ok(())),
            (exposure("3", "0", "2"), Side::Sell, "6", Ok(())),
            (
                exposure("3", "0", "2"),
                Side::Sell,
                "6.001",
                Err("net_exposure"),
            ),
        ] {
            let order = limit_order(side, "1", size);
            let said = code(&limits, &order, held, other, mark(MARK), None);
            assert_eq!(said, expected, "{scope:?} {held:?} {side} {size}");
        }
    }
}

#[test]
fn what_does_not_raise_the_figure_passes_beyond_the_limit() {
    let other = Contribution::default();
    let small = money("10", "USDT");
    let (gross, net) = (
        limits("gross", small, Scope::Account),
        limits("net", small, Scope::Account),
    );
    let held = exposure("5", "0", "1");
    let closing = limit_order(Side::Sell, "100", "4");
    for limits in [&gross, &net] {
        assert_eq!(
            code(limits, &closing, held, other, mark(MARK), None),
            Ok(())
        );
    }
    // Twice as much the other way around raises it.
    let turning = limit_order(Side::Sell, "100", "9.001");
    let said = code(&gross, &turning, held, other, mark(MARK), None);
    assert_eq!(said, Err("gross_exposure"));
    // What shrinks a position passes without a price too, what grows it does not.
    assert_eq!(code(&gross, &closing, held, other, None, None), Ok(()));
    let growing = limit_order(Side::Buy, "100", "0.001");
    let said = code(&gross, &growing, held, other, None, None);
    assert_eq!(said, Err("unpriced_exposure"));
}

#[test]
fn a_held_instrument_without_a_price_denies_what_would_raise_the_figure() {
    let unpriced = Contribution::new(&instrument(), exposure("0", "0", "1"), None);
    for measure in ["gross", "net"] {
        let limits = limits(measure, money("1000000", "USDT"), Scope::Account);
        let order = limit_order(Side::Buy, "100", "1");
        let flat = Exposure::default();
        let said = code(&limits, &order, flat, unpriced, mark(MARK), None);
        assert_eq!(said, Err("unpriced_exposure"), "{measure}");
        let said = code(&limits, &order, flat, Contribution::default(), None, None);
        assert_eq!(said, Err("unpriced_exposure"), "{measure}");
    }
}

#[test]
fn each_currency_is_converted_or_denies() {
    struct Half;
    impl Conversion for Half {
        fn convert(&self, amount: Amount, _: Currency, _: Currency) -> Result<Amount, RateFault> {
            Ok(amount.ratio(1, 2).unwrap())
        }
    }
    let limits = limits("gross", money("50", "EUR"), Scope::Account);
    let flat = Exposure::default();
    let other = Contribution::default();
    let order = limit_order(Side::Buy, "100", "1");
    let said = code(&limits, &order, flat, other, mark(MARK), None);
    assert_eq!(said, Err("no_conversion"));
    let said = code(&limits, &order, flat, other, mark(MARK), Some(&Half));
    assert_eq!(said, Ok(()));
    let larger = limit_order(Side::Buy, "100", "1.001");
    let said = code(&limits, &larger, flat, other, mark(MARK), Some(&Half));
    assert_eq!(said, Err("gross_exposure"));
}

#[test]
fn values_at_the_middle_are_exact_and_extremes_are_unknown() {
    let half_a_tick = Some(Mark {
        bid: price("100"),
        ask: price("100.01"),
    });
    let order = limit_order(Side::Buy, "1", "1");
    let flat = Exposure::default();
    for (limit, passes) in [
        ("100.004999999999999999", false),
        ("100.005", true),
        ("100.005000000000000001", true),
    ] {
        let limits = limits("gross", money(limit, "USDT"), Scope::Account);
        let other = Contribution::default();
        let said = code(&limits, &order, flat, other, half_a_tick, None);
        assert_eq!(said.is_ok(), passes, "{limit}");
    }
    for position in [i64::MAX, i64::MIN] {
        let held = Exposure {
            position: Quantity::from_mantissa(position),
            open_buy: quantity("1"),
            open_sell: quantity("1"),
        };
        let part = Contribution::new(&instrument(), held, mark(MARK));
        assert_eq!(part.unpriced(), 1);
    }
}

#[test]
fn without_a_limit_nothing_is_asked() {
    let order = limit_order(Side::Buy, "1", "1");
    let none = EffectiveLimits::default();
    let unpriced = Contribution::new(&instrument(), exposure("1", "0", "0"), None);
    let flat = Exposure::default();
    assert_eq!(code(&none, &order, flat, unpriced, None, None), Ok(()));
}
