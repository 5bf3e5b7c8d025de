//! Helpers for this crate's own tests.

use std::sync::Arc;

use alphaforge_types::{
    Amount, Currency, Decimal, Instrument, InstrumentId, InstrumentSpec, InstrumentStatus,
    Liquidity, Mark, MarketCondition, MarketState, OrderConditions, OrderId, OrderKind, Price,
    Quantity, Rate, Side, StrategyId, TimeInForce, TradeId, UnixNanos, VenueId,
};

use crate::input::{
    AccountSnapshot, Command, FillReport, Input, InputEvent, Report, ReportEvent, Submit,
};
use crate::kernel::{Kernel, NativeOrders};
use crate::output::{Outcome, Output};

pub const STRATEGY: StrategyId = StrategyId::from_index(0);
pub const INSTRUMENT: InstrumentId = InstrumentId::from_index(0);
pub const VENUE: VenueId = VenueId::from_index(0);

/// Ticks of 0.01, lots of 0.001, no other bounds.
pub fn instrument() -> Instrument {
    Instrument::new(&InstrumentSpec {
        venue: "TEST".to_owned(),
        symbol: "BTCUSDT".to_owned(),
        base: currency("BTC"),
        quote: currency("USDT"),
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

pub fn currency(code: &str) -> Currency {
    Currency::new(code).unwrap()
}

pub fn price(text: &str) -> Price {
    instrument().parse_price(text).unwrap()
}

pub fn quantity(text: &str) -> Quantity {
    instrument().parse_quantity(text).unwrap()
}

pub fn amount(text: &str) -> Amount {
    Amount::parse(text).unwrap()
}

/// A fill without a fee.
pub fn fill(trade_id: u128, at: Price, size: Quantity) -> FillReport {
    FillReport {
        trade_id: TradeId::new(trade_id),
        price: at,
        quantity: size,
        liquidity: Liquidity::Maker,
        fee: Amount::ZERO,
        fee_currency: currency("USDT"),
        is_last: false,
    }
}

/// A kernel with one strategy, 10000 USDT, 10 BTC, a fee of 0.1 % and a mark of 99.99 to 100.01.
pub fn kernel() -> Kernel {
    let mut kernel = Kernel::new(1);
    let venue = kernel
        .add_venue(
            "TEST",
            Rate::parse("0.001").unwrap(),
            NativeOrders {
                triggers: false,
                trailing: false,
                expiry: false,
            },
        )
        .unwrap();
    kernel
        .add_instrument(venue, Arc::new(instrument()))
        .unwrap();
    kernel.add_strategy("first").unwrap();
    let totals = vec![
        (currency("USDT"), amount("10000")),
        (currency("BTC"), amount("10")),
    ];
    let mark = Mark {
        bid: price("99.99"),
        ask: price("100.01"),
    };
    let input = Input {
        now: UnixNanos::ZERO,
        markets: vec![(
            INSTRUMENT,
            MarketState {
                mark: Some(mark),
                condition: MarketCondition::Sound,
                alive_at: UnixNanos::ZERO,
            },
        )],
        event: InputEvent::Account(AccountSnapshot { venue, totals }),
    };
    kernel.step(&input, &mut Vec::new());
    kernel
}

pub fn step(kernel: &mut Kernel, event: InputEvent) -> (Outcome, Vec<Output>) {
    let mut outputs = Vec::new();
    let input = Input {
        now: kernel.now().plus(1),
        markets: Vec::new(),
        event,
    };
    let outcome = kernel.step(&input, &mut outputs);
    (outcome, outputs)
}

pub fn limit(side: Side, at: &str, size: &str) -> Submit {
    Submit {
        strategy: STRATEGY,
        instrument: INSTRUMENT,
        side,
        kind: OrderKind::Limit {
            price: price(at),
            post_only: false,
        },
        time_in_force: TimeInForce::Gtc,
        quantity: quantity(size),
        conditions: OrderConditions::default(),
        fault: None,
        verdict: None,
    }
}

pub fn submit(kernel: &mut Kernel, submit: Submit) -> OrderId {
    let (outcome, _) = step(kernel, InputEvent::Command(Command::Submit(submit)));
    outcome.order.unwrap()
}

/// Submits, releases and has the venue accept.
pub fn open(kernel: &mut Kernel, side: Side, at: &str, size: &str) -> OrderId {
    let order = submit(kernel, limit(side, at, size));
    step(kernel, InputEvent::Released { order });
    report(kernel, order, ReportEvent::Accepted);
    order
}

pub fn report(kernel: &mut Kernel, order: OrderId, event: ReportEvent) -> Vec<Output> {
    let report = Report {
        order,
        venue_order_id: None,
        event,
    };
    step(kernel, InputEvent::Report(report)).1
}
