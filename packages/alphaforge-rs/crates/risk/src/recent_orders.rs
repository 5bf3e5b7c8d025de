//! Rule 7: what a strategy has asked for lately in an instrument, to find orders that are alike.

use std::collections::{BTreeSet, VecDeque};

use alphaforge_types::{
    Amount, OrderConditions, OrderKind, OrderRequest, Price, Quantity, Side, Trigger, UnixNanos,
};

/// What two orders of a strategy in an instrument have in common where one duplicates the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Likeness {
    side: Side,
    quantity: Quantity,
    budget: Option<Amount>,
    price: Option<Price>,
    trigger: Option<Trigger>,
}

impl Likeness {
    /// That of an order with these terms; how long it works and how it is shown makes no difference.
    pub fn new(
        side: Side,
        kind: OrderKind,
        quantity: Quantity,
        conditions: OrderConditions,
    ) -> Likeness {
        Likeness {
            side,
            // What an amount of the quote currency comes to changes with the market.
            quantity: match conditions.budget {
                Some(_) => Quantity::ZERO,
                None => quantity,
            },
            budget: conditions.budget,
            price: match kind {
                OrderKind::Limit { price, .. } => Some(price),
                OrderKind::Market => None,
            },
            trigger: conditions.trigger,
        }
    }
}

impl From<&OrderRequest> for Likeness {
    fn from(order: &OrderRequest) -> Likeness {
        Likeness::new(order.side, order.kind, order.quantity, order.conditions)
    }
}

/// The orders of a sliding window. One counts while less than a window's length has passed.
#[derive(Clone, Debug, Default)]
pub struct RecentOrders {
    longest_window_ns: i64,
    orders: BTreeSet<(Likeness, UnixNanos, u64)>,
    by_time: VecDeque<(Likeness, UnixNanos, u64)>,
    recorded: u64,
}

impl RecentOrders {
    /// Remembers orders for so long from now on; by default not at all.
    pub fn remember_for(&mut self, longest_window_ns: i64) {
        self.longest_window_ns = longest_window_ns;
    }

    /// How many orders like this one count at `now` in a window of `window_ns`.
    pub fn count(&self, order: Likeness, now: UnixNanos, window_ns: i64) -> usize {
        self.orders
            .range((order, UnixNanos::from_nanos(i64::MIN), 0)..=(order, now, u64::MAX))
            .rev()
            .take_while(|(_, asked, _)| now.since(*asked) < window_ns)
            .count()
    }

    /// Counts an order asked for at `now`, which never lies before the last one.
    pub fn record(&mut self, order: Likeness, now: UnixNanos) {
        while let Some(oldest) = self.by_time.front()
            && now.since(oldest.1) >= self.longest_window_ns
        {
            self.orders.remove(oldest);
            self.by_time.pop_front();
        }
        if self.longest_window_ns > 0 {
            self.recorded += 1;
            let entry = (order, now, self.recorded);
            self.orders.insert(entry);
            self.by_time.push_back(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::testing::limit_order;
    use proptest::prelude::*;

    fn order(cents: i64) -> Likeness {
        let price = Price::from_mantissa(cents);
        let post_only = false;
        let kind = OrderKind::Limit { price, post_only };
        let quantity = Quantity::from_mantissa(1);
        Likeness::new(Side::Buy, kind, quantity, OrderConditions::default())
    }

    proptest! {
        #[test]
        fn counts_what_a_full_list_would_and_forgets_what_has_expired(
            steps in prop::collection::vec((0_i64..7, 0_i64..3), 1..60),
        ) {
            let mut recent = RecentOrders::default();
            recent.remember_for(10);
            let (mut all, mut now) = (Vec::new(), 0);
            for (step, cents) in steps {
                now += step;
                recent.record(order(cents), UnixNanos::from_nanos(now));
                all.push((now, cents));
                for window in [4, 10] {
                    let alike = |(asked, of): &&(i64, i64)| *of == cents && now - asked < window;
                    prop_assert_eq!(
                        recent.count(order(cents), UnixNanos::from_nanos(now), window),
                        all.iter().filter(alike).count()
                    );
                }
                prop_assert_eq!(recent.by_time.len(), recent.orders.len());
                prop_assert!(recent.by_time.iter().all(|(_, asked, _)| now - asked.nanos() < 10));
            }
        }
    }

    #[test]
    fn nothing_is_kept_where_no_limit_asks_for_it() {
        let mut recent = RecentOrders::default();
        recent.record(order(1), UnixNanos::ZERO);
        assert!(recent.orders.is_empty() && recent.by_time.is_empty());
    }

    #[test]
    fn orders_are_alike_in_side_size_price_and_trigger() {
        let alike = |change: fn(&mut OrderRequest)| {
            let first = limit_order(Side::Buy, "100", "1");
            let mut second = first;
            change(&mut second);
            Likeness::from(&first) == Likeness::from(&second)
        };
        assert!(alike(
            |order| order.time_in_force = alphaforge_types::TimeInForce::Ioc
        ));
        assert!(alike(
            |order| order.conditions.display = Some(order.quantity)
        ));
        assert!(!alike(|order| order.side = Side::Sell));
        assert!(!alike(|order| order.quantity = Quantity::from_mantissa(2)));
        assert!(!alike(|order| order.kind = OrderKind::Market));
        assert!(!alike(|order| {
            let price = Price::from_mantissa(9_000);
            order.conditions.trigger = Some(Trigger::Stop { price });
        }));
    }

    #[test]
    fn orders_in_the_quote_currency_are_alike_in_its_amount() {
        let order = |budget: i128, reckoned: i64| {
            let conditions = OrderConditions {
                budget: Some(Amount::from_units(budget)),
                ..OrderConditions::default()
            };
            let reckoned = Quantity::from_mantissa(reckoned);
            Likeness::new(Side::Buy, OrderKind::Market, reckoned, conditions)
        };
        assert_eq!(order(5, 1), order(5, 2));
        assert_ne!(order(5, 1), order(6, 1));
    }
}
