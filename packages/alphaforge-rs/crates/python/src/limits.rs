//! Risk limits as Python gives them.

use std::collections::BTreeMap;

use alphaforge_kernel::LimitNote;
use alphaforge_risk::{Envelope, LimitTable, Limits, MessageRate, Money, WindowCount};
use alphaforge_runtime::Runtime;
use alphaforge_types::{Amount, Currency, Decimal};
use pyo3::prelude::*;

use crate::decimal;
use crate::envelope::EnvelopeNames;
use crate::errors::{Error, Result};
use crate::lookup::find_scope;

/// The limits of one scope.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct ScopeLimits {
    scope: String,
    name: Option<String>,
    envelope: EnvelopeNames,
    limits: Limits,
}

#[pymethods]
impl ScopeLimits {
    #[new]
    #[pyo3(signature = (scope, name=None, *, sides=None, order_types=None, venues=None, instruments=None,
        collar_share=None, collar_ticks=None, max_market_age_ns=None, max_order_quantity=None,
        max_order_value=None, max_duplicates=None, max_messages=None, max_long=None, max_short=None,
        max_gross_exposure=None, max_net_exposure=None, max_open_orders=None, max_clock_drift_ns=None,
        drift_tolerance=None))]
    fn new(
        scope: String,
        name: Option<String>,
        sides: Option<Vec<String>>,
        order_types: Option<Vec<String>>,
        venues: Option<Vec<String>>,
        instruments: Option<Vec<String>>,
        collar_share: Option<&Bound<'_, PyAny>>,
        collar_ticks: Option<u32>,
        max_market_age_ns: Option<i64>,
        max_order_quantity: Option<&Bound<'_, PyAny>>,
        max_order_value: Option<(Bound<'_, PyAny>, String)>,
        max_duplicates: Option<(u32, i64)>,
        max_messages: Option<(u32, i64, u32)>,
        max_long: Option<&Bound<'_, PyAny>>,
        max_short: Option<&Bound<'_, PyAny>>,
        max_gross_exposure: Option<(Bound<'_, PyAny>, String)>,
        max_net_exposure: Option<(Bound<'_, PyAny>, String)>,
        max_open_orders: Option<u32>,
        max_clock_drift_ns: Option<i64>,
        drift_tolerance: Option<BTreeMap<String, Bound<'_, PyAny>>>,
    ) -> Result<ScopeLimits> {
        let message_rate =
            max_messages.map(|(limit, window_ns, reserved_for_cancels)| MessageRate {
                limit,
                window_ns,
                reserved_for_cancels,
            });
        Ok(ScopeLimits {
            scope,
            name,
            envelope: EnvelopeNames {
                sides,
                order_types,
                venues,
                instruments,
            },
            limits: Limits {
                envelope: Envelope::default(),
                collar_share: collar_share
                    .map(|value| decimal::required_rate("collar_share", value))
                    .transpose()?,
                collar_ticks,
                max_market_age_ns,
                max_order_quantity: quantity("max_order_quantity", max_order_quantity)?,
                max_order_value: money("max_order_value", max_order_value)?,
                max_duplicates: max_duplicates
                    .map(|(count, window_ns)| WindowCount { count, window_ns }),
                message_rate,
                max_long: quantity("max_long", max_long)?,
                max_short: quantity("max_short", max_short)?,
                max_gross_exposure: money("max_gross_exposure", max_gross_exposure)?,
                max_net_exposure: money("max_net_exposure", max_net_exposure)?,
                max_open_orders,
                max_clock_drift_ns,
                drift_tolerance: tolerances(drift_tolerance.unwrap_or_default())?,
            },
        })
    }

    /// `account`, `venue`, `strategy` or `instrument`.
    #[getter]
    fn scope(&self) -> &str {
        &self.scope
    }

    /// Which venue, strategy or instrument; None for the account.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

fn quantity(name: &str, value: Option<&Bound<'_, PyAny>>) -> Result<Option<Decimal>> {
    value
        .map(|value| decimal::required(name, value))
        .transpose()
}

fn tolerances(given: BTreeMap<String, Bound<'_, PyAny>>) -> Result<BTreeMap<Currency, Amount>> {
    let tolerance = |(currency, amount): (String, Bound<'_, PyAny>)| {
        let amount = decimal::required_amount("drift_tolerance", &amount)?;
        Ok((Currency::new(&currency)?, amount))
    };
    given.into_iter().map(tolerance).collect()
}

/// Which limit a person has changed while the node runs, and why.
#[pyclass(frozen, get_all, module = "alphaforge_rs")]
pub(crate) struct LimitChange {
    /// The setting, as in the configuration: `risk.account.max_order_value`.
    setting: String,
    /// What it was; None where there was no such limit.
    before: Option<String>,
    /// What it is now; None where there is no such limit any more.
    after: Option<String>,
    /// The person, by name.
    by: String,
    /// Why.
    reason: String,
}

#[pymethods]
impl LimitChange {
    #[new]
    #[pyo3(signature = (setting, before, after, *, by, reason))]
    fn new(
        setting: String,
        before: Option<String>,
        after: Option<String>,
        by: String,
        reason: String,
    ) -> LimitChange {
        LimitChange {
            setting,
            before,
            after,
            by,
            reason,
        }
    }
}

impl LimitChange {
    /// The kernel's input, with all limits as they are from now on.
    pub(crate) fn with(&self, limits: LimitTable) -> alphaforge_kernel::LimitChange {
        let note = LimitNote {
            by: self.by.clone(),
            setting: self.setting.clone(),
            before: self.before.clone(),
            after: self.after.clone(),
            reason: self.reason.clone(),
        };
        alphaforge_kernel::LimitChange { note, limits }
    }
}

fn money(field: &str, value: Option<(Bound<'_, PyAny>, String)>) -> Result<Option<Money>> {
    value
        .map(|(amount, currency)| {
            Ok(Money {
                amount: decimal::required_amount(field, &amount)?,
                currency: Currency::new(&currency)?,
            })
        })
        .transpose()
}

impl ScopeLimits {
    /// Puts these limits into the table of a runtime.
    ///
    /// # Errors
    /// Where the scope names nothing of this node, or the limits cannot be used.
    pub(crate) fn put(&self, table: &mut LimitTable, runtime: &Runtime) -> Result<()> {
        let scope = find_scope(runtime, &self.scope, self.name.as_deref())
            .map_err(|text| Error::Limit(format!("risk.{text}")))?;
        let limits = Limits {
            envelope: self.envelope.find(runtime)?,
            ..self.limits.clone()
        };
        table.set(scope, limits)?;
        Ok(())
    }
}
