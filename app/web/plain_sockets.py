"""WebSockets without per-message compression.

Browsers offer permessage-deflate and the server library always takes it: two zlib states for each
tab, about 300 kB, to spare a few hundred bytes of a message. Two thousand desks would cost 600 MB.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class PlainSockets:
    """WSGI middleware: a client's offer of WebSocket extensions is not heard."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on without the offer."""
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return self._app(environ, start_response)
