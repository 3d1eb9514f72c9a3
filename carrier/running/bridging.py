"""Dial: rings parties, or takes who waits first in a queue, and lets two legs talk."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from carrier.line.conferences import Conference
from carrier.line.legs import LIVE, HungUp, Leg, Redirected, Source, StatusCallback, Summons, Wishes
from carrier.line.numbers import identity_of, is_number, normalise, outcome_of
from carrier.line.queues import QueueEntry
from carrier.line.recording import Recording
from carrier.running.collecting import seen_from
from carrier.running.hearing import Equipment, Pressed, Woken
from carrier.running.ringing import Ringer
from carrier.running.runner import Runner
from carrier.twiml import verbs
from carrier.twiml.voice import Context
from carrier.webhooks.fetching import resolve

LOOK = 0.1  # seconds between two looks at who has answered
RING_BUFFER = 5  # seconds that Twilio adds to every time-out


class Starred(Exception):
    """The caller pressed the star that hangs up on the other party (hangupOnStar)."""


class Bridges:
    """Lets legs talk two by two."""

    def __init__(
        self, equipment: Equipment, ringer: Ringer, own: Callable[[str], object | None]
    ) -> None:
        """``own``: what is known of a number of the account; None for any other."""
        self._equipment = equipment
        self._ringer = ringer
        self._own = own
        self._board, self._calls = equipment.board, equipment.calls
        self._rooms, self._queues = equipment.rooms, equipment.queues
        self._pace = equipment.board.settings.pace

    def runner(self, leg: Leg) -> Runner:
        """An interpreter for a leg, that can dial."""
        return Runner(self._equipment, leg, self.dial)

    def dial(self, caller: Runner, verb: verbs.Dial, base: str) -> dict[str, str]:
        """Connect a caller as ``verb`` says; the parameters of the Dial's action request."""
        if verb.parties and not self._may_show(caller.leg, verb.caller_id):
            told = f"Dial: Invalid callerId value: {verb.caller_id}"
            self._board.alert(caller.leg.sid, 13214, base, told)
            return {"DialCallStatus": "failed", "DialBridged": "false"}
        room = self._rooms.open_bridge()
        caller.topic = room
        caller.keys = [] if verb.hangup_on_star else None
        hook = seen_from(base, verb.recording)
        recording = None
        if verb.record == "record-from-ringing":
            recording = self._record(caller, hook)
        caller.leg.tell("ringback", on=True)
        others: list[Leg] = []
        found: dict[str, str] = {"DialBridged": "false"}
        try:
            chosen = self._connect(caller, verb, base, room, others)
            if chosen is not None:
                found = {"DialBridged": "true"}
                caller.leg.tell("ringback", on=False)
                if verb.record == "record-from-answer":
                    recording = self._record(caller, hook)
                self._talk(caller, room, verb.time_limit)
        except Starred:
            chosen = next((leg for leg in others if leg.sid == room.answered_by), None)
        finally:
            caller.topic = None
            caller.leg.tell("ringback", on=False)
            for child in others:
                self._calls.end(child)
            self._rooms.close(room)
            if recording:
                self._equipment.recordings.stop(recording)
        if recording:
            found |= self._equipment.recordings.params(recording)
        return found | self._result(chosen, others)

    def _may_show(self, caller: Leg, shown: str) -> bool:
        """May a Dial show this number? The account's own, the caller's, the one called, or a client's name."""
        number = normalise(shown)
        known = not shown or number in (caller.from_, caller.to) or identity_of(shown)
        return bool(known or self._own(number))

    def _record(self, caller: Runner, hook: verbs.Hook) -> Recording:
        return self._equipment.recordings.start(caller.leg.sid, "DialVerb", hook)

    def _result(self, chosen: Leg | None, others: list[Leg]) -> dict[str, str]:
        if chosen is None:
            return {"DialCallStatus": self._why(others)}
        seconds = chosen.duration if chosen.over else chosen.talked_for()
        return {
            "DialCallStatus": "completed",
            "DialCallSid": chosen.sid,
            "DialCallDuration": str(seconds),
        }

    def _connect(
        self, caller: Runner, verb: verbs.Dial, base: str, room: Conference, children: list[Leg]
    ) -> Leg | None:
        """The leg that talks with the caller; None when nobody came."""
        if verb.queue:
            return self._next_of_queue(caller, verb.queue, base, room, verb.timeout)
        rounds = [(party,) for party in verb.parties] if verb.sequential else [verb.parties]
        for parties in rounds:
            rung = [self._child(caller.leg, party, verb, base, room) for party in parties]
            children += rung
            chosen = self._first(caller, rung, room, verb.timeout)
            for child in rung:
                if child is not chosen:
                    self._calls.end(child, "canceled" if chosen else "no-answer")
            if chosen:
                return chosen
        return None

    # -- parties ----------------------------------------------------------------------------------

    def _child(
        self, caller: Leg, party: verbs.Party, verb: verbs.Dial, base: str, room: Conference
    ) -> Leg:
        callback = None
        if party.status_callback:
            callback = StatusCallback(
                resolve(base, party.status_callback),
                party.status_callback_method,
                party.events or ("completed",),
            )
        to = party.address if identity_of(party.address) else normalise(party.address)
        if not identity_of(to) and (outcome_of(to).call_refusal or not is_number(to)):
            told = f"Dial: Invalid phone number format: {to}"
            self._board.alert(caller.sid, 13223, base, told)
        leg = self._board.new_leg(
            normalise(verb.caller_id) or caller.from_,
            to,
            "outbound-dial",
            callback=callback,
            parent=caller,
            wishes=Wishes(
                send_digits=party.send_digits,
                detection=party.detection,
                detected=seen_from(base, party.detected),
                parameters=party.parameters,
            ),
        )
        whisper = Source(resolve(base, party.url), party.method) if party.url else None
        self._board.spawn(self._answer_child, leg, caller, whisper, room, verb.timeout)
        return leg

    def _answer_child(
        self, leg: Leg, caller: Leg, whisper: Source | None, room: Conference, timeout: float
    ) -> None:
        runner = self.runner(leg)
        try:
            if not self._ringer.ring(runner, timeout):
                return
            self._ringer.settle_in(runner)
            self._meet(runner, caller, whisper, room)
        except HungUp:
            return
        except Redirected as moved:
            runner.run(moved.source)
            return
        self._calls.end(leg)

    def _meet(self, runner: Runner, caller: Leg, whisper: Source | None, room: Conference) -> None:
        """Hear the whispered document, then talk with the caller until one of them leaves."""
        runner.topic = None
        while whisper is not None:
            whisper = runner.execute(whisper, Context.CALL)
        runner.topic = room
        if caller.status == "ringing":  # answerOnBridge
            self._calls.progress(caller, LIVE, "answered")
        if self._rooms.bridge(runner.leg, caller, room):
            while (member := room.find(runner.leg)) and room.mode(member) != "gone":
                runner.stay(None, {})
        runner.topic = None

    def _first(
        self, caller: Runner, children: list[Leg], room: Conference, timeout: float
    ) -> Leg | None:
        """The child who joined the bridge first; None when all have ended without."""
        until = time.monotonic() + (timeout + RING_BUFFER) * self._pace
        while time.monotonic() < until:
            if room.answered_by:
                return next(c for c in children if c.sid == room.answered_by)
            if all(child.over for child in children):
                return None
            self._wait(caller, LOOK)
        return None

    @staticmethod
    def _wait(caller: Runner, seconds: float) -> None:
        """Let time pass, until something changes in the room. Raises Starred."""
        try:
            caller.idle(seconds)
        except Woken:
            return
        except Pressed:
            if caller.keys and caller.keys[-1] == "*":
                raise Starred from None

    def _talk(self, caller: Runner, room: Conference, limit: float) -> None:
        until = time.monotonic() + limit * self._pace
        while room.find(caller.leg) and (left := until - time.monotonic()) > 0:
            self._wait(caller, left)

    @staticmethod
    def _why(children: list[Leg]) -> str:
        statuses = [child.status for child in children]
        return next((s for s in ("busy", "failed") if s in statuses), "no-answer")

    # -- who waits in a queue ---------------------------------------------------------------------

    def _next_of_queue(
        self, caller: Runner, noun: verbs.QueueNoun, base: str, room: Conference, timeout: float
    ) -> Leg | None:
        """Who waits first, once they talk with the caller; None when nobody does in time."""
        until = time.monotonic() + timeout * self._pace
        entry: QueueEntry | None = None
        while entry is None:
            entry = self._queues.take_first(noun.name)
            if entry is None:
                if time.monotonic() > until:
                    return None
                self._wait(caller, LOOK)
        told = {
            "QueueSid": entry.queue.sid,
            "QueueTime": str(entry.waited),
            "DequeingCallSid": caller.leg.sid,
        }
        whisper = Source(resolve(base, noun.url), noun.method, told) if noun.url else None
        member = entry.leg
        member.inbox.put(
            Summons(partial(self._meet, caller=caller.leg, whisper=whisper, room=room))
        )
        while not room.answered_by and not member.over:
            self._wait(caller, LOOK)
        return member if room.answered_by else None
