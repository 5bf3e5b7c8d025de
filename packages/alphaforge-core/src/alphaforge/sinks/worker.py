"""The worker of a sink: a bounded queue, and a thread that writes what is in it.

Overflow: a recorded or simulated feed waits until there is room, so nothing is lost. A sink that
fails is out of service from then on; its records are counted and dropped, and the node lives on. One
that hangs is said after five seconds: a thread cannot be ended from outside.
"""

import logging
from collections.abc import Callable, Sequence

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from alphaforge.model.errors import AlphaForgeError, SetupError, describe
from alphaforge.model.orders import Record
from alphaforge.model.sink import Sink

QUEUE_BATCHES = 64
"""How many batches of records may wait for a sink."""

SAY_AFTER_S = 5.0
"""How long a sink may be at one piece of work before that is said."""

log = logging.getLogger("alphaforge.sinks")


class SinkWorker:
    """Feeds one sink from a bounded queue."""

    def __init__(self, name: str, sink: Sink) -> None:
        self.name = name
        self.failure: BaseException | None = None
        self.dropped = 0
        self._sink = sink
        self._is_open = False
        self._send: MemoryObjectSendStream[Sequence[Record]]
        self._receive: MemoryObjectReceiveStream[Sequence[Record]]

    def open(self) -> None:
        """Open the sink, and the queue before it.

        Raises:
            SetupError: it cannot be opened; the node does not start without it.
        """
        try:
            self._sink.open()
        except AlphaForgeError as error:  # its text is made for people
            raise SetupError(f"sink {self.name} cannot be opened: {error}") from error
        except (Exception, SystemExit) as error:  # a plugin's sink can raise anything
            raise SetupError(f"sink {self.name} cannot be opened: {describe(error)}") from error
        self._send, self._receive = anyio.create_memory_object_stream[Sequence[Record]](QUEUE_BATCHES)
        self._is_open = True

    def abandon(self) -> None:
        """Close the sink where it is open, because the node does not start after all."""
        if not self._is_open:
            return
        self._send.close()
        self._receive.close()
        error = _attempt(self._sink.close)
        if error is not None:
            log.error("sink %s cannot be closed: %s", self.name, describe(error))

    async def put(self, records: Sequence[Record]) -> None:
        """Queue records; waits while the queue is full."""
        await self._send.send(records)

    def finish(self) -> None:
        """No more records will come; `run` ends when the queue is empty."""
        self._send.close()

    async def run(self) -> None:
        """Write what is queued until `finish`, then close the sink."""
        async with self._receive:
            async for records in self._receive:
                if self.failure is None:
                    await self._guard(self._sink.write, records)
                else:
                    self.dropped += len(records)
        await self._guard(self._sink.close)

    async def _guard(self, work: Callable[..., None], *arguments: Sequence[Record]) -> None:
        """Do a sink's work on a thread; what it raises takes the sink out of service."""
        async with anyio.create_task_group() as watch:
            watch.start_soon(self._say_if_slow)
            error = await anyio.to_thread.run_sync(_attempt, work, *arguments)
            watch.cancel_scope.cancel()
        if error is not None:
            self.failure = self.failure or error
            self.dropped += sum(len(records) for records in arguments)
            log.error("sink %s is out of service: %s", self.name, describe(error))

    async def _say_if_slow(self) -> None:
        await anyio.sleep(SAY_AFTER_S)
        text = "sink %s has been at one write for %g s; the node waits for it once its queue is full"
        log.warning(text, self.name, SAY_AFTER_S)


def _attempt(work: Callable[..., None], *arguments: Sequence[Record]) -> BaseException | None:
    """Do it, and return what it raised, if anything."""
    try:
        work(*arguments)
    except (Exception, SystemExit) as error:  # a plugin's sink can raise anything
        return error
    return None
