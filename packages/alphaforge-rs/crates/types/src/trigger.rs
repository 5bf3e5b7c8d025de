//! What an order waits for before it trades.

use serde::{Deserialize, Serialize};

use crate::order::Side;
use crate::price::Price;

/// A price that the market must reach. It is held against the last trade; where a venue shows no
/// trades, against the middle of its best bid and ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Trigger {
    /// Fires when the market has moved against the order's side: a purchase at this price or above, a
    /// sale at it or below.
    Stop {
        /// The price.
        price: Price,
    },
    /// Fires when the market has moved in favour of the order's side: a purchase at this price or
    /// below, a sale at it or above.
    TakeProfit {
        /// The price.
        price: Price,
    },
    /// A stop that follows the market at a distance and never moves away from it.
    Trailing {
        /// How far from the best price since the order came.
        distance: Price,
    },
}

impl Trigger {
    /// The price or the distance that it was given.
    pub const fn given(self) -> Price {
        match self {
            Trigger::Stop { price } | Trigger::TakeProfit { price } => price,
            Trigger::Trailing { distance } => distance,
        }
    }

    /// The price at which it fires; for a trailing stop while the market stands at `market`.
    pub fn price_from(self, side: Side, market: Price) -> Price {
        match (self, side) {
            (Trigger::Stop { price } | Trigger::TakeProfit { price }, _) => price,
            (Trigger::Trailing { distance }, Side::Buy) => market.saturating_add(distance),
            (Trigger::Trailing { distance }, Side::Sell) => market.saturating_sub(distance),
        }
    }

    /// True where it fires as the market rises, false where it fires as the market falls.
    pub const fn rises(self, side: Side) -> bool {
        match (self, side) {
            (Trigger::Stop { .. } | Trigger::Trailing { .. }, Side::Buy)
            | (Trigger::TakeProfit { .. }, Side::Sell) => true,
            (Trigger::Stop { .. } | Trigger::Trailing { .. }, Side::Sell)
            | (Trigger::TakeProfit { .. }, Side::Buy) => false,
        }
    }
}
