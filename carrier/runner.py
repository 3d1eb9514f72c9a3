"""Runs the TwiML of one leg: the only task that reads the leg's mailbox.

Loading a document may fail (HTTP error, time-out, refused TwiML): the fallback URL is asked, then
the caller hears that the application failed, as on a real line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from carrier import verbs
from carrier.attributes import TwimlRefused
from carrier.board import Board
from carrier.calls import Calls
from carrier.courier import Courier
from carrier.documents import Documents
from carrier.legs import LIVE, Digit, HungUp, Leg, Redirected, Source
from carrier.queues import Queues
from carrier.recordings import Recording, Recordings
from carrier.rooms import NotInConference, Rooms
from carrier.twiml import Context
from carrier.webhooks import WebhookFailed, resolve

APOLOGY = "We are sorry, an application error has occurred. Goodbye."
SHORTEST_ROUND = 0.2  # seconds; a waiting document that lasts nothing does not spin


class ApplicationFailed(Exception):
    """Neither the document nor its fallback could be had."""


class Pressed(Exception):
    """A key came while keys were being collected."""


class Woken(Exception):
    """What the leg waits for has changed."""


Dial = Callable[["Runner", verbs.Dial, str], dict[str, str]]


@dataclass(frozen=True)
class Equipment:
    """What a runner works with."""

    board: Board
    calls: Calls
    courier: Courier
    documents: Documents
    queues: Queues
    recordings: Recordings
    rooms: Rooms


class Runner:
    """One leg's interpreter. ``run`` returns when the leg is over.

    ``dial`` rings parties for it (``dialer.py``): runner, verb, the document's address.
    """

    def __init__(self, equipment: Equipment, leg: Leg, dial: Dial) -> None:
        self.equipment = equipment
        self.leg = leg
        self._dial_parties = dial
        self.pace = equipment.board.settings.pace
        self.topic: object | None = None  # what wakes the leg now
        self.keys: list[str] | None = None  # being collected now

    # -- documents ------------------------------------------------------------------------------

    def run(self, source: Source) -> None:
        """Run ``source`` and what it leads to, then hang up."""
        step: Source | None = source
        while step is not None:
            try:
                self.topic, self.keys = None, None
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
            if instructions and isinstance(instructions[0], verbs.Reject):
                self._reject(instructions[0])
            self.equipment.calls.progress(self.leg, LIVE, "answered")
        self.idle(0)  # a redirect or a hang-up may have come while the document was fetched
        for verb in instructions:
            following = self._do(verb, base)
            if following is not None:
                return following
        return None

    def _load(
        self, source: Source, context: Context, more: dict[str, str]
    ) -> tuple[tuple[verbs.Verb, ...], str]:
        try:
            return self._ask(source, context, more), source.url
        except (WebhookFailed, TwimlRefused) as error:
            self.equipment.board.alert(self.leg.sid, error.code, source.url, str(error))
            fallback = source.fallback_url or self.leg.fallback_url
            if not fallback or context is not Context.CALL:
                raise ApplicationFailed from error
            reason = {"ErrorCode": str(error.code), "ErrorUrl": source.url}
        spare = Source(fallback, self.leg.fallback_method, params=reason)
        try:
            return self._ask(spare, context, more), fallback
        except (WebhookFailed, TwimlRefused) as error:
            self.equipment.board.alert(self.leg.sid, error.code, fallback, str(error))
            raise ApplicationFailed from error

    def _ask(
        self, source: Source, context: Context, more: dict[str, str]
    ) -> tuple[verbs.Verb, ...]:
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
                return self._gather(verb, base)
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
                return self._record(verb, base)
            case verbs.Hangup() | verbs.Reject():
                self.equipment.calls.end(self.leg)
                raise HungUp
        return None

    # -- time and keys --------------------------------------------------------------------------

    def idle(self, seconds: float | None) -> None:
        """Let ``seconds`` pass (None: for ever), hearing what comes meanwhile.

        Raises HungUp, Redirected, Pressed while keys are collected, Woken on the topic's change.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if until is None else max(0.0, until - time.monotonic())
            message = self.leg.receive(left)
            if message is None:
                return
            if isinstance(message, Digit):
                if self.keys is not None:
                    self.keys.append(message.key)
                    raise Pressed
            elif self.topic is not None and message.topic is self.topic:
                raise Woken

    def rounds(self, loop: int, once: Callable[[], None]) -> None:
        """Do something ``loop`` times, for ever if 0."""
        count = 0
        while loop == 0 or count < loop:
            started = time.monotonic()
            once()
            count += 1
            if loop == 0 and time.monotonic() - started < SHORTEST_ROUND:
                self.idle(SHORTEST_ROUND)

    # -- prompts --------------------------------------------------------------------------------

    def prompt(self, verb: verbs.Prompt) -> None:
        """Say, play or be silent."""
        loop = 1 if isinstance(verb, verbs.Pause) else verb.loop
        self.rounds(loop, lambda: self._utter(verb))

    def _utter(self, verb: verbs.Prompt) -> None:
        event, payload, seconds = self.equipment.documents.spoken(verb)
        self.leg.tell(event, **payload)
        self.idle(seconds)

    # -- Gather and Record ----------------------------------------------------------------------

    def _gather(self, verb: verbs.Gather, base: str) -> Source | None:
        keys: list[str] = []
        self.keys = keys
        self.leg.tell("gathering", on=True, digits=verb.num_digits)
        try:
            self._collect(verb, keys)
        finally:
            self.keys = None
            self.leg.tell("gathering", on=False)
        finished = keys.pop() if keys and keys[-1] == verb.finish_on_key else ""
        if not keys and not verb.action_on_empty:
            return None
        params = {"Digits": "".join(keys), "FinishedOnKey": finished, "msg": "Gather End"}
        return Source(resolve(base, verb.action), verb.method, params)

    def _collect(self, verb: verbs.Gather, keys: list[str]) -> None:
        prompting = True
        while not self._complete(verb, keys):
            try:
                if prompting:
                    for prompt in verb.prompts:
                        self.prompt(prompt)
                    prompting = False
                self.idle(verb.timeout * self.pace)
                return
            except Pressed:
                prompting = False

    @staticmethod
    def _complete(verb: verbs.Gather, keys: list[str]) -> bool:
        if verb.num_digits and len(keys) >= verb.num_digits:
            return True
        return bool(keys) and bool(verb.finish_on_key) and keys[-1] == verb.finish_on_key

    def _record(self, verb: verbs.Record, base: str) -> Source | None:
        callback = resolve(base, verb.status_callback) if verb.status_callback else ""
        if verb.play_beep:
            self.leg.tell("beep")
        started, self.keys = time.monotonic(), []
        recording = self.equipment.recordings.begin(
            self.leg, callback, verb.status_callback_method, verb.events
        )
        key = ""
        ended: HungUp | Redirected | None = None
        self.leg.tell("recording", on=True)
        try:
            key = self._until_key(verb, recording)
        except HungUp as gone:
            key, ended = "hangup", gone
        except Redirected as moved:
            ended = moved
        self.keys = None
        self.leg.tell("recording", on=False)
        seconds = time.monotonic() - started
        params = self.equipment.recordings.finish(self.leg, recording, seconds, key)
        action = Source(resolve(base, verb.action), verb.method, params)
        if isinstance(ended, HungUp) and params:  # told all the same; the answer does not matter
            params = self.equipment.board.call_params(self.leg) | params
            self.equipment.courier.send(self.leg.sid, action.url, action.method, params)
        if ended:
            raise ended
        return action if params else None  # nothing was said: the document goes on

    def _until_key(self, verb: verbs.Record, recording: Recording) -> str:
        """Wait for a key, for silence or for the greatest length; what ended it."""
        started = time.monotonic()
        until = started + verb.max_length * self.pace
        while (left := until - time.monotonic()) > 0:
            silent_at = (recording.loud_at or started) + verb.timeout * self.pace
            if recording.real or not recording.loud_at:  # others speak without end
                left = min(left, silent_at - time.monotonic())
            if left <= 0:
                break
            try:
                self.idle(left)
            except Pressed:
                key = (self.keys or [""])[-1]
                if key in verb.finish_on_key:
                    return key
        return ""

    # -- Enqueue --------------------------------------------------------------------------------

    def _enqueue(self, verb: verbs.Enqueue, base: str) -> Source | None:
        action = resolve(base, verb.action) if verb.action else ""
        entry = self.equipment.queues.join(self.leg, verb.name, action, verb.method)
        if entry is None:
            self.idle(0)
            return self._after(action, verb.method, {"QueueResult": "queue-full"})
        wait = Source(resolve(base, verb.wait_url), verb.wait_method) if verb.wait_url else None
        result = "leave"
        try:
            self._loop(wait, Context.QUEUE, entry.wait_params)
        except LeftQueue:
            if self.equipment.queues.leave(self.leg, "leave") is None:
                self.idle(0)  # redirected at the same instant
        except ApplicationFailed:
            self.equipment.queues.leave(self.leg, "system-error")
            result = "system-error"
        return self._after(action, verb.method, entry.result_params(result))

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
        params = (
            self._conference(verb.conference, base)
            if verb.conference
            else self._dial_parties(self, verb, base)
        )
        self.topic = None
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
                recording_callback=resolve(base, noun.recording_status_callback)
                if noun.recording_status_callback
                else "",
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


class LeftQueue(Exception):
    """A Leave was run by a leg that waits in a queue."""
