"""What callers hear when Permanence cannot answer, and reading back what they typed. Pure.

Two static files, hosted apart (``telephony fallback --out DIR``): the first says that there is a
trouble and takes a number by the keypad, the second thanks. No program answers there: the
provider writes down the keys with each request it makes, and reconciliation reads them from it
when we are back.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from app.calls.spoken.verbs import Document, Elsewhere, Gather, HangUp, Say
from app.foundation.ports import AskedForLeg
from app.foundation.text import phone_numbers

FIRST, SECOND = "secours.xml", "merci.xml"
DIGITS = 10  # a number as it is typed in France
PATIENCE_S = 10  # between two keys: an elderly hand, a number read from a paper
LANGUAGES = ("fr", "en")

TEXTS = {
    "fr": {
        "ask": "Bonjour. La permanence téléphonique a un souci technique. Nous n'avons pas perdu "
        "votre appel : nous vous rappellerons. Tapez le numéro où vous joindre, dix chiffres. "
        "Pour être rappelé au numéro d'où vous appelez, tapez 1 puis dièse, ou restez en ligne.",
        "thanks": "Merci. C'est noté : nous vous rappellerons dès que possible. Au revoir.",
    },
    "en": {
        "ask": "Hello. The help line has a technical problem. Your call is not lost: we will call "
        "you back. Please key in the ten digits of the number where we can reach you. To be "
        "called back on the number you are calling from, press 1 then hash, or stay on the line.",
        "thanks": "Thank you. We will call you back as soon as we can. Goodbye.",
    },
}


def documents(base_url: str = "", method: str = "GET") -> dict[str, Document]:
    """What each file says. Without ``base_url`` the first leads to the second by a relative address.

    ``method``: GET, which every static host answers, or POST where numbers must stay out of its
    logs.
    """
    second = f"{base_url.rstrip('/')}/{SECOND}" if base_url else SECOND
    number = Gather(
        _said("ask"),
        Elsewhere(second, method),
        PATIENCE_S,
        keys=DIGITS,
        until_hash=True,
        even_empty=True,  # who types nothing is thanked too, and the request shows it
    )
    return {FIRST: (number,), SECOND: (*_said("thanks"), HangUp())}


def _said(key: str) -> tuple[Say, ...]:
    return tuple(Say(TEXTS[language][key], language) for language in LANGUAGES)


def was_heard(requests: Iterable[AskedForLeg]) -> bool:
    """Did the caller get to the second file: was she told that we call back?"""
    return any(_is(SECOND, asked) for asked in requests)


def number_typed(requests: Iterable[AskedForLeg]) -> str | None:
    """The number that she asked to be called at, in E.164 form; None: the one she called from."""
    typed = [asked.digits for asked in requests if _is(SECOND, asked) and asked.digits]
    return phone_numbers.stored(typed[-1]) if typed and len(typed[-1]) >= DIGITS else None


def _is(name: str, asked: AskedForLeg) -> bool:
    return urlsplit(asked.url).path.rpartition("/")[2] == name
