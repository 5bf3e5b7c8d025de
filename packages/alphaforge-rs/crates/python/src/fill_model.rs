//! The parts of a fill model, as Python gives them to a paper venue.

use alphaforge_exchange::{
    CancelSplit, FeeSchedule, FeeTier, FeeTiers as InnerTiers, MOST_EXPONENT,
    QueueModel as InnerQueue,
};
use alphaforge_kernel::NativeOrders;
use alphaforge_runtime::{
    Impact, Jitter, LatencyModel, LatencySample, PaperSettings, RecordedLatency, Trip,
};
use alphaforge_types::{Amount, UnixNanos};
use pyo3::prelude::*;

use crate::decimal;
use crate::errors::{Error, Result};

/// Where resting orders stand in the displayed queue.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct QueueModel {
    inner: InnerQueue,
}

#[pymethods]
impl QueueModel {
    /// Cancellations are behind us, as far as that is possible.
    #[staticmethod]
    fn risk_averse() -> QueueModel {
        let inner = InnerQueue::RiskAverse;
        QueueModel { inner }
    }

    /// Cancellations are split by f(x) = x ^ exponent of what is before us and behind us.
    #[staticmethod]
    #[pyo3(signature = (exponent=3))]
    fn power(exponent: u8) -> Result<QueueModel> {
        if !(1..=MOST_EXPONENT).contains(&exponent) {
            let remedy = format!("use 1 to {MOST_EXPONENT}");
            return Err(Error::value("exponent", &exponent.to_string(), remedy));
        }
        let inner = InnerQueue::Probabilistic(CancelSplit::Power { exponent });
        Ok(QueueModel { inner })
    }

    /// Cancellations are split by f(x) = log(1 + x).
    #[staticmethod]
    fn logarithmic() -> QueueModel {
        let inner = InnerQueue::Probabilistic(CancelSplit::Logarithmic);
        QueueModel { inner }
    }

    fn __repr__(&self) -> String {
        format!("QueueModel({:?})", self.inner)
    }
}

/// How long messages take to the venue and back.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Latency {
    inner: LatencyModel,
}

#[pymethods]
impl Latency {
    /// Always the same.
    #[staticmethod]
    #[pyo3(signature = (entry_ns, response_ns))]
    fn constant(entry_ns: i64, response_ns: i64) -> Result<Latency> {
        let inner = LatencyModel::Constant(trip(entry_ns, response_ns)?);
        Ok(Latency { inner })
    }

    /// As measured: rows of the time a message left, and its latency there and back, all in ns.
    #[staticmethod]
    fn recorded(rows: Vec<(i64, i64, i64)>) -> Result<Latency> {
        let samples = rows.into_iter().map(|(ts, entry_ns, response_ns)| {
            let trip = Trip {
                entry_ns,
                response_ns,
            };
            let ts = UnixNanos::from_nanos(ts);
            LatencySample { ts, trip }
        });
        let recorded = RecordedLatency::new(samples.collect())
            .map_err(|fault| Error::Value(fault.to_string()))?;
        let inner = LatencyModel::Recorded(recorded);
        Ok(Latency { inner })
    }

    /// At least this long, and an exponentially distributed time more.
    #[staticmethod]
    #[pyo3(signature = (entry_ns, response_ns, *, mean_ns, seed))]
    fn jittered(entry_ns: i64, response_ns: i64, mean_ns: i64, seed: u64) -> Result<Latency> {
        let mean = u64::try_from(mean_ns).map_err(|_| negative("mean_ns", mean_ns))?;
        let inner = LatencyModel::Jittered(Jitter::new(trip(entry_ns, response_ns)?, mean, seed));
        Ok(Latency { inner })
    }
}

fn trip(entry_ns: i64, response_ns: i64) -> Result<Trip> {
    if entry_ns < 0 {
        return Err(negative("entry_ns", entry_ns));
    }
    if response_ns < 0 {
        return Err(negative("response_ns", response_ns));
    }
    Ok(Trip {
        entry_ns,
        response_ns,
    })
}

fn negative(name: &str, value: i64) -> Error {
    Error::value(name, &value.to_string(), "must not be below zero")
}

/// Fee rates by what was traded in 30 days.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct FeeTiers {
    inner: InnerTiers,
}

#[pymethods]
impl FeeTiers {
    /// `tiers` are a volume from which on they apply, and their maker and taker rates.
    #[new]
    #[pyo3(signature = (maker, taker, *, tiers=Vec::new(), starting_volume=None))]
    fn new(
        maker: &Bound<'_, PyAny>,
        taker: &Bound<'_, PyAny>,
        tiers: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>, Bound<'_, PyAny>)>,
        starting_volume: Option<&Bound<'_, PyAny>>,
    ) -> Result<FeeTiers> {
        let tiers = tiers.iter().map(|(volume, maker, taker)| {
            let volume = decimal::required_amount("volume", volume)?;
            let fees = schedule(maker, taker)?;
            Ok(FeeTier { volume, fees })
        });
        let starting_volume = starting_volume
            .map(|volume| decimal::required_amount("starting_volume", volume))
            .transpose()?
            .unwrap_or(Amount::ZERO);
        let tiers = tiers.collect::<Result<Vec<FeeTier>>>()?;
        let inner = InnerTiers::new(schedule(maker, taker)?, tiers, starting_volume)
            .map_err(|fault| Error::Value(fault.to_string()))?;
        Ok(FeeTiers { inner })
    }
}

fn schedule(maker: &Bound<'_, PyAny>, taker: &Bound<'_, PyAny>) -> Result<FeeSchedule> {
    Ok(FeeSchedule {
        maker: decimal::required_rate("maker", maker)?,
        taker: decimal::required_rate("taker", taker)?,
    })
}

/// The settings of a paper venue.
///
/// # Errors
/// Where `impact` is none that there is.
pub(crate) fn paper_settings(
    latency: &Latency,
    fees: &FeeTiers,
    queue: &QueueModel,
    impact: &str,
    native: NativeOrders,
) -> Result<PaperSettings> {
    let impact = match impact {
        "consumed" => Impact::Consumed,
        "none" => Impact::None,
        other => return Err(Error::value("impact", other, "use consumed or none")),
    };
    Ok(PaperSettings {
        latency: latency.inner.clone(),
        fees: fees.inner.clone(),
        queue: queue.inner,
        impact,
        native,
    })
}
