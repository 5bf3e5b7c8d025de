//! Helpers for this crate's own tests.

use std::sync::Arc;

use alphaforge_types::{
    Currency, Decimal, Instrument, InstrumentSpec, InstrumentStatus, OrderConditions, OrderKind,
    Price, Quantity, Side, TimeInForce,
};

use crate::order::{AccountId, ExchangeOrder, ExchangeOrderId, SelfTradePrevention};

/// Ticks and lots of one unit, so that mantissas read as numbers.
pub fn instrument() -> Arc<Instrument> {
    let one = Decimal::parse("1").unwrap();
    let spec = InstrumentSpec {
        venue: "TEST".to_owned(),
        symbol: "BTCUSDT".to_owned(),
        base: Currency::new("BTC").unwrap(),
        quote: Currency::new("USDT").unwrap(),
        tick_size: one,
        lot_size: one,
        min_quantity: None,
        max_quantity: None,
        min_price: None,
        max_price: None,
        min_notional: None,
        max_notional: None,
        status: InstrumentStatus::Trading,
    };
    Arc::new(Instrument::new(&spec).unwrap())
}

pub fn limit(id: u64, account: u32, side: Side, price: i64, quantity: i64) -> ExchangeOrder {
    ExchangeOrder {
        id: ExchangeOrderId::new(id),
        account: AccountId::new(account),
        side,
        kind: OrderKind::Limit {
            price: Price::from_mantissa(price),
            post_only: false,
        },
        time_in_force: TimeInForce::Gtc,
        quantity: Quantity::from_mantissa(quantity),
        worst_price: None,
        self_trade: SelfTradePrevention::Allow,
        conditions: OrderConditions::default(),
    }
}

pub fn post_only(id: u64, account: u32, side: Side, price: i64, quantity: i64) -> ExchangeOrder {
    let mut order = limit(id, account, side, price, quantity);
    order.kind = OrderKind::Limit {
        price: Price::from_mantissa(price),
        post_only: true,
    };
    order
}

pub fn market(id: u64, account: u32, side: Side, quantity: i64) -> ExchangeOrder {
    ExchangeOrder {
        kind: OrderKind::Market,
        time_in_force: TimeInForce::Ioc,
        ..limit(id, account, side, 1, quantity)
    }
}
