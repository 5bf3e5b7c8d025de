"""What can be made to go wrong, and where: one fault, as a script or the control endpoint states it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
from alphaforge.model.errors import SetupError

Point: TypeAlias = Literal["connect", "request", "frame", "venue"]
"""Where a fault strikes: at a new connection, at a request, at a frame that goes out, or at the venue
as a whole. The first three are matched by their target; the last happens at its time."""

KINDS: dict[str, tuple[Point, str]] = {
    "refuse": ("connect", "a new connection is reset before anything is read"),
    "error": ("request", "the request is not processed and answered with `status` and `code`"),
    "error_but_accepted": ("request", "the request is processed, and answered with `status` and `code`"),
    "answer_lost": ("request", "the request is processed and never answered"),
    "answer_delayed": ("request", "the request is processed and answered after `seconds`"),
    "reset": ("request", "the connection is reset, and the request not processed"),
    "reset_but_accepted": ("request", "the request is processed, and the connection reset"),
    "drop": ("frame", "the frame is not sent"),
    "delay": ("frame", "the frame is sent after `seconds`; later ones overtake it"),
    "duplicate": ("frame", "the frame is sent `copies` more times"),
    "reorder": ("frame", "the frame is sent after the next one of its connection"),
    "truncate": ("frame", "the frame holds the first half of its text only"),
    "invalid_json": ("frame", "the frame holds a text that is no JSON"),
    "cut": ("frame", "the connection is reset in the middle of the frame"),
    "oversize": ("frame", "a frame of `size` bytes of JSON goes before it"),
    "bytewise": ("frame", "every byte of the frame is sent by itself"),
    "clock": ("venue", "the venue's clock is `seconds` ahead of the right time (behind where negative)"),
    "evict": ("venue", "connections whose target matches are closed with `code`"),
    "cut_connections": ("venue", "connections whose target matches are reset"),
    "hang": ("venue", "matching connections stay open and send nothing; with `pong` they answer pings"),
    "half_open": ("venue", "matching connections neither read nor send, and stay open"),
}
"""The kinds of every venue; a venue adds its own."""


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A fault: what, where, when and how often."""

    kind: str
    match: str = "*"
    """A pattern such as `POST /api/v3/order` or `*@depth*`, with `*` and `?`, for the target."""
    after_s: float = 0.0
    """It is armed so long after it was added, or for a script after the start."""
    duration_s: float | None = None
    """It is armed for so long; by default until it has fired `count` times."""
    nth: int = 1
    """It fires from the nth match on."""
    count: int | None = None
    """How often it fires: by default once, and without end where a duration or a probability is given."""
    probability: float = 1.0
    """Whether it fires at a match, drawn from its own sequence of random numbers."""
    seconds: float = 1.0
    status: int = 503
    code: int | None = None
    copies: int = 1
    size: int = 20_000_000
    pong: bool = True
    symbols: tuple[str, ...] = ()

    @property
    def most(self) -> int | None:
        """How often it fires; None without end."""
        if self.count is not None:
            return self.count
        return 1 if self.duration_s is None and self.probability >= 1 else None


def parse_fault(fields: Mapping[str, Any], kinds: Mapping[str, tuple[Point, str]]) -> Fault:
    """A fault from its fields.

    Raises:
        SetupError: a field is unknown or of the wrong type, or there is no such kind.
    """
    try:
        fault = msgspec.convert(fields, Fault)
    except msgspec.ValidationError as error:
        raise SetupError(f"fault {fields!r}: {error}") from error
    if fault.kind not in kinds:
        raise SetupError(f"fault kind {fault.kind!r} is unknown; the kinds are {', '.join(sorted(kinds))}")
    if not 0 <= fault.probability <= 1:
        raise SetupError(f"fault {fault.kind}: probability {fault.probability} must lie between 0 and 1")
    if fault.nth < 1:
        raise SetupError(f"fault {fault.kind}: nth {fault.nth} must be 1 or more")
    return fault


def read_fault_script(path: Path, kinds: Mapping[str, tuple[Point, str]]) -> list[Fault]:
    """The faults of a TOML file with a table `[[fault]]` for each.

    Raises:
        SetupError: the file cannot be read or used.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError(f"{path}: {error}") from error
    unknown = sorted(set(data) - {"fault"})
    if unknown:
        raise SetupError(f"{path}: unknown key {unknown[0]!r}; faults are tables [[fault]]")
    try:
        return [parse_fault(fields, kinds) for fields in data.get("fault", [])]
    except SetupError as error:
        raise SetupError(f"{path}: {error}") from error
