//! Which rule a rejection is by.

use crate::reject::Reject;

impl Reject {
    /// The number of the rule in the table of risk controls; `None` for what is no rule of the table. A
    /// price that is missing for rules 4, 5 and 10 counts as rule 10's, which nobody can override.
    pub const fn rule(&self) -> Option<u8> {
        match self {
            Reject::Halted { .. } | Reject::ReduceOnly { .. } | Reject::WouldNotReduce => Some(1),
            Reject::UnknownInstrument
            | Reject::NotTrading { .. }
            | Reject::BadNumber { .. }
            | Reject::NotPositive { .. }
            | Reject::OffGrid { .. }
            | Reject::BelowMinimum { .. }
            | Reject::AboveMaximum { .. }
            | Reject::Shape { .. }
            | Reject::Overflow => Some(2),
            Reject::InstrumentNotAllowed { .. }
            | Reject::SideNotAllowed { .. }
            | Reject::OrderTypeNotAllowed { .. } => Some(3),
            Reject::PriceCollar { .. } | Reject::StaleReference { .. } => Some(4),
            Reject::MarketData { .. } => Some(6),
            Reject::OrderQuantity { .. }
            | Reject::OrderValue { .. }
            | Reject::NoConversion { .. }
            | Reject::StaleRate { .. }
            | Reject::UnsoundRate { .. } => Some(5),
            Reject::DuplicateOrder { .. } => Some(7),
            Reject::MessageRate { .. } => Some(8),
            Reject::NoReferencePrice
            | Reject::NoBalance { .. }
            | Reject::InsufficientFunds { .. } => Some(10),
            Reject::PositionLimit { .. } => Some(11),
            Reject::GrossExposure { .. }
            | Reject::NetExposure { .. }
            | Reject::UnpricedExposure { .. } => Some(12),
            Reject::UnknownLoss { .. } => Some(14),
            Reject::Slowed { .. } => Some(16),
            Reject::ClockDrift { .. } => Some(17),
            Reject::OpenOrders { .. } => Some(13),
            Reject::SelfMatch { .. } => Some(15),
            Reject::OfGroup | Reject::ParentExceeded { .. } | Reject::PluginRule { .. } => None,
        }
    }
}
