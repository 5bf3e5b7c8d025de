//! The matching engine: price-time priority, maker and taker fees, self-trade prevention.
//!
//! One engine serves three uses. Used as an exchange (emulators, the simulated market) all
//! liquidity is orders in the engine. Used by a backtest or in paper trading the engine holds our
//! orders only, and the liquidity of everybody else is what the market data shows: [`Displayed`].

mod displayed;
mod engine;
mod event;
mod fee_tiers;
mod fees;
mod market_liquidity;
mod order;
mod queue_model;
mod queue_position;
mod resting_orders;
mod simulated_market;
mod simulated_markets;
#[cfg(test)]
mod testing;
mod trading;
mod waiting_orders;

pub use displayed::{Displayed, NothingDisplayed};
pub use engine::MatchingEngine;
pub use event::{
    CancelCause, ExchangeEvent, ExchangeFill, ExpireReason, RejectReason, ReplaceRejectReason,
};
pub use fee_tiers::{FeeTier, FeeTiers, FeeTiersError, TradedVolume};
pub use fees::FeeSchedule;
pub use market_liquidity::{Consumed, MarketLiquidity};
pub use order::{AccountId, ExchangeOrder, ExchangeOrderId, SelfTradePrevention};
pub use queue_model::{CancelSplit, MOST_EXPONENT, QueueModel, QueuePosition};
pub use resting_orders::{RestingOrder, RestingOrders};
pub use simulated_market::{SimulatedMarket, SimulatedMarketSettings};
pub use simulated_markets::SimulatedMarkets;
