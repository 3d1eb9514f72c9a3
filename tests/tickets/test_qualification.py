"""Why people call: the bar, from one click to hostile text."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.accounts.models import JournalEntry
from app.dossiers.models import Organisation
from app.dossiers.vocabulary import PhoneOwner, PortalEventKind
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.tickets import service
from app.tickets.models import Contact
from app.tickets.qualifying import bar_form
from app.tickets.qualifying.qualification import Form, Qualification, Refused, judge
from app.tickets.reasons import CallerRole, DigitalKind, Reason, Suggestion
from tests.dossiers.build import create_contact, create_dossier, create_event, create_person

NUMBER = "+33639980101"
ACCOUNTS = "accounts"


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def contact_with_expired_link() -> Contact:
    dossier = create_dossier(create_person(NUMBER))
    create_event(dossier, PortalEventKind.LINK_SENT, clock.now() - timedelta(days=9))
    return create_contact(NUMBER, now=clock.now())


def post(client: Any, contact: Contact, **fields: str) -> Any:
    return client.post(
        "/tickets/qualification",
        data={"contact": contact.id, "reason": ACCOUNTS, "caller_role": "stagiaire", **fields},
    )


def qualifications() -> int:
    query = select(func.count(JournalEntry.id)).where(JournalEntry.act == "qualify")
    return db.session.scalar(query) or 0


def test_the_bar_suggests_what_the_dossier_shows(login: Any) -> None:
    contact = contact_with_expired_link()
    page = login("front").get(f"/tickets/qualification?contact={contact.id}").text
    labels = page.split("<label")
    checked = [part for part in labels if " checked" in part]
    assert any(f'value="{ACCOUNTS}"' in part for part in checked)
    # What nobody has said yet is marked, and chosen by nobody.
    assert not any('value="stagiaire"' in part for part in checked)
    assert any('value="stagiaire"' in part and "suggéré" in part for part in labels)
    assert '<option value="" selected>suggéré : Lien expiré</option>' in page
    assert 'data-with="link_expired"' in page
    assert 'data-key="Q"' in page  # it opens the seven, each with its digit
    assert all(f'data-key="{n}"' in page for n in range(1, 8))


def test_one_click_stores_it_and_tells_the_desk(login: Any) -> None:
    contact = contact_with_expired_link()
    client = login("front")
    response = post(client, contact, digital_kind="link_expired", note="Lien renvoyé.")
    assert response.status_code == 200
    assert "contact-qualified" in response.headers["HX-Trigger"]
    db.session.refresh(contact)
    assert contact.reason is Reason.ACCOUNTS
    assert contact.caller_role is CallerRole.STAGIAIRE
    assert contact.digital_declared is True
    assert contact.digital_kind is DigitalKind.LINK_EXPIRED
    assert contact.suggested_reason is Reason.ACCOUNTS
    assert contact.agent_id == client.agent.id
    assert "Lien renvoyé." in client.get(f"/tickets/qualification?contact={contact.id}").text


def test_a_double_click_counts_once(login: Any) -> None:
    contact = contact_with_expired_link()
    client = login("front")
    for _ in range(3):
        assert post(client, contact).status_code == 200
    assert qualifications() == 1
    changed = {"reason": "Suivi du dossier", "seen": seen(bar(client, contact))}
    assert post(client, contact, **changed).status_code == 200
    assert qualifications() == 2


def bar(client: Any, contact: Contact) -> str:
    return str(client.get(f"/tickets/qualification?contact={contact.id}&edit=1").text)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]


def test_the_second_of_two_who_qualify_sees_what_changed_and_loses_nothing(login: Any) -> None:
    contact = contact_with_expired_link()
    agent, manager = login("front"), login("manager", display_name="Isabelle")
    mine = seen(bar(agent, contact))
    theirs = {"reason": "Suivi du dossier", "note": "vue avec elle"}
    assert post(manager, contact, **theirs, seen=seen(bar(manager, contact))).status_code == 200
    contact_of_nobody(contact)
    refused = post(agent, contact, note="la mienne", seen=mine)
    assert (refused.status_code, refused.headers["X-Form-Returned"]) == (409, "1")
    assert "Isabelle" in refused.text
    assert "Suivi du dossier" in refused.text
    assert "vous avez écrit : la mienne" in refused.text
    assert re.search(r"<textarea[^>]*>la mienne</textarea>", refused.text)
    assert qualifications() == 1
    again = post(agent, contact, note="la mienne", seen=seen(refused.text))
    assert again.status_code == 200
    assert qualifications() == 2


def contact_of_nobody(contact: Contact) -> None:
    """The first of the two did not take the contact along."""
    db.session.expire_all()
    db.session.get_one(Contact, contact.id).agent_id = None
    db.session.commit()


def test_left_undone_it_stays_without_qualification() -> None:
    contact = contact_with_expired_link()
    assert service.close_contact(contact.id, now=clock.now())
    assert not service.close_contact(contact.id, now=clock.now())
    db.session.commit()
    db.session.refresh(contact)
    assert contact.reason == "unqualified"
    assert contact.qualified_at is None


def test_a_refused_form_comes_back_as_typed_but_for_secrets(login: Any) -> None:
    contact = contact_with_expired_link()
    response = post(login("front"), contact, note="Rappelle. mdp: Soleil#12", caller_role="duo")
    assert response.status_code == 422
    assert response.headers["X-Form-Returned"] == "1"
    assert "Soleil" not in response.text
    assert "Rappelle. mdp: [retiré]" in response.text
    assert "Un mot de passe ne se note jamais" in response.text
    checked = [part for part in response.text.split("<label") if " checked" in part]
    assert any('value="duo"' in part for part in checked)
    db.session.refresh(contact)
    assert contact.qualified_at is None
    assert contact.note == ""


@pytest.mark.parametrize(
    "fields",
    [{"reason": ""}, {"reason": "Autre chose"}, {"caller_role": "pirate"},
     {"digital_kind": "nothing"}, {"follow_up_on": "demain"}, {"note": "x" * 501}],
)  # fmt: skip
def test_what_is_not_in_the_lists_is_refused(login: Any, fields: dict[str, str]) -> None:
    contact = contact_with_expired_link()
    assert post(login("front"), contact, **fields).status_code == 422
    assert qualifications() == 0


def test_hostile_text_is_kept_as_text(login: Any) -> None:
    contact = contact_with_expired_link()
    client = login("front")
    page = post(client, contact, note="<img src=x onerror=alert(1)> ' -- \U0001f600").text
    assert "<img" not in page
    assert "&lt;img" in page
    assert "&lt;img" in client.get("/tickets").text


def test_only_its_agent_or_a_manager_may_say_it(login: Any, create_agent: Any) -> None:
    contact = create_contact(NUMBER, agent_id=create_agent("front").id)
    assert post(login("front"), contact).status_code == 403
    assert post(login("manager"), contact).status_code == 200


def test_scripts_used_outweigh_the_guess() -> None:
    contact = contact_with_expired_link()
    used = [Suggestion(Reason.ACCOUNTS, DigitalKind.OTHER), Suggestion(Reason.FOLLOW_UP)]
    service.note_scripts(contact.id, used)
    db.session.commit()
    db.session.refresh(contact)
    found = bar_form.suggestion_for(contact, clock.now())
    assert found == Suggestion(Reason.FOLLOW_UP, DigitalKind.OTHER)


def test_lists_of_the_day(login: Any) -> None:
    client = login("front")
    assert "Aucun contact ce jour-là" in client.get("/tickets").text
    contact = contact_with_expired_link()
    assert "Pas de qualification" in client.get("/tickets?scope=undone").text
    post(client, contact)
    assert "Tous les contacts ont leur motif" in client.get("/tickets?scope=undone").text
    assert "Question de connexion et de comptes" in client.get("/tickets?scope=mine").text
    assert client.get("/tickets?scope=x").status_code == 404
    assert client.get("/tickets?day=2021-02-31&page=zz").status_code == 200


def test_opening_twice_the_bar_of_nothing_is_said(login: Any) -> None:
    client = login("front")
    assert client.get("/tickets/qualification?contact=999").status_code == 404
    assert client.get("/tickets/qualification").status_code == 404


FIELDS = ("reason", "caller_role", "digital", "digital_kind", "note", "follow_up_on")
texts = st.one_of(
    st.text(max_size=30), st.sampled_from(["", "yes", "no", "none", *Reason, *CallerRole])
)


@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, texts)), st.sampled_from(["fr", "en"]))
def test_any_form_is_judged_and_given_back(values: dict[str, str], locale: str) -> None:
    judged = judge(Form.of(values), locale)
    if isinstance(judged, Refused):
        assert judged.errors
        assert judged.form.reason == values["reason"].strip()
    else:
        assert bool(judged.digital_declared) == (judged.digital_kind is not None)
        touched = values["digital"].strip() in ("yes", "no") or values["digital_kind"].strip()
        assert touched or judged.digital_declared is None


def test_a_kind_chosen_means_digital_trouble() -> None:
    judged = judge(Form(reason=ACCOUNTS, digital_kind="link_expired"), "fr")
    assert isinstance(judged, Qualification)
    assert judged.digital_declared
    none = judge(Form(reason=ACCOUNTS, digital_kind="none"), "fr")
    assert isinstance(none, Qualification)
    assert none.digital_declared is False
    silent = judge(Form(reason=ACCOUNTS), "fr")
    assert isinstance(silent, Qualification)
    assert silent.digital_declared is None
    unsaid = judge(Form(reason=ACCOUNTS, digital="yes"), "fr")
    assert isinstance(unsaid, Qualification)
    assert unsaid.digital_kind is DigitalKind.OTHER
    assert isinstance(judge(Form(), "en"), Refused)


# --- nothing a machine presets is a person's statement ---


def test_one_click_says_the_reason_and_nothing_else(login: Any) -> None:
    contact, client = contact_with_expired_link(), login("front")
    service.note_scripts(contact.id, [Suggestion(Reason.ACCOUNTS, DigitalKind.LINK_EXPIRED)])
    db.session.commit()
    client.post("/tickets/qualification", data={"contact": contact.id, "reason": ACCOUNTS})
    db.session.refresh(contact)
    assert contact.qualified_by_id == client.agent.id
    assert (contact.caller_role, contact.caller_role_by_id) == (None, None)
    assert (contact.digital_declared, contact.digital_kind, contact.digital_by_id) == (None,) * 3
    # Both stay what they are: suggested by the number, seen in the trace.
    assert contact.suggested_role is CallerRole.STAGIAIRE
    assert contact.digital_seen is DigitalKind.LINK_EXPIRED
    page = client.get(f"/tickets/qualification?contact={contact.id}").text
    assert "vu, non déclaré : Lien expiré" in page
    assert "Stagiaire" not in page
    listed = client.get("/tickets").text
    assert "suggéré : Stagiaire" in listed


def test_who_said_it_is_kept_field_by_field(login: Any) -> None:
    contact = contact_with_expired_link()
    front, manager = login("front"), login("manager")
    post(front, contact, digital_kind="none")
    db.session.refresh(contact)
    assert (contact.digital_declared, contact.digital_by_id) == (False, front.agent.id)
    assert contact.caller_role_by_id == front.agent.id
    changed = {"reason": "Suivi du dossier", "digital_kind": "mailbox_password"}
    post(manager, contact, **changed, seen=seen(bar(manager, contact)))
    db.session.refresh(contact)
    assert contact.caller_role_by_id == front.agent.id  # said by her, and not changed
    assert contact.digital_by_id == manager.agent.id
    assert contact.qualified_by_id == manager.agent.id
    taken_back = {"reason": "Suivi du dossier", "caller_role": "", "digital_kind": ""}
    post(manager, contact, **taken_back, seen=seen(bar(manager, contact)))
    db.session.refresh(contact)
    assert (contact.caller_role, contact.caller_role_by_id) == (None, None)
    assert (contact.digital_declared, contact.digital_by_id) == (None, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contacts SET caller_role = 'stagiaire'",
        "UPDATE contacts SET digital_declared = true",
    ],
)
def test_the_database_refuses_a_statement_that_nobody_made(statement: str) -> None:
    contact_with_expired_link()
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(text(statement))


@pytest.mark.parametrize(
    ("owner", "role"),
    [(PhoneOwner.OWN, CallerRole.STAGIAIRE), (PhoneOwner.SHARED, None), (PhoneOwner.HELPER, None)],
)
def test_a_number_that_says_nothing_suggests_nobody(owner: PhoneOwner, role: object) -> None:
    person = create_person(NUMBER)
    person.phones[0].owner = owner
    create_dossier(person)
    db.session.commit()
    assert service.likely_role(create_contact(NUMBER, now=clock.now())) is role
    assert service.likely_role(create_contact(None, now=clock.now())) is None
    assert service.likely_role(create_contact("+33639980199", now=clock.now())) is None


def test_an_organisme_calling_is_suggested_and_not_declared(login: Any) -> None:
    db.session.add(Organisation(name="Greta", phone=NUMBER))
    db.session.commit()
    contact = create_contact(NUMBER, now=clock.now())
    page = login("front").get(f"/tickets/qualification?contact={contact.id}").text
    chip = next(part for part in page.split("<label") if 'value="formateur"' in part)
    assert "suggéré" in chip
    assert " checked" not in chip
