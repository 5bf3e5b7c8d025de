//! A strategy's door to the runtime: commands in, views out.

use std::sync::Arc;

use alphaforge_kernel::{Command, Replace, SubmitGroup};
use alphaforge_market::BarSpec;
use alphaforge_risk::{OrderField, Scope, Verdict};
use alphaforge_runtime::{Channel, MOST_BARS, OrderUpdate};
use alphaforge_types::{Currency, OrderId, OrderTerms, StrategyId};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::account::{Balance, Position};
use crate::batch::parse_side;
use crate::book::Book;
use crate::errors::{Error, Result};
use crate::instrument::Instrument;
use crate::orders::Order;
use crate::outcome::Outcome;
use crate::packed_bars::pack;
use crate::parent::Parent;
use crate::portfolio::Portfolio;
use crate::shared::Shared;
use crate::ticket::Numbers;

/// What a strategy can do and see. Made by `Runtime.add_strategy`.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct StrategyPort {
    pub(crate) shared: Arc<Shared>,
    pub(crate) strategy: StrategyId,
}

#[pymethods]
impl StrategyPort {
    /// Sends an order; a price of None makes it a market order, and `quote_quantity` in place of a
    /// quantity one in the quote currency. At most one of `stop`, `take_profit` (prices) and `trailing`
    /// (a distance) lets it wait for the market. `expires_at` is in ns since the epoch. Numbers are
    /// brought onto the instrument's grid: never to a more aggressive price, never to a larger size.
    /// `parent` is a parent order's id; `verdict` is a risk rule's (rule, reason), which denies.
    #[pyo3(signature = (instrument, side, quantity=None, price=None, *, time_in_force="gtc",
        post_only=false, stop=None, take_profit=None, trailing=None, expires_at=None, display=None,
        quote_quantity=None, reduce_only=false, allow_stale=false, parent=None, verdict=None))]
    fn submit(
        &self,
        instrument: &Instrument,
        side: &str,
        quantity: Option<&Bound<'_, PyAny>>,
        price: Option<&Bound<'_, PyAny>>,
        time_in_force: &str,
        post_only: bool,
        stop: Option<&Bound<'_, PyAny>>,
        take_profit: Option<&Bound<'_, PyAny>>,
        trailing: Option<&Bound<'_, PyAny>>,
        expires_at: Option<i64>,
        display: Option<&Bound<'_, PyAny>>,
        quote_quantity: Option<&Bound<'_, PyAny>>,
        reduce_only: bool,
        allow_stale: bool,
        parent: Option<u32>,
        verdict: Option<(String, String)>,
    ) -> Result<Outcome> {
        let mut ticket = self.ticket(instrument, side)?;
        ticket.quantity(quantity, quote_quantity)?;
        ticket.price(price, post_only)?;
        ticket.trigger(stop, take_profit, trailing)?;
        ticket.time_in_force(time_in_force, expires_at, self.shared.lock()?.now())?;
        ticket.display(display)?;
        ticket.permissions(reduce_only, allow_stale);
        ticket.parent(parent);
        self.one(Command::Submit(ticket.submit(verdict)))
    }

    /// Sends a limit order and a stop of which at most one trades (one cancels the other), and with
    /// `entry` an order of the other side that opens what they close. Returns an outcome for each, the
    /// entry's first. `side` is that of the entry, or without one that of both orders.
    #[pyo3(signature = (instrument, side, quantity, *, entry, entry_price=None, post_only=false,
        time_in_force="gtc", limit, stop=None, stop_limit=None, trailing=None, allow_stale=false,
        verdict=None))]
    fn submit_group(
        &self,
        instrument: &Instrument,
        side: &str,
        quantity: &Bound<'_, PyAny>,
        entry: bool,
        entry_price: Option<&Bound<'_, PyAny>>,
        post_only: bool,
        time_in_force: &str,
        limit: &Bound<'_, PyAny>,
        stop: Option<&Bound<'_, PyAny>>,
        stop_limit: Option<&Bound<'_, PyAny>>,
        trailing: Option<&Bound<'_, PyAny>>,
        allow_stale: bool,
        verdict: Option<(String, String)>,
    ) -> Result<Vec<Outcome>> {
        if stop.is_none() && trailing.is_none() {
            let remedy = "give the stop's price, or the distance of one that trails";
            return Err(Error::Value(format!("stop None: {remedy}")));
        }
        let now = self.shared.lock()?.now();
        let exit_side = if entry {
            parse_side(side)?.opposite().name()
        } else {
            side
        };
        let mut take_profit = self.ticket(instrument, exit_side)?;
        take_profit.quantity(Some(quantity), None)?;
        take_profit.price(Some(limit), false)?;
        take_profit.permissions(false, allow_stale);
        let mut guard = self.ticket(instrument, exit_side)?;
        guard.quantity(Some(quantity), None)?;
        guard.price(stop_limit, false)?;
        guard.trigger(stop, None, trailing)?;
        guard.permissions(false, allow_stale);
        let mut group = SubmitGroup {
            entry: None,
            exits: vec![take_profit.submit(None), guard.submit(None)],
        };
        if entry {
            let mut ticket = self.ticket(instrument, side)?;
            ticket.quantity(Some(quantity), None)?;
            ticket.price(entry_price, post_only)?;
            ticket.time_in_force(time_in_force, None, now)?;
            ticket.permissions(false, allow_stale);
            group.entry = Some(ticket.submit(verdict));
        } else {
            group.exits[0].verdict = verdict.map(|(rule, reason)| Verdict { rule, reason });
        }
        self.command(Command::SubmitGroup(group))
    }

    /// Changes a limit order. `quantity` is the whole quantity, what is filled included.
    #[pyo3(signature = (order_id, price, quantity, *, verdict=None))]
    fn replace(
        &self,
        order_id: u64,
        price: &Bound<'_, PyAny>,
        quantity: &Bound<'_, PyAny>,
        verdict: Option<(String, String)>,
    ) -> Result<Outcome> {
        let order = OrderId::from_raw(order_id);
        let (instrument, side) = {
            let runtime = self.shared.lock()?;
            let found = runtime.kernel().orders().get(order);
            let found = found.map(|order| (order.instrument, order.side));
            let (id, side) = found.ok_or_else(|| Error::unknown_order(order_id))?;
            let instrument = runtime.kernel().instrument(id).map(Arc::clone);
            (
                instrument.ok_or_else(|| Error::unknown_order(order_id))?,
                side,
            )
        };
        let mut numbers = Numbers::new(&instrument, side);
        let terms = OrderTerms {
            price: numbers.price(OrderField::Price, price)?,
            quantity: numbers.quantity(OrderField::Quantity, quantity)?,
        };
        self.one(Command::Replace(Replace {
            strategy: self.strategy,
            order,
            terms,
            fault: numbers.fault,
            verdict: verdict.map(|(rule, reason)| Verdict { rule, reason }),
        }))
    }

    /// Notes a quantity that will be traded by several orders; it is rounded down to the lot.
    fn parent(
        &self,
        py: Python<'_>,
        instrument: &Instrument,
        side: &str,
        quantity: &Bound<'_, PyAny>,
    ) -> Result<Parent> {
        Parent::new(py, &self.shared, self.strategy, instrument, side, quantity)
    }

    /// Cancels an order.
    fn cancel(&self, order_id: u64) -> Result<Outcome> {
        self.one(Command::Cancel {
            strategy: self.strategy,
            order: OrderId::from_raw(order_id),
        })
    }

    /// Cancels all orders of the strategy, or those in one instrument.
    #[pyo3(signature = (instrument=None))]
    fn cancel_all(&self, instrument: Option<&Instrument>) -> Result<Outcome> {
        let instrument = instrument
            .map(|instrument| self.find(instrument))
            .transpose()?;
        self.one(Command::CancelAll {
            strategy: self.strategy,
            instrument,
        })
    }

    /// Subscribes to `trades`, `quotes`, `book` or `feed_status` of an instrument.
    fn subscribe(&self, instrument: &Instrument, channel: &str) -> Result<()> {
        let id = self.find(instrument)?;
        let channel = match channel {
            "trades" => Channel::Trades,
            "quotes" => Channel::Quotes,
            "book" => Channel::Book,
            "feed_status" => Channel::FeedStatus,
            other => {
                let hint = "use trades, quotes, book or feed_status";
                return Err(Error::value("channel", other, hint));
            }
        };
        self.shared.lock()?.subscribe(self.strategy, id, channel);
        Ok(())
    }

    /// Subscribes to bars of an instrument, such as `5m`, `1d@Europe/Zurich`, `100t`, `1m@venue` or
    /// `1h of 1m`, and to the last `history` of them from before the run. Returns the canonical name.
    #[pyo3(signature = (instrument, spec, history=0))]
    fn subscribe_bars(&self, instrument: &Instrument, spec: &str, history: i64) -> Result<String> {
        let id = self.find(instrument)?;
        let spec: BarSpec = spec.parse()?;
        let count = usize::try_from(history).ok();
        let count = count.filter(|count| *count <= MOST_BARS).ok_or_else(|| {
            let bounds = format!("a number of bars from 0 to {MOST_BARS}");
            Error::value("history", &history.to_string(), bounds)
        })?;
        let mut runtime = self.shared.lock()?;
        runtime.subscribe_bars(self.strategy, id, spec, count)?;
        Ok(spec.to_string())
    }

    /// Asks to be called every `interval_ns`.
    fn set_timer(&self, timer: u64, interval_ns: i64) -> Result<()> {
        if interval_ns <= 0 {
            let value = interval_ns.to_string();
            return Err(Error::value("interval_ns", &value, "must be above zero"));
        }
        self.shared
            .lock()?
            .set_timer(self.strategy, timer, interval_ns);
        Ok(())
    }

    /// Asks not to be called any more.
    fn cancel_timer(&self, timer: u64) -> Result<()> {
        self.shared.lock()?.cancel_timer(self.strategy, timer);
        Ok(())
    }

    /// Feed time, in ns since the epoch.
    #[getter]
    fn now(&self) -> Result<i64> {
        Ok(self.shared.lock()?.now().nanos())
    }

    /// The strategy's name.
    #[getter]
    fn name(&self) -> Result<String> {
        self.shared.strategy_name(self.strategy)
    }

    /// `active`, `reducing` or `halted`.
    #[getter]
    fn trading_state(&self) -> Result<&'static str> {
        let runtime = self.shared.lock()?;
        let state = runtime.kernel().strategy_state(self.strategy);
        Ok(state.unwrap_or_default().name())
    }

    /// An order of this node as it is now, or None.
    fn order(&self, py: Python<'_>, order_id: u64) -> Result<Option<Order>> {
        let update = {
            let runtime = self.shared.lock()?;
            let order = runtime.kernel().orders().get(OrderId::from_raw(order_id));
            order.map(OrderUpdate::from)
        };
        update
            .map(|update| Order::new(py, &self.shared, update))
            .transpose()
    }

    /// The strategy's orders that may still trade, oldest first.
    #[pyo3(signature = (instrument=None))]
    fn open_orders(&self, py: Python<'_>, instrument: Option<&Instrument>) -> Result<Vec<Order>> {
        let wanted = instrument
            .map(|instrument| self.find(instrument))
            .transpose()?;
        let updates: Vec<OrderUpdate> = {
            let runtime = self.shared.lock()?;
            let live = runtime.kernel().orders().live();
            live.filter(|order| order.strategy == self.strategy)
                .filter(|order| wanted.is_none_or(|wanted| order.instrument == wanted))
                .map(OrderUpdate::from)
                .collect()
        };
        updates
            .into_iter()
            .map(|update| Order::new(py, &self.shared, update))
            .collect()
    }

    /// The strategy's position in an instrument.
    fn position(&self, instrument: &Instrument, py: Python<'_>) -> Result<Position> {
        let id = self.find(instrument)?;
        let runtime = self.shared.lock()?;
        let inner = runtime.kernel().position(self.strategy, id).cloned();
        let mark = runtime.view(id).and_then(|view| view.mark());
        let name = runtime.kernel().strategy_name(self.strategy);
        let strategy = name.unwrap_or_default().to_owned();
        drop(runtime);
        Ok(Position {
            strategy,
            instrument: self.shared.instrument(py, id)?,
            inner: inner.unwrap_or_default(),
            mark,
        })
    }

    /// What is held of a currency at a venue; None where the venue has not told.
    fn balance(&self, venue: &str, currency: &str) -> Result<Option<Balance>> {
        let currency = Currency::new(currency)?;
        let runtime = self.shared.lock()?;
        let kernel = runtime.kernel();
        let account = kernel
            .venues()
            .find(|id| kernel.venue_name(*id) == Some(venue))
            .and_then(|id| kernel.account(id));
        let balance = account.and_then(|account| account.balance(currency));
        Ok(balance.map(|inner| Balance {
            venue: venue.to_owned(),
            currency,
            inner,
        }))
    }

    /// What the strategy holds and has earned, valued in one currency: that of reports where none is given.
    #[pyo3(signature = (currency=None))]
    fn portfolio(&self, currency: Option<&str>) -> Result<Portfolio> {
        let runtime = self.shared.lock()?;
        Portfolio::of(&runtime, Scope::Strategy(self.strategy), currency)
    }

    /// A live view of an instrument's book.
    fn book(&self, py: Python<'_>, instrument: &Instrument) -> Result<Book> {
        let id = self.find(instrument)?;
        Ok(Book {
            shared: Arc::clone(&self.shared),
            id,
            instrument: self.shared.instrument(py, id)?,
        })
    }

    /// The best bid and ask that the execution plane sees, for signals; None without any price.
    fn mark(&self, instrument: &Instrument) -> Result<Option<(f64, f64)>> {
        let id = self.find(instrument)?;
        let decimals = instrument.inner.price_decimals();
        let mark = self.shared.lock()?.view(id).and_then(|view| view.mark());
        Ok(mark.map(|mark| (mark.bid.to_f64(decimals), mark.ask.to_f64(decimals))))
    }

    /// The last `count` closed bars, oldest first, as packed rows of 64 bytes: two int64 (ts_open,
    /// ts_close), five float64 (open, high, low, close, volume), one int64 (trade_count), all
    /// little-endian. None where the strategy has not subscribed to them.
    fn packed_bars(
        &self,
        py: Python<'_>,
        instrument: &Instrument,
        spec: &str,
        count: usize,
    ) -> Result<Option<Py<PyBytes>>> {
        let id = self.find(instrument)?;
        let spec: BarSpec = spec.parse()?;
        let packed = {
            let runtime = self.shared.lock()?;
            let bars = runtime.bars(self.strategy, id, spec);
            bars.map(|bars| {
                let skipped = bars.len().saturating_sub(count);
                pack(bars.skip(skipped), &instrument.inner)
            })
        };
        Ok(packed.map(|packed| PyBytes::new(py, &packed).unbind()))
    }
}
