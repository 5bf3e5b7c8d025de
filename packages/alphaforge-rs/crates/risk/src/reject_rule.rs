//! The code of a rejection, and the number of its rule.

use crate::reject::Reject;

impl Reject {
    /// A short name that programs can rely on.
    pub const fn code(&self) -> &'static str {
        match self {
            Reject::Halted { .. } => "halted",
            Reject::ReduceOnly { .. } => "reduce_only",
            Reject::WouldNotReduce => "would_not_reduce",
            Reject::UnknownInstrument => "unknown_instrument",
            Reject::NotTrading { .. } => "not_trading",
            Reject::BadNumber { .. } => "bad_number",
            Reject::NotPositive { .. } => "not_positive",
            Reject::OffGrid { .. } => "off_grid",
            Reject::BelowMinimum { .. } => "below_minimum",
            Reject::AboveMaximum { .. } => "above_maximum",
            Reject::Shape { .. } => "order_shape",
            Reject::OfGroup => "group_denied",
            Reject::Overflow => "overflow",
            Reject::NoReferencePrice => "no_reference_price",
            Reject::InstrumentNotAllowed { .. } => "instrument_not_allowed",
            Reject::SideNotAllowed { .. } => "side_not_allowed",
            Reject::OrderTypeNotAllowed { .. } => "order_type_not_allowed",
            Reject::PriceCollar { .. } => "price_collar",
            Reject::StaleReference { .. } => "stale_reference",
            Reject::MarketData { .. } => "market_data",
            Reject::OrderQuantity { .. } => "order_quantity",
            Reject::OrderValue { .. } => "order_value",
            Reject::NoConversion { .. } => "no_conversion",
            Reject::StaleRate { .. } => "stale_rate",
            Reject::UnsoundRate { .. } => "unsound_rate",
            Reject::DuplicateOrder { .. } => "duplicate_order",
            Reject::MessageRate { .. } => "message_rate",
            Reject::NoBalance { .. } => "no_balance",
            Reject::InsufficientFunds { .. } => "insufficient_funds",
            Reject::PositionLimit { .. } => "position_limit",
            Reject::GrossExposure { .. } => "gross_exposure",
            Reject::NetExposure { .. } => "net_exposure",
            Reject::UnpricedExposure { .. } => "unpriced_exposure",
            Reject::UnknownLoss { .. } => "unknown_loss",
            Reject::Slowed { .. } => "slowed",
            Reject::ClockDrift { .. } => "clock_drift",
            Reject::OpenOrders { .. } => "open_orders",
            Reject::SelfMatch { .. } => "self_match",
            Reject::ParentExceeded { .. } => "parent_exceeded",
            Reject::PluginRule { .. } => "plugin_rule",
        }
    }

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
