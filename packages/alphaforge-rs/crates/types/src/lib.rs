//! The values that flow through AlphaForge: numbers, ids, time, instruments, orders and market events.
//!
//! Everything here is plain data. There is no I/O, no clock and no randomness, and no binary float but to show:
//! prices and quantities are `i64` mantissas at their instrument's decimals, money is an exact `i128`.

mod amount;
mod currency;
mod day_clock;
mod decimal;
mod ids;
mod instrument;
mod log2;
mod market_event;
mod market_state;
mod order;
mod order_type;
mod price;
mod rate;
mod time;
mod trigger;

pub use amount::{AMOUNT_DECIMALS, Amount, Overflow, RATIO_DECIMALS, RatioError};
pub use currency::{Currency, CurrencyError};
pub use day_clock::DayClock;
pub use decimal::{Decimal, NumberFault};
pub use ids::{
    ClientOrderId, InstrumentId, NodeName, NodeNameError, OrderId, ParentId, StrategyId, TradeId,
    VenueId, VenueOrderId,
};
pub use instrument::{Instrument, InstrumentError, InstrumentSpec, InstrumentStatus};
pub use log2::{LOG2_FRACTION_BITS, log2};
pub use market_event::{
    Bar, BarSource, DepthDiff, DepthSnapshot, FeedNotice, FeedState, Level, Mark, MarketEvent,
    Quote, Trade, VenueBar,
};
pub use market_state::{MarketCondition, MarketState};
pub use order::{
    Liquidity, OrderConditions, OrderKind, OrderRequest, OrderTerms, ReplaceRequest, Side,
    TimeInForce,
};
pub use order_type::OrderType;
pub use price::{Price, Quantity};
pub use rate::{Rate, RateError};
pub use time::{UnixNanos, in_ms};
pub use trigger::Trigger;
