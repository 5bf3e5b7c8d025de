//! What happens to an order at the exchange, as Python sees it.

use alphaforge_exchange::{AccountId, ExchangeEvent as InnerEvent, ExchangeOrderId};
use alphaforge_types::{Amount, Decimal, Instrument};
use pyo3::prelude::*;

use crate::decimal;

/// Something that happened to an order at the exchange.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct ExchangeEvent {
    kind: &'static str,
    order_id: u64,
    account: u32,
    side: Option<&'static str>,
    price: Option<Decimal>,
    quantity: Option<Decimal>,
    leaves: Option<Decimal>,
    liquidity: Option<&'static str>,
    trade_id: Option<u128>,
    fee: Option<Amount>,
    reason: Option<String>,
}

#[pymethods]
impl ExchangeEvent {
    /// `accepted`, `rested`, `triggered`, `rejected`, `filled`, `cancelled`, `cancel_rejected`, `replaced`,
    /// `replace_rejected` or `expired`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.kind
    }

    /// Which order.
    #[getter]
    fn order_id(&self) -> u64 {
        self.order_id
    }

    /// Whose.
    #[getter]
    fn account(&self) -> u32 {
        self.account
    }

    /// `buy` or `sell`, where the event tells.
    #[getter]
    fn side(&self) -> Option<&'static str> {
        self.side
    }

    /// The price, where the event has one.
    #[getter]
    fn price<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        optional(py, self.price)
    }

    /// The quantity, where the event has one.
    #[getter]
    fn quantity<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        optional(py, self.quantity)
    }

    /// What is left of the order, where the event tells.
    #[getter]
    fn leaves<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        optional(py, self.leaves)
    }

    /// `maker` or `taker`, for a fill.
    #[getter]
    fn liquidity(&self) -> Option<&'static str> {
        self.liquidity
    }

    /// The trade's id, for a fill.
    #[getter]
    fn trade_id(&self) -> Option<u128> {
        self.trade_id
    }

    /// The fee in the quote currency, for a fill.
    #[getter]
    fn fee<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        optional(py, self.fee.map(Amount::to_decimal))
    }

    /// Why, where there is a reason.
    #[getter]
    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn __repr__(&self) -> String {
        let number = |value: Option<Decimal>| value.map_or_else(String::new, |v| format!(" {v}"));
        let reason = self
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(": {reason}"));
        format!(
            "ExchangeEvent({} {}{}{}{reason})",
            self.kind,
            self.order_id,
            number(self.quantity),
            number(self.price)
        )
    }
}

fn optional(py: Python<'_>, value: Option<Decimal>) -> PyResult<Option<Bound<'_, PyAny>>> {
    value.map(|value| decimal::to_python(py, value)).transpose()
}

/// An event of the engine with the numbers of its instrument.
pub(crate) fn convert(event: &InnerEvent, instrument: &Instrument) -> ExchangeEvent {
    let plain = |kind, order: &ExchangeOrderId, account: &AccountId| ExchangeEvent {
        kind,
        order_id: order.number(),
        account: account.number(),
        side: None,
        price: None,
        quantity: None,
        leaves: None,
        liquidity: None,
        trade_id: None,
        fee: None,
        reason: None,
    };
    let price = |price| Some(instrument.price_decimal(price));
    let quantity = |quantity| Some(instrument.quantity_decimal(quantity));
    match event {
        InnerEvent::Accepted { order, account } => plain("accepted", order, account),
        InnerEvent::Rested {
            order,
            account,
            side,
            price: at,
            quantity: size,
        } => ExchangeEvent {
            side: Some(side.name()),
            price: price(*at),
            quantity: quantity(*size),
            leaves: quantity(*size),
            ..plain("rested", order, account)
        },
        InnerEvent::Triggered { order, account } => plain("triggered", order, account),
        InnerEvent::Rejected {
            order,
            account,
            reason,
        } => ExchangeEvent {
            reason: Some(reason.to_string()),
            ..plain("rejected", order, account)
        },
        InnerEvent::Filled(fill) => ExchangeEvent {
            side: Some(fill.side.name()),
            price: price(fill.price),
            quantity: quantity(fill.quantity),
            leaves: quantity(fill.leaves),
            liquidity: Some(fill.liquidity.name()),
            trade_id: Some(fill.trade_id.number()),
            fee: Some(fill.fee),
            ..plain("filled", &fill.order, &fill.account)
        },
        InnerEvent::Cancelled {
            order,
            account,
            side,
            price: at,
            leaves,
            cause,
        } => ExchangeEvent {
            side: Some(side.name()),
            price: price(*at),
            leaves: quantity(*leaves),
            reason: Some(cause.to_string()),
            ..plain("cancelled", order, account)
        },
        InnerEvent::CancelRejected { order, account } => plain("cancel_rejected", order, account),
        InnerEvent::Replaced {
            order,
            account,
            side,
            terms,
            ..
        } => ExchangeEvent {
            side: Some(side.name()),
            price: price(terms.price),
            quantity: quantity(terms.quantity),
            ..plain("replaced", order, account)
        },
        InnerEvent::ReplaceRejected {
            order,
            account,
            reason,
        } => ExchangeEvent {
            reason: Some(reason.to_string()),
            ..plain("replace_rejected", order, account)
        },
        InnerEvent::Expired {
            order,
            account,
            leaves,
            reason,
        } => ExchangeEvent {
            leaves: quantity(*leaves),
            reason: Some(reason.to_string()),
            ..plain("expired", order, account)
        },
    }
}
