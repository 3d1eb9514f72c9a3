"""A trainer calls for one trainee, then for three: one contact, a line in each dossier, counted once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.dossiers.models import Organisation
from app.foundation import clock
from app.foundation.extensions import db
from app.tickets.models import Contact, ContactPerson
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_person

NUMBER = "+33261910102"


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def say(client: StaffClient, contact: Contact, **values: Any) -> Any:
    return client.post("/dossiers/caller/persons", data={"contact": contact.id, **values})


def test_a_trainer_calls_for_three_trainees(login: Any) -> None:
    db.session.add(Organisation(name="École de la Deuxième Marche", phone=NUMBER))
    db.session.commit()
    dossiers = [create_dossier(create_person(last_name=name)) for name in ("Un", "Deux", "Trois")]
    first, second, third = dossiers
    client = login("front", display_name="Camille")
    contact = create_contact(NUMBER, now=clock.now(), agent_id=client.agent.id)
    attach = {"contact": contact.id, "person": first.person_id, "dossier": first.id}
    client.post("/dossiers/attach", data=attach)
    client.post("/dossiers/caller/identity", data={"contact": contact.id, "confirmed": "1"})
    speaks = {"contact": contact.id, "role": "formateur", "basis": "spoken"}
    client.post("/dossiers/caller/speaker", data=speaks)
    page = client.get(f"/dossiers/caller/persons?contact={contact.id}").text
    assert "Aussi pour quelqu’un d’autre" in page
    assert "personnes" not in page  # one person: nothing to choose
    at = {"q": "Deux", "contact": contact.id}
    assert "Deux" in client.post("/dossiers/caller/persons/find", data=at).text
    answer = say(client, contact, person=second.person_id, dossier=second.id)
    assert answer.headers["HX-Trigger"] == "contact-changed"
    db.session.expire_all()
    found = db.session.get_one(Contact, contact.id)
    assert (found.person_id, found.dossier_id) == (second.person_id, second.id)
    assert found.identity_at is None  # asked again for each: a trainer is not everybody's
    assert found.basis is None
    say(client, contact, person=third.person_id)
    page = client.get(f"/dossiers/caller/persons?contact={contact.id}").text
    assert "Un appel pour 3" in page
    say(client, contact, person=first.person_id)  # back: what was said of the first is there
    db.session.expire_all()
    found = db.session.get_one(Contact, contact.id)
    assert found.dossier_id == first.id
    assert found.identity_at is not None
    assert found.basis == "spoken"
    for each in dossiers:  # a line in each dossier
        assert "Camille" in client.get(f"/dossiers/{each.id}").text
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1  # counted once
    acts = db.session.scalars(select(JournalEntry.act).where(JournalEntry.act == "person_added"))
    assert len(list(acts)) == 2


def test_somebody_named_by_mistake_is_forgotten_and_others_decide_first(login: Any) -> None:
    client = login("front")
    one, other = create_dossier(), create_dossier()
    contact = create_contact(None, now=clock.now(), agent_id=client.agent.id)
    say(client, contact, person=one.person_id)  # the first of all: no list of one
    assert db.session.scalar(select(func.count()).select_from(ContactPerson)) == 0
    say(client, contact, person=other.person_id)
    stale = say(client, contact, person=one.person_id, about=f"{one.person_id}.{one.id}")
    assert stale.status_code == 409
    client.post("/dossiers/detach", data={"contact": contact.id})
    left = db.session.scalars(select(ContactPerson.person_id)).all()
    assert left == [one.person_id]
    assert say(login("back"), contact, person=other.person_id).status_code == 403
