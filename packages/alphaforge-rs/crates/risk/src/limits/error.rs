//! Why limits cannot be used.

use thiserror::Error;

use crate::watched_limits::WatchedLimitError;

/// Why a limit cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LimitTableError {
    /// A quantity was given where instruments of different units meet.
    #[error(
        "{field} is a quantity, and quantities of different instruments cannot be compared: set it per instrument or per strategy, not per {scope}"
    )]
    QuantityNeedsInstrument {
        /// The setting.
        field: &'static str,
        /// Where it was set.
        scope: &'static str,
    },
    /// Exposure is a figure across instruments.
    #[error(
        "{field} is a limit across instruments: set it for the account, a venue or a strategy, and max_position for an instrument"
    )]
    NotOfInstrument {
        /// The setting.
        field: &'static str,
    },
    /// A limit is below zero.
    #[error("{field} {value}: a limit cannot be below zero")]
    Negative {
        /// The setting.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// What a strategy may do was declared for something else.
    #[error("{field} is declared for a strategy, not for the {scope}")]
    OfStrategy {
        /// The setting.
        field: &'static str,
        /// Where it was set.
        scope: &'static str,
    },
    /// A collar is below zero.
    #[error("collar_bps: a collar cannot be below zero")]
    NegativeCollar,
    /// All messages are kept for cancels, so no order could ever be sent.
    #[error(
        "message_rate keeps {reserved} of {limit} messages for cancels: no order could be sent"
    )]
    NothingButCancels {
        /// Messages in the window.
        limit: u32,
        /// Messages kept for cancels.
        reserved: u32,
    },
    /// Not even one is allowed, so nothing could ever be done.
    #[error("{field} 0: at least one must be allowed")]
    NotEvenOne {
        /// The setting.
        field: &'static str,
    },
    /// The window has no length.
    #[error("{field} window {window_ns} ns: a window must be longer than zero")]
    EmptyWindow {
        /// The setting.
        field: &'static str,
        /// The length.
        window_ns: i64,
    },
    /// A limit of what is watched.
    #[error(transparent)]
    Watched(#[from] WatchedLimitError),
}
