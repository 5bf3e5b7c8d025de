//! The rules, a file each, in the order in which they run.
//!
//! The numbers are those of the project's table of risk controls. Each rule is a pure function of
//! the order and the view; it returns the limit and the value that broke it.

pub(crate) mod buying_power;
pub(crate) mod instrument;
pub(crate) mod message_rate;
pub(crate) mod order_size;
pub(crate) mod plugin_verdict;
pub(crate) mod position_limit;
pub(crate) mod state_gate;

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

/// A rule of the gate.
pub struct Rule {
    /// Its number in the table of risk controls; `None` for the word of plugins.
    pub number: Option<u32>,
    /// Its name.
    pub name: &'static str,
    /// What it demands.
    pub check: fn(&OrderRequest, &View<'_>) -> Result<(), Reject>,
}

/// All rules, in order.
pub const RULES: [Rule; 7] = [
    Rule {
        number: Some(1),
        name: "state gate",
        check: state_gate::check,
    },
    Rule {
        number: Some(2),
        name: "instrument",
        check: instrument::check,
    },
    Rule {
        number: Some(5),
        name: "order size",
        check: order_size::check,
    },
    Rule {
        number: Some(8),
        name: "message rate",
        check: message_rate::check,
    },
    Rule {
        number: Some(10),
        name: "buying power",
        check: buying_power::check,
    },
    Rule {
        number: Some(11),
        name: "position limit",
        check: position_limit::check,
    },
    Rule {
        number: None,
        name: "plugin verdict",
        check: plugin_verdict::check,
    },
];
