//! All that can reach the kernel: a closed set.

use std::fmt;

use alphaforge_risk::{InputFault, LimitTable, Scope, TradingState, Verdict};
use alphaforge_types::{
    Amount, Currency, InstrumentId, Liquidity, MarketState, OrderConditions, OrderId, OrderKind,
    OrderTerms, Price, Quantity, Side, StrategyId, TimeInForce, TradeId, UnixNanos, VenueId,
    VenueOrderId,
};

use crate::latches::Actor;
use crate::order_state::Reason;

/// One input: what happened, when, and the markets that changed since the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Kernel time; a moment before the last one counts as the last one.
    pub now: UnixNanos,
    /// The markets that changed since the last input.
    pub markets: Vec<(InstrumentId, MarketState)>,
    /// What happened.
    pub event: InputEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputEvent {
    /// A strategy wants something.
    Command(Command),
    /// An order was handed to its venue.
    Released {
        /// Which order.
        order: OrderId,
    },
    /// The market has reached the trigger of an order that is held here.
    Fired {
        /// Which order.
        order: OrderId,
    },
    /// The time has passed till which an order is good, and its venue does not know of it.
    Overdue {
        /// Which order.
        order: OrderId,
    },
    /// A venue says something of an order.
    Report(Report),
    /// A venue says what is on the account.
    Account(AccountSnapshot),
    /// A venue has paid or taken funding.
    Funding(Funding),
    /// A person changes a limit.
    Limits(Box<LimitChange>),
    /// An account differs from the venue's word, and nothing under way explains it.
    Drift(Drift),
    /// The clock of a venue was measured.
    ClockOffset {
        /// Whose clock.
        venue: VenueId,
        /// The venue's time less ours, in ns.
        offset_ns: i64,
    },
    /// A person, or the engine for one, changes who may trade.
    Operator(OperatorAction),
    /// A person lets one order break one rule.
    Override(OverrideRequest),
    /// The node is about to end: no new orders from here on.
    Drain,
    /// Time has passed; the markets are all there is.
    Timer,
}

/// What a strategy wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A new order.
    Submit(Submit),
    /// New orders that belong together, all or none.
    SubmitGroup(SubmitGroup),
    /// A quantity that will be traded by several orders.
    Parent(NewParent),
    /// A changed order.
    Replace(Replace),
    /// An order less.
    Cancel {
        /// Who asks.
        strategy: StrategyId,
        /// Which order.
        order: OrderId,
    },
    /// All of a strategy's orders less.
    CancelAll {
        /// Whose orders.
        strategy: StrategyId,
        /// In this instrument only.
        instrument: Option<InstrumentId>,
    },
}

/// A new order, on the instrument's grid as far as its numbers allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// Who asks.
    pub strategy: StrategyId,
    /// What to trade.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub kind: OrderKind,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// How much; of an order in the quote currency the kernel reckons it.
    pub quantity: Quantity,
    /// What else it asks for.
    pub conditions: OrderConditions,
    /// What was wrong with the numbers; the gate denies.
    pub fault: Option<InputFault>,
    /// The rejection of a plugin's risk rule; the gate denies.
    pub verdict: Option<Verdict>,
}

/// Orders of one strategy in one instrument that belong together: where one exit trades the others
/// become smaller or end (one cancels the other), and exits wait for their entry (a bracket).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitGroup {
    /// Opens the position that the exits close; `None` where it is open already.
    pub entry: Option<Submit>,
    /// Orders of one side, of which no two can trade at the same time.
    pub exits: Vec<Submit>,
}

/// A quantity of which a strategy wants to trade no more than this, by as many orders as it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewParent {
    /// Who asks.
    pub strategy: StrategyId,
    /// What to trade.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// How much in all.
    pub quantity: Quantity,
    /// What was wrong with the quantity; it is refused.
    pub fault: Option<InputFault>,
}

/// A change of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// Who asks.
    pub strategy: StrategyId,
    /// Which order.
    pub order: OrderId,
    /// What it should become.
    pub terms: OrderTerms,
    /// What was wrong with the numbers; the gate denies.
    pub fault: Option<InputFault>,
    /// The rejection of a plugin's risk rule; the gate denies.
    pub verdict: Option<Verdict>,
}

/// A venue's word on an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which order.
    pub order: OrderId,
    /// The venue's id, where it tells.
    pub venue_order_id: Option<VenueOrderId>,
    /// What it says.
    pub event: ReportEvent,
}

/// What a venue can say of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportEvent {
    /// It is on the book, or about to be.
    Accepted,
    /// Its trigger has fired at the venue.
    Triggered,
    /// It was refused.
    Rejected {
        /// Why.
        reason: Reason,
    },
    /// It traded.
    Filled(FillReport),
    /// The rest is cancelled.
    Cancelled {
        /// Why.
        reason: Reason,
    },
    /// The cancel was refused.
    CancelRejected {
        /// Why.
        reason: Reason,
    },
    /// It was replaced.
    Replaced {
        /// The version it is now, of the replace that this answers.
        version: u32,
    },
    /// The replace was refused.
    ReplaceRejected {
        /// The version it does not become, of the replace that this answers.
        version: u32,
        /// Why.
        reason: Reason,
    },
    /// The rest has expired.
    Expired {
        /// Why.
        reason: Reason,
    },
    /// A request about it got no usable answer: a timeout, a 5xx, a lost connection.
    Lost {
        /// What happened.
        reason: Reason,
    },
}

impl ReportEvent {
    /// The lower-case name.
    pub const fn name(&self) -> &'static str {
        match self {
            ReportEvent::Accepted => "accepted",
            ReportEvent::Triggered => "triggered",
            ReportEvent::Rejected { .. } => "rejected",
            ReportEvent::Filled(_) => "filled",
            ReportEvent::Cancelled { .. } => "cancelled",
            ReportEvent::CancelRejected { .. } => "cancel rejected",
            ReportEvent::Replaced { .. } => "replaced",
            ReportEvent::ReplaceRejected { .. } => "replace rejected",
            ReportEvent::Expired { .. } => "expired",
            ReportEvent::Lost { .. } => "lost",
        }
    }
}

/// A trade of ours, as the venue reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillReport {
    /// The venue's id of the trade; it counts once.
    pub trade_id: TradeId,
    /// The price.
    pub price: Price,
    /// The quantity.
    pub quantity: Quantity,
    /// Whether it took or gave liquidity.
    pub liquidity: Liquidity,
    /// The fee, negative for a rebate.
    pub fee: Amount,
    /// What the fee was paid in; any currency.
    pub fee_currency: Currency,
    /// The venue says that nothing is left of the order. It decides where the order is in the quote
    /// currency; elsewhere the quantity does.
    pub is_last: bool,
}

/// A venue's word on the account: the totals of the currencies it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSnapshot {
    /// Which venue.
    pub venue: VenueId,
    /// The totals.
    pub totals: Vec<(Currency, Amount)>,
}

/// What a derivative's holders pay each other, as the venue has booked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funding {
    /// Whose position it was for.
    pub strategy: StrategyId,
    /// In what.
    pub instrument: InstrumentId,
    /// The currency that it was paid in.
    pub currency: Currency,
    /// How much was received; what was paid is below zero.
    pub amount: Amount,
}

/// A difference between what is known of an account and the venue's word on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// A balance; the venue's word was taken already.
    Balance {
        /// At which venue.
        venue: VenueId,
        /// Of what.
        currency: Currency,
        /// The venue's total less what was known.
        amount: Amount,
    },
    /// An order.
    Order {
        /// What it trades.
        instrument: InstrumentId,
        /// What is wrong with it.
        text: String,
    },
}

/// A limit that a person has changed while the node runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitChange {
    /// What is told of it.
    pub note: LimitNote,
    /// All limits, as they are from now on.
    pub limits: LimitTable,
}

/// Who has changed which limit, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitNote {
    /// The person.
    pub by: String,
    /// The setting, as in the configuration: `risk.account.max_order_value`.
    pub setting: String,
    /// What it was; `None` where there was no such limit.
    pub before: Option<String>,
    /// What it is now; `None` where there is no such limit any more.
    pub after: Option<String>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for LimitNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        write!(
            formatter,
            "{} is {} and was {}, says {}: {}",
            self.setting,
            after.unwrap_or("none"),
            before.unwrap_or("none"),
            self.by,
            self.reason
        )
    }
}

/// A change of who may trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorAction {
    /// Who asks for it.
    pub by: Actor,
    /// Whom it is about.
    pub scope: Scope,
    /// What it may do from now on; only a person may loosen it.
    pub state: TradingState,
    /// True to cancel what is open there.
    pub cancel_orders: bool,
    /// True to close the positions of the strategies there too, by market orders, once their orders have
    /// ended; their orders are cancelled. Only what is halted can be flattened.
    pub flatten: bool,
    /// Why.
    pub reason: Reason,
}

/// Rule 21: what a person wants to be let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideRequest {
    /// Who, by name.
    pub by: String,
    /// An order of this strategy.
    pub strategy: StrategyId,
    /// In this instrument; in any where it is `None`.
    pub instrument: Option<InstrumentId>,
    /// The number of the rule that it may break.
    pub rule: u8,
    /// From when on no more.
    pub expires_at: UnixNanos,
    /// Why.
    pub reason: Reason,
}
