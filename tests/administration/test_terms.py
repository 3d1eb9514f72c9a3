"""Every text about a person has a term, or lives and goes with the person: the schema itself is asked."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import JSON, Enum, String, Text, func, select, update

from app.accounts.models import Agent
from app.administration.privacy import erasing, held, terms
from app.administration.privacy.terms import TERMS, Term
from app.assist.editing.models import ScreenReport
from app.assist.models import PortalLink
from app.dossiers.models import Dossier, Person
from app.dossiers.vocabulary import Inside
from app.foundation import clock
from app.foundation.database.sealed import Sealed
from app.foundation.extensions import db
from app.operations import retention
from app.tickets.exceptions.models import TrainingException
from app.tickets.incidents.models import Incident, IncidentNotice
from app.tickets.places.models import Booking, Place
from app.web.acts.keys import HEADER, new_key
from tests.clients import StaffClient
from tests.every_act import build_story
from tests.switchboard import Caller
from tests.web.test_once import send
from tests.world import build


def texts() -> set[tuple[str, str]]:
    """(table, column) of all that holds words, by the schema."""
    return {
        (table.name, column.name)
        for table in db.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String | Text | JSON | Sealed)
        and not isinstance(column.type, Enum)
        and not column.primary_key
    }


OURS = {(term.table, name) for term in TERMS for name in term.columns}
HERS = {(table, name) for table, names in terms.WITH_PERSON.items() for name in names}


def missing() -> set[str]:
    """The texts of which nobody says how long they are kept."""
    codes = {
        (t, n) for of in (erasing.CODES, terms.CODES) for t, names in of.items() for n in names
    }
    return {
        f"{table}.{column}"
        for table, column in texts() - OURS - HERS - codes
        if table not in terms.NOBODY and table not in terms.ELSEWHERE
    }


def test_no_text_is_without_a_term(app: Flask) -> None:
    assert missing() == set(), "say in app/administration/privacy/terms.py how long these are kept"
    assert set() == OURS & HERS
    assert texts() >= OURS | HERS
    assert {term.kind for term in TERMS} & {"messages", "voice_messages", "persons"} == set()
    assert len({term.kind for term in TERMS}) == len(TERMS)
    for table in (*terms.NOBODY, *terms.ELSEWHERE, *terms.CODES):
        assert table in db.metadata.tables, table
    for module in set(terms.ELSEWHERE.values()):
        importlib.import_module(module)


def test_who_is_nobody_refers_to_nobody(app: Flask) -> None:
    assert set(terms.NOBODY) & set(held.tables()) == set()


def test_erasing_and_the_export_hold_the_same_list(app: Flask) -> None:
    of_persons = set(held.tables())
    listed = [(t.table, t.columns) for t in TERMS] + list(terms.WITH_PERSON.items())
    for table, columns in listed:
        if table not in of_persons or table in erasing.REMOVED:
            continue
        emptied = {column.name for column in erasing._texts(table)}
        kept = {"language", "kind", "way"} if table in ("persons", "incident_notices") else set()
        assert set(columns) - emptied <= kept, table
        assert table not in held.DERIVED or table == "person_tokens"


def filled(term: Term) -> int:
    """Rows of a table, whatever they hold."""
    query = select(func.count()).select_from(terms.table_of(term))
    return db.session.connection().execute(query).scalar_one()


def test_what_is_past_its_term_goes_and_the_rest_stays(
    app: Flask, login: Callable[..., StaffClient], telephony: Any
) -> None:
    def dial(number: str) -> Caller:
        return Caller(app.test_client(), telephony, number).dial()  # type: ignore[arg-type]

    world = build(app, login, telephony)
    for step in build_story(world, login, dial).steps():  # a day in which everything is done
        send(app, step, {**world.values(), **step.values}, **{HEADER: new_key()})
    more_of_it()
    db.session.rollback()
    assert {t.kind for t in TERMS if not filled(t)} == set()
    now = clock.now()
    soon, later = now + timedelta(days=300), now + terms.OF_THE_SERVICE + timedelta(days=400)
    assert terms.counts(soon) == terms.counts(now)
    expected = retention.run(now=later, dry_run=True)
    assert {kind for kind in terms.counts(later) if not expected[kind]} == set()
    rows = {term.kind: filled(term) for term in TERMS}
    assert retention.run(now=later, dry_run=False) == expected
    db.session.rollback()
    for term in TERMS:
        gone = expected[term.kind] if term.removed else 0
        assert filled(term) == rows[term.kind] - gone, term.kind
    assert {kind: n for kind, n in terms.counts(later).items() if n} == {}
    again = retention.run(now=later, dry_run=False)
    assert {kind: n for kind, n in again.items() if n} == {}


def more_of_it() -> None:
    """What the story of the acts leaves out, or leaves in use: each is ended."""
    now, agent = clock.now(), db.session.scalars(select(Agent.id)).first()
    person = db.session.scalars(select(Person)).first()
    place = Place(
        key="x", name="x", town="x", town_folded="x", postcode="99130", address="x",
        updated_on=now.date(),
    )  # fmt: skip
    db.session.add(place)
    db.session.flush()
    db.session.add_all([
        Booking(place_id=place.id, person_id=person.id, at=now, welcomed_by="Sonia", state="booked",
                booked_by_id=agent, booked_at=now),
        ScreenReport(script_id="S01", step_id="x", seen="un bouton rouge", agent_id=agent, at=now,
                     handled_at=now, handled_by_id=agent),
    ])  # fmt: skip
    for model, values in (
        (PortalLink, {"step1_address": "https://portail.invalid/1"}),
        (Incident, {"title": "Panne", "state": "closed", "closed_at": now, "closed_by_id": agent}),
        (Dossier, {"inside": Inside.PAID, "paid_on": now.date()}),
        (TrainingException, {"state": "refused", "decided_at": now, "decided_by_id": agent}),
    ):
        db.session.execute(update(model.__table__).values(values))
    first = db.session.scalars(select(IncidentNotice.id)).first()
    numbered = update(IncidentNotice).where(IncidentNotice.id == first)
    db.session.execute(numbered.values(whom="+33639980101"))
    db.session.commit()
