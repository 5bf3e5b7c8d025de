//! Prices and quantities: `i64` mantissas at their instrument's decimals.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! mantissa_newtype {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(i64);

        impl $name {
            /// Zero.
            pub const ZERO: $name = $name(0);

            /// The value with this mantissa.
            pub const fn from_mantissa(mantissa: i64) -> $name {
                $name(mantissa)
            }

            /// The integer before scaling.
            pub const fn mantissa(self) -> i64 {
                self.0
            }

            /// True above zero.
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }

            /// True at zero.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The sum, if it and its opposite fit.
            pub fn checked_add(self, other: $name) -> Option<$name> {
                self.0.checked_add(other.0).and_then($name::with_opposite)
            }

            /// The difference, if it and its opposite fit.
            pub fn checked_sub(self, other: $name) -> Option<$name> {
                self.0.checked_sub(other.0).and_then($name::with_opposite)
            }

            /// -2^63 has no opposite in 64 bits, so a long and a short of it could not be told apart.
            fn with_opposite(mantissa: i64) -> Option<$name> {
                (mantissa != i64::MIN).then_some($name(mantissa))
            }

            /// The sum, held at the ends of the range.
            #[must_use]
            pub fn saturating_add(self, other: $name) -> $name {
                $name(self.0.saturating_add(other.0))
            }

            /// The difference, held at the ends of the range.
            #[must_use]
            pub fn saturating_sub(self, other: $name) -> $name {
                $name(self.0.saturating_sub(other.0))
            }

            /// The value as a binary float, for signals and displays only.
            pub fn to_f64(self, decimals: u32) -> f64 {
                // Both operands are exact below 2^53, so the quotient is the nearest float.
                self.0 as f64 / 10_f64.powi(decimals as i32)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}", self.0)
            }
        }
    };
}

mantissa_newtype! {
    /// A price: `mantissa × 10^-price_decimals` of its instrument, in the quote currency.
    Price
}

mantissa_newtype! {
    /// A quantity: `mantissa × 10^-quantity_decimals` of its instrument, in the base currency.
    ///
    /// Order and trade sizes are positive; a position is signed, long above zero.
    Quantity
}
