"""What is known of a person and can be corrected: read from a form, judged, compared. Pure.

A form sends some fields or all; only those that it sends are judged and changed. A person's telephones
are fields of their own, named by their row: ``phone-12`` and ``owner-12``, ``phone-new`` and
``owner-new`` for one more; an emptied one goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.dossiers.editing import reading
from app.dossiers.editing.sheets import Correction, Field, Kind
from app.dossiers.mail import address as mail_address
from app.dossiers.mail.address import Wrong
from app.dossiers.vocabulary import PhoneOwner, Reach
from app.foundation.exceptions import InvalidInput
from app.foundation.text import phone_numbers

PLAIN = (
    "last_name", "first_name", "born_on", "email", "language", "address",
    "helper", "helper_relation", "helper_phone", "prefers",
)  # fmt: skip
LENGTHS = {"last_name": 80, "first_name": 80, "address": 240, "helper": 160, "helper_relation": 80}
# What agents meet on such a line; a person may have another one, which is kept.
LANGUAGES = (
    "fr", "en", "ar", "es", "pt", "it", "ro", "ru", "uk", "tr", "fa", "ps", "ti", "so", "bn", "ta",
    "zh", "vi", "sq", "pl", "bg", "ka", "hy", "ln", "bm", "ff", "wo",
)  # fmt: skip
OLDEST = 130  # years
MOST_PHONES = 6
LONGEST_INPUT = 400
NEW = "new"


@dataclass(frozen=True)
class Phone:
    """A telephone as the form shows it: its row (None: a new one), its number, whose it is."""

    row: int | None
    e164: str
    owner: str = PhoneOwner.OWN.value

    @property
    def text(self) -> str:
        """« +33639980101 own »: what the history keeps."""
        return f"{self.e164} {self.owner}"


@dataclass(frozen=True)
class Details:
    """A person as stored; ``born_on`` in ISO or empty, as are all that are not known."""

    plain: Mapping[str, str]
    phones: tuple[Phone, ...] = ()


@dataclass(frozen=True)
class Judged:
    """The fields to store, or what is wrong by field. ``suggestion``: the address probably meant."""

    plain: dict[str, str] = field(default_factory=dict)
    phones: tuple[Phone, ...] | None = None
    errors: dict[str, InvalidInput] = field(default_factory=dict)
    suggestion: str | None = None


def form_of(details: Details) -> dict[str, str]:
    """The fields of the form, filled with what is stored."""
    shown = dict(details.plain)
    shown["helper_phone"] = phone_numbers.display(shown.get("helper_phone"))
    for each in details.phones:
        shown[f"phone-{each.row}"] = phone_numbers.display(each.e164)
        shown[f"owner-{each.row}"] = each.owner
    shown |= {"phone-new": "", "owner-new": PhoneOwner.OWN.value}
    return shown


def sent(form: Mapping[str, str]) -> dict[str, str]:
    """The fields that a form sends, bounded; whatever else is in it is left out."""
    names = [name for name in form if name in PLAIN or _phone_row(name) is not None]
    return {name: form[name][:LONGEST_INPUT] for name in names[: len(PLAIN) + 4 * MOST_PHONES]}


def _phone_row(name: str) -> str | None:
    kind, dash, row = name.partition("-")
    if not dash or kind not in ("phone", "owner"):
        return None
    return row if row == NEW or (row.isascii() and row.isdigit() and len(row) < 10) else None


def judge(typed: Mapping[str, str], today: date) -> Judged:
    """Read the fields that a form sent. Numbers and dates as people write them."""
    errors: dict[str, InvalidInput] = {}
    judged = Judged(phones=_phones(typed, errors), errors=errors)
    suggestion = None
    for name in PLAIN:
        if name not in typed:
            continue
        try:
            if name == "email":
                judged.plain[name], suggestion = _mail(typed[name])
            else:
                judged.plain[name] = _READERS.get(name, _words)(typed[name], name, today)
        except InvalidInput as error:
            errors[name] = error
    return Judged(judged.plain, judged.phones, errors, suggestion)


def _mail(typed: str) -> tuple[str, str | None]:
    if not typed.strip():
        return "", None
    read = mail_address.read(typed)
    if isinstance(read, Wrong):
        raise InvalidInput(read.sentence)
    return read.text, read.suggestion


def _name(typed: str, name: str, today: date) -> str:
    text = _words(typed, name, today)
    if not text:
        raise InvalidInput("Le prénom et le nom sont nécessaires.")
    return text


def _words(typed: str, name: str, _today: date) -> str:
    return reading.words(Field(name, Kind.WORDS, most=LENGTHS[name]), typed)


def _language(typed: str, _name: str, _today: date) -> str:
    code = typed.strip().lower()
    if not (code.isascii() and code.isalpha() and 2 <= len(code) <= 3):
        raise InvalidInput("Choisissez la langue dans la liste.")
    return code


def _born(typed: str, _name: str, today: date) -> str:
    text = typed.strip()
    if not text:
        return ""
    born = reading.day_of(text)
    if born is None:
        raise InvalidInput("Ce n'est pas une date. Écrivez-la ainsi : 24/12/1985.")
    if born > today or today.year - born.year > OLDEST:
        raise InvalidInput("Cela ne peut pas être une date de naissance : vérifiez l'année.")
    return born.isoformat()


def _phone(typed: str, _name: str, _today: date) -> str:
    if not typed.strip():
        return ""
    e164 = phone_numbers.stored(typed)
    if e164 is None:
        raise InvalidInput("Ce numéro n'est pas un numéro de téléphone. Exemple : 06 12 34 56 78.")
    return e164


def _prefers(typed: str, name: str, _today: date) -> str:
    return reading.read(
        Field(name, Kind.CHOICE, options=tuple(each.value for each in Reach)), typed
    )


_READERS = {
    "last_name": _name, "first_name": _name, "born_on": _born, "language": _language,
    "helper_phone": _phone, "prefers": _prefers,
}  # fmt: skip


def _phones(typed: Mapping[str, str], errors: dict[str, InvalidInput]) -> tuple[Phone, ...] | None:
    """The telephones that the form sends; None when it is not about them."""
    rows = [row for name in typed if name.startswith("phone-") and (row := _phone_row(name))]
    if not rows:
        return None
    owners = {owner.value for owner in PhoneOwner}
    found: dict[str, Phone] = {}
    for row in rows:
        try:
            e164 = _phone(typed[f"phone-{row}"], "", date.min)
        except InvalidInput as error:
            errors[f"phone-{row}"] = error
            continue
        owner = typed.get(f"owner-{row}", PhoneOwner.OWN.value)
        if owner not in owners:
            errors[f"phone-{row}"] = InvalidInput("Choisissez à qui est ce numéro, dans la liste.")
        elif e164 and e164 in found:
            errors[f"phone-{row}"] = InvalidInput("Ce numéro est déjà plus haut.")
        elif e164:
            found[e164] = Phone(None if row == NEW else int(row), e164, owner)
    if len(found) > MOST_PHONES:
        errors["phone-new"] = InvalidInput("Au plus %(most)s numéros.", most=MOST_PHONES)
    return tuple(found.values())


def corrections(before: Details, judged: Judged) -> tuple[Correction, ...]:
    """What storing this would change, one entry a field, in the form's order."""
    changed = [
        Correction(name, before.plain.get(name, ""), value)
        for name, value in judged.plain.items()
        if before.plain.get(name, "") != value
    ]
    return (*changed, *_phone_corrections(before.phones, judged.phones))


def _phone_corrections(
    before: tuple[Phone, ...], after: tuple[Phone, ...] | None
) -> Iterable[Correction]:
    if after is None:
        return
    now = {each.row: each for each in after if each.row is not None}
    for old in before:
        new = now.get(old.row or 0)
        if new is None or new.text != old.text:
            yield Correction("phone", old.text, new.text if new else "")
    known = {each.row for each in before}
    for each in after:
        if each.row is None or each.row not in known:
            yield Correction("phone", "", each.text)


def phone_of(kept: str) -> Phone | None:
    """The telephone that the history keeps as ``text``; None for none."""
    e164, _blank, owner = kept.partition(" ")
    return Phone(None, e164, owner or PhoneOwner.OWN.value) if e164 else None


def restored(shown: dict[str, str], field_name: str, former: str, present: str) -> dict[str, str]:
    """The form with a former value put back in it, for somebody to read and store (or not)."""
    if field_name in PLAIN:
        value = phone_numbers.display(former) if field_name == "helper_phone" else former
        return {**shown, field_name: value}
    phone, now = phone_of(former), phone_of(present)
    row = NEW
    for name, value in shown.items():
        if now and name.startswith("phone-") and phone_numbers.stored(value) == now.e164:
            row = name.partition("-")[2]
    number = phone_numbers.display(phone.e164) if phone else ""
    owner = phone.owner if phone else shown.get(f"owner-{row}", PhoneOwner.OWN.value)
    return {**shown, f"phone-{row}": number, f"owner-{row}": owner}
