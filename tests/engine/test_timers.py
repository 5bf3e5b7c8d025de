"""Timers run in feed time, from the first event, and come before an event of the same time."""

from alphaforge import Strategy, StrategyParams, Trade
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOML = f'[[strategies]]\nuse = "{__name__}:%s"\n'
START_NS = 1_767_225_600_000_000_000
MS = 1_000_000


class Params(StrategyParams):
    """The timer's interval."""

    interval_ms: int = 100


class Ticking(Strategy[Params]):
    """Writes down timers and trades in ms of feed time."""

    def on_start(self) -> None:
        self.told: list[tuple[str, float]] = []
        self.set_timer("tick", interval_s=self.params.interval_ms / 1000)

    def note(self, what: str) -> None:
        self.told.append((what, (self.now - START_NS) / MS))

    def on_timer(self, name: str) -> None:
        self.note(name)

    def on_trade(self, trade: Trade) -> None:
        self.note("trade")


class Changing(Ticking):
    """Changes its timers while they run."""

    def on_trade(self, trade: Trade) -> None:
        super().on_trade(trade)
        if len(self.told) == 1:
            self.set_timer("other", interval_s=0.15)
        elif self.told[-1][1] == 400:
            self.cancel_timer("tick")
            self.cancel_timer("never set")
            self.set_timer("other", interval_s=0.3)


def test_a_timer_counts_from_the_first_event_and_precedes_an_event_of_its_time(nodes) -> None:
    ran = nodes.run(TOML % "Ticking", lambda script, _: script.trade(50).trade(150).turn().trade(300))
    assert ran.strategy.told == [
        ("trade", 50),
        ("tick", 150),
        ("trade", 150),
        ("tick", 250),
        ("trade", 300),
    ]


def test_no_timer_fires_before_the_first_event_or_after_the_last(nodes) -> None:
    assert nodes.run(TOML % "Ticking", lambda script, _: script).strategy.told == []
    ran = nodes.run(TOML % "Ticking", lambda script, _: script.trade(1_000_000))
    assert ran.strategy.told == [("trade", 1_000_000)]


def test_timers_can_be_set_anew_and_cancelled_while_they_run(nodes) -> None:
    ran = nodes.run(TOML % "Changing", lambda script, _: script.trade(0).trade(200).trade(400).trade(800))
    assert ran.strategy.told == [
        ("trade", 0),
        ("tick", 100),
        ("other", 150),
        ("tick", 200),
        ("trade", 200),
        ("other", 300),
        ("tick", 300),
        ("tick", 400),
        ("trade", 400),
        ("other", 700),
        ("trade", 800),
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=20), st.integers(1, 500), st.data())
def test_a_timer_fires_once_for_every_interval_that_passes(nodes, times, interval_ms, data) -> None:
    turns = data.draw(st.sets(st.sampled_from(range(len(times)))))

    def write(script, _) -> None:
        for index, time in enumerate(sorted(times)):
            if index in turns:
                script.turn()
            script.trade(time)

    toml = TOML % "Ticking" + f"params = {{ interval_ms = {interval_ms} }}\n"
    told = nodes.run(toml, write).strategy.told
    ticks = [time for what, time in told if what == "tick"]
    first, last = min(times), max(times)
    assert ticks == list(range(first + interval_ms, last + 1, interval_ms))
    assert [time for _, time in told] == sorted(time for _, time in told)
