"""Whom an agent may call or bring into a conversation, and how she names them.

A browser never sends a number that we know: it names the row (a colleague, an entry of the
directory, a person's telephone, an organisme); only a number typed by hand comes as itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale
from sqlalchemy import exists, select

from app.accounts.models import Agent, Connection, Presence
from app.accounts.presence import PresenceState
from app.calls.directory.models import DirectoryEntry
from app.dossiers.models import Dossier, Organisation, PersonPhone
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.foundation.text import outside, phone_numbers
from app.lines.numbers import short_numbers, short_reach
from app.tickets.models import Contact

LARGEST_ID = 2**31 - 1
MOST_ENTRIES = 300  # of the directory at a desk: a list that nobody would read through


@dataclass(frozen=True)
class Target:
    """A colleague (``agent_id``), or an outside number with its label."""

    agent_id: int | None = None
    number: str | None = None
    label: str = ""
    person_id: int | None = None


def named(body: Mapping[str, Any]) -> Target:
    """Whom a request means: ``agent_id``, ``entry_id``, ``phone_id``, ``organisation_id``,
    ``contact_id``, ``short`` (an emergency or listening number) or ``number``.

    Raises NotFound for a row that is gone, InvalidInput for anything else.
    """
    for name, find in _FINDERS.items():
        if body.get(name) is not None:
            return find(row_id(body[name]))
    if isinstance(body.get("short"), str):
        return short(short_numbers.read(body["short"]) or body["short"])
    if isinstance(body.get("number"), str):
        return typed(body["number"])
    raise InvalidInput("Dites qui appeler.")


def row_id(value: object) -> int:
    """The id of a row that a request names. Raises InvalidInput for what can be none."""
    found = outside.identifier(value)
    if found is None:
        raise InvalidInput("Dites qui appeler.")
    return found


def short(number: str) -> Target:
    """An emergency or listening number. Raises InvalidInput for one that we do not know; whether
    the line reaches it is asked where it would be called (``reach.check``)."""
    known = short_numbers.BY_NUMBER.get(number)
    if known is None:
        raise InvalidInput(
            "Le %(number)s est un numéro court que cette ligne ne sait pas appeler.",
            kept="Rien n'est parti.",
            todo="Composez-le sur votre téléphone.",
            number=number[:10],
        )
    return Target(number=known.number, label=known.label(str(get_locale() or "fr"))[:80])


def typed(raw: str) -> Target:
    """A number typed by hand, emergency numbers first. Raises InvalidInput."""
    as_short = short_numbers.read(raw)
    if as_short is not None:
        return short(as_short)
    number = phone_numbers.stored(raw)
    if number is None:
        raise InvalidInput("Ce numéro n'est pas un numéro de téléphone.", kept="Rien n'est parti.")
    return Target(number=number, label=phone_numbers.display(number))


def colleague(agent_id: int) -> Target:
    """A colleague who answers calls."""
    agent = db.session.get(Agent, agent_id)
    if agent is None or not agent.active or agent.role not in AGENTS:
        raise NotFound("Cette personne n'est pas dans l'équipe.")
    return Target(agent_id=agent.id, label=agent.display_name)


def entry(entry_id: int) -> Target:
    """Somebody of the directory."""
    found = db.session.get(DirectoryEntry, entry_id)
    if found is None or not found.active:
        raise NotFound("Ce numéro n'est plus dans l'annuaire.")
    return Target(number=found.number, label=found.label)


def phone(phone_id: int) -> Target:
    """One of a person's telephones."""
    found = db.session.get(PersonPhone, phone_id)
    if found is None:
        raise NotFound("Ce numéro n'est plus dans le dossier.")
    name = f"{found.person.first_name} {found.person.last_name}".strip()
    return Target(number=found.e164, label=name, person_id=found.person_id)


def organisation(organisation_id: int) -> Target:
    """An organisme de formation."""
    found = db.session.get(Organisation, organisation_id)
    if found is None or not found.phone:
        raise NotFound("Cet organisme n'a pas de numéro.")
    return Target(number=found.phone, label=found.name[:80])


def contact(contact_id: int) -> Target:
    """The number by which somebody reached us, from the list of contacts."""
    found = db.session.get(Contact, contact_id)
    if found is None or found.caller_number is None:
        raise NotFound("Ce numéro est masqué : on ne peut pas le rappeler.")
    if short_numbers.is_short(found.caller_number):
        return short(found.caller_number)
    shown = phone_numbers.display(found.caller_number)
    name = found.person.full_name if found.person else shown
    return Target(number=found.caller_number, label=name[:80], person_id=found.person_id)


_FINDERS = {
    "agent_id": colleague,
    "entry_id": entry,
    "phone_id": phone,
    "organisation_id": organisation,
    "contact_id": contact,
}


# --- what the desk offers ------------------------------------------------------------------------


def choices(contact: Contact | None, besides: int, line_id: int | None = None) -> dict[str, Any]:
    """Whom the desk offers: colleagues (the dossier's owner first), the dossier's numbers, the
    directory, emergency numbers. ``besides``: the agent who looks; ``line_id``: her call's line."""
    dossier = contact.dossier if contact else None
    return {
        "colleagues": _colleagues(besides, dossier.owner_id if dossier else None),
        "dossier": _numbers_of(contact, dossier),
        "emergency": [
            {
                "short": each.number,
                "label": each.label,
                "note": each.hours,
                "reachable": each.reachable,
                "written": each.written,
            }
            for each in short_reach.offered(line_id)
        ],
        "directory": [
            {"entry_id": e.id, "label": e.label, "kind": e.kind, "note": e.note}
            for e in db.session.scalars(
                select(DirectoryEntry)
                .where(DirectoryEntry.active.is_(True))
                .order_by(DirectoryEntry.kind, DirectoryEntry.label)
                .limit(MOST_ENTRIES)
            )
        ],
    }


def _colleagues(besides: int, owner_id: int | None) -> list[dict[str, Any]]:
    tab = exists().where(Connection.agent_id == Agent.id).label("connected")
    rows = db.session.execute(
        select(
            Agent.id,
            Agent.display_name,
            Agent.role,
            Presence.state.label("state"),
            Presence.reason.label("reason"),
            tab,
        )
        .join(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active.is_(True), Agent.role.in_(AGENTS), Agent.id != besides)
        .order_by(Agent.display_name)
    ).all()
    found = [
        {
            "agent_id": row.id,
            "name": row.display_name,
            "role": row.role,
            "state": row.state,
            "reason": row.reason,
            "owner": row.id == owner_id,
            "free": row.state == PresenceState.AVAILABLE and bool(row.connected),
        }
        for row in rows
    ]
    return sorted(found, key=lambda c: (not c["owner"], not c["free"], str(c["name"])))


def _numbers_of(contact: Contact | None, dossier: Dossier | None) -> list[dict[str, Any]]:
    numbers: list[dict[str, Any]] = []
    person = contact.person if contact else None
    for each in person.phones if person else ():
        shown = phone_numbers.display(each.e164)
        numbers.append({"phone_id": each.id, "label": shown, "kind": f"person_{each.owner}"})
    if dossier is not None and dossier.organisation and dossier.organisation.phone:
        organisme = dossier.organisation
        numbers.append(
            {"organisation_id": organisme.id, "label": organisme.name, "kind": "organisation"}
        )
    return numbers
