"""Migrations go both ways on both databases, and their head is what the models say."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.accounts.models import Agent, Holding, Presence
from app.calls.call.models import Call
from app.dossiers.finding.models import in_the_models
from app.dossiers.models import Dossier, Person, PersonPhone
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue.models import Work, WorkEvent
from app.tickets.models import Contact
from tests.holding import hold

KEPT = (Person, PersonPhone, Dossier, Contact, Agent)


def test_the_head_is_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": in_the_models}
        context = MigrationContext.configure(connection, opts=opts)
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
        contact.reason = "unqualified"
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
        " VALUES (:channel, 'in', 'unqualified', '', '2026-06-22 08:00:00')"
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


DANGERS = [
    ("Parle de détresse au téléphone", False, "distress"),
    ("Message très INQUIÉTANT", False, "distress"),
    ("Urgence : plus de loyer", False, "urgent"),
    ("Promis à la formatrice", False, "priority"),
    ("Détresse, réglée", True, "priority"),
]


def test_open_flags_that_say_danger_are_flags_of_danger(app: Flask) -> None:
    """0011 reads what was written before there was a kind."""
    from tests.dossiers.build import create_dossier

    dossiers = [create_dossier().id for _each in DANGERS]
    db.session.remove()
    downgrade(revision="0010")
    with unit_of_work():
        db.session.execute(
            text("INSERT INTO agents (email, display_name, password_hash, role, languages, locale,"
                 " active, session_epoch) VALUES ('a@b', 'A', '!', 'front', '[]', 'fr', true, 0)")
        )  # fmt: skip
        for dossier_id, (reason, done, _kind) in zip(dossiers, DANGERS, strict=True):
            values = {
                "dossier": dossier_id,
                "reason": reason,
                "done": "2026-01-02 08:00:00" if done else None,
            }
            db.session.execute(
                text("INSERT INTO priority_flags (dossier_id, author_id, reason, due_on, created_at,"
                     " done_at) VALUES (:dossier, (SELECT max(id) FROM agents), :reason, '2026-01-01',"
                     " '2026-01-01 08:00:00', :done)"),
                values,
            )  # fmt: skip
    db.session.remove()
    upgrade()
    kinds = db.session.scalars(text("SELECT kind FROM priority_flags ORDER BY dossier_id")).all()
    assert kinds == [kind for _reason, _done, kind in DANGERS]


STEPS = """
id: S90
steps:
  - {id: un}
  - {id: deux, posture: alone}
  - {id: trois, posture: for}
"""
# reason given by the number, caller's role, digital trouble seen, declared, its kind
BEFORE_STATEMENTS = (
    ("+33639980101", "stagiaire", None, False, None),  # all preset
    ("+33639980101", "duo", "link_expired", True, "link_expired"),  # the role was chosen
    (
        "+33353010152",
        "formateur",
        "link_expired",
        False,
        None,
    ),  # preset by the number; « non » chosen
    ("+33353010152", "stagiaire", "link_expired", True, "other"),  # both chosen
    (
        "+33639980101",
        "formateur",
        None,
        True,
        "mail_not_received",
    ),  # role chosen, kind maybe preset
    ("+33639980101", None, None, None, None),
)
SAID = (
    "SELECT caller_role, caller_role_by_id, suggested_role, digital_declared, digital_kind, "
    "digital_by_id, digital_seen FROM contacts ORDER BY id"
)
POSTURES = "SELECT posture, posture_reason, basis FROM script_run_steps ORDER BY id"


def test_what_was_preset_becomes_a_suggestion_and_what_was_chosen_keeps_its_author(
    app: Flask, create_agent: Callable[..., Agent]
) -> None:
    agent = create_agent("front").id
    db.session.remove()
    downgrade(revision="0012")
    with unit_of_work():
        execute = db.session.execute
        execute(text(
            "INSERT INTO organisations (id, name, town, email, phone) "
            "VALUES (1, 'Greta', '', '', '+33353010152')"
        ))  # fmt: skip
        for number, (phone, role, seen, declared, kind) in enumerate(BEFORE_STATEMENTS, 1):
            execute(
                text(
                    "INSERT INTO contacts (id, channel, direction, reason, note, opened_at, "
                    "caller_number, caller_role, digital_seen, digital_declared, digital_kind, "
                    "qualified_at, qualified_by_id) VALUES (:id, 'phone', 'in', 'Suivi du dossier', '', "
                    "'2026-06-22 08:00:00', :phone, :role, :seen, :declared, :kind, "
                    "'2026-06-22 09:00:00', :agent)"
                ),
                {"id": number, "phone": phone, "role": role, "seen": seen, "declared": declared,
                 "kind": kind, "agent": agent},
            )  # fmt: skip
        execute(
            text(
                "INSERT INTO script_versions (id, script_id, version, content_hash, source, first_used_at)"
                " VALUES (1, 'S90', 1, 'h', :source, '2026-06-22 08:00:00')"
            ),
            {"source": STEPS},
        )
        execute(
            text(
                "INSERT INTO script_runs (id, contact_id, agent_id, script_id, script_version_id, "
                "started_at, moves) VALUES (1, 1, :agent, 'S90', 1, '2026-06-22 08:00:00', 0)"
            ),
            {"agent": agent},
        )
        rows = [("un", "with", None, 0), ("un", "alone", None, 0), ("deux", "alone", None, 0),
                ("trois", "for", "asked", 0), ("trois", "for", "urgency", 0), ("un", "with", None, None)]  # fmt: skip
        for position, (step, posture, why, chosen) in enumerate(rows):
            execute(
                text(
                    "INSERT INTO script_run_steps (run_id, position, step_id, entered_at, choice, "
                    "posture, posture_reason) VALUES (1, :position, :step, '2026-06-22 08:00:00', "
                    ":chosen, :posture, :why)"
                ),
                {
                    "position": position,
                    "step": step,
                    "posture": posture,
                    "why": why,
                    "chosen": chosen,
                },
            )
        for basis in ("spoken", "mandate"):
            execute(
                text(
                    "INSERT INTO script_acts (run_id, agent_id, step_id, action, basis, result, at) "
                    "VALUES (1, :agent, 'un', 'resend_link', :basis, 'done', '2026-06-22 08:00:00')"
                ),
                {"basis": basis, "agent": agent},
            )
    db.session.remove()
    upgrade()
    said = [tuple(row) for row in db.session.execute(text(SAID))]
    assert [row[:3] for row in said] == [
        (None, None, "stagiaire"), ("duo", agent, None), (None, None, "formateur"), ("stagiaire", agent, None),
        ("formateur", agent, None), (None, None, None),
    ]  # fmt: skip
    assert [(row[3] if row[3] is None else bool(row[3]), *row[4:]) for row in said] == [
        (None, None, None, None),
        (None, None, None, "link_expired"),
        (False, None, agent, "link_expired"),
        (True, "other", agent, "link_expired"),
        (None, None, None, "mail_not_received"),
        (None, None, None, None),
    ]
    assert [tuple(row) for row in db.session.execute(text(POSTURES))] == [
        (None, None, None), ("alone", None, None), (None, None, None), (None, None, None),
        ("for", "urgency", None), (None, None, None),
    ]  # fmt: skip
    bases = db.session.scalars(text("SELECT basis FROM script_acts ORDER BY id")).all()
    assert bases == [None, "mandate"]
    db.session.remove()
    downgrade(revision="0012")
    roles = db.session.scalars(text("SELECT caller_role FROM contacts ORDER BY id")).all()
    assert roles == [role for _phone, role, *_rest in BEFORE_STATEMENTS]
    db.session.remove()
    upgrade()


def test_each_line_gets_a_queue_with_the_policy_that_routed_its_calls(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="0019")
    rows = [("Portail", "+33199000100", '{"ring_seconds": 35}'), ("Logement", "+33199000101", "{}")]
    with unit_of_work():
        for name, number, policy in rows:
            db.session.execute(
                text(
                    "INSERT INTO lines (name, number, zone, mode, hours, policy, announcements, rules)"
                    " VALUES (:name, :number, 'Europe/Paris', 'open', '{}', :policy, '{}', '{}')"
                ),
                {"name": name, "number": number, "policy": policy},
            )
    upgrade()
    lines = db.session.scalars(select(Line).order_by(Line.id)).all()
    assert [line.queue.name for line in lines] == ["Portail", "Logement"]
    assert [line.queue.policy for line in lines] == [{"ring_seconds": 35}] * 2
    assert lines[0].queue_id != lines[1].queue_id
    db.session.remove()
    downgrade(revision="0019")
    kept = db.session.execute(text("SELECT policy FROM lines ORDER BY id")).scalars().all()
    assert [json.loads(p) if isinstance(p, str) else p for p in kept] == [{"ring_seconds": 35}] * 2
    db.session.remove()
    upgrade()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE work_events SET kind = 'held'",
        "DELETE FROM work_events",
        "INSERT OR REPLACE INTO work_events (id, work_id, seq, kind, at, data)"
        " VALUES (1, 1, 1, 'held', '2026-06-22 08:00:00', '{}')",
    ],
)
def test_the_events_of_a_work_are_only_added_to(app: Flask, change: str) -> None:
    if "REPLACE" in change and db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL has no such statement")
    now = clock.now()
    with unit_of_work():
        line = Line(name="Portail", number="+33199000100")
        contact = Contact(channel="sms", direction="in", opened_at=now)
        db.session.add_all([line, contact])
        db.session.flush()
        work = Work(
            queue_id=line.queue_id, kind="message", contact_id=contact.id, created_at=now,
            first_arrived_at=now, waiting_since=now, last_at=now,
        )  # fmt: skip
        db.session.add(work)
        db.session.flush()
        db.session.add(WorkEvent(work_id=work.id, seq=1, kind="offered", at=now))
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work():
        db.session.execute(text(change))


def test_reasons_become_codes_and_labels_again(app: Flask) -> None:
    """0023, with what was suggested; the database itself refuses what is no reason."""
    rows = [("Suivi du dossier", None), ("Complétude du dossier", "Transfert vers autres services")]
    db.session.remove()
    downgrade(revision="0022")
    with unit_of_work():
        for number, (reason, suggested) in enumerate(rows, 1):
            _insert_contact(number, reason, suggested)
    db.session.remove()
    upgrade()
    asked = text("SELECT reason, suggested_reason FROM contacts ORDER BY id")
    assert [tuple(row) for row in db.session.execute(asked)] == [
        ("follow_up", None),
        ("completeness", "transfer"),
    ]
    db.session.remove()
    with pytest.raises(IntegrityError), unit_of_work():
        _insert_contact(3, "Suivi du dossier", None)
    downgrade(revision="0022")
    assert [tuple(row) for row in db.session.execute(asked)] == rows
    db.session.remove()
    upgrade()


def _insert_contact(number: int, reason: str, suggested: str | None) -> None:
    db.session.execute(
        text(
            "INSERT INTO contacts (id, channel, direction, reason, suggested_reason, note, opened_at)"
            " VALUES (:id, 'phone', 'in', :reason, :suggested, '', '2026-06-22 08:00:00')"
        ),
        {"id": number, "reason": reason, "suggested": suggested},
    )


# As it stood before holdings: (state, reason, back_to, back_reason, does a call hold her).
BEFORE_HOLDINGS = [
    ("available", None, None, None, False),
    ("away", "pause", None, None, False),
    ("ringing", None, None, None, True),
    ("in_call", None, "away", "dossiers", True),
    ("wrap_up", None, None, None, True),
    ("in_call", None, None, None, False),  # no call is there: she is offered none
]


def test_what_a_call_gave_an_agent_becomes_a_holding_and_comes_back(
    line: Line, create_agent: Callable[..., Agent]
) -> None:
    agents = [create_agent().id for _each in BEFORE_HOLDINGS]
    calls = []
    for number in range(len(agents)):
        call = Call(
            ref=f"r{number}", provider_sid=f"CA{number}", line_id=line.id, received_at=clock.now()
        )
        db.session.add(call)
        db.session.flush()
        calls.append(call.id)
    db.session.commit()
    db.session.remove()
    downgrade(revision="0024")
    with unit_of_work():
        for agent_id, call_id, row in zip(agents, calls, BEFORE_HOLDINGS, strict=True):
            state, reason, back_to, back_reason, held = row
            db.session.execute(
                text(
                    "UPDATE presences SET state = :state, reason = :reason, back_to = :back_to,"
                    " back_reason = :back_reason, call_id = :call WHERE agent_id = :agent"
                ),
                {
                    "state": state, "reason": reason, "back_to": back_to, "back_reason": back_reason,
                    "call": call_id if held else None, "agent": agent_id,
                },
            )  # fmt: skip
    upgrade()
    now = [
        (p.state, p.reason, p.chosen, p.chosen_reason)
        for p in db.session.scalars(select(Presence).order_by(Presence.agent_id))
    ]
    assert now == [
        ("available", None, "available", None),
        ("away", "pause", "away", "pause"),
        ("ringing", None, "available", None),
        ("in_call", None, "away", "dossiers"),
        ("wrap_up", None, "available", None),
        ("offline", None, "offline", None),
    ]
    held = db.session.execute(select(Holding.agent_id, Holding.call_id, Holding.weight)).all()
    assert sorted(held) == [(agents[n], calls[n], 1) for n in (2, 3, 4)]
    db.session.remove()
    downgrade(revision="0024")
    back = db.session.execute(
        text("SELECT state, reason, back_to, back_reason, call_id FROM presences ORDER BY agent_id")
    ).all()
    expected = [
        (*r[:4], call if r[4] else None) for r, call in zip(BEFORE_HOLDINGS, calls, strict=True)
    ]
    assert [tuple(row) for row in back] == [*expected[:5], ("offline", None, None, None, None)]
    db.session.remove()
    upgrade()


def test_the_database_itself_holds_an_agent_for_one_call_at_a_time(
    line: Line, create_agent: Callable[..., Agent]
) -> None:
    agent_id = create_agent(state="in_call").id
    with pytest.raises(IntegrityError), unit_of_work():
        hold(agent_id, "ringing")
    with unit_of_work():
        contact = Contact(channel="sms", direction="in", opened_at=clock.now())
        db.session.add(contact)
        db.session.flush()
        now = clock.now()
        work = Work(
            queue_id=line.queue_id, kind="message", contact_id=contact.id, created_at=now,
            first_arrived_at=now, waiting_since=now, last_at=now,
        )  # fmt: skip
        db.session.add(work)
        db.session.flush()
        db.session.add(Holding(agent_id=agent_id, work_id=work.id, weight=0, since=now))
    assert db.session.scalar(select(func.count()).select_from(Holding)) == 2
