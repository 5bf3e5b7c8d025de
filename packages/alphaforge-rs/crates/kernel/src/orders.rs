//! All orders of this run.

use std::collections::BTreeSet;

use alphaforge_types::OrderId;

use crate::order::Order;

/// The orders, in the order of their ids, and which of them may still trade.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    all: Vec<Order>,
    live: BTreeSet<OrderId>,
}

impl Orders {
    /// Adds an order, whose id is larger than all before it.
    pub(crate) fn push(&mut self, order: Order) {
        if order.state.is_live() {
            self.live.insert(order.id);
        }
        self.all.push(order);
    }

    /// The order with this id.
    pub fn get(&self, id: OrderId) -> Option<&Order> {
        self.position(id).map(|position| &self.all[position])
    }

    pub(crate) fn get_mut(&mut self, id: OrderId) -> Option<&mut Order> {
        let position = self.position(id)?;
        self.all.get_mut(position)
    }

    /// An order cannot trade any more; false where it could not before.
    pub(crate) fn retire(&mut self, id: OrderId) -> bool {
        self.live.remove(&id)
    }

    /// The newest order.
    pub(crate) fn newest(&self) -> Option<OrderId> {
        self.all.last().map(|order| order.id)
    }

    /// The orders that may still trade, oldest first.
    pub fn live(&self) -> impl Iterator<Item = &Order> {
        self.live.iter().filter_map(|id| self.get(*id))
    }

    /// All orders, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.all.iter()
    }

    /// How many orders there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Ids count up by one, so the place is known but for orders of earlier epochs.
    fn position(&self, id: OrderId) -> Option<usize> {
        let first = self.all.first()?.id;
        let guess = id.raw().checked_sub(first.raw())?;
        if let Ok(guess) = usize::try_from(guess)
            && self.all.get(guess).is_some_and(|order| order.id == id)
        {
            return Some(guess);
        }
        self.all.binary_search_by_key(&id, |order| order.id).ok()
    }
}
