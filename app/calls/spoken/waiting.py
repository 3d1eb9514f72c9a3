"""What a caller who waits is told at each round of music, and what her keys mean. Pure.

Every key that is said means something here, and no other does (a property test holds it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.lines.announcements.said import Own, Phrase, expected_wait, has_words
from app.lines.rules import LineRules

CALLBACK_KEY = "1"
LANGUAGE_KEYS = "9876543"  # the first further language is 9
EVERY = 3  # an incident and the languages are said at the first round, then each third one


@dataclass(frozen=True)
class Moment:
    """Where a caller is when a round begins.

    ``waits``: seconds that recent callers waited; ``waited``: that she has waited; ``longest_before``:
    that somebody before her has. ``serving``: how many agents answer calls now. ``open``: is the line
    open to new calls? ``served``: somebody is about to answer her. ``round`` counts from 1.
    """

    position: int
    waits: Sequence[float] = ()
    waited: float = 0.0
    longest_before: float = 0.0
    serving: int = 1
    round: int = 1
    language: str = "fr"
    open: bool = True
    incident: bool = False
    served: bool = False


@dataclass(frozen=True)
class Ask:
    """She wants to be called back."""


@dataclass(frozen=True)
class Speak:
    """She wants another language."""

    language: str


@dataclass(frozen=True)
class Stay:
    """Her key means nothing here: she keeps waiting."""


Wish = Ask | Speak | Stay


def offers_callback(rules: LineRules, moment: Moment) -> bool:
    """May a caller who waits be called back? At closing time its own rule may offer it alone, and it is
    offered whatever the rule once nobody is there to serve those who still wait."""
    return rules.callbacks or _asks_at_closing(rules, moment)


def _asks_at_closing(rules: LineRules, moment: Moment) -> bool:
    return not moment.open and (rules.closing == "callback" or not moment.serving)


def language_keys(rules: LineRules, language: str, own: Own | None = None) -> dict[str, str]:
    """The key of each other language that can be offered in its own words: ``{"9": "en"}``."""
    others = [
        code
        for code in rules.languages
        if code != language and has_words("choose_language", code, own)
    ]
    return dict(zip(LANGUAGE_KEYS, others, strict=False))


def meaning(key: str, rules: LineRules, moment: Moment, own: Own | None = None) -> Wish:
    """What a key pressed while waiting asks for."""
    if key == CALLBACK_KEY and offers_callback(rules, moment):
        return Ask()
    language = language_keys(rules, moment.language, own).get(key)
    return Speak(language) if language else Stay()


def phrases(moment: Moment, rules: LineRules, own: Own | None = None) -> list[Phrase]:
    """What is said before the music of this round."""
    language = moment.language
    if moment.served:
        return [Phrase("coming", language)]
    said = []
    seldom = moment.round % EVERY == 1
    if moment.incident and seldom:
        said.append(Phrase("incident", language))
    if moment.position == 1:
        said.append(Phrase("first", language))
    else:
        said.append(Phrase("position", language, {"position": moment.position}))
    said.append(Phrase(_wait(moment), language))
    said += _offer(moment, rules, language, seldom=seldom)
    if seldom:
        keys = language_keys(rules, language, own)
        said += [Phrase("choose_language", code, {"key": key}) for key, code in keys.items()]
    return said


def _wait(moment: Moment) -> str:
    """An honest band; nothing is promised while nobody is there to keep it."""
    if not moment.serving:
        return "nobody" if moment.open else "stay"
    band = expected_wait(
        moment.waits, moment.position, waited=moment.waited, at_least=moment.longest_before
    )
    return band or "stay"


def _offer(moment: Moment, rules: LineRules, language: str, *, seldom: bool) -> list[Phrase]:
    """« Tapez 1 », and after closing time that she is served all the same."""
    if _asks_at_closing(rules, moment):
        return [Phrase("closing_offer" if moment.serving else "closing_nobody", language)]
    said = [Phrase("closing_serve", language)] if not moment.open and seldom else []
    return [*said, Phrase("offer_callback", language)] if rules.callbacks else said
