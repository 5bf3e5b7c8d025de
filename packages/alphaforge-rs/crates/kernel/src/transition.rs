//! How an order's state changes: for every event, every state, no wildcard.
//!
//! Theory. Reports come late, twice and out of order, so an event is not a command to change but
//! evidence, and each pair of state and event has one of five answers: it changes the state; it is a
//! duplicate of what we know; it is stale, older than what we know; it is a request we refuse; or it
//! is impossible, which somebody must look at. Only the first changes anything. The table in
//! `docs/order-states.md` is rendered from this file by [`crate::order_table`].

use alphaforge_risk::Reject;

use crate::order_state::{OrderState, Reason, Replacement};

const NEVER_SENT: Reason = Reason::Borrowed("cancelled before it was sent");

/// Something that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderEvent {
    /// What it was held for has come, and the gate has let it pass.
    Due,
    /// What it was held for has come, and the gate has not.
    Denied {
        /// Why.
        reject: Box<Reject>,
    },
    /// We handed it to the venue.
    Released,
    /// The venue has it.
    Accepted,
    /// It traded.
    Filled {
        /// Nothing is left of it.
        completes: bool,
    },
    /// We want it cancelled.
    CancelRequested,
    /// The rest is cancelled.
    Cancelled {
        /// Why.
        reason: Reason,
    },
    /// The venue refuses to cancel it.
    CancelRejected,
    /// We want it changed.
    ReplaceRequested {
        /// The new version.
        replacement: Replacement,
    },
    /// It is changed.
    Replaced {
        /// Which version it is now.
        version: u32,
        /// Nothing is left of the new version.
        completes: bool,
    },
    /// The venue refuses to change it.
    ReplaceRejected {
        /// Which version it does not become.
        version: u32,
        /// Nothing is left of the version that stays.
        completes: bool,
    },
    /// The venue refuses it.
    Rejected {
        /// Why.
        reason: Reason,
    },
    /// The rest has expired.
    Expired {
        /// Why.
        reason: Reason,
    },
    /// A request about it got no usable answer.
    Lost {
        /// What happened to the request.
        reason: Reason,
    },
}

impl OrderEvent {
    /// The lower-case name.
    pub const fn name(&self) -> &'static str {
        match self {
            OrderEvent::Due => "due",
            OrderEvent::Denied { .. } => "denied",
            OrderEvent::Released => "released",
            OrderEvent::Accepted => "accepted",
            OrderEvent::Filled { completes: false } => "filled in part",
            OrderEvent::Filled { completes: true } => "filled",
            OrderEvent::CancelRequested => "cancel requested",
            OrderEvent::Cancelled { .. } => "cancelled",
            OrderEvent::CancelRejected => "cancel rejected",
            OrderEvent::ReplaceRequested { .. } => "replace requested",
            OrderEvent::Replaced { .. } => "replaced",
            OrderEvent::ReplaceRejected { .. } => "replace rejected",
            OrderEvent::Rejected { .. } => "rejected",
            OrderEvent::Expired { .. } => "expired",
            OrderEvent::Lost { .. } => "lost",
        }
    }
}

/// What else is known of the order when the event comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The venue has confirmed it in some way.
    pub acknowledged: bool,
    /// A part of it is filled.
    pub partially_filled: bool,
}

/// The answer to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The state is now this.
    To(OrderState),
    /// We knew that already.
    Duplicate,
    /// We know something newer.
    Stale,
    /// Our request makes no sense in this state.
    Refused(Refusal),
    /// This cannot happen; somebody must look at it.
    Impossible,
}

/// Why a request about an order is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The order has ended.
    #[error("the order has ended")]
    Ended,
    /// A cancel is on its way already.
    #[error("a cancel is on its way already")]
    CancelPending,
    /// A replace is on its way already.
    #[error("a replace is on its way already")]
    ReplacePending,
    /// The order has not been sent yet.
    #[error("the order has not been sent yet")]
    NotSent,
    /// Nobody knows the order's state.
    #[error("the order's state is unknown until the venue answers")]
    Unknown,
}

/// What `event` does to an order in `state`.
pub fn transition(state: &OrderState, event: &OrderEvent, facts: Facts) -> Change {
    match event {
        OrderEvent::Due => on_due(state, OrderState::Intent),
        OrderEvent::Denied { reject } => on_due(
            state,
            OrderState::Denied {
                reject: reject.clone(),
            },
        ),
        OrderEvent::Released => on_released(state),
        OrderEvent::Accepted => on_accepted(state, facts),
        OrderEvent::Filled { completes } => on_filled(state, *completes),
        OrderEvent::CancelRequested => on_cancel_requested(state),
        OrderEvent::Cancelled { reason } => on_ended(
            state,
            OrderState::Cancelled {
                reason: reason.clone(),
                replacing: state.replacing(),
            },
        ),
        OrderEvent::CancelRejected => on_cancel_rejected(state, facts),
        OrderEvent::ReplaceRequested { replacement } => on_replace_requested(state, *replacement),
        OrderEvent::Replaced { version, completes } => {
            on_replaced(state, *version, *completes, facts)
        }
        OrderEvent::ReplaceRejected { version, completes } => {
            on_replace_rejected(state, *version, *completes, facts)
        }
        OrderEvent::Rejected { reason } => on_rejected(state, reason, facts),
        OrderEvent::Expired { reason } => on_ended(
            state,
            OrderState::Expired {
                reason: reason.clone(),
                replacing: state.replacing(),
            },
        ),
        OrderEvent::Lost { reason } => on_lost(state, reason),
    }
}

/// The state of an order that works without a request on its way.
fn working(facts: Facts) -> OrderState {
    match (facts.partially_filled, facts.acknowledged) {
        (true, _) => OrderState::PartiallyFilled,
        (false, true) => OrderState::Open,
        (false, false) => OrderState::Sent,
    }
}

/// What was held goes out, or not; what was not held any more stays.
fn on_due(state: &OrderState, next: OrderState) -> Change {
    match state {
        OrderState::Held => Change::To(next),
        OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. }
        | OrderState::Filled
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. }
        | OrderState::Denied { .. } => Change::Stale,
    }
}

fn on_released(state: &OrderState) -> Change {
    match state {
        OrderState::Intent => Change::To(OrderState::Sent),
        OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. } => Change::Duplicate,
        OrderState::Filled
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. } => Change::Stale,
        OrderState::Held | OrderState::Denied { .. } => Change::Impossible,
    }
}

fn on_accepted(state: &OrderState, facts: Facts) -> Change {
    let acknowledged = Facts {
        acknowledged: true,
        ..facts
    };
    match state {
        OrderState::Intent | OrderState::Sent => Change::To(working(acknowledged)),
        // The venue has it, but whether it was replaced is still open.
        OrderState::Unknown {
            replacing: Some(replacing),
            ..
        } => Change::To(OrderState::PendingReplace {
            replacing: *replacing,
        }),
        OrderState::Unknown {
            replacing: None, ..
        } => Change::To(working(acknowledged)),
        OrderState::Open => Change::Duplicate,
        OrderState::PartiallyFilled
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Filled
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. } => Change::Stale,
        OrderState::Held | OrderState::Denied { .. } => Change::Impossible,
    }
}

/// A fill is money: it counts in every state but those in which it cannot be ours.
fn on_filled(state: &OrderState, completes: bool) -> Change {
    match state {
        OrderState::Held | OrderState::Filled | OrderState::Denied { .. } => Change::Impossible,
        OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. }
            if completes =>
        {
            Change::To(OrderState::Filled)
        }
        OrderState::Intent | OrderState::Sent | OrderState::Open | OrderState::PartiallyFilled => {
            Change::To(OrderState::PartiallyFilled)
        }
        // The request on its way, the doubt, or the end stays as it was.
        OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. } => Change::To(state.clone()),
    }
}

fn on_cancel_requested(state: &OrderState) -> Change {
    match state {
        OrderState::Held => Change::To(OrderState::Cancelled {
            reason: NEVER_SENT,
            replacing: None,
        }),
        OrderState::Intent | OrderState::Sent | OrderState::Open | OrderState::PartiallyFilled => {
            Change::To(OrderState::PendingCancel { replacing: None })
        }
        OrderState::PendingReplace { replacing } => Change::To(OrderState::PendingCancel {
            replacing: Some(*replacing),
        }),
        // A cancel always goes out; the doubt stays until the venue answers.
        OrderState::Unknown { .. }
        | OrderState::Cancelled {
            replacing: Some(_), ..
        }
        | OrderState::Expired {
            replacing: Some(_), ..
        } => Change::To(state.clone()),
        OrderState::PendingCancel { .. } => Change::Refused(Refusal::CancelPending),
        OrderState::Filled
        | OrderState::Cancelled {
            replacing: None, ..
        }
        | OrderState::Rejected { .. }
        | OrderState::Expired {
            replacing: None, ..
        }
        | OrderState::Denied { .. } => Change::Refused(Refusal::Ended),
    }
}

/// Cancelled or expired.
fn on_ended(state: &OrderState, end: OrderState) -> Change {
    match state {
        OrderState::Held
        | OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. } => Change::To(end),
        OrderState::Cancelled { .. } | OrderState::Expired { .. } => Change::Duplicate,
        OrderState::Filled | OrderState::Rejected { .. } => Change::Stale,
        OrderState::Denied { .. } => Change::Impossible,
    }
}

fn on_cancel_rejected(state: &OrderState, facts: Facts) -> Change {
    match state {
        OrderState::PendingCancel { replacing: None } => Change::To(working(facts)),
        OrderState::PendingCancel {
            replacing: Some(replacing),
        } => Change::To(OrderState::PendingReplace {
            replacing: *replacing,
        }),
        OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. }
        | OrderState::Filled
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. } => Change::Stale,
        OrderState::Held | OrderState::Denied { .. } => Change::Impossible,
    }
}

fn on_replace_requested(state: &OrderState, replacing: Replacement) -> Change {
    match state {
        OrderState::Sent | OrderState::Open | OrderState::PartiallyFilled => {
            Change::To(OrderState::PendingReplace { replacing })
        }
        OrderState::Held | OrderState::Intent => Change::Refused(Refusal::NotSent),
        OrderState::PendingCancel { .. } => Change::Refused(Refusal::CancelPending),
        OrderState::PendingReplace { .. } => Change::Refused(Refusal::ReplacePending),
        OrderState::Unknown { .. } => Change::Refused(Refusal::Unknown),
        OrderState::Filled
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. }
        | OrderState::Denied { .. } => Change::Refused(Refusal::Ended),
    }
}

/// An answer counts only for the replace that is on its way; one to an earlier replace is stale.
fn answers(replacing: Option<Replacement>, version: u32) -> bool {
    replacing.is_some_and(|replacement| replacement.version == version)
}

fn on_replaced(state: &OrderState, version: u32, completes: bool, facts: Facts) -> Change {
    let answered = answers(state.replacing(), version);
    let acknowledged = Facts {
        acknowledged: true,
        ..facts
    };
    match state {
        OrderState::PendingReplace { .. }
        | OrderState::PendingCancel { .. }
        | OrderState::Unknown { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Expired { .. }
            if answered && completes =>
        {
            Change::To(OrderState::Filled)
        }
        OrderState::PendingReplace { .. } | OrderState::Unknown { .. } if answered => {
            Change::To(working(acknowledged))
        }
        OrderState::PendingCancel { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Expired { .. }
            if answered =>
        {
            Change::To(state.without_replacing())
        }
        OrderState::PendingReplace { .. }
        | OrderState::PendingCancel { .. }
        | OrderState::Unknown { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Expired { .. }
        | OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::Filled
        | OrderState::Rejected { .. } => Change::Stale,
        OrderState::Held | OrderState::Denied { .. } => Change::Impossible,
    }
}

fn on_replace_rejected(state: &OrderState, version: u32, completes: bool, facts: Facts) -> Change {
    let answered = answers(state.replacing(), version);
    match state {
        OrderState::PendingReplace { .. }
        | OrderState::PendingCancel { .. }
        | OrderState::Unknown { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Expired { .. }
            if answered && completes =>
        {
            Change::To(OrderState::Filled)
        }
        OrderState::PendingReplace { .. } if answered => Change::To(working(facts)),
        // The new version is out of the world; what became of the old one stays as it was.
        OrderState::PendingCancel { .. }
        | OrderState::Unknown { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Expired { .. }
            if answered =>
        {
            Change::To(state.without_replacing())
        }
        OrderState::PendingReplace { .. }
        | OrderState::PendingCancel { .. }
        | OrderState::Unknown { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Expired { .. }
        | OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::Filled
        | OrderState::Rejected { .. } => Change::Stale,
        OrderState::Held | OrderState::Denied { .. } => Change::Impossible,
    }
}

/// A venue refuses an order before it has accepted or filled it, never after.
fn on_rejected(state: &OrderState, reason: &Reason, facts: Facts) -> Change {
    match state {
        OrderState::Intent
        | OrderState::Sent
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. }
            if !facts.acknowledged && !facts.partially_filled =>
        {
            Change::To(OrderState::Rejected {
                reason: reason.clone(),
            })
        }
        OrderState::Rejected { .. } => Change::Duplicate,
        OrderState::Filled | OrderState::Cancelled { .. } | OrderState::Expired { .. } => {
            Change::Stale
        }
        OrderState::Held
        | OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. }
        | OrderState::Unknown { .. }
        | OrderState::Denied { .. } => Change::Impossible,
    }
}

fn on_lost(state: &OrderState, reason: &Reason) -> Change {
    match state {
        OrderState::Intent
        | OrderState::Sent
        | OrderState::Open
        | OrderState::PartiallyFilled
        | OrderState::PendingCancel { .. }
        | OrderState::PendingReplace { .. } => Change::To(OrderState::Unknown {
            reason: reason.clone(),
            replacing: state.replacing(),
        }),
        OrderState::Unknown { .. } => Change::Duplicate,
        OrderState::Filled
        | OrderState::Cancelled { .. }
        | OrderState::Rejected { .. }
        | OrderState::Expired { .. } => Change::Stale,
        OrderState::Held | OrderState::Denied { .. } => Change::Impossible,
    }
}
