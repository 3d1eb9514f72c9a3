"""Rings people: the REST API's calls, and Dial with Client and Number."""

from __future__ import annotations

import time

from carrier import verbs
from carrier.conferences import Conference
from carrier.directory import Directory
from carrier.legs import LIVE, Device, HungUp, Leg, Redirected, Source, StatusCallback
from carrier.numbers import identity_of, normalise, outcome_of
from carrier.registry import Registry, Resource
from carrier.runner import Equipment, Runner, Woken
from carrier.twiml import Context
from carrier.webhooks import resolve


class Robot:
    """Answers the magic number that always answers; it has nothing to say."""

    media = False
    silent = True

    def notify(self, event: str, payload: dict[str, object]) -> None:
        """Hear, and do nothing."""


class Dialer:
    """Opens legs and brings them to an answer."""

    def __init__(self, equipment: Equipment, directory: Directory, registry: Registry) -> None:
        self._equipment = equipment
        self._board, self._calls = equipment.board, equipment.calls
        self._rooms = equipment.rooms
        self._directory = directory
        self._registry = registry

    def _runner(self, leg: Leg) -> Runner:
        return Runner(self._equipment, leg, self.dial)

    # -- towards the subscriber -----------------------------------------------------------------

    def incoming(self, device: Device, from_: str, line: Resource) -> Leg:
        """A telephone calls a number of the subscriber: its voice URL is asked."""
        callback = None
        if line["status_callback"]:
            callback = StatusCallback(line["status_callback"], line["status_callback_method"])
        leg = self._board.new_leg(
            from_,
            line["phone_number"],
            "inbound",
            callback=callback,
            status="ringing",
            device=device,
        )
        leg.fallback_url = line["voice_fallback_url"]
        leg.fallback_method = line["voice_fallback_method"]
        source = Source(line["voice_url"], line["voice_method"])
        self._board.spawn(self._runner(leg).run, source)
        return leg

    def from_client(self, device: Device, identity: str, to: str) -> Leg:
        """A softphone calls: the TwiML application's voice URL is asked."""
        leg = self._board.new_leg(
            f"client:{identity}", to, "inbound", status="ringing", device=device
        )
        application = self._registry.application()
        source = Source(application["voice_url"], application["voice_method"])
        self._board.spawn(self._runner(leg).run, source)
        return leg

    # -- from the subscriber --------------------------------------------------------------------

    def outgoing(
        self,
        to: str,
        from_: str,
        source: Source,
        timeout: float,
        callback: StatusCallback | None = None,
        unused: Conference | None = None,
    ) -> Leg:
        """The REST API calls somebody; ``source`` runs once they answer.

        ``unused`` is a conference opened for them, which ends if they never come.
        """
        leg = self._board.new_leg(from_, to, "outbound-api", callback=callback)
        leg.fallback_url, leg.fallback_method = source.fallback_url, source.fallback_method
        self._board.spawn(self._place, leg, source, timeout, unused)
        return leg

    def _place(self, leg: Leg, source: Source, timeout: float, unused: Conference | None) -> None:
        try:
            self._live(leg, source, timeout)
        finally:
            if unused:
                self._rooms.close_unused(unused)

    def _live(self, leg: Leg, source: Source, timeout: float) -> None:
        runner = self._runner(leg)
        try:
            if not self._ring(runner, timeout):
                return
        except HungUp:
            return
        except Redirected as moved:
            source = moved.source
        runner.run(source)

    def _ring(self, runner: Runner, timeout: float) -> bool:
        """Ring a leg until it is answered (True), or ends otherwise (False)."""
        leg = runner.leg
        self._calls.progress(leg, "queued", "initiated")
        if not self._start(leg):
            return False
        runner.topic = leg
        try:
            runner.idle(timeout * self._board.settings.pace)
        except Woken:
            return leg.status == LIVE
        self._calls.end(leg, "no-answer")
        return False

    def _start(self, leg: Leg) -> bool:
        """Make the leg ring; False when it ended at once."""
        forced = outcome_of(leg.to).call_status
        if forced == "failed":
            self._calls.end(leg, "failed")
            return False
        with self._board.lock:
            reachable = bool(self._directory.at(leg.to))
            if identity_of(leg.to) and not reachable:
                # Nobody is registered: SIP 480 at the provider, no-answer to the subscriber.
                self._calls.end(leg, "no-answer")
                return False
            if not self._calls.progress(leg, "ringing", "ringing"):
                return False
            if forced == "answered":
                robot = Robot()
                leg.ringing.append(robot)
                return self._calls.answered(leg, robot)
            self._directory.ring(leg)
        if forced in ("busy", "no-answer"):
            self._calls.end(leg, forced)
            return False
        return True

    # -- Dial with Client and Number ------------------------------------------------------------

    def dial(self, caller: Runner, verb: verbs.Dial, base: str) -> dict[str, str]:
        """Ring all parties, talk with the first who answers; the Dial's result."""
        room = self._rooms.open_bridge()
        caller.topic = room
        caller.leg.tell("ringback", on=True)
        children = [self._child(caller.leg, party, verb, base, room) for party in verb.parties]
        try:
            chosen = self._first(caller, children, room, verb.timeout)
            if chosen is None:
                return {"DialCallStatus": self._why(children)}
            for child in children:
                if child is not chosen:
                    self._calls.end(child, "canceled")
            caller.leg.tell("ringback", on=False)
            self._talk(caller, room, verb.time_limit)
        finally:
            caller.leg.tell("ringback", on=False)
            for child in children:
                self._calls.end(child)
            self._rooms.close(room)
        return {
            "DialCallStatus": "completed",
            "DialCallSid": chosen.sid,
            "DialCallDuration": str(chosen.duration),
        }

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
        leg = self._board.new_leg(
            verb.caller_id or caller.from_, to, "outbound-dial", callback=callback, parent=caller
        )
        whisper = Source(resolve(base, party.url), party.method) if party.url else None
        self._board.spawn(self._answer_child, leg, caller, whisper, room, verb.timeout)
        return leg

    def _answer_child(
        self, leg: Leg, caller: Leg, whisper: Source | None, room: Conference, timeout: float
    ) -> None:
        runner = self._runner(leg)
        try:
            if not self._ring(runner, timeout):
                return
            runner.topic = None
            while whisper is not None:
                whisper = runner.execute(whisper, Context.CALL)
            runner.topic = room
            if self._rooms.bridge(leg, caller, room):
                while (member := room.find(leg)) and room.mode(member) != "gone":
                    runner.stay(None, {})
        except HungUp:
            return
        except Redirected as moved:
            runner.run(moved.source)
            return
        self._calls.end(leg)

    def _first(
        self, caller: Runner, children: list[Leg], room: Conference, timeout: float
    ) -> Leg | None:
        """The child who joined the bridge first; None when all have ended without."""
        until = time.monotonic() + (timeout + 5) * self._board.settings.pace
        while time.monotonic() < until:
            if room.answered_by:
                return next(c for c in children if c.sid == room.answered_by)
            if all(child.over for child in children):
                return None
            try:
                caller.idle(0.1)
            except Woken:
                continue
        return None

    def _talk(self, caller: Runner, room: Conference, limit: float) -> None:
        until = time.monotonic() + limit
        while room.find(caller.leg) and (left := until - time.monotonic()) > 0:
            try:
                caller.idle(left)
            except Woken:
                continue

    @staticmethod
    def _why(children: list[Leg]) -> str:
        statuses = [child.status for child in children]
        return next((s for s in ("busy", "failed") if s in statuses), "no-answer")
