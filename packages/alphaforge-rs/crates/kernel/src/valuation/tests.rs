use super::*;
use crate::input::{Funding, InputEvent, ReportEvent};
use crate::testing::{
    INSTRUMENT, STRATEGY, VENUE, amount, currency, fill, kernel, open, price, quantity, report,
    step,
};
use alphaforge_risk::TradingState;
use alphaforge_types::Side;

fn fund(kernel: &mut Kernel, code: &str, text: Amount) {
    let funding = Funding {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        currency: currency(code),
        amount: text,
    };
    step(kernel, InputEvent::Funding(funding));
}

fn total(kernel: &Kernel, code: &str) -> Amount {
    let balance = kernel.account(VENUE).unwrap().balance(currency(code));
    balance.unwrap().total
}

#[test]
fn profit_is_realised_and_unrealised_and_funding_less_fees() {
    let mut kernel = kernel();
    let usdt = currency("USDT");
    let buy = open(&mut kernel, Side::Buy, "98", "2");
    let mut bought = fill(1, price("98"), quantity("2"));
    bought.fee = amount("0.01");
    bought.fee_currency = currency("BTC");
    report(&mut kernel, buy, ReportEvent::Filled(bought));
    let sell = open(&mut kernel, Side::Sell, "101", "1");
    let mut sold = fill(2, price("101"), quantity("1"));
    sold.fee = amount("-0.5");
    report(&mut kernel, sell, ReportEvent::Filled(sold));
    fund(&mut kernel, "USDT", amount("-0.25"));
    let profits = kernel.profits(Scope::Strategy(STRATEGY)).unwrap();
    let earned = profits.by_currency[&usdt];
    assert_eq!(earned.realised, amount("3"));
    assert_eq!(earned.realised_fifo, amount("3"));
    assert_eq!(earned.unrealised, amount("2"));
    assert_eq!(earned.fees, amount("-0.5"));
    assert_eq!(earned.funding, amount("-0.25"));
    assert_eq!(profits.by_currency[&currency("BTC")].fees, amount("0.01"));
    // 3 + 2 + 0.5 - 0.25 less 0.01 BTC at 100.
    let profit = kernel.profit(Scope::Strategy(STRATEGY), usdt).unwrap();
    assert_eq!(profit.reliable(), Some(amount("4.25")));
    assert_eq!(kernel.profit(Scope::Account, usdt).unwrap(), profit);
    let instrument = Scope::Instrument(INSTRUMENT);
    assert_eq!(kernel.profit(instrument, usdt).unwrap(), profit);
    assert_eq!(kernel.profit(Scope::Venue(VENUE), usdt).unwrap(), profit);
    // It is what equity has grown by.
    assert_eq!(kernel.equity(usdt).complete(), Some(amount("11004.25")));
}

#[test]
fn a_position_without_a_price_is_named_and_not_counted() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Buy, "98", "2");
    let bought = fill(1, price("98"), quantity("2"));
    report(&mut kernel, order, ReportEvent::Filled(bought));
    kernel.instruments[0].market.mark = None;
    let profit = kernel.profit(Scope::Account, currency("USDT")).unwrap();
    assert_eq!(profit.total, Amount::ZERO);
    assert!(profit.missing.iter().eq([&currency("BTC")]));
    assert_eq!(profit.reliable(), None);
}

#[test]
fn another_strategy_has_earned_nothing() {
    let mut kernel = kernel();
    let other = kernel.add_strategy("other").unwrap();
    fund(&mut kernel, "USDT", amount("1"));
    let usdt = currency("USDT");
    let profit = |strategy| {
        kernel
            .profit(Scope::Strategy(strategy), usdt)
            .unwrap()
            .total
    };
    assert_eq!(
        (profit(STRATEGY), profit(other)),
        (amount("1"), Amount::ZERO)
    );
}

#[test]
fn funding_moves_cash_in_any_currency() {
    let mut kernel = kernel();
    fund(&mut kernel, "BNB", amount("0.5"));
    fund(&mut kernel, "BNB", amount("-0.125"));
    assert_eq!(total(&kernel, "BNB"), amount("0.375"));
    let position = kernel.position(STRATEGY, INSTRUMENT).unwrap();
    assert_eq!(position.funding()[&currency("BNB")], amount("0.375"));
}

#[test]
fn funding_that_does_not_fit_halts_the_node_and_counts_nothing() {
    let mut kernel = kernel();
    fund(&mut kernel, "USDT", Amount::from_units(i128::MAX));
    assert_eq!(kernel.trading_state(), TradingState::Halted);
    assert_eq!(total(&kernel, "USDT"), amount("10000"));
    assert!(
        kernel
            .position(STRATEGY, INSTRUMENT)
            .unwrap()
            .funding()
            .is_empty()
    );
}

#[test]
fn exposure_is_the_sum_of_sizes_and_the_sum_of_signs_within_a_scope() {
    let mut kernel = kernel();
    let (other, usdt) = (kernel.add_strategy("other").unwrap(), currency("USDT"));
    let long = open(&mut kernel, Side::Buy, "98", "2");
    let bought = fill(1, price("98"), quantity("2"));
    report(&mut kernel, long, ReportEvent::Filled(bought));
    let mut short = crate::testing::limit(Side::Sell, "100", "3");
    short.strategy = other;
    let short = crate::testing::submit(&mut kernel, short);
    let sold = fill(2, price("100"), quantity("3"));
    report(&mut kernel, short, ReportEvent::Filled(sold));
    let elsewhere = alphaforge_types::VenueId::from_index(7);
    for (scope, gross, net) in [
        (Scope::Account, "100", "-100"),
        (Scope::Venue(VENUE), "100", "-100"),
        (Scope::Instrument(INSTRUMENT), "100", "-100"),
        (Scope::Strategy(STRATEGY), "200", "200"),
        (Scope::Strategy(other), "300", "-300"),
        (Scope::Venue(elsewhere), "0", "0"),
    ] {
        let value = kernel.market_value(scope, usdt);
        assert_eq!(value.gross.complete(), Some(amount(gross)), "{scope:?}");
        assert_eq!(value.net.complete(), Some(amount(net)), "{scope:?}");
    }
    kernel.instruments[0].market.mark = None;
    let value = kernel.market_value(Scope::Account, usdt);
    assert!(value.gross.missing.iter().eq([&currency("BTC")]));
    assert_eq!(value.net.complete(), None);
}
