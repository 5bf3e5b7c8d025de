//! Indicators as Python uses them.

// They have the names by which everybody knows them.
#![allow(clippy::upper_case_acronyms)]

use alphaforge_indicators as inner;
use pyo3::prelude::*;

use crate::errors::Result;

/// The class of an indicator of a length that takes one value at a time.
macro_rules! of_one_value {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[pyclass(module = "alphaforge_rs")]
        pub(crate) struct $name {
            inner: $inner,
        }

        #[pymethods]
        impl $name {
            #[new]
            fn new(length: i64) -> Result<$name> {
                Ok($name {
                    inner: <$inner>::new(length)?,
                })
            }

            /// Takes a value and gives what came of it; None before there are enough.
            fn update(&mut self, value: f64) -> Result<Option<f64>> {
                Ok(self.inner.update(value)?)
            }

            #[getter]
            fn length(&self) -> usize {
                self.inner.length()
            }

            #[getter]
            fn value(&self) -> Option<f64> {
                self.inner.value()
            }

            #[getter]
            fn is_ready(&self) -> bool {
                self.inner.value().is_some()
            }

            /// Forgets all values.
            fn reset(&mut self) {
                self.inner.reset();
            }

            fn __repr__(&self) -> String {
                let name = stringify!($name);
                described(&format!("{name}({})", self.inner.length()), self.inner.value())
            }
        }
    };
}

of_one_value! {
    /// An exponential moving average: each value weighs 2 / (length + 1).
    EMA, inner::Ema
}

of_one_value! {
    /// A simple moving average: the mean of the last `length` values.
    SMA, inner::Sma
}

of_one_value! {
    /// Wilder's relative strength index, from 0 to 100.
    RSI, inner::Rsi
}

of_one_value! {
    /// How many standard deviations the last value is from the mean of the last `length` values.
    ZScore, inner::ZScore
}

/// Wilder's average true range.
#[pyclass(module = "alphaforge_rs")]
pub(crate) struct ATR {
    inner: inner::Atr,
}

#[pymethods]
impl ATR {
    #[new]
    fn new(length: i64) -> Result<ATR> {
        Ok(ATR {
            inner: inner::Atr::new(length)?,
        })
    }

    /// Takes a bar and gives the average; None before there are enough.
    fn update(&mut self, high: f64, low: f64, close: f64) -> Result<Option<f64>> {
        Ok(self.inner.update(high, low, close)?)
    }

    #[getter]
    fn length(&self) -> usize {
        self.inner.length()
    }

    #[getter]
    fn value(&self) -> Option<f64> {
        self.inner.value()
    }

    #[getter]
    fn is_ready(&self) -> bool {
        self.inner.value().is_some()
    }

    /// Forgets all bars.
    fn reset(&mut self) {
        self.inner.reset();
    }

    fn __repr__(&self) -> String {
        described(&format!("ATR({})", self.inner.length()), self.inner.value())
    }
}

/// The volume-weighted average price since the beginning, or since the last reset.
#[pyclass(module = "alphaforge_rs")]
pub(crate) struct VWAP {
    inner: inner::Vwap,
}

#[pymethods]
impl VWAP {
    #[new]
    fn new() -> VWAP {
        VWAP {
            inner: inner::Vwap::default(),
        }
    }

    /// Takes a trade, or a bar, and gives the average; None before any volume has traded.
    fn update(&mut self, price: f64, volume: f64) -> Result<Option<f64>> {
        Ok(self.inner.update(price, volume)?)
    }

    #[getter]
    fn value(&self) -> Option<f64> {
        self.inner.value()
    }

    #[getter]
    fn is_ready(&self) -> bool {
        self.inner.value().is_some()
    }

    /// Forgets all that was traded.
    fn reset(&mut self) {
        self.inner.reset();
    }

    fn __repr__(&self) -> String {
        described("VWAP()", self.inner.value())
    }
}

fn described(name: &str, value: Option<f64>) -> String {
    match value {
        Some(value) => format!("<{name}: {value}>"),
        None => format!("<{name}: not ready>"),
    }
}
