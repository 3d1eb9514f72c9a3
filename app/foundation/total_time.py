"""A total time for whatever waits on another machine.

The time-outs of libraries count from one byte to the next: a mail server that sends one letter each
second is waited for as long as it likes, and a name that nobody resolves is in none of them. So
everything that a request, the ticker or a job asks of the outside runs within a total.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gevent
from gevent.monkey import is_module_patched


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Do this in so many seconds at most, or raise TimeoutError (an OSError).

    In a served process, where waiting is a greenlet's. A command at a terminal has the libraries'
    own time-outs, and somebody who can interrupt it. What is interrupted must close its connection.
    """
    if not is_module_patched("socket"):
        yield
        return
    timer = gevent.Timeout(max(0.001, seconds))
    try:
        with timer:
            yield
    except gevent.Timeout as expired:
        if expired is not timer:
            raise
        raise TimeoutError("the total time is over") from None
