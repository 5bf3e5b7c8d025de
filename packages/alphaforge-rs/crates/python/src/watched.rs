//! The limits of what is watched as it happens, and the figures, as Python gives and sees them.

use alphaforge_market::Zone;
use alphaforge_risk::{
    LimitTable, LossResponse as InnerResponse, LossWatch, Money, Scope,
    WatchedLimits as InnerLimits, WindowCount,
};
use alphaforge_runtime::Runtime;
use alphaforge_types::Currency;
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::{Error, Result};
use crate::lookup::find_scope;

/// The limits on losses, executions and rejections of one scope.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct WatchedLimits {
    scope: String,
    name: Option<String>,
    limits: InnerLimits,
}

#[pymethods]
impl WatchedLimits {
    #[new]
    #[pyo3(signature = (scope, name=None, *, max_daily_loss=None, max_drawdown=None, max_drawdown_share=None,
        max_same_side_fills=None, max_rejects=None, max_orders_per_trade=None))]
    fn new(
        scope: String,
        name: Option<String>,
        max_daily_loss: Option<(Bound<'_, PyAny>, String)>,
        max_drawdown: Option<(Bound<'_, PyAny>, String)>,
        max_drawdown_share: Option<&Bound<'_, PyAny>>,
        max_same_side_fills: Option<(u32, i64)>,
        max_rejects: Option<(u32, i64)>,
        max_orders_per_trade: Option<(u32, i64)>,
    ) -> Result<WatchedLimits> {
        let money = |field, given: Option<(Bound<'_, PyAny>, String)>| {
            given
                .map(|(amount, currency)| -> Result<Money> {
                    Ok(Money {
                        amount: decimal::required_amount(field, &amount)?,
                        currency: Currency::new(&currency)?,
                    })
                })
                .transpose()
        };
        let window = |given: Option<(u32, i64)>| {
            given.map(|(count, window_ns)| WindowCount { count, window_ns })
        };
        let share = max_drawdown_share
            .map(|share| decimal::required_rate("max_drawdown_share", share))
            .transpose()?;
        let limits = InnerLimits {
            max_daily_loss: money("max_daily_loss", max_daily_loss)?,
            max_drawdown: money("max_drawdown", max_drawdown)?,
            max_drawdown_share: share,
            max_same_side_fills: window(max_same_side_fills),
            max_rejects: window(max_rejects),
            max_orders_per_trade: window(max_orders_per_trade),
        };
        Ok(WatchedLimits {
            scope,
            name,
            limits,
        })
    }
}

impl WatchedLimits {
    /// Puts these limits into the table of a runtime.
    ///
    /// # Errors
    /// Where the scope names nothing of this node, or the limits cannot be used.
    pub(crate) fn put(&self, table: &mut LimitTable, runtime: &Runtime) -> Result<()> {
        let scope = find_scope(runtime, &self.scope, self.name.as_deref())
            .map_err(|text| Error::Limit(format!("risk.{text}")))?;
        table.set_watched(scope, self.limits.clone())?;
        Ok(())
    }
}

/// What happens on the way to a limit of losses.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct LossResponse {
    inner: InnerResponse,
}

#[pymethods]
impl LossResponse {
    /// Above the shares `alert` and `reduce` of a limit somebody is told, and only orders that shrink a position
    /// pass; `flatten` closes positions above the limit; days begin at midnight in `time_zone`.
    #[new]
    #[pyo3(signature = (*, alert, reduce, flatten, time_zone))]
    fn new(
        alert: &Bound<'_, PyAny>,
        reduce: &Bound<'_, PyAny>,
        flatten: bool,
        time_zone: &str,
    ) -> Result<LossResponse> {
        let zone = Zone::named(time_zone).ok_or_else(|| {
            Error::Limit(format!(
                "risk.time_zone {time_zone:?}: use a name of the IANA database, such as UTC or Europe/Berlin"
            ))
        })?;
        let inner = InnerResponse {
            alert: decimal::required_rate("loss_alert", alert)?,
            reduce: decimal::required_rate("loss_reduce", reduce)?,
            flatten,
            currency: None,
            days: zone.day_clock(),
        };
        Ok(LossResponse { inner })
    }
}

impl LossResponse {
    /// Puts it into the table of a runtime; equity is reckoned in its reporting currency.
    ///
    /// # Errors
    /// Where the stages are not one after the other.
    pub(crate) fn put(&self, table: &mut LimitTable, runtime: &Runtime) -> Result<()> {
        let currency = runtime.reporting_currency();
        table.set_loss_response(InnerResponse {
            currency,
            ..self.inner.clone()
        })?;
        Ok(())
    }
}

/// A limit on losses, and where the loss is.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct RiskFigure {
    scope: &'static str,
    name: Option<String>,
    watch: LossWatch,
}

#[pymethods]
impl RiskFigure {
    /// `account` or `strategy`.
    #[getter]
    fn scope(&self) -> &str {
        self.scope
    }

    /// Which strategy; None for the account.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The limit's name in the configuration: `max_daily_loss`, `max_drawdown` or `max_drawdown_share`.
    #[getter]
    fn limit(&self) -> &str {
        self.watch.measure.setting()
    }

    /// The currency of `value` and `allowed`.
    #[getter]
    fn currency(&self) -> String {
        self.watch.currency.to_string()
    }

    /// What is lost, negative for a gain; None where it is not known.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.watch.value();
        value
            .map(|value| decimal::amount_to_python(py, value))
            .transpose()
    }

    /// What may be lost; None where it is not known.
    #[getter]
    fn allowed<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let allowed = self.watch.allowed();
        allowed
            .map(|allowed| decimal::amount_to_python(py, allowed))
            .transpose()
    }

    /// How far the loss has come since it began to count: within, alert, reducing or halted.
    #[getter]
    fn stage(&self) -> &str {
        self.watch.stage().name()
    }
}

/// The figures of all limits on losses.
pub(crate) fn figures(runtime: &Runtime) -> Vec<RiskFigure> {
    let kernel = runtime.kernel();
    let figure = |(scope, watch): (Scope, &LossWatch)| RiskFigure {
        scope: scope.name(),
        name: match scope {
            Scope::Strategy(strategy) => kernel.strategy_name(strategy).map(str::to_owned),
            Scope::Account | Scope::Venue(_) | Scope::Instrument(_) => None,
        },
        watch: watch.clone(),
    };
    kernel.losses().map(figure).collect()
}
