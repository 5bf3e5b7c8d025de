//! Market events for a reader who lags: of what only the latest matters, the latest.

use std::collections::BTreeMap;

use alphaforge_types::{DepthDiff, InstrumentId, MarketEvent};

/// The events with only the last quote of each instrument, and with the changes of each book joined where
/// nothing is missing between them. Trades, bars, snapshots and notices are all kept, in order.
pub fn conflated(events: &[MarketEvent]) -> Vec<MarketEvent> {
    let mut last_quotes: BTreeMap<InstrumentId, usize> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        if let MarketEvent::Quote(quote) = event {
            last_quotes.insert(quote.instrument, place);
        }
    }
    let mut kept = Vec::with_capacity(events.len());
    let mut open: BTreeMap<InstrumentId, DepthDiff> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        match event {
            MarketEvent::Quote(quote) => {
                if last_quotes.get(&quote.instrument) == Some(&place) {
                    kept.push(event.clone());
                }
            }
            MarketEvent::DepthDiff(diff) => match open.get_mut(&diff.instrument) {
                Some(before) if diff.first_sequence == before.last_sequence + 1 => {
                    join(before, diff);
                }
                _ => {
                    if let Some(before) = open.insert(diff.instrument, diff.clone()) {
                        kept.push(MarketEvent::DepthDiff(before));
                    }
                }
            },
            MarketEvent::DepthSnapshot(_) | MarketEvent::FeedNotice(_) => {
                // What a book was before it is told before it.
                if let Some(before) = open.remove(&event.instrument()) {
                    kept.push(MarketEvent::DepthDiff(before));
                }
                kept.push(event.clone());
            }
            MarketEvent::Trade(_) | MarketEvent::VenueBar(_) => kept.push(event.clone()),
        }
    }
    kept.extend(open.into_values().map(MarketEvent::DepthDiff));
    kept
}

/// Levels are absolute: of two at one price the later one holds.
fn join(before: &mut DepthDiff, after: &DepthDiff) {
    before.ts_recv = after.ts_recv;
    before.ts_event = after.ts_event;
    before.last_sequence = after.last_sequence;
    before.bids.extend_from_slice(&after.bids);
    before.asks.extend_from_slice(&after.asks);
}

#[cfg(test)]
mod tests {
    use alphaforge_types::{Level, Price, Quantity, Quote, Trade, TradeId, UnixNanos};

    use super::*;

    fn level(price: i64, quantity: i64) -> Level {
        Level {
            price: Price::from_mantissa(price),
            quantity: Quantity::from_mantissa(quantity),
        }
    }

    fn quote(index: u32, bid: i64) -> MarketEvent {
        MarketEvent::Quote(Quote {
            instrument: InstrumentId::from_index(index),
            ts_recv: UnixNanos::from_nanos(1),
            ts_event: None,
            sequence: None,
            bid: level(bid, 1),
            ask: level(bid + 1, 1),
        })
    }

    fn diff(first: u64, last: u64, bid: i64) -> DepthDiff {
        DepthDiff {
            instrument: InstrumentId::from_index(0),
            ts_recv: UnixNanos::from_nanos(last as i64),
            ts_event: None,
            first_sequence: first,
            last_sequence: last,
            bids: vec![level(100, bid)],
            asks: vec![],
        }
    }

    fn trade() -> MarketEvent {
        MarketEvent::Trade(Trade {
            instrument: InstrumentId::from_index(0),
            ts_recv: UnixNanos::from_nanos(1),
            ts_event: None,
            trade_id: TradeId::new(1),
            price: Price::from_mantissa(100),
            quantity: Quantity::from_mantissa(1),
            aggressor: None,
        })
    }

    #[test]
    fn the_last_quote_of_each_instrument_and_all_trades_are_kept() {
        let events = [quote(0, 1), trade(), quote(1, 5), quote(0, 2), trade()];
        let kept = conflated(&events);
        assert_eq!(kept, [trade(), quote(1, 5), quote(0, 2), trade()]);
    }

    #[test]
    fn changes_of_a_book_are_joined_where_nothing_is_missing_between_them() {
        let events: Vec<MarketEvent> = [diff(1, 2, 1), diff(3, 5, 2), diff(7, 8, 3), diff(9, 9, 4)]
            .map(MarketEvent::DepthDiff)
            .into();
        let mut first = diff(1, 5, 1);
        first.bids.push(level(100, 2));
        let mut second = diff(7, 9, 3);
        second.bids.push(level(100, 4));
        assert_eq!(
            conflated(&events),
            [first, second].map(MarketEvent::DepthDiff)
        );
    }
}
