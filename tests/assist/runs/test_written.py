"""What is written is not asked, and what a script checked is written: dossier, card « Identité » and script agree."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.assist import pane, service, store
from app.assist.walk import facts
from app.dossiers.vocabulary import Inside, Rejection
from app.foundation.extensions import db
from app.tickets import speaking
from app.tickets.models import Contact
from app.tickets.reasons import CallerRole
from tests.assist.test_runs import begin, contact_of, walk
from tests.dossiers.build import NOW, create_dossier

LATER = NOW + timedelta(minutes=30)
CHECKED = (("ecouter", "Elle attend"), ("qui", "C’est bien elle, personne"))


def refused(contact: Contact, **dossier: object) -> None:
    """The case of 10:35: enrolled by its centre, refused because it came by the site."""
    about = store.dossier(contact.dossier_id or 0)
    about.inside, about.rejection = Inside.REJECTED, Rejection.OUTSIDE_PROCEDURE
    about.enrolled_on, about.descends_from_of = date(2021, 5, 9), False
    for name, value in dossier.items():
        setattr(about, name, value)
    db.session.commit()


def here(run_id: int) -> str:
    return service.state_of(store.run(run_id)).step_id


def checked(contact: Contact) -> bool:
    db.session.expire_all()
    return contact.identity_at is not None


def test_an_enrolment_that_stands_in_the_dossier_is_not_asked(app: Flask, create_agent) -> None:
    agent, contact = create_agent("front"), contact_of()
    refused(contact)
    s13 = walk(begin(contact, agent.id, "S13"), agent.id, *CHECKED)
    assert here(s13) == "fait"
    (passed,) = pane.draw(store.run(s13), "fr", "fr", agent.id, LATER).passed
    assert passed.written
    assert "déclarée" in passed.known
    service.ask_again(s13, moves=store.run(s13).moves, step_id="lire", now=LATER)
    walk(s13, agent.id, ("lire", "Le motif du rejet est autre"))
    assert here(s13) == "gestionnaire"
    # A reason that the dossier itself contradicts is read by a person, and so is another one.
    for other in ({"descends_from_of": True}, {"rejection": Rejection.PIECES_MISSING}):
        again = contact_of()
        refused(again, **other)
        run = walk(begin(again, agent.id, "S13"), agent.id, *CHECKED)
        assert here(run) == "lire", other


def test_an_answer_that_checked_who_speaks_confirms_the_card_and_back_takes_it_back(
    app: Flask, create_agent, login
) -> None:
    client, contact = login("front"), contact_of()
    s25 = begin(contact, client.agent.id, "S25")
    step = service.state_of(store.run(s25)).step
    answered = {"moves": store.run(s25).moves, "step": step.id, "choice": 0}
    assert facts.confirms(step.choices[0])
    response = client.post(f"/assist/runs/{s25}/answer", data=answered)
    assert response.headers["HX-Trigger"] == "identity-said"
    assert checked(contact)
    assert "vérifiée" in client.get(f"/dossiers/caller?contact={contact.id}").text
    response = client.post(f"/assist/runs/{s25}/back", data={"moves": store.run(s25).moves})
    assert response.headers["HX-Trigger"] == "identity-said"
    assert not checked(contact)
    acts = db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
    assert [act for act in acts if act.startswith("identity")] == [
        "identity_confirmed",
        "identity_withdrawn",
    ]
    # Confirmed on the card by hand, it stays when a script goes back; and no script asks it again.
    speaking.confirm_identity(contact.id, confirmed=True, agent_id=client.agent.id, now=LATER)
    walk(s25, client.agent.id, (step.id, "C’est bien elle, personne"))
    service.back(s25, moves=store.run(s25).moves, now=LATER + timedelta(minutes=1))
    assert checked(contact)


def test_a_helper_who_speaks_is_not_the_person(app: Flask, create_agent) -> None:
    agent, contact = create_agent("front"), contact_of()
    s25 = begin(contact, agent.id, "S25")
    step = service.state_of(store.run(s25)).step_id
    walk(s25, agent.id, (step, "Un proche"))
    assert not checked(contact)
    other = contact_of()
    other.caller_role, other.caller_role_by_id = CallerRole.FORMATEUR, agent.id
    db.session.commit()
    walk(begin(other, agent.id, "S25"), agent.id, (step, "C’est bien elle, personne"))
    assert not checked(other)


def test_another_person_of_the_same_call_is_asked_who_they_are(app: Flask, create_agent) -> None:
    """One call about two trainees: what was checked of the first says nothing of the second."""
    agent, contact = create_agent("front"), contact_of()
    s25 = begin(contact, agent.id, "S25")
    first = service.state_of(store.run(s25)).step_id
    walk(s25, agent.id, (first, "C’est bien elle, personne"))
    service.finish(s25, moves=store.run(s25).moves, outcome="follow_up", now=LATER)
    second = create_dossier()
    contact.person_id, contact.dossier_id = second.person_id, second.id
    contact.identity_at = contact.identity_by_id = None
    db.session.commit()
    assert here(begin(contact, agent.id, "S25")) == first
