//! The matching engine, used as an exchange: what emulators are built on.

use std::sync::{Arc, Mutex};

use alphaforge_exchange::{
    AccountId, ExchangeEvent as InnerEvent, ExchangeOrder, ExchangeOrderId, FeeSchedule,
    MatchingEngine as Inner, NothingDisplayed, SelfTradePrevention,
};
use alphaforge_types::{
    Amount, Decimal, Instrument as InnerInstrument, OrderKind, OrderTerms, Price, Quantity, Side,
    TimeInForce,
};
use pyo3::prelude::*;

use crate::batch::parse_side;
use crate::decimal;
use crate::errors::{Error, Result};
use crate::instrument::Instrument;
use crate::raw_events::{ExactLevel, exact_levels};

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
    /// `accepted`, `rested`, `rejected`, `filled`, `cancelled`, `cancel_rejected`, `replaced`,
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

/// Matches orders by price, then time.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct MatchingEngine {
    instrument: Py<Instrument>,
    inner: Mutex<Inner>,
}

#[pymethods]
impl MatchingEngine {
    #[new]
    #[pyo3(signature = (instrument, *, maker_fee=None, taker_fee=None))]
    fn new(
        instrument: Py<Instrument>,
        maker_fee: Option<&Bound<'_, PyAny>>,
        taker_fee: Option<&Bound<'_, PyAny>>,
    ) -> Result<MatchingEngine> {
        let rate = |name: &str, value: Option<&Bound<'_, PyAny>>| {
            value.map_or(Ok(alphaforge_types::Rate::ZERO), |value| {
                decimal::required_rate(name, value)
            })
        };
        let fees = FeeSchedule {
            maker: rate("maker_fee", maker_fee)?,
            taker: rate("taker_fee", taker_fee)?,
        };
        let inner = Inner::new(Arc::clone(&instrument.get().inner), fees);
        Ok(MatchingEngine {
            instrument,
            inner: Mutex::new(inner),
        })
    }

    /// Takes a new order; a price of None makes it a market order.
    #[pyo3(signature = (order_id, account, side, quantity, price=None, *, time_in_force="gtc",
        post_only=false, worst_price=None, self_trade="allow"))]
    fn submit(
        &self,
        order_id: u64,
        account: u32,
        side: &str,
        quantity: &Bound<'_, PyAny>,
        price: Option<&Bound<'_, PyAny>>,
        time_in_force: &str,
        post_only: bool,
        worst_price: Option<&Bound<'_, PyAny>>,
        self_trade: &str,
    ) -> Result<Vec<ExchangeEvent>> {
        let kind = match price {
            Some(price) => OrderKind::Limit {
                price: self.price("price", price)?,
                post_only,
            },
            None => OrderKind::Market,
        };
        let order = ExchangeOrder {
            id: ExchangeOrderId::new(order_id),
            account: AccountId::new(account),
            side: parse_side(side)?,
            kind,
            time_in_force: parse_time_in_force(time_in_force)?,
            quantity: self.quantity(quantity)?,
            worst_price: worst_price
                .map(|price| self.price("worst_price", price))
                .transpose()?,
            self_trade: parse_self_trade(self_trade)?,
        };
        let mut events = Vec::new();
        self.inner
            .lock()?
            .submit(order, &mut NothingDisplayed, &mut events);
        Ok(self.to_python(&events))
    }

    /// Cancels a resting order of the account.
    fn cancel(&self, order_id: u64, account: u32) -> Result<Vec<ExchangeEvent>> {
        let mut events = Vec::new();
        let (id, account) = (ExchangeOrderId::new(order_id), AccountId::new(account));
        self.inner.lock()?.cancel(id, account, &mut events);
        Ok(self.to_python(&events))
    }

    /// Gives a resting order of the account a new price and a new whole quantity.
    fn replace(
        &self,
        order_id: u64,
        account: u32,
        price: &Bound<'_, PyAny>,
        quantity: &Bound<'_, PyAny>,
    ) -> Result<Vec<ExchangeEvent>> {
        let terms = OrderTerms {
            price: self.price("price", price)?,
            quantity: self.quantity(quantity)?,
        };
        let mut events = Vec::new();
        let (id, account) = (ExchangeOrderId::new(order_id), AccountId::new(account));
        self.inner
            .lock()?
            .replace(id, account, terms, &mut NothingDisplayed, &mut events);
        Ok(self.to_python(&events))
    }

    /// The bids as exact (price, quantity), best first.
    fn bids<'py>(&self, py: Python<'py>) -> Result<Vec<ExactLevel<'py>>> {
        self.depth(py, Side::Buy)
    }

    /// The asks as exact (price, quantity), best first.
    fn asks<'py>(&self, py: Python<'py>) -> Result<Vec<ExactLevel<'py>>> {
        self.depth(py, Side::Sell)
    }

    /// How many orders rest.
    fn __len__(&self) -> Result<usize> {
        Ok(self.inner.lock()?.resting().len())
    }
}

impl MatchingEngine {
    fn instrument(&self) -> &InnerInstrument {
        &self.instrument.get().inner
    }

    /// A price that is exact on the instrument's decimals.
    fn price(&self, name: &str, value: &Bound<'_, PyAny>) -> Result<Price> {
        let text = decimal::required(name, value)?.to_string();
        self.instrument()
            .parse_price(&text)
            .map_err(|fault| Error::value(name, &text, fault))
    }

    /// A quantity that is exact on the instrument's decimals.
    fn quantity(&self, value: &Bound<'_, PyAny>) -> Result<Quantity> {
        let text = decimal::required("quantity", value)?.to_string();
        self.instrument()
            .parse_quantity(&text)
            .map_err(|fault| Error::value("quantity", &text, fault))
    }

    fn depth<'py>(&self, py: Python<'py>, side: Side) -> Result<Vec<ExactLevel<'py>>> {
        let levels: Vec<_> = self.inner.lock()?.resting().levels(side).collect();
        Ok(exact_levels(py, &self.instrument, &levels)?)
    }

    fn to_python(&self, events: &[InnerEvent]) -> Vec<ExchangeEvent> {
        let instrument = self.instrument();
        events
            .iter()
            .map(|event| convert(event, instrument))
            .collect()
    }
}

fn convert(event: &InnerEvent, instrument: &InnerInstrument) -> ExchangeEvent {
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

pub(crate) fn parse_time_in_force(text: &str) -> Result<TimeInForce> {
    match text {
        "gtc" => Ok(TimeInForce::Gtc),
        "ioc" => Ok(TimeInForce::Ioc),
        "fok" => Ok(TimeInForce::Fok),
        other => Err(Error::value("time_in_force", other, "use gtc, ioc or fok")),
    }
}

fn parse_self_trade(text: &str) -> Result<SelfTradePrevention> {
    match text {
        "allow" => Ok(SelfTradePrevention::Allow),
        "expire_taker" => Ok(SelfTradePrevention::ExpireTaker),
        "expire_maker" => Ok(SelfTradePrevention::ExpireMaker),
        "expire_both" => Ok(SelfTradePrevention::ExpireBoth),
        other => Err(Error::value(
            "self_trade",
            other,
            "use allow, expire_taker, expire_maker or expire_both",
        )),
    }
}
