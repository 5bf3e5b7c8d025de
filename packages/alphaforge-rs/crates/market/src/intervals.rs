//! The intervals of time bars.

use alphaforge_types::UnixNanos;

use crate::bar_kind::BarKind;
use crate::calendar::{Calendar, CalendarUnit, Zone};

/// Which interval a moment belongs to.
#[derive(Clone, Debug)]
pub(crate) enum Intervals {
    /// Of one length, aligned to the Unix epoch.
    Fixed(i64),
    /// Of a calendar.
    Calendar(Calendar),
}

impl Intervals {
    /// The intervals of bars of a kind; `None` for bars that are not of time.
    pub(crate) fn of(kind: BarKind) -> Option<Intervals> {
        match kind {
            BarKind::Time { interval_ns } => Some(Intervals::Fixed(interval_ns)),
            BarKind::Calendar { unit, count, zone } => Some(Intervals::calendar(unit, count, zone)),
            BarKind::Trades { .. } | BarKind::Volume { .. } | BarKind::Notional { .. } => None,
        }
    }

    /// Days, weeks or months in a time zone.
    pub(crate) fn calendar(unit: CalendarUnit, count: u32, zone: Zone) -> Intervals {
        Intervals::Calendar(Calendar::new(unit, count, zone))
    }

    /// Beginning and end of the interval that a moment belongs to; the end is not part of it.
    pub(crate) fn interval_of(&self, time: UnixNanos) -> (UnixNanos, UnixNanos) {
        match self {
            Intervals::Fixed(length_ns) => {
                let number = time.nanos().div_euclid(*length_ns);
                let start = UnixNanos::from_nanos(number.saturating_mul(*length_ns));
                (start, start.plus(*length_ns))
            }
            Intervals::Calendar(calendar) => calendar.period_of(time),
        }
    }
}
