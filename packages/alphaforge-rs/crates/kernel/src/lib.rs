//! The execution kernel: one state, one writer, one pure step.
//!
//! [`Kernel::step`] takes an [`Input`] and appends [`Output`]s. There is no clock, no randomness and
//! no I/O inside, and nothing iterates in hash order, so the same inputs always give the same state:
//! backtest, paper, live, replay and standby run the same code.
//!
//! A message to a venue cannot be made of what the gate has not approved:
//!
//! ```compile_fail
//! fn smuggle(order: alphaforge_types::OrderRequest) -> alphaforge_kernel::VenueMessage {
//!     alphaforge_kernel::VenueMessage::Submit(order)
//! }
//! ```
//!
//! ```
//! use alphaforge_risk::Approved;
//! fn send(order: Approved<alphaforge_types::OrderRequest>) -> alphaforge_kernel::VenueMessage {
//!     alphaforge_kernel::VenueMessage::Submit(order)
//! }
//! ```

mod account;
mod alert_text;
mod clocks;
mod commands;
mod commitments;
mod conducts;
mod conversion_paths;
mod drift;
mod exposures;
mod flatten;
mod funding;
mod groups;
mod held;
mod holdings;
mod input;
#[cfg(test)]
mod invariants;
mod kernel;
mod latches;
mod losses;
mod order;
mod order_state;
pub mod order_table;
mod orders;
mod output;
mod overrides;
mod own_orders;
mod parents;
mod position;
mod rates;
mod reading;
mod reports;
mod scope_table;
mod transition;
mod valuation;

#[cfg(test)]
mod testing;

pub use account::{Account, Balance};
pub use groups::GroupId;
pub use input::{
    AccountSnapshot, Command, Drift, FillReport, Funding, Input, InputEvent, LimitChange,
    LimitNote, NewParent, OperatorAction, OverrideRequest, Replace, Report, ReportEvent, Submit,
    SubmitGroup,
};
pub use kernel::{Kernel, NameTaken, NativeOrders};
pub use latches::{Actor, Latch};
pub use order::{Commitment, Order};
pub use order_state::{OrderState, Reason, Replacement};
pub use orders::Orders;
pub use output::{Alert, CommandRefusal, Fill, Outcome, Output, VenueMessage};
pub use overrides::{Override, OverrideStep};
pub use parents::{Parent, ParentShare};
pub use position::{Lot, Position};
pub use transition::{Change, Facts, OrderEvent, Refusal, transition};
pub use valuation::{MarketValue, Profit, Profits, Valuation};
