"""What the line says, and in which TwiML. French first; English complete.

Texts are the line's own (``Line.announcements``) or these. Plain and warm; a caller may be
stressed, and may not see well: one idea a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from twilio.twiml.voice_response import Dial, VoiceResponse

from app.calls import opening_hours

VOICES = {"fr": "fr-FR", "en": "en-GB"}
QUEUE = "permanence"
MUSIC = "/static/audio/attente.wav"  # eight seconds, made by bin/wait_music.py
MINIMUM_SAMPLES = 5

TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "greeting": "Bonjour, vous êtes bien à la permanence téléphonique du Portail des aides. "
        "Restez en ligne : une personne va vous répondre.",
        "incident": "Un incident technique touche le Portail des aides en ce moment. Nos équipes "
        "y travaillent. Si cela peut attendre, rappelez un peu plus tard.",
        "first": "Votre appel est le prochain.",
        "position": "Vous êtes à la place numéro {position}.",
        "wait_1": "L'attente est de moins d'une minute.",
        "wait_3": "L'attente est d'environ deux minutes.",
        "wait_5": "L'attente est de trois à cinq minutes.",
        "wait_10": "L'attente est de cinq à dix minutes.",
        "wait_more": "L'attente dépasse dix minutes. Merci de votre patience.",
        "stay": "Merci de patienter. Nous ne vous oublions pas.",
        "closed": "Bonjour. La permanence téléphonique est fermée en ce moment.",
        "opens": "Elle ouvre {day} à {time}. À bientôt.",
        "apology": "Nous avons un souci technique. Ne raccrochez pas : nous gardons votre appel "
        "et nous essayons de nouveau.",
        "gone": "La personne a raccroché.",
        "coach": "Une personne de l'encadrement nous écoute, pour aider.",
        "callback_for_agent": "Rappel demandé à {time}. {name} Nous l'appelons.",
        "callback_for_person": "Bonjour, c'est la permanence téléphonique du Portail des aides. "
        "Vous avez demandé à être rappelé. Tapez 1 pour parler à votre conseiller.",
        "goodbye": "Merci de votre appel. Au revoir.",
    },
    "en": {
        "greeting": "Hello, you have reached the help line of the grants portal. "
        "Please hold: somebody will answer you.",
        "incident": "A technical incident is affecting the grants portal at the moment. We are "
        "working on it. If it can wait, please call again a little later.",
        "first": "Your call is next.",
        "position": "You are number {position} in the queue.",
        "wait_1": "The wait is less than a minute.",
        "wait_3": "The wait is about two minutes.",
        "wait_5": "The wait is three to five minutes.",
        "wait_10": "The wait is five to ten minutes.",
        "wait_more": "The wait is more than ten minutes. Thank you for your patience.",
        "stay": "Thank you for holding. We have not forgotten you.",
        "closed": "Hello. The help line is closed at the moment.",
        "opens": "It opens {day} at {time}. Goodbye.",
        "apology": "We have a technical problem. Please stay on the line: we are keeping your "
        "call and trying again.",
        "gone": "The caller has hung up.",
        "coach": "A manager is listening, in order to help.",
        "callback_for_agent": "A call-back asked for at {time}. {name} We are calling now.",
        "callback_for_person": "Hello, this is the help line of the grants portal. You asked to be "
        "called back. Press 1 to speak with your adviser.",
        "goodbye": "Thank you for calling. Goodbye.",
    },
}
DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
BANDS = ((60, "wait_1"), (150, "wait_3"), (300, "wait_5"), (600, "wait_10"))


def text(key: str, language: str, own: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The line's own words for ``key`` in a language, else ours, else French."""
    mine = (own or {}).get(language, {}).get(key)
    return mine or TEXTS.get(language, TEXTS["fr"])[key]


def incident_words(language: str, own: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The incident's announcement as agents read it: the line's own, in French if need be."""
    return (own or {}).get(language, {}).get("incident") or (
        text("incident", "fr" if (own or {}).get("fr", {}).get("incident") else language, own)
    )


def expected_wait(waits: list[float], position: int) -> str | None:
    """The key of an honest band for the expected wait, or None under five recent samples.

    The median of recent real waits, a little more for each person before.
    """
    if len(waits) < MINIMUM_SAMPLES:
        return None
    median = sorted(waits)[len(waits) // 2]
    expected = median * (1 + 0.5 * (position - 1))
    return next((key for limit, key in BANDS if expected < limit), "wait_more")


def say(response: VoiceResponse, words: str, language: str) -> None:
    """Add spoken words in the caller's language."""
    response.say(words, language=VOICES.get(language, "fr-FR"))


def enqueue(response: VoiceResponse) -> None:
    """Put the leg in the queue; our wait page speaks to it every few seconds."""
    response.enqueue(
        QUEUE,
        wait_url="/voice/wait",
        wait_url_method="POST",
        action="/voice/left-queue",
        method="POST",
    )


def conference(ref: str, *, caller: bool, coached: str | None = None, muted: bool = False) -> Dial:
    """Join the call's conference. The caller's leaving ends it; the agent's does not.

    ``coached``: the leg of the agent who alone hears this one (a manager who whispers); ``muted``:
    he only listens.
    """
    coach: dict[str, str] = {"coach": coached} if coached else {}
    dial = Dial()
    dial.conference(
        f"call-{ref}",
        start_conference_on_enter=True,
        end_conference_on_exit=caller,
        beep=False,
        max_participants=6,
        status_callback="/voice/conference",
        status_callback_method="POST",
        status_callback_event="start end join leave hold",
        muted=muted,
        **coach,
    )
    return dial


def closed_words(
    hours: dict[str, object],
    now: datetime,
    zone: ZoneInfo,
    language: str,
    own: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """« Fermé », and when the line opens next if that is known."""
    words = text("closed", language, own)
    opening = opening_hours.next_opening(hours, now, zone)
    if opening is None:
        return words
    local = opening.astimezone(zone)
    day = DAYS.get(language, DAYS["fr"])[local.weekday()]
    time = spoken_time(local, language)
    return f"{words} {text('opens', language, own).format(day=day, time=time)}"


def spoken_time(local: datetime, language: str) -> str:
    """A time of the day as it is said: « 9 heures 30 »."""
    if language == "en":
        return f"{local.hour}:{local.minute:02d}"
    return f"{local.hour} heures {local.minute or ''}".strip()
