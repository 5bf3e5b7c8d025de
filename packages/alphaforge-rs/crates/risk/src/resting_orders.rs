//! Rule 15: at which prices the node's own orders in an instrument may rest.

use std::collections::BTreeMap;

use alphaforge_types::{Price, Side};

/// The prices of own orders that are on the book or may be, each with how many have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestingOrders {
    bids: BTreeMap<Price, u32>,
    asks: BTreeMap<Price, u32>,
}

impl RestingOrders {
    /// The price at which an order of the other side would meet the first of these.
    pub fn best(&self, side: Side) -> Option<Price> {
        let level = match side {
            Side::Buy => self.bids.last_key_value(),
            Side::Sell => self.asks.first_key_value(),
        };
        level.map(|(price, _)| *price)
    }

    /// One more order may rest at a price.
    pub fn add(&mut self, side: Side, price: Price) {
        *self.side_mut(side).entry(price).or_default() += 1;
    }

    /// One order less, which was added before.
    pub fn remove(&mut self, side: Side, price: Price) {
        let levels = self.side_mut(side);
        match levels.get_mut(&price) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                levels.remove(&price);
            }
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut BTreeMap<Price, u32> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_stays_until_its_last_order_goes() {
        let (low, high) = (Price::from_mantissa(99), Price::from_mantissa(100));
        for (side, best, other) in [(Side::Buy, high, low), (Side::Sell, low, high)] {
            let mut resting = RestingOrders::default();
            assert_eq!(resting.best(side), None);
            resting.add(side, other);
            resting.add(side, best);
            resting.add(side, best);
            assert_eq!(resting.best(side), Some(best));
            resting.remove(side, best);
            assert_eq!(resting.best(side), Some(best));
            resting.remove(side, best);
            assert_eq!(resting.best(side), Some(other));
            resting.remove(side, other);
            assert_eq!(resting, RestingOrders::default());
        }
    }
}
