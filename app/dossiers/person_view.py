"""What screens show of a person's details, and of what was corrected in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.dossiers import corrections, details
from app.dossiers.models import Person, PersonChange
from app.dossiers.vocabulary import PhoneOwner, Reach
from app.dossiers.wording import Words
from app.foundation.text import phone_numbers


@dataclass(frozen=True)
class Former:
    """One value that was replaced: of which field, what it was, when and by whom."""

    id: int
    label: str
    before: str
    after: str
    when: str
    by: str


@dataclass(frozen=True)
class PersonView:
    """A person, ready to be read. ``refused``: when mail to the present address came back."""

    person: Person
    phones: Sequence[tuple[int, str, str]]
    refused: str
    confirmed: str
    former: Sequence[Former]


def of(person: Person, words: Words) -> PersonView:
    """Read and decide all that is shown of a person."""
    refused = corrections.refused_at(person)
    confirmed = person.email_confirmed_at
    return PersonView(
        person=person,
        phones=[
            (each.id, words.phone(each.e164), owner_word(each.owner.value))
            for each in person.phones
        ],
        refused=words.when(refused) if refused else "",
        confirmed=words.when(confirmed) if confirmed and person.email and not refused else "",
        former=[_former(change, words) for change in corrections.changes_of(person.id)],
    )


def _former(change: PersonChange, words: Words) -> Former:
    return Former(
        id=change.id,
        label=label(change.field),
        before=said(change.field, change.before, words),
        after=said(change.field, change.after, words),
        when=words.when(change.at),
        by=change.agent.display_name,
    )


def label(name: str) -> str:
    """The label of a field of the form, or of the history."""
    kind = name.partition("-")[0]
    return {
        "last_name": _("Nom"),
        "first_name": _("Prénom"),
        "born_on": _("Date de naissance"),
        "email": _("Mail"),
        "language": _("Langue"),
        "address": _("Adresse postale"),
        "helper": _("Qui aide sur place"),
        "helper_relation": _("Lien avec la personne"),
        "helper_phone": _("Téléphone de qui aide"),
        "prefers": _("À joindre plutôt par"),
        "phone": _("Téléphone"),
        "owner": _("À qui est ce numéro"),
    }[kind]


def said(name: str, value: str, words: Words) -> str:
    """A value as people read it; « — » for none."""
    if not value:
        return "—"
    kind, row, _id = name.partition("-")
    if kind == "phone" and row:  # a field of the form: as it was typed
        return value
    if kind == "born_on":
        return words.day(_date(value)) if _date(value) else value
    if kind == "prefers" and value in set(Reach):
        return words.label(Reach(value))
    if kind == "language":
        return words.language(value)
    if kind == "owner":
        return owner_word(value)
    if kind == "phone":
        phone = details.phone_of(value)
        return f"{words.phone(phone.e164)} ({owner_word(phone.owner)})" if phone else "—"
    return phone_numbers.display(value) if kind == "helper_phone" else value


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def owner_word(owner: str) -> str:
    """Whose telephone it is, in words."""
    return {
        PhoneOwner.OWN.value: _("la personne"),
        PhoneOwner.SHARED.value: _("partagé"),
        PhoneOwner.HELPER.value: _("qui aide"),
    }.get(owner, owner)


def owners() -> list[tuple[str, str]]:
    """The choices of the form."""
    return [(each.value, owner_word(each.value)) for each in PhoneOwner]


def ways(words: Words) -> list[tuple[str, str]]:
    """How somebody may wish to be reached."""
    return [("", _("sans préférence")), *((each.value, words.label(each)) for each in Reach)]


def languages(words: Words, present: str) -> list[tuple[str, str]]:
    """The languages to choose from, French first, then by name; the person's own among them."""
    codes = dict.fromkeys([*details.LANGUAGES, present or "fr"])
    named = sorted(((code, words.language(code)) for code in codes), key=lambda pair: pair[1])
    return sorted(named, key=lambda pair: pair[0] != "fr")
