//! Orders as Python sees them.

use std::sync::Arc;

use alphaforge_kernel::OrderState;
use alphaforge_risk::Reject;
use alphaforge_runtime::OrderUpdate;
use alphaforge_types::{Amount, OrderType, Price, Quantity, Trigger, UnixNanos};
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::Result;
use crate::instrument::Instrument;
use crate::shared::Shared;

/// An order as it was when it changed.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Order {
    pub(crate) shared: Arc<Shared>,
    pub(crate) instrument: Py<Instrument>,
    pub(crate) inner: OrderUpdate,
}

impl Order {
    pub(crate) fn new(py: Python<'_>, shared: &Arc<Shared>, inner: OrderUpdate) -> Result<Order> {
        Ok(Order {
            shared: Arc::clone(shared),
            instrument: shared.instrument(py, inner.instrument)?,
            inner,
        })
    }

    fn exact_price<'py>(
        &self,
        py: Python<'py>,
        price: Option<Price>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        price
            .map(|price| self.instrument.get().price_exact(py, price))
            .transpose()
    }

    fn reject(&self) -> Option<&Reject> {
        match &self.inner.state {
            OrderState::Denied { reject } => Some(reject),
            OrderState::Held
            | OrderState::Intent
            | OrderState::Sent
            | OrderState::Open
            | OrderState::PartiallyFilled
            | OrderState::PendingCancel { .. }
            | OrderState::PendingReplace { .. }
            | OrderState::Unknown { .. }
            | OrderState::Filled
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => None,
        }
    }

    fn leaves(&self) -> Quantity {
        self.inner.quantity.saturating_sub(self.inner.filled)
    }

    fn average_amount(&self) -> Option<Amount> {
        let filled = self.instrument.get().inner.base_amount(self.inner.filled);
        let one = Amount::from_scaled(1, 0).ok()?;
        self.inner
            .filled_notional
            .ratio(one.units(), filled.ok()?.units())
            .ok()
    }
}

#[pymethods]
impl Order {
    /// Our id, unique over all runs of the node.
    #[getter]
    fn id(&self) -> u64 {
        self.inner.order.raw()
    }

    /// The id the order carries to its venue.
    #[getter]
    fn client_order_id(&self) -> String {
        self.shared.client_order_id(self.inner.order)
    }

    /// The venue's id, once known.
    #[getter]
    fn venue_order_id(&self) -> Option<String> {
        self.inner.venue_order_id.clone()
    }

    /// Whose order it is.
    #[getter]
    fn strategy(&self) -> Result<String> {
        self.shared.strategy_name(self.inner.strategy)
    }

    /// What it trades.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// `buy` or `sell`.
    #[getter]
    fn side(&self) -> &'static str {
        self.inner.side.name()
    }

    /// `limit`, `market`, `stop_market`, `stop_limit`, `take_profit_market`, `take_profit_limit` or
    /// `trailing_stop`.
    #[getter]
    fn kind(&self) -> &'static str {
        OrderType::of(self.inner.kind, self.inner.conditions.trigger).name()
    }

    /// The price that its trigger waits for; None without one, and for a trailing stop.
    #[getter]
    fn trigger_price_decimal<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let price = match self.inner.conditions.trigger {
            Some(Trigger::Stop { price } | Trigger::TakeProfit { price }) => Some(price),
            Some(Trigger::Trailing { .. }) | None => None,
        };
        self.exact_price(py, price)
    }

    /// How far a trailing stop stays behind the market; None for others.
    #[getter]
    fn trailing_distance_decimal<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let distance = match self.inner.conditions.trigger {
            Some(Trigger::Trailing { distance }) => Some(distance),
            Some(Trigger::Stop { .. } | Trigger::TakeProfit { .. }) | None => None,
        };
        self.exact_price(py, distance)
    }

    /// True once its trigger has fired.
    #[getter]
    fn is_triggered(&self) -> bool {
        self.inner.triggered
    }

    /// How much of it the book shows; None for all of it.
    #[getter]
    fn display_quantity_decimal<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let display = self.inner.conditions.display;
        display
            .map(|display| self.instrument.get().quantity_exact(py, display))
            .transpose()
    }

    /// What it trades of the quote currency; None where it is given in the base currency.
    #[getter]
    fn quote_quantity_decimal<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let budget = self.inner.conditions.budget;
        budget
            .map(|budget| decimal::to_python(py, budget.to_decimal()))
            .transpose()
    }

    /// True where it may only shrink the strategy's position.
    #[getter]
    fn reduce_only(&self) -> bool {
        self.inner.conditions.reduce_only
    }

    /// When it expires, in ns since the epoch; None where that is no time.
    #[getter]
    fn expires_at(&self) -> Option<i64> {
        self.inner.time_in_force.expires_at().map(UnixNanos::nanos)
    }

    /// `gtc`, `ioc`, `fok` or `gtd`.
    #[getter]
    fn time_in_force(&self) -> &'static str {
        self.inner.time_in_force.name()
    }

    /// The limit price, for signals; None for a market order.
    #[getter]
    fn price(&self) -> Option<f64> {
        self.inner
            .price
            .map(|price| self.instrument.get().price_float(price))
    }

    /// The exact limit price; None for a market order.
    #[getter]
    fn price_decimal<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.exact_price(py, self.inner.price)
    }

    /// How much of it there is, for signals.
    #[getter]
    fn quantity(&self) -> f64 {
        self.instrument.get().quantity_float(self.inner.quantity)
    }

    /// How much of it there is, exactly.
    #[getter]
    fn quantity_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument
            .get()
            .quantity_exact(py, self.inner.quantity)
    }

    /// How much is filled, for signals.
    #[getter]
    fn filled(&self) -> f64 {
        self.instrument.get().quantity_float(self.inner.filled)
    }

    /// How much is filled, exactly.
    #[getter]
    fn filled_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().quantity_exact(py, self.inner.filled)
    }

    /// How much is not filled, for signals.
    #[getter]
    fn remaining(&self) -> f64 {
        self.instrument.get().quantity_float(self.leaves())
    }

    /// How much is not filled, exactly.
    #[getter]
    fn remaining_decimal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.instrument.get().quantity_exact(py, self.leaves())
    }

    /// The average price of what is filled, rounded half-even at 12 decimals; None before a fill.
    #[getter]
    fn average_price_decimal<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.average_amount()
            .map(|average| decimal::amount_to_python(py, average))
            .transpose()
    }

    /// The state's name; docs/order-states.md has them all.
    #[getter]
    fn state(&self) -> &'static str {
        self.inner.state.name()
    }

    /// Why it is so, where there is a reason.
    #[getter]
    fn reason(&self) -> Option<String> {
        self.inner.state.reason()
    }

    /// The code of the gate's rejection, for a denied order.
    #[getter]
    fn reject_code(&self) -> Option<&'static str> {
        self.reject().map(Reject::code)
    }

    /// The number of the rule that denied it; None for an order that is not denied, and for what is no
    /// rule of the table of risk controls.
    #[getter]
    fn reject_rule(&self) -> Option<u8> {
        self.reject().and_then(Reject::rule)
    }

    /// True while it may still trade.
    #[getter]
    fn is_live(&self) -> bool {
        self.inner.state.is_live()
    }

    /// When it was made, in ns since the epoch.
    #[getter]
    fn created_at(&self) -> i64 {
        self.inner.created_at.nanos()
    }

    /// When it changed, in ns since the epoch.
    #[getter]
    fn ts(&self) -> i64 {
        self.inner.ts.nanos()
    }

    fn __repr__(&self) -> String {
        let price = self
            .price()
            .map_or_else(|| "market".to_owned(), |price| price.to_string());
        format!(
            "Order({}, {} {} {} at {price}, filled {}, {})",
            self.client_order_id(),
            self.side(),
            self.quantity(),
            self.instrument.get().inner,
            self.filled(),
            self.state()
        )
    }
}
