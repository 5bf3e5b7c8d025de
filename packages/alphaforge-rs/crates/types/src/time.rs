//! Time: nanoseconds since the Unix epoch.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct UnixNanos(i64);

impl UnixNanos {
    /// The Unix epoch; also what a clock shows before the first event.
    pub const ZERO: UnixNanos = UnixNanos(0);

    /// The moment `nanos` nanoseconds after the epoch.
    pub const fn from_nanos(nanos: i64) -> UnixNanos {
        UnixNanos(nanos)
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// The moment `nanos` later, held at the end of time.
    #[must_use]
    pub const fn plus(self, nanos: i64) -> UnixNanos {
        UnixNanos(self.0.saturating_add(nanos))
    }

    /// Nanoseconds from `earlier` to this moment, negative if it lies before.
    pub const fn since(self, earlier: UnixNanos) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixNanos {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// So many nanoseconds as milliseconds, for people: `-1.5 ms`.
pub fn in_ms(nanos: i64) -> String {
    const NS_PER_MS: u64 = 1_000_000;
    let sign = if nanos < 0 { "-" } else { "" };
    let (whole, rest) = (
        nanos.unsigned_abs() / NS_PER_MS,
        nanos.unsigned_abs() % NS_PER_MS,
    );
    let fraction = format!(".{rest:06}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{whole}{fraction} ms")
}
