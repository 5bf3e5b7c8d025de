//! The table of transitions, rendered from the code.

use std::borrow::Cow;
use std::fmt::Write;

use alphaforge_risk::Reject;
use alphaforge_types::{OrderTerms, Price, Quantity};

use crate::order_state::{OrderState, Replacement};
use crate::transition::{Change, Facts, OrderEvent, transition};

const REPLACEMENT: Replacement = Replacement {
    version: 1,
    terms: OrderTerms {
        price: Price::from_mantissa(1),
        quantity: Quantity::from_mantissa(2),
    },
};
const WHY: Cow<'static, str> = Cow::Borrowed("why");

/// One of each state.
pub fn states() -> Vec<OrderState> {
    vec![
        OrderState::Held,
        OrderState::Intent,
        OrderState::Sent,
        OrderState::Open,
        OrderState::PartiallyFilled,
        OrderState::PendingCancel { replacing: None },
        OrderState::PendingReplace {
            replacing: REPLACEMENT,
        },
        OrderState::Unknown {
            reason: WHY,
            replacing: None,
        },
        OrderState::Filled,
        OrderState::Cancelled {
            reason: WHY,
            replacing: None,
        },
        OrderState::Rejected { reason: WHY },
        OrderState::Expired {
            reason: WHY,
            replacing: None,
        },
        OrderState::Denied {
            reject: Box::new(Reject::UnknownInstrument),
        },
    ]
}

/// One of each event.
pub fn events() -> Vec<OrderEvent> {
    vec![
        OrderEvent::Due,
        OrderEvent::Denied {
            reject: Box::new(Reject::UnknownInstrument),
        },
        OrderEvent::Released,
        OrderEvent::Accepted,
        OrderEvent::Filled { completes: false },
        OrderEvent::Filled { completes: true },
        OrderEvent::CancelRequested,
        OrderEvent::Cancelled { reason: WHY },
        OrderEvent::CancelRejected,
        OrderEvent::ReplaceRequested {
            replacement: REPLACEMENT,
        },
        OrderEvent::Replaced {
            version: 1,
            completes: false,
        },
        OrderEvent::ReplaceRejected {
            version: 1,
            completes: false,
        },
        OrderEvent::Rejected { reason: WHY },
        OrderEvent::Expired { reason: WHY },
        OrderEvent::Lost { reason: WHY },
    ]
}

/// What is known of an order that is in `state` in the ordinary course.
pub fn ordinary_facts(state: &OrderState) -> Facts {
    match state {
        OrderState::Held
        | OrderState::Intent
        | OrderState::Sent
        | OrderState::Unknown { .. }
        | OrderState::Rejected { .. }
        | OrderState::Denied { .. } => Facts::default(),
        OrderState::Open
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Expired { .. } => Facts {
            acknowledged: true,
            partially_filled: false,
        },
        OrderState::PartiallyFilled | OrderState::Filled => Facts {
            acknowledged: true,
            partially_filled: true,
        },
    }
}

/// The table as Markdown: a row for each event, a column for each state.
pub fn markdown() -> String {
    let states = states();
    let mut text = String::from("| event |");
    for state in &states {
        let _ = write!(text, " {} |", state.name());
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(states.len()));
    text.push('\n');
    for event in events() {
        let _ = write!(text, "| **{}** |", event.name());
        for state in &states {
            let change = transition(state, &event, ordinary_facts(state));
            let _ = write!(text, " {} |", cell(state, &change));
        }
        text.push('\n');
    }
    text
}

fn cell(before: &OrderState, change: &Change) -> String {
    match change {
        Change::To(after) if after.name() == before.name() => "stays".to_owned(),
        Change::To(after) => format!("→ {}", after.name()),
        Change::Duplicate => "duplicate".to_owned(),
        Change::Stale => "stale".to_owned(),
        Change::Refused(_) => "refused".to_owned(),
        Change::Impossible => "**impossible**".to_owned(),
    }
}
