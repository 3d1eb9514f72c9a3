"""Whatever an agent writes about somebody is screened: no secret and nobody's health; never an innocent sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets.models import Contact
from app.tickets.promises import service as promises
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_person

Login = Callable[..., StaffClient]

ILL = "Elle est enceinte de six mois."
SECRET = "Son mot de passe : Soleil2021!"
INNOCENT = "Infirmière en psychiatrie : absente du 3 au 9 juin, la page du mot de passe : elle continue seule."


def writings(
    me: StaffClient, boss: StaffClient, line: Line
) -> list[tuple[StaffClient, str, str, dict[str, Any]]]:
    """Who writes, where, in which field, and what else the form holds."""
    now = clock.now()
    person = create_person("+33639980150", last_name="Dumont", email="dumont@courriel.example")
    dossier = create_dossier(person, owner_id=boss.agent.id)
    contact = create_contact(
        "+33639980150", person_id=person.id, dossier_id=dossier.id, agent_id=me.agent.id
    )
    held = promises.promise("answer", agent_id=me.agent.id, owner_id=me.agent.id, due_at=promises.hours.target(now, 9),
                            reason="lui redire", now=now, dossier_id=dossier.id)  # fmt: skip
    subject, today = f"promise:{held.id}", clock.local_day(now).isoformat()
    due = {"day": clock.local_day(held.due_at).isoformat(), "time": "23:00"}
    at = f"/dossiers/{dossier.id}"
    entry = {
        "training": "prepa clés",
        "required": "l'attestation",
        "handling": "à la main",
        "valid_from": today,
    }
    news = {"title": "Le bouton change", "text": "Il est en haut."}
    promised = {"promised": "answer", "owner": me.agent.id, "dossier": dossier.id, **due}
    return [
        (me, f"{at}/annotations", "text", {}),
        (me, f"{at}/priority", "reason", {"due_on": today}),
        (me, "/tickets/owed/new", "reason", promised),
        (me, "/tickets/owed/new", "service", {**promised, "reason": "lui redire"}),
        (me, "/tickets/owed/wait", "why", {"subject": subject}),
        (me, "/tickets/owed/drop", "why", {"subject": subject}),
        (me, "/tickets/consultations/ask", "question", {"dossier": dossier.id}),
        (me, "/tickets/exceptions", "required", entry),
        (me, "/tickets/exceptions", "handling", entry),
        (boss, "/tickets/bulletin", "text", news),
        (me, "/tickets/qualification", "note", {"contact": contact.id, "reason": "follow_up"}),
        (me, "/tickets/summary", "text", {"contact": contact.id, "way": "mail", "basis": "spoken"}),
    ]


def kept(text: str) -> bool:
    """Does any column of any table of ours hold a text?"""
    for table in db.metadata.sorted_tables:
        words = [
            column
            for column in table.columns
            if getattr(column.type, "length", 1) != 1 or str(column.type) == "TEXT"
        ]
        for column in words:
            if column.type.python_type is not str:
                continue
            found = select(func.count()).select_from(table).where(column.like(f"%{text}%"))
            if db.session.scalar(found):
                return True
    return False


def test_every_field_refuses_health_and_secrets_and_keeps_what_is_innocent(
    app: Flask, login: Login, line: Line
) -> None:
    me, boss = login("front", display_name="Nadia"), login("manager", display_name="Isabelle")
    for who, path, name, form in writings(me, boss, line):
        for text, word in ((ILL, "santé"), (SECRET, "mot de passe")):
            answer = who.post(path, data={**form, name: text})
            assert answer.status_code == 422, (path, name, text)
            assert word in answer.text, (path, name)
        answer = who.post(path, data={**form, name: INNOCENT})
        assert answer.status_code in (200, 303), (path, name, answer.text[-500:])
    assert not kept("enceinte")
    assert not kept("Soleil2021")


def test_a_note_may_speak_of_health_where_somebody_is_in_danger(
    app: Flask, login: Login, line: Line
) -> None:
    me = login("front")
    contact = create_contact("+33639980151", agent_id=me.agent.id)
    form = {
        "contact": contact.id,
        "reason": "follow_up",
        "note": "Est suicidaire, hospitalisée hier.",
    }
    assert me.post("/tickets/qualification", data=form).status_code == 422
    alerts.raise_alert(
        AlertKind.DISTRESS, agent_id=me.agent.id, now=clock.now(), contact_id=contact.id
    )
    assert me.post("/tickets/qualification", data=form).status_code == 200
    db.session.expire_all()
    assert db.session.get_one(Contact, contact.id).note == form["note"]
