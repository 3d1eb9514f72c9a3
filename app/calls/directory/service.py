"""The directory that agents call from: entries read from what a manager typed, kept, journaled.

The journal keeps which entry and which fields, never a number or a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from app.accounts import journal
from app.calls.directory.models import DirectoryEntry
from app.foundation import edits
from app.foundation.database import paging
from app.foundation.database.paging import Page
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.lines.dialling import Refused, Use
from app.lines.numbers import reach

KINDS = ("service", "interpreter", "organisation", "other")
LABEL_LENGTH, NOTE_LENGTH = 80, 200
PAGE_SIZE = 50


@dataclass(frozen=True)
class Typed:
    """An entry as it was typed; what the form shows again when it is refused."""

    label: str = ""
    kind: str = "service"
    number: str = ""
    note: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Typed:
        """The fields of a posted form, spaces tidied, bounded."""
        read = {name: " ".join(values.get(name, "").split())[:400] for name in ("label", "note")}
        return cls(
            **read,
            kind=values.get("kind", "").strip(),
            number=values.get("number", "").strip()[: phone_numbers.LONGEST_RAW + 1],
        )


@dataclass(frozen=True)
class Judged:
    """The values to store, or what is wrong by field."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, InvalidInput] = field(default_factory=dict)


def judge(typed: Typed) -> Judged:
    """Read an entry. Numbers are taken as people write them: « 01.23 45-67 89 », « +32 2… »."""
    errors: dict[str, InvalidInput] = {}
    if not typed.label:
        errors["label"] = InvalidInput("Écrivez un nom : celui que les agents chercheront.")
    if len(typed.label) > LABEL_LENGTH:
        errors["label"] = InvalidInput("Ce nom est trop long : 80 caractères au plus.")
    if typed.kind not in KINDS:
        errors["kind"] = InvalidInput("Choisissez la sorte dans la liste.")
    if len(typed.note) > NOTE_LENGTH:
        errors["note"] = InvalidInput("Cette note est trop longue : 200 caractères au plus.")
    number = phone_numbers.stored(typed.number)
    if number is None:
        errors["number"] = InvalidInput(
            "Ce numéro n'est pas un numéro de téléphone. Exemple : 01 23 45 67 89."
        )
    values = {"label": typed.label, "kind": typed.kind, "number": number or "", "note": typed.note}
    return Judged({} if errors else values, errors)


def entries(number: int = 1) -> Page[DirectoryEntry]:
    """A page of them: those in use first, by name."""
    query = select(DirectoryEntry).order_by(
        DirectoryEntry.active.desc(), func.lower(DirectoryEntry.label), DirectoryEntry.id
    )
    return paging.page(query, number, PAGE_SIZE)


def entry(entry_id: int) -> DirectoryEntry:
    """One of them. Raises NotFound."""
    found = db.session.get(DirectoryEntry, entry_id)
    if found is None:
        raise NotFound("Cette ligne de l'annuaire n'existe pas.")
    return found


def shown(found: DirectoryEntry) -> dict[str, str]:
    """What the form of an entry shows."""
    number = phone_numbers.display(found.number)
    return asdict(Typed(found.label, found.kind, number, found.note))


def save(entry_id: int | None, typed: Typed, *, seen: str = "", by: int, now: datetime) -> Judged:
    """Add an entry, or change one (``seen``: what its form had shown); what is wrong comes back.

    Raises StaleEdit when somebody else changed it meanwhile; in both cases nothing is stored.

    A number stands once in the directory, so that nobody wonders which line is right.
    """
    judged = judge(typed)
    if judged.errors:
        return judged
    refused = reach.judge(judged.values["number"], Use.DIAL)
    if isinstance(refused, Refused):
        return Judged(errors={"number": refused.error(kept="")})
    with unit_of_work():
        if entry_id is not None:
            edits.refuse_stale(seen, shown(_locked(entry_id)), asdict(typed))
        other = db.session.scalar(
            select(DirectoryEntry.label).where(
                DirectoryEntry.number == judged.values["number"],
                DirectoryEntry.id != (entry_id or 0),
            )
        )
        if other is not None:
            taken = InvalidInput("Ce numéro est déjà dans l'annuaire : « %(label)s ».", label=other)
            return Judged(errors={"number": taken})
        _store(entry_id, judged.values, by, now)
    return judged


def _store(entry_id: int | None, values: dict[str, str], by: int, now: datetime) -> None:
    found = entry(entry_id) if entry_id is not None else DirectoryEntry(active=True)
    fields = [name for name, value in values.items() if getattr(found, name) != value]
    if not fields:
        return
    for name, value in values.items():
        setattr(found, name, value)
    db.session.add(found)
    db.session.flush()
    act = "directory_add" if entry_id is None else "directory_change"
    journal.record(act, f"directory:{found.id}", agent_id=by, now=now, detail={"fields": fields})


def _locked(entry_id: int) -> DirectoryEntry:
    found = db.session.scalar(
        select(DirectoryEntry)
        .where(DirectoryEntry.id == entry_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Cette ligne de l'annuaire n'existe pas.")
    return found


def switch(entry_id: int, *, active: bool, by: int, now: datetime) -> DirectoryEntry:
    """Take an entry out of what agents see, or put it back; it is never erased."""
    with unit_of_work():
        found = entry(entry_id)
        if found.active != active:
            found.active = active
            act = "directory_on" if active else "directory_off"
            journal.record(act, f"directory:{found.id}", agent_id=by, now=now)
    return found
