//! What closes a bar, and how it is written: `5m`, `1d@Europe/Zurich`, `100t`, `0.5v`, `1000000n`.

use std::fmt;
use std::num::NonZeroU64;

use alphaforge_types::Decimal;

use crate::bar_spec::BarSpecFault;
use crate::calendar::{CalendarUnit, Zone};

const SECOND_NS: i64 = 1_000_000_000;
const DAY_NS: i64 = 86_400 * SECOND_NS;
const UNITS: [(&str, i64); 4] = [
    ("d", DAY_NS),
    ("h", 3_600 * SECOND_NS),
    ("m", 60 * SECOND_NS),
    ("s", SECOND_NS),
];

/// What closes a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarKind {
    /// The end of an interval of one length, aligned to the Unix epoch; days of UTC are such.
    Time {
        /// Its length.
        interval_ns: i64,
    },
    /// The end of days, weeks or months in a time zone.
    Calendar {
        /// What is counted.
        unit: CalendarUnit,
        /// How many make a bar.
        count: u32,
        /// Whose clocks.
        zone: Zone,
    },
    /// The n-th trade.
    Trades {
        /// How many trades make a bar.
        count: u64,
    },
    /// The trade that brings the traded quantity to this or beyond it.
    Volume {
        /// How much makes a bar, in the base currency.
        quantity: Threshold,
    },
    /// The trade that brings the traded value to this or beyond it.
    Notional {
        /// How much makes a bar, in the quote currency.
        amount: Threshold,
    },
}

impl BarKind {
    /// The kind of a venue's bars of this length.
    pub fn of_length(interval_ns: i64) -> BarKind {
        if interval_ns == 7 * DAY_NS {
            return BarKind::Calendar {
                unit: CalendarUnit::Week,
                count: 1,
                zone: Zone::UTC,
            };
        }
        BarKind::Time { interval_ns }
    }

    /// True for bars of time.
    pub fn is_of_time(&self) -> bool {
        matches!(self, BarKind::Time { .. } | BarKind::Calendar { .. })
    }

    /// True where bars of this kind make up `larger` ones without a rest: every end of a larger bar is
    /// one of these too.
    pub(crate) fn makes_up(&self, larger: &BarKind) -> bool {
        use BarKind::{Calendar, Time};
        match (*self, *larger) {
            (Time { interval_ns: small }, Time { interval_ns: large }) => large % small == 0,
            (Time { interval_ns: small }, Calendar { zone, .. }) => {
                DAY_NS % small == 0 && zone.offsets_are_multiples_of(small)
            }
            (
                Calendar { unit, count, zone },
                Calendar {
                    unit: larger_unit,
                    count: larger_count,
                    zone: larger_zone,
                },
            ) => {
                let fits = if unit == larger_unit {
                    larger_count % count == 0
                } else {
                    unit == CalendarUnit::Day && count == 1
                };
                zone == larger_zone && fits
            }
            _ => false,
        }
    }
}

impl BarKind {
    pub(crate) fn parse(text: &str) -> Result<BarKind, BarSpecFault> {
        let (length, zone) = match text.split_once('@') {
            None => (text, None),
            Some((length, name)) => {
                let zone = Zone::named(name);
                let zone = zone.ok_or_else(|| BarSpecFault::NoSuchZone(name.to_owned()))?;
                (length, Some(zone))
            }
        };
        let unit_at = length
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .ok_or(BarSpecFault::Unreadable)?;
        let (number, unit) = length.split_at(unit_at);
        match unit {
            "t" | "v" | "n" | "s" | "m" | "h" if zone.is_some() => Err(BarSpecFault::NotOfDays),
            "v" => Ok(BarKind::Volume {
                quantity: Threshold::parse(number)?,
            }),
            "n" => Ok(BarKind::Notional {
                amount: Threshold::parse(number)?,
            }),
            _ => counted(number, unit, zone.unwrap_or(Zone::UTC)),
        }
    }
}

/// A number above zero that traded quantity or value has to reach, small enough to go with every bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    mantissa: NonZeroU64,
    decimals: u8,
}

impl Threshold {
    fn parse(number: &str) -> Result<Threshold, BarSpecFault> {
        let number = Decimal::parse(number).map_err(|_| BarSpecFault::Unreadable)?;
        let number = number.trimmed();
        let mantissa = u64::try_from(number.mantissa())
            .ok()
            .and_then(NonZeroU64::new);
        Ok(Threshold {
            mantissa: mantissa.ok_or(BarSpecFault::Unreadable)?,
            decimals: u8::try_from(number.scale()).map_err(|_| BarSpecFault::Unreadable)?,
        })
    }

    /// The least mantissa at `decimals` that is no less; the largest there is where it is beyond that.
    pub(crate) fn least_mantissa(self, decimals: u32) -> i128 {
        let mantissa = i128::from(self.mantissa.get());
        let own_decimals = u32::from(self.decimals);
        let power = |exponent: u32| 10_i128.checked_pow(exponent).unwrap_or(i128::MAX);
        if own_decimals <= decimals {
            return mantissa.saturating_mul(power(decimals - own_decimals));
        }
        let divisor = power(own_decimals - decimals);
        mantissa / divisor + i128::from(mantissa % divisor != 0)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, decimals) = (self.mantissa.to_string(), usize::from(self.decimals));
        let padded = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - decimals);
        formatter.write_str(whole)?;
        if decimals == 0 {
            return Ok(());
        }
        write!(formatter, ".{fraction}")
    }
}

fn counted(number: &str, unit: &str, zone: Zone) -> Result<BarKind, BarSpecFault> {
    let count: u32 = number.parse().map_err(|_| BarSpecFault::Unreadable)?;
    if count == 0 {
        return Err(BarSpecFault::Unreadable);
    }
    let calendar = |unit| Ok(BarKind::Calendar { unit, count, zone });
    match unit {
        "t" => Ok(BarKind::Trades {
            count: u64::from(count),
        }),
        "mo" => calendar(CalendarUnit::Month),
        "w" => calendar(CalendarUnit::Week),
        "d" if zone != Zone::UTC => calendar(CalendarUnit::Day),
        _ => {
            let found = UNITS.iter().find(|(name, _)| *name == unit);
            let interval_ns = found.and_then(|(_, unit_ns)| unit_ns.checked_mul(i64::from(count)));
            let interval_ns = interval_ns.ok_or(BarSpecFault::Unreadable)?;
            Ok(BarKind::Time { interval_ns })
        }
    }
}

impl fmt::Display for BarKind {
    /// The text that names these bars, in the largest unit that fits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BarKind::Trades { count } => write!(formatter, "{count}t"),
            BarKind::Volume { quantity } => write!(formatter, "{quantity}v"),
            BarKind::Notional { amount } => write!(formatter, "{amount}n"),
            BarKind::Time { interval_ns } => {
                let (unit, unit_ns) = UNITS
                    .into_iter()
                    .find(|(_, unit_ns)| interval_ns % unit_ns == 0)
                    .unwrap_or(("s", SECOND_NS));
                write!(formatter, "{}{unit}", interval_ns / unit_ns)
            }
            BarKind::Calendar { unit, count, zone } => {
                let unit = match unit {
                    CalendarUnit::Day => "d",
                    CalendarUnit::Week => "w",
                    CalendarUnit::Month => "mo",
                };
                write!(formatter, "{count}{unit}")?;
                if *zone == Zone::UTC {
                    return Ok(());
                }
                write!(formatter, "@{zone}")
            }
        }
    }
}
