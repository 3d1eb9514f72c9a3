"""A provider's records in a test's hand (ports.CallLog): legs, conferences, requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.foundation.exceptions import Unavailable
from app.foundation.ports import AskedForLeg, LegReport, RoomReport, TextReport


@dataclass
class FakeCallLog:
    """What the provider has written down; ``asked`` counts the requests it cost."""

    legs: dict[str, LegReport] = field(default_factory=dict)
    rooms: dict[str, RoomReport] = field(default_factory=dict)
    requests: dict[str, list[AskedForLeg]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    texts: dict[str, TextReport] = field(default_factory=dict)
    down: bool = False

    def begin(
        self,
        sid: str,
        *,
        to: str = "",
        from_number: str = "",
        at: datetime | None = None,
        inbound: bool = False,
    ) -> None:
        """A leg is in progress."""
        self.legs[sid] = LegReport(sid, "in-progress", to, from_number, inbound, at)

    def end(self, sid: str, at: datetime, status: str = "completed") -> None:
        """A leg ends; it leaves its conference."""
        self.legs[sid] = replace(self.legs[sid], status=status, ended_at=at)
        for name, room in self.rooms.items():
            self.rooms[name] = replace(room, legs=room.legs - {sid})

    def join(self, name: str, *legs: str, sid: str = "CF" + "1" * 32) -> None:
        """Legs enter a conference."""
        before = self.rooms.get(name, RoomReport(sid, frozenset()))
        self.rooms[name] = replace(before, legs=before.legs | set(legs))

    def _note(self, what: str) -> None:
        if self.down:
            raise Unavailable("le fournisseur ne répond pas")
        self.asked.append(what)

    def live(self) -> Sequence[LegReport]:
        self._note("live")
        return [leg for leg in self.legs.values() if leg.status == "in-progress"]

    def calls_to(self, number: str, *, since: datetime) -> Sequence[LegReport]:
        self._note("calls_to")
        return [
            leg
            for leg in self.legs.values()
            if leg.to == number and leg.started_at is not None and leg.started_at >= since
        ]

    def texts_to(self, number: str, *, since: datetime) -> Sequence[TextReport]:
        found = [each for each in self.texts.values() if each.to == number]
        return [each for each in found if each.at is not None and each.at >= since]

    def text(self, sid: str) -> TextReport | None:
        return self.texts.get(sid)

    def report(self, leg_sid: str) -> LegReport | None:
        self._note("report")
        return self.legs.get(leg_sid)

    def room(self, name: str) -> RoomReport | None:
        self._note("room")
        room = self.rooms.get(name)
        return room if room and room.legs else None

    def requests_of(self, leg_sid: str) -> Sequence[AskedForLeg]:
        self._note("requests_of")
        return self.requests.get(leg_sid, [])
