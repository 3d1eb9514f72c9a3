"""Lists of the REST API: filters by date, and pages as Twilio cuts them.

A page's token is the resource that it follows, so that what comes in meanwhile, newest first,
neither repeats nor hides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

from carrier.rest.errors import RestRefused

PAGE_SIZE, MAX_PAGE_SIZE = 50, 1000
API_ROOT = "/2010-04-01"
Json = dict[str, Any]


def listed(
    key: str,
    items: Sequence[Any],
    shape: Callable[[Any], Json] | None = None,
    *,
    name: Callable[[Any], str | None] | None = None,
) -> Response:
    """The page of ``items`` that the request asks for.

    Only what is shown is put into its ``shape`` (none: it is JSON already). ``name`` gives each
    item's SID, which the next page begins after; without one, pages are counted.
    """
    size = min(max(_whole("PageSize", PAGE_SIZE), 1), MAX_PAGE_SIZE)
    number = max(_whole("Page", 0), 0)
    start = _start(items, name, number * size)
    page = items[start : start + size]
    more = start + size < len(items)
    return jsonify(
        {
            key: [shape(item) for item in page] if shape else list(page),
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start + len(page) - 1, 0),
            "uri": _uri(number, size),
            "first_page_uri": _uri(0, size),
            "next_page_uri": _uri(number + 1, size, name and name(page[-1])) if more else None,
            "previous_page_uri": _uri(number - 1, size) if number else None,
        }
    )


def _start(items: Sequence[Any], name: Callable[[Any], str | None] | None, otherwise: int) -> int:
    """Where the page begins: after the resource of its token, if that is still there."""
    after = request.args.get("PageToken", "").removeprefix("PA")
    for index, item in enumerate(items) if after and name else ():
        if name and name(item) == after:
            return index + 1
    return otherwise


def _whole(name: str, default: int) -> int:
    value = request.args.get(name, "")
    if value and not value.isdigit():
        raise RestRefused(20001, f"{name} {value} is not valid")
    return int(value) if value else default


def _uri(page: int, size: int, after: str | None = None) -> str:
    """A page's address, from the API's root on, with the request's own filters."""
    path = API_ROOT + request.path.partition(API_ROOT)[2]
    kept = {
        name: value
        for name, value in request.args.items()
        if name not in ("Page", "PageSize", "PageToken")
    }
    token = {"PageToken": f"PA{after}"} if after else {}
    return f"{path}?{urlencode(kept | {'PageSize': size, 'Page': page} | token)}"


class DateFilter:
    """``StartTime``, ``StartTime<`` and ``StartTime>`` of a request: a day, or an instant.

    Both bounds are included, as in the API's documentation.
    """

    def __init__(self, name: str) -> None:
        on, before, after = (request.args.get(name + sign) for sign in ("", "<", ">"))
        self._from: datetime | None = None
        self._until: datetime | None = None
        if on:  # a client library writes a day as its first instant
            self._from, self._until = _span(name, on.removesuffix("T00:00:00Z"))
        if after:
            self._from = _span(name, after)[0]
        if before:
            self._until = _span(name, before)[1]

    def __call__(self, instant: datetime | None) -> bool:
        """True when the instant (none: never) is asked for."""
        if self._from is None and self._until is None:
            return True
        if instant is None:
            return False
        return (self._from is None or instant >= self._from) and (
            self._until is None or instant < self._until
        )


def _span(name: str, text: str) -> tuple[datetime, datetime]:
    """The first instant that ``text`` covers, and the first after it. Refuses what is no date."""
    try:
        if len(text) == len("2026-01-31"):
            first = datetime.combine(date.fromisoformat(text), time(), UTC)
            return first, first + timedelta(days=1)
        first = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise RestRefused(20001, f"{name} {text} is not a date") from None
    first = first if first.tzinfo else first.replace(tzinfo=UTC)
    return first, first + timedelta(seconds=1)
