"""An account as an administrator's form shows and sends it: read, bounded, judged. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.dossiers import details
from app.dossiers.mail import address as mail_address
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import STAFF, Role

LOCALES = ("fr", "en")
LONGEST_NAME = 120
FIELDS = ("name", "email", "role", "languages", "locale")


@dataclass(frozen=True)
class Typed:
    """An account as it was typed: ``languages`` are those spoken with callers, ``locale`` is the pages'."""

    name: str = ""
    email: str = ""
    role: str = Role.FRONT
    languages: tuple[str, ...] = ("fr",)
    locale: str = "fr"

    @classmethod
    def of(cls, values: Mapping[str, str], languages: Sequence[str]) -> Typed:
        """The fields of a posted form, spaces tidied, bounded."""
        return cls(
            name=" ".join(values.get("name", "")[:1000].split()),
            email=values.get("email", "")[: mail_address.LONGEST_INPUT + 1].strip(),
            role=values.get("role", "")[:20],
            languages=in_order(languages),
            locale=values.get("locale", "")[:5],
        )

    def texts(self) -> dict[str, str]:
        """The values as texts: what is compared when two people edit (``app.foundation.edits``)."""
        return {
            "name": self.name,
            "email": self.email,
            "role": self.role,
            "languages": " ".join(self.languages),
            "locale": self.locale,
        }

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> Typed:
        """What ``texts`` gave."""
        values = {name: texts.get(name, "") for name in ("name", "email", "role", "locale")}
        return cls(**values, languages=in_order(texts.get("languages", "").split()))


@dataclass(frozen=True)
class Judged:
    """The values to store, or what is wrong by field."""

    values: Typed | None = None
    errors: dict[str, InvalidInput] = field(default_factory=dict)


def in_order(codes: Sequence[str]) -> tuple[str, ...]:
    """The languages that exist, each once, in the list's order."""
    return tuple(code for code in details.LANGUAGES if code in codes)


def judge(typed: Typed) -> Judged:
    """Can an account be so? An address is read as people paste it."""
    errors: dict[str, InvalidInput] = {}
    if not typed.name:
        errors["name"] = InvalidInput("Écrivez un nom : celui que vos collègues verront.")
    if len(typed.name) > LONGEST_NAME:
        errors["name"] = InvalidInput("Ce nom est trop long : 120 caractères au plus.")
    address = mail_address.read(typed.email)
    if isinstance(address, mail_address.Wrong):
        errors["email"] = InvalidInput(address.sentence)
    if typed.role not in STAFF:
        errors["role"] = InvalidInput("Choisissez le rôle dans la liste.")
    if not typed.languages:
        errors["languages"] = InvalidInput("Choisissez au moins une langue.")
    if typed.locale not in LOCALES:
        errors["locale"] = InvalidInput("Choisissez la langue des écrans dans la liste.")
    if errors or isinstance(address, mail_address.Wrong):
        return Judged(errors=errors)
    values = Typed(typed.name, address.text, typed.role, typed.languages, typed.locale)
    return Judged(values)
