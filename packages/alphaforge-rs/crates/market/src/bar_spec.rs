//! Which bars are wanted: `1s`, `1d@Europe/Zurich`, `100t`, `1m@venue`, `1h of 1m`.

use std::fmt;
use std::str::FromStr;

use alphaforge_types::{BarSource, VenueBar};
use thiserror::Error;

use crate::bar_kind::BarKind;

const VENUE: &str = "@venue";
const OF: &str = " of ";

/// Which bars are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarSpec {
    /// What closes a bar.
    pub kind: BarKind,
    /// The smaller bars that they are made of, where they are.
    pub smaller: Option<BarKind>,
    /// Who makes them, or the smaller ones that they are made of.
    pub source: BarSource,
}

/// Why a text names no bars.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} names no bars: {fault}")]
pub struct BarSpecError {
    text: String,
    fault: BarSpecFault,
}

/// What is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum BarSpecFault {
    #[error(
        "write a number above zero and a unit (s, m, h, d, w, mo; t for trades, v for volume, n for notional), such as 1s, 5m or 100t; add @venue for time bars that the venue makes"
    )]
    Unreadable,
    #[error("{0:?} is no time zone of the IANA database; write one such as Europe/Zurich")]
    NoSuchZone(String),
    #[error("only days, weeks and months (d, w, mo) have a time zone; leave it out")]
    NotOfDays,
    #[error("venues make bars of time only; leave out @venue")]
    NotOfTime,
    #[error(
        "write the larger time bars, `of`, and the smaller ones, such as 5m of 1m@venue or 1h of 1m"
    )]
    NotLarger,
    #[error(
        "{smaller} bars do not make up {larger} bars without a rest; name smaller ones that do, of the same time zone where they are days"
    )]
    Rest { larger: BarKind, smaller: BarKind },
}

impl BarSpec {
    /// The name of bars that a venue made.
    pub fn of_venue_bar(venue_bar: &VenueBar) -> BarSpec {
        BarSpec {
            kind: BarKind::of_length(venue_bar.interval_ns),
            smaller: None,
            source: BarSource::Venue,
        }
    }
}

impl FromStr for BarSpec {
    type Err = BarSpecError;

    fn from_str(text: &str) -> Result<BarSpec, BarSpecError> {
        parse(text).map_err(|fault| BarSpecError {
            text: text.to_owned(),
            fault,
        })
    }
}

fn parse(text: &str) -> Result<BarSpec, BarSpecFault> {
    let Some((larger, smaller)) = text.split_once(OF) else {
        let (kind, source) = parse_with_source(text)?;
        return Ok(BarSpec {
            kind,
            smaller: None,
            source,
        });
    };
    if larger.ends_with(VENUE) {
        return Err(BarSpecFault::NotLarger);
    }
    let kind = BarKind::parse(larger)?;
    let (smaller, source) = parse_with_source(smaller)?;
    if !kind.is_of_time() || !smaller.is_of_time() || kind == smaller {
        return Err(BarSpecFault::NotLarger);
    }
    if !smaller.makes_up(&kind) {
        return Err(BarSpecFault::Rest {
            larger: kind,
            smaller,
        });
    }
    Ok(BarSpec {
        kind,
        smaller: Some(smaller),
        source,
    })
}

fn parse_with_source(text: &str) -> Result<(BarKind, BarSource), BarSpecFault> {
    let Some(kind) = text.strip_suffix(VENUE) else {
        return Ok((BarKind::parse(text)?, BarSource::Trades));
    };
    let kind = BarKind::parse(kind)?;
    if kind.is_of_time() {
        Ok((kind, BarSource::Venue))
    } else {
        Err(BarSpecFault::NotOfTime)
    }
}

impl fmt::Display for BarSpec {
    /// The text that names these bars.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.kind)?;
        if let Some(smaller) = self.smaller {
            write!(formatter, "{OF}{smaller}")?;
        }
        match self.source {
            BarSource::Trades => Ok(()),
            BarSource::Venue => formatter.write_str(VENUE),
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
            ("7d", "7d"),
            ("1w", "1w"),
            ("3mo", "3mo"),
            ("1d@UTC", "1d"),
            ("1mo@utc", "1mo"),
            ("1d@europe/zurich", "1d@Europe/Zurich"),
            ("1w@America/New_York@venue", "1w@America/New_York@venue"),
            ("100t", "100t"),
            ("10v", "10v"),
            ("0.50v", "0.5v"),
            ("1000000n", "1000000n"),
            (".050n", "0.05n"),
            ("1m@venue", "1m@venue"),
            ("5m of 60s", "5m of 1m"),
            ("1h of 1m@venue", "1h of 1m@venue"),
            ("1d@Asia/Kolkata of 30m", "1d@Asia/Kolkata of 30m"),
            (
                "1mo@Europe/Zurich of 1h@venue",
                "1mo@Europe/Zurich of 1h@venue",
            ),
            ("1w of 1d", "1w of 1d"),
            ("3mo of 1mo", "3mo of 1mo"),
            (
                "1w@Europe/Zurich of 1d@Europe/Zurich",
                "1w@Europe/Zurich of 1d@Europe/Zurich",
            ),
        ] {
            assert_eq!(text.parse::<BarSpec>().unwrap().to_string(), printed);
            assert_eq!(printed.parse::<BarSpec>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn says_what_is_wrong_with_others() {
        for (text, said) in [
            ("", "a number above zero"),
            ("s", "a number above zero"),
            ("0s", "a number above zero"),
            ("0.0v", "a number above zero"),
            ("1.2.3n", "a number above zero"),
            ("1", "a number above zero"),
            ("1y", "a number above zero"),
            ("1.5s", "a number above zero"),
            ("-1s", "a number above zero"),
            ("99999999999999999999v", "a number above zero"),
            ("99999999999s", "a number above zero"),
            ("1s@", "no time zone"),
            ("1d@Zurich", "no time zone"),
            ("1h@Europe/Zurich", "leave it out"),
            ("10v@Europe/Zurich", "leave it out"),
            ("100t@venue", "leave out @venue"),
            ("5m of 100t", "5m of 1m@venue"),
            ("100t of 1m", "5m of 1m@venue"),
            ("1m of 60s", "5m of 1m@venue"),
            ("5m@venue of 1m", "5m of 1m@venue"),
            ("5m of 2m", "2m bars do not make up 5m bars"),
            ("1m of 5m", "5m bars do not make up 1m bars"),
            ("1d@Asia/Kolkata of 1h", "do not make up"),
            ("1mo of 1w", "do not make up"),
            ("1w@Europe/Zurich of 1d@Europe/Paris", "do not make up"),
            ("1w@Europe/Zurich of 1d", "do not make up"),
            ("1mo@UTC of 2d", "do not make up"),
        ] {
            let error = text.parse::<BarSpec>().unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
