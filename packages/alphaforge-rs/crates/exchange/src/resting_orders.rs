//! The orders on the book: levels by price, and at each level a queue by time.
//!
//! Orders live in a slab and are linked into their level's queue, so that adding, filling and
//! cancelling cost the same however many orders there are at a price.

use std::collections::{BTreeMap, HashMap};

use alphaforge_types::{Level, Price, Quantity, Side};

use crate::order::{AccountId, ExchangeOrderId, SelfTradePrevention};
use crate::queue_model::QueuePosition;

/// An order that rests on the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestingOrder {
    /// Its id.
    pub id: ExchangeOrderId,
    /// Whose it is.
    pub account: AccountId,
    /// On which side.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much of it there was, what is filled included.
    pub quantity: Quantity,
    /// How much is filled.
    pub filled: Quantity,
    /// How much the book shows of it at a time; `None` for all of it.
    pub display: Option<Quantity>,
    /// How much the book shows of it now.
    pub shown: Quantity,
    /// It must not trade when its price is changed.
    pub post_only: bool,
    /// What happens where it would trade with its own account.
    pub self_trade: SelfTradePrevention,
    /// Where it stands in the displayed queue; `None` while that cannot be seen.
    pub queue: Option<QueuePosition>,
}

impl RestingOrder {
    /// What is not filled.
    pub fn leaves(&self) -> Quantity {
        self.quantity.saturating_sub(self.filled)
    }

    /// What the book shows of it when it comes to a new place in its queue.
    pub(crate) fn new_slice(&self) -> Quantity {
        let leaves = self.leaves();
        self.display.map_or(leaves, |display| display.min(leaves))
    }
}

type Slot = usize;

#[derive(Clone, Debug)]
struct Node {
    order: RestingOrder,
    before: Option<Slot>,
    after: Option<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Queue {
    first: Slot,
    last: Slot,
    total: Quantity,
}

/// All orders on the book of one instrument.
#[derive(Clone, Debug, Default)]
pub struct RestingOrders {
    nodes: Vec<Option<Node>>,
    vacant: Vec<Slot>,
    by_id: HashMap<ExchangeOrderId, Slot>,
    bids: BTreeMap<Price, Queue>,
    asks: BTreeMap<Price, Queue>,
}

impl RestingOrders {
    /// The order with this id.
    pub fn get(&self, id: ExchangeOrderId) -> Option<&RestingOrder> {
        let slot = *self.by_id.get(&id)?;
        Some(&self.nodes[slot].as_ref()?.order)
    }

    /// True where an order with this id rests.
    pub fn contains(&self, id: ExchangeOrderId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// How many orders rest.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// True where none rests.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The best price of a side.
    pub fn best_price(&self, side: Side) -> Option<Price> {
        let best = match side {
            Side::Buy => self.bids.last_key_value(),
            Side::Sell => self.asks.first_key_value(),
        };
        best.map(|(price, _)| *price)
    }

    /// The quantity that the book shows at a price.
    pub fn quantity_at(&self, side: Side, price: Price) -> Quantity {
        self.side(side)
            .get(&price)
            .map_or(Quantity::ZERO, |queue| queue.total)
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = Level> + '_ {
        self.queues(side).map(|(price, queue)| Level {
            price,
            quantity: queue.total,
        })
    }

    /// The orders of a side in the order in which they trade.
    pub fn in_priority(&self, side: Side) -> impl Iterator<Item = &RestingOrder> + '_ {
        self.queues(side)
            .flat_map(move |(_, queue)| self.queue_from(Some(queue.first)))
    }

    /// The orders at a price in the order in which they trade.
    pub fn at_price(&self, side: Side, price: Price) -> impl Iterator<Item = &RestingOrder> + '_ {
        let first = self.side(side).get(&price).map(|queue| queue.first);
        self.queue_from(first)
    }

    fn queue_from(&self, first: Option<Slot>) -> impl Iterator<Item = &RestingOrder> + '_ {
        let node = move |slot: Slot| self.nodes[slot].as_ref();
        std::iter::successors(first.and_then(node), move |current| {
            current.after.and_then(node)
        })
        .map(|node| &node.order)
    }

    fn queues(&self, side: Side) -> Box<dyn Iterator<Item = (Price, Queue)> + '_> {
        let copied = |(price, queue): (&Price, &Queue)| (*price, *queue);
        match side {
            Side::Buy => Box::new(self.bids.iter().rev().map(copied)),
            Side::Sell => Box::new(self.asks.iter().map(copied)),
        }
    }

    fn side(&self, side: Side) -> &BTreeMap<Price, Queue> {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut BTreeMap<Price, Queue> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    /// Puts an order behind all others at its price; an iceberg shows a new slice.
    pub(crate) fn push(&mut self, order: RestingOrder) {
        let order = RestingOrder {
            shown: order.new_slice(),
            ..order
        };
        let before = self.side(order.side).get(&order.price).map(|q| q.last);
        let node = Some(Node {
            order,
            before,
            after: None,
        });
        let slot = match self.vacant.pop() {
            Some(slot) => {
                self.nodes[slot] = node;
                slot
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() - 1
            }
        };
        if let Some(before) = before.and_then(|slot| self.nodes[slot].as_mut()) {
            before.after = Some(slot);
        }
        self.side_mut(order.side)
            .entry(order.price)
            .and_modify(|queue| {
                queue.last = slot;
                queue.total = queue.total.saturating_add(order.shown);
            })
            .or_insert(Queue {
                first: slot,
                last: slot,
                total: order.shown,
            });
        self.by_id.insert(order.id, slot);
    }

    /// Takes an order off the book.
    pub(crate) fn remove(&mut self, id: ExchangeOrderId) -> Option<RestingOrder> {
        let slot = self.by_id.remove(&id)?;
        let node = self.nodes[slot].take()?;
        self.vacant.push(slot);
        if let Some(before) = node.before.and_then(|slot| self.nodes[slot].as_mut()) {
            before.after = node.after;
        }
        if let Some(after) = node.after.and_then(|slot| self.nodes[slot].as_mut()) {
            after.before = node.before;
        }
        let order = node.order;
        let queues = self.side_mut(order.side);
        match (node.before, node.after) {
            (None, None) => {
                queues.remove(&order.price);
            }
            (before, after) => {
                if let Some(queue) = queues.get_mut(&order.price) {
                    queue.total = queue.total.saturating_sub(order.shown);
                    queue.first = if before.is_none() {
                        after.unwrap_or(queue.first)
                    } else {
                        queue.first
                    };
                    queue.last = if after.is_none() {
                        before.unwrap_or(queue.last)
                    } else {
                        queue.last
                    };
                }
            }
        }
        Some(order)
    }

    /// Fills a part of an order, and takes it off the book where nothing is left. An iceberg whose slice
    /// is used up shows the next one, behind all others; its place among the displayed is not known then.
    /// Returns the order as it is then.
    pub(crate) fn fill(&mut self, id: ExchangeOrderId, quantity: Quantity) -> Option<RestingOrder> {
        let order = self.change(id, |order| {
            order.filled = order.filled.saturating_add(quantity);
            order.shown = order.shown.saturating_sub(quantity).max(Quantity::ZERO);
        })?;
        if order.leaves().is_zero() {
            return self.remove(id);
        }
        if order.shown.is_zero() {
            self.remove(id);
            let queue = None;
            self.push(RestingOrder { queue, ..order });
            return self.get(id).copied();
        }
        Some(order)
    }

    /// Makes an order smaller in its place.
    pub(crate) fn shrink(&mut self, id: ExchangeOrderId, quantity: Quantity) {
        self.change(id, |order| {
            order.quantity = quantity;
            order.shown = order.shown.min(order.leaves());
        });
    }

    /// Notes where an order stands in the displayed queue.
    pub(crate) fn set_queue(&mut self, id: ExchangeOrderId, position: QueuePosition) {
        self.change(id, |order| order.queue = Some(position));
    }

    /// Changes an order in its place; it cannot come to show more.
    fn change(
        &mut self,
        id: ExchangeOrderId,
        change: impl FnOnce(&mut RestingOrder),
    ) -> Option<RestingOrder> {
        let slot = *self.by_id.get(&id)?;
        let node = self.nodes[slot].as_mut()?;
        let shown = node.order.shown;
        change(&mut node.order);
        let order = node.order;
        let less = shown.saturating_sub(order.shown);
        if let Some(queue) = self.side_mut(order.side).get_mut(&order.price) {
            queue.total = queue.total.saturating_sub(less);
        }
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(id: u64, price: i64, quantity: i64) -> RestingOrder {
        RestingOrder {
            id: ExchangeOrderId::new(id),
            account: AccountId::new(0),
            side: Side::Buy,
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
            filled: Quantity::ZERO,
            display: None,
            shown: Quantity::from_mantissa(quantity),
            post_only: false,
            self_trade: SelfTradePrevention::Allow,
            queue: None,
        }
    }

    proptest! {
        /// The linked queues equal a plain list, whatever is added, filled, shrunk and removed.
        #[test]
        fn equals_a_plain_list(actions in prop::collection::vec((0_u8..4, 0_u64..12, 1_i64..4, 1_i64..9), 0..120)) {
            let mut orders = RestingOrders::default();
            let mut list: Vec<RestingOrder> = Vec::new();
            for (action, id, price, quantity) in actions {
                let id = ExchangeOrderId::new(id);
                let held = list.iter().position(|order| order.id == id);
                match (action, held) {
                    (0, None) => {
                        let order = order(id.number(), price, quantity);
                        orders.push(order);
                        list.push(order);
                    }
                    (1, Some(at)) => {
                        prop_assert_eq!(orders.remove(id), Some(list.remove(at)));
                    }
                    (2, Some(at)) => {
                        let fill = list[at].leaves().min(Quantity::from_mantissa(quantity));
                        orders.fill(id, fill);
                        list[at].filled = list[at].filled.saturating_add(fill);
                        list[at].shown = list[at].leaves();
                        if list[at].leaves().is_zero() { list.remove(at); }
                    }
                    (3, Some(at)) if list[at].quantity.mantissa() > quantity && list[at].filled.mantissa() < quantity => {
                        orders.shrink(id, Quantity::from_mantissa(quantity));
                        list[at].quantity = Quantity::from_mantissa(quantity);
                        list[at].shown = list[at].leaves();
                    }
                    _ => {}
                }
                let mut expected = list.clone();
                expected.sort_by_key(|order| std::cmp::Reverse(order.price));
                prop_assert_eq!(orders.in_priority(Side::Buy).copied().collect::<Vec<_>>(), expected);
                for level in orders.levels(Side::Buy) {
                    let total: i64 = list.iter().filter(|order| order.price == level.price).map(|order| order.leaves().mantissa()).sum();
                    prop_assert_eq!(level.quantity.mantissa(), total);
                }
                prop_assert_eq!(orders.len(), list.len());
            }
        }
    }
}
