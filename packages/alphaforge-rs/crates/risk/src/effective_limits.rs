//! What the limits come to for one strategy in one instrument.

use alphaforge_types::{Decimal, Instrument, Quantity, Rate};

use crate::envelope::InstrumentEnvelope;
use crate::limits::{Limit, Limits, Money, Scope, WindowCount};

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
    /// Rule 3: what the strategy may do.
    pub envelope: InstrumentEnvelope,
    /// Rule 4: the smallest of the collars, as a share of the middle.
    pub collar_share: Option<Limit<Rate>>,
    /// Rule 4: the smallest of the collars in ticks.
    pub collar_ticks: Option<Limit<u32>>,
    /// Rule 5: the smallest of the limits on one order's quantity.
    pub order_quantity: Option<Limit<Quantity>>,
    /// Rule 5: the limits on one order's value.
    pub order_value: Vec<Limit<Money>>,
    /// Rules 4 and 6: the smallest of the limits on a market's age, in ns.
    pub market_age: Option<Limit<i64>>,
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

    pub(crate) fn add(&mut self, scope: Scope, limits: &Limits, instrument: &Instrument) {
        lower(&mut self.collar_share, limits.collar_share, scope);
        lower(&mut self.collar_ticks, limits.collar_ticks, scope);
        lower(&mut self.market_age, limits.max_market_age_ns, scope);
        let quantity = limits.max_order_quantity;
        let quantity = quantity.map(|value| at_grid(value, instrument));
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
pub(crate) fn lower<T: Copy + PartialOrd>(
    smallest: &mut Option<Limit<T>>,
    value: Option<T>,
    scope: Scope,
) {
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
