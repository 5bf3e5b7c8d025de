//! Currencies, by their code.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

const LONGEST_CODE: usize = 16;

/// Why a text is not a currency code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not a currency code: use 1 to 16 letters or digits, such as USDT")]
pub struct CurrencyError(String);

/// A currency or asset code such as `BTC`, held in place so that it is cheap to copy and orders by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Currency([u8; LONGEST_CODE]);

impl Currency {
    /// The currency with this code.
    ///
    /// # Errors
    /// Where the code is empty, longer than 16 bytes, or has other characters than ASCII letters and digits.
    pub fn new(code: &str) -> Result<Currency, CurrencyError> {
        let bytes = code.as_bytes();
        let valid = !bytes.is_empty()
            && bytes.len() <= LONGEST_CODE
            && bytes.iter().all(u8::is_ascii_alphanumeric);
        if !valid {
            return Err(CurrencyError(code.to_owned()));
        }
        let mut held = [0; LONGEST_CODE];
        held[..bytes.len()].copy_from_slice(bytes);
        Ok(Currency(held))
    }

    /// The code.
    pub fn code(&self) -> &str {
        let length = self
            .0
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(LONGEST_CODE);
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_codes_and_refuses_the_rest() {
        for code in ["USDT", "1INCH", "btc", "ABCDEFGHIJKLMNOP"] {
            assert_eq!(Currency::new(code).unwrap().code(), code);
        }
        for code in ["", "BTC-USD", "ABCDEFGHIJKLMNOPQ", "€"] {
            assert!(Currency::new(code).is_err(), "{code}");
        }
        assert!(Currency::new("BTC").unwrap() < Currency::new("USDT").unwrap());
    }
}
