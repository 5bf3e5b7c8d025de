//! All that can leave the kernel: a closed set.

use alphaforge_risk::{Approved, OverridableRule, Reject, Scope};
use alphaforge_types::{
    Amount, Currency, InstrumentId, Liquidity, Mark, OrderId, OrderRequest, ParentId, Price,
    Quantity, ReplaceRequest, Side, StrategyId, TradeId, UnixNanos, VenueOrderId,
};

use crate::input::LimitNote;
use crate::latches::Latch;
use crate::order_state::Reason;
use crate::overrides::{Override, OverrideStep};
use crate::transition::Refusal;

/// What one step asks of the world and tells it.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this to its venue.
    ToVenue(VenueMessage),
    /// Watch the market for the trigger of this order, and say when it fires.
    Armed(OrderId),
    /// Watch no more.
    Disarmed(OrderId),
    /// The order has changed; its owner wants to know.
    OrderChanged(OrderId),
    /// A trade was counted.
    Filled(Fill),
    /// Somebody must know.
    Alert(Alert),
}

/// What is sent to a venue.
#[derive(Debug, PartialEq, Eq)]
pub enum VenueMessage {
    /// A new order.
    Submit(Approved<OrderRequest>),
    /// A change of an order.
    Replace {
        /// The change.
        replace: Approved<ReplaceRequest>,
        /// What the order trades.
        instrument: InstrumentId,
    },
    /// A cancel, which needs no approval.
    Cancel {
        /// Which order.
        order: OrderId,
        /// What it trades.
        instrument: InstrumentId,
        /// The venue's id, where known.
        venue_order_id: Option<VenueOrderId>,
    },
}

impl VenueMessage {
    /// What the message is about.
    pub fn instrument(&self) -> InstrumentId {
        match self {
            VenueMessage::Submit(request) => request.get().instrument,
            VenueMessage::Replace { instrument, .. } | VenueMessage::Cancel { instrument, .. } => {
                *instrument
            }
        }
    }

    /// Which order it is about.
    pub fn order(&self) -> OrderId {
        match self {
            VenueMessage::Submit(request) => request.get().order,
            VenueMessage::Replace { replace, .. } => replace.get().order,
            VenueMessage::Cancel { order, .. } => *order,
        }
    }
}

/// A trade of ours, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// When it was counted, in kernel time.
    pub ts: UnixNanos,
    /// Whose it is.
    pub strategy: StrategyId,
    /// Which order traded.
    pub order: OrderId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Bought or sold.
    pub side: Side,
    /// The venue's id.
    pub trade_id: TradeId,
    /// The price.
    pub price: Price,
    /// The quantity.
    pub quantity: Quantity,
    /// Took or gave.
    pub liquidity: Liquidity,
    /// The fee, negative for a rebate.
    pub fee: Amount,
    /// What the fee was paid in.
    pub fee_currency: Currency,
    /// The top of the book when it was counted.
    pub mark: Option<Mark>,
    /// The top of the book when its order was made.
    pub arrival_mark: Option<Mark>,
}

/// What came of a command, for the one who gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The order that was made, denied ones included; of a group the first.
    pub order: Option<OrderId>,
    /// The other orders of the group that was made, in the order in which they were given.
    pub others: Vec<OrderId>,
    /// The parent that was made.
    pub parent: Option<ParentId>,
    /// Why nothing was done.
    pub refusal: Option<CommandRefusal>,
}

/// Why a command did nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefusal {
    /// No such order, or another strategy's.
    #[error("no such order of this strategy")]
    NotYours,
    /// The order's state does not allow it.
    #[error(transparent)]
    State(#[from] Refusal),
    /// An order whose trigger has not fired cannot be changed.
    #[error("the order waits for its trigger: cancel it and send another")]
    Untriggered,
    /// The orders of a group are not alike.
    #[error(
        "a group is for one strategy and one instrument, its exits are on one side, opposite to the entry, and neither in the quote currency nor children of a parent order"
    )]
    NotAGroup,
    /// A market order has no terms to replace.
    #[error("a market order cannot be replaced")]
    MarketOrder,
    /// The new quantity is not above what is filled.
    #[error("the new quantity is not above the filled quantity; cancel the order instead")]
    NothingLeft,
    /// The new terms are those the order has.
    #[error("the order has these terms already")]
    NothingToChange,
    /// The gate denies the change; the order stays as it is.
    #[error(transparent)]
    Denied(#[from] Reject),
    /// No more ids in this epoch, or versions of this order.
    #[error("the epoch has no ids left")]
    NoIdsLeft,
    /// No such strategy.
    #[error("no such strategy")]
    UnknownStrategy,
    /// The scope names nothing of this node.
    #[error("this node has nothing of that name")]
    UnknownScope,
    /// Strategies that may trade would open what is closed.
    #[error("only what is halted can be flattened")]
    FlattenNeedsHalt,
    /// A parent that is not there, or that the order cannot be a child of.
    #[error("no such parent order of this strategy, in this instrument and on this side")]
    NoSuchParent,
    /// A rule that nobody can set aside.
    #[error("rule {rule} cannot be overridden: only {} can", overridable())]
    NotOverridable {
        /// Its number.
        rule: u8,
    },
    /// An override that has expired before it began.
    #[error("the time till which the override is to hold has passed")]
    OverrideExpired,
    /// What is held back is let go by persons only.
    #[error("only a person, by name, may let trading go on")]
    NeedsPerson,
}

fn overridable() -> String {
    let numbers = OverridableRule::numbers().iter().map(u8::to_string);
    numbers.collect::<Vec<_>>().join(", ")
}

/// Something that somebody must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alert {
    /// A report about an order that is not here.
    UnknownOrder {
        /// The id in the report.
        order: OrderId,
    },
    /// A report that cannot be true.
    Impossible {
        /// Which order.
        order: OrderId,
        /// The state it is in.
        state: &'static str,
        /// What was reported.
        event: &'static str,
    },
    /// A fill with a zero or negative price or quantity; not counted.
    EmptyFill {
        /// Which order.
        order: OrderId,
        /// The venue's trade id.
        trade_id: TradeId,
    },
    /// A fill beyond the order's quantity; not counted, reconciliation must explain it.
    Overfill {
        /// Which order.
        order: OrderId,
        /// The venue's trade id.
        trade_id: TradeId,
    },
    /// A fill of an order that had ended; counted.
    LateFill {
        /// Which order.
        order: OrderId,
        /// The venue's trade id.
        trade_id: TradeId,
    },
    /// A figure passed what can be represented; the fill is not counted and the node is halted.
    Overflow {
        /// Which order.
        order: OrderId,
        /// The venue's trade id.
        trade_id: TradeId,
    },
    /// An order that was held could not go out when its time had come.
    HeldDenied {
        /// Which order.
        order: OrderId,
        /// Why.
        reject: Box<Reject>,
    },
    /// An order's state is unknown.
    OrderLost {
        /// Which order.
        order: OrderId,
        /// Why.
        reason: Reason,
    },
    /// So much is lost that somebody must know; nothing is held back yet.
    Loss {
        /// Of whom.
        scope: Scope,
        /// How much, and the limit.
        reason: Reason,
    },
    /// A loss that is limited is not known; only orders that shrink a position pass.
    UnknownLoss {
        /// Of whom.
        scope: Scope,
        /// What is held or was earned.
        from: Currency,
        /// What it cannot be brought into.
        to: Currency,
    },
    /// Venues reject too much of what a scope sends, or it sends too much for each trade: it sends less.
    Slow {
        /// Who is slow.
        scope: Scope,
    },
    /// A position cannot be closed now; it is tried again every second, and told once for each reason.
    NotFlattened {
        /// Whose position.
        strategy: StrategyId,
        /// In what.
        instrument: InstrumentId,
        /// Why.
        reject: Box<Reject>,
    },
    /// Nothing is held any more where positions were to be closed.
    Flattened {
        /// Where.
        scope: Scope,
    },
    /// A person has changed a limit.
    LimitChanged(LimitNote),
    /// Rule 18: an account differs from the venue's word beyond tolerance.
    Drift {
        /// What differs from what.
        text: String,
    },
    /// Rule 17: the clock of a venue has gone beyond the limit, or has come back.
    ClockDrift {
        /// Whose clock, how far, and the limit.
        text: String,
    },
    /// An override was granted or used, or has expired (rule 21).
    Override {
        /// What has become of it.
        step: OverrideStep,
        /// The override.
        granted: Box<Override>,
    },
    /// Who may trade has changed.
    TradingState {
        /// Whose state.
        scope: Scope,
        /// What it may do now, who says so, and why.
        latch: Latch,
    },
}

impl Alert {
    /// The order it is about.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Alert::UnknownOrder { order }
            | Alert::Impossible { order, .. }
            | Alert::EmptyFill { order, .. }
            | Alert::Overfill { order, .. }
            | Alert::LateFill { order, .. }
            | Alert::Overflow { order, .. }
            | Alert::HeldDenied { order, .. }
            | Alert::OrderLost { order, .. } => Some(*order),
            Alert::Override { step, .. } => match step {
                OverrideStep::Used(order) => Some(*order),
                OverrideStep::Granted | OverrideStep::Expired => None,
            },
            Alert::Loss { .. }
            | Alert::UnknownLoss { .. }
            | Alert::Slow { .. }
            | Alert::NotFlattened { .. }
            | Alert::Flattened { .. }
            | Alert::LimitChanged(_)
            | Alert::Drift { .. }
            | Alert::ClockDrift { .. }
            | Alert::TradingState { .. } => None,
        }
    }
}
