"""What a caller of the closed line is offered, and what her keys mean. Pure.

Every key that is said means something here, and no other does (a property test holds it).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.lines.announcements.said import Phrase
from app.lines.rules import LineRules


class Wish(StrEnum):
    """What she may ask for. Two by SMS needs a mobile number; three is off by default."""

    CALLBACK = "callback"
    SMS = "sms"
    MESSAGE = "message"


KEYS = {Wish.CALLBACK: "1", Wish.SMS: "2", Wish.MESSAGE: "3"}
_SAID = {
    Wish.CALLBACK: "closed_callback",
    Wish.SMS: "closed_sms",
    Wish.MESSAGE: "closed_message",
}


@dataclass(frozen=True)
class Offers:
    """What this caller may ask for."""

    wishes: tuple[Wish, ...]

    def meaning(self, key: str) -> Wish | None:
        """What a key asks for; None when it is not offered."""
        return next((wish for wish in self.wishes if KEYS[wish] == key), None)

    def phrases(self, language: str) -> list[Phrase]:
        """The offers as they are said."""
        return [Phrase(_SAID[wish], language) for wish in self.wishes]


def offers(rules: LineRules, *, mobile: bool) -> Offers:
    """What the line's rules offer; the SMS only to a mobile telephone whose number is known."""
    wishes = (
        (Wish.CALLBACK, rules.callbacks),
        (Wish.SMS, mobile),
        (Wish.MESSAGE, rules.voicemail),
    )
    return Offers(tuple(wish for wish, offered in wishes if offered))
