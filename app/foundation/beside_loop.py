"""Work of a processor beside the event loop: one loop carries callers, staff and strangers.

For what is pure (no session of the database, no request): passwords, reports as files, replays. In a
process that is not served by gevent (a command, a test) it is done at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import gevent
from gevent.monkey import is_module_patched
from gevent.threadpool import ThreadPool

T = TypeVar("T")


class BesideTheLoop:
    """A few native threads of this process. ``nice``: how far behind the loop they stand."""

    def __init__(self, at_once: int, *, nice: int = 0) -> None:
        self._at_once = at_once
        self._nice = nice
        self._threads: ThreadPool | None = None

    def work(self, task: Callable[[], T]) -> T:
        """Do it in a native thread while greenlets go on; without gevent, here."""
        if not is_module_patched("threading"):
            return task()
        if self._threads is None:
            self._threads = ThreadPool(self._at_once, hub=gevent.get_hub())
        done: T = self._threads.apply(self._behind_callers, (task,))
        return done

    def _behind_callers(self, task: Callable[[], T]) -> T:
        if self._nice:
            with suppress(OSError, AttributeError):  # where threads have no priority of their own
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._nice)
        return task()


# Python runs in one thread at a time: more at once would only take turns with the loop.
_figures = BesideTheLoop(1)


def figure(task: Callable[[], T]) -> T:
    """Figures, files, replays: one after the other, while the loop goes on."""
    return _figures.work(task)
