"""Who speaks, for whom, on what ground, identity confirmed or not: said in the contact, by somebody, journaled."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.dossiers.mandates.models import Mandate
from app.foundation.extensions import db
from app.tickets.models import Contact
from tests.dossiers.build import create_contact, create_dossier, create_mandate, create_person

NUMBER = "+33639980101"


@pytest.fixture
def contact(app: Any) -> Contact:
    person = create_person(NUMBER)
    create_dossier(person)
    return create_contact(NUMBER)


def read(contact: Contact) -> Contact:
    db.session.expire_all()
    return db.session.get_one(Contact, contact.id)


def acts() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.act)))


def say(client: Any, contact: Contact, **data: str) -> Any:
    return client.post("/dossiers/caller/speaker", data={"contact": contact.id, **data})


def confirm(client: Any, contact: Contact, confirmed: str = "1", **data: str) -> Any:
    return client.post(
        "/dossiers/caller/identity", data={"contact": contact.id, "confirmed": confirmed, **data}
    )


def test_the_identity_confirmed_opens_the_dossier_to_who_speaks(
    login: Any, contact: Contact
) -> None:
    agent = login("front")
    before = agent.get(f"/dossiers/caller?contact={contact.id}").text
    assert "après l’identité" in before
    assert 'data-key="I 1"' in before
    after = confirm(agent, contact).text
    assert "après l’identité" not in after
    assert "vérifiée" in after
    assert (read(contact).identity_by_id, acts().count("identity_confirmed")) == (agent.agent.id, 1)
    confirm(agent, contact)  # said twice is said once
    assert acts().count("identity_confirmed") == 1
    assert "après l’identité" in confirm(agent, contact, "").text
    assert read(contact).identity_at is None
    assert "identity_withdrawn" in acts()


def test_who_speaks_for_somebody_is_asked_on_what_ground(login: Any, contact: Contact) -> None:
    agent = login("front")
    confirm(agent, contact)
    page = say(agent, contact, role="formateur").text
    assert "avec l’accord de la personne" in page
    page = say(agent, contact, role="formateur", basis="spoken").text
    assert "avec l’accord de la personne" not in page
    assert "avec un mandat écrit" in page  # the money
    found = read(contact)
    assert (found.caller_role, found.basis, found.basis_by_id) == (
        "formateur", "spoken", agent.agent.id,
    )  # fmt: skip
    assert acts().count("who_speaks") == 2
    # The card of the end shows it as said, not as suggested.
    bar = agent.get(f"/tickets/qualification?contact={contact.id}").text
    assert 'value="formateur" checked' in bar


def test_who_speaks_for_themselves_needs_no_ground(login: Any, contact: Contact) -> None:
    agent = login("front")
    say(agent, contact, role="stagiaire", basis="mandate")
    assert read(contact).basis is None


@pytest.mark.parametrize(("role", "basis"), [("roi", ""), ("formateur", "promis")])
def test_a_word_of_no_list_is_refused(login: Any, contact: Contact, role: str, basis: str) -> None:
    assert say(login("front"), contact, role=role, basis=basis).status_code == 422
    assert read(contact).caller_role is None


def test_a_mandate_is_a_row_that_holds_or_does_not(login: Any, contact: Contact) -> None:
    agent = login("front")
    confirm(agent, contact)
    refused = say(agent, contact, role="formateur", basis="mandate")
    assert refused.status_code == 422
    assert "Aucun mandat écrit en cours" in refused.text
    person_id = read(contact).person_id or 0
    held = create_mandate(person_id, agent.agent.id)
    page = say(agent, contact, role="formateur", basis=str(held.id)).text
    assert "mandat écrit jusqu’au" in page
    assert "avec un mandat écrit" not in page  # the money too
    assert read(contact).basis == "mandate"
    foreign = create_mandate(create_person().id, agent.agent.id)
    assert say(agent, contact, role="formateur", basis=str(foreign.id)).status_code == 422
    why = {"why": "Elle l’a demandé ce matin", "contact": contact.id}
    gone = agent.post(f"/dossiers/mandates/{held.id}/revoke", data=why)
    assert gone.headers["HX-Trigger"] == "mandates-moved"
    page = agent.get(f"/dossiers/caller?contact={contact.id}").text  # at once, in the same contact
    assert "avec un mandat écrit" in page
    assert "Le mandat choisi ne vaut plus" in page
    assert say(agent, contact, role="formateur", basis=str(held.id)).status_code == 422


def test_a_yes_said_aloud_is_noted_for_this_contact_alone(login: Any, contact: Contact) -> None:
    agent = login("front")
    for _again in range(2):
        say(agent, contact, role="formateur", basis="spoken")
    person_id = read(contact).person_id
    (noted,) = db.session.scalars(select(Mandate).where(Mandate.person_id == person_id))
    assert (noted.basis, noted.contact_id, noted.relation) == ("spoken", contact.id, "organisation")
    here = agent.get(f"/dossiers/persons/{person_id}/mandates?contact={contact.id}").text
    assert "accord donné de vive voix" in here
    assert "valait pour cet appel" not in here
    assert "valait pour cet appel" in agent.get(f"/dossiers/persons/{person_id}/mandates").text
    say(agent, contact, role="formateur")  # taken back
    db.session.expire_all()
    assert db.session.get_one(Mandate, noted.id).revoked_by_id == agent.agent.id
    assert acts().count("mandate_noted") == acts().count("mandate_revoked") == 1


def test_another_person_is_asked_again(login: Any, contact: Contact) -> None:
    agent = login("front")
    confirm(agent, contact)
    say(agent, contact, role="formateur", basis="spoken")
    agent.post("/dossiers/detach", data={"contact": contact.id})
    found = read(contact)
    assert (found.identity_at, found.basis, found.caller_role) == (None, None, "formateur")
    assert confirm(agent, contact).status_code == 422  # it is about nobody
    agent.post(
        "/dossiers/attach", data={"contact": contact.id, "person": create_person("+33639980102").id}
    )
    assert read(contact).identity_at is None


def test_a_card_that_shows_somebody_else_confirms_nothing(login: Any, contact: Contact) -> None:
    assert confirm(login("front"), contact, about="999.0").status_code == 409
    assert read(contact).identity_at is None


def test_a_colleague_only_reads(login: Any, contact: Contact) -> None:
    read(contact).agent_id = login("front").agent.id
    db.session.commit()
    other = login("front")
    assert confirm(other, contact).status_code == 403
    assert say(other, contact, role="duo").status_code == 403
    assert 'name="confirmed" value="1" disabled' in other.get(
        f"/dossiers/caller?contact={contact.id}"
    ).text.replace('data-key="I 1" ', "")
