use std::sync::Arc;

use super::*;
use crate::input::{Command, Input, InputEvent, ReportEvent};
use crate::order_state::OrderState;
use crate::testing::{
    INSTRUMENT, STRATEGY, VENUE, amount, currency, fill, kernel, limit, price, quantity, report,
    step,
};
use alphaforge_risk::{LimitTable, Limits, Money};
use alphaforge_types::{
    Decimal, Instrument, InstrumentSpec, InstrumentStatus, MarketCondition, MarketState, OrderId,
    Quantity, Side,
};
use proptest::prelude::*;

const SECOND_NS: i64 = 1_000_000_000;
const OTHER: InstrumentId = InstrumentId::from_index(1);

/// ETH in BTC, on the grid of the first instrument.
fn other_instrument() -> Instrument {
    Instrument::new(&InstrumentSpec {
        venue: "TEST".to_owned(),
        symbol: "ETHBTC".to_owned(),
        base: currency("ETH"),
        quote: currency("BTC"),
        tick_size: Decimal::parse("0.01").unwrap(),
        lot_size: Decimal::parse("0.001").unwrap(),
        min_quantity: None,
        max_quantity: None,
        min_price: None,
        max_price: None,
        min_notional: None,
        max_notional: None,
        status: InstrumentStatus::Trading,
    })
    .unwrap()
}

fn limits_of(scopes: &[Scope], gross: &str, net: &str) -> LimitTable {
    limits_in("USDT", scopes, gross, net)
}

fn limits_in(code: &str, scopes: &[Scope], gross: &str, net: &str) -> LimitTable {
    let money = |text: &str| Money {
        amount: amount(text),
        currency: currency(code),
    };
    let mut table = LimitTable::default();
    for scope in scopes {
        let limits = Limits {
            max_gross_exposure: Some(money(gross)),
            max_net_exposure: Some(money(net)),
            ..Limits::default()
        };
        table.set(*scope, limits).unwrap();
    }
    table
}

fn all_scopes() -> [Scope; 4] {
    let second = StrategyId::from_index(1);
    [
        Scope::Account,
        Scope::Venue(VENUE),
        Scope::Strategy(STRATEGY),
        Scope::Strategy(second),
    ]
}

fn two_by_two() -> Kernel {
    let mut kernel = kernel();
    kernel
        .add_instrument(VENUE, Arc::new(other_instrument()))
        .unwrap();
    kernel.add_strategy("second").unwrap();
    let mut limits = limits_of(&all_scopes(), "100000", "100000");
    // Between two whole seconds, so that prices grow too old by timers only, not by the steps between.
    limits.max_rate_age_ns = Some(10 * SECOND_NS + SECOND_NS / 2);
    kernel.set_limits(limits);
    show(&mut kernel, OTHER, "100", MarketCondition::Sound);
    kernel
}

fn show(kernel: &mut Kernel, id: InstrumentId, at: &str, condition: MarketCondition) {
    let (bid, ask) = (price(at), price(at));
    let market = MarketState {
        mark: Some(Mark { bid, ask }),
        condition,
        alive_at: kernel.now(),
    };
    pass(kernel, 0, vec![(id, market)]);
}

fn pass(kernel: &mut Kernel, nanos: i64, markets: Vec<(InstrumentId, MarketState)>) {
    let input = Input {
        now: kernel.now().plus(nanos),
        markets,
        event: InputEvent::Timer,
    };
    kernel.step(&input, &mut Vec::new());
}

/// The sums made from nothing but exposures and marks.
fn recomputed(kernel: &Kernel) -> ScopeTable<ExposureSums> {
    let mut sums = ScopeTable::default();
    for scope in all_scopes() {
        sums.insert(scope, ExposureSums::default());
    }
    let mut add = |scope, quote, after| {
        let sums = sums.get_mut(&scope).unwrap();
        sums.exchange(quote, Contribution::default(), after);
    };
    for (index, listing) in kernel.instruments.iter().enumerate() {
        let mark = kernel.reliable_price(InstrumentId::from_index(index as u32));
        let quote = listing.instrument.quote();
        let whole = Contribution::new(&listing.instrument, listing.exposure, mark);
        add(Scope::Account, quote, whole);
        add(Scope::Venue(listing.venue), quote, whole);
        for (of, trader) in kernel.strategies.iter().enumerate() {
            let exposure = trader.holdings[index].exposure;
            let part = Contribution::new(&listing.instrument, exposure, mark);
            add(
                Scope::Strategy(StrategyId::from_index(of as u32)),
                quote,
                part,
            );
        }
    }
    sums
}

#[derive(Clone, Debug)]
enum Action {
    Submit {
        second: bool,
        other: bool,
        buy: bool,
        lots: i64,
    },
    Fill {
        trade_id: u128,
        lots: i64,
    },
    Cancelled,
    Market {
        other: bool,
        ticks: i64,
        condition: MarketCondition,
    },
    Pass {
        seconds: i64,
    },
}

fn actions() -> impl Strategy<Value = Action> {
    let conditions = prop::sample::select(vec![
        MarketCondition::Sound,
        MarketCondition::Sound,
        MarketCondition::Gapped,
    ]);
    prop_oneof![
        4 => (any::<bool>(), any::<bool>(), any::<bool>(), 1_i64..500).prop_map(
            |(second, other, buy, lots)| Action::Submit { second, other, buy, lots }
        ),
        4 => (0_u128..50, 1_i64..300).prop_map(|(trade_id, lots)| Action::Fill { trade_id, lots }),
        1 => Just(Action::Cancelled),
        2 => (any::<bool>(), 0_i64..20_000, conditions).prop_map(
            |(other, ticks, condition)| Action::Market { other, ticks, condition }
        ),
        1 => (0_i64..8).prop_map(|seconds| Action::Pass { seconds }),
    ]
}

fn act(kernel: &mut Kernel, order: OrderId, action: Action) {
    match action {
        Action::Submit {
            second,
            other,
            buy,
            lots,
        } => {
            let side = if buy { Side::Buy } else { Side::Sell };
            let mut submit = limit(side, "1", "1");
            submit.quantity = Quantity::from_mantissa(lots);
            submit.strategy = StrategyId::from_index(second.into());
            submit.instrument = if other { OTHER } else { INSTRUMENT };
            step(kernel, InputEvent::Command(Command::Submit(submit)));
        }
        Action::Fill { trade_id, lots } => {
            let lots = Quantity::from_mantissa(lots);
            let filled = fill(trade_id, price("1"), lots);
            report(kernel, order, ReportEvent::Filled(filled));
        }
        Action::Cancelled => {
            let reason = std::borrow::Cow::Borrowed("why");
            report(kernel, order, ReportEvent::Cancelled { reason });
        }
        Action::Market {
            other,
            ticks,
            condition,
        } => {
            let at = alphaforge_types::Price::from_mantissa(ticks);
            let market = MarketState {
                mark: Some(Mark { bid: at, ask: at }),
                condition,
                alive_at: kernel.now(),
            };
            let id = if other { OTHER } else { INSTRUMENT };
            // Not with a timer, which looks at every market.
            let input = Input {
                now: kernel.now(),
                markets: vec![(id, market)],
                event: InputEvent::Released { order },
            };
            kernel.step(&input, &mut Vec::new());
        }
        Action::Pass { seconds } => pass(kernel, seconds * SECOND_NS, vec![]),
    }
}

proptest! {
    #[test]
    fn the_sums_equal_those_made_anew_whatever_happens(
        steps in prop::collection::vec((1_u64..20, actions()), 1..80)
    ) {
        let mut kernel = two_by_two();
        for (counter, action) in steps {
            act(&mut kernel, OrderId::new(1, counter).unwrap(), action);
            prop_assert_eq!(&kernel.exposures, &recomputed(&kernel));
        }
    }
}

/// What became of an order: the code of its rejection, or its state.
fn became(kernel: &Kernel, order: OrderId) -> &'static str {
    let state = &kernel.orders().get(order).unwrap().state;
    let OrderState::Denied { reject } = state else {
        return state.name();
    };
    reject.code()
}

fn said(kernel: &mut Kernel, side: Side, size: &str) -> &'static str {
    let order = crate::testing::submit(kernel, limit(side, "99", size));
    became(kernel, order)
}

#[test]
fn orders_in_flight_count_against_the_limit_at_every_scope() {
    for scope in [
        Scope::Account,
        Scope::Venue(VENUE),
        Scope::Strategy(STRATEGY),
    ] {
        for (size, code) in [
            ("3.999", "intent"),
            ("4", "intent"),
            ("4.001", "gross_exposure"),
        ] {
            let mut kernel = kernel();
            kernel.set_limits(limits_of(&[scope], "1000", "5000"));
            assert_eq!(said(&mut kernel, Side::Buy, "6"), "intent");
            assert_eq!(said(&mut kernel, Side::Buy, size), code, "{scope:?}");
        }
        for (size, code) in [
            ("3.999", "intent"),
            ("4", "intent"),
            ("4.001", "net_exposure"),
        ] {
            let mut kernel = kernel();
            kernel.set_limits(limits_of(&[scope], "5000", "900"));
            assert_eq!(said(&mut kernel, Side::Sell, "5"), "intent");
            assert_eq!(said(&mut kernel, Side::Sell, size), code, "{scope:?}");
        }
    }
}

#[test]
fn limits_that_are_set_while_something_is_held_count_it() {
    let mut kernel = kernel();
    let order = crate::testing::open(&mut kernel, Side::Buy, "99", "6");
    let filled = fill(1, price("99"), quantity("2"));
    report(&mut kernel, order, ReportEvent::Filled(filled));
    kernel.set_limits(limits_of(&[Scope::Account], "1000", "1000"));
    assert_eq!(said(&mut kernel, Side::Buy, "4.001"), "gross_exposure");
    assert_eq!(said(&mut kernel, Side::Buy, "4"), "intent");
    kernel.set_limits(LimitTable::default());
    assert_eq!(said(&mut kernel, Side::Buy, "4.001"), "intent");
}

#[test]
fn a_held_instrument_whose_market_has_grown_old_denies() {
    let mut kernel = two_by_two();
    let mut limits = limits_in("BTC", &[Scope::Account], "1000", "1000");
    limits.max_rate_age_ns = Some(10 * SECOND_NS);
    kernel.set_limits(limits);
    let order = crate::testing::open(&mut kernel, Side::Buy, "99", "1");
    let filled = fill(1, price("99"), quantity("1"));
    report(&mut kernel, order, ReportEvent::Filled(filled));
    let mut elsewhere = limit(Side::Buy, "1", "0.001");
    elsewhere.instrument = OTHER;
    for (seconds, code) in [(9, "intent"), (2, "unpriced_exposure")] {
        pass(&mut kernel, seconds * SECOND_NS, vec![]);
        show(&mut kernel, OTHER, "100", MarketCondition::Sound);
        let id = crate::testing::submit(&mut kernel, elsewhere.clone());
        assert_eq!(became(&kernel, id), code);
    }
}
