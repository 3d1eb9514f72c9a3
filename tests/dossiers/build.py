"""Builders of test data: what a test does not say gets a plain value. They commit."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.dossiers import service
from app.dossiers.finding import search
from app.dossiers.mandates import service as mandates
from app.dossiers.mandates.models import Mandate
from app.dossiers.mandates.service import Paper
from app.dossiers.models import Dossier, Person, Piece, PortalEvent
from app.dossiers.vocabulary import PortalEventKind
from app.foundation import clock
from app.foundation.extensions import db
from app.tickets.models import Channel, Contact, Direction
from app.tickets.service import open_contact

NOW = datetime(2021, 6, 22, 8, 30, tzinfo=UTC)
_numbers = itertools.count(1)


def create_person(*numbers: str, **fields: Any) -> Person:
    """A person with these telephone numbers."""
    values = {"first_name": "Ana", "last_name": f"Test{next(_numbers)}", **fields}
    person = service.add_person(
        values.pop("first_name"), values.pop("last_name"), now=NOW, numbers=numbers, **values
    )
    db.session.commit()
    return person


def create_dossier(person: Person | None = None, **fields: Any) -> Dossier:
    """A dossier of ``person``, or of a new one."""
    person = person or create_person()
    values = {
        "reference": f"PF-TEST-{next(_numbers):05d}",
        "person_id": person.id,
        "training_title": "Soudeur",
        "created_at": NOW,
        **fields,
    }
    dossier = Dossier(**values)
    db.session.add(dossier)
    db.session.commit()
    return dossier


def create_event(dossier: Dossier, kind: PortalEventKind, at: datetime, **data: Any) -> None:
    """A portal event of a dossier."""
    db.session.add(PortalEvent(dossier_id=dossier.id, kind=kind, at=at, data=data))
    db.session.commit()


def create_piece(dossier: Dossier, **fields: Any) -> None:
    """A pièce of a dossier."""
    db.session.add(Piece(dossier_id=dossier.id, **fields))
    db.session.commit()


def create_mandate(person_id: int, by_id: int, **said: Any) -> Mandate:
    """A written mandate of a training centre, that holds today."""
    today = clock.local_day(clock.now())
    paper = Paper(
        "Marc Colin", "organisation", "formulaire signé", None, today + timedelta(days=90)
    )
    made = mandates.note_paper(person_id, replace(paper, **said), agent_id=by_id, now=clock.now())
    db.session.commit()
    return made


def create_contact(number: str | None = None, *, now: datetime = NOW, **fields: Any) -> Contact:
    """An incoming telephone contact."""
    contact = open_contact(channel=Channel.PHONE, direction=Direction.IN, number=number, now=now)
    for name, value in fields.items():
        setattr(contact, name, value)
    db.session.commit()
    return contact


def found_dossiers(query: str) -> list[Dossier]:
    """The dossiers that a search finds, the surest first."""
    return [dossier for each in search.search(query).found for dossier in each.dossiers]


def found_persons(query: str) -> list[int]:
    """The persons that a search finds, with or without a dossier, the surest first."""
    return [each.person.id for each in search.search(query).found]
