//! The pre-trade gate: no order without approval.
//!
//! [`approve_order`] and [`approve_replace`] run every rule in a fixed order and return an
//! [`Approved`], whose constructor is private to this crate. Venues accept nothing else. Every rule
//! fails closed: what is missing (a price, a balance, a conversion) denies. Cancels need no approval.
//!
//! ```compile_fail
//! // An approved order cannot be made outside this crate.
//! let order = alphaforge_risk::Approved(());
//! ```
//!
//! ```compile_fail
//! // Nor can it be sent twice.
//! fn twice<T>(order: alphaforge_risk::Approved<T>) {
//!     drop(order.clone());
//! }
//! ```

mod approved;
mod gate;
mod limits;
mod message_window;
mod order_cost;
mod reject;
mod rules;
mod view;

pub use approved::Approved;
pub use gate::{approve_flattening, approve_order, approve_replace, approve_shrink, foresee};
pub use limits::{
    EffectiveLimits, Limit, LimitTable, LimitTableError, Limits, MessageRate, Money, PositionLimit,
    Scope,
};
pub use message_window::MessageWindow;
pub use order_cost::{budget_quantity, order_cost, worst_price};
pub use reject::{OrderField, Reject};
pub use view::{Conversion, Exposure, InputFault, RateFault, TradingState, Verdict, View};
