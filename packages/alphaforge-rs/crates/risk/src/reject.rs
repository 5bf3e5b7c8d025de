//! Why the gate says no.

use alphaforge_types::{
    Currency, Decimal, InstrumentStatus, MarketCondition, NumberFault, OrderType, Side, in_ms,
};
use thiserror::Error;

use crate::collar_unit::CollarUnit;
use crate::envelope::Barred;
use crate::limits::Scope;
pub use crate::order_field::OrderField;
use crate::staleness::Staleness;

/// A rejection: which rule, the limit, and the value that broke it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reject {
    /// Rule 1: nothing new while halted.
    #[error("the {} is halted", scope.name())]
    Halted {
        /// Who is halted.
        scope: Scope,
    },
    /// Rule 1: only what shrinks a position, counting open orders.
    #[error("the {} is reducing: only orders that shrink its position pass", scope.name())]
    ReduceOnly {
        /// Who is reducing.
        scope: Scope,
    },
    /// Rule 1: a reduce-only order that could do more than shrink the strategy's position.
    #[error(
        "reduce-only: with the strategy's open orders it could do more than shrink its position"
    )]
    WouldNotReduce,
    /// Rule 2: no such instrument.
    #[error("the instrument is unknown to this node")]
    UnknownInstrument,
    /// Rule 2: the instrument does not trade.
    #[error("the instrument does not trade: it is {}", status.name())]
    NotTrading {
        /// What it does instead.
        status: InstrumentStatus,
    },
    /// Rule 2: NaN, infinite, or more digits than fit.
    #[error("{}: {fault}", field.name())]
    BadNumber {
        /// Which number.
        field: OrderField,
        /// What is wrong with it.
        fault: NumberFault,
    },
    /// Rule 2: zero or below.
    #[error("{} {value}, on the grid of {step}, is not above zero", field.name())]
    NotPositive {
        /// Which number.
        field: OrderField,
        /// Its value.
        value: Decimal,
        /// The tick or lot, onto which it was rounded down.
        step: Decimal,
    },
    /// Rule 2: not on the tick or lot.
    #[error("{} {value} is not a multiple of {step}", field.name())]
    OffGrid {
        /// Which number.
        field: OrderField,
        /// Its value.
        value: Decimal,
        /// The tick or lot.
        step: Decimal,
    },
    /// Rule 2: below what the venue takes.
    #[error("{what} {value} is below the venue's minimum {limit}")]
    BelowMinimum {
        /// Price, quantity or notional.
        what: &'static str,
        /// The minimum.
        limit: Decimal,
        /// The value.
        value: Decimal,
    },
    /// Rule 2: above what the venue takes.
    #[error("{what} {value} is above the venue's maximum {limit}")]
    AboveMaximum {
        /// Price, quantity or notional.
        what: &'static str,
        /// The maximum.
        limit: Decimal,
        /// The value.
        value: Decimal,
    },
    /// Rule 2: what the order asks for does not go together.
    #[error("{reason}")]
    Shape {
        /// What contradicts what.
        reason: &'static str,
    },
    /// Another order of its group was denied, so that none of them goes out.
    #[error("another order of its group was denied")]
    OfGroup,
    /// Rule 2: the order's value cannot be represented.
    #[error("price times quantity is larger than AlphaForge can represent")]
    Overflow,
    /// Rule 3: the strategy may not trade the instrument.
    #[error("the strategy may not trade this instrument: {}", barred.text())]
    InstrumentNotAllowed {
        /// Why.
        barred: Barred,
    },
    /// Rule 3: the strategy may trade the other side only.
    #[error("the strategy may not {side}: it is none of the `sides` of its limits")]
    SideNotAllowed {
        /// The order's side.
        side: Side,
    },
    /// Rule 3: the strategy may not send orders of this type.
    #[error("the strategy may not send {} orders, but {}", order_type.name(), names(allowed))]
    OrderTypeNotAllowed {
        /// The order's type.
        order_type: OrderType,
        /// The types that it may send.
        allowed: Vec<OrderType>,
    },
    /// Rule 4: the price lies too far from the market.
    #[error("price {price} is further than {limit} {} from the market's {reference}, the {} collar", unit.name(), scope.name())]
    PriceCollar {
        /// The price at which the order may trade at worst.
        price: Decimal,
        /// The middle of the market, or where a trigger will find it.
        reference: Decimal,
        /// The limit.
        limit: Decimal,
        /// What the limit is in.
        unit: CollarUnit,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 4: the price that the order's would be held against is old, or no price.
    #[error("no fresh price is known to hold the order's price against: {market}")]
    StaleReference {
        /// What the market is.
        market: Staleness,
    },
    /// Rule 6: the market cannot be traded on.
    #[error("{market}; only an order with allow_stale passes")]
    MarketData {
        /// What the market is.
        market: Staleness,
    },
    /// Rules 4, 5 and 10: a market order, or a sale under a limit of value, without a price to judge it by.
    #[error("no price is known to judge the order by")]
    NoReferencePrice,
    /// Rule 5: the quantity of one order.
    #[error("quantity {value} is above the {} limit of {limit} for one order", scope.name())]
    OrderQuantity {
        /// The limit.
        limit: Decimal,
        /// The value.
        value: Decimal,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 5: the value of one order.
    #[error("value {value} {currency} is above the {} limit of {limit} {currency} for one order", scope.name())]
    OrderValue {
        /// The limit.
        limit: Decimal,
        /// The value.
        value: Decimal,
        /// Their currency.
        currency: Currency,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 5: a limit in a currency that the order's value cannot be brought into.
    #[error("no rate is known from {from} to {to}, in which a limit is set")]
    NoConversion {
        /// The order's currency.
        from: Currency,
        /// The limit's currency.
        to: Currency,
    },
    /// Rules 5 and 12: a rate on the way to a limit's currency is too old.
    #[error("the rate of {base}/{quote} is {age_ms} ms old, older than {limit_ms} ms")]
    StaleRate {
        /// What its instrument trades.
        base: Currency,
        /// What it is paid in.
        quote: Currency,
        /// How old it is.
        age_ms: i64,
        /// How old it may be.
        limit_ms: i64,
    },
    /// Rules 5 and 12: the market of a rate on the way to a limit's currency cannot be trusted.
    #[error("the market of the rate of {base}/{quote} is {}", condition.name())]
    UnsoundRate {
        /// What its instrument trades.
        base: Currency,
        /// What it is paid in.
        quote: Currency,
        /// What is wrong with it.
        condition: MarketCondition,
    },
    /// Rule 7: the same order too often.
    #[error("it would be number {value} of its kind (side, size, price) within {window_ms} ms; {limit} is the {} limit", scope.name())]
    DuplicateOrder {
        /// The limit.
        limit: u32,
        /// How many there would be.
        value: u32,
        /// The window.
        window_ms: i64,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 8: too many messages.
    #[error("{limit} messages in {window_ms} ms is the {} limit, of which {reserved} are kept for cancels", scope.name())]
    MessageRate {
        /// The limit.
        limit: u32,
        /// Messages kept for cancels.
        reserved: u32,
        /// The window.
        window_ms: i64,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 10: the venue's account is unknown.
    #[error("no balance of {currency} is known at the venue")]
    NoBalance {
        /// The currency the order spends.
        currency: Currency,
    },
    /// Rule 10: not enough money.
    #[error("{needed} {currency} are needed, {free} are free")]
    InsufficientFunds {
        /// The currency the order spends.
        currency: Currency,
        /// What the order can cost at worst.
        needed: Decimal,
        /// What is free.
        free: Decimal,
    },
    /// Rule 11: the position with all open orders filled.
    #[error("the position could reach {value}, above the {} limit of {limit}", scope.name())]
    PositionLimit {
        /// The limit.
        limit: Decimal,
        /// What the position could reach, as a positive quantity.
        value: Decimal,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 12: the sizes of all positions, with open orders at their worst.
    #[error("gross exposure could reach {value} {currency}, above the {} limit of {limit} {currency}", scope.name())]
    GrossExposure {
        /// The limit.
        limit: Decimal,
        /// What it could reach.
        value: Decimal,
        /// Their currency.
        currency: Currency,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 12: the sum of all positions, with open orders at their worst.
    #[error("net exposure could reach {value} {currency}, above the {} limit of {limit} {currency}", scope.name())]
    NetExposure {
        /// The limit.
        limit: Decimal,
        /// What it could reach on the order's side, short as a positive amount.
        value: Decimal,
        /// Their currency.
        currency: Currency,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 12: something that is held, or on order, has no price to value it by.
    #[error("the exposure of the {} is not known: {count} instruments in {currency} are held or on order without a price to rely on", scope.name())]
    UnpricedExposure {
        /// How many instruments.
        count: u32,
        /// Their quote currency.
        currency: Currency,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 14: a loss that is limited is not known.
    #[error("the loss of the {} is limited and not known, for want of a fresh rate from {} to {}: only orders that shrink its position pass", scope.name(), rate.0, rate.1)]
    UnknownLoss {
        /// Whose loss.
        scope: Scope,
        /// The rate that is missing: from, to.
        rate: (Currency, Currency),
    },
    /// Rule 16: too many rejections, or orders for each trade.
    #[error("the {} is slow, for what venues reject or for its orders per trade: {limit} in {window_ms} ms pass", scope.name())]
    Slowed {
        /// How many new orders and replaces.
        limit: u32,
        /// Within what.
        window_ms: i64,
        /// Who is slow.
        scope: Scope,
    },
    /// Rule 17: the venue's clock is too far from ours, or was never measured.
    #[error("the venue's clock is {} from ours, and the {} limit is {}", apart(*drift_ns), scope.name(), in_ms(*limit_ns))]
    ClockDrift {
        /// The limit, in ns.
        limit_ns: i64,
        /// How far it is away, either way, in ns; `None` where it was never measured.
        drift_ns: Option<i64>,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 13: too many open orders.
    #[error("{value} orders would be open, above the {} limit of {limit}", scope.name())]
    OpenOrders {
        /// The limit.
        limit: u32,
        /// How many there would be.
        value: u32,
        /// Where the limit was set.
        scope: Scope,
    },
    /// Rule 15: it would trade with an order of this node.
    #[error("at {value} it would trade with an own order at {limit}")]
    SelfMatch {
        /// The best own order of the other side.
        limit: Decimal,
        /// The worst price at which the order may trade.
        value: Decimal,
    },
    /// More than is left of its parent order.
    #[error(
        "the children of its parent order would come to {value}, above its quantity of {limit}"
    )]
    ParentExceeded {
        /// The parent's quantity.
        limit: Decimal,
        /// What all children would come to.
        value: Decimal,
    },
    /// The rule of a plugin.
    #[error("risk rule {rule}: {reason}")]
    PluginRule {
        /// The rule.
        rule: String,
        /// Its reason.
        reason: String,
    },
}

fn apart(drift_ns: Option<i64>) -> String {
    drift_ns.map_or_else(|| "an unknown time".to_owned(), in_ms)
}

fn names(order_types: &[OrderType]) -> String {
    let names: Vec<&str> = order_types.iter().map(|each| each.name()).collect();
    names.join(", ")
}
