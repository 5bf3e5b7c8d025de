//! One side of a book.

use alphaforge_types::{Level, Price, Quantity, Side};

/// The levels of one side, best last, so that the busy end of the vector is the cheap one to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    side: Side,
    levels: Vec<Level>,
}

impl Ladder {
    /// An empty side.
    pub fn new(side: Side) -> Ladder {
        Ladder {
            side,
            levels: Vec::new(),
        }
    }

    /// Sets the quantity at a price; zero removes the level, and removing an absent one is legal.
    pub fn set(&mut self, level: Level) {
        let position = self.position(level.price);
        let present = self
            .levels
            .get(position)
            .is_some_and(|found| found.price == level.price);
        match (present, level.quantity.is_positive()) {
            (true, true) => self.levels[position].quantity = level.quantity,
            (true, false) => {
                self.levels.remove(position);
            }
            (false, true) => self.levels.insert(position, level),
            (false, false) => {}
        }
    }

    /// Puts these levels, in any order, in place of all that were there.
    pub fn replace(&mut self, levels: &[Level]) {
        self.levels.clear();
        self.levels
            .extend(levels.iter().filter(|level| level.quantity.is_positive()));
        self.levels.sort_by_key(|level| level.price);
        self.levels.dedup_by_key(|level| level.price);
        if self.side == Side::Sell {
            self.levels.reverse();
        }
    }

    /// Removes all levels.
    pub fn clear(&mut self) {
        self.levels.clear();
    }

    /// The best level.
    pub fn best(&self) -> Option<Level> {
        self.levels.last().copied()
    }

    /// The worst level: nothing is known of what lies behind it where a venue shows the top levels only.
    pub fn worst(&self) -> Option<Level> {
        self.levels.first().copied()
    }

    /// The quantity at a price, zero where there is none.
    pub fn quantity_at(&self, price: Price) -> Quantity {
        self.levels
            .get(self.position(price))
            .filter(|level| level.price == price)
            .map_or(Quantity::ZERO, |level| level.quantity)
    }

    /// The levels, best first.
    pub fn iter(&self) -> impl Iterator<Item = Level> + '_ {
        self.levels.iter().rev().copied()
    }

    /// How many levels there are.
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// Where `price` stands or would stand.
    fn position(&self, price: Price) -> usize {
        match self.side {
            Side::Buy => self.levels.partition_point(|level| level.price < price),
            Side::Sell => self.levels.partition_point(|level| level.price > price),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn level(price: i64, quantity: i64) -> Level {
        Level {
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
        }
    }

    #[test]
    fn replacing_takes_levels_in_any_order() {
        for (side, best) in [(Side::Buy, 9), (Side::Sell, 2)] {
            let mut ladder = Ladder::new(side);
            ladder.set(level(50, 1));
            ladder.replace(&[level(5, 1), level(9, 1), level(2, 1), level(7, 0)]);
            assert_eq!(ladder.len(), 3);
            assert_eq!(ladder.best(), Some(level(best, 1)));
        }
    }

    proptest! {
        #[test]
        fn equals_a_sorted_map(changes in prop::collection::vec((1_i64..30, 0_i64..4), 0..200), buy in any::<bool>()) {
            let side = if buy { Side::Buy } else { Side::Sell };
            let mut ladder = Ladder::new(side);
            let mut map = BTreeMap::new();
            for (price, quantity) in changes {
                ladder.set(level(price, quantity));
                if quantity == 0 { map.remove(&price); } else { map.insert(price, quantity); }
                prop_assert_eq!(ladder.quantity_at(Price::from_mantissa(price)).mantissa(), quantity);
            }
            let mut expected: Vec<Level> = map.iter().map(|(price, quantity)| level(*price, *quantity)).collect();
            if buy { expected.reverse(); }
            prop_assert_eq!(ladder.best(), expected.first().copied());
            prop_assert_eq!(ladder.iter().collect::<Vec<_>>(), expected);
        }
    }
}
