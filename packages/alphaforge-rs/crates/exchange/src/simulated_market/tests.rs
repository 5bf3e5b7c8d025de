//! The simulated market repeats, and its book is always that of its quotes.

use super::*;
use crate::testing::instrument;
use alphaforge_market::{BookState, MarketView};

fn market(seed: u64) -> SimulatedMarket {
    SimulatedMarket::new(
        instrument(),
        &SimulatedMarketSettings {
            seed,
            instrument: InstrumentId::from_index(0),
            start: UnixNanos::from_nanos(1_000),
            price: Price::from_mantissa(50_000),
            quantity: Quantity::from_mantissa(100),
        },
    )
}

fn run(seed: u64, steps: usize) -> Vec<MarketEvent> {
    let mut market = market(seed);
    let mut events = Vec::new();
    for _ in 0..steps {
        market.advance(&mut events);
    }
    events
}

#[test]
fn the_same_seed_gives_the_same_market() {
    assert_eq!(run(7, 2_000), run(7, 2_000));
    assert_ne!(run(7, 2_000), run(8, 2_000));
}

#[test]
fn the_book_that_the_world_builds_stays_in_sync_and_equals_the_quotes() {
    let mut view = MarketView::default();
    let mut trades = 0;
    for event in run(3, 20_000) {
        match event {
            MarketEvent::Trade(trade) => {
                trades += 1;
                view.on_trade(&trade);
            }
            MarketEvent::Quote(quote) => {
                let book = view.book().synced().unwrap();
                assert_eq!(book.best(Side::Buy), Some(quote.bid));
                assert_eq!(book.best(Side::Sell), Some(quote.ask));
                view.on_quote(&quote);
            }
            MarketEvent::DepthSnapshot(snapshot) => {
                view.on_snapshot(&snapshot);
            }
            MarketEvent::DepthDiff(diff) => {
                view.on_diff(&diff);
                assert!(matches!(view.book().state(), BookState::Synced { .. }));
            }
            MarketEvent::VenueBar(_) | MarketEvent::FeedNotice(_) => {}
        }
    }
    assert!(trades > 1_000, "{trades} trades");
}
