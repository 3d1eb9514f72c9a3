"""Fetches the documents that legs run: TwiML, or a sound file where Twilio takes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from carrier.line.board import Board
from carrier.line.legs import Source
from carrier.twiml import verbs
from carrier.twiml.attributes import Notes, TwimlRefused
from carrier.twiml.voice import Context, check_content_type, parse
from carrier.webhooks.fetching import Answer, WebhookFailed, Webhooks, resolve
from carrier.webhooks.history import History
from carrier.webhooks.sounds import Sounds

SOUNDS = ("audio/mpeg", "audio/mp3", "audio/wav", "audio/wave", "audio/x-wav")


class Documents:
    """Reads documents for the legs of the line, and writes each request down."""

    def __init__(self, board: Board, webhooks: Webhooks, history: History, sounds: Sounds) -> None:
        self._board = board
        self._webhooks = webhooks
        self._history = history
        self._sounds = sounds

    def read(
        self, source: Source, context: Context, params: Mapping[str, str], call_sid: str
    ) -> tuple[tuple[verbs.Verb, ...], str]:
        """The verbs of ``source``, and where they come from. Raises WebhookFailed or TwimlRefused."""
        if source.twiml is not None:
            return self._parse(source.twiml, source, context, call_sid), source.url
        answer = self._ask(source, params, call_sid)
        if not answer.ok:
            raise WebhookFailed(11200, source.url, f"HTTP {answer.status}")
        kind = answer.content_type.split(";")[0].strip().lower()
        if kind in SOUNDS and context is not Context.CALL:
            return (verbs.Play(source.url),), source.url
        check_content_type(answer.content_type)
        found = self._parse(answer.body, source, context, call_sid)
        base = answer.url or source.url
        return tuple(_absolute(verb, base) for verb in found), base

    def _parse(
        self, document: bytes | str, source: Source, context: Context, call_sid: str
    ) -> tuple[verbs.Verb, ...]:
        notes = Notes(self._board.settings.strict)
        found = parse(document, context, notes)
        for code, message in notes.told:
            self._board.alert(call_sid, code, source.url, message)
        return found

    def _ask(self, source: Source, params: Mapping[str, str], call_sid: str) -> Answer:
        history = self._history
        try:
            answer = self._webhooks.ask(source.url, source.method, params)
        except (WebhookFailed, TwimlRefused) as error:
            nothing = Answer(0, "", str(error).encode(), 0.0)
            history.note(call_sid, source.url, source.method, params, nothing)
            raise
        history.note(call_sid, source.url, source.method, params, answer)
        return answer

    def spoken(self, verb: verbs.Prompt) -> tuple[str, dict[str, Any], float]:
        """What a telephone is told of a prompt (event, payload), and how long it lasts."""
        settings = self._board.settings
        match verb:
            case verbs.Say():
                seconds = len(verb.text) / settings.speech_rate if settings.speech_rate else 0.0
                language = verb.language or settings.default_language
                return (
                    "said",
                    {
                        "text": verb.text,
                        "language": language,
                        "voice": verb.voice,
                        "seconds": seconds,
                    },
                    seconds,
                )
            case verbs.Play():
                seconds = 0.3 * len(verb.digits) or self._sounds.seconds(verb.url)
                seconds *= settings.pace
                return "played", {"url": verb.url, "digits": verb.digits}, seconds
            case verbs.Pause():
                return "paused", {"seconds": verb.length}, verb.length * settings.pace


def _absolute(verb: verbs.Verb, base: str) -> verbs.Verb:
    """The verb with its sounds' addresses as seen from the document at ``base``."""
    if isinstance(verb, verbs.Play) and verb.url:
        return replace(verb, url=resolve(base, verb.url))
    if isinstance(verb, verbs.Gather):
        prompts = tuple(
            replace(p, url=resolve(base, p.url)) if isinstance(p, verbs.Play) and p.url else p
            for p in verb.prompts
        )
        return replace(verb, prompts=prompts)
    return verb
