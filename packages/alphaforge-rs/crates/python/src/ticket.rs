//! An order as a strategy writes it: numbers brought onto the grid, conditions put together.

use alphaforge_kernel::Submit;
use alphaforge_risk::{InputFault, OrderField, Verdict};
use alphaforge_types::{
    Instrument, InstrumentId, OrderConditions, OrderKind, ParentId, Price, Quantity, Side,
    StrategyId, TimeInForce, Trigger, UnixNanos,
};
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::{Error, Result};
use crate::matching::parse_time_in_force;

const DAY_NS: i64 = 86_400_000_000_000;

type Value<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// A new order in the making.
pub(crate) struct Ticket<'a> {
    strategy: StrategyId,
    id: InstrumentId,
    side: Side,
    numbers: Numbers<'a>,
    kind: OrderKind,
    time_in_force: TimeInForce,
    quantity: Quantity,
    conditions: OrderConditions,
}

impl<'a> Ticket<'a> {
    /// A market order of nothing.
    pub(crate) fn new(
        strategy: StrategyId,
        id: InstrumentId,
        instrument: &'a Instrument,
        side: Side,
    ) -> Ticket<'a> {
        Ticket {
            strategy,
            id,
            side,
            numbers: Numbers::new(instrument, side),
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Gtc,
            quantity: Quantity::ZERO,
            conditions: OrderConditions::default(),
        }
    }

    /// How much: in the base currency or in the quote currency.
    pub(crate) fn quantity(&mut self, base: Value<'_, '_>, quote: Value<'_, '_>) -> Result<()> {
        match (base, quote) {
            (Some(quantity), None) => {
                self.quantity = self.numbers.quantity(OrderField::Quantity, quantity)?;
            }
            (None, Some(budget)) => {
                self.conditions.budget = Some(decimal::required_amount("quote_quantity", budget)?);
            }
            (None, None) | (Some(_), Some(_)) => {
                let text = "quantity: give either quantity or quote_quantity";
                return Err(Error::Value(text.to_owned()));
            }
        }
        Ok(())
    }

    /// A limit price, if there is one.
    pub(crate) fn price(&mut self, price: Value<'_, '_>, post_only: bool) -> Result<()> {
        if let Some(price) = price {
            self.kind = OrderKind::Limit {
                price: self.numbers.price(OrderField::Price, price)?,
                post_only,
            };
        } else if post_only {
            let remedy = "only an order with a limit price can be post-only";
            return Err(Error::Value(format!("post_only True: {remedy}")));
        }
        Ok(())
    }

    /// What it waits for, if for anything.
    pub(crate) fn trigger(
        &mut self,
        stop: Value<'_, '_>,
        take_profit: Value<'_, '_>,
        trailing: Value<'_, '_>,
    ) -> Result<()> {
        let given = [stop, take_profit, trailing];
        if given.iter().flatten().count() > 1 {
            let text = "stop, take_profit, trailing: an order waits for one of them only";
            return Err(Error::Value(text.to_owned()));
        }
        let numbers = &mut self.numbers;
        if let Some(price) = stop {
            let price = numbers.trigger_price(price, self.side == Side::Buy)?;
            self.conditions.trigger = Some(Trigger::Stop { price });
        }
        if let Some(price) = take_profit {
            let price = numbers.trigger_price(price, self.side == Side::Sell)?;
            self.conditions.trigger = Some(Trigger::TakeProfit { price });
        }
        if let Some(distance) = trailing {
            let distance = numbers.trigger_price(distance, true)?;
            self.conditions.trigger = Some(Trigger::Trailing { distance });
        }
        Ok(())
    }

    /// How long it works: `day` is till the end of the day in UTC, and `expires_at` till that moment.
    pub(crate) fn time_in_force(
        &mut self,
        name: &str,
        expires_at: Option<i64>,
        now: UnixNanos,
    ) -> Result<()> {
        let end_of_day = (now.nanos().div_euclid(DAY_NS) + 1).saturating_mul(DAY_NS);
        self.time_in_force = match (name, expires_at) {
            ("gtc", Some(expires_at)) => good_till(expires_at),
            ("day", None) => good_till(end_of_day),
            (name, None) => parse_time_in_force(name)?,
            (name, Some(_)) => {
                let text = format!("expires_at: an order that is {name} takes no time of its own");
                return Err(Error::Value(text));
            }
        };
        Ok(())
    }

    /// How much of it the book shows, if not all.
    pub(crate) fn display(&mut self, display: Value<'_, '_>) -> Result<()> {
        if let Some(display) = display {
            let display = self
                .numbers
                .quantity(OrderField::DisplayQuantity, display)?;
            self.conditions.display = Some(display);
        }
        Ok(())
    }

    /// Whether it may only shrink the position, and whether it may trade on a market that is not known to be
    /// as it is shown.
    pub(crate) fn permissions(&mut self, reduce_only: bool, allow_stale: bool) {
        self.conditions.reduce_only = reduce_only;
        self.conditions.allow_stale = allow_stale;
    }

    /// Of which parent order it is a part, if of one.
    pub(crate) fn parent(&mut self, parent: Option<u32>) {
        self.conditions.parent = parent.map(ParentId::from_index);
    }

    /// The order, with a risk rule's (rule, reason) where one rejects.
    pub(crate) fn submit(self, verdict: Option<(String, String)>) -> Submit {
        Submit {
            strategy: self.strategy,
            instrument: self.id,
            side: self.side,
            kind: self.kind,
            time_in_force: self.time_in_force,
            quantity: self.quantity,
            conditions: self.conditions,
            fault: self.numbers.fault,
            verdict: verdict.map(|(rule, reason)| Verdict { rule, reason }),
        }
    }
}

fn good_till(nanos: i64) -> TimeInForce {
    TimeInForce::Gtd {
        expires_at: UnixNanos::from_nanos(nanos),
    }
}

/// The numbers of an order, brought onto the grid; the first fault is kept for the gate.
pub(crate) struct Numbers<'a> {
    instrument: &'a Instrument,
    side: Side,
    pub(crate) fault: Option<InputFault>,
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(instrument: &'a Instrument, side: Side) -> Numbers<'a> {
        Numbers {
            instrument,
            side,
            fault: None,
        }
    }

    /// The price on the tick that is nearest and not more aggressive.
    pub(crate) fn price(&mut self, field: OrderField, value: &Bound<'_, PyAny>) -> Result<Price> {
        self.rounded(field, value, self.side)
    }

    /// The price of a trigger on the tick that is nearest and does not fire earlier.
    fn trigger_price(&mut self, value: &Bound<'_, PyAny>, rises: bool) -> Result<Price> {
        // A price for sales is rounded up, one for purchases down.
        let side = if rises { Side::Sell } else { Side::Buy };
        self.rounded(OrderField::TriggerPrice, value, side)
    }

    fn rounded(
        &mut self,
        field: OrderField,
        value: &Bound<'_, PyAny>,
        side: Side,
    ) -> Result<Price> {
        let price = decimal::from_python(field.name(), value)?
            .and_then(|wanted| self.instrument.quantise_price(wanted, side));
        Ok(price.unwrap_or_else(|fault| {
            self.fault.get_or_insert(InputFault { field, fault });
            Price::ZERO
        }))
    }

    /// The quantity on the lot that is nearest and not larger.
    pub(crate) fn quantity(
        &mut self,
        field: OrderField,
        value: &Bound<'_, PyAny>,
    ) -> Result<Quantity> {
        let quantity = decimal::from_python(field.name(), value)?
            .and_then(|wanted| self.instrument.quantise_quantity(wanted));
        Ok(quantity.unwrap_or_else(|fault| {
            self.fault.get_or_insert(InputFault { field, fault });
            Quantity::ZERO
        }))
    }
}
