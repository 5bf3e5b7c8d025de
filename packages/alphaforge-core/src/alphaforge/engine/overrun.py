"""Interrupting a strategy that does not return: an exception, raised in its callback by a watch thread.

The exception can hit between any two lines of Python that the callback runs, and nowhere else; see
`CallbackWatch`. Code that is stuck in C hears it when it returns to Python, if it does.
"""

import ctypes
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from alphaforge_rs import CallbackWatch, Runtime

from alphaforge.config.node_config import NodeConfig
from alphaforge.engine.running_strategy import FaultHandler
from alphaforge.model.errors import CallbackOverrun

log = logging.getLogger("alphaforge.engine")

LIVE_BUDGET_S = 5.0
OFFLINE_BUDGET_S = 60.0
"""Where nothing waits, an endless loop should end with an error, and a slow machine should not."""
_LOOKS_PER_BUDGET = 10
_LOOK_AT_LEAST_EVERY_S = 1.0


@contextmanager
def watching(config: NodeConfig, runtime: Runtime, faults: FaultHandler) -> Iterator[None]:
    """Watch the callbacks that this thread runs, until the block ends."""
    default_s = LIVE_BUDGET_S if config.feed.source == "live" else OFFLINE_BUDGET_S
    budget_s = config.node.callback_budget_s or default_s
    watch = faults.watch = _watch_of_this_thread()
    runtime.watch_callbacks(watch)
    ended = threading.Event()
    thread = threading.Thread(target=_look, args=(watch, budget_s, ended), name="callback watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch_of_this_thread() -> CallbackWatch:
    set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
    set_exception.argtypes = (ctypes.c_ulong, ctypes.py_object)
    in_this_thread = partial(set_exception, threading.get_ident())
    return CallbackWatch(
        partial(in_this_thread, CallbackOverrun),
        partial(in_this_thread, ctypes.py_object()),
        CallbackOverrun,
    )


def _look(watch: CallbackWatch, budget_s: float, ended: threading.Event) -> None:
    """Interrupt what runs too long; again at every look, since a callback can swallow the exception."""
    seen, since_s = None, 0.0
    while not ended.wait(min(budget_s / _LOOKS_PER_BUDGET, _LOOK_AT_LEAST_EVERY_S)):
        running, now_s = watch.running, time.monotonic()
        if running != seen:
            seen, since_s = running, now_s
        elif running is not None and now_s - since_s >= budget_s and watch.interrupt(running):
            log.error("a callback has not returned after %.1f s: it is interrupted", now_s - since_s)
