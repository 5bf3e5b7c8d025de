//! What reaches a strategy.

use alphaforge_kernel::{Fill, Order, OrderState};
use alphaforge_market::{BarSpec, StaleReason};
use alphaforge_types::{
    Amount, Bar, InstrumentId, OrderConditions, OrderId, OrderKind, Price, Quantity, Quote, Side,
    StrategyId, TimeInForce, Trade, UnixNanos,
};

/// An event for one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Whose callback it is for.
    pub strategy: StrategyId,
    /// What happened.
    pub event: Event,
}

impl Delivery {
    /// A bar that has closed now.
    pub(crate) fn of_bar(strategy: StrategyId, spec: BarSpec, bar: Bar) -> Delivery {
        let is_history = false;
        Delivery {
            strategy,
            event: Event::Bar {
                spec,
                bar,
                is_history,
            },
        }
    }
}

/// What can reach a strategy; one callback for each.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A trade between others.
    Trade(Trade),
    /// The best bid and ask.
    Quote(Quote),
    /// A synchronised book has changed.
    Book {
        /// Whose book.
        instrument: InstrumentId,
    },
    /// A bar has closed.
    Bar {
        /// Which bars.
        spec: BarSpec,
        /// The bar.
        bar: Bar,
        /// It closed before the run began.
        is_history: bool,
    },
    /// A feed's or book's state has changed.
    FeedStatus {
        /// Whose feed.
        instrument: InstrumentId,
        /// What it is now.
        status: FeedStatus,
    },
    /// An order of the strategy has changed.
    Order(Box<OrderUpdate>),
    /// An order of the strategy has traded.
    Fill(Fill),
    /// A timer has come due.
    Timer {
        /// Which one.
        timer: u64,
        /// When it was due.
        ts: UnixNanos,
    },
}

/// What a feed or book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedStatus {
    /// The book cannot be trusted.
    Stale(StaleReason),
    /// The book can be trusted from now on.
    Synced,
    /// The stream is connected again; the book waits for a snapshot.
    Connected,
    /// What comes is old: the node does not keep up, or the network does not.
    Lagging,
    /// What comes is new again.
    InTime,
}

impl FeedStatus {
    /// The lower-case name.
    pub const fn name(&self) -> &'static str {
        match self {
            FeedStatus::Stale(_) => "stale",
            FeedStatus::Synced => "synced",
            FeedStatus::Connected => "connected",
            FeedStatus::Lagging => "lagging",
            FeedStatus::InTime => "in_time",
        }
    }

    /// Why it is so, where there is a reason.
    pub fn reason(&self) -> Option<String> {
        match self {
            FeedStatus::Stale(reason) => Some(reason.to_string()),
            FeedStatus::Synced
            | FeedStatus::Connected
            | FeedStatus::Lagging
            | FeedStatus::InTime => None,
        }
    }
}

/// An order as it was when it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderUpdate {
    /// When.
    pub ts: UnixNanos,
    /// Our id.
    pub order: OrderId,
    /// Whose order it is.
    pub strategy: StrategyId,
    /// What it trades.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub kind: OrderKind,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// The limit price; `None` for a market order.
    pub price: Option<Price>,
    /// How much of it there is.
    pub quantity: Quantity,
    /// What else it asks for.
    pub conditions: OrderConditions,
    /// Its trigger has fired.
    pub triggered: bool,
    /// How much is filled.
    pub filled: Quantity,
    /// What the filled quantity cost, in the quote currency.
    pub filled_notional: Amount,
    /// What it is.
    pub state: OrderState,
    /// The venue's id, once known.
    pub venue_order_id: Option<String>,
    /// When it was made.
    pub created_at: UnixNanos,
}

impl From<&Order> for OrderUpdate {
    fn from(order: &Order) -> OrderUpdate {
        OrderUpdate {
            ts: order.updated_at,
            order: order.id,
            strategy: order.strategy,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            time_in_force: order.time_in_force,
            price: order.limit_price(),
            quantity: order.quantity,
            conditions: order.conditions,
            triggered: order.triggered,
            filled: order.filled,
            filled_notional: order.filled_notional,
            state: order.state.clone(),
            venue_order_id: order
                .venue_order_id
                .as_ref()
                .map(|id| id.as_str().to_owned()),
            created_at: order.created_at,
        }
    }
}
