//! Several simulated markets that hang together: the first leads, the others follow its price.

use alphaforge_types::{MarketEvent, Price, UnixNanos};

use crate::simulated_market::SimulatedMarket;

/// Simulated markets, whose events come in the order of their times.
#[derive(Clone, Debug)]
pub struct SimulatedMarkets {
    members: Vec<Member>,
    now: UnixNanos,
}

#[derive(Clone, Debug)]
struct Member {
    market: SimulatedMarket,
    first_price: Price,
    /// What its next trader does, once that is known; it happens at the market's time.
    next: Option<Vec<MarketEvent>>,
}

impl SimulatedMarkets {
    /// A market, which those that are added follow.
    pub fn new(leader: SimulatedMarket) -> SimulatedMarkets {
        let now = leader.now();
        let mut markets = SimulatedMarkets {
            members: Vec::new(),
            now,
        };
        markets.add(leader);
        markets
    }

    /// Adds a market whose fair price is drawn to that of the first, in the proportion of their first
    /// prices.
    pub fn add(&mut self, market: SimulatedMarket) {
        self.members.push(Member {
            first_price: market.fair(),
            market,
            next: None,
        });
    }

    /// The time of the last event.
    pub fn now(&self) -> UnixNanos {
        self.now
    }

    /// Lets the next trader of all markets act and appends what the world sees of it.
    pub fn advance(&mut self, out: &mut Vec<MarketEvent>) {
        let leader = self
            .members
            .first()
            .map(|leader| (leader.market.fair(), leader.first_price));
        for (place, member) in self.members.iter_mut().enumerate() {
            if member.next.is_some() {
                continue;
            }
            if let Some((fair, first)) = leader
                && place > 0
            {
                member
                    .market
                    .follow(scaled(member.first_price, fair, first));
            }
            let mut events = Vec::new();
            member.market.advance(&mut events);
            member.next = Some(events);
        }
        // The first of those with the same time.
        let earliest = self
            .members
            .iter_mut()
            .min_by_key(|member| member.market.now());
        if let Some(member) = earliest {
            self.now = member.market.now();
            out.extend(member.next.take().into_iter().flatten());
        }
    }
}

/// `price * fair / first`: a price that has moved as far as another.
fn scaled(price: Price, fair: Price, first: Price) -> Price {
    let moved = i128::from(price.mantissa()) * i128::from(fair.mantissa());
    let wanted = moved / i128::from(first.mantissa().max(1));
    Price::from_mantissa(i64::try_from(wanted).unwrap_or(price.mantissa()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulated_market::SimulatedMarketSettings;
    use crate::testing::instrument;
    use alphaforge_types::{InstrumentId, Quantity};

    const STEPS: usize = 40_000;

    fn market(seed: u64, handle: u32, price: i64) -> SimulatedMarket {
        SimulatedMarket::new(
            instrument(),
            &SimulatedMarketSettings {
                seed,
                instrument: InstrumentId::from_index(handle),
                start: UnixNanos::from_nanos(1_000),
                price: Price::from_mantissa(price),
                quantity: Quantity::from_mantissa(100),
            },
        )
    }

    #[test]
    fn one_market_is_as_it_is_alone() {
        let mut alone = market(7, 0, 50_000);
        let mut markets = SimulatedMarkets::new(market(7, 0, 50_000));
        let (mut wanted, mut got) = (Vec::new(), Vec::new());
        for _ in 0..2_000 {
            alone.advance(&mut wanted);
            markets.advance(&mut got);
        }
        assert_eq!(got, wanted);
        assert_eq!(markets.now(), alone.now());
    }

    #[test]
    fn a_follower_changes_nothing_for_its_leader() {
        let mut markets = SimulatedMarkets::new(market(7, 0, 50_000));
        markets.add(market(8, 1, 20_000));
        let mut alone = market(7, 0, 50_000);
        let (mut all, mut wanted) = (Vec::new(), Vec::new());
        for _ in 0..4_000 {
            markets.advance(&mut all);
            alone.advance(&mut wanted);
        }
        let leader: Vec<_> = all
            .into_iter()
            .filter(|event| event.instrument().index() == 0)
            .collect();
        assert!(leader.len() > 1_000);
        assert_eq!(leader, wanted[..leader.len()]);
    }

    #[test]
    fn events_come_in_the_order_of_their_times() {
        let mut markets = SimulatedMarkets::new(market(7, 0, 50_000));
        markets.add(market(8, 1, 20_000));
        let mut events = Vec::new();
        for _ in 0..STEPS {
            markets.advance(&mut events);
        }
        assert!(events.is_sorted_by_key(MarketEvent::ts_recv));
        let of_follower = events
            .iter()
            .filter(|event| event.instrument().index() == 1)
            .count();
        assert!(
            of_follower * 3 > events.len(),
            "{of_follower} of {}",
            events.len()
        );
    }

    #[test]
    fn a_follower_stays_near_its_leader_and_is_not_the_same() {
        let mut markets = SimulatedMarkets::new(market(7, 0, 50_000));
        markets.add(market(8, 1, 20_000));
        let (mut furthest, mut led) = (0, 0);
        for _ in 0..STEPS {
            markets.advance(&mut Vec::new());
            let [leader, follower] = &markets.members[..] else {
                unreachable!()
            };
            let fair = leader.market.fair();
            let wanted = scaled(follower.first_price, fair, leader.first_price).mantissa();
            furthest = furthest.max((follower.market.fair().mantissa() - wanted).abs());
            led = led.max((wanted - 20_000).abs());
        }
        assert!(led > 150, "the leader has moved the follower by {led}");
        assert!((20..150).contains(&furthest), "{furthest} from the leader");
    }
}
