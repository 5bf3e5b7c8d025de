//! Risk limits as Python gives them.

use alphaforge_risk::{LimitTable, Limits, MessageRate, Money};
use alphaforge_runtime::Runtime;
use alphaforge_types::{Currency, Decimal};
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::{Error, Result};
use crate::lookup::find_scope;

/// The limits of one scope.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct ScopeLimits {
    scope: String,
    name: Option<String>,
    limits: Limits,
}

#[pymethods]
impl ScopeLimits {
    #[new]
    #[pyo3(signature = (scope, name=None, *, max_order_quantity=None, max_order_value=None,
        max_messages=None, max_long=None, max_short=None))]
    fn new(
        scope: String,
        name: Option<String>,
        max_order_quantity: Option<&Bound<'_, PyAny>>,
        max_order_value: Option<(Bound<'_, PyAny>, String)>,
        max_messages: Option<(u32, i64, u32)>,
        max_long: Option<&Bound<'_, PyAny>>,
        max_short: Option<&Bound<'_, PyAny>>,
    ) -> Result<ScopeLimits> {
        let quantity = |name: &str, value: Option<&Bound<'_, PyAny>>| -> Result<Option<Decimal>> {
            value
                .map(|value| decimal::required(name, value))
                .transpose()
        };
        let max_order_value = max_order_value
            .map(|(amount, currency)| -> Result<Money> {
                Ok(Money {
                    amount: decimal::required_amount("max_order_value", &amount)?,
                    currency: Currency::new(&currency)?,
                })
            })
            .transpose()?;
        let message_rate =
            max_messages.map(|(limit, window_ns, reserved_for_cancels)| MessageRate {
                limit,
                window_ns,
                reserved_for_cancels,
            });
        Ok(ScopeLimits {
            scope,
            name,
            limits: Limits {
                max_order_quantity: quantity("max_order_quantity", max_order_quantity)?,
                max_order_value,
                message_rate,
                max_long: quantity("max_long", max_long)?,
                max_short: quantity("max_short", max_short)?,
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

impl ScopeLimits {
    /// Puts these limits into the table of a runtime.
    ///
    /// # Errors
    /// Where the scope names nothing of this node, or the limits cannot be used.
    pub(crate) fn put(&self, table: &mut LimitTable, runtime: &Runtime) -> Result<()> {
        let scope = find_scope(runtime, &self.scope, self.name.as_deref())
            .map_err(|text| Error::Limit(format!("risk.{text}")))?;
        table.set(scope, self.limits.clone())?;
        Ok(())
    }
}
