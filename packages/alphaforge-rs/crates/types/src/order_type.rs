//! What an order waits for and how it trades then, in one name.

use serde::{Deserialize, Serialize};

use crate::order::OrderKind;
use crate::trigger::Trigger;

/// The type of an order, as people speak of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OrderType {
    /// Trades at its price or better.
    Limit,
    /// Trades at whatever price is there.
    Market,
    /// A stop that trades at the market.
    StopMarket,
    /// A stop that trades at its price or better.
    StopLimit,
    /// A take-profit that trades at the market.
    TakeProfitMarket,
    /// A take-profit that trades at its price or better.
    TakeProfitLimit,
    /// A stop that follows the market.
    TrailingStop,
}

impl OrderType {
    /// All of them.
    pub const ALL: [OrderType; 7] = [
        OrderType::Limit,
        OrderType::Market,
        OrderType::StopMarket,
        OrderType::StopLimit,
        OrderType::TakeProfitMarket,
        OrderType::TakeProfitLimit,
        OrderType::TrailingStop,
    ];

    /// The type of an order with this price condition and trigger.
    pub const fn of(kind: OrderKind, trigger: Option<Trigger>) -> OrderType {
        match (trigger, kind) {
            (None, OrderKind::Limit { .. }) => OrderType::Limit,
            (None, OrderKind::Market) => OrderType::Market,
            (Some(Trigger::Stop { .. }), OrderKind::Market) => OrderType::StopMarket,
            (Some(Trigger::Stop { .. }), OrderKind::Limit { .. }) => OrderType::StopLimit,
            (Some(Trigger::TakeProfit { .. }), OrderKind::Market) => OrderType::TakeProfitMarket,
            (Some(Trigger::TakeProfit { .. }), OrderKind::Limit { .. }) => {
                OrderType::TakeProfitLimit
            }
            (Some(Trigger::Trailing { .. }), _) => OrderType::TrailingStop,
        }
    }

    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            OrderType::Limit => "limit",
            OrderType::Market => "market",
            OrderType::StopMarket => "stop_market",
            OrderType::StopLimit => "stop_limit",
            OrderType::TakeProfitMarket => "take_profit_market",
            OrderType::TakeProfitLimit => "take_profit_limit",
            OrderType::TrailingStop => "trailing_stop",
        }
    }

    /// The type of this name.
    pub fn named(name: &str) -> Option<OrderType> {
        OrderType::ALL.into_iter().find(|each| each.name() == name)
    }
}
