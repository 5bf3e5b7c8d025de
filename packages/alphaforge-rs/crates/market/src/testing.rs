//! What the tests of bars are made of.

use alphaforge_types::{
    Currency, Decimal, Instrument, InstrumentId, InstrumentSpec, InstrumentStatus, Price, Quantity,
    Trade, TradeId, UnixNanos,
};

use crate::bar_builder::BarBuilder;
use crate::bar_maker::BarMaker;
use crate::bar_spec::BarSpec;

pub(crate) const SECOND: i64 = 1_000_000_000;

/// Prices of two decimals and quantities of three.
pub(crate) fn instrument() -> Instrument {
    Instrument::new(&InstrumentSpec {
        venue: "SIM".to_owned(),
        symbol: "BTCUSDT".to_owned(),
        base: Currency::new("BTC").unwrap(),
        quote: Currency::new("USDT").unwrap(),
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

pub(crate) fn builder(spec: &str) -> BarBuilder {
    BarBuilder::new(spec.parse::<BarSpec>().unwrap().kind, &instrument())
}

pub(crate) fn maker(spec: &str) -> BarMaker {
    BarMaker::new(spec.parse().unwrap(), &instrument())
}

pub(crate) fn trade(time: i64, price: i64, quantity: i64) -> Trade {
    Trade {
        instrument: InstrumentId::from_index(0),
        ts_recv: UnixNanos::ZERO,
        ts_event: Some(UnixNanos::from_nanos(time)),
        trade_id: TradeId::new(0),
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
        aggressor: None,
    }
}
