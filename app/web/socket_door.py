"""Who may open a socket: judged before the upgrade, before a message is read.

An open page is a connection and some memory for as long as it lasts, and whoever asks gets one from the
library: two thousand strangers fill a process. So a page shows first that somebody is signed in in
its browser; where the telephone company is inside (the local carrier), anybody may also open a
telephone, which says so in the address (``namespace=/carrier``), a few by address. What has joined
nothing within ``JOIN_S`` is closed, whatever it answers meanwhile. A message's size is judged while it
comes: the library reads it whole first.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from app.web.addresses import neighbourhood

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

PATH = "/socket.io/"
VISIT = "permanence.visit"
JOIN_S = 10.0
OPEN_BY_ADDRESS = 20  # telephones, of people whom nobody knows
REQUESTS_BY_SOCKET = 4  # of one page: a question that waits, an answer, an upgrade


class Unanswered(Exception):
    """Whether somebody is signed in could not be asked."""


@dataclass(frozen=True)
class Rules:
    """``signed_in`` says whether a request's browser is; raises Unanswered.

    ``open_to_all`` are the namespaces for which nobody need be, and ``joined`` says of a socket there
    whether it has said what it is.
    """

    signed_in: Callable[[WSGIEnvironment], bool]
    sockets: int
    by_address: int
    open_to_all: frozenset[str] = frozenset()
    joined: Callable[[str], bool] = lambda _sid: True


class Engine(Protocol):
    """What the door needs of Socket.IO's server."""

    eio: Any
    manager: Any


@dataclass(eq=False)
class Visit:
    """One request to open a page's socket, and what became of it."""

    address: str
    known: bool  # by its cookie; strangers are counted apart
    since: float
    line: Any = None  # the connection, if the server tells
    sid: str = ""
    lonely_since: float = 0.0
    counted: bool = field(default=False)


class SocketDoor:
    """WSGI middleware before Socket.IO's own. ``clock`` is replaced in tests."""

    def __init__(
        self,
        app: WSGIApplication,
        server: Engine,
        rules: Rules,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._server = server
        self._rules = rules
        self._clock = clock
        self._open: dict[str, Visit] = {}  # by the engine's id
        self._by_address: Counter[tuple[bool, str]] = Counter()
        self._requests: dict[str, set[Visit]] = {}  # in hand, of pages that are open
        self._watch(server.eio)

    def __len__(self) -> int:
        return sum(self._by_address.values())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the request in, or answer it here."""
        if not environ.get("PATH_INFO", "").startswith(PATH):
            return self._app(environ, start_response)
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        visit = Visit(
            neighbourhood(environ.get("REMOTE_ADDR", "")),
            bool(environ.get("HTTP_COOKIE")),
            self._clock(),
            environ.get("gunicorn.socket"),
        )
        if sid := asked.get("sid", [""])[0]:
            return self._further(sid, visit, environ, start_response)
        try:
            refused = self._refused(visit, asked.get("namespace", ["/"])[0], environ)
            if refused:
                return refuse(refused, start_response)
            environ[VISIT] = visit
            return self._app(environ, start_response)
        finally:
            if visit.sid not in self._open:
                self._forget(visit)

    def _refused(self, visit: Visit, namespace: str, environ: WSGIEnvironment) -> str:
        """The status line for who may not come in, or nothing."""
        rules = self._rules
        open_to_all = namespace in rules.open_to_all
        if not visit.known and not open_to_all:
            return "401 Unauthorized"
        if len(self) >= rules.sockets:
            return "503 Service Unavailable"
        if self._is_full(visit):
            return "429 Too Many Requests"
        self._count(visit)
        if not visit.known:
            return ""
        try:
            if rules.signed_in(environ):
                return ""
        except Unanswered:
            return "503 Service Unavailable"
        if not open_to_all:
            return "401 Unauthorized"
        self._forget(visit)
        visit.known = False
        if self._is_full(visit):
            return "429 Too Many Requests"
        self._count(visit)
        return ""

    def _is_full(self, visit: Visit) -> bool:
        most = self._rules.by_address if visit.known else OPEN_BY_ADDRESS
        return self._by_address[visit.known, visit.address] >= most

    def _further(
        self, sid: str, visit: Visit, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """A request of a page that is open: a few at once."""
        if sid not in self._open:
            return self._app(environ, start_response)  # which knows it no more, and says so
        here = self._requests.setdefault(sid, set())
        if len(here) >= REQUESTS_BY_SOCKET:
            return refuse("429 Too Many Requests", start_response)
        visit.sid = sid
        here.add(visit)
        try:
            return self._app(environ, start_response)
        finally:
            here.discard(visit)
            if not here and self._requests.get(sid) is here:
                del self._requests[sid]

    def _count(self, visit: Visit) -> None:
        visit.counted = True
        self._by_address[visit.known, visit.address] += 1

    def _forget(self, visit: Visit) -> None:
        if not visit.counted:
            return
        visit.counted = False
        self._by_address[visit.known, visit.address] -= 1
        if not self._by_address[visit.known, visit.address]:
            del self._by_address[visit.known, visit.address]

    def _watch(self, engine: Any) -> None:
        """Know which pages the library has opened, and closed."""
        opened, closed = engine.handlers["connect"], engine.handlers["disconnect"]

        def connect(sid: str, environ: WSGIEnvironment) -> Any:
            visit = environ.get(VISIT)
            if visit is None:
                return False  # it did not come through the door
            visit.sid, visit.lonely_since = sid, self._clock()
            self._open[sid] = visit
            return opened(sid, environ)

        def disconnect(sid: str, reason: str) -> Any:
            self._gone(sid)
            return closed(sid, reason)

        engine.on("connect", connect)
        engine.on("disconnect", disconnect)

    def _gone(self, sid: str) -> None:
        visit = self._open.pop(sid, None)
        if visit is not None:
            self._forget(visit)

    def sweep(self) -> int:
        """Close what has joined nothing for ``JOIN_S``; how many. Call it every few seconds."""
        now, closed = self._clock(), 0
        for sid, visit in list(self._open.items()):
            if sid not in self._server.eio.sockets:
                self._gone(sid)
            elif self._has_joined(sid):
                visit.lonely_since = now
                closed += self._close_unfinished(sid, now)
            elif now - visit.lonely_since >= JOIN_S:
                self._close(sid, visit)
                closed += 1
        return closed

    def _has_joined(self, sid: str) -> bool:
        manager, rules = self._server.manager, self._rules
        for namespace in list(manager.get_namespaces()):
            here = manager.sid_from_eio_sid(sid, namespace)
            if here and (namespace not in rules.open_to_all or rules.joined(here)):
                return True
        return False

    def _close_unfinished(self, sid: str, now: float) -> int:
        """Of a page that has joined: upgrades that were begun and not ended."""
        engine = self._server.eio.sockets.get(sid)
        if engine is None or engine.upgraded:
            return 0
        late = [v for v in self._requests.get(sid, ()) if now - v.since >= JOIN_S]
        for visit in late:
            hang_up(visit)
        return len(late)

    def _close(self, sid: str, visit: Visit) -> None:
        # Its own ``disconnect`` waits until the browser has fetched what was left for it.
        self._server.eio.sockets.pop(sid).close(wait=False)
        for each in (visit, *self._requests.get(sid, ())):
            hang_up(each)
        self._gone(sid)


def hang_up(visit: Visit) -> None:
    """Close the connection under a request: whoever reads from it finds its end."""
    if visit.line is not None:
        with contextlib.suppress(OSError):
            visit.line.shutdown(socket.SHUT_RDWR)


def refuse(status: str, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a machine: the status says it."""
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
    if not status.startswith("401"):
        headers.append(("Retry-After", "5"))
    words = status.encode()
    start_response(status, [*headers, ("Content-Length", str(len(words)))])
    return [words]


def bound_messages(engine: Any, most: int) -> None:
    """Let the engine judge a message's size while it comes: more than ``most`` bytes, and it hangs up."""
    whole = engine._async["websocket"]

    def bounded(handler: Any, server: Any) -> Any:
        sockets = whole(handler, server)
        sockets.server_args["max_message_size"] = most
        return sockets

    engine._async = {**engine._async, "websocket": bounded}
