"""How a served process waits for PostgreSQL: a moment by itself, then letting others work.

An answer usually comes within a tenth of a millisecond. To go round gevent's loop for it costs
more processor time than the question itself, and a call asks some hundred and fifty (ADR 14).
"""

from __future__ import annotations

import select
from typing import Any, ClassVar

import gevent
import psycopg
from gevent.monkey import get_original, is_module_patched
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg.waiting import Ready, Wait

MOMENT_MS = 1  # as short as the system's poll can be; a slower answer is awaited as any other
TURN = 16  # answers; then others work, however prompt the server is

IDLE = TransactionStatus.IDLE
_BOTH = select.POLLIN | select.POLLOUT
_ASKED = {Wait.R: select.POLLIN, Wait.W: select.POLLOUT, Wait.RW: _BOTH}
_READY = {select.POLLIN: Ready.R, select.POLLOUT: Ready.W, _BOTH: Ready.RW}


class PromptConnection(psycopg.Connection[Any]):
    """A connection that waits a moment for each answer before gevent takes over.

    Others get their turn between transactions: within one they would wait for its locks.
    """

    answers: ClassVar[int] = 0  # of all connections, since others had their turn

    def wait(self, gen: PQGen[RV], *more: Any, **named: Any) -> RV:
        """Consume a generator of psycopg. Without gevent there is nothing to win."""
        if not is_module_patched("select"):
            return super().wait(gen, *more, **named)
        PromptConnection.answers += 1
        if PromptConnection.answers >= TURN and self.pgconn.transaction_status == IDLE:
            PromptConnection.answers = 0
            gevent.sleep(0)
        try:
            wanted = _prompt_answers(gen, self.pgconn.socket)
        except StopIteration as done:
            value: RV = done.value
            return value
        return super().wait(_rest(gen, wanted), *more, **named)


def _prompt_answers(gen: PQGen[Any], fileno: int) -> Wait:
    """Serve ``gen`` while its socket is ready at once. What it waits for, when it is not."""
    wanted = next(gen)
    poll = get_original("select", "poll")()
    while True:
        poll.register(fileno, _ASKED[wanted])
        found = poll.poll(MOMENT_MS)
        # A broken socket is in no table: psycopg tells of it best.
        ready = _READY.get(found[0][1]) if found else None
        if ready is None:
            return wanted
        wanted = gen.send(ready)


def _rest(gen: PQGen[RV], wanted: Wait) -> PQGen[RV]:
    """What is left of a generator that has begun, as one that has not."""
    try:
        while True:
            ready = yield wanted
            wanted = gen.send(ready)
    except StopIteration as done:
        value: RV = done.value
        return value
