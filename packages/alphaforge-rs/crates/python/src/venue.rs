//! Approved messages for venues outside. Python can read them and cannot make them.

use std::sync::Arc;

use alphaforge_kernel::VenueMessage;
use alphaforge_types::{OrderKind, Price, Quantity, ReplaceRequest};
use pyo3::prelude::*;

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

    /// `limit` or `market`, for a new order.
    #[getter]
    fn order_kind(&self) -> Option<&'static str> {
        self.order_kind
    }

    /// `gtc`, `ioc` or `fok`, for a new order.
    #[getter]
    fn time_in_force(&self) -> Option<&'static str> {
        self.time_in_force
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
        self.price
            .map(|price| self.instrument.get().price_exact(py, price))
            .transpose()
    }

    /// The worst price that the gate has approved: a market order must not trade beyond it.
    #[getter]
    fn worst_price<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.worst_price
            .map(|price| self.instrument.get().price_exact(py, price))
            .transpose()
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
                    order_kind: Some(request.kind.name()),
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
