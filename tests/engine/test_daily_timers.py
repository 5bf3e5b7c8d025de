"""Daily timers go by the clocks of a place, on the days when those are moved too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from alphaforge import Strategy, StrategyParams, Trade
from alphaforge.model.errors import StrategyError
from alphaforge.strategies.daily_time import DailyTime
from alphaforge_testkit import StrategyHarness
from hypothesis import given
from hypothesis import strategies as st

NEW_YORK = "America/New_York"
SECOND_NS = 1_000_000_000
ZONES = ("UTC", NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Nuuk")


def at(text: str) -> int:
    """A time of UTC in ns since the epoch."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND_NS


@pytest.mark.parametrize(
    ("zone", "time", "now", "next_at"),
    [
        ("UTC", "15:30", "2026-01-05T00:00", "2026-01-05T15:30"),
        ("UTC", "15:30", "2026-01-05T15:30", "2026-01-06T15:30"),
        ("UTC", "15:30:05", "2026-01-05T15:30", "2026-01-05T15:30:05"),
        ("UTC", "00:00", "2026-12-31T23:59:59", "2027-01-01T00:00"),
        # Winter and summer time: five hours behind UTC, then four.
        (NEW_YORK, "15:30", "2026-01-05T00:00", "2026-01-05T20:30"),
        (NEW_YORK, "15:30", "2026-07-06T00:00", "2026-07-06T19:30"),
        # The local day is not that of UTC.
        (NEW_YORK, "23:00", "2026-01-05T03:00", "2026-01-05T04:00"),
        ("Pacific/Auckland", "00:30", "2026-01-05T12:00", "2026-01-06T11:30"),
        # On 8 March 02:00 becomes 03:00: 02:30 is not there, and comes as 03:30.
        (NEW_YORK, "02:30", "2026-03-07T12:00", "2026-03-08T07:30"),
        (NEW_YORK, "02:30", "2026-03-08T07:30", "2026-03-09T06:30"),
        (NEW_YORK, "03:00", "2026-03-08T06:00", "2026-03-08T07:00"),
        # On 1 November 02:00 becomes 01:00: 01:30 is there twice, and comes the first time only.
        (NEW_YORK, "01:30", "2026-11-01T04:00", "2026-11-01T05:30"),
        (NEW_YORK, "01:30", "2026-11-01T05:30", "2026-11-02T06:30"),
        # In Greenland 23:00 became the midnight of 31 March 2024: 23:30 comes on the day after its own.
        ("America/Nuuk", "23:30", "2024-03-31T01:10", "2024-03-31T01:30"),
        # Samoa had no 30 December 2011: the day that is not there comes with the next.
        ("Pacific/Apia", "15:30", "2011-12-29T12:00", "2011-12-30T01:30"),
        ("Pacific/Apia", "15:30", "2011-12-30T01:30", "2011-12-31T01:30"),
        ("Pacific/Apia", "15:30", "2011-12-31T01:30", "2012-01-01T01:30"),
    ],
)
def test_the_next_time(zone: str, time: str, now: str, next_at: str) -> None:
    assert DailyTime.parse(time, zone).next_after(at(now)) == at(next_at)


@given(
    st.sampled_from(ZONES),
    st.times().map(lambda time: time.replace(microsecond=0)),
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
)
def test_it_comes_once_on_every_day(zone, time, now) -> None:
    daily = DailyTime.parse(time.isoformat(), zone)
    now_ns = at(now.replace(microsecond=0).isoformat()) + now.microsecond * 1_000
    first = daily.next_after(now_ns)
    second = daily.next_after(first)
    days = [
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=ns // SECOND_NS)).astimezone(ZoneInfo(zone))
        for ns in (first, second)
    ]
    assert now_ns < first < second <= first + 49 * 3600 * SECOND_NS
    assert (days[1].date() - days[0].date()).days in {1, 2}  # two where a place has left a day out
    assert daily.next_after(first - 1) == first
    # The clock shows the time, unless the day skips it.
    shown = days[0].replace(tzinfo=None).time()
    assert shown == time or days[0].dst() or zone == "Pacific/Apia"


class Params(StrategyParams):
    """When the timer comes."""

    at: str = "15:30"
    tz: str = NEW_YORK


class Daily(Strategy[Params]):
    """Writes down when its timer comes."""

    def on_start(self) -> None:
        self.told: list[str] = []
        self.set_daily("close", at=self.params.at, tz=self.params.tz)

    def on_trade(self, trade: Trade) -> None:
        if trade.price_decimal == 2:
            self.set_daily("close", at="12:00")
        elif trade.price_decimal == 3:
            self.set_timer("close", interval_s=7200)
        elif trade.price_decimal == 4:
            self.cancel_timer("close")

    def on_timer(self, name: str) -> None:
        moment = datetime.fromtimestamp(self.now // SECOND_NS, UTC)
        self.told.append(f"{name} {moment:%d %H:%M:%S}")


HOUR = 3600.0


def test_a_daily_timer_comes_over_days_without_events() -> None:
    harness = StrategyHarness(Daily, start=datetime(2026, 3, 6, 12, tzinfo=UTC))
    assert harness.strategy.timer_names == ["close"]
    harness.trade(100)
    assert harness.strategy.told == []
    harness.advance(72 * HOUR)
    # The clocks of New York are moved on the eighth.
    assert harness.strategy.told == ["close 06 20:30:00", "close 07 20:30:00", "close 08 19:30:00"]


def test_a_daily_timer_can_be_set_anew_and_cancelled() -> None:
    harness = StrategyHarness(Daily, start=datetime(2026, 3, 2, 11, tzinfo=UTC))
    for price, told in (
        (1, ["close 02 20:30:00"]),
        (2, ["close 03 12:00:00"]),
        (3, [f"close {hour // 24 + 4:02} {hour % 24:02}:00:00" for hour in range(13, 37, 2)]),
        (2, ["close 05 12:00:00"]),
        (4, []),
    ):
        harness.strategy.told.clear()
        harness.trade(price)
        harness.advance(24 * HOUR)
        assert harness.strategy.told == told


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"at": "3:30"}, r"^timer 'close': at = '3:30': write a time of day, such as 15:30 or 15:30:05$"),
        ({"at": "24:00"}, r"^timer 'close': at = '24:00': "),
        ({"at": "15:30Z"}, r"^timer 'close': at = '15:30Z': write"),
        ({"tz": "New York"}, r"^timer 'close': tz = 'New York': there is no such time zone here: write"),
        ({"tz": "America"}, r"^timer 'close': tz = 'America': "),
        ({"tz": "/etc/passwd"}, r"^timer 'close': tz = '/etc/passwd': "),
        ({"tz": ""}, r"^timer 'close': tz = '': "),
    ],
)
def test_what_is_no_time_or_no_place_is_refused(params: dict[str, str], message: str) -> None:
    with pytest.raises(StrategyError, match=message):
        StrategyHarness(Daily, params=params)
