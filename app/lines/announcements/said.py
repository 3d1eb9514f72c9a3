"""What the line says, in words or by a sound. French first; English complete. Pure.

Texts are the line's own (``Line.announcements``), or ours (``announcements.texts``); an uploaded
sound is played instead of either.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

from app.foundation.text.overseas_numbers import in_france
from app.lines.announcements.texts import DAYS, MONTHS, NEAR_DAYS, TEXTS

__all__ = ["DAYS", "TEXTS", "Phrase", "Play", "Say", "Speaker", "text"]

MUSIC = "/static/audio/attente.wav"  # eight seconds, made by bin/wait_music.py
SOUND = "/voice/sound/"
MINIMUM_SAMPLES = 5
# Up to which expected wait a band is said, and the longest wait that its words promise; in seconds.
BANDS = (
    (60, 60, "wait_1"),
    (150, 120, "wait_3"),
    (300, 300, "wait_5"),
    (600, 600, "wait_10"),
    (math.inf, math.inf, "wait_more"),
)


Own = Mapping[str, Mapping[str, str]]


def text(key: str, language: str, own: Own | None = None) -> str:
    """The line's own words for ``key`` in a language, else ours, else French."""
    return _words(key, language, own or {})[0]


def _words(key: str, language: str, own: Own) -> tuple[str, str]:
    """The words, and the language in which they are written."""
    for each in (language, "fr"):
        found = own.get(each, {}).get(key) or TEXTS.get(each, {}).get(key)
        if found:
            return found, each
    raise KeyError(key)


def has_words(key: str, language: str, own: Own | None = None) -> bool:
    """Can ``key`` be said in this very language?"""
    return _words(key, language, own or {})[1] == language


def playable(key: str) -> bool:
    """May a sound file stand for this announcement? Not where something is filled in."""
    return all(name is None for _t, name, _s, _c in Formatter().parse(TEXTS["fr"][key]))


@dataclass(frozen=True)
class Phrase:
    """One announcement to say, in a language, with what is filled in."""

    key: str
    language: str = "fr"
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """Words that a voice of this language speaks."""

    words: str
    language: str


@dataclass(frozen=True)
class Play:
    """A sound, at its whole address."""

    url: str


@dataclass(frozen=True)
class Speaker:
    """How a line speaks: its own words, and its sounds (the token of each key and language)."""

    own: Own = field(default_factory=dict)
    sounds: Mapping[tuple[str, str], str] = field(default_factory=dict)
    base_url: str = ""

    def speak(self, phrases: Iterable[Phrase]) -> tuple[Say | Play, ...]:
        """The phrases in order; words that follow each other in one language are one ``Say``."""
        heard: list[Say | Play] = []
        for phrase in phrases:
            token = playable(phrase.key) and self.sounds.get((phrase.key, phrase.language))
            if token:
                heard.append(Play(self.base_url + SOUND + token))
                continue
            written, language = _words(phrase.key, phrase.language, self.own)
            words = " ".join(written.format(**phrase.values).split())
            before = heard[-1] if heard else None
            if isinstance(before, Say) and before.language == language:
                heard[-1] = Say(f"{before.words} {words}", language)
            else:
                heard.append(Say(words, language))
        return tuple(heard)


def ours(key: str, language: str) -> Say:
    """Our own words, whatever the line's: nothing is asked of the database."""
    words, written_in = _words(key, language, {})
    return Say(words, written_in)


def incident_words(language: str, own: Own | None = None) -> str:
    """The incident's announcement as agents read it: the line's own, in French if need be."""
    return (own or {}).get(language, {}).get("incident") or (
        text("incident", "fr" if (own or {}).get("fr", {}).get("incident") else language, own)
    )


def expected_wait(
    waits: Sequence[float], position: int, *, waited: float = 0.0, at_least: float = 0.0
) -> str | None:
    """The key of an honest band for the expected wait, or None under five recent samples.

    The median of recent real waits, a little more for each person before, and no less than somebody
    before has waited already (``at_least``). None too once the caller has ``waited`` as long as was
    expected, or as the band's words promise: then nothing is known.
    """
    if len(waits) < MINIMUM_SAMPLES:
        return None
    median = sorted(waits)[len(waits) // 2]
    expected = max(median * (1 + 0.5 * (position - 1)), at_least)
    promised, key = next((words, key) for limit, words, key in BANDS if expected < limit)
    refuted = waited > 0 and waited >= min(expected, promised)
    return None if refuted and key != "wait_more" else key


def closed_words(
    opening: datetime | None,
    now: datetime,
    zone: ZoneInfo,
    language: str,
    own: Own | None = None,
) -> str:
    """« Fermé », and when the line opens next (``opening``) if that is known."""
    phrases = closed_phrases(opening, now, zone, language)
    return " ".join(text(p.key, p.language, own).format(**p.values) for p in phrases)


def closed_phrases(
    opening: datetime | None, now: datetime, zone: ZoneInfo, language: str
) -> list[Phrase]:
    """The same as phrases to say."""
    closed = Phrase("closed", language)
    if opening is None:
        return [closed]
    return [closed, Phrase("opens", language, spoken_moment(opening, now, zone, language))]


def spoken_moment(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> dict[str, str]:
    """``{"day": "demain", "time": "9 heures"}``; other days by name, those far away with a date."""
    local = at.astimezone(zone)
    spoken = language if language in DAYS else "fr"
    ahead = (local.date() - now.astimezone(zone).date()).days
    day = DAYS[spoken][local.weekday()]
    if 0 <= ahead < len(NEAR_DAYS[spoken]):
        day = NEAR_DAYS[spoken][ahead]
    elif ahead >= len(DAYS[spoken]):
        day = f"{day} {local.day} {MONTHS[spoken][local.month - 1]}"
    return {"day": day, "time": spoken_time(local, spoken)}


def asked_at(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """When a call-back was asked for, as it is said: « à 10 heures 12 », « hier à 17 heures »."""
    local, days = (
        at.astimezone(zone),
        (now.astimezone(zone).date() - at.astimezone(zone).date()).days,
    )
    english = language == "en"
    time = ("at " if english else "à ") + spoken_time(local, language)
    if days == 0:
        return time
    if days == 1:
        return f"{'yesterday' if english else 'hier'} {time}"
    return f"{'on ' if english else ''}{DAYS['en' if english else 'fr'][local.weekday()]} {time}"


def spoken_time(local: datetime, language: str) -> str:
    """A time of the day as it is said: « 9 heures 30 », « minuit »."""
    if not (local.hour or local.minute):
        return "midnight" if language == "en" else "minuit"
    if language == "en":
        return f"{local.hour}:{local.minute:02d}"
    hours = "heure" if local.hour < 2 else "heures"
    return f"{local.hour} {hours} {local.minute or ''}".strip()


def spelled(e164: str) -> str:
    """A number to be read aloud slowly: « 06, 39, 98, 01, 01 »; its digits two by two."""
    digits = in_france(e164) or e164.lstrip("+")
    return ", ".join(digits[i : i + 2] for i in range(0, len(digits), 2))


# What an agent hears of a call-back: nobody has « asked » for what we promised, or for a call that we
# missed.
_INTRODUCTIONS = {"agent": "promise_for_agent", "outage": "missed_for_agent"}


def callback_intro(
    name: str, asked: datetime, now: datetime, zone: ZoneInfo, language: str, source: str = ""
) -> str:
    """What an agent hears before the person is rung: who it is, when she asked. ``name``: or "".

    ``source``: how the call-back came to be (``CallBackSource``).
    """
    key = _INTRODUCTIONS.get(source, "callback_for_agent")
    time = asked_at(asked, now, zone, language)
    if key == "promise_for_agent":
        time = time.removeprefix("at " if language == "en" else "à ")
    words = text(key, language if language in DAYS else "fr")
    said = words.format(time=time, name=f"{name}." if name else "")
    return " ".join(said.split())
