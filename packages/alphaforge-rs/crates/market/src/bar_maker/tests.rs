//! Larger bars made of smaller ones, and bars of the venue.

use alphaforge_types::{InstrumentId, Price, Quantity};
use proptest::prelude::*;

use super::*;
use crate::testing::{SECOND, maker, trade};

const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 1_440 * MINUTE;

fn venue_bar(open: i64, length: i64, prices: [i64; 4], volume: i64) -> Bar {
    let [open_price, high, low, close] = prices.map(Price::from_mantissa);
    Bar {
        instrument: InstrumentId::from_index(0),
        ts_open: UnixNanos::from_nanos(open),
        ts_close: UnixNanos::from_nanos(open + length),
        open: open_price,
        high,
        low,
        close,
        volume: Quantity::from_mantissa(volume),
        trade_count: 7,
    }
}

fn minute(number: i64, prices: [i64; 4]) -> Bar {
    venue_bar(number * MINUTE, MINUTE, prices, 10)
}

/// Beginning, prices, volume and trades of bars.
fn told(bars: [Option<Bar>; 2]) -> Vec<(i64, [i64; 4], i64, u64)> {
    let bars = bars.into_iter().flatten();
    bars.map(|bar| {
        let prices = [bar.open, bar.high, bar.low, bar.close].map(Price::mantissa);
        let open = bar.ts_open.nanos() / MINUTE;
        (open, prices, bar.volume.mantissa(), bar.trade_count)
    })
    .collect()
}

#[test]
fn a_larger_bar_of_the_venues_closes_with_the_one_that_ends_it() {
    let mut maker = maker("3m of 1m@venue");
    assert_eq!(told(maker.on_venue_bar(&minute(3, [5, 6, 4, 5]))), []);
    assert_eq!(told(maker.on_venue_bar(&minute(4, [5, 9, 5, 8]))), []);
    let closed = maker.on_venue_bar(&minute(5, [8, 8, 3, 7]));
    assert_eq!(told(closed), [(3, [5, 9, 3, 7], 30, 21)]);
}

#[test]
fn missing_smaller_bars_are_empty_intervals() {
    let mut maker = maker("3m of 1m@venue");
    maker.on_venue_bar(&minute(3, [5, 6, 4, 5]));
    // The last of a later interval closes both.
    let closed = maker.on_venue_bar(&minute(8, [1, 2, 1, 2]));
    let expected = [(3, [5, 6, 4, 5], 10, 7), (6, [1, 2, 1, 2], 10, 7)];
    assert_eq!(told(closed), expected);
}

#[test]
fn a_bar_of_the_venue_counts_once_and_only_where_it_is_of_the_kind() {
    let mut maker = maker("1m@venue");
    let bar = minute(3, [5, 6, 4, 5]);
    assert_eq!(maker.on_venue_bar(&bar), [Some(bar), None]);
    assert_eq!(maker.on_venue_bar(&bar), [None, None]);
    assert_eq!(maker.on_venue_bar(&minute(2, [5, 6, 4, 5])), [None, None]);
    let other_length = venue_bar(5 * MINUTE, 5 * MINUTE, [5, 6, 4, 5], 1);
    assert_eq!(maker.on_venue_bar(&other_length), [None, None]);
    let off_the_grid = venue_bar(4 * MINUTE + 1, MINUTE, [5, 6, 4, 5], 1);
    assert_eq!(maker.on_venue_bar(&off_the_grid), [None, None]);
    assert_eq!(
        maker.venue_bars_until(),
        Some(UnixNanos::from_nanos(4 * MINUTE))
    );
}

#[test]
fn weeks_and_months_of_the_venue_are_those_of_the_calendar() {
    let week = venue_bar(4 * DAY, 7 * DAY, [5, 6, 4, 5], 1);
    assert_eq!(maker("1w@venue").on_venue_bar(&week), [Some(week), None]);
    assert_eq!(maker("7d@venue").on_venue_bar(&week), [None, None]);
    let february = venue_bar(31 * DAY, 28 * DAY, [5, 6, 4, 5], 1);
    assert_eq!(
        maker("1mo@venue").on_venue_bar(&february),
        [Some(february), None]
    );
}

/// All bars that trades make, with what event time closes after each.
fn bars_of(maker: &mut BarMaker, trades: &[Trade]) -> (Vec<Bar>, usize) {
    let (mut bars, mut late, mut event_time) = (Vec::new(), 0, UnixNanos::ZERO);
    for trade in trades {
        match maker.on_trade(trade) {
            TradeOutcome::Forming => {}
            TradeOutcome::Late => late += 1,
            TradeOutcome::Closed(bar) => bars.push(bar),
        }
        event_time = event_time.max(trade.time());
        bars.extend(maker.on_event_time(event_time));
    }
    (bars, late)
}

fn pauses() -> impl Strategy<Value = i64> {
    prop_oneof![
        0..SECOND,
        Just(0),
        Just(SECOND),
        Just(MINUTE),
        0..10 * MINUTE,
        0..20 * 60 * MINUTE
    ]
}

proptest! {
    /// In the order of time nothing is late, and larger bars are exactly those of the trades, closed by
    /// the same trade.
    #[test]
    fn larger_bars_equal_bars_of_the_trades(
        spec in prop::sample::select(vec![
            ("5m", "1m"), ("1m", "1s"), ("1h", "5m"), ("1w", "1d"), ("1mo", "1h"),
            ("1d@Europe/Zurich", "30m"), ("1mo@Europe/Zurich", "1d@Europe/Zurich"),
        ]),
        steps in prop::collection::vec((pauses(), 1_i64..100, 1_i64..100), 1..200),
    ) {
        let mut time = 1_711_800_000 * SECOND; // the day before clocks change in Europe
        let trades: Vec<Trade> = steps.iter().map(|(pause, price, quantity)| {
            time += pause;
            trade(time, *price, *quantity)
        }).collect();
        let (large, small) = spec;
        let (mut direct, mut composite) = (maker(large), maker(&format!("{large} of {small}")));
        for count in 0..=trades.len() {
            let direct = bars_of(&mut direct, &trades[count.saturating_sub(1)..count]);
            let composite = bars_of(&mut composite, &trades[count.saturating_sub(1)..count]);
            prop_assert_eq!(direct, composite);
        }
    }
}
