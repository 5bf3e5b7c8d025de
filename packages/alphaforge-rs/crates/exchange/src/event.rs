//! What the engine tells: to the owner of an order, and through it to the world.

use alphaforge_types::{Amount, Liquidity, OrderTerms, Price, Quantity, Side, TradeId};
use thiserror::Error;

use crate::order::{AccountId, ExchangeOrderId};

/// Something that happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeEvent {
    /// The order was taken in.
    Accepted {
        /// Which order.
        order: ExchangeOrderId,
        /// Whose.
        account: AccountId,
    },
    /// The order now rests on the book.
    Rested {
        /// Which order.
        order: ExchangeOrderId,
        /// Whose.
        account: AccountId,
        /// On which side.
        side: Side,
        /// At which price.
        price: Price,
        /// With how much, of which an iceberg shows a part.
        quantity: Quantity,
    },
    /// The order's trigger has fired; from now on it trades.
    Triggered {
        /// Which order.
        order: ExchangeOrderId,
        /// Whose.
        account: AccountId,
    },
    /// The order was refused.
    Rejected {
        /// Which order.
        order: ExchangeOrderId,
        /// Whose.
        account: AccountId,
        /// Why.
        reason: RejectReason,
    },
    /// The order traded.
    Filled(ExchangeFill),
    /// The rest of a resting order was cancelled.
    Cancelled {
        /// Which order.
        order: ExchangeOrderId,
        /// Whose.
        account: AccountId,
        /// On which side.
        side: Side,
        /// At which price it rested; for one whose trigger had not fired its limit, or its worst price.
        price: Price,
        /// How much was left of it.
        leaves: Quantity,
        /// Why.
        cause: CancelCause,
    },
    /// There is no such order to cancel.
    CancelRejected {
        /// Which order.
        order: ExchangeOrderId,
        /// Who asked.
        account: AccountId,
    },
    /// The order has new terms.
    Replaced {
        /// Which order.
        order: ExchangeOrderId,
        /// Whose.
        account: AccountId,
        /// On which side.
        side: Side,
        /// At which price it rested before.
        old_price: Price,
        /// What it is now.
        terms: OrderTerms,
    },
    /// The order keeps its terms.
    ReplaceRejected {
        /// Which order.
        order: ExchangeOrderId,
        /// Who asked.
        account: AccountId,
        /// Why.
        reason: ReplaceRejectReason,
    },
    /// The rest of an order that does not rest has expired.
    Expired {
        /// Which order.
        order: ExchangeOrderId,
        /// Whose.
        account: AccountId,
        /// How much was left of it.
        leaves: Quantity,
        /// Why.
        reason: ExpireReason,
    },
}

/// One side of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeFill {
    /// Which order.
    pub order: ExchangeOrderId,
    /// Whose.
    pub account: AccountId,
    /// Bought or sold.
    pub side: Side,
    /// The trade; both sides have the same id.
    pub trade_id: TradeId,
    /// The price.
    pub price: Price,
    /// The quantity.
    pub quantity: Quantity,
    /// How much is left of the order.
    pub leaves: Quantity,
    /// Maker or taker.
    pub liquidity: Liquidity,
    /// The fee in the quote currency, negative for a rebate.
    pub fee: Amount,
}

/// Why an order was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum RejectReason {
    /// A post-only order would have traded on arrival.
    #[error("the post-only order would trade on arrival")]
    WouldTake,
    /// The id is in use.
    #[error("an order with this id is open")]
    DuplicateId,
    /// Price or quantity is zero or below, or their product too large.
    #[error("price or quantity is out of range")]
    OutOfRange,
}

/// Why a replace was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum ReplaceRejectReason {
    /// There is no such order.
    #[error("no such order is open")]
    UnknownOrder,
    /// The new quantity is not above what is filled.
    #[error("the new quantity is not above the filled quantity")]
    NothingLeft,
    /// A post-only order would have traded.
    #[error("the post-only order would trade on arrival")]
    WouldTake,
    /// Price or quantity is zero or below, or their product too large.
    #[error("price or quantity is out of range")]
    OutOfRange,
}

/// Why a resting order was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum CancelCause {
    /// Its owner asked.
    #[error("cancelled on request")]
    Requested,
    /// It would have traded with its own account.
    #[error("self-trade prevention")]
    SelfTrade,
}

/// Why what was left of an order has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum ExpireReason {
    /// Immediate or cancel, and nothing more within its limit.
    #[error("immediate-or-cancel: no more liquidity within the limit")]
    ImmediateOrCancel,
    /// Fill or kill, and not enough within its limit.
    #[error("fill-or-kill: not enough liquidity within the limit")]
    FillOrKill,
    /// A market order found no more liquidity within its worst price.
    #[error("market order: no more liquidity within the worst price")]
    NoLiquidity,
    /// The time till which it was good has passed.
    #[error("the time till which it was good has passed")]
    TimePassed,
    /// It would have traded with its own account.
    #[error("self-trade prevention")]
    SelfTrade,
}
