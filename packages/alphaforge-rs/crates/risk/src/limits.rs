//! The limits that people set, and what they come to for one strategy in one instrument.

use std::collections::BTreeMap;

use alphaforge_types::{
    Amount, Currency, Decimal, Instrument, InstrumentId, Quantity, Rate, StrategyId, VenueId,
};
mod error;

pub use error::LimitTableError;

/// What a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everything this node does.
    Account,
    /// Everything on one venue.
    Venue(VenueId),
    /// Everything one strategy does.
    Strategy(StrategyId),
    /// Everything in one instrument.
    Instrument(InstrumentId),
}

impl Scope {
    /// The name of the kind of scope, as in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Account => "account",
            Scope::Venue(_) => "venue",
            Scope::Strategy(_) => "strategy",
            Scope::Instrument(_) => "instrument",
        }
    }
}

/// An amount of a named currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

/// How many messages may be sent within a sliding window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRate {
    /// The most new orders, replaces and cancels within the window.
    pub limit: u32,
    /// The length of the window.
    pub window_ns: i64,
    /// How many of them are kept for cancels.
    pub reserved_for_cancels: u32,
}

/// How often something may happen within a sliding window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowCount {
    /// The most within the window.
    pub count: u32,
    /// The length of the window.
    pub window_ns: i64,
}

/// The limits of one scope; `None` sets none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Rule 5: the largest quantity of one order.
    pub max_order_quantity: Option<Decimal>,
    /// Rule 5: the largest value of one order.
    pub max_order_value: Option<Money>,
    /// Rule 7: how many orders that are alike.
    pub max_duplicates: Option<WindowCount>,
    /// Rule 8: how many messages.
    pub message_rate: Option<MessageRate>,
    /// Rule 11: the largest long position.
    pub max_long: Option<Decimal>,
    /// Rule 11: the largest short position.
    pub max_short: Option<Decimal>,
    /// Rule 12: the largest sum of the sizes of positions.
    pub max_gross_exposure: Option<Money>,
    /// Rule 12: the largest sum of positions, long less short or short less long.
    pub max_net_exposure: Option<Money>,
    /// Rule 17: how far a venue's clock may be from ours, in ns.
    pub max_clock_drift_ns: Option<i64>,
    /// Rule 18: how far balances may be from the venue's word; exact where nothing is set.
    pub drift_tolerance: BTreeMap<Currency, Amount>,
    /// Rule 13: how many open orders.
    pub max_open_orders: Option<u32>,
}

/// Who keeps own orders from trading with each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelfMatch {
    /// The gate, which denies.
    Deny,
    /// The venue, by its own prevention mode.
    #[default]
    Venue,
}

/// All limits of a node, and the parameters of the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitTable {
    scopes: BTreeMap<Scope, Limits>,
    /// Rule 10: the share of an order's cost that must be free beyond the cost itself.
    pub buying_power_buffer: Rate,
    /// How far beyond the far side of the book a market order may trade.
    pub market_slippage: Rate,
    /// How long ago the market of a rate may have been known to be alive; any time where it is `None`.
    pub max_rate_age_ns: Option<i64>,
    /// Rule 15: who keeps own orders from trading with each other.
    pub self_match: SelfMatch,
}

impl LimitTable {
    /// Sets the limits of a scope.
    ///
    /// # Errors
    /// Where a limit is negative, or is a quantity in a scope with several instruments.
    pub fn set(&mut self, scope: Scope, limits: Limits) -> Result<(), LimitTableError> {
        let quantities = [
            ("max_order_quantity", limits.max_order_quantity),
            ("max_long", limits.max_long),
            ("max_short", limits.max_short),
        ];
        for (field, value) in quantities {
            let Some(value) = value else { continue };
            check_quantity(field, value, scope)?;
        }
        let exposures = [
            ("max_gross_exposure", limits.max_gross_exposure),
            ("max_net_exposure", limits.max_net_exposure),
        ];
        for (field, money) in exposures {
            if money.is_some() && matches!(scope, Scope::Instrument(_)) {
                return Err(LimitTableError::NotOfInstrument { field });
            }
            check_money(field, money)?;
        }
        check_money("max_order_value", limits.max_order_value)?;
        if let Some(rate) = limits.message_rate {
            check_message_rate(rate)?;
        }
        if let Some(drift_ns) = limits.max_clock_drift_ns
            && drift_ns < 0
        {
            return Err(LimitTableError::Negative {
                field: "max_clock_drift",
                value: format!("{drift_ns} ns"),
            });
        }
        for amount in limits.drift_tolerance.values() {
            if *amount < Amount::ZERO {
                return Err(LimitTableError::Negative {
                    field: "drift_tolerance",
                    value: amount.to_string(),
                });
            }
        }
        if let Some(duplicates) = limits.max_duplicates {
            check_window("max_duplicates", duplicates)?;
        }
        self.scopes.insert(scope, limits);
        Ok(())
    }

    /// The scopes with limits.
    pub fn scopes(&self) -> impl Iterator<Item = (Scope, &Limits)> {
        self.scopes.iter().map(|(scope, limits)| (*scope, limits))
    }

    /// Rule 17: how far the clock of a venue may be from ours, in ns.
    pub fn clock_drift(&self, venue: VenueId) -> Option<Limit<i64>> {
        let mut smallest = None;
        for scope in [Scope::Account, Scope::Venue(venue)] {
            let limit_ns = self
                .scopes
                .get(&scope)
                .and_then(|limits| limits.max_clock_drift_ns);
            lower(&mut smallest, limit_ns, scope);
        }
        smallest
    }

    /// Rule 18: how far a balance at a venue may be from the venue's word.
    pub fn drift_tolerance(&self, venue: VenueId, currency: Currency) -> Amount {
        self.scopes
            .get(&Scope::Venue(venue))
            .and_then(|limits| limits.drift_tolerance.get(&currency))
            .copied()
            .unwrap_or(Amount::ZERO)
    }

    /// What the limits come to for one strategy in one instrument; the most restrictive wins.
    pub fn effective(
        &self,
        strategy: StrategyId,
        venue: VenueId,
        instrument_id: InstrumentId,
        instrument: &Instrument,
    ) -> EffectiveLimits {
        let mut effective = EffectiveLimits::default();
        let scopes = [
            Scope::Account,
            Scope::Venue(venue),
            Scope::Strategy(strategy),
            Scope::Instrument(instrument_id),
        ];
        for scope in scopes {
            let Some(limits) = self.scopes.get(&scope) else {
                continue;
            };
            effective.add(scope, limits, instrument);
        }
        effective.clock_drift = self.clock_drift(venue);
        effective
    }
}

fn check_quantity(
    field: &'static str,
    value: Decimal,
    scope: Scope,
) -> Result<(), LimitTableError> {
    match scope {
        Scope::Account | Scope::Venue(_) => Err(LimitTableError::QuantityNeedsInstrument {
            field,
            scope: scope.name(),
        }),
        Scope::Strategy(_) | Scope::Instrument(_) if value < Decimal::ZERO => {
            Err(LimitTableError::Negative {
                field,
                value: value.to_string(),
            })
        }
        Scope::Strategy(_) | Scope::Instrument(_) => Ok(()),
    }
}

fn check_money(field: &'static str, money: Option<Money>) -> Result<(), LimitTableError> {
    match money {
        Some(money) if money.amount < Amount::ZERO => Err(LimitTableError::Negative {
            field,
            value: money.amount.to_string(),
        }),
        Some(_) | None => Ok(()),
    }
}

fn check_message_rate(rate: MessageRate) -> Result<(), LimitTableError> {
    check_window_length("message_rate", rate.window_ns)?;
    if rate.reserved_for_cancels >= rate.limit {
        return Err(LimitTableError::NothingButCancels {
            limit: rate.limit,
            reserved: rate.reserved_for_cancels,
        });
    }
    Ok(())
}

fn check_window(field: &'static str, limit: WindowCount) -> Result<(), LimitTableError> {
    if limit.count == 0 {
        return Err(LimitTableError::NotEvenOne { field });
    }
    check_window_length(field, limit.window_ns)
}

fn check_window_length(field: &'static str, window_ns: i64) -> Result<(), LimitTableError> {
    if window_ns <= 0 {
        return Err(LimitTableError::EmptyWindow { field, window_ns });
    }
    Ok(())
}

/// A limit and where it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit<T> {
    /// The limit itself; the value that equals it passes.
    pub value: T,
    /// Where it was set.
    pub scope: Scope,
}

/// A position limit at the instrument's decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionLimit {
    /// The largest long position.
    pub long: Option<Quantity>,
    /// The largest short position, as a positive quantity.
    pub short: Option<Quantity>,
    /// Where it was set; a strategy's limit counts that strategy's position only.
    pub scope: Scope,
}

/// The limits of one strategy in one instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectiveLimits {
    /// Rule 5: the smallest of the limits on one order's quantity.
    pub order_quantity: Option<Limit<Quantity>>,
    /// Rule 5: the limits on one order's value.
    pub order_value: Vec<Limit<Money>>,
    /// Rule 7: the limits on orders that are alike.
    pub duplicates: Vec<Limit<WindowCount>>,
    /// Rule 11: the limits on the position.
    pub position: Vec<PositionLimit>,
    /// Rule 17: how far the venue's clock may be from ours, in ns.
    pub clock_drift: Option<Limit<i64>>,
    /// Rule 13: the limits on the number of open orders.
    pub open_orders: Vec<Limit<u32>>,
    /// Rule 12: the limits on gross exposure.
    pub gross_exposure: Vec<Limit<Money>>,
    /// Rule 12: the limits on net exposure.
    pub net_exposure: Vec<Limit<Money>>,
}

impl EffectiveLimits {
    /// Rule 7: for how long orders must be remembered.
    pub fn longest_duplicates_ns(&self) -> i64 {
        let windows = self.duplicates.iter().map(|limit| limit.value.window_ns);
        windows.max().unwrap_or_default()
    }

    fn add(&mut self, scope: Scope, limits: &Limits, instrument: &Instrument) {
        let quantity = limits
            .max_order_quantity
            .map(|value| at_grid(value, instrument));
        lower(&mut self.order_quantity, quantity, scope);
        if let Some(value) = limits.max_order_value {
            self.order_value.push(Limit { value, scope });
        }
        if let Some(value) = limits.max_duplicates {
            self.duplicates.push(Limit { value, scope });
        }
        if let Some(value) = limits.max_open_orders {
            self.open_orders.push(Limit { value, scope });
        }
        if let Some(value) = limits.max_gross_exposure {
            self.gross_exposure.push(Limit { value, scope });
        }
        if let Some(value) = limits.max_net_exposure {
            self.net_exposure.push(Limit { value, scope });
        }
        if limits.max_long.is_some() || limits.max_short.is_some() {
            self.position.push(PositionLimit {
                long: limits.max_long.map(|value| at_grid(value, instrument)),
                short: limits.max_short.map(|value| at_grid(value, instrument)),
                scope,
            });
        }
    }
}

/// Keeps the smallest of the limits on one thing.
fn lower<T: Copy + PartialOrd>(smallest: &mut Option<Limit<T>>, value: Option<T>, scope: Scope) {
    if let Some(value) = value
        && smallest.is_none_or(|present| value < present.value)
    {
        *smallest = Some(Limit { value, scope });
    }
}

/// A limit on the instrument's grid, rounded down; a limit beyond all quantities is the largest one.
fn at_grid(value: Decimal, instrument: &Instrument) -> Quantity {
    instrument
        .quantise_quantity(value)
        .unwrap_or(Quantity::from_mantissa(i64::MAX))
}

#[cfg(test)]
mod tests;
