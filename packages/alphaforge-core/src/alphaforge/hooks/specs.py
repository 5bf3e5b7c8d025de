"""What hooks return: metadata, and factories that the node calls when it is composed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from alphaforge.model.emulator import EmulatorContext, EmulatorOptions
from alphaforge.model.fill_model import FillModel
from alphaforge.model.instrument import Instrument, InstrumentTable
from alphaforge.model.monitor import Monitor
from alphaforge.model.recording import Beginning, Recording
from alphaforge.model.risk_rule import DeclaredLimits, RiskRule
from alphaforge.model.sink import Sink
from alphaforge.sansio.frame_decoder import FrameDecoder

if TYPE_CHECKING:
    # pydantic takes a while to import, and commands that only list things do without.
    from alphaforge.model.secrets import Secrets
    from alphaforge.model.settings import Settings
    from alphaforge.sansio.venue_codec import VenueAdapter


@dataclass(frozen=True, slots=True)
class VenueSpec:
    """A venue: who it is, and how its market data and its instruments are read."""

    name: str
    """Lower case, such as `binance`; instruments carry it in upper case."""
    title: str
    """For people, such as `Binance Spot`."""
    parse_instruments: Callable[[bytes], Sequence[Instrument]]
    """The instruments of the venue's own instrument list (its raw REST answer). Raises DataError."""
    decoder: Callable[[InstrumentTable], FrameDecoder] | None
    """Makes a decoder of its market-data frames; None where it has none yet."""
    settings: "type[Settings] | None" = None
    """What `[venues.NAME]` may hold beside core's own keys; None where it cannot be connected to."""
    connect: "Callable[[Any, Secrets], VenueAdapter] | None" = None
    """Sets an adapter up, from validated settings and the section's secrets; nothing is opened yet.
    Raises ConfigError."""


@dataclass(frozen=True, slots=True)
class ReaderSpec:
    """A reader of recordings."""

    name: str
    summary: str
    recognises: Callable[[Beginning], bool]
    """Whether it can read a file that begins so."""
    open: Callable[[Path, Path | None], Recording]
    """Opens a recording; the second path is the venue's instrument list, where the user gave one."""


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """A strategy that a node can run by name."""

    name: str
    summary: str
    load: Callable[[], type[Any]]
    """Returns the class, a subclass of `alphaforge.Strategy`."""


@dataclass(frozen=True, slots=True)
class RiskRuleSpec:
    """A risk rule: in Python, or as limits that run in Rust."""

    name: str
    summary: str
    settings: "type[Settings]"
    create: Callable[[Any], RiskRule | Sequence[DeclaredLimits]]
    """Makes the rule, or the limits, from its validated settings."""


@dataclass(frozen=True, slots=True)
class FillModelSpec:
    """A fill model of paper venues."""

    name: str
    summary: str
    settings: "type[Settings]"
    create: Callable[[Any], FillModel]
    """Makes the model from its validated settings, once: no Python runs per order."""


@dataclass(frozen=True, slots=True)
class EmulatorSpec:
    """An emulator of a venue, for `alphaforge emulate`."""

    name: str
    """The venue's name, such as `binance`."""
    summary: str
    create: Callable[[EmulatorOptions], EmulatorContext]
    """Makes the emulator, which nothing has started yet. Raises AlphaForgeError."""


@dataclass(frozen=True, slots=True)
class SinkSpec:
    """A sink for orders, fills, equity and alerts."""

    name: str
    summary: str
    settings: "type[Settings]"
    create: Callable[[Any], Sink]
    """Makes the sink from its validated settings."""


@dataclass(frozen=True, slots=True)
class MonitorSpec:
    """A monitor of a running node."""

    name: str
    summary: str
    settings: "type[Settings]"
    create: Callable[[Any], Monitor]
    """Makes the monitor from its validated settings."""


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command of the command line. Two words, such as `plugins list`, make a group of commands."""

    name: str
    load: Callable[[], Callable[..., object]]
    """Returns the function, whose parameters are typer's arguments and options."""


Spec: TypeAlias = (
    VenueSpec
    | ReaderSpec
    | StrategySpec
    | RiskRuleSpec
    | FillModelSpec
    | EmulatorSpec
    | SinkSpec
    | MonitorSpec
    | CommandSpec
)
"""Anything that a hook can return."""
