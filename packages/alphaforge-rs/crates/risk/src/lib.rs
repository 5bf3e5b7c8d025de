//! The pre-trade gate: no order without approval.
//!
//! [`approve_order`] and [`approve_replace`] run every rule in a fixed order and return an
//! [`Approved`], whose constructor is private to this crate. Venues accept nothing else. Every rule
//! fails closed: what is missing (a price, a balance, a conversion) denies. Cancels need no approval.
//!
//! What cannot be done outside this crate, each alone in its test:
//!
//! ```compile_fail
//! // An approved order cannot be made: the constructor is private,
//! let order: alphaforge_risk::Approved<u8> = alphaforge_risk::Approved(1);
//! ```
//!
//! ```compile_fail
//! // and so is the function that calls it,
//! let order: alphaforge_risk::Approved<u8> = alphaforge_risk::Approved::new(1);
//! ```
//!
//! ```compile_fail
//! // none is there by default,
//! let order: alphaforge_risk::Approved<u8> = Default::default();
//! ```
//!
//! ```compile_fail
//! // and none comes of what it would approve.
//! let order: alphaforge_risk::Approved<u8> = 1.into();
//! ```
//!
//! ```compile_fail
//! // It cannot be sent twice: there is no copy,
//! fn twice(order: alphaforge_risk::Approved<u8>) {
//!     drop(order.clone());
//! }
//! ```
//!
//! ```compile_fail
//! // and who has taken out what was approved has no approval any more.
//! fn twice(order: alphaforge_risk::Approved<u8>) -> alphaforge_risk::Approved<u8> {
//!     order.into_inner();
//!     order
//! }
//! ```
//!
//! ```compile_fail
//! // What was approved cannot be changed, neither in its place
//! fn other(mut order: alphaforge_risk::Approved<u8>) {
//!     order.0 = 2;
//! }
//! ```
//!
//! ```compile_fail
//! // nor by the look at it.
//! fn other(order: alphaforge_risk::Approved<u8>) {
//!     *order.get() = 2;
//! }
//! ```
//!
//! ```compile_fail
//! // What was approved as one thing is no other: a replace is no order.
//! use alphaforge_types::{OrderRequest, ReplaceRequest};
//! fn order(replace: alphaforge_risk::Approved<ReplaceRequest>) -> alphaforge_risk::Approved<OrderRequest> {
//!     replace
//! }
//! ```
//!
//! The tests above fail to compile for their reasons alone, since this does:
//!
//! ```
//! fn once(order: alphaforge_risk::Approved<u8>) -> u8 {
//!     let _ = *order.get();
//!     order.into_inner()
//! }
//! ```

mod approved;
mod collar_unit;
mod conduct;
mod effective_limits;
mod envelope;
mod exposure_sums;
mod fill_run;
mod gate;
mod limits;
mod loss_watch;
mod message_window;
mod order_cost;
mod order_field;
mod overrides;
mod own_orders;
mod recent_orders;
mod reject;
mod reject_rule;
mod resting_orders;
mod rules;
mod staleness;
mod time_window;
mod view;
mod watched_limits;

pub use approved::Approved;
pub use collar_unit::CollarUnit;
pub use conduct::{Conduct, ConductStage};
pub use envelope::{Barred, Envelope, InstrumentEnvelope};
pub use exposure_sums::{Contribution, ExposureSums, Exposures};
pub use fill_run::FillRun;
pub use gate::{
    approve_flattening, approve_order, approve_replace, approve_shrink, check_member, foresee,
};
pub use limits::{
    EffectiveLimits, Limit, LimitTable, LimitTableError, Limits, MessageRate, Money, PositionLimit,
    Scope, SelfMatch, WindowCount,
};
pub use loss_watch::{LossLimit, LossMeasure, LossResponse, LossStage, LossWatch};
pub use message_window::MessageWindow;
pub use order_cost::{budget_quantity, order_cost, worst_price};
pub use order_field::OrderField;
pub use overrides::{OverridableRule, Overrides};
pub use own_orders::{OpenOrders, OwnOrders, ParentOrder};
pub use recent_orders::{Likeness, RecentOrders};
pub use reject::Reject;
pub use resting_orders::RestingOrders;
pub use staleness::Staleness;
pub use view::{Conversion, Exposure, InputFault, RateFault, TradingState, Verdict, View};
pub use watched_limits::{WatchedLimitError, WatchedLimits};
