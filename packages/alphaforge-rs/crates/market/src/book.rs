//! A level-2 book: the whole quantity at each price.

use alphaforge_types::{Level, Side};

use crate::ladder::Ladder;

/// Bids and asks by price level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    bids: Ladder,
    asks: Ladder,
}

impl Default for Book {
    fn default() -> Book {
        Book {
            bids: Ladder::new(Side::Buy),
            asks: Ladder::new(Side::Sell),
        }
    }
}

impl Book {
    /// The side on which orders of `side` rest.
    pub fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    /// The best level on which orders of `side` rest.
    pub fn best(&self, side: Side) -> Option<Level> {
        self.side(side).best()
    }

    /// True where the best bid is not below the best ask.
    pub fn is_crossed(&self) -> bool {
        match (self.bids.best(), self.asks.best()) {
            (Some(bid), Some(ask)) => bid.price >= ask.price,
            (None, _) | (_, None) => false,
        }
    }

    /// Sets the absolute quantities of the levels that changed.
    pub fn apply(&mut self, bids: &[Level], asks: &[Level]) {
        for level in bids {
            self.bids.set(*level);
        }
        for level in asks {
            self.asks.set(*level);
        }
    }

    /// Puts these levels in place of all that were there.
    pub fn replace(&mut self, bids: &[Level], asks: &[Level]) {
        self.bids.replace(bids);
        self.asks.replace(asks);
    }

    /// Removes all levels.
    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }
}
