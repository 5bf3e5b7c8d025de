//! The rules, a file each, in the order in which they run.
//!
//! The numbers are those of the project's table of risk controls. Each rule is a pure function of
//! the order and the view; it returns the limit and the value that broke it.

pub(crate) mod buying_power;
pub(crate) mod clock_drift;
pub(crate) mod duplicate_orders;
pub(crate) mod envelope;
pub(crate) mod exposure;
pub(crate) mod instrument;
pub(crate) mod market_data;
pub(crate) mod message_rate;
pub(crate) mod open_orders;
pub(crate) mod order_size;
pub(crate) mod parent_order;
pub(crate) mod plugin_verdict;
pub(crate) mod position_limit;
pub(crate) mod price_collar;
pub(crate) mod reject_ratio;
pub(crate) mod self_match;
pub(crate) mod shape;
pub(crate) mod state_gate;
pub(crate) mod unknown_loss;

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

/// A rule of the gate.
pub(crate) type Rule = fn(&OrderRequest, &View<'_>) -> Result<(), Reject>;

/// All rules, in order, with their numbers in the table of risk controls.
pub(crate) const RULES: [Rule; 19] = [
    state_gate::check,       // 1
    instrument::check,       // 2
    shape::check,            // 2
    envelope::check,         // 3
    price_collar::check,     // 4
    order_size::check,       // 5
    market_data::check,      // 6
    duplicate_orders::check, // 7
    message_rate::check,     // 8
    buying_power::check,     // 10
    position_limit::check,   // 11
    exposure::check,         // 12
    open_orders::check,      // 13
    unknown_loss::check,     // 14
    self_match::check,       // 15
    reject_ratio::check,     // 16
    clock_drift::check,      // 17
    parent_order::check,     // its parent
    plugin_verdict::check,   // the word of plugins, last
];

/// The rules for an order of the node's own that closes a position. It can only shrink what is held, so it
/// passes while everything is halted, and no limit that a person set stands in its way: neither size, nor
/// rate, nor how old the market is.
pub(crate) const RULES_OF_FLATTENING: [Rule; 4] = [
    state_gate::check_shrinks,          // 1
    instrument::check,                  // 2
    shape::check,                       // 2
    buying_power::check_without_buffer, // 10
];

/// The rules that do not ask what is held or free: what an order that goes out later can be judged by
/// when it is made.
pub(crate) const RULES_OF_FORM: [Rule; 7] = [
    instrument::check,       // 2
    shape::check,            // 2
    envelope::check,         // 3
    price_collar::check,     // 4
    order_size::check,       // 5
    duplicate_orders::check, // 7
    plugin_verdict::check,   // the word of plugins, last
];
