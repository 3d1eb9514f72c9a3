"""TwiML of what a leg is answered: the one place that writes the provider's words.

twilio.com/docs/voice/twiml. A provider with another language is another module like this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, VoiceResponse
from twilio.twiml.voice_response import Gather as GatherElement

from app.calls.spoken.next_step import Door, Next
from app.calls.spoken.verbs import (
    Document,
    Elsewhere,
    Enqueue,
    Gather,
    HangUp,
    Join,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Say,
    Speech,
    Verb,
    room_of,
)

MEDIA_TYPE = "text/xml; charset=utf-8"
QUEUE = "permanence"
PARTIES = 6  # at most in a conversation
# What each voice's language is called (twilio.com/docs/voice/twiml/say/text-speech).
VOICES = {
    "fr": "fr-FR",
    "en": "en-GB",
    "es": "es-ES",
    "pt": "pt-PT",
    "it": "it-IT",
    "de": "de-DE",
    "ro": "ro-RO",
    "tr": "tr-TR",
    "uk": "uk-UA",
    "ar": "arb",
}
# Those of them that the default voice does not speak.
VOICE_NAMES = {
    "ro": "Polly.Carmen",
    "tr": "Polly.Filiz",
    "uk": "Google.uk-UA-Standard-A",
    "ar": "Polly.Zeina",
}


def render(document: Document) -> str:
    """The document in TwiML."""
    response = VoiceResponse()
    for verb in document:
        _add(response, verb)
    return str(response)


def files(documents: Mapping[str, Document]) -> dict[str, str]:
    """The content of files that say them, for a host that only copies."""
    return {name: render(document) + "\n" for name, document in documents.items()}


def no_reply() -> str:
    """What a text message is answered at once: nothing."""
    return str(MessagingResponse())


def _add(response: VoiceResponse, verb: Verb) -> None:
    match verb:
        case Say() | Play() | Pause():
            _speak(response, verb)
        case Gather():
            response.append(_gather(verb))
        case Enqueue(once_more):
            response.enqueue(
                QUEUE,
                wait_url=Door.WAIT,
                wait_url_method="POST",
                action=Next(Door.LEFT_QUEUE, again=1 if once_more else None).path,
                method="POST",
            )
        case Leave():
            response.leave()
        case Join():
            response.append(_conference(verb))
        case Redirect(to):
            response.redirect(to.path, method="POST")
        case Record():
            _record(response, verb)
        case HangUp():
            response.hangup()
        case _:
            assert_never(verb)


def _speak(into: VoiceResponse | GatherElement, speech: Speech) -> None:
    match speech:
        case Say(words, language):
            voice = {"voice": VOICE_NAMES[language]} if language in VOICE_NAMES else {}
            into.say(words, language=VOICES.get(language, VOICES["fr"]), **voice)
        case Play(url):
            into.play(url)
        case Pause(seconds):
            into.pause(length=seconds)
        case _:
            assert_never(speech)


def _gather(verb: Gather) -> GatherElement:
    asked: dict[str, Any] = {"timeout": verb.patience_s}
    if isinstance(verb.then, Elsewhere):
        asked |= {"action": verb.then.address, "method": verb.then.method, "input": "dtmf"}
    else:
        asked |= {"action": verb.then.path, "method": "POST"}
    if verb.keys is not None:
        asked["num_digits"] = verb.keys
    if verb.until_hash:
        asked["finish_on_key"] = "#"
    if verb.even_empty:
        asked["action_on_empty_result"] = True
    gather = GatherElement(**asked)
    for each in verb.says:
        _speak(gather, each)
    return gather


def _conference(verb: Join) -> Dial:
    dial = Dial()
    dial.conference(
        room_of(verb.ref),
        start_conference_on_enter=True,
        end_conference_on_exit=verb.caller,
        beep=False,
        max_participants=PARTIES,
        status_callback="/voice/conference",
        status_callback_method="POST",
        status_callback_event="join leave",
        muted=verb.muted,
        **({"coach": verb.coached} if verb.coached else {}),
    )
    return dial


def _record(response: VoiceResponse, verb: Record) -> None:
    response.record(
        max_length=verb.longest_s,
        timeout=verb.silence_s,
        finish_on_key="#",
        play_beep=True,
        action=verb.then.path,
        method="POST",
        recording_status_callback="/voice/recording",
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )
