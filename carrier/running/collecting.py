"""Gather and Record: what a caller presses, says, and leaves after the beep."""

from __future__ import annotations

import time
from dataclasses import replace

from carrier.line.legs import HungUp, Redirected, Source
from carrier.line.recording import Recording
from carrier.running.hearing import Hearing, Pressed
from carrier.twiml import verbs
from carrier.webhooks.fetching import resolve

CONFIDENCE = "0.9"  # that words which came from code were understood
AUTO_SECONDS = 1.0  # of silence after words, where Twilio finds by itself what to wait for


def seen_from(base: str, hook: verbs.Hook) -> verbs.Hook:
    """A callback with its address as seen from the document at ``base``."""
    return replace(hook, url=resolve(base, hook.url)) if hook.url else hook


class Collecting(Hearing):
    """One leg that can be asked for keys, words, and a message."""

    def gather(self, verb: verbs.Gather, base: str) -> Source | None:
        """Collect keys or words; where they go, or None when nothing came."""
        keys: list[str] = []
        words: list[str] = []
        self.keys = keys if verb.takes_keys else None
        self.words = words if verb.takes_words else None
        self.leg.tell(
            "gathering",
            on=True,
            digits=verb.num_digits,
            keys=verb.takes_keys,
            words=verb.takes_words,
            language=verb.language,
        )
        try:
            self._collect(verb, keys, words)
        finally:
            self.keys, self.words, self.patient = None, None, False
            self.leg.tell("gathering", on=False)
        if words and not keys:
            said = {"SpeechResult": " ".join(words), "Confidence": CONFIDENCE}
            return Source(resolve(base, verb.action), verb.method, said)
        finished = keys.pop() if keys and keys[-1] == verb.finish_on_key else ""
        if not keys and not verb.action_on_empty:
            return None
        params = {"Digits": "".join(keys), "FinishedOnKey": finished, "msg": "Gather End"}
        return Source(resolve(base, verb.action), verb.method, params)

    def _collect(self, verb: verbs.Gather, keys: list[str], words: list[str]) -> None:
        self.patient = not verb.barge_in
        prompts = verb.prompts
        while not self._complete(verb, keys):
            try:
                for prompt in prompts:
                    self.prompt(prompt)
                prompts, self.patient = (), False
                pause = verb.timeout if keys or not words else verb.speech_timeout or AUTO_SECONDS
                self.idle(pause * self.pace)
                return
            except Pressed:
                prompts = ()

    @staticmethod
    def _complete(verb: verbs.Gather, keys: list[str]) -> bool:
        if verb.num_digits and len(keys) >= verb.num_digits:
            return True
        return bool(keys) and bool(verb.finish_on_key) and keys[-1] == verb.finish_on_key

    def record(self, verb: verbs.Record, base: str) -> Source | None:
        """Record a message; where to go on, or None when nothing was said."""
        if verb.play_beep:
            self.leg.tell("beep")
        started, self.keys = time.monotonic(), []
        recording = self.equipment.recordings.begin(self.leg, seen_from(base, verb.callback))
        recording.transcribes = verb.transcribe
        if verb.transcribe_callback:
            recording.transcribe_callback = resolve(base, verb.transcribe_callback)
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
        params = self.equipment.recordings.finish(self.leg, recording, seconds, key, trim=verb.trim)
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
