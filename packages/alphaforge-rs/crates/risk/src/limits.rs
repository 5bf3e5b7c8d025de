//! The limits that people set.

use std::collections::BTreeMap;

use alphaforge_types::{
    Amount, Currency, Decimal, Instrument, InstrumentId, Rate, StrategyId, VenueId,
};
mod error;

pub use error::LimitTableError;

use crate::effective_limits::lower;
pub use crate::effective_limits::{EffectiveLimits, PositionLimit};
use crate::envelope::Envelope;
use crate::loss_watch::LossResponse;
use crate::watched_limits::{WatchedLimits, check_window_length};

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
    /// Rule 3: what a strategy may do at all; of a strategy only.
    pub envelope: Envelope,
    /// Rule 4: how far from the middle of the market a price may lie, as a share of it.
    pub collar_share: Option<Rate>,
    /// Rule 4: how many ticks from the middle of the market a price may lie.
    pub collar_ticks: Option<u32>,
    /// Rule 5: the largest quantity of one order.
    pub max_order_quantity: Option<Decimal>,
    /// Rule 5: the largest value of one order.
    pub max_order_value: Option<Money>,
    /// Rules 4 and 6: how long ago a market's stream may have been known to be alive.
    pub max_market_age_ns: Option<i64>,
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
    pub(crate) scopes: BTreeMap<Scope, Limits>,
    pub(crate) watched: BTreeMap<Scope, WatchedLimits>,
    /// Rule 10: the share of an order's cost that must be free beyond the cost itself.
    pub buying_power_buffer: Rate,
    /// How far beyond the far side of the book a market order may trade.
    pub market_slippage: Rate,
    /// How long ago the market of a rate may have been known to be alive; any time where it is `None`.
    pub max_rate_age_ns: Option<i64>,
    /// Rule 15: who keeps own orders from trading with each other.
    pub self_match: SelfMatch,
    /// Rule 14: what happens on the way to a limit.
    pub loss_response: LossResponse,
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
        check_envelope(&limits.envelope, scope)?;
        if limits.collar_share.is_some_and(|share| share < Rate::ZERO) {
            return Err(LimitTableError::NegativeCollar);
        }
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

    /// What the limits come to for one strategy in one instrument; the most restrictive wins. `given` are the
    /// instruments that the strategy has been given, `None` for all.
    pub fn effective(
        &self,
        strategy: StrategyId,
        venue: VenueId,
        instrument_id: InstrumentId,
        instrument: &Instrument,
        given: Option<&[InstrumentId]>,
    ) -> EffectiveLimits {
        let mut effective = EffectiveLimits::default();
        let scopes = [
            Scope::Account,
            Scope::Venue(venue),
            Scope::Strategy(strategy),
            Scope::Instrument(instrument_id),
        ];
        let own = self.scopes.get(&Scope::Strategy(strategy));
        let envelope = own.map(|limits| limits.envelope.clone());
        effective.envelope = envelope
            .unwrap_or_default()
            .within(venue, instrument_id, given);
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

fn check_envelope(envelope: &Envelope, scope: Scope) -> Result<(), LimitTableError> {
    if matches!(scope, Scope::Strategy(_)) {
        return Ok(());
    }
    let fields = [
        ("sides", envelope.sides.is_some()),
        ("order_types", envelope.order_types.is_some()),
        ("venues", envelope.venues.is_some()),
        ("instruments", envelope.instruments.is_some()),
    ];
    match fields.into_iter().find(|(_, is_set)| *is_set) {
        None => Ok(()),
        Some((field, _)) => Err(LimitTableError::OfStrategy {
            field,
            scope: scope.name(),
        }),
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

/// A limit and where it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit<T> {
    /// The limit itself; the value that equals it passes.
    pub value: T,
    /// Where it was set.
    pub scope: Scope,
}

#[cfg(test)]
mod tests;
