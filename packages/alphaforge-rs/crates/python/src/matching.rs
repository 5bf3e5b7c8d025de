//! The matching engine, used as an exchange: what emulators are built on.

use std::sync::{Arc, Mutex};

use alphaforge_exchange::{
    AccountId, ExchangeEvent as InnerEvent, ExchangeOrder, ExchangeOrderId, FeeSchedule,
    MatchingEngine as Inner, NothingDisplayed, SelfTradePrevention,
};
use alphaforge_types::{
    Instrument as InnerInstrument, OrderConditions, OrderKind, OrderTerms, Price, Quantity, Side,
    TimeInForce, Trigger, UnixNanos,
};
use pyo3::prelude::*;

use crate::batch::parse_side;
use crate::decimal;
use crate::errors::{Error, Result};
use crate::exchange_event::{ExchangeEvent, convert};
use crate::instrument::Instrument;
use crate::raw_events::{ExactLevel, exact_levels};

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

    /// Takes a new order; a price of None makes it a market order. At most one of `stop`, `take_profit`
    /// (prices) and `trailing` (a distance) lets it wait for the market; `quote_quantity` bounds what a
    /// market order trades of the quote currency.
    #[pyo3(signature = (order_id, account, side, quantity, price=None, *, time_in_force="gtc",
        post_only=false, worst_price=None, self_trade="allow", stop=None, take_profit=None,
        trailing=None, display=None, quote_quantity=None, expires_at=None))]
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
        stop: Option<&Bound<'_, PyAny>>,
        take_profit: Option<&Bound<'_, PyAny>>,
        trailing: Option<&Bound<'_, PyAny>>,
        display: Option<&Bound<'_, PyAny>>,
        quote_quantity: Option<&Bound<'_, PyAny>>,
        expires_at: Option<i64>,
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
            time_in_force: match expires_at {
                Some(nanos) => TimeInForce::Gtd {
                    expires_at: UnixNanos::from_nanos(nanos),
                },
                None => parse_time_in_force(time_in_force)?,
            },
            quantity: self.quantity(quantity)?,
            worst_price: worst_price
                .map(|price| self.price("worst_price", price))
                .transpose()?,
            self_trade: parse_self_trade(self_trade)?,
            conditions: OrderConditions {
                trigger: self.trigger(stop, take_profit, trailing)?,
                display: display.map(|value| self.quantity(value)).transpose()?,
                budget: quote_quantity
                    .map(|value| decimal::required_amount("quote_quantity", value))
                    .transpose()?,
                reduce_only: false,
                parent: None,
                allow_stale: false,
            },
        };
        let mut events = Vec::new();
        self.inner
            .lock()?
            .submit(order, &mut NothingDisplayed, &mut events);
        Ok(self.to_python(&events))
    }

    /// Ends the orders that are good till `now`, in ns since the epoch, or before.
    fn expire_until(&self, now: i64) -> Result<Vec<ExchangeEvent>> {
        let mut events = Vec::new();
        let now = UnixNanos::from_nanos(now);
        self.inner.lock()?.expire_until(now, &mut events);
        Ok(self.to_python(&events))
    }

    /// Cancels an order of the account that rests or waits for its trigger.
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

    /// The bids as exact (price, quantity), best first; at most `depth` of them.
    #[pyo3(signature = (depth=None))]
    fn bids<'py>(&self, py: Python<'py>, depth: Option<usize>) -> Result<Vec<ExactLevel<'py>>> {
        self.depth(py, Side::Buy, depth)
    }

    /// The asks as exact (price, quantity), best first; at most `depth` of them.
    #[pyo3(signature = (depth=None))]
    fn asks<'py>(&self, py: Python<'py>, depth: Option<usize>) -> Result<Vec<ExactLevel<'py>>> {
        self.depth(py, Side::Sell, depth)
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

    fn trigger(
        &self,
        stop: Option<&Bound<'_, PyAny>>,
        take_profit: Option<&Bound<'_, PyAny>>,
        trailing: Option<&Bound<'_, PyAny>>,
    ) -> Result<Option<Trigger>> {
        let exact = |name, value: Option<&Bound<'_, PyAny>>| {
            value.map(|value| self.price(name, value)).transpose()
        };
        let stop = exact("stop", stop)?.map(|price| Trigger::Stop { price });
        let take_profit =
            exact("take_profit", take_profit)?.map(|price| Trigger::TakeProfit { price });
        let trailing = exact("trailing", trailing)?.map(|distance| Trigger::Trailing { distance });
        Ok(stop.or(take_profit).or(trailing))
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

    fn depth<'py>(
        &self,
        py: Python<'py>,
        side: Side,
        depth: Option<usize>,
    ) -> Result<Vec<ExactLevel<'py>>> {
        let inner = self.inner.lock()?;
        let levels = inner.resting().levels(side);
        let levels: Vec<_> = levels.take(depth.unwrap_or(usize::MAX)).collect();
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
