# ruff: noqa: E501 (tables of words)
"""Erasing a person: what says who she is goes, figures stay (a contact of that day, a dossier that was paid).

Rows that are hers alone are removed; elsewhere the texts that people wrote, numbers and addresses are emptied, and codes, dates and
amounts kept. A table that nobody thought of here has all its texts emptied, or its rows removed where it may not.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Enum, String, Text, and_, delete, exists, or_, select, update
from sqlalchemy.exc import DBAPIError

from app.accounts import journal
from app.administration.privacy import held, open_matters
from app.administration.privacy.models import Erasure
from app.calls.call import voicemail
from app.dossiers import store
from app.dossiers.finding import index
from app.dossiers.models import Dossier, Person
from app.dossiers.vocabulary import CLOSED
from app.foundation.database.sealed import Sealed
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.tickets.models import Contact, Message
from app.tickets.written import messages

KEEP_PERSONS = timedelta(days=5 * 365)  # since the last contact and the last step of a dossier
GONE_FIRST, GONE_LAST = "Personne", "effacée"

REMOVED = frozenset(
    {"person_phones", "person_nirs", "person_changes", "person_tokens", "dossier_ibans", "annotations", "feed_keys",
     "consents", "mandates", "merges", "duplicate_keys", "duplicate_pairs", "duplicate_pending"}
)  # fmt: skip
# Columns of texts that hold a code, never a person: they are what figures are counted from.
CODES: Mapping[str, frozenset[str]] = {
    "alerts": frozenset({"about", "wishes"}),
    "callbacks": frozenset({"language"}),
    "consultations": frozenset({"to_role", "group_name"}),
    "contacts": frozenset({"provider_sid"}),
    "calls": frozenset({"ref", "provider_sid", "direction", "language", "state", "outcome", "agent_leg_sid", "conference_sid", "person_leg_sid", "party_state", "party_leg_sid", "ended_by"}),
    "call_commands": frozenset({"commands"}),
    "call_events": frozenset({"key", "kind", "data"}),
    "call_parties": frozenset({"kind"}),
    "call_segments": frozenset({"kind"}),
    "deadlines": frozenset({"key", "kind"}),
    "dossiers": frozenset({"training_title", "training_action", "theme"}),
    "drifts": frozenset({"kind", "leg_sid"}),
    "holdings": frozenset({"phase"}),
    "incident_notices": frozenset({"way"}),
    "messages": frozenset({"address", "subject", "body", "original", "provider_key", "delivery_problem"}),  # erased by ``messages``
    "portal_commands": frozenset({"key", "slot"}),
    "portal_links": frozenset({"token_hash"}),
    "mails": frozenset({"message_id"}),
    "promises": frozenset({"origin"}),
    "script_acts": frozenset({"step_id", "action", "basis", "result", "made"}),
    "script_runs": frozenset({"script_id", "outcome"}),
    "script_run_steps": frozenset({"step_id", "posture", "posture_reason", "basis", "origin"}),
    "threads": frozenset({"act_key"}),
    "voicemails": frozenset({"recording_sid"}),
    "works": frozenset({"kind", "state", "language", "outcome"}),
    "work_events": frozenset({"kind", "data"}),
    "erasures": frozenset({"number", "counts"}),
}  # fmt: skip


def preview(person_id: int) -> dict[str, int]:
    """How many rows of each table would be emptied or removed. Raises NotFound."""
    rows = held.ids_of(store.person(person_id).id)
    return {name: len(found) for name, found in rows.items() if name in REMOVED or _texts(name)}


def erase(person_id: int, *, by_id: int | None, now: datetime, asked: bool = True) -> Erasure:
    """Erase a person; what its certificate says. Raises NotFound, Conflict when it was done already, or when
    somebody asks for it while we are answering that person (``open_matters``)."""
    person_id = store.person(person_id).id
    if asked:
        open_matters.refuse(held.ids_of(person_id))
    _erase_voices(person_id, by_id, now)
    with unit_of_work():
        done = db.session.scalar(select(Erasure).where(Erasure.person_id == person_id))
        if done is not None:
            raise Conflict("Cette personne est déjà effacée.", kept="Son certificat est gardé.")
        rows = held.ids_of(person_id)
        counts = {
            name: len(found) for name, found in rows.items() if name in REMOVED or _texts(name)
        }
        open_matters.end(rows, by_id=by_id, now=now)
        contacts = [row["id"] for row in rows.get("contacts", {}).values()]
        messages.erase(Message.contact_id.in_(contacts), now)
        db.session.flush()
        for name, found in rows.items():
            if name != "persons":
                _empty(name, list(found))
        connection = db.session.connection()
        connection.execute(
            update(Person.__table__).where(Person.id == person_id).values(**_nobody())
        )
        db.session.expire_all()
        index.refresh(connection, [person_id])
        made = Erasure(
            number=f"E-{now:%Y%m%d}-{secrets.token_hex(3).upper()}",
            person_id=person_id,
            counts=counts,
            asked=asked,
            by_id=by_id,
            at=now,
        )
        db.session.add(made)
        db.session.flush()
        journal.record(
            "person_erased",
            f"person:{person_id}",
            agent_id=by_id,
            now=now,
            detail={"erasure": made.id},
        )
    return made


def _erase_voices(person_id: int, by_id: int | None, now: datetime) -> None:
    """The sounds are at the provider, which takes no transaction of ours: first."""
    for row in held.ids_of(person_id).get("voicemails", {}).values():
        if row.get("deleted_at") is None and by_id is not None:
            voicemail.delete(row["id"], agent_id=by_id, now=now)


def _nobody() -> dict[str, Any]:
    """A person of whom nothing is known, whatever columns a person has."""
    values: dict[str, Any] = {}
    for column in Person.__table__.columns:
        if column.name in ("id", "created_at", "language"):
            continue
        if column.nullable:
            values[column.name] = None
        elif isinstance(column.type, String | Text) and not isinstance(column.type, Enum):
            values[column.name] = ""
    values |= {"first_name": GONE_FIRST, "last_name": GONE_LAST, "language": "fr"}
    values["search_name"] = Person(first_name=GONE_FIRST, last_name=GONE_LAST).search_name
    return values


def _texts(name: str) -> list[Any]:
    kept = CODES.get(name, frozenset())
    return [
        column
        for column in db.metadata.tables[name].columns
        if column.name not in kept
        and not isinstance(column.type, Enum)
        and isinstance(column.type, String | Text | JSON | Sealed)
        and not column.primary_key
    ]


def _empty(name: str, keys: list[tuple[Any, ...]]) -> None:
    """Remove these rows, or empty their texts; where the database wants a text, a dash, or the row goes."""
    table, connection = db.metadata.tables[name], db.session.connection()
    columns = _texts(name)
    if name not in REMOVED and not columns:
        return
    for key in keys:
        where = and_(*(each == value for each, value in zip(table.primary_key, key, strict=True)))
        if name in REMOVED:
            connection.execute(delete(table).where(where))
            continue
        for blank in ("", "—"):
            values = {column.name: _blank(column, key, blank) for column in columns}
            try:
                with connection.begin_nested():
                    connection.execute(update(table).where(where).values(values))
                break
            except DBAPIError:
                continue
        else:
            connection.execute(delete(table).where(where))


def _blank(column: Any, key: tuple[Any, ...], blank: str) -> Any:
    if isinstance(column.type, JSON):
        return {}
    if column.unique:
        return f"EFF-{key[0]}"
    return None if column.nullable else blank


def past_term(now: datetime) -> list[int]:
    """The persons whose term has come: no contact and no living dossier for five years."""
    limit = now - KEEP_PERSONS
    recent = exists().where(Contact.person_id == Person.id, Contact.opened_at >= limit)
    living = exists().where(
        Dossier.person_id == Person.id,
        or_(
            Dossier.inside.not_in(CLOSED),
            Dossier.created_at >= limit,
            Dossier.paid_on >= limit.date(),
            Dossier.decided_on >= limit.date(),
        ),
    )
    erased = exists().where(Erasure.person_id == Person.id)
    query = select(Person.id).where(Person.created_at < limit, ~recent, ~living, ~erased)
    return list(db.session.scalars(query.order_by(Person.id)))


def erase_past_term(now: datetime) -> int:
    """Erase them, each in a transaction of its own; how many."""
    ids = past_term(now)
    for person_id in ids:
        erase(person_id, by_id=None, now=now, asked=False)
    return len(ids)
