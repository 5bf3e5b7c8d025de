"""Keeps the latches of a running node on disk, beside the event loop: a slow disk holds nobody up."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from alphaforge_rs import Latch

from alphaforge.engine.control.latch_file import LatchEntry, with_entry, write_latches
from alphaforge.engine.control.messages import Scope

log = logging.getLogger("alphaforge.engine")

_WRITTEN_WITHIN_S = 5.0


class LatchKeeper:
    """What the file holds follows what the kernel holds, as long as it is asked to."""

    def __init__(self, path: Path | None, entries: Sequence[LatchEntry]) -> None:
        """Of `entries`, what the file holds now. Without a path nothing outlives the run (paper)."""
        self._path = path
        self._entries = list(entries)
        self._written = list(entries)
        self._is_frozen = False
        self._strangers: set[tuple[str, str | None]] = set()
        self._writing = anyio.Lock()
        self._changed = anyio.Event()

    @property
    def entries(self) -> Sequence[LatchEntry]:
        """What is held back, by the last word of the kernel and of those who kill."""
        return self._entries

    def pass_over(self, entry: LatchEntry) -> None:
        """This node has no such scope, by its configuration of today: the entry stays in the file."""
        self._strangers.add(entry.key)

    def follow(self, latches: Sequence[Latch]) -> None:
        """Take over what the kernel holds."""
        if not self._is_frozen:
            strangers = [entry for entry in self._entries if entry.key in self._strangers]
            self._set([*strangers, *map(self._entry_of, latches)])

    def freeze(self) -> None:
        """The node ends, and holds back everything for that: this is no latch that outlives it."""
        self._is_frozen = True

    def note_kill(self, scope: Scope, *, by: str, reason: str, now_ns: int) -> None:
        """A person has killed a scope. Of the account: the node does not start again before it is let go."""
        is_whole = scope.kind == "account"
        entry = LatchEntry(scope.kind, scope.name, "halted", now_ns, by, reason, blocks_start=is_whole)
        self._set(with_entry(self._entries, entry))

    async def save(self) -> str | None:
        """Make sure that the file holds what is held back; returns what is wrong where it does not."""
        if self._path is None:
            return None
        try:
            with anyio.fail_after(_WRITTEN_WITHIN_S):
                async with self._writing:
                    entries = list(self._entries)
                    if entries != self._written:
                        write = partial(write_latches, self._path, entries)
                        await anyio.to_thread.run_sync(write, abandon_on_cancel=True)
                        self._written = entries
        except TimeoutError:
            return f"{self._path}: not written within {_WRITTEN_WITHIN_S:g} s"
        except OSError as error:
            return f"{self._path}: {error.strerror or error}"
        return None

    async def run(self, tell: Callable[[str], None]) -> None:
        """Write each change, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed = anyio.Event()
            fault = await self.save()
            if fault is not None:
                tell(f"{fault}: a restart would forget what is held back")

    def _set(self, entries: list[LatchEntry]) -> None:
        if entries != self._entries:
            self._entries = entries
            self._changed.set()

    def _entry_of(self, latch: Latch) -> LatchEntry:
        """As it stands in the file already, with its time and whether it blocks a start, if it does."""
        said = (latch.scope, latch.name, latch.state, latch.by, latch.reason)
        for entry in self._entries:
            if (entry.scope, entry.name, entry.state, entry.by, entry.reason) == said:
                return entry
        return LatchEntry(latch.scope, latch.name, latch.state, latch.since, latch.by, latch.reason)
