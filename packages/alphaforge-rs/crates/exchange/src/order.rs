//! Orders as an exchange takes them.

use alphaforge_types::{OrderConditions, OrderKind, Price, Quantity, Side, TimeInForce};

/// An order of the engine, numbered by whoever sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeOrderId(u64);

impl ExchangeOrderId {
    /// The order numbered `number`.
    pub const fn new(number: u64) -> ExchangeOrderId {
        ExchangeOrderId(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// An account at the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u32);

impl AccountId {
    /// The account numbered `number`.
    pub const fn new(number: u32) -> AccountId {
        AccountId(number)
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// What happens where an order would trade with one of the same account. The taker's mode governs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SelfTradePrevention {
    /// They trade.
    #[default]
    Allow,
    /// What is left of the taker expires.
    ExpireTaker,
    /// The resting order is cancelled and the taker goes on.
    ExpireMaker,
    /// Both end.
    ExpireBoth,
}

/// A new order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeOrder {
    /// Its id, not used before.
    pub id: ExchangeOrderId,
    /// Whose it is.
    pub account: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub kind: OrderKind,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// How much.
    pub quantity: Quantity,
    /// The worst price at which a market order may trade; `None` for no bound.
    pub worst_price: Option<Price>,
    /// What happens where it would trade with its own account.
    pub self_trade: SelfTradePrevention,
    /// What else it asks for. Positions are no business of an engine: reduce-only changes nothing here.
    pub conditions: OrderConditions,
}

impl ExchangeOrder {
    /// The order as it trades once its trigger has fired. A sale that must happen has no worst price; a
    /// purchase keeps the one that its money was reckoned by.
    pub(crate) fn fired(self) -> ExchangeOrder {
        ExchangeOrder {
            worst_price: match self.side {
                Side::Buy => self.worst_price,
                Side::Sell => None,
            },
            conditions: OrderConditions {
                trigger: None,
                ..self.conditions
            },
            ..self
        }
    }

    /// The worst price at which it may trade; `None` for no bound.
    pub fn limit(&self) -> Option<Price> {
        match self.kind {
            OrderKind::Limit { price, .. } => Some(price),
            OrderKind::Market => self.worst_price,
        }
    }

    /// True where it must not trade on arrival.
    pub fn is_post_only(&self) -> bool {
        match self.kind {
            OrderKind::Limit { post_only, .. } => post_only,
            OrderKind::Market => false,
        }
    }
}

/// True where an order of `side` bounded by `limit` may trade at `price`.
pub(crate) fn may_trade(side: Side, limit: Option<Price>, price: Price) -> bool {
    limit.is_none_or(|limit| side.accepts(limit, price))
}
