"""What Twilio has written down of our calls (ports.CallLog): few requests, each tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters.twilio_client import READING, Patience, Result, ask, make_client
from app.foundation.config import Settings
from app.foundation.exceptions import NotFound
from app.foundation.ports import AskedForLeg, LegReport, RoomReport, TextReport

PAGE = 1000  # the most that a request may bring: one is enough on all but the worst days
MOST_EVENTS = 200
IN_ROOM = ("connected", None)  # the rest are still rung, or have left


class TwilioCallLog:
    """Reads of calls, conferences and events. ``before_call`` as in ``TwilioVoice``."""

    def __init__(
        self,
        settings: Settings,
        before_call: Callable[[], None],
        patience: Patience = READING,
    ) -> None:
        self._client = make_client(settings, patience)
        self._before_call = before_call
        self._patience = patience

    def live(self) -> Sequence[LegReport]:
        """Every leg in progress, whichever number it came by."""
        return self._calls(status="in-progress")

    def calls_to(self, number: str, *, since: datetime) -> Sequence[LegReport]:
        """Legs to ``number`` that began at ``since`` or later, to the second."""
        # Some read « StartTime> » as strictly after: one second earlier costs nothing.
        begun = since.astimezone(UTC) - timedelta(seconds=1)
        return self._calls(to=number, start_time_after=begun)

    def report(self, leg_sid: str) -> LegReport | None:
        """One leg; None when it is unknown there."""
        try:
            return _report(self._ask(lambda: self._client.calls(leg_sid).fetch()))
        except NotFound:
            return None

    def room(self, name: str) -> RoomReport | None:
        """Who is in the conference of that name now."""
        rooms = self._ask(
            lambda: self._client.conferences.list(friendly_name=name, status="in-progress", limit=1)
        )
        if not rooms:
            return None
        sid = str(rooms[0].sid)
        try:
            there = self._ask(lambda: self._client.conferences(sid).participants.list(limit=PAGE))
        except NotFound:  # it ended between the two requests
            return None
        return RoomReport(sid, frozenset(str(m.call_sid) for m in there if m.status in IN_ROOM))

    def texts_to(self, number: str, *, since: datetime) -> Sequence[TextReport]:
        """Text messages to ``number``, sent at ``since`` or later, to the second."""
        begun = since.astimezone(UTC) - timedelta(seconds=1)
        found = self._ask(
            lambda: self._client.messages.list(page_size=PAGE, to=number, date_sent_after=begun)
        )
        return [_text(message) for message in found]

    def text(self, sid: str) -> TextReport | None:
        """One text message; None when it is unknown there."""
        try:
            return _text(self._ask(lambda: self._client.messages(sid).fetch()))
        except NotFound:
            return None

    def requests_of(self, leg_sid: str) -> Sequence[AskedForLeg]:
        """The requests that were made for a leg; none where they are not kept."""
        try:
            events = self._ask(lambda: self._client.calls(leg_sid).events.list(limit=MOST_EVENTS))
        except NotFound:
            return ()
        return [_asked(event.request or {}) for event in events]

    def _calls(self, **wanted: Any) -> Sequence[LegReport]:
        found = self._ask(lambda: self._client.calls.list(page_size=PAGE, **wanted))
        return [_report(leg) for leg in found]

    def _ask(self, what: Callable[[], Result]) -> Result:
        self._before_call()
        return ask(what, self._patience)


def _report(leg: Any) -> LegReport:
    return LegReport(
        sid=str(leg.sid),
        status=str(leg.status),
        to=str(leg.to or ""),
        from_number=str(getattr(leg, "_from", "") or ""),
        inbound=str(leg.direction or "") == "inbound",
        started_at=_aware(leg.start_time or leg.date_created),
        ended_at=_aware(leg.end_time),
    )


def _text(message: Any) -> TextReport:
    return TextReport(
        sid=str(message.sid),
        status=str(message.status),
        from_number=str(message.from_ or ""),
        to=str(message.to or ""),
        body=str(message.body or ""),
        inbound=str(message.direction or "") == "inbound",
        at=_aware(message.date_sent or message.date_created),
        problem=str(message.error_code or ""),
    )


def _aware(instant: datetime | None) -> datetime | None:
    """The library gives UTC, with or without saying so."""
    if instant is None or instant.tzinfo is not None:
        return instant
    return instant.replace(tzinfo=UTC)


def _asked(request: dict[str, Any]) -> AskedForLeg:
    """Parameters are spelt ``digits`` in events, ``Digits`` in requests; both are understood."""
    parameters = {
        str(name).casefold(): value for name, value in dict(request.get("parameters") or {}).items()
    }
    digits = parameters.get("digits")
    return AskedForLeg(str(request.get("url") or ""), None if digits is None else str(digits))
