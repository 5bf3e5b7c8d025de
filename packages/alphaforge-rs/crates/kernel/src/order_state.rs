//! What an order can be. Each state carries only what is true in it.

use std::borrow::Cow;

use alphaforge_risk::Reject;
use alphaforge_types::OrderTerms;

/// A venue's words, or ours.
pub type Reason = Cow<'static, str>;

/// A replace that the venue has not answered yet: both versions may trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The number of the new version, which the answer names.
    pub version: u32,
    /// The new version.
    pub terms: OrderTerms,
}

/// The state of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Kept here until its trigger fires or its entry has ended; the venue knows nothing of it, and it
    /// reserves nothing. The gate judges it again when it goes out.
    Held,
    /// Approved and recorded; not handed to the venue yet.
    Intent,
    /// Handed to the venue, no answer yet.
    Sent,
    /// The venue has it; nothing is filled.
    Open,
    /// The venue has it; a part is filled.
    PartiallyFilled,
    /// A cancel is on its way.
    PendingCancel {
        /// The replace that was on its way before, if any.
        replacing: Option<Replacement>,
    },
    /// A replace is on its way.
    PendingReplace {
        /// The new version.
        replacing: Replacement,
    },
    /// Nobody knows; only evidence from the venue resolves it.
    Unknown {
        /// Why nobody knows.
        reason: Reason,
        /// The replace that was on its way, if any.
        replacing: Option<Replacement>,
    },
    /// All of it is filled.
    Filled,
    /// The rest is cancelled.
    Cancelled {
        /// Why.
        reason: Reason,
        /// The replace whose answer is still to come, if any; so may be fills of the new version.
        replacing: Option<Replacement>,
    },
    /// The venue refused it.
    Rejected {
        /// Why.
        reason: Reason,
    },
    /// The rest has expired.
    Expired {
        /// Why.
        reason: Reason,
        /// The replace whose answer is still to come, if any; so may be fills of the new version.
        replacing: Option<Replacement>,
    },
    /// Our gate refused it; it never left.
    Denied {
        /// Why.
        reject: Box<Reject>,
    },
}

impl OrderState {
    /// True where the order may still trade: it has not ended, or a replace of it is unanswered, whose new
    /// version may.
    pub const fn is_live(&self) -> bool {
        !self.has_ended() || self.replacing().is_some()
    }

    /// True where the venue has it, or may have it, and it may still trade.
    pub const fn is_at_venue(&self) -> bool {
        self.is_live() && !matches!(self, OrderState::Held)
    }

    /// True where the venue has ended the version that it had.
    pub const fn has_ended(&self) -> bool {
        match self {
            OrderState::Filled
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. }
            | OrderState::Denied { .. } => true,
            OrderState::Held
            | OrderState::Intent
            | OrderState::Sent
            | OrderState::Open
            | OrderState::PartiallyFilled
            | OrderState::PendingCancel { .. }
            | OrderState::PendingReplace { .. }
            | OrderState::Unknown { .. } => false,
        }
    }

    /// The new version of a replace that has not been answered.
    pub const fn replacing(&self) -> Option<Replacement> {
        match self {
            OrderState::PendingReplace { replacing } => Some(*replacing),
            OrderState::PendingCancel { replacing }
            | OrderState::Unknown { replacing, .. }
            | OrderState::Cancelled { replacing, .. }
            | OrderState::Expired { replacing, .. } => *replacing,
            OrderState::Held
            | OrderState::Intent
            | OrderState::Sent
            | OrderState::Open
            | OrderState::PartiallyFilled
            | OrderState::Filled
            | OrderState::Rejected { .. }
            | OrderState::Denied { .. } => None,
        }
    }

    /// The same state, once the replace on its way is answered; no other than these can outlive it.
    pub(crate) fn without_replacing(&self) -> OrderState {
        let mut state = self.clone();
        match &mut state {
            OrderState::PendingCancel { replacing }
            | OrderState::Unknown { replacing, .. }
            | OrderState::Cancelled { replacing, .. }
            | OrderState::Expired { replacing, .. } => *replacing = None,
            OrderState::Held
            | OrderState::Intent
            | OrderState::Sent
            | OrderState::Open
            | OrderState::PartiallyFilled
            | OrderState::PendingReplace { .. }
            | OrderState::Filled
            | OrderState::Rejected { .. }
            | OrderState::Denied { .. } => {}
        }
        state
    }

    /// The lower-case name.
    pub const fn name(&self) -> &'static str {
        match self {
            OrderState::Held => "held",
            OrderState::Intent => "intent",
            OrderState::Sent => "sent",
            OrderState::Open => "open",
            OrderState::PartiallyFilled => "partially_filled",
            OrderState::PendingCancel { .. } => "pending_cancel",
            OrderState::PendingReplace { .. } => "pending_replace",
            OrderState::Unknown { .. } => "unknown",
            OrderState::Filled => "filled",
            OrderState::Cancelled { .. } => "cancelled",
            OrderState::Rejected { .. } => "rejected",
            OrderState::Expired { .. } => "expired",
            OrderState::Denied { .. } => "denied",
        }
    }

    /// Why it is so, where there is a reason.
    pub fn reason(&self) -> Option<String> {
        match self {
            OrderState::Unknown { reason, .. }
            | OrderState::Cancelled { reason, .. }
            | OrderState::Rejected { reason }
            | OrderState::Expired { reason, .. } => Some(reason.to_string()),
            OrderState::Denied { reject } => Some(reject.to_string()),
            OrderState::Held
            | OrderState::Intent
            | OrderState::Sent
            | OrderState::Open
            | OrderState::PartiallyFilled
            | OrderState::PendingCancel { .. }
            | OrderState::PendingReplace { .. }
            | OrderState::Filled => None,
        }
    }
}
