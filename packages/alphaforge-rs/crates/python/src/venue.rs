//! Approved messages for venues outside. Python can read them and cannot make them.

use std::sync::Arc;

use alphaforge_kernel::VenueMessage;
use alphaforge_types::{
    OrderConditions, OrderKind, OrderType, Price, Quantity, ReplaceRequest, Trigger, UnixNanos,
};
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::Result;
use crate::instrument::Instrument;
use crate::shared::Shared;

/// A message that the gate has approved, for a venue outside.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct VenueCommand {
    kind: &'static str,
    order_id: u64,
    client_order_id: String,
    venue_order_id: Option<String>,
    instrument: Py<Instrument>,
    side: Option<&'static str>,
    order_kind: Option<&'static str>,
    time_in_force: Option<&'static str>,
    post_only: bool,
    conditions: OrderConditions,
    expires_at: Option<i64>,
    version: Option<u32>,
    price: Option<Price>,
    worst_price: Option<Price>,
    quantity: Option<Quantity>,
}

#[pymethods]
impl VenueCommand {
    /// `submit`, `replace` or `cancel`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.kind
    }

    /// Our id of the order.
    #[getter]
    fn order_id(&self) -> u64 {
        self.order_id
    }

    /// The id the order carries to its venue.
    #[getter]
    fn client_order_id(&self) -> &str {
        &self.client_order_id
    }

    /// The venue's id, where it is known and the message is a cancel.
    #[getter]
    fn venue_order_id(&self) -> Option<&str> {
        self.venue_order_id.as_deref()
    }

    /// What the order trades.
    #[getter]
    fn instrument(&self, py: Python<'_>) -> Py<Instrument> {
        self.instrument.clone_ref(py)
    }

    /// `buy` or `sell`, for a new order.
    #[getter]
    fn side(&self) -> Option<&'static str> {
        self.side
    }

    /// `limit`, `market`, or one of the types that wait for a trigger, for a new order.
    #[getter]
    fn order_kind(&self) -> Option<&'static str> {
        self.order_kind
    }

    /// `gtc`, `ioc`, `fok` or `gtd`, for a new order.
    #[getter]
    fn time_in_force(&self) -> Option<&'static str> {
        self.time_in_force
    }

    /// Till when a new order is good, in ns since the epoch.
    #[getter]
    fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// The price that a new order waits for.
    #[getter]
    fn trigger_price<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let price = match self.conditions.trigger {
            Some(Trigger::Stop { price } | Trigger::TakeProfit { price }) => Some(price),
            Some(Trigger::Trailing { .. }) | None => None,
        };
        self.exact_price(py, price)
    }

    /// How far a trailing stop stays behind the market.
    #[getter]
    fn trailing_distance<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let distance = match self.conditions.trigger {
            Some(Trigger::Trailing { distance }) => Some(distance),
            Some(Trigger::Stop { .. } | Trigger::TakeProfit { .. }) | None => None,
        };
        self.exact_price(py, distance)
    }

    /// How much of a new order the book shows; None for all of it.
    #[getter]
    fn display_quantity<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let display = self.conditions.display;
        display
            .map(|display| self.instrument.get().quantity_exact(py, display))
            .transpose()
    }

    /// How much of the quote currency a new market order trades; its quantity is then only a bound.
    #[getter]
    fn quote_quantity<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let budget = self.conditions.budget;
        budget
            .map(|budget| decimal::to_python(py, budget.to_decimal()))
            .transpose()
    }

    /// True for a post-only order.
    #[getter]
    fn post_only(&self) -> bool {
        self.post_only
    }

    /// The number of the version that a replace asks for; the venue's answer must name it.
    #[getter]
    fn version(&self) -> Option<u32> {
        self.version
    }

    /// The limit price of a new order or of a replace.
    #[getter]
    fn price<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.exact_price(py, self.price)
    }

    /// The worst price that the gate has approved: a market order must not trade beyond it.
    #[getter]
    fn worst_price<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.exact_price(py, self.worst_price)
    }

    /// The whole quantity of a new order or of a replace.
    #[getter]
    fn quantity<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.quantity
            .map(|quantity| self.instrument.get().quantity_exact(py, quantity))
            .transpose()
    }

    fn __repr__(&self) -> String {
        format!(
            "VenueCommand({} {} {})",
            self.kind,
            self.client_order_id,
            self.instrument.get().inner
        )
    }
}

impl VenueCommand {
    fn exact_price<'py>(
        &self,
        py: Python<'py>,
        price: Option<Price>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        price
            .map(|price| self.instrument.get().price_exact(py, price))
            .transpose()
    }

    pub(crate) fn new(
        py: Python<'_>,
        shared: &Arc<Shared>,
        message: VenueMessage,
    ) -> Result<VenueCommand> {
        let order = message.order();
        let plain = VenueCommand {
            kind: "cancel",
            order_id: order.raw(),
            client_order_id: shared.client_order_id(order),
            venue_order_id: None,
            instrument: shared.instrument(py, message.instrument())?,
            side: None,
            order_kind: None,
            time_in_force: None,
            post_only: false,
            conditions: OrderConditions::default(),
            expires_at: None,
            version: None,
            price: None,
            worst_price: None,
            quantity: None,
        };
        Ok(match message {
            VenueMessage::Cancel { venue_order_id, .. } => VenueCommand {
                venue_order_id: venue_order_id.map(|id| id.as_str().to_owned()),
                ..plain
            },
            VenueMessage::Replace { replace, .. } => {
                let ReplaceRequest { version, terms, .. } = replace.into_inner();
                VenueCommand {
                    kind: "replace",
                    version: Some(version),
                    price: Some(terms.price),
                    worst_price: Some(terms.price),
                    quantity: Some(terms.quantity),
                    ..plain
                }
            }
            VenueMessage::Submit(approved) => {
                let request = approved.into_inner();
                let (price, post_only) = match request.kind {
                    OrderKind::Limit { price, post_only } => (Some(price), post_only),
                    OrderKind::Market => (None, false),
                };
                VenueCommand {
                    kind: "submit",
                    side: Some(request.side.name()),
                    order_kind: Some(
                        OrderType::of(request.kind, request.conditions.trigger).name(),
                    ),
                    conditions: request.conditions,
                    expires_at: request.time_in_force.expires_at().map(UnixNanos::nanos),
                    time_in_force: Some(request.time_in_force.name()),
                    post_only,
                    price,
                    worst_price: request.worst_price,
                    quantity: Some(request.quantity),
                    ..plain
                }
            }
        })
    }
}
