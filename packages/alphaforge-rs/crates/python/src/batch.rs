//! Batches of market events: decoders fill them, the runtime runs over them.

use std::sync::{Arc, Mutex};

use alphaforge_market::BarSpec;
use alphaforge_types::{
    Bar, DepthDiff, DepthSnapshot, FeedNotice, FeedState, Instrument as InnerInstrument,
    InstrumentId, Level, MarketEvent, NumberFault, Quote, Side, Trade, TradeId, UnixNanos,
    VenueBar,
};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::errors::{Error, Result};
use crate::events;
use crate::instrument::InstrumentTable;
use crate::raw_events;

/// Market events in the order in which they were received.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct EventBatch {
    table: Py<InstrumentTable>,
    events: Mutex<Arc<Vec<MarketEvent>>>,
}

#[pymethods]
impl EventBatch {
    #[new]
    fn new(table: Py<InstrumentTable>) -> EventBatch {
        EventBatch::with_events(table, Vec::new())
    }

    /// Adds a trade.
    #[pyo3(signature = (handle, ts_recv, ts_event, trade_id, price, quantity, aggressor=None))]
    fn add_trade(
        &self,
        handle: u32,
        ts_recv: i64,
        ts_event: Option<i64>,
        trade_id: u128,
        price: &Bound<'_, PyString>,
        quantity: &Bound<'_, PyString>,
        aggressor: Option<&str>,
    ) -> Result<()> {
        let instrument = self.instrument(handle)?;
        let level = level(instrument, price, quantity)?;
        if !level.price.is_positive() || !level.quantity.is_positive() {
            return Err(Error::Data(format!(
                "price {price} and quantity {quantity}: a trade has both above zero"
            )));
        }
        self.push(MarketEvent::Trade(Trade {
            instrument: InstrumentId::from_index(handle),
            ts_recv: UnixNanos::from_nanos(ts_recv),
            ts_event: ts_event.map(UnixNanos::from_nanos),
            trade_id: TradeId::new(trade_id),
            price: level.price,
            quantity: level.quantity,
            aggressor: aggressor.map(parse_side).transpose()?,
        }))
    }

    /// Adds a best bid and ask.
    #[pyo3(signature = (handle, ts_recv, ts_event, sequence, bid, bid_quantity, ask, ask_quantity))]
    fn add_quote(
        &self,
        handle: u32,
        ts_recv: i64,
        ts_event: Option<i64>,
        sequence: Option<u64>,
        bid: &Bound<'_, PyString>,
        bid_quantity: &Bound<'_, PyString>,
        ask: &Bound<'_, PyString>,
        ask_quantity: &Bound<'_, PyString>,
    ) -> Result<()> {
        let instrument = self.instrument(handle)?;
        self.push(MarketEvent::Quote(Quote {
            instrument: InstrumentId::from_index(handle),
            ts_recv: UnixNanos::from_nanos(ts_recv),
            ts_event: ts_event.map(UnixNanos::from_nanos),
            sequence,
            bid: level(instrument, bid, bid_quantity)?,
            ask: level(instrument, ask, ask_quantity)?,
        }))
    }

    /// Adds a whole book, or with `partial` its best levels. Levels are (price, quantity) texts.
    #[pyo3(signature = (handle, ts_recv, ts_event, sequence, bids, asks, *, partial=false))]
    fn add_snapshot(
        &self,
        handle: u32,
        ts_recv: i64,
        ts_event: Option<i64>,
        sequence: u64,
        bids: &Bound<'_, PyList>,
        asks: &Bound<'_, PyList>,
        partial: bool,
    ) -> Result<()> {
        let instrument = self.instrument(handle)?;
        self.push(MarketEvent::DepthSnapshot(DepthSnapshot {
            instrument: InstrumentId::from_index(handle),
            ts_recv: UnixNanos::from_nanos(ts_recv),
            ts_event: ts_event.map(UnixNanos::from_nanos),
            sequence,
            partial,
            bids: levels(instrument, bids)?,
            asks: levels(instrument, asks)?,
        }))
    }

    /// Adds changes to a book. Levels are (price, quantity) texts.
    fn add_diff(
        &self,
        handle: u32,
        ts_recv: i64,
        ts_event: Option<i64>,
        first_sequence: u64,
        last_sequence: u64,
        bids: &Bound<'_, PyList>,
        asks: &Bound<'_, PyList>,
    ) -> Result<()> {
        let instrument = self.instrument(handle)?;
        self.push(MarketEvent::DepthDiff(DepthDiff {
            instrument: InstrumentId::from_index(handle),
            ts_recv: UnixNanos::from_nanos(ts_recv),
            ts_event: ts_event.map(UnixNanos::from_nanos),
            first_sequence,
            last_sequence,
            bids: levels(instrument, bids)?,
            asks: levels(instrument, asks)?,
        }))
    }

    /// Adds a closed bar that the venue made.
    fn add_venue_bar(
        &self,
        handle: u32,
        ts_recv: i64,
        interval_ns: i64,
        ts_open: i64,
        open: &str,
        high: &str,
        low: &str,
        close: &str,
        volume: &str,
        trade_count: u64,
    ) -> Result<()> {
        let instrument = self.instrument(handle)?;
        let price = |text: &str| {
            instrument
                .parse_price(text)
                .map_err(|fault| bad_number(instrument, "price", text, fault))
        };
        let ts_open = UnixNanos::from_nanos(ts_open);
        let bar = Bar {
            instrument: InstrumentId::from_index(handle),
            ts_open,
            ts_close: ts_open.plus(interval_ns),
            open: price(open)?,
            high: price(high)?,
            low: price(low)?,
            close: price(close)?,
            volume: instrument
                .parse_quantity(volume)
                .map_err(|fault| bad_number(instrument, "quantity", volume, fault))?,
            trade_count,
        };
        self.push(MarketEvent::VenueBar(VenueBar {
            ts_recv: UnixNanos::from_nanos(ts_recv),
            interval_ns,
            bar,
        }))
    }

    /// Adds a change of the feed's connection.
    fn add_feed_notice(&self, handle: u32, ts_recv: i64, connected: bool) -> Result<()> {
        self.instrument(handle)?;
        self.push(MarketEvent::FeedNotice(FeedNotice {
            instrument: InstrumentId::from_index(handle),
            ts_recv: UnixNanos::from_nanos(ts_recv),
            state: if connected {
                FeedState::Connected
            } else {
                FeedState::Disconnected
            },
        }))
    }

    /// The instruments whose handles the events carry.
    #[getter]
    fn table(&self, py: Python<'_>) -> Py<InstrumentTable> {
        self.table.clone_ref(py)
    }

    /// When the first event was received, in ns since the epoch.
    #[getter]
    fn first_ts(&self) -> Result<Option<i64>> {
        Ok(self.shared()?.first().map(|event| event.ts_recv().nanos()))
    }

    /// When the last event was received, in ns since the epoch.
    #[getter]
    fn last_ts(&self) -> Result<Option<i64>> {
        Ok(self.shared()?.last().map(|event| event.ts_recv().nanos()))
    }

    /// The earliest time that the venue has put on any of the events, in ns since the epoch.
    #[getter]
    fn oldest_event_ts(&self) -> Result<Option<i64>> {
        let events = self.shared()?;
        let oldest = events.iter().filter_map(MarketEvent::ts_event).min();
        Ok(oldest.map(|ts| ts.nanos()))
    }

    /// The events for a reader who lags: the last quote of each instrument, the changes of each book in
    /// one, and everything else in order.
    fn conflated(&self, py: Python<'_>) -> Result<EventBatch> {
        let events = alphaforge_market::conflated(&self.shared()?);
        Ok(EventBatch::with_events(self.table.clone_ref(py), events))
    }

    /// Takes the events received at or before `ts` out of the front, as a batch of their own.
    fn take_until(&self, py: Python<'_>, ts: i64) -> Result<EventBatch> {
        let mut held = self.events.lock()?;
        let events = Arc::make_mut(&mut held);
        let count = events
            .iter()
            .position(|event| event.ts_recv().nanos() > ts)
            .unwrap_or(events.len());
        let taken = events.drain(..count).collect();
        Ok(EventBatch::with_events(self.table.clone_ref(py), taken))
    }

    /// The events of several batches of one table by receive time; at equal times in the order of
    /// the batches.
    #[staticmethod]
    fn merged(py: Python<'_>, batches: Vec<PyRef<'_, EventBatch>>) -> Result<EventBatch> {
        let Some(first) = batches.first() else {
            return Err(Error::Value("batches: give at least one".to_owned()));
        };
        let mut all = Vec::new();
        for batch in &batches {
            if !batch.table.is(&first.table) {
                return Err(Error::Value(
                    "batches: all must have the same instrument table".to_owned(),
                ));
            }
            all.extend(batch.shared()?.iter().cloned());
        }
        // Stable, so that events of one batch keep their order.
        all.sort_by_key(MarketEvent::ts_recv);
        Ok(EventBatch::with_events(first.table.clone_ref(py), all))
    }

    /// The events as objects.
    fn events(&self, py: Python<'_>) -> Result<Vec<Py<PyAny>>> {
        let table = self.table.get();
        self.shared()?
            .iter()
            .map(|event| to_python(py, event, table))
            .collect()
    }

    fn __len__(&self) -> Result<usize> {
        Ok(self.shared()?.len())
    }
}

impl EventBatch {
    pub(crate) fn is_of(&self, table: &Py<InstrumentTable>) -> bool {
        self.table.is(table)
    }

    pub(crate) fn instruments(&self) -> &InstrumentTable {
        self.table.get()
    }

    pub(crate) fn with_events(table: Py<InstrumentTable>, events: Vec<MarketEvent>) -> EventBatch {
        EventBatch {
            table,
            events: Mutex::new(Arc::new(events)),
        }
    }

    /// The events as they are now; adding to the batch does not change what was handed out.
    pub(crate) fn shared(&self) -> Result<Arc<Vec<MarketEvent>>> {
        Ok(Arc::clone(&*self.events.lock()?))
    }

    fn push(&self, event: MarketEvent) -> Result<()> {
        Arc::make_mut(&mut *self.events.lock()?).push(event);
        Ok(())
    }

    fn instrument(&self, handle: u32) -> Result<&InnerInstrument> {
        Ok(self.table.get().inner(handle)?)
    }
}

fn level(
    instrument: &InnerInstrument,
    price: &Bound<'_, PyString>,
    quantity: &Bound<'_, PyString>,
) -> Result<Level> {
    let (price, quantity) = (price.to_cow()?, quantity.to_cow()?);
    Ok(Level {
        price: instrument
            .parse_price(&price)
            .map_err(|fault| bad_number(instrument, "price", &price, fault))?,
        quantity: instrument
            .parse_quantity(&quantity)
            .map_err(|fault| bad_number(instrument, "quantity", &quantity, fault))?,
    })
}

fn levels(instrument: &InnerInstrument, list: &Bound<'_, PyList>) -> Result<Vec<Level>> {
    list.iter()
        .map(|entry| {
            let price = text(entry.get_item(0)?)?;
            let quantity = text(entry.get_item(1)?)?;
            level(instrument, &price, &quantity)
        })
        .collect()
}

fn text(value: Bound<'_, PyAny>) -> Result<Bound<'_, PyString>> {
    value
        .cast_into::<PyString>()
        .map_err(|_| Error::Data("a level must hold two texts".to_owned()))
}

fn bad_number(instrument: &InnerInstrument, name: &str, text: &str, fault: NumberFault) -> Error {
    let decimals = match name {
        "price" => instrument.price_decimals(),
        _ => instrument.quantity_decimals(),
    };
    match fault {
        NumberFault::TooManyDigits => Error::Data(format!(
            "{instrument}: {name} {text:?} does not fit its {decimals} decimals; is its specification that of the time of the data?"
        )),
        NumberFault::NotANumber | NumberFault::NotFinite => {
            Error::Data(format!("{instrument}: {name} {text:?}: {fault}"))
        }
    }
}

pub(crate) fn parse_side(text: &str) -> Result<Side> {
    match text {
        "buy" => Ok(Side::Buy),
        "sell" => Ok(Side::Sell),
        other => Err(Error::value("side", other, "use buy or sell")),
    }
}

fn to_python(py: Python<'_>, event: &MarketEvent, table: &InstrumentTable) -> Result<Py<PyAny>> {
    let instrument = table.object(py, event.instrument())?;
    let object = match event {
        MarketEvent::Trade(inner) => {
            let inner = *inner;
            Py::new(py, events::Trade { instrument, inner })?.into_any()
        }
        MarketEvent::Quote(inner) => {
            let inner = *inner;
            Py::new(py, events::Quote { instrument, inner })?.into_any()
        }
        MarketEvent::DepthSnapshot(inner) => {
            let inner = inner.clone();
            Py::new(py, raw_events::DepthSnapshot { instrument, inner })?.into_any()
        }
        MarketEvent::DepthDiff(inner) => {
            let inner = inner.clone();
            Py::new(py, raw_events::DepthDiff { instrument, inner })?.into_any()
        }
        MarketEvent::VenueBar(venue_bar) => {
            let spec = BarSpec::of_venue_bar(venue_bar);
            let inner = venue_bar.bar;
            let bar = events::Bar {
                instrument,
                spec,
                inner,
            };
            let bar = Py::new(py, bar)?;
            let ts_recv = venue_bar.ts_recv.nanos();
            Py::new(py, raw_events::VenueBar { bar, ts_recv })?.into_any()
        }
        MarketEvent::FeedNotice(inner) => {
            let inner = *inner;
            Py::new(py, raw_events::FeedNotice { instrument, inner })?.into_any()
        }
    };
    Ok(object)
}
