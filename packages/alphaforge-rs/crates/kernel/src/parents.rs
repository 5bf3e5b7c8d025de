//! Parent orders: a quantity that a strategy wants to trade by several orders, which never come to more.
//!
//! What the children take is reckoned from the children themselves whenever one of them changes, so that
//! there is no counter of its own that could be forgotten: all that has filled, late fills and overfills
//! included, and all that can still fill, of an unknown order the worst, of a replace both versions.
//!
//! Source: SEC release 34-70694 (Knight Capital Americas, 16 October 2013).

use alphaforge_risk::{InputFault, OrderField, ParentOrder, Reject};
use alphaforge_types::{InstrumentId, OrderId, OrderRequest, ParentId, Quantity, Side, StrategyId};

use crate::input::NewParent;
use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::OrderState;
use crate::output::{CommandRefusal, Outcome};

/// A quantity that is traded by several orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Whose it is.
    pub strategy: StrategyId,
    /// What is traded.
    pub instrument: InstrumentId,
    /// Bought or sold.
    pub side: Side,
    /// How much in all.
    pub quantity: Quantity,
    /// What its children take of it.
    pub taken: ParentShare,
}

/// What an order, or all children together, take of a parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParentShare {
    /// What has traded.
    pub filled: Quantity,
    /// What can still trade at worst.
    pub open: Quantity,
}

impl ParentShare {
    fn total(self) -> Quantity {
        self.filled.saturating_add(self.open)
    }
}

impl Order {
    /// What it takes of its parent.
    pub(crate) fn parent_share(&self) -> ParentShare {
        let overfilled = self.overfilled.values().copied();
        ParentShare {
            filled: overfilled.fold(self.filled, Quantity::saturating_add),
            open: if self.state == OrderState::Held {
                self.leaves()
            } else {
                self.commitment.quantity
            },
        }
    }
}

impl Kernel {
    /// Notes a quantity that a strategy will trade by several orders.
    pub(crate) fn make_parent(&mut self, parent: &NewParent) -> Outcome {
        let (strategy, instrument) = (parent.strategy, parent.instrument);
        if self.strategies.get(strategy.index()).is_none() {
            return CommandRefusal::UnknownStrategy.into();
        }
        let Some(listing) = self.instruments.get(instrument.index()) else {
            return CommandRefusal::Denied(Reject::UnknownInstrument).into();
        };
        if let Some(InputFault { field, fault }) = parent.fault {
            return CommandRefusal::Denied(Reject::BadNumber { field, fault }).into();
        }
        if !parent.quantity.is_positive() {
            return CommandRefusal::Denied(Reject::NotPositive {
                field: OrderField::Quantity,
                value: listing.instrument.quantity_decimal(parent.quantity),
                step: listing
                    .instrument
                    .quantity_decimal(listing.instrument.lot_size),
            })
            .into();
        }
        let id = ParentId::from_index(self.parents.len() as u32);
        self.parents.push(Parent {
            strategy,
            instrument,
            side: parent.side,
            quantity: parent.quantity,
            taken: ParentShare::default(),
        });
        Outcome {
            parent: Some(id),
            ..Outcome::default()
        }
    }

    /// A parent order.
    pub fn parent(&self, id: ParentId) -> Option<&Parent> {
        self.parents.get(id.index())
    }

    /// True where an order names no parent, or one that it can be a child of.
    pub(crate) fn is_child_of_its_parent(&self, request: &OrderRequest) -> bool {
        let Some(id) = request.conditions.parent else {
            return true;
        };
        self.parent(id).is_some_and(|parent| {
            (parent.strategy, parent.instrument, parent.side)
                == (request.strategy, request.instrument, request.side)
        })
    }

    /// The parent of an order, and what is taken of it already. A held order that goes out counts once.
    pub(crate) fn parent_of(&self, request: &OrderRequest) -> Option<ParentOrder> {
        let parent = self.parent(request.conditions.parent?)?;
        let held = self.orders.get(request.order);
        let own = held
            .filter(|order| order.state == OrderState::Held)
            .map_or(Quantity::ZERO, |order| order.share.total());
        Some(ParentOrder {
            quantity: parent.quantity,
            taken: parent.taken.total().saturating_sub(own),
        })
    }

    /// Brings what is taken of a parent in line with one of its children.
    pub(crate) fn count_in_parent(&mut self, id: OrderId) {
        let Some(order) = self.orders.get_mut(id) else {
            return;
        };
        let Some(parent) = order.conditions.parent else {
            return;
        };
        let (before, after) = (order.share, order.parent_share());
        order.share = after;
        if let Some(parent) = self.parents.get_mut(parent.index()) {
            let change = |total: Quantity, before: Quantity, after: Quantity| {
                total.saturating_sub(before).saturating_add(after)
            };
            parent.taken = ParentShare {
                filled: change(parent.taken.filled, before.filled, after.filled),
                open: change(parent.taken.open, before.open, after.open),
            };
        }
    }
}

#[cfg(test)]
mod tests;
