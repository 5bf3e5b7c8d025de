//! Tests of how resting orders fill.

use super::*;
use crate::fees::FeeSchedule;
use crate::market_liquidity::{Consumed, MarketLiquidity};
use crate::queue_model::{CancelSplit, QueueModel};
use crate::testing::{instrument, limit};
use alphaforge_market::MarketView;
use alphaforge_types::{InstrumentId, Level, Price, Quote, TradeId, UnixNanos};

fn level(price: i64, quantity: i64) -> Level {
    Level {
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
    }
}

fn view(bid: Level, ask: Level) -> MarketView {
    let mut view = MarketView::default();
    view.on_quote(&Quote {
        instrument: InstrumentId::from_index(0),
        ts_recv: UnixNanos::ZERO,
        ts_event: None,
        sequence: None,
        bid,
        ask,
    });
    view
}

fn trade(price: i64, quantity: i64, aggressor: Option<Side>) -> Trade {
    Trade {
        instrument: InstrumentId::from_index(0),
        ts_recv: UnixNanos::ZERO,
        ts_event: None,
        trade_id: TradeId::new(1),
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
        aggressor,
    }
}

fn filled(engine: &mut MatchingEngine, trade: &Trade) -> Vec<(u64, i64, i64)> {
    let mut events = Vec::new();
    engine.on_market_trade(trade, &mut events);
    fills(&events)
}

fn fills(events: &[ExchangeEvent]) -> Vec<(u64, i64, i64)> {
    events
        .iter()
        .filter_map(|event| match event {
            ExchangeEvent::Filled(fill) => Some((
                fill.order.number(),
                fill.price.mantissa(),
                fill.quantity.mantissa(),
            )),
            ExchangeEvent::Accepted { .. }
            | ExchangeEvent::Rested { .. }
            | ExchangeEvent::Triggered { .. }
            | ExchangeEvent::Rejected { .. }
            | ExchangeEvent::Cancelled { .. }
            | ExchangeEvent::CancelRejected { .. }
            | ExchangeEvent::Replaced { .. }
            | ExchangeEvent::ReplaceRejected { .. }
            | ExchangeEvent::Expired { .. } => None,
        })
        .collect()
}

/// Bids of 3 and 4 at 100 behind 10 displayed, and one of 2 at 99 whose queue cannot be seen.
fn engine() -> MatchingEngine {
    let mut engine = MatchingEngine::new(instrument(), FeeSchedule::default());
    let (view, mut consumed) = (view(level(100, 10), level(102, 10)), Consumed::default());
    for (id, price, quantity) in [(1, 100, 3), (2, 100, 4), (3, 99, 2)] {
        let mut shown = MarketLiquidity::new(&view, &mut consumed);
        let order = limit(id, 1, Side::Buy, price, quantity);
        engine.submit(order, &mut shown, &mut Vec::new());
    }
    engine
}

#[test]
fn trades_at_our_price_advance_the_queue() {
    let mut engine = engine();
    let sold = |quantity| trade(100, quantity, Some(Side::Sell));
    assert_eq!(filled(&mut engine, &sold(9)), []);
    assert_eq!(filled(&mut engine, &sold(2)), [(1, 100, 1)]);
    assert_eq!(filled(&mut engine, &sold(5)), [(1, 100, 2), (2, 100, 3)]);
    assert_eq!(filled(&mut engine, &sold(5)), [(2, 100, 1)]);
}

#[test]
fn trades_of_the_other_side_do_not() {
    let mut engine = engine();
    assert_eq!(filled(&mut engine, &trade(100, 99, Some(Side::Buy))), []);
    assert_eq!(filled(&mut engine, &trade(100, 99, None)), []);
}

#[test]
fn a_trade_at_a_worse_price_came_through_and_fills_at_most_its_own_quantity() {
    let mut engine = engine();
    let through = trade(98, 8, None);
    assert_eq!(
        filled(&mut engine, &through),
        [(1, 100, 3), (2, 100, 4), (3, 99, 1)]
    );
}

#[test]
fn a_queue_that_comes_into_sight_counts_from_then_on() {
    let mut engine = engine();
    let sold = trade(99, 9, Some(Side::Sell));
    // Through 100 with 7, and at 99 the queue before order 3 is unknown.
    assert_eq!(filled(&mut engine, &sold), [(1, 100, 3), (2, 100, 4)]);
    let (view, mut consumed) = (view(level(99, 5), level(102, 10)), Consumed::default());
    let mut shown = MarketLiquidity::new(&view, &mut consumed);
    engine.on_market_change(&mut shown, &mut Vec::new());
    let sold = trade(99, 6, Some(Side::Sell));
    assert_eq!(filled(&mut engine, &sold), [(3, 99, 1)]);
}

fn best(quantity: i64) -> Level {
    level(100, quantity)
}

#[test]
fn a_cancellation_is_seen_where_less_is_shown_than_was_before_us() {
    let mut engine = engine();
    // Of the 10 before orders 1 and 2, seven are cancelled; what then joins is behind them.
    engine.on_levels_shown(Side::Buy, &[best(3)]);
    engine.on_levels_shown(Side::Buy, &[best(50)]);
    let sold = trade(100, 4, Some(Side::Sell));
    assert_eq!(filled(&mut engine, &sold), [(1, 100, 1)]);
}

#[test]
fn what_is_shown_as_a_whole_moves_us_as_its_levels_would() {
    let mut engine = engine();
    let (view, mut consumed) = (view(best(3), level(102, 10)), Consumed::default());
    engine.on_all_shown(&MarketLiquidity::new(&view, &mut consumed));
    let sold = trade(100, 4, Some(Side::Sell));
    assert_eq!(filled(&mut engine, &sold), [(1, 100, 1)]);
}

#[test]
fn the_model_decides_how_far_a_cancellation_brings_us() {
    let power = QueueModel::Probabilistic(CancelSplit::Power { exponent: 1 });
    for (model, sold_before_us) in [(QueueModel::RiskAverse, 10), (power, 6)] {
        let mut engine = engine().with_queue_model(model);
        engine.on_levels_shown(Side::Buy, &[best(20)]);
        // Ten before us and ten behind us: of the eight that are cancelled, four are on either side.
        engine.on_levels_shown(Side::Buy, &[best(12)]);
        let sold = trade(100, sold_before_us + 1, Some(Side::Sell));
        assert_eq!(filled(&mut engine, &sold), [(1, 100, 1)], "{model:?}");
    }
}

#[test]
fn who_offers_at_our_price_or_beyond_it_meets_us_with_what_it_has() {
    let mut engine = engine();
    let (view, mut consumed) = (view(level(98, 9), level(99, 8)), Consumed::default());
    let mut change = || {
        let mut events = Vec::new();
        let mut shown = MarketLiquidity::new(&view, &mut consumed);
        engine.on_market_change(&mut shown, &mut events);
        fills(&events)
    };
    // Best price first, then time; at our prices, not at theirs.
    assert_eq!(change(), [(1, 100, 3), (2, 100, 4), (3, 99, 1)]);
    // What it had is taken until it is shown anew.
    assert_eq!(change(), []);
}

#[test]
fn who_does_not_reach_our_price_does_not_meet_us() {
    let mut engine = engine();
    let (view, mut consumed) = (view(level(98, 9), level(101, 8)), Consumed::default());
    let mut events = Vec::new();
    let mut shown = MarketLiquidity::new(&view, &mut consumed);
    engine.on_market_change(&mut shown, &mut events);
    assert_eq!(fills(&events), []);
}
