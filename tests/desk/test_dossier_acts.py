"""From a dossier's page, with nobody on the line or somebody: the link is sent again, once, journaled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.assist.models import PortalLink
from app.dossiers.models import Dossier
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.tickets.models import Contact, Message
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_mandate, create_person
from tests.fakes import FakeMail
from tests.tickets.test_correction import form_in

Login = Callable[..., StaffClient]
NUMBER = "+33639980101"


@pytest.fixture
def dossier(app: Any) -> Dossier:
    return create_dossier(create_person(NUMBER, email="zoe@courriel.example"))


def resend(agent: StaffClient, dossier: Dossier, **data: str) -> Any:
    return agent.post(f"/dossiers/{dossier.id}/resend", data=data)


def rows(model: Any) -> list[Any]:
    db.session.expire_all()
    return list(db.session.scalars(select(model).order_by(model.id)))


def test_without_a_contact_one_of_ours_begins_and_the_agreement_is_kept(
    login: Login, dossier: Dossier, mail: FakeMail
) -> None:
    agent = login("front")
    page = agent.get(f"/dossiers/{dossier.id}").text
    assert f'data-dialog="resend-{dossier.id}"' in page
    refused = resend(agent, dossier)
    assert refused.status_code == 422
    assert "Aucun mandat écrit" in resend(agent, dossier, basis="mandate").text
    assert rows(Contact) == []
    create_mandate(dossier.person_id, agent.agent.id)
    assert "mandat écrit jusqu’au" in agent.get(f"/dossiers/{dossier.id}").text
    answer = resend(agent, dossier, basis="mandate")
    assert "Le lien est reparti à z" in answer.text
    assert answer.headers["HX-Trigger"] == "mail-life"
    (begun,) = rows(Contact)
    assert (begun.direction, begun.channel, begun.dossier_id) == ("out", "mail", dossier.id)
    assert (begun.agent_id, begun.closed_at is not None) == (agent.agent.id, True)
    assert f"/tickets/{begun.id}" in answer.text
    assert begun.suggested_reason == "accounts"
    (link,) = rows(PortalLink)
    assert (link.contact_id, link.run_id) == (begun.id, None)
    assert [each.to for each in mail.sent] == ["zoe@courriel.example"]
    kept = {entry.act: entry.detail for entry in rows(JournalEntry)}
    assert kept["contact_begun"]["basis"] == "mandate"
    assert "link.resent" in kept
    assert "lien" in agent.get(f"/dossiers/{dossier.id}?events=mail").text


def test_in_a_call_about_this_dossier_its_contact_has_it(
    caller: Callable[..., Any], at_desk: Login, dossier: Dossier, mail: FakeMail
) -> None:
    from tests.calls.test_journey import connect

    agent, one = at_desk(), caller(NUMBER).dial()
    connect(agent, one)
    other = create_dossier(create_person(email="paul@courriel.example"))
    answer = resend(agent, dossier, basis="spoken")
    assert "Noter le motif" not in answer.text
    (held,) = rows(Contact)
    assert rows(PortalLink)[0].contact_id == held.id
    resend(agent, other, basis="spoken")
    assert [each.dossier_id for each in rows(Contact)] == [dossier.id, other.id]
    assert len(mail.sent) == 2


def test_a_person_without_an_address_and_a_server_that_refuses_are_told(
    login: Login, mail: FakeMail
) -> None:
    agent, silent = login("front"), create_dossier(create_person(NUMBER))
    assert "Corrigez sa fiche" in resend(agent, silent, basis="spoken").text
    assert f"resend-{silent.id}" not in agent.get(f"/dossiers/{silent.id}").text
    assert rows(Contact) == []
    assert resend(login("manager"), silent, basis="spoken").status_code == 403


def test_an_sms_and_a_mail_are_written_with_nobody_on_the_line(
    login: Login, dossier: Dossier, mail: FakeMail, ports: Any, line: Any
) -> None:
    agent = login("back")
    page = agent.get(f"/dossiers/{dossier.id}").text
    assert "SMS au 06 39 98 01 01" in page
    assert "Mail à zoe@courriel.example" in page
    write = f"/dossiers/{dossier.id}/write"
    for wrong in (
        {"way": "sms", "text": " "},
        {"way": "x", "text": "a"},
        {"way": "sms", "text": "mdp: Soleil#12"},
    ):
        assert agent.post(write, data=wrong).status_code == 422
    assert rows(Contact) == []
    answer = agent.post(write, data={"way": "sms", "text": "Votre dossier avance."})
    assert "Parti à 06 39 98 01 01" in answer.text
    assert f'id="write-text-{dossier.id}"' in answer.text  # empty again
    answer = agent.post(write, data={"way": "mail", "text": "Bonjour", "subject": "Une pièce"})
    assert "Parti à z" in answer.text
    assert [(each.subject, each.text) for each in mail.sent] == [("Une pièce", "Bonjour")]
    assert ports.sms.sent == [(NUMBER, "Votre dossier avance.")]
    assert [(each.channel, each.direction) for each in rows(Contact)] == [
        ("sms", "out"),
        ("mail", "out"),
    ]
    assert [each.agent_id for each in rows(Message)] == [agent.agent.id] * 2
    assert [entry.act for entry in rows(JournalEntry)].count("letter_sent") == 2
    events = agent.get(f"/dossiers/{dossier.id}?events=messages").text
    assert "Votre dossier avance." in events
    mail.error = Unavailable("Le serveur de messagerie ne répond pas.")
    failed = agent.post(write, data={"way": "mail", "text": "Bonjour encore"})
    assert "Rien n’est parti" in failed.text
    assert "write-text" not in failed.text  # what was typed stays


def test_a_corrected_address_is_the_one_of_the_next_resend(
    login: Login, dossier: Dossier, mail: FakeMail
) -> None:
    """Corrected and read back during the call, it serves at once, though the first mail has just left."""
    agent = login("front")
    resend(agent, dossier, basis="spoken")
    path = f"/dossiers/persons/{dossier.person_id}/correction"
    form = form_in(agent.get(path).text) | {"email": "zoe.martin@gmail.com"}
    back = agent.post(path, data=form).text
    assert "arobase" in back
    agent.post(path, data=form | form_in(back))
    resend(agent, dossier, basis="spoken")
    assert [each.to for each in mail.sent] == ["zoe@courriel.example", "zoe.martin@gmail.com"]
