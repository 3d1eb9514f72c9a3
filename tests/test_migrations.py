"""Migrations go both ways on both databases, and their head is what the models say."""

from __future__ import annotations

import contextlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person, PersonPhone
from app.extensions import db
from app.tickets.models import Contact
from app.unit_of_work import unit_of_work

KEPT = (Person, PersonPhone, Dossier, Contact, Agent)


def test_the_head_is_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_down_to_nothing_and_up_again(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert "calls" in inspect(db.engine).get_table_names()


def test_every_migration_keeps_the_rows_that_others_refer_to(app: Flask) -> None:
    """Down to where persons were first told apart, and up again, with rows in the tables."""
    now = clock.now()
    person = Person(first_name="S", last_name="Haddad", search_name="haddad s", created_at=now)
    person.phones = [PersonPhone(e164="+33639980101")]
    agent = Agent(email="a@x.example", display_name="A", password_hash="!", role="front")
    with unit_of_work():
        db.session.add_all([person, agent])
        db.session.flush()
        dossier = Dossier(reference="PF-1", person_id=person.id, created_at=now)
        contact = Contact(person_id=person.id, channel="phone", direction="in", opened_at=now)
        contact.reason = "Pas de qualification"
        db.session.add_all([dossier, contact])
    db.session.remove()
    downgrade(revision="0004")
    upgrade()
    counts = [db.session.scalar(select(func.count()).select_from(t)) for t in KEPT]
    assert counts == [1] * len(KEPT)


@pytest.mark.parametrize(
    ("channel", "known"), [("form", True), ("voicemail", True), ("pigeon", False)]
)
def test_the_database_itself_knows_the_channels(app: Flask, channel: str, known: bool) -> None:
    """The constraint was changed in place (0002), and still refuses what is no channel."""
    statement = text(
        "INSERT INTO contacts (channel, direction, reason, note, opened_at)"
        " VALUES (:channel, 'in', 'Pas de qualification', '', '2026-06-22 08:00:00')"
    )
    with contextlib.ExitStack() as stack:
        if not known:
            stack.enter_context(pytest.raises(IntegrityError))
        with unit_of_work():
            db.session.execute(statement, {"channel": channel})


# One contact of each kind as it stood before messages were kept apart: (channel, direction, note, qualified).
BEFORE_MESSAGES = [
    ("sms", "in", "Je suis sourde,\nappelez ma fille", False),
    ("sms", "in", "Rappelée, tout est dit.", True),  # the agent's: hers were lost
    ("form", "in", "Après 14 h", False),
    ("form", "in", "", False),
    ("voicemail", "in", "", False),
    ("voicemail", "in", "Écouté.", True),
    ("phone", "in", "note commencée", False),
    ("mail", "out", "à relancer", False),
]
WORDS = (
    "SELECT contact_id, channel, body, provider_key, erased_at FROM messages ORDER BY contact_id"
)


def _notes() -> list[str]:
    rows = db.session.execute(text("SELECT note FROM contacts ORDER BY id")).scalars().all()
    db.session.remove()
    return list(rows)


def test_what_people_wrote_leaves_the_notes_and_comes_back(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="0007")
    with unit_of_work():
        for number, (channel, direction, note, qualified) in enumerate(BEFORE_MESSAGES, 1):
            db.session.execute(
                text(
                    "INSERT INTO contacts (id, channel, direction, reason, note, opened_at,"
                    " provider_sid, caller_number, qualified_at) VALUES (:id, :channel, :direction,"
                    " 'Suivi du dossier', :note, '2026-06-22 08:00:00', :key, '+33639980101', :done)"
                ),
                {
                    "id": number,
                    "channel": channel,
                    "direction": direction,
                    "note": note,
                    "key": f"K{number}",
                    "done": "2026-06-22 09:00:00" if qualified else None,
                },
            )
    db.session.remove()
    upgrade()
    words = [tuple(row) for row in db.session.execute(text(WORDS))]
    db.session.remove()
    assert [row[:4] for row in words] == [
        (1, "sms", "Je suis sourde,\nappelez ma fille", "K1"),
        (2, "sms", "", "K2"),
        (3, "form", "Après 14 h", "K3"),
        (4, "form", "", "K4"),
        (5, "voicemail", "", "K5"),
        (6, "voicemail", "", "K6"),
    ]
    assert [bool(row[4]) for row in words] == [False, True, False, False, False, False]
    assert _notes() == [
        "", "Rappelée, tout est dit.", "", "", "", "Écouté.", "note commencée", "à relancer",
    ]  # fmt: skip
    with unit_of_work():
        db.session.execute(text("UPDATE contacts SET note = 'Vu.' WHERE id = 3"))
    db.session.remove()
    downgrade(revision="0007")
    expected = [note for _c, _d, note, _q in BEFORE_MESSAGES]
    expected[2] = "Vu.\n\nAprès 14 h"
    assert _notes() == expected
    upgrade()


@pytest.mark.parametrize(
    ("reason", "done", "kind"),
    [
        ("Parle de détresse au téléphone", False, "distress"),
        ("Message très INQUIÉTANT", False, "distress"),
        ("Urgence : plus de loyer", False, "urgent"),
        ("Promis à la formatrice", False, "priority"),
        ("Détresse, réglée", True, "priority"),
    ],
)
def test_open_flags_that_say_danger_are_flags_of_danger(
    app: Flask, reason: str, done: bool, kind: str
) -> None:
    """0011 reads what was written before there was a kind."""
    from tests.dossiers.build import create_dossier

    dossier_id = create_dossier().id
    db.session.remove()
    downgrade(revision="0010")
    with unit_of_work():
        values = {
            "dossier": dossier_id,
            "reason": reason,
            "done": "2026-01-02 08:00:00" if done else None,
        }
        db.session.execute(
            text("INSERT INTO agents (email, display_name, password_hash, role, languages, locale,"
                 " active, session_epoch) VALUES ('a@b', 'A', '!', 'front', '[]', 'fr', true, 0)")
        )  # fmt: skip
        db.session.execute(
            text("INSERT INTO priority_flags (dossier_id, author_id, reason, due_on, created_at,"
                 " done_at) VALUES (:dossier, (SELECT max(id) FROM agents), :reason, '2026-01-01',"
                 " '2026-01-01 08:00:00', :done)"),
            values,
        )  # fmt: skip
    db.session.remove()
    upgrade()
    assert db.session.scalar(text("SELECT kind FROM priority_flags")) == kind
