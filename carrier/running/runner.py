"""Runs the TwiML of one leg: the only task that reads the leg's mailbox.

Loading a document may fail (HTTP error, time-out, refused TwiML): the fallback URL is asked, then
the caller hears that the application failed, as on a real line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

from carrier.line.legs import LIVE, HungUp, Leg, Redirected, Source, Summoned
from carrier.line.rooms import NotInConference
from carrier.running.collecting import Collecting, seen_from
from carrier.running.hearing import SHORTEST_ROUND, Equipment, Woken
from carrier.twiml import verbs
from carrier.twiml.attributes import TwimlRefused
from carrier.twiml.voice import Context
from carrier.webhooks.fetching import WebhookFailed, resolve

APOLOGY = "We are sorry, an application error has occurred. Goodbye."


class ApplicationFailed(Exception):
    """Neither the document nor its fallback could be had."""


Dial = Callable[["Runner", verbs.Dial, str], dict[str, str]]


class Runner(Collecting):
    """One leg's interpreter. ``run`` returns when the leg is over.

    ``dial`` rings parties for it (``bridging.py``): runner, verb, the document's address.
    """

    def __init__(self, equipment: Equipment, leg: Leg, dial: Dial) -> None:
        super().__init__(equipment, leg)
        self._dial_parties = dial

    # -- documents ------------------------------------------------------------------------------

    def run(self, source: Source) -> None:
        """Run ``source`` and what it leads to, then hang up."""
        step: Source | None = source
        while step is not None:
            try:
                self.topic, self.keys, self.words = None, None, None
                step = self.execute(step, Context.CALL)
            except Redirected as moved:
                step = moved.source
            except HungUp:
                return
            except ApplicationFailed:
                self._apologise()
                step = None
        self.equipment.calls.end(self.leg)

    def execute(
        self, source: Source, context: Context, more: dict[str, str] | None = None
    ) -> Source | None:
        """Run one document; the next one it leads to, or None at its end."""
        instructions, base = self._load(source, context, more or {})
        if self.leg.status == "ringing":
            first = instructions[0] if instructions else None
            if isinstance(first, verbs.Reject):
                self._reject(first)
            if not (isinstance(first, verbs.Dial) and first.answer_on_bridge):
                self.pick_up()
        self.idle(0)  # a redirect or a hang-up may have come while the document was fetched
        for verb in instructions:
            following = self._do(verb, base)
            self.pick_up()  # who dialled with answerOnBridge in vain hears what follows
            if following is not None:
                return following
        return None

    def pick_up(self) -> None:
        """The subscriber answers an incoming leg, if it still rings."""
        if self.leg.status == "ringing":
            self.equipment.calls.progress(self.leg, LIVE, "answered")

    def _load(
        self, source: Source, context: Context, more: dict[str, str]
    ) -> tuple[tuple[verbs.Verb, ...], str]:
        try:
            return self._ask(source, context, more)
        except (WebhookFailed, TwimlRefused) as error:
            self.equipment.board.alert(self.leg.sid, error.code, source.url, str(error))
            fallback = source.fallback_url or self.leg.fallback_url
            if not fallback or context is not Context.CALL:
                raise ApplicationFailed from error
            reason = {"ErrorCode": str(error.code), "ErrorUrl": source.url}
        spare = Source(fallback, self.leg.fallback_method, params=reason)
        try:
            return self._ask(spare, context, more)
        except (WebhookFailed, TwimlRefused) as error:
            self.equipment.board.alert(self.leg.sid, error.code, fallback, str(error))
            raise ApplicationFailed from error

    def _ask(
        self, source: Source, context: Context, more: dict[str, str]
    ) -> tuple[tuple[verbs.Verb, ...], str]:
        params = self.equipment.board.call_params(self.leg) | source.params | more
        return self.equipment.documents.read(source, context, params, self.leg.sid)

    def _apologise(self) -> None:
        try:
            self._utter(verbs.Say(APOLOGY, "en-US"))
        except (HungUp, Redirected):
            return
        if self.leg.status == "ringing":
            self.equipment.calls.end(self.leg, "failed")

    def _reject(self, verb: verbs.Reject) -> NoReturn:
        self.equipment.calls.end(self.leg, "busy" if verb.reason == "busy" else "no-answer")
        raise HungUp

    def _do(self, verb: verbs.Verb, base: str) -> Source | None:
        match verb:
            case verbs.Say() | verbs.Play() | verbs.Pause():
                self.prompt(verb)
            case verbs.Gather():
                return self.gather(verb, base)
            case verbs.Redirect():
                return Source(resolve(base, verb.url), verb.method)
            case verbs.Enqueue():
                return self._enqueue(verb, base)
            case verbs.Leave():
                if self.equipment.queues.entry_of(self.leg) is not None:
                    raise LeftQueue
            case verbs.Dial():
                return self._dial(verb, base)
            case verbs.Record():
                return self.record(verb, base)
            case verbs.Hangup() | verbs.Reject():
                self.equipment.calls.end(self.leg)
                raise HungUp
            case verbs.Sms():
                return self._text(verb, base)
        return None

    # -- Enqueue --------------------------------------------------------------------------------

    def _enqueue(self, verb: verbs.Enqueue, base: str) -> Source | None:
        action = resolve(base, verb.action) if verb.action else ""
        entry = self.equipment.queues.join(self.leg, verb.name, action, verb.method, verb.max_size)
        if entry is None:
            self.idle(0)
            return self._after(action, verb.method, {"QueueResult": "queue-full"})
        wait = Source(resolve(base, verb.wait_url), verb.wait_method) if verb.wait_url else None
        result = ""
        try:
            self._loop(wait, Context.QUEUE, entry.wait_params)
        except Summoned as summoned:
            result = self._bridged(summoned)
        except LeftQueue:
            result = self._leaves("leave")
        except ApplicationFailed:
            result = self._leaves("system-error")
        return self._after(action, verb.method, entry.result_params(result))

    def _leaves(self, result: str) -> str:
        """Leave the queue by oneself, unless one was redirected or summoned at this instant."""
        if self.equipment.queues.leave(self.leg, result) is None:
            try:
                self.idle(0)
            except Summoned as summoned:
                return self._bridged(summoned)
        return result

    def _bridged(self, summoned: Summoned) -> str:
        summoned.summons.answer(self)
        return "bridged"

    @staticmethod
    def _after(action: str, method: str, params: dict[str, str]) -> Source | None:
        return Source(action, method, params) if action else None

    def _loop(
        self, source: Source | None, context: Context, more: Callable[[], dict[str, str]]
    ) -> None:
        """Run a waiting document over and over, until an exception ends the wait."""
        if source is None:
            self.leg.tell("music", on=True)
            try:
                self.idle(None)
            finally:
                self.leg.tell("music", on=False)
        step = source
        while source:
            started = time.monotonic()
            step = self.execute(step or source, context, more())
            if step is None and time.monotonic() - started < SHORTEST_ROUND:
                self.idle(SHORTEST_ROUND)

    # -- Dial -----------------------------------------------------------------------------------

    def _dial(self, verb: verbs.Dial, base: str) -> Source | None:
        started = time.monotonic()
        if verb.conference:
            self.pick_up()
            params = self._conference(verb.conference, base)
        else:
            params = self._dial_parties(self, verb, base)
        self.topic, self.keys = None, None
        if not verb.action:
            return None
        params.setdefault("DialCallDuration", str(int(time.monotonic() - started)))
        return Source(resolve(base, verb.action), verb.method, params)

    def _conference(self, noun: verbs.ConferenceNoun, base: str) -> dict[str, str]:
        wait_url = resolve(base, noun.wait_url) if noun.wait_url else noun.wait_url
        try:
            room = self.equipment.rooms.join(
                self.leg,
                noun,
                wait_url=wait_url,
                callback_url=resolve(base, noun.status_callback) if noun.status_callback else "",
                recording=seen_from(base, noun.recording),
            )
        except NotInConference:
            self.equipment.board.alert(
                self.leg.sid, 13240, base, "Dial->Conference: Invalid Whisper SID"
            )
            room = None
        if room is None:
            self.idle(0)
            return {"DialCallStatus": "failed"}
        participant = room.find(self.leg)
        self.topic = room
        while participant and (mode := room.mode(participant)) != "gone":
            source = None
            if mode == "waiting" and participant.wait_url:
                source = Source(participant.wait_url, participant.wait_method)
            elif mode == "held" and participant.hold_url:
                source = Source(participant.hold_url, participant.hold_method)
            self.stay(source, {"ConferenceSid": room.sid, "FriendlyName": room.name})
        return {"DialCallStatus": "answered", "ConferenceSid": room.sid}

    def stay(self, source: Source | None, params: dict[str, str]) -> None:
        """Wait until the topic changes, running ``source`` over and over if there is one."""
        try:
            if source is None:
                self.idle(None)
            else:
                self._loop(source, Context.CONFERENCE, lambda: params)
        except Woken:
            return
        except ApplicationFailed:
            self.stay(None, params)  # nothing to play: silence

    # -- Sms ------------------------------------------------------------------------------------

    def _text(self, verb: verbs.Sms, base: str) -> Source | None:
        ours, theirs = self.leg.to, self.leg.from_
        if self.leg.direction != "inbound":
            ours, theirs = theirs, ours
        callback = resolve(base, verb.status_callback) if verb.status_callback else ""
        sid = self.equipment.write(verb.from_ or ours, verb.to or theirs, verb.text, callback)
        status = "sent" if sid else "failed"
        params = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
        return self._after(resolve(base, verb.action) if verb.action else "", verb.method, params)


class LeftQueue(Exception):
    """A Leave was run by a leg that waits in a queue."""
