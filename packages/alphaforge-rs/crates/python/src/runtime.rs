//! The runtime as Python drives it.

use std::sync::{Arc, Mutex, OnceLock};

use alphaforge_kernel::{
    Actor, Drift, FillReport, Funding, NativeOrders, OperatorAction, OverrideRequest, Reason,
    Report, ReportEvent,
};
use alphaforge_market::ThinnedLine;
use alphaforge_risk::{LimitTable, SelfMatch};
use alphaforge_runtime::{
    Counters as InnerCounters, Delivery, Event, FeedStatus, OrderUpdate, Poll, Record,
    Runtime as Inner, VenueKind,
};
use alphaforge_types::{
    Currency, InstrumentId, Liquidity, MarketEvent, NodeName, OrderId, OrderTerms, TradeId,
    UnixNanos, VenueOrderId,
};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList};

use crate::account::{Balance, Position};
use crate::batch::EventBatch;
use crate::book::Book;
use crate::callback_watch::CallbackWatch;
use crate::callbacks::Callbacks;
use crate::decimal;
use crate::durations::Durations;
use crate::errors::{Error, Result};
use crate::events;
use crate::fill::Fill;
use crate::fill_model::{FeeTiers, Latency, QueueModel, paper_settings};
use crate::history::HistoryGap;
use crate::instrument::{Instrument, InstrumentTable};
use crate::latch::{Latch, alert_text, latches};
use crate::limits::{LimitChange, ScopeLimits};
use crate::lookup::{find_scope, find_strategy, find_venue, parse_state};
use crate::notices::{Alert, EquityPoint};
use crate::orders::Order;
use crate::port::StrategyPort;
use crate::portfolio::Portfolio;
use crate::shared::Shared;
use crate::venue::VenueCommand;
use crate::watched::{LossResponse, RiskFigure, WatchedLimits, figures};

/// How much is done before the interpreter is released, and how much while it is.
const ATTACHED_BUDGET: usize = 256;
const DETACHED_BUDGET: usize = 65_536;

/// What has been counted so far.
#[pyclass(frozen, get_all, module = "alphaforge_rs")]
pub(crate) struct Counters {
    /// Market events of all kinds.
    events: u64,
    /// Trades between others.
    trades: u64,
    /// Quotes.
    quotes: u64,
    /// Snapshots and changes of books.
    book_updates: u64,
    /// Synchronised books that lost an update.
    gaps: u64,
    /// Synchronised books that crossed.
    crossed: u64,
    /// Trades that came after their bar had closed.
    late_trades: u64,
    /// Trades that had come before, and were not counted again.
    repeated_trades: u64,
    /// Quotes that were older than the one before, and were not used.
    old_quotes: u64,
    /// Fills of ours.
    fills: u64,
    /// Orders of ours, denied ones included.
    orders: u64,
}

/// Books, bars, paper venues and the kernel of one node.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Runtime {
    shared: Arc<Shared>,
    callbacks: Mutex<Vec<Arc<Callbacks>>>,
    on_fault: Py<PyAny>,
    watch: OnceLock<Py<CallbackWatch>>,
}

#[pymethods]
impl Runtime {
    /// `on_fault(strategy, callback, exception)` is called when a strategy's callback raises; it
    /// decides what becomes of the strategy.
    #[new]
    fn new(
        node: &str,
        epoch: u32,
        table: Py<InstrumentTable>,
        on_fault: Py<PyAny>,
    ) -> Result<Runtime> {
        let node = NodeName::new(node)?;
        let inner = Inner::new(epoch);
        Ok(Runtime {
            shared: Arc::new(Shared::new(inner, node, table)),
            callbacks: Mutex::new(Vec::new()),
            on_fault,
            watch: OnceLock::new(),
        })
    }

    /// Adds a venue whose orders the matching engine fills against the market data, by the parts of a
    /// fill model.
    #[pyo3(signature = (name, *, latency, fees, queue, impact="consumed",
        native_triggers=true))]
    fn add_paper_venue(
        &self,
        name: &str,
        latency: PyRef<'_, Latency>,
        fees: PyRef<'_, FeeTiers>,
        queue: PyRef<'_, QueueModel>,
        impact: &str,
        native_triggers: bool,
    ) -> Result<()> {
        let native = NativeOrders {
            triggers: native_triggers,
            trailing: native_triggers,
            expiry: true,
        };
        let settings = paper_settings(&latency, &fees, &queue, impact, native)?;
        let kind = VenueKind::Paper(settings);
        self.shared.lock()?.add_venue(name, kind)?;
        Ok(())
    }

    /// Adds a venue outside: `take_outbox` gives its messages, the `report_…` calls take its word.
    #[pyo3(signature = (name, *, highest_fee, native_triggers=false, native_trailing=false,
        native_expiry=false))]
    fn add_external_venue(
        &self,
        name: &str,
        highest_fee: &Bound<'_, PyAny>,
        native_triggers: bool,
        native_trailing: bool,
        native_expiry: bool,
    ) -> Result<()> {
        let highest_fee = decimal::required_rate("highest_fee", highest_fee)?;
        let kind = VenueKind::External {
            highest_fee,
            native: NativeOrders {
                triggers: native_triggers,
                trailing: native_trailing,
                expiry: native_expiry,
            },
        };
        self.shared.lock()?.add_venue(name, kind)?;
        Ok(())
    }

    /// Adds all instruments of the table; their venues must be there.
    fn add_instruments(&self, py: Python<'_>) -> Result<()> {
        let table = self.shared.table.bind(py).get();
        let mut runtime = self.shared.lock()?;
        for handle in 0..table.__len__() as u32 {
            runtime.add_instrument(table.inner(handle)?.as_ref().clone())?;
        }
        Ok(())
    }

    /// Adds a strategy with its bound methods by name, and returns its door to the runtime. It may trade
    /// `instruments` only, or all.
    #[pyo3(signature = (name, callbacks, instruments=None))]
    fn add_strategy(
        &self,
        name: &str,
        callbacks: &Bound<'_, PyDict>,
        instruments: Option<Vec<PyRef<'_, Instrument>>>,
    ) -> Result<StrategyPort> {
        let callbacks = Callbacks::from_dict(callbacks)?;
        let wants_orders = callbacks.on_order.is_some();
        let wants_fills = callbacks.on_fill.is_some();
        let table = self.shared.table.get();
        let find = |given: Vec<PyRef<'_, Instrument>>| -> Result<Vec<InstrumentId>> {
            given.iter().map(|each| table.find(each)).collect()
        };
        let given = instruments.map(find).transpose()?;
        let mut runtime = self.shared.lock()?;
        let strategy = runtime.add_strategy(name, wants_orders, wants_fills)?;
        if let Some(given) = given {
            runtime.give_instruments(strategy, given);
        }
        drop(runtime);
        self.callbacks.lock()?.push(Arc::new(callbacks));
        Ok(StrategyPort {
            shared: Arc::clone(&self.shared),
            strategy,
        })
    }

    /// Lets a watch know of every callback from now on; there can be one.
    fn watch_callbacks(&self, watch: Py<CallbackWatch>) -> Result<()> {
        let taken = |_| Error::Setup("the callbacks are watched already".to_owned());
        self.watch.set(watch).map_err(taken)
    }

    /// Sets all limits, in place of those before; `change` tells which one a person has changed while the node
    /// runs, and is recorded.
    /// `self_match` is `deny` or `venue`: who keeps own orders from trading with each other.
    #[pyo3(signature = (limits, *, buying_power_buffer, market_slippage, max_rate_age_ns=None,
        self_match="venue", change=None, watched=Vec::new(), loss_response=None))]
    fn set_limits(
        &self,
        limits: Vec<PyRef<'_, ScopeLimits>>,
        buying_power_buffer: &Bound<'_, PyAny>,
        market_slippage: &Bound<'_, PyAny>,
        max_rate_age_ns: Option<i64>,
        self_match: &str,
        change: Option<PyRef<'_, LimitChange>>,
        watched: Vec<PyRef<'_, WatchedLimits>>,
        loss_response: Option<PyRef<'_, LossResponse>>,
    ) -> Result<()> {
        let mut table = LimitTable::default();
        table.self_match = match self_match {
            "deny" => SelfMatch::Deny,
            "venue" => SelfMatch::Venue,
            other => return Err(Error::value("self_match", other, "use deny or venue")),
        };
        table.buying_power_buffer =
            decimal::required_rate("buying_power_buffer", buying_power_buffer)?;
        table.market_slippage = decimal::required_rate("market_slippage", market_slippage)?;
        table.max_rate_age_ns = max_rate_age_ns;
        let mut runtime = self.shared.lock()?;
        for scope in limits {
            scope.put(&mut table, &runtime)?;
        }
        if let Some(response) = loss_response {
            response.put(&mut table, &runtime)?;
        }
        for scope in watched {
            scope.put(&mut table, &runtime)?;
        }
        match change {
            None => runtime.set_limits(table),
            Some(change) => runtime.change_limits(change.with(table)),
        }
        Ok(())
    }

    /// The clock of a venue was measured: its time less ours, in ns (rule 17).
    fn note_clock(&self, venue: &str, offset_ns: i64) -> Result<()> {
        let mut runtime = self.shared.lock()?;
        let venue = find_venue(&runtime, venue)?;
        runtime.note_clock(venue, offset_ns);
        Ok(())
    }

    /// A balance differs by so much from what is known, and nothing under way explains it (rule 18). The venue's
    /// word is taken with `set_balance`.
    fn note_drift(&self, venue: &str, currency: &str, amount: &Bound<'_, PyAny>) -> Result<()> {
        let amount = decimal::required_amount("amount", amount)?;
        let currency = Currency::new(currency)?;
        let mut runtime = self.shared.lock()?;
        let venue = find_venue(&runtime, venue)?;
        runtime.note_drift(Drift::Balance {
            venue,
            currency,
            amount,
        });
        Ok(())
    }

    /// An order at the venue cannot be as it is (rule 18).
    fn note_order_drift(&self, instrument: &Instrument, text: String) -> Result<()> {
        let instrument = self.shared.table.get().find(instrument)?;
        let mut runtime = self.shared.lock()?;
        runtime.note_drift(Drift::Order { instrument, text });
        Ok(())
    }

    /// Whether orders for a venue are denied for its clock: it is too far from ours, or was never measured.
    fn clock_drifts(&self, venue: &str) -> Result<bool> {
        let runtime = self.shared.lock()?;
        Ok(runtime.kernel().clock_drifts(find_venue(&runtime, venue)?))
    }

    /// The limits on losses, and where the losses are.
    fn risk_figures(&self) -> Result<Vec<RiskFigure>> {
        Ok(figures(&*self.shared.lock()?))
    }

    /// Sets the currency in which equity is recorded every second; drawdowns that are a share of the equity are
    /// limited in it, so it comes before the limits.
    fn set_reporting_currency(&self, currency: &str) -> Result<()> {
        let currency = Currency::new(currency)?;
        self.shared.lock()?.set_reporting_currency(currency);
        Ok(())
    }

    /// Sets what is on the account of a venue: the start money of a paper venue, or a venue's word.
    fn set_balance(&self, venue: &str, currency: &str, total: &Bound<'_, PyAny>) -> Result<()> {
        let total = decimal::required_amount("total", total)?;
        let currency = Currency::new(currency)?;
        let mut runtime = self.shared.lock()?;
        let venue = find_venue(&runtime, venue)?;
        runtime.set_balances(venue, vec![(currency, total)]);
        Ok(())
    }

    /// Takes events from before the run: they fill the bars that strategies have asked for, and nothing
    /// else. Call it when all strategies have subscribed, before `start`.
    fn take_history(&self, py: Python<'_>, batch: &EventBatch) -> Result<()> {
        self.check_table(batch)?;
        let events = batch.shared()?;
        py.detach(|| Ok(self.shared.lock()?.take_history(&events)?))
    }

    /// What is not known between history and run; complete once the run has seen a trade, or a bar of
    /// the venue, of each instrument.
    fn history_gaps(&self, py: Python<'_>) -> Result<Vec<HistoryGap>> {
        let gaps: Vec<_> = self.shared.lock()?.history_gaps().copied().collect();
        let gaps = gaps.into_iter();
        gaps.map(|inner| {
            let instrument = self.shared.instrument(py, inner.instrument)?;
            Ok(HistoryGap { instrument, inner })
        })
        .collect()
    }

    /// Hands out the bars from before the run with the next batch, and tells the subscribers of books that
    /// these are not to be trusted yet. Call it once, when all strategies have started.
    fn start(&self) -> Result<()> {
        self.shared.lock()?.start();
        Ok(())
    }

    /// Runs over a batch and calls the strategies. Work that is due after the last event waits for
    /// the next batch, but for what is due at or before `until_ns`, which is the time from then on.
    #[pyo3(signature = (batch, until_ns=None))]
    fn run(&self, py: Python<'_>, batch: &EventBatch, until_ns: Option<i64>) -> Result<()> {
        self.check_table(batch)?;
        let events = batch.shared()?;
        self.drive(py, &events, until_ns.map(UnixNanos::from_nanos))
    }

    /// Delivers what is in flight and ends: timers are forgotten, new orders are denied.
    fn drain(&self, py: Python<'_>) -> Result<()> {
        self.shared.lock()?.begin_drain();
        self.drive(py, &[], Some(UnixNanos::from_nanos(i64::MAX)))?;
        self.shared.lock()?.finish();
        Ok(())
    }

    /// Changes who may trade: a scope (`account`, `venue`, `strategy` or `instrument`, with its name).
    /// `state` is active, reducing or halted; only a person, named by `by`, may loosen it. `cancel_orders`
    /// cancels what is open there; `flatten`, for what is halted, closes the positions of the strategies there
    /// too, by market orders once their orders have ended. What cannot be closed is an alert, and tried again
    /// every second.
    #[pyo3(signature = (state, reason, *, scope="account", name=None, by=None,
        cancel_orders=false, flatten=false))]
    fn operate(
        &self,
        state: &str,
        reason: String,
        scope: &str,
        name: Option<&str>,
        by: Option<String>,
        cancel_orders: bool,
        flatten: bool,
    ) -> Result<()> {
        let state = parse_state(state)?;
        let mut runtime = self.shared.lock()?;
        let action = OperatorAction {
            by: by.map_or(Actor::Node, Actor::Person),
            scope: find_scope(&runtime, scope, name).map_err(Error::Value)?,
            state,
            cancel_orders,
            flatten,
            reason: Reason::Owned(reason),
        };
        runtime
            .operate(action)
            .map_err(|refusal| Error::Value(refusal.to_string()))
    }

    /// All that is held back.
    fn latches(&self) -> Result<Vec<Latch>> {
        Ok(latches(&*self.shared.lock()?))
    }

    /// Lets one order of a strategy break one rule (its number) once, until `expires_at` (ns): the first that
    /// breaks this rule and no other. `by` is a person's name.
    #[pyo3(signature = (strategy, rule, *, by, reason, expires_at, instrument=None))]
    fn override_rule(
        &self,
        strategy: &str,
        rule: u8,
        by: String,
        reason: String,
        expires_at: i64,
        instrument: Option<&Instrument>,
    ) -> Result<()> {
        let table = self.shared.table.get();
        let instrument = instrument.map(|instrument| table.find(instrument));
        let mut runtime = self.shared.lock()?;
        let request = OverrideRequest {
            by,
            strategy: find_strategy(&runtime, strategy)?,
            instrument: instrument.transpose()?,
            rule,
            expires_at: UnixNanos::from_nanos(expires_at),
            reason: Reason::Owned(reason),
        };
        runtime
            .override_rule(request)
            .map_err(|refusal| Error::Value(format!("override_rule: {refusal}")))
    }

    /// Halts a strategy that cannot go on: it hears and says nothing more.
    #[pyo3(signature = (strategy, reason, *, cancel_orders))]
    fn halt_strategy(&self, strategy: &str, reason: String, cancel_orders: bool) -> Result<()> {
        let mut runtime = self.shared.lock()?;
        let strategy = find_strategy(&runtime, strategy)?;
        runtime.halt_strategy(strategy, cancel_orders, reason);
        Ok(())
    }

    /// What was recorded since the last call: Order, Fill, EquityPoint and Alert, in order.
    fn take_records<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyList>> {
        let records = self.shared.lock()?.take_records();
        let list = PyList::empty(py);
        for record in records {
            match record {
                Record::Order(update) => list.append(Order::new(py, &self.shared, update)?)?,
                Record::Fill(fill) => list.append(Fill::new(py, &self.shared, fill)?)?,
                Record::Equity(inner) => list.append(EquityPoint { inner })?,
                Record::Alert { ts, alert } => list.append(Alert {
                    ts: ts.nanos(),
                    text: alert_text(&*self.shared.lock()?, &alert),
                    client_order_id: alert.order().map(|id| self.shared.client_order_id(id)),
                })?,
                Record::Told { ts, text, order } => list.append(Alert {
                    ts: ts.nanos(),
                    text,
                    client_order_id: order.map(|id| self.shared.client_order_id(id)),
                })?,
            }
        }
        Ok(list)
    }

    /// The engine has something that somebody must know: it becomes an Alert among the records.
    #[pyo3(signature = (text, order_id=None))]
    fn tell(&self, text: String, order_id: Option<u64>) -> Result<()> {
        let order = order_id.map(OrderId::from_raw);
        self.shared.lock()?.tell(text, order);
        Ok(())
    }

    /// What comes from an instrument's feed is old, or new again: its strategies are told at the next turn.
    fn note_lag(&self, instrument: &Instrument, is_lagging: bool) -> Result<()> {
        let id = self.shared.table.get().find(instrument)?;
        let status = if is_lagging {
            FeedStatus::Lagging
        } else {
            FeedStatus::InTime
        };
        self.shared.lock()?.deliver_status(id, status);
        Ok(())
    }

    /// All streams of an instrument were alive at `ts` (ns), though nothing may have changed. Once this is
    /// called, events of the instrument do not count for it any more.
    fn note_alive(&self, instrument: &Instrument, ts: i64) -> Result<()> {
        let id = self.shared.table.get().find(instrument)?;
        self.shared
            .lock()?
            .note_alive(id, UnixNanos::from_nanos(ts));
        Ok(())
    }

    /// The approved messages for venues outside, in order; new orders count as sent from here on.
    fn take_outbox(&self, py: Python<'_>) -> Result<Vec<VenueCommand>> {
        let messages = self.shared.lock()?.take_outbox();
        messages
            .into_iter()
            .map(|message| VenueCommand::new(py, &self.shared, message))
            .collect()
    }

    /// A venue outside has taken an order in.
    #[pyo3(signature = (order_id, venue_order_id=None))]
    fn report_accepted(&self, order_id: u64, venue_order_id: Option<&str>) -> Result<()> {
        self.report(order_id, venue_order_id, ReportEvent::Accepted)
    }

    /// The trigger of an order has fired at a venue outside.
    fn report_triggered(&self, order_id: u64) -> Result<()> {
        self.report(order_id, None, ReportEvent::Triggered)
    }

    /// A venue outside has refused an order.
    fn report_rejected(&self, order_id: u64, reason: String) -> Result<()> {
        let reason = Reason::Owned(reason);
        self.report(order_id, None, ReportEvent::Rejected { reason })
    }

    /// An order has traded at a venue outside.
    #[pyo3(signature = (order_id, *, trade_id, price, quantity, liquidity, fee, fee_currency,
        is_last=false))]
    fn report_fill(
        &self,
        order_id: u64,
        trade_id: u128,
        price: &Bound<'_, PyAny>,
        quantity: &Bound<'_, PyAny>,
        liquidity: &str,
        fee: &Bound<'_, PyAny>,
        fee_currency: &str,
        is_last: bool,
    ) -> Result<()> {
        let terms = self.terms(order_id, price, quantity)?;
        let liquidity = match liquidity {
            "maker" => Liquidity::Maker,
            "taker" => Liquidity::Taker,
            other => return Err(Error::value("liquidity", other, "use maker or taker")),
        };
        let fill = FillReport {
            trade_id: TradeId::new(trade_id),
            price: terms.price,
            quantity: terms.quantity,
            liquidity,
            fee: decimal::required_amount("fee", fee)?,
            fee_currency: Currency::new(fee_currency)?,
            is_last,
        };
        self.report(order_id, None, ReportEvent::Filled(fill))
    }

    /// A venue has paid funding for a strategy's position, or taken it where `amount` is below zero. Each payment
    /// is to be reported once.
    fn report_funding(
        &self,
        strategy: &str,
        instrument: &Instrument,
        currency: &str,
        amount: &Bound<'_, PyAny>,
    ) -> Result<()> {
        let (currency, amount) = (
            Currency::new(currency)?,
            decimal::required_amount("amount", amount)?,
        );
        let mut runtime = self.shared.lock()?;
        let funding = Funding {
            strategy: find_strategy(&runtime, strategy)?,
            instrument: self.shared.table.get().find(instrument)?,
            currency,
            amount,
        };
        runtime.report_funding(funding);
        Ok(())
    }

    /// A venue outside has cancelled the rest of an order.
    fn report_cancelled(&self, order_id: u64, reason: String) -> Result<()> {
        let reason = Reason::Owned(reason);
        self.report(order_id, None, ReportEvent::Cancelled { reason })
    }

    /// A venue outside has refused to cancel an order.
    fn report_cancel_rejected(&self, order_id: u64, reason: String) -> Result<()> {
        let reason = Reason::Owned(reason);
        self.report(order_id, None, ReportEvent::CancelRejected { reason })
    }

    /// A venue outside has replaced an order by the version that the request named.
    fn report_replaced(&self, order_id: u64, version: u32) -> Result<()> {
        self.report(order_id, None, ReportEvent::Replaced { version })
    }

    /// A venue outside has refused to replace an order by the version that the request named.
    fn report_replace_rejected(&self, order_id: u64, version: u32, reason: String) -> Result<()> {
        let reason = Reason::Owned(reason);
        let event = ReportEvent::ReplaceRejected { version, reason };
        self.report(order_id, None, event)
    }

    /// The rest of an order has expired at a venue outside.
    fn report_expired(&self, order_id: u64, reason: String) -> Result<()> {
        let reason = Reason::Owned(reason);
        self.report(order_id, None, ReportEvent::Expired { reason })
    }

    /// A request about an order got no usable answer.
    fn report_lost(&self, order_id: u64, reason: String) -> Result<()> {
        let reason = Reason::Owned(reason);
        self.report(order_id, None, ReportEvent::Lost { reason })
    }

    /// What has been counted so far.
    fn counters(&self) -> Result<Counters> {
        let runtime = self.shared.lock()?;
        let InnerCounters {
            events,
            trades,
            quotes,
            book_updates,
            gaps,
            crossed,
            late_trades,
            repeated_trades,
            old_quotes,
            fills,
        } = runtime.counters();
        Ok(Counters {
            events,
            trades,
            quotes,
            book_updates,
            gaps,
            crossed,
            late_trades,
            repeated_trades,
            old_quotes,
            fills,
            orders: runtime.kernel().orders().len() as u64,
        })
    }

    /// All balances, by venue and currency.
    fn balances(&self) -> Result<Vec<Balance>> {
        let runtime = self.shared.lock()?;
        let kernel = runtime.kernel();
        let mut balances = Vec::new();
        for venue in kernel.venues() {
            let name = kernel.venue_name(venue).unwrap_or_default();
            let Some(account) = kernel.account(venue) else {
                continue;
            };
            balances.extend(account.balances().map(|(currency, inner)| Balance {
                venue: name.to_owned(),
                currency,
                inner,
            }));
        }
        Ok(balances)
    }

    /// Every strategy's position in every instrument it has traded.
    fn positions(&self, py: Python<'_>) -> Result<Vec<Position>> {
        let runtime = self.shared.lock()?;
        let kernel = runtime.kernel();
        let mut found = Vec::new();
        for strategy in kernel.strategies() {
            for instrument in kernel.instruments() {
                let Some(position) = kernel.position(strategy, instrument) else {
                    continue;
                };
                if !position.has_traded() {
                    continue;
                }
                let name = kernel.strategy_name(strategy).unwrap_or_default();
                let mark = runtime.view(instrument).and_then(|view| view.mark());
                found.push((name.to_owned(), instrument, position.clone(), mark));
            }
        }
        drop(runtime);
        found
            .into_iter()
            .map(|(strategy, instrument, inner, mark)| {
                Ok(Position {
                    strategy,
                    instrument: self.shared.instrument(py, instrument)?,
                    inner,
                    mark,
                })
            })
            .collect()
    }

    /// All orders of this run, oldest first.
    fn orders(&self, py: Python<'_>) -> Result<Vec<Order>> {
        let updates: Vec<OrderUpdate> = {
            let runtime = self.shared.lock()?;
            let orders = runtime.kernel().orders();
            orders.iter().map(OrderUpdate::from).collect()
        };
        updates
            .into_iter()
            .map(|update| Order::new(py, &self.shared, update))
            .collect()
    }

    /// A live view of an instrument's book.
    fn book(&self, py: Python<'_>, instrument: &Instrument) -> Result<Book> {
        let id = self.shared.table.get().find(instrument)?;
        self.book_view(py, id)
    }

    /// The middle of an instrument's market over the run so far, as (ns since the epoch, price):
    /// of each of at most 1,000 equal intervals the first, least, greatest and last.
    fn middles(&self, instrument: &Instrument) -> Result<Vec<(i64, f64)>> {
        let id = self.shared.table.get().find(instrument)?;
        let unit = 2.0 * 10_f64.powi(instrument.inner.price_decimals() as i32);
        let runtime = self.shared.lock()?;
        let points = runtime
            .middles(id)
            .map(ThinnedLine::points)
            .unwrap_or_default();
        Ok(points
            .into_iter()
            .map(|(ts, twice)| (ts, twice as f64 / unit))
            .collect())
    }

    /// How long the gate and the kernel took for the strategies' commands, by the wall clock.
    fn command_times(&self) -> Result<Durations> {
        let inner = self.shared.command_times.lock()?.clone();
        Ok(Durations::from(inner))
    }

    /// Feed time, in ns since the epoch.
    #[getter]
    fn now(&self) -> Result<i64> {
        Ok(self.shared.lock()?.now().nanos())
    }

    /// When the next work is due, in ns since the epoch; None where there is none.
    #[getter]
    fn next_due(&self) -> Result<Option<i64>> {
        Ok(self.shared.lock()?.next_due().map(UnixNanos::nanos))
    }

    /// `active`, `reducing` or `halted`.
    #[getter]
    fn trading_state(&self) -> Result<&'static str> {
        Ok(self.shared.lock()?.kernel().trading_state().name())
    }

    /// What is held and earned in a scope (`account`, `venue`, `strategy` or `instrument`, with its name), valued in
    /// one currency: that of reports where none is given.
    #[pyo3(signature = (currency=None, *, scope="account", name=None))]
    fn portfolio(
        &self,
        currency: Option<&str>,
        scope: &str,
        name: Option<&str>,
    ) -> Result<Portfolio> {
        let runtime = self.shared.lock()?;
        let scope = find_scope(&runtime, scope, name).map_err(Error::Value)?;
        Portfolio::of(&runtime, scope, currency)
    }

    /// All balances in one currency; None where a rate is missing.
    fn equity<'py>(&self, py: Python<'py>, currency: &str) -> Result<Option<Bound<'py, PyAny>>> {
        let currency = Currency::new(currency)?;
        let equity = self.shared.lock()?.kernel().equity(currency).complete();
        Ok(equity
            .map(|equity| decimal::amount_to_python(py, equity))
            .transpose()?)
    }

    /// The fingerprint of the run so far: SHA-256 over the fills and the balances as they are now.
    fn result_hash(&self) -> Result<String> {
        Ok(self.shared.lock()?.result_hash())
    }
}

impl Runtime {
    /// Works until nothing is left; the interpreter is released while no callback is due for long.
    fn drive(
        &self,
        py: Python<'_>,
        events: &[MarketEvent],
        until: Option<UnixNanos>,
    ) -> Result<()> {
        let mut cursor = 0;
        let mut budget = ATTACHED_BUDGET;
        loop {
            let poll = if budget == ATTACHED_BUDGET {
                self.shared.lock()?.poll(events, &mut cursor, until, budget)
            } else {
                py.check_signals()?;
                let cursor = &mut cursor;
                py.detach(|| -> Result<Poll> {
                    Ok(self.shared.lock()?.poll(events, cursor, until, budget))
                })?
            };
            match poll {
                Poll::Done => return Ok(()),
                Poll::Budget => budget = DETACHED_BUDGET,
                Poll::Delivery(delivery) => {
                    budget = ATTACHED_BUDGET;
                    self.deliver(py, delivery)?;
                }
            }
        }
    }

    fn check_table(&self, batch: &EventBatch) -> Result<()> {
        if batch.is_of(&self.shared.table) {
            return Ok(());
        }
        Err(Error::Value(
            "batch: its instrument table is not that of this runtime".to_owned(),
        ))
    }

    /// Calls a strategy. What it raises is contained, an attempt to exit the process too: the fault
    /// handler decides what comes of it. Only Ctrl-C passes.
    fn deliver(&self, py: Python<'_>, delivery: Delivery) -> Result<()> {
        let strategy = delivery.strategy;
        let callbacks = {
            let all = self.callbacks.lock()?;
            match all.get(strategy.index()) {
                Some(callbacks) => Arc::clone(callbacks),
                None => return Ok(()),
            }
        };
        let (name, callback) = callbacks.of(&delivery.event);
        let Some(callback) = callback else {
            return Ok(());
        };
        let argument = self.argument(py, delivery.event)?;
        let outcome = match self.watch.get() {
            Some(watch) => watch.get().around(py, || callback.call1(py, (argument,))),
            None => callback.call1(py, (argument,)),
        };
        let Err(error) = outcome else {
            return Ok(());
        };
        if error.is_instance_of::<PyKeyboardInterrupt>(py) {
            return Err(Error::Python(error));
        }
        let strategy = self.shared.strategy_name(strategy)?;
        self.on_fault
            .call1(py, (strategy, name, error.into_value(py)))?;
        Ok(())
    }

    fn argument(&self, py: Python<'_>, event: Event) -> Result<Py<PyAny>> {
        let instrument = |id| self.shared.instrument(py, id);
        Ok(match event {
            Event::Trade(inner) => {
                let instrument = instrument(inner.instrument)?;
                Py::new(py, events::Trade { instrument, inner })?.into_any()
            }
            Event::Quote(inner) => {
                let instrument = instrument(inner.instrument)?;
                Py::new(py, events::Quote { instrument, inner })?.into_any()
            }
            Event::Book { instrument } => Py::new(py, self.book_view(py, instrument)?)?.into_any(),
            Event::Bar { spec, bar, .. } => {
                let instrument = instrument(bar.instrument)?;
                let bar = events::Bar {
                    instrument,
                    spec,
                    inner: bar,
                };
                Py::new(py, bar)?.into_any()
            }
            Event::FeedStatus {
                instrument: id,
                status: inner,
            } => {
                let instrument = instrument(id)?;
                Py::new(py, events::FeedStatus { instrument, inner })?.into_any()
            }
            Event::Order(update) => Py::new(py, Order::new(py, &self.shared, *update)?)?.into_any(),
            Event::Fill(fill) => Py::new(py, Fill::new(py, &self.shared, fill)?)?.into_any(),
            Event::Timer { timer, .. } => PyInt::new(py, timer).into_any().unbind(),
        })
    }

    fn book_view(&self, py: Python<'_>, id: InstrumentId) -> Result<Book> {
        Ok(Book {
            shared: Arc::clone(&self.shared),
            id,
            instrument: self.shared.instrument(py, id)?,
        })
    }

    fn report(
        &self,
        order_id: u64,
        venue_order_id: Option<&str>,
        event: ReportEvent,
    ) -> Result<()> {
        self.shared.lock()?.report(Report {
            order: OrderId::from_raw(order_id),
            venue_order_id: venue_order_id.map(VenueOrderId::new),
            event,
        });
        Ok(())
    }

    /// A price and a quantity of a report, exact at the decimals of the order's instrument.
    fn terms(
        &self,
        order_id: u64,
        price: &Bound<'_, PyAny>,
        quantity: &Bound<'_, PyAny>,
    ) -> Result<OrderTerms> {
        let price = decimal::required("price", price)?.to_string();
        let quantity = decimal::required("quantity", quantity)?.to_string();
        let runtime = self.shared.lock()?;
        let kernel = runtime.kernel();
        let instrument = kernel
            .orders()
            .get(OrderId::from_raw(order_id))
            .and_then(|order| kernel.instrument(order.instrument))
            .ok_or_else(|| Error::Value(format!("order_id {order_id}: no such order")))?;
        Ok(OrderTerms {
            price: instrument
                .parse_price(&price)
                .map_err(|fault| Error::value("price", &price, fault))?,
            quantity: instrument
                .parse_quantity(&quantity)
                .map_err(|fault| Error::value("quantity", &quantity, fault))?,
        })
    }
}
