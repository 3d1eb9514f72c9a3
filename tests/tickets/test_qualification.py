"""Why people call: the bar, from one click to hostile text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import clock
from app.accounts.models import JournalEntry
from app.dossiers.vocabulary import PortalEventKind
from app.extensions import db
from app.tickets import service
from app.tickets.models import Contact
from app.tickets.qualification import Form, Qualification, Refused, judge
from app.tickets.reasons import CallerRole, DigitalKind, Reason, Suggestion
from tests.dossiers.build import create_contact, create_dossier, create_event, create_person

NUMBER = "+33639980101"
ACCOUNTS = "Question de connexion et de comptes"


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
    checked = [part for part in page.split("<label") if " checked" in part]
    assert any(f'value="{ACCOUNTS}"' in part for part in checked)
    assert any('value="stagiaire"' in part for part in checked)
    assert '<option value="link_expired" selected>' in page
    assert all(f'data-key="Q {n}"' in page for n in range(1, 8))


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
    assert post(client, contact, reason="Suivi du dossier").status_code == 200
    assert qualifications() == 2


def test_left_undone_it_stays_without_qualification() -> None:
    contact = contact_with_expired_link()
    assert service.close_contact(contact.id, now=clock.now())
    assert not service.close_contact(contact.id, now=clock.now())
    db.session.commit()
    db.session.refresh(contact)
    assert contact.reason == "Pas de qualification"
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
    found = service.suggestion_for(contact, clock.now())
    assert found == Suggestion(Reason.FOLLOW_UP, DigitalKind.OTHER)


def test_lists_of_the_day(login: Any) -> None:
    client = login("front")
    assert "Aucun contact ce jour-là" in client.get("/tickets").text
    contact = contact_with_expired_link()
    assert "Pas de qualification" in client.get("/tickets?scope=undone").text
    post(client, contact)
    assert "Tous les contacts ont leur motif" in client.get("/tickets?scope=undone").text
    assert ACCOUNTS in client.get("/tickets?scope=mine").text
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
        assert judged.digital_declared == (judged.digital_kind is not None)


def test_a_kind_chosen_means_digital_trouble() -> None:
    judged = judge(Form(reason=ACCOUNTS, digital_kind="link_expired"), "fr")
    assert isinstance(judged, Qualification)
    assert judged.digital_declared
    none = judge(Form(reason=ACCOUNTS, digital_kind="none"), "fr")
    assert isinstance(none, Qualification)
    assert not none.digital_declared
    unsaid = judge(Form(reason=ACCOUNTS, digital="yes"), "fr")
    assert isinstance(unsaid, Qualification)
    assert unsaid.digital_kind is DigitalKind.OTHER
    assert isinstance(judge(Form(), "en"), Refused)
