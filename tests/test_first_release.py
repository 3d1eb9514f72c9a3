"""A database made at the first release, with what a morning had written into it, comes to today's with nothing lost.

``tests/fixtures/first_release.json`` is what the code of that release (revision 0002) wrote itself: a call taken,
put on hold, noted and followed by a script; one given up; a call-back asked for by key; a voicemail; one ringing and
one waiting when the service was stopped for the upgrade.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Date, DateTime, Engine, MetaData, func, select, text

from app.accounts.models import Agent
from app.calls.call import service, store
from app.calls.call.life import states
from app.calls.call.models import Call
from app.dossiers.finding import search
from app.dossiers.models import Annotation, Person
from app.foundation import clock
from app.foundation.extensions import db
from app.tickets.models import Contact
from tests.clients import StaffClient
from tests.fixtures.application import write_as_one_likes

FIRST = "0002"
ROWS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "fixtures" / "first_release.json").read_text()
)
PUT_THERE = ("provider_link", "lines")  # rows that the migrations make themselves
NEXT_ID = "SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
KEPT = ("agents", "persons", "dossiers", "pieces", "annotations", "contacts", "calls", "call_events", "callbacks",
        "voicemails", "script_runs", "journal")  # fmt: skip


def lay(engine: Engine) -> None:
    """Write the rows into the tables as they were then."""
    then = MetaData()
    then.reflect(engine)
    with engine.execution_options(write=True).begin() as connection:
        for table in then.sorted_tables:
            if table.name in PUT_THERE:
                connection.execute(table.delete())
            for row in ROWS.get(table.name, []):
                connection.execute(table.insert().values(_values(table, row)))
        if engine.dialect.name == "postgresql":  # the ids were given by hand
            for name in ROWS:
                if "id" in then.tables[name].c:
                    connection.execute(text(NEXT_ID.format(name=name)))


def _values(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    def of(name: str, value: Any) -> Any:
        kind = table.c[name].type
        if isinstance(kind, DateTime) and isinstance(value, str):
            return datetime.fromisoformat(value)
        if isinstance(kind, Date) and isinstance(value, str):
            return date.fromisoformat(value)
        return value

    return {name: of(name, value) for name, value in row.items()}


def test_a_database_of_the_first_release_is_todays(app: Flask) -> None:
    db.session.remove()
    downgrade(revision=FIRST)
    lay(db.engine)
    db.engine.dispose()
    upgrade()

    def count(name: str) -> int:
        return db.session.scalar(text(f"SELECT count(*) FROM {name}")) or 0

    assert {name: count(name) for name in KEPT} == {name: len(ROWS[name]) for name in KEPT}
    assert db.session.scalar(select(func.count(Annotation.id))) == 1
    noted = db.session.scalars(select(Contact).where(Contact.note != "")).one()
    assert (noted.reason, noted.note) == ("accounts", "Lien renvoyé, elle l'a ouvert.")

    # Every call is what its events say, those that were live when the service stopped too.
    for call in db.session.scalars(select(Call)):
        told = states.rebuild(
            call.received_at, store.events_of(call.id), outbound=store.is_outbound(call)
        )
        assert (told.state, told.outcome) == (call.state, call.outcome)
    live = [row.ref for row in db.session.scalars(select(Call).where(Call.state != "ended"))]
    db.session.remove()
    for ref in live:
        service.rebuild(ref)

    # Today's pages read it, and today's search finds who was there.
    write_as_one_likes()
    client: StaffClient = app.test_client()  # type: ignore[assignment]
    client.sign_in(db.session.scalars(select(Agent).where(Agent.role == "front")).one())
    person = db.session.scalars(select(Person).where(Person.first_name == "Éloïse")).one()
    assert [each.person.id for each in search.search("nguyen", shown=5).found] == [person.id]
    day = clock.local_day(db.session.scalar(select(func.min(Call.received_at))) or clock.now())
    pages = (
        "/desk",
        "/desk/idle",
        "/dossiers",
        "/dossiers/1",
        "/tickets",
        "/callbacks",
        "/messages",
        "/wall",
    )
    for page in (*pages, f"/reports/{day}"):  # fmt: skip
        assert client.get(page).status_code == 200, page
