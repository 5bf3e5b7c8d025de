//! Columns hold events without loss, and refuse what is no event.
#![cfg(test)]

use alphaforge_data::{ColumnError, Columns, LEVEL_COLUMNS, ROW_COLUMNS, Scales, decode, encode};
use alphaforge_types::{
    Bar, Currency, Decimal, DepthDiff, DepthSnapshot, FeedNotice, FeedState, Instrument,
    InstrumentId, InstrumentSpec, InstrumentStatus, Level, MarketEvent, Price, Quantity, Quote,
    Side, Trade, TradeId, UnixNanos, VenueBar,
};
use proptest::prelude::*;

const SCALES: Scales = Scales {
    price: 4,
    quantity: 8,
};

fn instrument(symbol: &str, tick: &str, lot: &str) -> Instrument {
    Instrument::new(&InstrumentSpec {
        venue: "TEST".to_owned(),
        symbol: symbol.to_owned(),
        base: Currency::new("BTC").unwrap(),
        quote: Currency::new("USDT").unwrap(),
        tick_size: Decimal::parse(tick).unwrap(),
        lot_size: Decimal::parse(lot).unwrap(),
        min_quantity: None,
        max_quantity: None,
        min_price: None,
        max_price: None,
        min_notional: None,
        max_notional: None,
        status: InstrumentStatus::Trading,
    })
    .unwrap()
}

/// Two instruments whose decimals differ in both directions.
fn grids() -> [Instrument; 2] {
    [
        instrument("FINE", "0.0001", "1"),
        instrument("COARSE", "0.5", "0.00000001"),
    ]
}

fn packed(events: &[MarketEvent]) -> Columns {
    let grids = grids();
    encode(events, |id| grids.get(id.index()), SCALES).unwrap()
}

fn unpacked(columns: &Columns) -> Result<Vec<MarketEvent>, ColumnError> {
    let grids = grids();
    let rows: Vec<&[u8]> = columns.rows.iter().map(Vec::as_slice).collect();
    let levels: Vec<&[u8]> = columns.levels.iter().map(Vec::as_slice).collect();
    decode(&rows, &levels, |id| grids.get(id.index()), SCALES)
}

fn level() -> impl Strategy<Value = Level> {
    (any::<i64>(), any::<i64>()).prop_map(|(price, quantity)| Level {
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
    })
}

fn positive_level() -> impl Strategy<Value = Level> {
    (1..=i64::MAX, 1..=i64::MAX).prop_map(|(price, quantity)| Level {
        price: Price::from_mantissa(price),
        quantity: Quantity::from_mantissa(quantity),
    })
}

fn levels() -> impl Strategy<Value = Vec<Level>> {
    proptest::collection::vec(level(), 0..4)
}

/// What all kinds of events have.
fn head() -> impl Strategy<Value = (InstrumentId, UnixNanos, Option<UnixNanos>)> {
    (0..2_u32, any::<i64>(), any::<Option<i64>>()).prop_map(|(handle, ts_recv, ts_event)| {
        (
            InstrumentId::from_index(handle),
            UnixNanos::from_nanos(ts_recv),
            ts_event.map(UnixNanos::from_nanos),
        )
    })
}

fn trade() -> impl Strategy<Value = MarketEvent> {
    (head(), any::<u128>(), positive_level(), 0..3_usize).prop_map(|(head, id, level, side)| {
        MarketEvent::Trade(Trade {
            instrument: head.0,
            ts_recv: head.1,
            ts_event: head.2,
            trade_id: TradeId::new(id),
            price: level.price,
            quantity: level.quantity,
            aggressor: [None, Some(Side::Buy), Some(Side::Sell)][side],
        })
    })
}

fn quote() -> impl Strategy<Value = MarketEvent> {
    (head(), any::<Option<u64>>(), level(), level()).prop_map(|(head, sequence, bid, ask)| {
        MarketEvent::Quote(Quote {
            instrument: head.0,
            ts_recv: head.1,
            ts_event: head.2,
            sequence,
            bid,
            ask,
        })
    })
}

fn depth() -> impl Strategy<Value = MarketEvent> {
    (head(), any::<[u64; 2]>(), 0..3_u8, levels(), levels()).prop_map(
        |(head, [first_sequence, sequence], kind, bids, asks)| match kind {
            0 => MarketEvent::DepthDiff(DepthDiff {
                instrument: head.0,
                ts_recv: head.1,
                ts_event: head.2,
                first_sequence,
                last_sequence: sequence,
                bids,
                asks,
            }),
            _ => MarketEvent::DepthSnapshot(DepthSnapshot {
                instrument: head.0,
                ts_recv: head.1,
                ts_event: head.2,
                sequence,
                partial: kind == 2,
                bids,
                asks,
            }),
        },
    )
}

fn venue_bar() -> impl Strategy<Value = MarketEvent> {
    let interval_ns = 1..86_400_000_000_000_i64;
    (head(), interval_ns, any::<[i64; 5]>(), any::<u64>()).prop_map(
        |(head, interval_ns, [open, high, low, close, volume], trade_count)| {
            MarketEvent::VenueBar(VenueBar {
                ts_recv: head.1,
                interval_ns,
                bar: Bar {
                    instrument: head.0,
                    ts_open: head.1,
                    ts_close: head.1.plus(interval_ns),
                    open: Price::from_mantissa(open),
                    high: Price::from_mantissa(high),
                    low: Price::from_mantissa(low),
                    close: Price::from_mantissa(close),
                    volume: Quantity::from_mantissa(volume),
                    trade_count,
                },
            })
        },
    )
}

fn notice() -> impl Strategy<Value = MarketEvent> {
    (head(), any::<bool>()).prop_map(|(head, connected)| {
        MarketEvent::FeedNotice(FeedNotice {
            instrument: head.0,
            ts_recv: head.1,
            state: if connected {
                FeedState::Connected
            } else {
                FeedState::Disconnected
            },
        })
    })
}

fn events() -> impl Strategy<Value = Vec<MarketEvent>> {
    let event = prop_oneof![trade(), quote(), depth(), venue_bar(), notice()];
    proptest::collection::vec(event, 0..20)
}

proptest! {
    #[test]
    fn any_events_come_back_as_they_were(events in events()) {
        prop_assert_eq!(unpacked(&packed(&events)), Ok(events));
    }

    #[test]
    fn columns_of_zeros_may_be_empty(events in events()) {
        let mut columns = packed(&events);
        for column in columns.rows.iter_mut().skip(1) {
            if column.iter().all(|byte| *byte == 0) {
                column.clear();
            }
        }
        prop_assert_eq!(unpacked(&columns), Ok(events));
    }

    #[test]
    fn damaged_columns_never_panic(
        events in events(), column in 0..ROW_COLUMNS.len(), cell in any::<[u8; 16]>(),
    ) {
        let mut columns = packed(&events);
        let width = ROW_COLUMNS[column].1;
        if columns.rows[column].len() >= width {
            columns.rows[column][..width].copy_from_slice(&cell[..width]);
        }
        let _ = unpacked(&columns);
    }
}

/// A trade at 50000.5 of `COARSE`, and a diff with a level on each side.
fn two_events() -> Columns {
    let level = Level {
        price: Price::from_mantissa(500_005),
        quantity: Quantity::from_mantissa(3),
    };
    let instrument = InstrumentId::from_index(1);
    let at = UnixNanos::from_nanos(5);
    packed(&[
        MarketEvent::Trade(Trade {
            instrument,
            ts_recv: at,
            ts_event: Some(at),
            trade_id: TradeId::new(7),
            price: level.price,
            quantity: level.quantity,
            aggressor: None,
        }),
        MarketEvent::DepthDiff(DepthDiff {
            instrument,
            ts_recv: at,
            ts_event: None,
            first_sequence: 1,
            last_sequence: 2,
            bids: vec![level],
            asks: vec![level],
        }),
    ])
}

/// What is said of the two events with other bytes at the beginning of a column.
fn fault(column: &str, bytes: &[u8]) -> String {
    let mut columns = two_events();
    let names = ROW_COLUMNS.iter().map(|(name, _)| *name);
    let at = names
        .chain(LEVEL_COLUMNS)
        .position(|name| name == column)
        .unwrap();
    let column = match at.checked_sub(ROW_COLUMNS.len()) {
        Some(level) => &mut columns.levels[level],
        None => &mut columns.rows[at],
    };
    column[..bytes.len()].copy_from_slice(bytes);
    unpacked(&columns).unwrap_err().to_string()
}

#[test]
fn what_is_no_event_is_refused() {
    let table: [(&str, &[u8], &str); 8] = [
        ("kind", &[6], "row 0: kind = 6 means nothing"),
        ("kind", &[3, 9], "row 1: kind = 9 means nothing"),
        ("aggressor", &[3], "row 0: aggressor = 3 means nothing"),
        (
            "has_ts_event",
            &[2],
            "row 0: has_ts_event = 2 means nothing",
        ),
        ("instrument", &[2], "row 0: no instrument has the handle 2"),
        (
            "price",
            &[1, 0],
            "row 0: TEST:COARSE: trade 499974145e-4 does not fit its 1 decimals",
        ),
        (
            "quantity",
            &[0],
            "row 0: a trade has price and quantity above zero",
        ),
        (
            "asks_price",
            &[1, 0],
            "row 1: TEST:COARSE: asks_price 499974145e-4 does not fit its 1 decimals",
        ),
    ];
    for (column, bytes, said) in table {
        assert_eq!(fault(column, bytes), said);
    }
}

#[test]
fn columns_of_other_lengths_are_refused() {
    for at in 0..ROW_COLUMNS.len() {
        let mut columns = two_events();
        columns.rows[at].push(0);
        assert!(
            matches!(unpacked(&columns), Err(ColumnError::Length { .. })),
            "{at}"
        );
    }
    for at in 0..LEVEL_COLUMNS.len() {
        for change in [-1_i64, 1] {
            let mut columns = two_events();
            let length = (columns.levels[at].len() as i64 + change) as usize;
            columns.levels[at].resize(length, 0);
            assert!(
                matches!(unpacked(&columns), Err(ColumnError::Length { .. })),
                "{at}"
            );
        }
    }
}

#[test]
fn a_scale_that_is_too_small_or_too_large_is_refused() {
    let grids = grids();
    let events = unpacked(&two_events()).unwrap();
    for (price, quantity, said) in [
        (
            0,
            8,
            "TEST:COARSE: 1 decimals do not fit a column of scale 0",
        ),
        (
            1,
            7,
            "TEST:COARSE: 8 decimals do not fit a column of scale 7",
        ),
        (
            40,
            8,
            "TEST:COARSE: 1 decimals do not fit a column of scale 40",
        ),
    ] {
        let scales = Scales { price, quantity };
        let error = encode(&events, |id| grids.get(id.index()), scales).unwrap_err();
        assert_eq!(error.to_string(), said);
    }
}
