"""Numbers of overseas that were stored behind +33 are mended, in every column that holds one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select

from app.accounts.models import Agent
from app.calls.call.models import Call, CallParty
from app.calls.directory.models import DirectoryEntry
from app.dossiers.models import E164, Organisation, PersonPhone
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.text.phone_numbers import stored
from app.lines.models import Line
from app.tickets.models import CallBack, CallBackSource, CallBackState, Contact
from tests.dossiers.build import create_contact, create_person

NOW = datetime(2026, 6, 22, 8, tzinfo=UTC)
WRONG, RIGHT = "+33692123456", "+262692123456"
# Stored before, and what it becomes: the wrong ones, and those that look like them.
STORED = {
    "+33262123456": "+262262123456",
    "+33263123456": "+262263123456",
    "+33269612345": "+262269612345",
    "+33639123456": "+262639123456",
    "+33692123456": "+262692123456",
    "+33693123456": "+262693123456",
    "+33590123456": "+590590123456",
    "+33690123456": "+590690123456",
    "+33691223456": "+590691223456",
    "+33594123456": "+594594123456",
    "+33694123456": "+594694123456",
    "+33596123456": "+596596123456",
    "+33696123456": "+596696123456",
    "+33697123456": "+596697123456",
    "+33508411234": "+508411234",
    "+33976012345": "+590976012345",
    "+33976212345": "+262976212345",
    "+33639980101": "+33639980101",
    "+33612345678": "+33612345678",
    "+33261910001": "+33261910001",
    "+33976": "+33976",
    "+3269212345": "+3269212345",
    "+262692123450": "+262692123450",
}

# Made by later migrations: nothing wrong was ever stored there.
LATER = {
    ("persons", "helper_phone"),
    ("places", "phone"),  # as the standard's file writes it
    ("consents", "number"),  # read by the same plan as every other
    ("erasures", "number"),  # of a certificate: no telephone
}


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def migrate() -> None:
    """Run the migration on what the test has stored, as an upgrade does."""
    db.session.commit()
    db.session.remove()
    downgrade(revision="0006")
    upgrade()


def test_no_column_with_a_number_is_forgotten() -> None:
    mended = set(import_module("migrations.versions.0007_overseas_numbers").COLUMNS)
    found = {
        (table.name, column.name)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.type is E164 or "number" in column.name or "phone" in column.name
        if getattr(column.type, "length", None) in (16, 20)
    }
    assert found - LATER <= mended
    assert {name for name, _column in mended} <= set(inspect(db.engine).get_table_names())


def test_each_stored_number_becomes_the_one_that_exists() -> None:
    for wrong in STORED:
        person = create_person()
        with unit_of_work():
            db.session.add(PersonPhone(person_id=person.id, e164=wrong))
    migrate()
    found = set(db.session.scalars(select(PersonPhone.e164)))
    assert found == set(STORED.values())


def test_the_table_of_the_migration_reads_as_we_do_today() -> None:
    assert all(stored(wrong) == right for wrong, right in STORED.items() if len(wrong) == 12)


def test_all_the_columns_are_mended() -> None:
    contact = create_contact()
    line = Line(name="Réunion", number="+33262000001", mode="open")
    with unit_of_work():
        db.session.add(line)
        db.session.flush()
        call = Call(
            ref="r1", provider_sid="s1", line_id=line.id, received_at=NOW, number=WRONG,
            typed_number="+33262123456",
        )  # fmt: skip
        db.session.add(call)
        db.session.add(Organisation(name="OF", phone="+33590123456"))
        db.session.add(DirectoryEntry(label="CAF 974", kind="service", number="+33262900200"))
        contact.caller_number = WRONG
        db.session.add(_callback(line.id, WRONG, NOW))
        db.session.flush()
        ids = (call.id, contact.id)
    with unit_of_work():
        db.session.add(_party(ids[0]))
    migrate()
    call = db.session.get_one(Call, ids[0])
    assert (call.number, call.typed_number) == (RIGHT, "+262262123456")
    assert db.session.get_one(Contact, ids[1]).caller_number == RIGHT
    assert db.session.scalars(select(CallBack.number)).all() == [RIGHT]
    assert db.session.scalars(select(Organisation.phone)).all() == ["+590590123456"]
    assert db.session.scalars(select(DirectoryEntry.number)).all() == ["+262262900200"]
    assert db.session.scalars(select(CallParty.number)).all() == ["+594694123456"]
    assert db.session.scalars(select(Line.number)).all() == ["+262262000001"]


def test_a_row_that_stands_already_is_joined_not_doubled() -> None:
    person, other = create_person(RIGHT), create_person()
    with unit_of_work():
        line = Line(name="Ligne", number="+33199000100", mode="open")
        db.session.add(line)
        db.session.add(PersonPhone(person_id=person.id, e164=WRONG))
        db.session.add(PersonPhone(person_id=other.id, e164=WRONG))
        for label, number in (("juste", RIGHT), ("fausse", WRONG)):
            db.session.add(DirectoryEntry(label=label, kind="other", number=number))
        db.session.flush()
        db.session.add(_callback(line.id, RIGHT, NOW))
        db.session.add(_callback(line.id, WRONG, NOW - timedelta(hours=1)))
        ids = (person.id, other.id)
    migrate()
    held = db.session.execute(select(PersonPhone.person_id, PersonPhone.e164)).all()
    assert sorted(map(tuple, held)) == [(ids[0], RIGHT), (ids[1], RIGHT)]
    assert db.session.scalars(select(DirectoryEntry.label)).all() == ["juste"]
    open_, ended = db.session.scalars(select(CallBack).order_by(CallBack.id)).all()
    assert (open_.state, open_.number, open_.arrived_at) == (
        CallBackState.OPEN,
        RIGHT,
        NOW - timedelta(hours=1),
    )
    assert (ended.state, ended.number) == (CallBackState.CANCELLED, RIGHT)


def _callback(line_id: int, number: str, at: datetime) -> CallBack:
    return CallBack(
        number=number, line_id=line_id, source=CallBackSource.QUEUE, arrived_at=at, due_at=at
    )


def _party(call_id: int) -> CallParty:
    agent = Agent(email="a@b.fr", display_name="A", role="front", password_hash="")
    db.session.add(agent)
    db.session.flush()
    return CallParty(
        call_id=call_id, kind="outside", number="+33694123456", asked_by_id=agent.id, asked_at=NOW
    )
