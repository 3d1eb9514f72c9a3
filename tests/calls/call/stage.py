"""A whole provider in a test's hand, in simulated time, whose callbacks may go wrong.

It carries out our commands (``ports.Telephony``), knows the truth (``ports.CallLog``), asks our real
webhooks for TwiML and does what they answer. What it merely *tells* us (status, conference, the
queue's end) goes through a channel that may lose, repeat, delay and so reorder it. What it *asks*
(incoming, wait, connect, agent) it needs the answer of: that comes once, or twice, in its order.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from xml.etree import ElementTree

from sqlalchemy import func, select

from app.accounts.models import Presence
from app.calls.call import service
from app.calls.call.life.states import LIVE
from app.calls.call.models import Call, CallCommand
from app.calls.call.store import events_of
from app.calls.provider import watch as provider_watch
from app.calls.provider.models import Drift
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.foundation.ports import AskedForLeg, LegReport, LegStatus, RoomReport, TextReport
from app.operations import ticker
from app.queue.models import Deadline
from tests.clients import StaffClient, post_signed
from tests.switchboard import FORM, LINE_NUMBER

BEGINNING = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)  # a Tuesday, the line is open
COMPARED_EVERY = 15.0  # seconds, as RECONCILE_SECONDS
LONGEST = timedelta(minutes=15)  # a journey that lasts longer is stuck
Script = Generator["Callable[[], bool] | float", None, None]


@dataclass(frozen=True)
class Channel:
    """What becomes of a callback: probabilities of losing and repeating it, longest delay (s)."""

    lost: float = 0.0
    repeated: float = 0.0
    asked_twice: float = 0.0
    longest_delay: float = 0.0


GOOD = Channel()


@dataclass
class Leg:
    """A leg as it truly is. ``place``: app, queue, or the name of a room."""

    report: LegReport
    place: str = "app"
    ends_room: bool = False
    queued_at: datetime = BEGINNING


@dataclass
class Stage:
    """One line, some agents, one call at a time."""

    client: StaffClient
    agents: Sequence[int]
    random: Random
    channel: Channel = GOOD
    now: datetime = BEGINNING
    legs: dict[str, Leg] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)  # name → SID, of those going on
    broken: set[int] = field(default_factory=set)  # agents whose softphone does not answer
    told: list[str] = field(default_factory=list)
    together_at: datetime | None = None
    caller: str = ""
    _sids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _due: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _next_compare: datetime = BEGINNING
    began: datetime = BEGINNING

    # --- time --------------------------------------------------------------------------------------

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        at = self.now + timedelta(seconds=seconds)
        heapq.heappush(self._due, (at, next(self._sids), act))

    def play(self, script: Script) -> Call:
        """Play a journey to its end, and a little longer: what is late arrives, what was lost is
        found; the call as it then is."""
        started, quiet_until = self.now, None
        self.began = started
        self._next_compare = self.now + timedelta(seconds=self.random.uniform(0, COMPARED_EVERY))
        want = next(script, None)
        while quiet_until is None or self.now < quiet_until or self._due:
            if want is not None and self._met(want):
                want = next(script, None)
                continue
            if want is None and quiet_until is None and self._over():
                quiet_until = self.now + timedelta(seconds=3 * COMPARED_EVERY)
            if self.now - started >= LONGEST:
                raise AssertionError(self._stuck())
            self._advance(quiet_until)
        self._rest()
        return self.call

    def _stuck(self) -> str:
        """What the record and the legs say, for whoever must find out why."""
        call = self.call
        lived = [f"{e.kind} {(e.at - self.began).total_seconds():.0f}" for e in events_of(call.id)]
        legs = [f"{leg.report.to} {leg.report.status} in {leg.place}" for leg in self.legs.values()]
        return f"stuck in {call.state}: {lived}; legs {legs}; told {self.told}"

    def _met(self, want: Callable[[], bool] | float) -> bool:
        if callable(want):
            return want()
        raise TypeError("wait with stage.pause(seconds)")

    def pause(self, seconds: float) -> Callable[[], bool]:
        """A condition: so many seconds from now."""
        at = self.now + timedelta(seconds=seconds)
        self.later(seconds, lambda: None)
        return lambda: self.now >= at

    def _advance(self, until: datetime | None) -> None:
        """To whatever comes next: something on its way, a deadline, a comparison."""
        deadline = db.session.scalar(select(func.min(Deadline.due_at)))
        command = db.session.scalar(select(func.min(CallCommand.tried_at)))
        db.session.rollback()
        moments = [self._next_compare, *([self._due[0][0]] if self._due else [])]
        moments += [max(deadline, self.now)] if deadline else []
        moments += [command + timedelta(seconds=7)] if command else []
        moments += [until] if until else []
        self.now = max(self.now, min(moments))
        if self._due and self._due[0][0] <= self.now:
            heapq.heappop(self._due)[2]()
        elif deadline is not None and deadline <= self.now:
            ticker.tick(self.now)
        elif self._next_compare <= self.now:
            self._next_compare = self.now + timedelta(seconds=COMPARED_EVERY)
            provider_watch.compare(self, self.now)
        elif command is not None:
            ticker.tick(self.now)

    def _over(self) -> bool:
        """Every leg has ended, and our record says so too."""
        return all(leg.report.over for leg in self.legs.values()) and self.call.state not in LIVE

    def _rest(self) -> None:
        """The agents finish their wrap-ups and are free again, as people do."""
        call = self.call
        for agent_id in self.agents:
            presence = db.session.get_one(Presence, agent_id, populate_existing=True).state
            db.session.rollback()
            if presence == "wrap_up":
                service.finish_wrap_up(call.ref, agent_id, now=self.now)
            elif presence != "available":
                service.choose_presence(agent_id, "available", None, now=self.now)

    # --- what is true ------------------------------------------------------------------------------

    @property
    def call(self) -> Call:
        """Our row of the call."""
        db.session.expire_all()
        call = db.session.scalars(select(Call).order_by(Call.id.desc()).limit(1)).one()
        db.session.rollback()
        return call

    def drifts(self) -> list[str]:
        """The differences that were found in this call."""
        return list(db.session.scalars(select(Drift.kind).where(Drift.call_id == self.call.id)))

    def live(self) -> Sequence[LegReport]:
        return [leg.report for leg in self.legs.values() if leg.report.status == "in-progress"]

    def calls_to(self, number: str, *, since: datetime) -> Sequence[LegReport]:
        reports = [leg.report for leg in self.legs.values()]
        return [r for r in reports if r.to == number and r.started_at and r.started_at >= since]

    def texts_to(self, number: str, *, since: datetime) -> Sequence[TextReport]:
        return ()

    def text(self, sid: str) -> TextReport | None:
        return None

    def report(self, leg_sid: str) -> LegReport | None:
        leg = self.legs.get(leg_sid)
        return leg.report if leg else None

    def room(self, name: str) -> RoomReport | None:
        sid = self.rooms.get(name)
        return RoomReport(sid, frozenset(self._in(name))) if sid else None

    def requests_of(self, _leg_sid: str) -> Sequence[AskedForLeg]:
        return ()

    def _in(self, name: str) -> list[str]:
        return [sid for sid, leg in self.legs.items() if leg.place == name and not leg.report.over]

    # --- our commands (ports.Telephony) ------------------------------------------------------------

    def call_agent(
        self, agent_id: int, *, ref: str, from_number: str, party_id: int | None = None
    ) -> str:
        party = "" if party_id is None else f"&party={party_id}"
        sid = self._ring(f"client:agent_{agent_id}")
        if agent_id in self.broken:
            self.later(10, lambda: self._end(sid, "no-answer"))
        else:
            self.later(1, lambda: self._answer(sid, f"/voice/agent?call={ref}{party}"))
        return sid

    def call_number(self, number: str, *, from_number: str, path: str) -> str:
        sid = self._ring(number)
        self.later(6, lambda: self._answer(sid, path))
        return sid

    def _ring(self, to: str) -> str:
        sid = self._sid()
        self.legs[sid] = Leg(LegReport(sid, "ringing", to, started_at=self.now))
        return sid

    def _sid(self) -> str:
        return f"CA{self.random.getrandbits(128):032x}"

    def _answer(self, sid: str, path: str) -> None:
        leg = self.legs[sid]
        if not leg.report.over:
            leg.report = replace(leg.report, status="in-progress")
            self._run(sid, path)

    def announce(self, conference: str, path: str) -> None:
        """Nobody listens here."""

    def redirect(self, leg_sid: str, path: str) -> None:
        leg = self.legs.get(leg_sid)
        if leg is None or leg.report.over:
            raise NotFound("cette communication est terminée")
        self.later(0.2, lambda: self._redirected(leg_sid, path))

    def _redirected(self, sid: str, path: str) -> None:
        if not self.legs[sid].report.over:
            self._leave(sid, "redirected")
            self._run(sid, path)

    def hang_up(self, leg_sid: str) -> None:
        self._end(leg_sid)

    def hold(self, conference: str, leg_sid: str, *, on: bool) -> None:
        """Nobody listens here."""

    def leg(self, leg_sid: str) -> LegStatus | None:
        report = self.report(leg_sid)
        return LegStatus(leg_sid, report.status, report.to) if report else None

    def softphone_token(self, identity: str, *, seconds: int) -> str:
        return "token"

    # --- what the provider asks, and does with the answer --------------------------------------------

    def _run(self, sid: str, path: str) -> None:
        """Ask for a document and follow it to where the leg stays."""
        leg = self.legs[sid]
        answer = self._ask(sid, path)
        for verb in answer:
            if verb.tag == "Enqueue":
                leg.place, leg.queued_at = "queue", self.now
                self._ask(sid, "/voice/wait", QueuePosition="1", QueueTime="0")
                return
            if verb.tag == "Dial" and (room := verb.find("Conference")) is not None:
                self._join(sid, room)
                return
            if verb.tag == "Redirect":
                self._run(sid, verb.text or "")
                return
            if verb.tag == "Hangup":
                break
        self._end(sid)

    def _ask(self, sid: str, path: str, **more: str) -> ElementTree.Element:
        form = self._form(sid, **more)
        times = 2 if self.random.random() < self.channel.asked_twice else 1
        for _ in range(times):
            response = post_signed(self.client, path, form)
            assert response.status_code == 200, (path, response.status_code, response.text)
        return ElementTree.fromstring(response.text)

    def _form(self, sid: str, **more: str) -> dict[str, str]:
        report = self.legs[sid].report
        known = {"CallSid": sid, "From": report.from_number or LINE_NUMBER, "To": report.to}
        return {**FORM, **known, "CallStatus": report.status, **more}

    # --- rooms, queue, ends --------------------------------------------------------------------------

    def _join(self, sid: str, room: ElementTree.Element) -> None:
        name, leg = room.text or "", self.legs[sid]
        self.rooms.setdefault(name, "CF" + self._sid()[2:])
        leg.place, leg.ends_room = name, room.get("endConferenceOnExit") == "true"
        if self.together_at is None and len(self._in(name)) == 2:
            self.together_at = self.now
        self._tell_room(name, "participant-join", sid)

    def _leave(self, sid: str, result: str) -> None:
        """Out of the queue or of the room that the leg is in."""
        leg, place = self.legs[sid], self.legs[sid].place
        leg.place = "app"
        if place == "queue":
            if result == "hangup":
                waited = str(int((self.now - leg.queued_at).total_seconds()))
                form = self._form(sid, QueueResult=result, QueueTime=waited)
                self._tell("/voice/left-queue", form)
            else:
                self._ask(sid, "/voice/left-queue", QueueResult=result)
        elif place != "app":
            self._tell_room(place, "participant-leave", sid)
            others = self._in(place)
            if leg.ends_room or not others:
                for other in others:
                    self._end(other)
                self.rooms.pop(place, None)

    def _end(self, sid: str, status: str = "completed") -> None:
        leg = self.legs.get(sid)
        if leg is None or leg.report.over:
            return
        leg.report = replace(leg.report, status=status, ended_at=self.now)
        self._leave(sid, "hangup")
        self._tell("/voice/status", self._form(sid, CallDuration="60"))

    # --- what the provider tells ---------------------------------------------------------------------

    def _tell_room(self, name: str, what: str, sid: str) -> None:
        form = {"ConferenceSid": self.rooms[name], "FriendlyName": name, "CallSid": sid}
        self._tell("/voice/conference", {**FORM, **form, "StatusCallbackEvent": what})

    def _tell(self, path: str, form: dict[str, str]) -> None:
        form = {**form, "Timestamp": format_datetime(self.now)}
        label = form.get("StatusCallbackEvent") or form.get("QueueResult") or form["CallStatus"]
        if self.random.random() < self.channel.lost:
            self.told.append(f"{label} lost")
            return
        copies = 2 if self.random.random() < self.channel.repeated else 1
        for _ in range(copies):
            delay = self.random.uniform(0, self.channel.longest_delay)
            self.told.append(f"{label} +{delay:.0f}")
            self.later(delay, lambda: self._deliver(path, form))

    def _deliver(self, path: str, form: dict[str, str]) -> None:
        response = post_signed(self.client, path, form)
        assert response.status_code < 300, (path, response.status_code, response.text)

    # --- what people do --------------------------------------------------------------------------------

    def dials(self, number: str) -> None:
        """Somebody rings the line."""
        self.caller = sid = self._sid()
        self.legs[sid] = Leg(
            LegReport(sid, "in-progress", LINE_NUMBER, number, True, started_at=self.now)
        )
        self._run(sid, "/voice/incoming")

    def caller_hangs_up(self) -> None:
        """The person puts the telephone down."""
        self._end(self.caller)

    def browser_dies(self) -> None:
        """The agent's softphone is gone in mid-call."""
        self._end(str(self.call.agent_leg_sid))
