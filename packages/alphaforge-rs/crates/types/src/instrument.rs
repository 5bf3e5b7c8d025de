//! What can be traded, and the grid its prices and quantities lie on.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::amount::{AMOUNT_DECIMALS, Amount, Overflow};
use crate::currency::Currency;
use crate::decimal::{Decimal, NumberFault, power_of_ten};
use crate::order::Side;
use crate::price::{Price, Quantity};

/// Whether an instrument trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InstrumentStatus {
    /// Orders are accepted.
    Trading,
    /// The venue accepts cancels only.
    CancelOnly,
    /// The venue accepts nothing.
    Halted,
}

impl InstrumentStatus {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            InstrumentStatus::Trading => "trading",
            InstrumentStatus::CancelOnly => "cancel_only",
            InstrumentStatus::Halted => "halted",
        }
    }
}

/// What a venue says of an instrument, as numbers of any scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentSpec {
    /// The venue's name, upper case, such as `BINANCE`.
    pub venue: String,
    /// The venue's own symbol, such as `BTCUSDT`.
    pub symbol: String,
    /// The currency that is bought and sold.
    pub base: Currency,
    /// The currency it is paid in.
    pub quote: Currency,
    /// The price step.
    pub tick_size: Decimal,
    /// The quantity step.
    pub lot_size: Decimal,
    /// The smallest order quantity; `None` for no bound, here and below.
    pub min_quantity: Option<Decimal>,
    /// The largest order quantity.
    pub max_quantity: Option<Decimal>,
    /// The lowest price.
    pub min_price: Option<Decimal>,
    /// The highest price.
    pub max_price: Option<Decimal>,
    /// The smallest notional of an order.
    pub min_notional: Option<Decimal>,
    /// The largest notional of an order.
    pub max_notional: Option<Decimal>,
    /// Whether it trades.
    pub status: InstrumentStatus,
}

/// Why an instrument cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InstrumentError {
    /// A name has characters that an instrument id cannot hold.
    #[error("{field} {value:?}: use letters, digits, '-', '_', '.' or '/' (a venue in upper case)")]
    Name {
        /// Which field.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// A step is zero, negative, or finer than its bound.
    #[error("{field} {value}: {rule}")]
    Step {
        /// Which field.
        field: &'static str,
        /// Its value.
        value: Decimal,
        /// What holds for it.
        rule: &'static str,
    },
    /// A bound does not fit the instrument's grid.
    #[error("{field} {value} does not fit an integer at {decimals} decimals")]
    Bound {
        /// Which field.
        field: &'static str,
        /// Its value.
        value: Decimal,
        /// The decimals of the instrument.
        decimals: u32,
    },
}

/// A tradable instrument. Its prices have the decimals of its tick, its quantities those of its lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    venue: String,
    symbol: String,
    base: Currency,
    quote: Currency,
    price_decimals: u32,
    quantity_decimals: u32,
    notional_factor: i128,
    base_factor: i128,
    /// The price step.
    pub tick_size: Price,
    /// The quantity step.
    pub lot_size: Quantity,
    /// The smallest order quantity.
    pub min_quantity: Option<Quantity>,
    /// The largest order quantity.
    pub max_quantity: Option<Quantity>,
    /// The lowest price.
    pub min_price: Option<Price>,
    /// The highest price.
    pub max_price: Option<Price>,
    /// The smallest notional of an order.
    pub min_notional: Option<Amount>,
    /// The largest notional of an order.
    pub max_notional: Option<Amount>,
    /// Whether it trades.
    pub status: InstrumentStatus,
}

impl Instrument {
    /// The instrument that `spec` describes.
    ///
    /// # Errors
    /// Where a name, a step or a bound cannot be used; the error names the field and its value.
    pub fn new(spec: &InstrumentSpec) -> Result<Instrument, InstrumentError> {
        check_name(
            "venue",
            &spec.venue,
            spec.venue.to_uppercase() == spec.venue,
        )?;
        check_name("symbol", &spec.symbol, true)?;
        let tick = positive_step("tick_size", spec.tick_size)?;
        let lot = positive_step("lot_size", spec.lot_size)?;
        let (price_decimals, quantity_decimals) = (tick.scale(), lot.scale());
        let notional_decimals = price_decimals + quantity_decimals;
        if notional_decimals > AMOUNT_DECIMALS {
            return Err(InstrumentError::Step {
                field: "tick_size",
                value: tick,
                rule: "tick and lot together may have at most 18 decimals",
            });
        }
        let price = |field, value: Option<Decimal>| bound(field, value, price_decimals);
        let quantity = |field, value: Option<Decimal>| bound(field, value, quantity_decimals);
        Ok(Instrument {
            venue: spec.venue.clone(),
            symbol: spec.symbol.clone(),
            base: spec.base,
            quote: spec.quote,
            price_decimals,
            quantity_decimals,
            notional_factor: power_of_ten(AMOUNT_DECIMALS - notional_decimals).unwrap_or(1),
            base_factor: power_of_ten(AMOUNT_DECIMALS - quantity_decimals).unwrap_or(1),
            tick_size: Price::from_mantissa(required("tick_size", tick, price_decimals)?),
            lot_size: Quantity::from_mantissa(required("lot_size", lot, quantity_decimals)?),
            min_quantity: quantity("min_quantity", spec.min_quantity)?.map(Quantity::from_mantissa),
            max_quantity: quantity("max_quantity", spec.max_quantity)?.map(Quantity::from_mantissa),
            min_price: price("min_price", spec.min_price)?.map(Price::from_mantissa),
            max_price: price("max_price", spec.max_price)?.map(Price::from_mantissa),
            min_notional: amount_bound("min_notional", spec.min_notional)?,
            max_notional: amount_bound("max_notional", spec.max_notional)?,
            status: spec.status,
        })
    }

    /// The venue's name.
    pub fn venue(&self) -> &str {
        &self.venue
    }

    /// The venue's symbol.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// The currency that is bought and sold.
    pub fn base(&self) -> Currency {
        self.base
    }

    /// The currency it is paid in.
    pub fn quote(&self) -> Currency {
        self.quote
    }

    /// How many decimals its prices have.
    pub fn price_decimals(&self) -> u32 {
        self.price_decimals
    }

    /// How many decimals its quantities have.
    pub fn quantity_decimals(&self) -> u32 {
        self.quantity_decimals
    }

    /// `price × quantity` in the quote currency, exact.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit an amount.
    pub fn notional(&self, price: Price, quantity: Quantity) -> Result<Amount, Overflow> {
        // Two i64 fit an i128 product.
        let product = i128::from(price.mantissa()) * i128::from(quantity.mantissa());
        product
            .checked_mul(self.notional_factor)
            .map(Amount::from_units)
            .ok_or(Overflow)
    }

    /// The largest quantity on the lot grid whose notional at `price` is within `budget`.
    pub fn quantity_within(&self, price: Price, budget: Amount) -> Quantity {
        let unit = i128::from(price.mantissa()) * self.notional_factor;
        if unit <= 0 || !budget.is_positive() {
            return Quantity::ZERO;
        }
        let mantissa = i64::try_from(budget.units() / unit).unwrap_or(i64::MAX);
        let lot = self.lot_size.mantissa();
        Quantity::from_mantissa(mantissa - mantissa % lot)
    }

    /// `quantity` as an amount of the base currency, exact.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit an amount.
    pub fn base_amount(&self, quantity: Quantity) -> Result<Amount, Overflow> {
        i128::from(quantity.mantissa())
            .checked_mul(self.base_factor)
            .map(Amount::from_units)
            .ok_or(Overflow)
    }

    /// The price on the tick grid that is nearest to `wanted` and not more aggressive:
    /// a buy is rounded down, a sell up.
    ///
    /// # Errors
    /// `TooManyDigits` where it does not fit.
    pub fn quantise_price(&self, wanted: Decimal, side: Side) -> Result<Price, NumberFault> {
        let tick = i128::from(self.tick_size.mantissa());
        let mantissa = match side {
            Side::Buy => wanted
                .floor_to(self.price_decimals)
                .and_then(|floor| floor.div_euclid(tick).checked_mul(tick)),
            Side::Sell => wanted.ceil_to(self.price_decimals).and_then(|ceil| {
                ceil.checked_add(tick - 1)?
                    .div_euclid(tick)
                    .checked_mul(tick)
            }),
        };
        fit(mantissa).map(Price::from_mantissa)
    }

    /// The largest quantity on the lot grid that is not above `wanted`.
    ///
    /// # Errors
    /// `TooManyDigits` where it does not fit.
    pub fn quantise_quantity(&self, wanted: Decimal) -> Result<Quantity, NumberFault> {
        let lot = i128::from(self.lot_size.mantissa());
        let mantissa = wanted
            .floor_to(self.quantity_decimals)
            .and_then(|floor| floor.div_euclid(lot).checked_mul(lot));
        fit(mantissa).map(Quantity::from_mantissa)
    }

    /// A price of a market event, which must be exact at the instrument's decimals.
    ///
    /// # Errors
    /// Where the text is no number or has more decimals than the instrument.
    pub fn parse_price(&self, text: &str) -> Result<Price, NumberFault> {
        let mantissa = Decimal::parse(text)?.exact_at(self.price_decimals);
        fit(mantissa).map(Price::from_mantissa)
    }

    /// A quantity of a market event, which must be exact at the instrument's decimals.
    ///
    /// # Errors
    /// Where the text is no number or has more decimals than the instrument.
    pub fn parse_quantity(&self, text: &str) -> Result<Quantity, NumberFault> {
        let mantissa = Decimal::parse(text)?.exact_at(self.quantity_decimals);
        fit(mantissa).map(Quantity::from_mantissa)
    }

    /// `price` as an exact decimal.
    pub fn price_decimal(&self, price: Price) -> Decimal {
        Decimal::new(i128::from(price.mantissa()), self.price_decimals).unwrap_or(Decimal::ZERO)
    }

    /// `quantity` as an exact decimal.
    pub fn quantity_decimal(&self, quantity: Quantity) -> Decimal {
        Decimal::new(i128::from(quantity.mantissa()), self.quantity_decimals)
            .unwrap_or(Decimal::ZERO)
    }
}

impl fmt::Display for Instrument {
    /// `VENUE:SYMBOL`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.venue, self.symbol)
    }
}

fn fit(mantissa: Option<i128>) -> Result<i64, NumberFault> {
    mantissa
        .and_then(|mantissa| i64::try_from(mantissa).ok())
        .ok_or(NumberFault::TooManyDigits)
}

fn check_name(field: &'static str, value: &str, also: bool) -> Result<(), InstrumentError> {
    let valid = !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    if valid && also {
        return Ok(());
    }
    Err(InstrumentError::Name {
        field,
        value: value.to_owned(),
    })
}

fn positive_step(field: &'static str, value: Decimal) -> Result<Decimal, InstrumentError> {
    if value <= Decimal::ZERO {
        return Err(InstrumentError::Step {
            field,
            value,
            rule: "a step must be above zero",
        });
    }
    Ok(value.trimmed())
}

fn required(field: &'static str, value: Decimal, decimals: u32) -> Result<i64, InstrumentError> {
    value
        .exact_at(decimals)
        .and_then(|mantissa| i64::try_from(mantissa).ok())
        .ok_or(InstrumentError::Bound {
            field,
            value,
            decimals,
        })
}

fn bound(
    field: &'static str,
    value: Option<Decimal>,
    decimals: u32,
) -> Result<Option<i64>, InstrumentError> {
    value
        .map(|value| required(field, value, decimals))
        .transpose()
}

fn amount_bound(
    field: &'static str,
    value: Option<Decimal>,
) -> Result<Option<Amount>, InstrumentError> {
    value
        .map(|value| {
            value
                .exact_at(AMOUNT_DECIMALS)
                .map(Amount::from_units)
                .ok_or(InstrumentError::Bound {
                    field,
                    value,
                    decimals: AMOUNT_DECIMALS,
                })
        })
        .transpose()
}

#[cfg(test)]
mod tests;
