//! The one place where Rust errors become Python exceptions.

use alphaforge_data::{ColumnError, RecordingError};
use alphaforge_indicators::IndicatorError;
use alphaforge_market::BarSpecError;
use alphaforge_risk::LimitTableError;
use alphaforge_runtime::{CommandsPerMoment, SetupError as RuntimeSetupError};
use alphaforge_types::{
    CurrencyError, InstrumentError as TypesInstrumentError, NodeNameError, NumberFault, RateError,
};
use pyo3::PyErr;
use pyo3::exceptions::{PyException, PyRuntimeError, PyTypeError, PyValueError};

pyo3::create_exception!(
    alphaforge_rs,
    AlphaForgeError,
    PyException,
    "The base of all errors that AlphaForge raises itself."
);
pyo3::create_exception!(
    alphaforge_rs,
    DataError,
    AlphaForgeError,
    "Market data or a recording cannot be used; the text names the file, the line or the value."
);
pyo3::create_exception!(
    alphaforge_rs,
    InstrumentError,
    AlphaForgeError,
    "An instrument is unknown, or its specification cannot be used."
);
pyo3::create_exception!(
    alphaforge_rs,
    LimitError,
    AlphaForgeError,
    "A risk limit cannot be used."
);
pyo3::create_exception!(
    alphaforge_rs,
    SetupError,
    AlphaForgeError,
    "A node cannot be put together."
);
pyo3::create_exception!(
    alphaforge_rs,
    CommandFloodError,
    AlphaForgeError,
    "A strategy gives commands without end while no time passes."
);

/// Anything that can go wrong behind the bindings.
#[derive(Debug)]
pub(crate) enum Error {
    Data(String),
    Instrument(String),
    Limit(String),
    Setup(String),
    Flood(CommandsPerMoment),
    /// A value that a caller gave: which, and what is wrong with it.
    Value(String),
    /// A value of a type that makes no sense there.
    Type(String),
    /// A lock was left by a thread that panicked.
    Poisoned,
    /// Raised by Python itself.
    Python(PyErr),
}

/// The result of a binding.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An order that is not of this node.
    pub(crate) fn unknown_order(order_id: u64) -> Error {
        Error::Value(format!("order_id {order_id}: no such order"))
    }

    /// The same error with the name of the value it is about.
    pub(crate) fn value(name: &str, value: &str, fault: impl std::fmt::Display) -> Error {
        Error::Value(format!("{name} {value:?}: {fault}"))
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> PyErr {
        match error {
            Error::Data(text) => DataError::new_err(text),
            Error::Instrument(text) => InstrumentError::new_err(text),
            Error::Limit(text) => LimitError::new_err(text),
            Error::Setup(text) => SetupError::new_err(text),
            Error::Flood(flood) => CommandFloodError::new_err(flood.to_string()),
            Error::Value(text) => PyValueError::new_err(text),
            Error::Type(text) => PyTypeError::new_err(text),
            Error::Poisoned => {
                PyRuntimeError::new_err("internal error: a thread panicked; please report it")
            }
            Error::Python(error) => error,
        }
    }
}

impl From<PyErr> for Error {
    fn from(error: PyErr) -> Error {
        Error::Python(error)
    }
}

impl From<RecordingError> for Error {
    fn from(error: RecordingError) -> Error {
        Error::Data(error.to_string())
    }
}

impl From<ColumnError> for Error {
    fn from(error: ColumnError) -> Error {
        Error::Data(error.to_string())
    }
}

impl From<TypesInstrumentError> for Error {
    fn from(error: TypesInstrumentError) -> Error {
        Error::Instrument(error.to_string())
    }
}

impl From<LimitTableError> for Error {
    fn from(error: LimitTableError) -> Error {
        Error::Limit(error.to_string())
    }
}

impl From<RuntimeSetupError> for Error {
    fn from(error: RuntimeSetupError) -> Error {
        Error::Setup(error.to_string())
    }
}

impl From<CommandsPerMoment> for Error {
    fn from(flood: CommandsPerMoment) -> Error {
        Error::Flood(flood)
    }
}

impl From<NodeNameError> for Error {
    fn from(error: NodeNameError) -> Error {
        Error::Value(error.to_string())
    }
}

impl From<CurrencyError> for Error {
    fn from(error: CurrencyError) -> Error {
        Error::Value(error.to_string())
    }
}

impl From<BarSpecError> for Error {
    fn from(error: BarSpecError) -> Error {
        Error::Value(error.to_string())
    }
}

impl From<IndicatorError> for Error {
    fn from(error: IndicatorError) -> Error {
        Error::Value(error.to_string())
    }
}

impl From<NumberFault> for Error {
    fn from(fault: NumberFault) -> Error {
        Error::Value(fault.to_string())
    }
}

impl From<RateError> for Error {
    fn from(error: RateError) -> Error {
        Error::Value(error.to_string())
    }
}

impl<T> From<std::sync::PoisonError<T>> for Error {
    fn from(_: std::sync::PoisonError<T>) -> Error {
        Error::Poisoned
    }
}
