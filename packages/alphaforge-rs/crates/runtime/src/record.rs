//! What sinks and people get to know, in the order in which it happened.

use alphaforge_kernel::{Alert, Fill};
use alphaforge_types::{Amount, Currency, OrderId, UnixNanos};

use crate::delivery::OrderUpdate;

/// Something worth keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An order has changed.
    Order(OrderUpdate),
    /// A trade of ours.
    Fill(Fill),
    /// What everything is worth.
    Equity(EquityPoint),
    /// Somebody must know.
    Alert {
        /// When.
        ts: UnixNanos,
        /// What.
        alert: Alert,
    },
    /// The engine around the kernel says that somebody must know.
    Told {
        /// When.
        ts: UnixNanos,
        /// What.
        text: String,
        /// The order it is about, if it is about one.
        order: Option<OrderId>,
    },
}

/// What everything is worth at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EquityPoint {
    /// When.
    pub ts: UnixNanos,
    /// In which currency.
    pub currency: Currency,
    /// All balances; `None` where a rate is missing.
    pub equity: Option<Amount>,
    /// What the positions are worth, long and short added up; `None` where a rate is missing.
    pub gross_exposure: Option<Amount>,
    /// What they are worth, long less short; `None` where a rate is missing.
    pub net_exposure: Option<Amount>,
}
