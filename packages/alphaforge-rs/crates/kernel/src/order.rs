//! An order as the kernel keeps it.

use std::collections::{BTreeMap, BTreeSet};

use alphaforge_risk::{OverridableRule, order_cost};
use alphaforge_types::{
    Amount, Currency, Instrument, InstrumentId, Mark, OrderConditions, OrderId, OrderKind,
    OrderRequest, OrderTerms, Price, Quantity, Rate, Side, StrategyId, TimeInForce, TradeId,
    UnixNanos, VenueOrderId,
};

use crate::groups::GroupId;
use crate::order_state::OrderState;
use crate::parents::ParentShare;
use crate::transition::Facts;

/// An order and all that has happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Our id.
    pub id: OrderId,
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
    /// The worst price at which it may trade; `None` only for a market order that was denied or is held,
    /// while no price was known to reckon with.
    pub worst_price: Option<Price>,
    /// How much of it there is, what is filled included; of one in the quote currency what was reckoned,
    /// or what it has traded where that is more.
    pub quantity: Quantity,
    /// What else it asks for.
    pub conditions: OrderConditions,
    /// Its trigger has fired.
    pub triggered: bool,
    /// The orders that it ends or begins with.
    pub group: Option<GroupId>,
    /// How often a replace was asked for; the number of the newest version asked for.
    pub versions_asked: u32,
    /// How much is filled.
    pub filled: Quantity,
    /// What the filled quantity cost, in the quote currency.
    pub filled_notional: Amount,
    /// What it is.
    pub state: OrderState,
    /// The venue's id, once known.
    pub venue_order_id: Option<VenueOrderId>,
    /// True once the venue has confirmed it in some way.
    pub acknowledged: bool,
    /// When it was made.
    pub created_at: UnixNanos,
    /// The top of the book when it was made: what its fills are measured against.
    pub arrival_mark: Option<Mark>,
    /// When anything about it changed last.
    pub updated_at: UnixNanos,
    /// Its trigger is watched here.
    pub(crate) armed: bool,
    /// Its time has passed; a cancel is on its way.
    pub(crate) overdue: bool,
    pub(crate) trades: BTreeSet<TradeId>,
    pub(crate) commitment: Commitment,
    /// The prices at which it is counted as resting.
    pub(crate) resting: [Option<Price>; 2],
    /// The rule that a person has set aside for it.
    pub(crate) overridden: Option<OverridableRule>,
    /// What it is counted with in its parent.
    pub(crate) share: ParentShare,
    /// What the venue reported beyond its quantity; not counted anywhere else.
    pub(crate) overfilled: BTreeMap<TradeId, Quantity>,
}

/// The worst case of an order: what it can still trade, and what that can take of the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commitment {
    /// How much it can still trade, both versions of a replace counted.
    pub quantity: Quantity,
    /// What that can cost.
    pub cost: Amount,
}

impl Order {
    pub(crate) fn new(request: &OrderRequest, state: OrderState, now: UnixNanos) -> Order {
        Order {
            id: request.order,
            strategy: request.strategy,
            instrument: request.instrument,
            side: request.side,
            kind: request.kind,
            time_in_force: request.time_in_force,
            worst_price: request.worst_price,
            quantity: request.quantity,
            conditions: request.conditions,
            triggered: false,
            group: None,
            versions_asked: 0,
            filled: Quantity::ZERO,
            filled_notional: Amount::ZERO,
            state,
            venue_order_id: None,
            acknowledged: false,
            created_at: now,
            arrival_mark: None,
            updated_at: now,
            armed: false,
            overdue: false,
            trades: BTreeSet::new(),
            commitment: Commitment::default(),
            resting: [None; 2],
            overridden: None,
            share: ParentShare::default(),
            overfilled: BTreeMap::new(),
        }
    }

    /// What is not filled.
    pub fn leaves(&self) -> Quantity {
        self.quantity.saturating_sub(self.filled)
    }

    /// The limit price; `None` for a market order.
    pub fn limit_price(&self) -> Option<Price> {
        match self.kind {
            OrderKind::Limit { price, .. } => Some(price),
            OrderKind::Market => None,
        }
    }

    /// The order as it goes out now that its trigger has fired, with the rest of its quantity.
    pub(crate) fn request(&self, worst_price: Option<Price>) -> OrderRequest {
        OrderRequest {
            order: self.id,
            strategy: self.strategy,
            instrument: self.instrument,
            side: self.side,
            kind: self.kind,
            time_in_force: self.time_in_force,
            quantity: self.quantity,
            worst_price,
            conditions: OrderConditions {
                trigger: None,
                // It was decided upon when it was made: a stop that the gate keeps back protects nobody, and
                // one that waits at its venue fires whatever we see of the market.
                allow_stale: true,
                ..self.conditions
            },
        }
    }

    pub(crate) fn facts(&self) -> Facts {
        Facts {
            acknowledged: self.acknowledged,
            partially_filled: self.filled.is_positive(),
        }
    }

    /// The largest quantity that any version of it asks for.
    pub(crate) fn largest_quantity(&self) -> Quantity {
        self.state
            .replacing()
            .map_or(self.quantity, |new| new.terms.quantity.max(self.quantity))
    }

    /// The order takes new terms.
    pub(crate) fn adopt(&mut self, terms: OrderTerms) {
        self.quantity = terms.quantity;
        self.worst_price = Some(terms.price);
        if let OrderKind::Limit { price, .. } = &mut self.kind {
            *price = terms.price;
        }
    }

    /// The prices at which it may rest on the book: that of its version, and that of one which the venue has
    /// not answered yet.
    pub(crate) fn resting_prices(&self) -> [Option<Price>; 2] {
        let waits = self.conditions.trigger.is_some() && !self.triggered;
        if !self.state.is_at_venue() || !self.time_in_force.rests() || waits {
            return [None; 2];
        }
        let current = self.limit_price().filter(|_| !self.state.has_ended());
        [current, self.state.replacing().map(|new| new.terms.price)]
    }

    /// The currency it spends and its worst case now. The gate has checked that each version fits an
    /// amount; a sum that does not is held at the largest one, which frees nothing.
    pub(crate) fn worst_case(
        &self,
        instrument: &Instrument,
        fee_rate: Rate,
    ) -> (Currency, Commitment) {
        let currency = match self.side {
            Side::Buy => instrument.quote(),
            Side::Sell => instrument.base(),
        };
        if !self.state.is_at_venue() {
            return (currency, Commitment::default());
        }
        let spent = |budget: Amount| budget.minus(self.filled_notional).unwrap_or(Amount::ZERO);
        let budget = self.conditions.budget.map(spent);
        let version = |price: Price, quantity: Quantity| {
            let leaves = quantity.saturating_sub(self.filled).max(Quantity::ZERO);
            let cost = match order_cost(instrument, self.side, price, leaves, budget, fee_rate) {
                Ok((_, cost)) => cost,
                Err(_) => Amount::from_units(i128::MAX),
            };
            Commitment {
                quantity: leaves,
                cost,
            }
        };
        let current = match self.worst_price {
            Some(price) if !self.state.has_ended() => version(price, self.quantity),
            Some(_) | None => Commitment::default(),
        };
        let worst = match self.state.replacing() {
            None => current,
            Some(new) => current.plus(version(new.terms.price, new.terms.quantity)),
        };
        (currency, worst)
    }
}

impl Commitment {
    fn plus(self, other: Commitment) -> Commitment {
        Commitment {
            quantity: self.quantity.saturating_add(other.quantity),
            cost: self
                .cost
                .plus(other.cost)
                .unwrap_or(Amount::from_units(i128::MAX)),
        }
    }
}
