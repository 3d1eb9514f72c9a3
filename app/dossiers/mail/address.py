"""Mail addresses as people type or dictate them: read, refused with a word, doubted. Pure.

An address is judged when it is typed, while the person who owns it can still be asked: the Portal's
account is bound to it, and a link sent to a mistyped one reaches a stranger or nobody (S05, S09).
What cannot be an address is refused; what can, but looks like a slip (``gmial.com``), is doubted
with a suggestion that nobody is forced to take: the owner's word is the last.

Length is judged before anything else, and nothing here takes more than one walk over the text.
The form is the one that mail servers take without extensions (RFC 5321, section 4.1.2, without
quoted names or addresses of machines): letters without accents, one ``@``, a domain with a dot.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from app.dossiers.mail import slips as mail_slips

LONGEST = 254  # RFC 5321, section 4.5.3.1.3, without the brackets of the path
LONGEST_NAME = 64
LONGEST_LABEL = 63
LONGEST_INPUT = 400  # what surrounds an address when it is pasted: a name, brackets, spaces

N_ = str  # marks a sentence for bin/translations.py


class Fault(StrEnum):
    """Why a text is no mail address."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_AT = "no_at"
    SEVERAL_AT = "several_at"
    NO_NAME = "no_name"
    SPACE = "space"
    ACCENT = "accent"
    SIGN = "sign"
    DOTS = "dots"
    NO_ENDING = "no_ending"
    DOMAIN = "domain"


FAULTS: dict[Fault, str] = {
    Fault.EMPTY: N_("Écrivez l'adresse mail."),
    Fault.TOO_LONG: N_("Cette adresse mail est trop longue."),
    Fault.NO_AT: N_("Il manque l'arobase (@) dans l'adresse mail."),
    Fault.SEVERAL_AT: N_("Il y a plusieurs arobases (@) dans l'adresse mail."),
    Fault.NO_NAME: N_("Il manque ce qui vient avant l'arobase (@)."),
    Fault.SPACE: N_("Il y a un espace dans l'adresse mail."),
    Fault.ACCENT: N_("Une adresse mail n'a ni accent ni cédille."),
    Fault.SIGN: N_("Il y a dans l'adresse mail un caractère qui ne peut pas y être."),
    Fault.DOTS: N_("Un point est de trop dans l'adresse mail."),
    Fault.NO_ENDING: N_("Il manque la fin de l'adresse mail, par exemple « .fr » ou « .com »."),
    Fault.DOMAIN: N_("Ce qui suit l'arobase (@) n'est pas complet."),
}


@dataclass(frozen=True)
class Address:
    """A possible address, in lower case; ``suggestion`` when another one looks more likely."""

    text: str
    suggestion: str | None = None


@dataclass(frozen=True)
class Wrong:
    """No address: why, and ``suggestion``, the one that was probably meant, when it can be told."""

    fault: Fault
    suggestion: str | None = None

    @property
    def sentence(self) -> str:
        """What to tell the person who typed it, in French; to be put through the translations."""
        return FAULTS[self.fault]


def read(typed: str | None) -> Address | Wrong:
    """Read an address as somebody typed or pasted it; never raises.

    What surrounds it is dropped (spaces, ``mailto:``, ``Name <…>``, a final dot), signs that
    cannot be seen too; its capitals are lowered, as mail providers do.
    """
    raw = typed or ""
    if len(raw) > LONGEST_INPUT:
        return Wrong(Fault.TOO_LONG)
    text = _bare(raw)
    fault = _fault(text)
    if fault is None:
        return Address(text, mail_slips.likelier(text))
    return Wrong(fault, _mended(text))


def _bare(raw: str) -> str:
    """The address alone, in lower case, in plain signs: what is pasted brings others along."""
    wide = unicodedata.normalize("NFKC", raw)
    text = "".join(_PLAIN.get(c, c) for c in wide if unicodedata.category(c) not in _UNSEEN)
    text = " ".join(text.split()).lower()
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1].strip()
    text = text.removeprefix("mailto:").strip(" <>\"'«»()[]")
    return text.strip(" ,;:").removesuffix(".").rstrip()


_UNSEEN = ("Cf", "Cc", "Mn")  # NFKC has already composed the accents that can be
_PLAIN = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-")
_PLAIN |= dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4`", "'")
_PLAIN |= {"\t": " ", "\n": " ", "\r": " "}

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_DIGITS = frozenset("0123456789")
_NAME_SIGNS = _LETTERS | _DIGITS | frozenset("!#$%&'*+/=?^_`{|}~-.")
_LABEL_SIGNS = _LETTERS | _DIGITS | frozenset("-")


def _fault(text: str) -> Fault | None:
    """The first thing to say about what is wrong, the whole before its parts."""
    if not text:
        return Fault.EMPTY
    if len(text) > LONGEST:
        return Fault.TOO_LONG
    if "@" not in text:
        return Fault.NO_AT
    if " " in text:
        return Fault.SPACE
    if text.count("@") > 1:
        return Fault.SEVERAL_AT
    name, _at, domain = text.partition("@")
    return _fault_of_name(name) or _fault_of_domain(domain)


def _fault_of_name(name: str) -> Fault | None:
    if not name:
        return Fault.NO_NAME
    if len(name) > LONGEST_NAME:
        return Fault.TOO_LONG
    if not _NAME_SIGNS.issuperset(name):
        return Fault.ACCENT if _NAME_SIGNS.issuperset(mail_slips.plain(name)) else Fault.SIGN
    return Fault.DOTS if _stray_dots(name) else None


def _fault_of_domain(domain: str) -> Fault | None:
    labels = domain.split(".")
    if not domain:
        return Fault.DOMAIN
    if not all(_LABEL_SIGNS.issuperset(label) for label in labels):
        plain = mail_slips.plain(domain).replace(".", "")
        return Fault.ACCENT if _LABEL_SIGNS.issuperset(plain) else Fault.SIGN
    if _stray_dots(domain):
        return Fault.DOTS
    if len(labels) == 1:
        return Fault.NO_ENDING
    if any(len(each) > LONGEST_LABEL or each[0] == "-" or each[-1] == "-" for each in labels):
        return Fault.DOMAIN
    ending = labels[-1]
    named = ending.startswith("xn--") or (len(ending) > 1 and _LETTERS.issuperset(ending))
    return None if named else Fault.NO_ENDING


def _stray_dots(part: str) -> bool:
    return part.startswith(".") or part.endswith(".") or ".." in part


def _mended(text: str) -> str | None:
    """The address that was probably meant, or None when nothing likely is one."""
    if not text or len(text) > LONGEST:
        return None
    guess = mail_slips.mended(text)
    if _fault(guess) is not None:
        return None
    return mail_slips.likelier(guess) or guess
