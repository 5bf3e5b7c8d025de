use super::*;
use crate::input::{Command, InputEvent, Replace};
use crate::testing::{
    INSTRUMENT, STRATEGY, VENUE, amount, currency, fill, kernel, open, price, quantity, report,
    step,
};
use alphaforge_types::{Liquidity, Price, TradeId};

fn filled(trade_id: u128, at: &str, size: &str) -> ReportEvent {
    ReportEvent::Filled(fill(trade_id, price(at), quantity(size)))
}

fn state(kernel: &Kernel, id: OrderId) -> &'static str {
    kernel.orders().get(id).unwrap().state.name()
}

fn total(kernel: &Kernel, code: &str) -> String {
    let balance = kernel.account(VENUE).unwrap().balance(currency(code));
    balance.unwrap().total.to_string()
}

fn alerts(outputs: &[Output]) -> Vec<String> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Alert(alert) => Some(alert.to_string()),
            Output::ToVenue(_)
            | Output::Armed(_)
            | Output::Disarmed(_)
            | Output::OrderChanged(_)
            | Output::Filled(_) => None,
        })
        .collect()
}

#[test]
fn a_fill_moves_order_position_and_cash_once() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Buy, "100", "2");
    let with_fee = FillReport {
        fee: amount("0.05"),
        fee_currency: currency("BNB"),
        liquidity: Liquidity::Taker,
        ..fill(7, price("99.5"), quantity("0.5"))
    };
    for _ in 0..3 {
        report(&mut kernel, order, ReportEvent::Filled(with_fee));
    }
    assert_eq!(state(&kernel, order), "partially_filled");
    assert_eq!(total(&kernel, "BTC"), "10.5");
    assert_eq!(total(&kernel, "USDT"), "9950.25");
    assert_eq!(total(&kernel, "BNB"), "-0.05");
    assert_eq!(kernel.exposure(INSTRUMENT).open_buy, quantity("1.5"));
    assert_eq!(kernel.exposure(INSTRUMENT).position, quantity("0.5"));
    report(&mut kernel, order, filled(8, "100", "1.5"));
    assert_eq!(state(&kernel, order), "filled");
    let position = kernel.position(STRATEGY, INSTRUMENT).unwrap();
    assert_eq!(position.quantity(), quantity("2"));
    assert_eq!(position.fees()[&currency("BNB")], amount("0.05"));
    let usdt = kernel.account(VENUE).unwrap().balance(currency("USDT"));
    assert_eq!(usdt.unwrap().locked, Amount::ZERO);
}

#[test]
fn a_fill_before_the_ack_counts_and_the_ack_changes_nothing() {
    let mut kernel = kernel();
    let order = crate::testing::submit(&mut kernel, crate::testing::limit(Side::Buy, "100", "2"));
    step(&mut kernel, InputEvent::Released { order });
    report(&mut kernel, order, filled(1, "100", "1"));
    assert_eq!(state(&kernel, order), "partially_filled");
    assert!(report(&mut kernel, order, ReportEvent::Accepted).is_empty());
    assert_eq!(state(&kernel, order), "partially_filled");
}

#[test]
fn a_late_fill_is_counted_and_said() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "100", "2");
    let reason = "gone".into();
    report(&mut kernel, order, ReportEvent::Cancelled { reason });
    let outputs = report(&mut kernel, order, filled(1, "100", "0.5"));
    assert_eq!(
        alerts(&outputs),
        ["trade 1 came after the order had ended; it is counted"]
    );
    assert_eq!(state(&kernel, order), "cancelled");
    assert_eq!(total(&kernel, "BTC"), "9.5");
    report(&mut kernel, order, filled(2, "100", "1.5"));
    assert_eq!(state(&kernel, order), "filled");
}

#[test]
fn empty_and_excessive_fills_are_not_counted_and_said() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "100", "2");
    for (event, message) in [
        (filled(1, "0", "1"), "trade 1 has no price or no quantity"),
        (filled(2, "100", "0"), "trade 2 has no price or no quantity"),
        (
            filled(3, "100", "2.001"),
            "trade 3 would fill more than was ordered; it is not counted",
        ),
    ] {
        assert_eq!(alerts(&report(&mut kernel, order, event)), [message]);
    }
    assert_eq!(total(&kernel, "BTC"), "10");
}

#[test]
fn a_fill_of_a_pending_replace_is_not_the_end_of_it() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "101", "1");
    let terms = OrderTerms {
        price: price("102"),
        quantity: quantity("3"),
    };
    let replace = InputEvent::Command(Command::Replace(Replace {
        strategy: STRATEGY,
        order,
        terms,
        fault: None,
        verdict: None,
    }));
    step(&mut kernel, replace);
    report(&mut kernel, order, filled(1, "101", "1"));
    assert_eq!(state(&kernel, order), "pending_replace");
    let mut other = kernel.clone();
    let reason = "filled already".into();
    let version = 1;
    report(
        &mut other,
        order,
        ReportEvent::ReplaceRejected { version, reason },
    );
    assert_eq!(state(&other, order), "filled");
    // A fill beyond the old version proves the replace before the venue says so.
    report(&mut kernel, order, filled(2, "102", "1"));
    assert_eq!(state(&kernel, order), "partially_filled");
    assert_eq!(kernel.orders().get(order).unwrap().quantity, quantity("3"));
    report(&mut kernel, order, ReportEvent::Replaced { version });
    report(&mut kernel, order, filled(3, "102", "1"));
    assert_eq!(state(&kernel, order), "filled");
}

#[test]
fn what_passes_all_amounts_halts_the_node_and_changes_nothing() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "100", "2");
    let huge = fill(1, Price::from_mantissa(i64::MAX), quantity("2"));
    kernel.venues[0]
        .account
        .set_total(currency("USDT"), Amount::from_units(i128::MAX));
    let outputs = report(&mut kernel, order, ReportEvent::Filled(huge));
    // What it is, and that the node is halted for it.
    assert_eq!(alerts(&outputs).len(), 2);
    assert_eq!(kernel.trading_state(), TradingState::Halted);
    assert_eq!(total(&kernel, "BTC"), "10");
    assert_eq!(kernel.orders().get(order).unwrap().filled, Quantity::ZERO);
}

#[test]
fn lost_orders_are_unknown_until_evidence_and_strangers_are_said() {
    let mut kernel = kernel();
    let order = open(&mut kernel, Side::Sell, "100", "2");
    let lost = || ReportEvent::Lost {
        reason: "timeout".into(),
    };
    assert_eq!(
        alerts(&report(&mut kernel, order, lost())),
        ["the order's state is unknown: timeout"]
    );
    assert!(report(&mut kernel, order, lost()).is_empty());
    assert_eq!(state(&kernel, order), "unknown");
    assert_eq!(kernel.exposure(INSTRUMENT).open_sell, quantity("2"));
    report(&mut kernel, order, ReportEvent::Accepted);
    assert_eq!(state(&kernel, order), "open");
    let stranger = OrderId::new(9, 9).unwrap();
    let outputs = report(&mut kernel, stranger, ReportEvent::Accepted);
    assert_eq!(outputs.len(), 1);
    assert_eq!(TradeId::new(5).to_string(), "5");
}
