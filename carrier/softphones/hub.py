"""Browsers on the line: telephones and softphones that hold a socket.

A browser that drops out keeps its calls for a few seconds (``device_grace``), so that a lost
radio link is not a lost call; one that says goodbye (page closed) loses them at once.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from carrier.exchange import Exchange
from carrier.line.legs import Leg
from carrier.softphones.tokens import SoftphoneGrant

Emit = Callable[..., Any]


class Browser:
    """One page. ``socket`` is its connection, empty while it is away."""

    media = True

    def __init__(self, hub: Hub, socket: str) -> None:
        self.hub = hub
        self.key = secrets.token_urlsafe(24)
        self.socket = socket
        self.number = ""
        self.hidden = False
        self.identity = ""

    def notify(self, event: str, payload: dict[str, Any]) -> None:
        """Send an event to the page."""
        if self.socket:
            self.hub.emit(event, payload, to=self.socket)


class Hub:
    """The browsers of an exchange, by connection and by their secret key."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.emit: Emit = _nowhere
        self._lock = threading.Lock()
        self._by_socket: dict[str, Browser] = {}
        self._by_key: dict[str, Browser] = {}

    def browser(self, socket: str) -> Browser:
        """The browser of a connection, new if it says its first word."""
        with self._lock:
            browser = self._by_socket.get(socket)
            if browser is None:
                browser = Browser(self, socket)
                self._by_socket[socket] = self._by_key[browser.key] = browser
            return browser

    def knows(self, socket: str) -> bool:
        """Has this connection said what it is?"""
        return socket in self._by_socket

    def telephone(self, socket: str, number: str) -> Browser:
        """This page is now the telephone of ``number`` (empty: it can only call)."""
        browser = self.browser(socket)
        if browser.number != number:
            self.exchange.directory.unregister(browser)
            browser.number = number
        if number:
            self.exchange.directory.register(number, browser)
        return browser

    def softphone(self, socket: str, grant: SoftphoneGrant) -> Browser:
        """This page is now a softphone of the token's identity."""
        browser = self.browser(socket)
        if browser.identity != grant.identity:
            self.exchange.directory.unregister(browser)
            browser.identity = grant.identity
        if grant.incoming:
            self.exchange.directory.register(f"client:{grant.identity}", browser)
        return browser

    def resume(self, socket: str, key: str) -> Browser | None:
        """The page is back with a new connection; None when it was given up."""
        with self._lock:
            browser = self._by_key.get(key)
            if browser is None:
                return None
            self._by_socket.pop(browser.socket, None)
            browser.socket = socket
            self._by_socket[socket] = browser
        with self.exchange.board.lock:
            for leg in self.legs(browser):
                self._resync(leg)
        return browser

    def _resync(self, leg: Leg) -> None:
        """Tell a page that was away how its leg stands."""
        leg.tell("state", status=leg.status)
        room = self.exchange.rooms.of(leg)
        member = room.find(leg) if room else None
        if room and member:
            leg.tell("media", **room.media(member))

    def dropped(self, socket: str) -> None:
        """The connection is gone; give the page up unless it comes back in time."""
        with self._lock:
            browser = self._by_socket.pop(socket, None)
            if browser is None or browser.socket != socket:
                return
            browser.socket = ""
        self.exchange.board.spawn(self._give_up_later, browser)

    def _give_up_later(self, browser: Browser) -> None:
        time.sleep(self.exchange.settings.device_grace)
        if not browser.socket:
            self.goodbye(browser)

    def goodbye(self, browser: Browser) -> None:
        """The page is closed: it rings no more and its calls end."""
        with self._lock:
            self._by_key.pop(browser.key, None)
            self._by_socket.pop(browser.socket, None)
            browser.socket = ""
        self.exchange.directory.unregister(browser)
        for leg in self.legs(browser):
            self.exchange.calls.end(leg)

    def legs(self, browser: Browser) -> list[Leg]:
        """The live legs that end at this page."""
        with self.exchange.board.lock:
            return [leg for leg in self.exchange.board.live.values() if leg.device is browser]

    def own_leg(self, browser: Browser, sid: str) -> Leg | None:
        """A leg that this page may act on, or None."""
        leg = self.exchange.board.legs.get(sid)
        return leg if leg and leg.device is browser else None


def _nowhere(*_args: Any, **_kwargs: Any) -> None:
    """Before sockets are registered there is nobody to tell."""
