//! What the tests of the runtime trade.

use alphaforge_types::{Currency, Decimal, Instrument, InstrumentSpec, InstrumentStatus};

/// SIM:BTCUSDT on a grid, without bounds.
pub fn instrument(tick: &str, lot: &str) -> Instrument {
    Instrument::new(&InstrumentSpec {
        venue: "SIM".to_owned(),
        symbol: "BTCUSDT".to_owned(),
        base: Currency::new("BTC").unwrap(),
        quote: Currency::new("USDT").unwrap(),
        tick_size: Decimal::parse(tick).unwrap(),
        lot_size: Decimal::parse(lot).unwrap(),
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
