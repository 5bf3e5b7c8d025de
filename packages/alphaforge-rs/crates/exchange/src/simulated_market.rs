//! A market of simulated traders on the matching engine: the exchange of the demo.
//!
//! Makers quote around a fair price that wanders and trends, takers hit them, and old quotes are
//! cancelled. All of it comes from one seed in integer arithmetic, so that the same seed gives the
//! same market on every machine.

use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

use alphaforge_types::{
    DepthDiff, DepthSnapshot, Instrument, InstrumentId, Level, Liquidity, MarketEvent,
    OrderConditions, OrderKind, Price, Quantity, Quote, Side, TimeInForce, Trade, UnixNanos,
};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::displayed::NothingDisplayed;
use crate::engine::MatchingEngine;
use crate::event::{ExchangeEvent, ExchangeFill};
use crate::fees::FeeSchedule;
use crate::order::{AccountId, ExchangeOrder, ExchangeOrderId, SelfTradePrevention};

const MAKERS: u64 = 8;
const TAKER: AccountId = AccountId::new(100);
const FIRST_QUOTES: usize = 120;
const MOST_QUOTES: usize = 240;
const LONGEST_PAUSE_NS: u64 = 40_000_000;
const WIDEST_QUOTE_TICKS: u64 = 24;
/// A market that follows another comes nearer by this part of the distance at every step.
const PULL: i64 = 32;

/// What the market starts from.
#[derive(Clone, Debug)]
pub struct SimulatedMarketSettings {
    /// The same seed gives the same market.
    pub seed: u64,
    /// The handle that the events carry.
    pub instrument: InstrumentId,
    /// The first moment.
    pub start: UnixNanos,
    /// The first fair price.
    pub price: Price,
    /// The size of a common order.
    pub quantity: Quantity,
}

/// Simulated traders and the exchange they trade on.
#[derive(Clone, Debug)]
pub struct SimulatedMarket {
    engine: MatchingEngine,
    random: Pcg64Mcg,
    instrument: InstrumentId,
    now: UnixNanos,
    fair: Price,
    followed: Option<Price>,
    trend: i64,
    quantity: Quantity,
    quotes: VecDeque<(ExchangeOrderId, AccountId)>,
    orders: u64,
    sequence: u64,
    last_quote: Option<(Level, Level)>,
    started: bool,
}

impl SimulatedMarket {
    /// A market that has not opened yet.
    pub fn new(instrument: Arc<Instrument>, settings: &SimulatedMarketSettings) -> SimulatedMarket {
        SimulatedMarket {
            engine: MatchingEngine::new(instrument, FeeSchedule::default()),
            random: Pcg64Mcg::seed_from_u64(settings.seed),
            instrument: settings.instrument,
            now: settings.start,
            fair: settings.price,
            followed: None,
            trend: 0,
            quantity: settings.quantity,
            quotes: VecDeque::new(),
            orders: 0,
            sequence: 1,
            last_quote: None,
            started: false,
        }
    }

    /// The time of the last event.
    pub fn now(&self) -> UnixNanos {
        self.now
    }

    /// What its traders think a fair price.
    pub fn fair(&self) -> Price {
        self.fair
    }

    /// Draws the fair price to another, from now on.
    pub fn follow(&mut self, price: Price) {
        self.followed = Some(price);
    }

    /// Lets one trader act and appends what the world sees of it.
    pub fn advance(&mut self, out: &mut Vec<MarketEvent>) {
        if !self.started {
            self.open(out);
            return;
        }
        let pause = self.below(LONGEST_PAUSE_NS).max(1);
        self.now = self.now.plus(pause as i64);
        self.move_fair_price();
        let mut events = Vec::new();
        match (self.mispriced(), self.below(100)) {
            (Some(side), 0..40) => self.take(side, &mut events),
            (_, 0..60) => self.quote(&mut events),
            (_, 60..80) => {
                let side = self.with_the_trend();
                self.take(side, &mut events);
            }
            (_, _) => self.cancel(&mut events),
        }
        self.publish(&events, out);
    }

    fn open(&mut self, out: &mut Vec<MarketEvent>) {
        self.started = true;
        let mut unseen = Vec::new();
        for _ in 0..FIRST_QUOTES {
            self.quote(&mut unseen);
        }
        out.push(MarketEvent::DepthSnapshot(DepthSnapshot {
            instrument: self.instrument,
            ts_recv: self.now,
            ts_event: Some(self.now),
            sequence: self.sequence,
            partial: false,
            bids: self.engine.resting().levels(Side::Buy).collect(),
            asks: self.engine.resting().levels(Side::Sell).collect(),
        }));
        self.publish_quote(out);
    }

    /// The fair price steps up to three ticks, drawn by a slow trend and by the price that it follows.
    fn move_fair_price(&mut self) {
        let tick = self.engine.instrument().tick_size.mantissa();
        if self.below(200) == 0 {
            self.trend = self.below(7) as i64 - 3;
        }
        let noise = self.below(7) as i64 - 3;
        let drift = if self.below(8) == 0 { self.trend } else { 0 };
        let floor = tick.saturating_mul(4 * WIDEST_QUOTE_TICKS as i64);
        let followed = self.followed.unwrap_or(self.fair).mantissa();
        let distance = followed.saturating_sub(self.fair.mantissa());
        let next = self
            .fair
            .mantissa()
            .saturating_add((noise + drift + distance / PULL / tick).saturating_mul(tick));
        self.fair = Price::from_mantissa(next.max(floor));
    }

    fn quote(&mut self, events: &mut Vec<ExchangeEvent>) {
        let side = self.side();
        let tick = self.engine.instrument().tick_size.mantissa();
        let away = (self.below(WIDEST_QUOTE_TICKS) as i64 + 1).saturating_mul(tick);
        let wanted = match side {
            Side::Buy => self.fair.mantissa() - away,
            Side::Sell => self.fair.mantissa() + away,
        };
        let price = Price::from_mantissa(wanted.div_euclid(tick) * tick);
        let account = AccountId::new(self.below(MAKERS) as u32);
        let id = self.next_id();
        let order = ExchangeOrder {
            id,
            account,
            side,
            kind: OrderKind::Limit {
                price,
                post_only: true,
            },
            time_in_force: TimeInForce::Gtc,
            quantity: self.size(),
            worst_price: None,
            self_trade: SelfTradePrevention::Allow,
            conditions: OrderConditions::default(),
        };
        self.engine.submit(order, &mut NothingDisplayed, events);
        self.quotes.push_back((id, account));
        while self.quotes.len() > MOST_QUOTES {
            self.cancel_oldest(events);
        }
    }

    /// The side that earns by taking a quote which the fair price has passed. Were none taken, they
    /// would keep makers from quoting the other side.
    fn mispriced(&self) -> Option<Side> {
        let best = |side| self.engine.resting().best_price(side);
        if best(Side::Sell).is_some_and(|ask| ask <= self.fair) {
            Some(Side::Buy)
        } else if best(Side::Buy).is_some_and(|bid| bid >= self.fair) {
            Some(Side::Sell)
        } else {
            None
        }
    }

    fn with_the_trend(&mut self) -> Side {
        if self.below(10) as i64 - 5 + self.trend >= 0 {
            Side::Buy
        } else {
            Side::Sell
        }
    }

    fn take(&mut self, side: Side, events: &mut Vec<ExchangeEvent>) {
        let order = ExchangeOrder {
            id: self.next_id(),
            account: TAKER,
            side,
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Ioc,
            quantity: self.size(),
            worst_price: None,
            self_trade: SelfTradePrevention::Allow,
            conditions: OrderConditions::default(),
        };
        self.engine.submit(order, &mut NothingDisplayed, events);
    }

    /// Cancels one of the quotes; filled and refused ones among them are forgotten on the way.
    fn cancel(&mut self, events: &mut Vec<ExchangeEvent>) {
        let last = self.quotes.len() as u64;
        let chosen = self.below(last.max(1)) as usize;
        if let Some((id, account)) = self.quotes.remove(chosen)
            && self.engine.resting().contains(id)
        {
            self.engine.cancel(id, account, events);
        }
    }

    fn cancel_oldest(&mut self, events: &mut Vec<ExchangeEvent>) {
        if let Some((id, account)) = self.quotes.pop_front()
            && self.engine.resting().contains(id)
        {
            self.engine.cancel(id, account, events);
        }
    }

    /// Shows the world trades, changed levels and a changed best price, in this order.
    fn publish(&mut self, events: &[ExchangeEvent], out: &mut Vec<MarketEvent>) {
        let mut touched = BTreeSet::new();
        for event in events {
            match event {
                ExchangeEvent::Filled(fill) => {
                    if fill.liquidity == Liquidity::Taker {
                        out.push(self.trade(fill));
                    } else {
                        touched.insert((fill.side, fill.price));
                    }
                }
                ExchangeEvent::Rested { side, price, .. }
                | ExchangeEvent::Cancelled { side, price, .. } => {
                    touched.insert((*side, *price));
                }
                ExchangeEvent::Accepted { .. }
                | ExchangeEvent::Triggered { .. }
                | ExchangeEvent::Rejected { .. }
                | ExchangeEvent::CancelRejected { .. }
                | ExchangeEvent::Replaced { .. }
                | ExchangeEvent::ReplaceRejected { .. }
                | ExchangeEvent::Expired { .. } => {}
            }
        }
        if touched.is_empty() {
            return;
        }
        let levels = |wanted: Side| {
            touched
                .iter()
                .filter(|(side, _)| *side == wanted)
                .map(|(side, price)| Level {
                    price: *price,
                    quantity: self.engine.resting().quantity_at(*side, *price),
                })
                .collect()
        };
        let (bids, asks) = (levels(Side::Buy), levels(Side::Sell));
        self.sequence += 1;
        out.push(MarketEvent::DepthDiff(DepthDiff {
            instrument: self.instrument,
            ts_recv: self.now,
            ts_event: Some(self.now),
            first_sequence: self.sequence,
            last_sequence: self.sequence,
            bids,
            asks,
        }));
        self.publish_quote(out);
    }

    fn trade(&self, fill: &ExchangeFill) -> MarketEvent {
        MarketEvent::Trade(Trade {
            instrument: self.instrument,
            ts_recv: self.now,
            ts_event: Some(self.now),
            trade_id: fill.trade_id,
            price: fill.price,
            quantity: fill.quantity,
            aggressor: Some(fill.side),
        })
    }

    fn publish_quote(&mut self, out: &mut Vec<MarketEvent>) {
        let best = |side| self.engine.resting().levels(side).next();
        let (Some(bid), Some(ask)) = (best(Side::Buy), best(Side::Sell)) else {
            return;
        };
        if self.last_quote == Some((bid, ask)) {
            return;
        }
        self.last_quote = Some((bid, ask));
        out.push(MarketEvent::Quote(Quote {
            instrument: self.instrument,
            ts_recv: self.now,
            ts_event: Some(self.now),
            sequence: Some(self.sequence),
            bid,
            ask,
        }));
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        }
    }

    /// A common order has the common size; some are up to four times as large.
    fn size(&mut self) -> Quantity {
        let lot = self.engine.instrument().lot_size.mantissa();
        let quarters = self.below(16) as i64 + 1;
        let wanted = self.quantity.mantissa().saturating_mul(quarters) / 4;
        Quantity::from_mantissa((wanted / lot * lot).max(lot))
    }

    fn next_id(&mut self) -> ExchangeOrderId {
        self.orders += 1;
        ExchangeOrderId::new(self.orders)
    }

    /// A number below `bound`, by multiplication; the bias of 2^-50 does not matter to a demo.
    fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.random.next_u64()) * u128::from(bound);
        (wide >> 64) as u64
    }
}

#[cfg(test)]
mod tests;
