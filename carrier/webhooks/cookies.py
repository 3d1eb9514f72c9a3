"""Cookies of the subscriber's application, one jar for each pair of numbers, as Twilio keeps them.

So a session of the application is one caller's with one number, whether they call or write.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any, cast
from urllib.request import Request

KEPT_PAIRS = 5000


class _Answer:
    """What a cookie jar wants to see of an answer: its headers."""

    def __init__(self, headers: Any) -> None:
        self._message = Message()
        for value in headers.getlist("Set-Cookie"):
            self._message.add_header("Set-Cookie", value)

    def info(self) -> Message:
        """The headers."""
        return self._message


class Cookies:
    """The jars, by pair of addresses; the pair that was heard of longest ago is forgotten first."""

    def __init__(self) -> None:
        self._jars: OrderedDict[tuple[str, str], CookieJar] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, params: Mapping[str, str]) -> CookieJar | None:
        """The jar of a request about a call or a message; None for a request about neither."""
        one, other = params.get("From", ""), params.get("To", "")
        if not one or not other:
            return None
        pair = (min(one, other), max(one, other))
        with self._lock:
            jar = self._jars.setdefault(pair, CookieJar())
            self._jars.move_to_end(pair)
            while len(self._jars) > KEPT_PAIRS:
                self._jars.popitem(last=False)
            return jar


def header(jar: CookieJar, url: str) -> dict[str, str]:
    """The Cookie header for a request, if there is something to send."""
    request = Request(url)  # noqa: S310 - never opened: it tells the jar where the request goes
    jar.add_cookie_header(request)
    value = request.get_header("Cookie")
    return {"Cookie": value} if value else {}


def keep(jar: CookieJar, url: str, headers: Any) -> None:
    """Put the cookies that an answer sets into the jar."""
    if "Set-Cookie" in headers:
        jar.extract_cookies(cast(Any, _Answer(headers)), Request(url))  # noqa: S310 - never opened
