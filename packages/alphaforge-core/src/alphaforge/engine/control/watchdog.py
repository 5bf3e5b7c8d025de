"""The dead-man's handle of a live node: a process beside it that acts when the node does not breathe.

Neither Binance nor Coinbase cancels orders by itself when a client falls silent (countdown-cancel). So the
event loop sends a byte down a pipe again and again; see `watchdog_process` for what follows when it stops.
"""

import json
import logging
import os
import subprocess
import sys

import anyio
from anyio.abc import ByteSendStream

from alphaforge.engine.control.node_folder import Launch, NodeFolder
from alphaforge.model.errors import AlphaForgeError

log = logging.getLogger("alphaforge.engine")

BEAT = b"."
GOODBYE = b"!"
TICKS = 20
"""A node is frozen when nothing came in so many looks in a row, which together take `watchdog_s`."""
_MODULE = "alphaforge.engine.control.watchdog_process"


class WatchdogEndedError(AlphaForgeError):
    """The watchdog has ended while the node runs: nobody would act if that froze."""


class Watchdog:
    """Starts the process and breathes, as long as the event loop turns."""

    def __init__(self, folder: NodeFolder, launch: Launch, after_s: float) -> None:
        self._folder = folder
        self._launch = launch
        self._after_s = after_s
        self._pipe: ByteSendStream | None = None

    async def run(self) -> None:
        """Breathe until cancelled.

        Raises:
            WatchdogEndedError: the process has ended.
        """
        # In a session of its own, since Ctrl-C is for the node. What it must know goes down the pipe.
        process = await anyio.open_process(
            [sys.executable, "-m", _MODULE], stdout=subprocess.DEVNULL, stderr=None, start_new_session=True
        )
        pipe = self._pipe = process.stdin
        if pipe is None:
            raise WatchdogEndedError("the watchdog has no pipe")
        try:
            await pipe.send(self._about_us())
            while True:
                await pipe.send(BEAT)
                # Twice a look, so that one which is late is not missed.
                await anyio.sleep(self._after_s / TICKS / 2)
        except anyio.BrokenResourceError as error:
            raise WatchdogEndedError(
                f"the watchdog has ended with {process.returncode}: nobody would act if the node froze"
            ) from error

    async def dismiss(self) -> None:
        """The node ends well: there is nothing to do for anybody."""
        if self._pipe is not None:
            try:
                await self._pipe.send(GOODBYE)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
                log.warning("the watchdog had ended before the node: %r", error)

    def _about_us(self) -> bytes:
        config = self._launch.config
        about = {
            "pid": os.getpid(),
            "data_dir": str(self._folder.data_dir),
            "node": self._folder.node,
            "config": None if config is None else str(config),
            "set": list(self._launch.assignments),
            "after_s": self._after_s,
        }
        return json.dumps(about).encode() + b"\n"
