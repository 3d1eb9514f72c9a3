"""The web process' way with connections: who says nothing, or drips, holds no place for long.

gunicorn's gevent worker with four bounds that it lacks. A header has ``HEADER_S`` to be whole (later
ones on the same connection the time that it is kept open); a body has its own total time by its
announced length; an answer that nobody reads is given up; and those who wait (half a header, half a
body, nothing at all) are so many at most, in all and by address: one more, and the oldest of them is
closed, never the new one, which may be a caller. Behind nginx the first bounds are its own
(deploy/nginx.conf); an installation without it has these.
"""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import Any

import gevent
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker
from werkzeug.exceptions import RequestTimeout

from app.foundation import open_files
from app.web.addresses import neighbourhood

HEADER_S = 10.0
BODY_S = 10.0  # and one second more for each BYTES_A_SECOND announced
BYTES_A_SECOND = 20_000  # the slowest network that a file still gets through
SILENCE_S = 40.0  # of one who should read our answer; pages that are open speak every four seconds
WAITING_BY_ADDRESS = 200
WHOLE = 100_000  # bytes of a body that is there before anybody works on it: forms, webhooks
DRAINED = (
    4_000_000  # bytes of a refused body that are read so that the refusal is; more, and it is cut
)


TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Visitor:
    """One connection."""

    __slots__ = ("address", "client", "served")

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self.served = 0  # requests so far

    def leave(self) -> None:
        """Close it from here: whoever reads from it finds its end."""
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)


class Waiting:
    """Those who have not asked yet, in the order in which they began to wait; ``most`` in all, and
    ``most_by_address`` (None: no limit, they all come through our own proxy)."""

    def __init__(self, most: int, most_by_address: int | None) -> None:
        self.most = most
        self.most_by_address = most_by_address
        self._all: dict[Visitor, None] = {}
        self._by_address: dict[str, dict[Visitor, None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, visitor: Visitor) -> Visitor | None:
        """``visitor`` waits from now on. Who must leave for that, if somebody must."""
        near = self._by_address.setdefault(visitor.address, {})
        self._all[visitor] = near[visitor] = None
        if self.most_by_address is not None and len(near) > self.most_by_address:
            return self._first(near)
        return self._first(self._all) if len(self._all) > self.most else None

    def remove(self, visitor: Visitor) -> None:
        """``visitor`` has asked, or is gone."""
        self._all.pop(visitor, None)
        near = self._by_address.get(visitor.address)
        if near is not None:
            near.pop(visitor, None)
            if not near:
                del self._by_address[visitor.address]

    def _first(self, among: dict[Visitor, None]) -> Visitor:
        oldest = next(iter(among))
        self.remove(oldest)
        return oldest


class BodyInTime:
    """A body's reader that gives up when the whole has not come in its time."""

    def __init__(self, reader: Any, visitor: Visitor, waiting: Waiting) -> None:
        self._reader = reader
        self._visitor = visitor
        self._waiting = waiting
        announced = getattr(reader, "length", 0)
        self._left = BODY_S + announced / BYTES_A_SECOND

    @property
    def left_over(self) -> int:
        """Bytes announced that nobody has read."""
        return int(getattr(self._reader, "length", 0))

    def read(self, size: int) -> bytes:
        """As the reader's. Raises RequestTimeout."""
        if not self.left_over and hasattr(self._reader, "length"):
            return b""
        timer = gevent.Timeout(self._left)
        begun = gevent.get_hub().loop.now()
        drop(self._waiting.add(self._visitor))
        try:
            with timer:
                return bytes(self._reader.read(size))
        except TimeoutError:
            raise RequestTimeout from None
        except gevent.Timeout as expired:
            if expired is not timer:
                raise
            raise RequestTimeout from None
        finally:
            self._waiting.remove(self._visitor)
            self._left -= max(0.0, gevent.get_hub().loop.now() - begun)


def whole_first(request: Any) -> bool:
    """Have a form or a webhook whole before the application begins with it; False: it does not come.

    Half a request then costs no view, and none is done by halves.
    """
    body, size = request.body, request.body.reader.left_over
    if not 0 < size <= WHOLE or request._expected_100_continue:
        return True
    data = body.read(size)
    body.buf.write(data)
    return len(data) == size


def read_the_rest(body: Any) -> bool:
    """Read what nobody wanted of a body, so that the answer is read; False: it is too much, or too late."""
    if body.failed or body.reader.left_over > DRAINED:
        return False
    left = DRAINED
    try:
        while left > 0 and (part := body.read(65_536)):
            left -= len(part)
    except RequestTimeout:
        return False
    return left > 0


def drop(visitor: Visitor | None) -> None:
    """Close the connection of one who must leave, if somebody must."""
    if visitor is not None:
        visitor.leave()


class PromptWorker(GeventWorker):
    """One process' worker."""

    header_s = HEADER_S

    def init_process(self) -> None:
        """Before it serves: who may wait here."""
        allowed = open_files.of_this_process()
        self.waiting = Waiting(allowed.waiting, WAITING_BY_ADDRESS)
        super().init_process()

    def load_wsgi(self) -> None:
        """With the application comes whether all addresses are those of our own proxy."""
        super().load_wsgi()
        settings = getattr(self.wsgi, "extensions", {}).get("permanence.settings")
        if settings is not None and settings.trusted_proxies:
            self.waiting.most_by_address = None

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection to its end."""
        visitor = Visitor(client, neighbourhood(addr[0] if isinstance(addr, tuple) else ""))
        gevent.getcurrent().visitor = visitor
        client.settimeout(SILENCE_S)
        drop(self.waiting.add(visitor))
        try:
            AsyncWorker.handle(self, listener, client, addr)
        finally:
            self.waiting.remove(visitor)

    def timeout_ctx(self) -> gevent.Timeout:
        """How long the next header may take, from now to its end."""
        visitor: Visitor = gevent.getcurrent().visitor
        return gevent.Timeout(self.cfg.keepalive if visitor.served else self.header_s, False)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Serve one request: whoever asked it does not wait meanwhile, but for the body."""
        visitor: Visitor = gevent.getcurrent().visitor
        self.waiting.remove(visitor)
        visitor.served += 1
        req.body.reader = BodyInTime(req.body.reader, visitor, self.waiting)
        try:
            if not whole_first(req):
                raise StopIteration
        except RequestTimeout:
            sock.sendall(TOO_LATE)
            raise StopIteration from None
        try:
            super().handle_request(listener_name, req, sock, addr)
        except TimeoutError as error:  # nobody reads our answer: gone, to whoever asks
            raise ConnectionResetError(errno.ECONNRESET, "nobody reads") from error
        if not read_the_rest(req.body):
            raise StopIteration  # where the next request begins is unknown
        drop(self.waiting.add(visitor))
