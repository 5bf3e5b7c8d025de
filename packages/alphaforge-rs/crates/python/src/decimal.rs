//! Numbers across the border: Python's `Decimal`, `int`, `float` and `str` in, `Decimal` out.

use alphaforge_types::{Amount, Decimal, NumberFault, Rate};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString, PyType};

use crate::errors::{Error, Result};

static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// A Python `Decimal` of the same value.
pub(crate) fn to_python<'py>(py: Python<'py>, decimal: Decimal) -> PyResult<Bound<'py, PyAny>> {
    DECIMAL
        .import(py, "decimal", "Decimal")?
        .call1((decimal.to_string(),))
}

/// A Python `Decimal` of the same value.
pub(crate) fn amount_to_python<'py>(
    py: Python<'py>,
    amount: Amount,
) -> PyResult<Bound<'py, PyAny>> {
    to_python(py, amount.to_decimal())
}

/// The number that a Python object is, or what is wrong with it.
///
/// A float counts as the shortest decimal that names it, as Python prints it.
///
/// # Errors
/// A `TypeError` for objects that are no numbers and no text.
pub(crate) fn from_python(
    name: &str,
    value: &Bound<'_, PyAny>,
) -> Result<std::result::Result<Decimal, NumberFault>> {
    if value.is_instance_of::<PyBool>() {
        return Err(not_a_number(name, value));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Decimal::parse(text.to_cow()?.trim()));
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        return Ok(Decimal::parse(&format!("{:?}", float.value())));
    }
    let decimal = DECIMAL.import(value.py(), "decimal", "Decimal")?;
    if value.cast::<PyInt>().is_ok() {
        // Python refuses to write out integers of thousands of digits, and no number here has so many.
        let text = value.extract::<i128>().map(|integer| integer.to_string());
        return Ok(text.map_or(Err(NumberFault::TooManyDigits), |text| {
            Decimal::parse(&text)
        }));
    }
    if value.is_instance(decimal)? {
        return Ok(Decimal::parse(&value.str()?.to_cow()?));
    }
    Err(not_a_number(name, value))
}

fn not_a_number(name: &str, value: &Bound<'_, PyAny>) -> Error {
    let type_name = value
        .get_type()
        .name()
        .map_or_else(|_| "?".to_owned(), |name| name.to_string());
    Error::Type(format!(
        "{name} must be a Decimal, str, int or float, not {type_name}"
    ))
}

/// The finite number that a Python object is.
///
/// # Errors
/// A `TypeError` or `ValueError` that names the value.
pub(crate) fn required(name: &str, value: &Bound<'_, PyAny>) -> Result<Decimal> {
    from_python(name, value)?.map_err(|fault| Error::value(name, &printed(value), fault))
}

/// The amount that a Python object is.
///
/// # Errors
/// A `TypeError` or `ValueError` that names the value.
pub(crate) fn required_amount(name: &str, value: &Bound<'_, PyAny>) -> Result<Amount> {
    let text = required(name, value)?.to_string();
    Amount::parse(&text).map_err(|fault| Error::value(name, &printed(value), fault))
}

/// The fee rate that a Python object is.
///
/// # Errors
/// A `TypeError` or `ValueError` that names the value.
pub(crate) fn required_rate(name: &str, value: &Bound<'_, PyAny>) -> Result<Rate> {
    Rate::new(required(name, value)?).map_err(|fault| Error::value(name, &printed(value), fault))
}

fn printed(value: &Bound<'_, PyAny>) -> String {
    value
        .str()
        .map_or_else(|_| "?".to_owned(), |text| text.to_string())
}
