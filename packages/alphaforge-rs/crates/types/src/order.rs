//! What an order asks for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::ids::{InstrumentId, OrderId, ParentId, StrategyId};
use crate::price::{Price, Quantity};
use crate::time::UnixNanos;
use crate::trigger::Trigger;

/// Which side of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Buys the base currency.
    Buy,
    /// Sells the base currency.
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }

    /// `quantity` with the sign it has in a position.
    #[must_use]
    pub const fn signed(self, quantity: Quantity) -> Quantity {
        match self {
            Side::Buy => quantity,
            Side::Sell => Quantity::from_mantissa(quantity.mantissa().saturating_neg()),
        }
    }

    /// True where an order of this side with limit `limit` may trade at `price`.
    pub const fn accepts(self, limit: Price, price: Price) -> bool {
        match self {
            Side::Buy => price.mantissa() <= limit.mantissa(),
            Side::Sell => price.mantissa() >= limit.mantissa(),
        }
    }

    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Buy => "buy",
            Side::Sell => "sell",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How long an order works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeInForce {
    /// Good till cancelled.
    Gtc,
    /// Immediate or cancel: what does not trade at once expires.
    Ioc,
    /// Fill or kill: all at once, or nothing.
    Fok,
    /// Good till a time: what is left then expires.
    Gtd {
        /// The moment from which it does not trade any more.
        expires_at: UnixNanos,
    },
}

impl TimeInForce {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            TimeInForce::Gtc => "gtc",
            TimeInForce::Ioc => "ioc",
            TimeInForce::Fok => "fok",
            TimeInForce::Gtd { .. } => "gtd",
        }
    }

    /// True where what does not trade at once may rest on the book.
    pub const fn rests(self) -> bool {
        match self {
            TimeInForce::Gtc | TimeInForce::Gtd { .. } => true,
            TimeInForce::Ioc | TimeInForce::Fok => false,
        }
    }

    /// When it expires, where that is a time.
    pub const fn expires_at(self) -> Option<UnixNanos> {
        match self {
            TimeInForce::Gtd { expires_at } => Some(expires_at),
            TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok => None,
        }
    }
}

/// Whether a fill took liquidity or gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Liquidity {
    /// The order rested on the book.
    Maker,
    /// The order traded on arrival.
    Taker,
}

impl Liquidity {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Liquidity::Maker => "maker",
            Liquidity::Taker => "taker",
        }
    }
}

/// The price condition of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderKind {
    /// Trades at this price or better.
    Limit {
        /// The worst price.
        price: Price,
        /// Rejected by the venue where it would trade on arrival.
        post_only: bool,
    },
    /// Trades at whatever price is there.
    Market,
}

/// The part of an order that a replace can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    /// The limit price.
    pub price: Price,
    /// The whole quantity, what is filled already included.
    pub quantity: Quantity,
}

/// What an order may ask for besides side, price, quantity and time; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderConditions {
    /// It waits for the market to reach a price.
    pub trigger: Option<Trigger>,
    /// How much of it the book shows at a time: an iceberg.
    pub display: Option<Quantity>,
    /// How much of the quote currency a market order trades; its quantity is then only a bound.
    pub budget: Option<Amount>,
    /// It may make the strategy's position smaller, and nothing else.
    pub reduce_only: bool,
    /// It is one of several by which this parent is traded, and together they do not come to more.
    pub parent: Option<ParentId>,
    /// It may trade on a market that is not known to be as it is shown.
    pub allow_stale: bool,
}

/// An order as the gate judges it and a venue receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRequest {
    /// Our id.
    pub order: OrderId,
    /// Who wants it.
    pub strategy: StrategyId,
    /// What is traded.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub kind: OrderKind,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// How much.
    pub quantity: Quantity,
    /// The worst price at which it may trade: the limit, or for a market order the far side of
    /// the book plus the configured slippage. For one that waits for a trigger it is reckoned from
    /// the trigger's price. `None` where no reference price is known; the gate denies such an order.
    pub worst_price: Option<Price>,
    /// What else it asks for.
    pub conditions: OrderConditions,
}

/// A change of a working order, as the gate judges it and a venue receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaceRequest {
    /// Which order.
    pub order: OrderId,
    /// The number of the new version; the order as it was sent first is version 0. The venue's answer
    /// is about this version and no other.
    pub version: u32,
    /// What it becomes.
    pub terms: OrderTerms,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_know_what_is_worse() {
        let (low, high) = (Price::from_mantissa(99), Price::from_mantissa(100));
        assert!(Side::Buy.accepts(high, low) && !Side::Buy.accepts(low, high));
        assert!(Side::Sell.accepts(low, high) && !Side::Sell.accepts(high, low));
        assert!(Side::Buy.accepts(low, low) && Side::Sell.accepts(low, low));
        assert_eq!(
            Side::Sell.signed(Quantity::from_mantissa(5)),
            Quantity::from_mantissa(-5)
        );
    }
}
