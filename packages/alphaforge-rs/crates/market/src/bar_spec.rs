//! Which bars are wanted: `1s`, `5m`, `100t`, `1m@venue`.

use std::fmt;
use std::str::FromStr;

use alphaforge_types::BarSource;
use thiserror::Error;

const SECOND_NS: i64 = 1_000_000_000;
const UNITS: [(&str, i64); 4] = [
    ("d", 86_400 * SECOND_NS),
    ("h", 3_600 * SECOND_NS),
    ("m", 60 * SECOND_NS),
    ("s", SECOND_NS),
];

/// What closes a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BarKind {
    /// The end of an interval, aligned to the Unix epoch.
    Time {
        /// Its length.
        interval_ns: i64,
    },
    /// The n-th trade.
    Trades {
        /// How many trades make a bar.
        count: u64,
    },
}

/// Which bars are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BarSpec {
    /// What closes a bar.
    pub kind: BarKind,
    /// Who makes it.
    pub source: BarSource,
}

/// Why a text names no bars.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{0:?} names no bars: write a number and a unit (s, m, h, d, or t for trades), such as 1s, 5m or 100t; add @venue for time bars that the venue makes"
)]
pub struct BarSpecError(String);

impl FromStr for BarSpec {
    type Err = BarSpecError;

    fn from_str(text: &str) -> Result<BarSpec, BarSpecError> {
        let error = || BarSpecError(text.to_owned());
        let (length, source) = match text.strip_suffix("@venue") {
            Some(length) => (length, BarSource::Venue),
            None => (text, BarSource::Trades),
        };
        let unit_at = length
            .find(|character: char| !character.is_ascii_digit())
            .ok_or_else(error)?;
        let (number, unit) = length.split_at(unit_at);
        let count: u32 = number.parse().map_err(|_| error())?;
        let kind = match (unit, source) {
            _ if count == 0 => return Err(error()),
            ("t", BarSource::Trades) => BarKind::Trades {
                count: u64::from(count),
            },
            _ => {
                let (_, unit_ns) = UNITS
                    .iter()
                    .find(|(name, _)| *name == unit)
                    .ok_or_else(error)?;
                let interval_ns = unit_ns.checked_mul(i64::from(count)).ok_or_else(error)?;
                BarKind::Time { interval_ns }
            }
        };
        Ok(BarSpec { kind, source })
    }
}

impl fmt::Display for BarSpec {
    /// The text that names these bars, in the largest unit that fits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            BarKind::Trades { count } => write!(formatter, "{count}t")?,
            BarKind::Time { interval_ns } => {
                let (unit, unit_ns) = UNITS
                    .into_iter()
                    .find(|(_, unit_ns)| interval_ns % unit_ns == 0)
                    .unwrap_or(("s", SECOND_NS));
                write!(formatter, "{}{unit}", interval_ns / unit_ns)?;
            }
        }
        match self.source {
            BarSource::Trades => Ok(()),
            BarSource::Venue => formatter.write_str("@venue"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_specs() {
        for (text, printed) in [
            ("1s", "1s"),
            ("60s", "1m"),
            ("5m", "5m"),
            ("24h", "1d"),
            ("100t", "100t"),
            ("1m@venue", "1m@venue"),
        ] {
            assert_eq!(text.parse::<BarSpec>().unwrap().to_string(), printed);
        }
        for text in [
            "",
            "s",
            "0s",
            "1",
            "1w",
            "1.5s",
            "-1s",
            "100t@venue",
            "1s@",
            "99999999999s",
        ] {
            assert!(text.parse::<BarSpec>().is_err(), "{text}");
        }
    }
}
