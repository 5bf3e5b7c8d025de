//! What waits for the market to reach a price, and fires when it does.
//!
//! The matching engine keeps the stop orders of its accounts here, and the runtime those that a venue
//! does not take. What fires at one price fires in the order in which it was armed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use alphaforge_types::{Price, Side, Trigger};

/// Everything that waits for a price in one instrument, by key.
#[derive(Clone, Debug)]
pub struct Triggers<K> {
    armed: u64,
    /// Fire at their price or above.
    rising: BTreeMap<(Price, u64), K>,
    /// Fire at their price or below.
    falling: BTreeMap<(Reverse<Price>, u64), K>,
    /// Move with the market.
    trailing: Vec<Trailing<K>>,
    places: BTreeMap<K, Place>,
}

#[derive(Clone, Copy, Debug)]
struct Trailing<K> {
    key: K,
    armed: u64,
    side: Side,
    trigger: Trigger,
    /// The price at which it fires; `None` before the market has shown one.
    price: Option<Price>,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Rising(Price, u64),
    Falling(Price, u64),
    Trailing,
}

impl<K> Default for Triggers<K> {
    fn default() -> Triggers<K> {
        Triggers {
            armed: 0,
            rising: BTreeMap::new(),
            falling: BTreeMap::new(),
            trailing: Vec::new(),
            places: BTreeMap::new(),
        }
    }
}

impl<K: Copy + Ord> Triggers<K> {
    /// Lets `key` wait. What the market has done before does not count: call [`Triggers::on_price`]
    /// with the price at which it stands now.
    pub fn arm(&mut self, key: K, side: Side, trigger: Trigger) {
        self.disarm(key);
        self.armed += 1;
        let armed = self.armed;
        let place = match trigger {
            Trigger::Stop { price } | Trigger::TakeProfit { price } if trigger.rises(side) => {
                self.rising.insert((price, armed), key);
                Place::Rising(price, armed)
            }
            Trigger::Stop { price } | Trigger::TakeProfit { price } => {
                self.falling.insert((Reverse(price), armed), key);
                Place::Falling(price, armed)
            }
            Trigger::Trailing { .. } => {
                self.trailing.push(Trailing {
                    key,
                    armed,
                    side,
                    trigger,
                    price: None,
                });
                Place::Trailing
            }
        };
        self.places.insert(key, place);
    }

    /// Lets `key` wait no more; false where it did not.
    pub fn disarm(&mut self, key: K) -> bool {
        match self.places.remove(&key) {
            None => return false,
            Some(Place::Rising(price, armed)) => {
                self.rising.remove(&(price, armed));
            }
            Some(Place::Falling(price, armed)) => {
                self.falling.remove(&(Reverse(price), armed));
            }
            Some(Place::Trailing) => self.trailing.retain(|trailing| trailing.key != key),
        }
        true
    }

    /// True where none waits.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The market stands at `price`: trailing stops follow it, and what fires is taken out and appended
    /// to `fired`.
    pub fn on_price(&mut self, price: Price, fired: &mut impl Extend<K>) {
        if self.is_empty() {
            return;
        }
        let rising = self.rising.range(..=(price, u64::MAX));
        let falling = self.falling.range(..=(Reverse(price), u64::MAX));
        let mut firing: Vec<(u64, K)> = rising
            .map(|((_, armed), key)| (*armed, *key))
            .chain(falling.map(|((_, armed), key)| (*armed, *key)))
            .collect();
        for trailing in &mut self.trailing {
            if trailing.follow(price) {
                firing.push((trailing.armed, trailing.key));
            }
        }
        firing.sort_unstable_by_key(|(armed, _)| *armed);
        for (_, key) in &firing {
            self.disarm(*key);
        }
        fired.extend(firing.into_iter().map(|(_, key)| key));
    }
}

impl<K> Trailing<K> {
    /// Fires where the market has come back to its price, else follows the market.
    fn follow(&mut self, market: Price) -> bool {
        let nearest = self.trigger.price_from(self.side, market);
        let price = match (self.price, self.side) {
            (None, _) => nearest,
            (Some(price), Side::Buy) => price.min(nearest),
            (Some(price), Side::Sell) => price.max(nearest),
        };
        self.price = Some(price);
        // A purchase fires at its price or above, a sale at it or below.
        self.side.opposite().accepts(price, market)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mantissa: i64) -> Price {
        Price::from_mantissa(mantissa)
    }

    fn fires(triggers: &mut Triggers<u32>, price: i64) -> Vec<u32> {
        let mut fired = Vec::new();
        triggers.on_price(at(price), &mut fired);
        fired
    }

    #[test]
    fn each_kind_fires_on_its_side_of_the_price() {
        let stop = Trigger::Stop { price: at(100) };
        let take_profit = Trigger::TakeProfit { price: at(100) };
        for (side, trigger, waits, fires_at) in [
            (Side::Buy, stop, [99, 1], [100, 101]),
            (Side::Sell, stop, [101, 900], [100, 99]),
            (Side::Buy, take_profit, [101, 900], [100, 99]),
            (Side::Sell, take_profit, [99, 1], [100, 101]),
        ] {
            for price in fires_at {
                let mut triggers = Triggers::default();
                triggers.arm(7, side, trigger);
                for price in waits {
                    assert_eq!(
                        fires(&mut triggers, price),
                        [],
                        "{side} {trigger:?} {price}"
                    );
                }
                assert_eq!(
                    fires(&mut triggers, price),
                    [7],
                    "{side} {trigger:?} {price}"
                );
                assert!(triggers.is_empty());
            }
        }
    }

    #[test]
    fn a_trailing_stop_follows_and_never_moves_back() {
        let trailing = Trigger::Trailing { distance: at(10) };
        for (side, path, fires_at) in [
            (Side::Sell, [100, 105, 96, 110, 101], 100),
            (Side::Buy, [100, 95, 104, 90, 99], 100),
        ] {
            let mut triggers = Triggers::default();
            triggers.arm(7, side, trailing);
            for price in path {
                assert_eq!(fires(&mut triggers, price), [], "{side} {price}");
            }
            assert_eq!(fires(&mut triggers, fires_at), [7], "{side}");
        }
    }

    #[test]
    fn what_fires_together_fires_in_the_order_of_arming() {
        let mut triggers = Triggers::default();
        let stop = |price| Trigger::Stop { price: at(price) };
        triggers.arm(3, Side::Buy, stop(100));
        triggers.arm(1, Side::Buy, Trigger::Trailing { distance: at(5) });
        triggers.arm(2, Side::Buy, stop(90));
        triggers.arm(4, Side::Sell, stop(200));
        assert!(triggers.disarm(4) && !triggers.disarm(4));
        triggers.on_price(at(80), &mut Vec::new());
        assert_eq!(fires(&mut triggers, 100), [3, 1, 2]);
    }
}
