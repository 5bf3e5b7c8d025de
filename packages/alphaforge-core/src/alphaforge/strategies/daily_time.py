"""A time of day at a place: when it comes next, by the clocks of that place."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class DailyTime:
    """Comes once on every day of its time zone.

    On a day whose clocks skip it, it comes as long after the skip began as it would have been due:
    02:30 is 03:30 where 02:00 becomes 03:00. On a day that has it twice, it comes the first time.
    """

    at: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, at: str, tz: str) -> "DailyTime":
        """Read `15:30` or `15:30:05`, and a name of the IANA time zone database.

        Raises:
            ValueError: it is no time of day, or no time zone that this machine knows.
        """
        if not re.fullmatch(r"\d\d:\d\d(:\d\d)?", str(at)):
            raise ValueError(f"at = {at!r}: write a time of day, such as 15:30 or 15:30:05")
        try:
            time_of_day = time.fromisoformat(str(at))
        except ValueError as error:
            raise ValueError(f"at = {at!r}: {error}") from error
        try:
            return cls(time_of_day, ZoneInfo(tz))
        except (KeyError, ValueError, TypeError, OSError) as error:  # whatever a bad name leads to
            raise ValueError(
                f"tz = {tz!r}: there is no such time zone here: write one such as UTC or America/New_York "
                "(where a system has no time zones, pip install tzdata brings them)"
            ) from error

    def next_after(self, now_ns: int) -> int:
        """The next time that it comes, later than `now_ns`, in ns since the epoch."""
        now_us = now_ns // 1_000
        # What the clocks have skipped late on a day comes early on the next.
        day = (_EPOCH + now_us * _MICROSECOND).astimezone(self.zone).date() - timedelta(days=1)
        while True:
            moment = datetime.combine(day, self.at, self.zone)
            moment_ns = (moment - _EPOCH) // _MICROSECOND * 1_000
            if moment_ns > now_ns:
                return moment_ns
            day += timedelta(days=1)
