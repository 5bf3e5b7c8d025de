//! What an alert says to people.

use std::fmt;

use crate::output::Alert;

impl fmt::Display for Alert {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Alert::UnknownOrder { .. } => {
                formatter.write_str("a venue reported an order of ours that is not known here")
            }
            Alert::Impossible { state, event, .. } => {
                write!(formatter, "impossible report: {event} while {state}")
            }
            Alert::EmptyFill { trade_id, .. } => {
                write!(formatter, "trade {trade_id} has no price or no quantity")
            }
            Alert::Overfill { trade_id, .. } => write!(
                formatter,
                "trade {trade_id} would fill more than was ordered; it is not counted"
            ),
            Alert::LateFill { trade_id, .. } => {
                write!(
                    formatter,
                    "trade {trade_id} came after the order had ended; it is counted"
                )
            }
            Alert::Overflow { trade_id, .. } => write!(
                formatter,
                "trade {trade_id} passes the largest amount; it is not counted and the node is halted"
            ),
            Alert::HeldDenied { reject, .. } => {
                write!(formatter, "an order that was held did not go out: {reject}")
            }
            Alert::OrderLost { reason, .. } => {
                write!(formatter, "the order's state is unknown: {reason}")
            }
            Alert::Loss { scope, reason } => write!(formatter, "{}: {reason}", scope.name()),
            Alert::UnknownLoss { scope, from, to } => write!(
                formatter,
                "the loss of the {} is limited and not known, for want of a fresh rate from {from} to {to}",
                scope.name()
            ),
            Alert::Slow { scope } => write!(
                formatter,
                "the {} is slow: venues reject too much of what it sends, or it sends too many orders for each trade",
                scope.name()
            ),
            Alert::NotFlattened { reject, .. } => {
                write!(formatter, "a position could not be closed: {reject}")
            }
            Alert::Flattened { scope } => {
                write!(
                    formatter,
                    "the positions of the {} are closed",
                    scope.name()
                )
            }
            Alert::LimitChanged(note) => note.fmt(formatter),
            Alert::Drift { text } => formatter.write_str(text),
            Alert::ClockDrift { text } => formatter.write_str(text),
            Alert::Override { step, granted } => granted.tell(*step, formatter),
            Alert::TradingState { scope, latch } => write!(
                formatter,
                "the {} is {}, says {}: {}",
                scope.name(),
                latch.state.name(),
                latch.by,
                latch.reason
            ),
        }
    }
}
