"""Emulators of venues: an exchange on this machine that speaks a venue's own protocol."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """What `alphaforge emulate` was told."""

    host: str
    port: int
    control_port: int
    """Zero for a free one, as for `port`."""
    symbols: Sequence[str]
    """The venue's own names; empty for its usual ones."""
    recording: Path | None
    """A recording that is the market; None for simulated traders."""
    speed: float
    """How many times faster the recording is replayed than it was made."""
    faults: Path | None
    tls: bool
    seed: int
    unlimited: bool
    """Whether no rate limits apply, for measuring."""


class RunningEmulator(Protocol):
    """An emulator that serves."""

    def facts(self) -> Mapping[str, str]:
        """Where it is, and the keys of an account to try it with."""

    def venue_section(self, directory: Path) -> Mapping[str, Any]:
        """What `[venues.NAME]` of a node that trades here holds. A file of keys goes into `directory`."""


EmulatorContext = AbstractAsyncContextManager[RunningEmulator]
"""Serves from entering to leaving."""
