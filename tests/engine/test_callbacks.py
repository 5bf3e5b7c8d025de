"""Callbacks that would never be called, or not with what they take: refused when loaded, or said at start."""

import inspect
import re
from typing import Any

import pytest
from alphaforge import Bar, Strategy, Trade
from alphaforge.model.errors import StrategyError

TOML = f'[[strategies]]\nuse = "{__name__}:%s"\n'


class Plural(Strategy):
    """Its callback has the name of none."""

    def on_trades(self, trade: Trade) -> None: ...


class Elsewhere(Strategy):
    """Its callback has the name of one in another framework."""

    def on_signal_from_afar(self, signal: object) -> None: ...


class Narrow(Strategy):
    """Its callback takes nothing."""

    def on_trade(self) -> None: ...


class Wide(Strategy):
    """Its callback wants more than there is."""

    def on_timer(self, name: str, when: int) -> None: ...


class Selfless(Strategy):
    """Its callback forgot itself."""

    @staticmethod
    def on_fill() -> None: ...


class Starting(Strategy):
    """Its start wants something."""

    def on_start(self, context: object) -> None: ...


class Saving(Strategy):
    """Its save wants something."""

    def save(self, path: str) -> dict[str, Any]: ...


class Unmade(Strategy):
    """Its callback is no function."""

    on_book = None


class Generous(Strategy):
    """All that can be called is fine."""

    on_quote = staticmethod(print)

    def on_trade(self, *arguments: object) -> None: ...

    @staticmethod
    def on_fill(fill: object) -> None: ...

    @classmethod
    def on_order(cls, order: object, more: int = 1) -> None: ...

    def _on_own_account(self) -> None: ...


class Barless(Strategy):
    """Waits for bars that it never asked for."""

    def on_bar(self, bar: Bar) -> None: ...


class Barred(Barless):
    """Asks for bars."""

    spec = "1s"

    def on_start(self) -> None:
        self.subscribe_bars(self.spec)


class OfVenue(Barred):
    """Asks for bars of the venue."""

    spec = "1s@venue"


class Ticking(Strategy):
    """Sets a timer that nobody hears."""

    def on_start(self) -> None:
        self.set_timer("tick", interval_s=1)


class Failing(Barless):
    """Does not come so far as to ask for bars."""

    def on_start(self) -> None:
        raise ValueError("not today")


REFUSED = {
    Plural: ("on_trades", r"on_trades is no callback: did you mean on_trade\? \(a method of your own .*"),
    Elsewhere: ("on_signal_from_afar", "on_signal_from_afar is no callback: there is on_start, on_stop, .*"),
    Narrow: ("on_trade", r"on_trade cannot be called .*: write `def on_trade\(self, trade\)`"),
    Wide: ("on_timer", r"on_timer cannot be called .*: write `def on_timer\(self, name\)`"),
    Selfless: ("on_fill", r"on_fill cannot be called .*: write `def on_fill\(self, fill\)`"),
    Starting: ("on_start", r"on_start cannot be called .*: write `def on_start\(self\)`"),
    Saving: ("save", r"save cannot be called .*: write `def save\(self\)`"),
}


@pytest.mark.parametrize("strategy", REFUSED, ids=lambda strategy: strategy.__name__)
def test_what_could_not_be_called_is_refused_with_its_line(strategy, nodes) -> None:
    method, told = REFUSED[strategy]
    line = inspect.getsourcelines(getattr(strategy, method))[1]
    with pytest.raises(StrategyError) as refusal:
        nodes.compose(TOML % strategy.__name__)
    assert re.fullmatch(rf"{re.escape(__file__)}:{line}: {told}", str(refusal.value))


def test_a_callback_that_is_no_function_is_refused(nodes) -> None:
    with pytest.raises(StrategyError, match=r":Unmade: on_book cannot be called with its arguments"):
        nodes.compose(TOML % "Unmade")


def test_whatever_can_be_called_is_composed(nodes) -> None:
    assert nodes.compose(TOML % "Generous").strategies


def quiet(script, _) -> None:
    script.trade(0).trade(5000)


VAIN = {
    "Barless": "defines on_bar and has subscribed to no bars: call self.subscribe_bars in on_start",
    "Ticking": "has set a timer and defines no on_timer, so that it does nothing",
}


@pytest.mark.parametrize("strategy", VAIN)
def test_what_waits_in_vain_is_said_in_the_log_and_in_the_result(strategy, nodes, caplog) -> None:
    told = f"strategy {strategy} {VAIN[strategy]}"
    assert nodes.run(TOML % strategy, quiet).result.warnings == [told]
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [told]


@pytest.mark.parametrize("strategy", ["Barred", "Failing"])
def test_what_is_as_it_should_be_is_not_said(strategy, nodes) -> None:
    assert nodes.run(TOML % strategy, quiet).result.warnings == []


def test_bars_of_the_venue_that_never_come_are_missed(nodes, caplog) -> None:
    (told,) = nodes.run(TOML % "OfVenue", quiet).result.warnings
    assert told == (
        "strategy OfVenue: not one bar 1s@venue of SIM:BTCUSDT came: the feed may have none; "
        "1s is made of trades"
    )
    assert told in caplog.messages


def test_bars_of_the_venue_that_come_are_not_missed(nodes) -> None:
    ran = nodes.run(TOML % "OfVenue", lambda script, _: script.trade(0).venue_bar(1000).trade(2000))
    assert ran.result.warnings == []
