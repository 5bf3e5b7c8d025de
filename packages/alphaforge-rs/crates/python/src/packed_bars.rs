//! Closed bars as rows of bytes, which numpy reads as they are.

use alphaforge_types::{Bar, Instrument, Price};

/// Rows of 64 bytes; see `StrategyPort.packed_bars`.
pub(crate) fn pack<'a>(bars: impl Iterator<Item = &'a Bar>, instrument: &Instrument) -> Vec<u8> {
    let mut packed = Vec::new();
    let price = |price: Price| price.to_f64(instrument.price_decimals()).to_le_bytes();
    for bar in bars {
        packed.extend(bar.ts_open.nanos().to_le_bytes());
        packed.extend(bar.ts_close.nanos().to_le_bytes());
        for value in [bar.open, bar.high, bar.low, bar.close] {
            packed.extend(price(value));
        }
        let volume = bar.volume.to_f64(instrument.quantity_decimals());
        packed.extend(volume.to_le_bytes());
        packed.extend((bar.trade_count as i64).to_le_bytes());
    }
    packed
}
