"""A form answered by mail, on both databases: asked, sent, followed, refused, answered again by the person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.adapters.file_mailbox import FileMailbox
from app.calls.callbacks import request_form
from app.channels.mail import mailbox_round
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.ports import MailRefused
from app.lines.models import Line
from app.tickets.models import CallBack, Channel, Contact, Message
from tests.assist.mail.test_dsn import written
from tests.channels.mail.test_reading import answer_to
from tests.channels.test_answering import act, key, work
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person
from tests.fakes import FakeMail, FakeSms
from tests.switchboard import Caller

NUMBER, ADDRESS = "+33639980101", "a.durand@courriel.example"
ASKED = {"reply": "mail", "mail": f" {ADDRESS.title()} ", "message": "Où en est mon dossier ?"}
AtDesk = Callable[..., StaffClient]


@pytest.fixture
def link(line: Line, caller: Callable[..., Caller]) -> str:
    create_dossier(create_person(NUMBER))
    one = caller(NUMBER).dial()
    one.end()
    token = request_form.token_for(one.call.ref, clock.now())
    db.session.rollback()
    return f"/demande/{token}"


@pytest.fixture
def agent(link: str, client: FlaskClient, at_desk: AtDesk) -> StaffClient:
    """Somebody asked for an answer by mail, and an agent has the request in hand."""
    answer = client.post(link, data=ASKED)
    assert answer.status_code == 303, answer.text
    one = at_desk()
    act(one, "take")
    return one


@pytest.fixture
def box(tmp_path: Path) -> FileMailbox:
    (tmp_path / "mailbox").mkdir()
    return FileMailbox(tmp_path / "mailbox")


def thread_of(agent: StaffClient) -> str:
    return str(agent.get(f"/dossiers/thread?contact={work().contact_id}").text)


def test_a_form_is_answered_by_mail_and_the_person_answers_again(
    agent: StaffClient, link: str, client: FlaskClient, ports: Any, box: FileMailbox
) -> None:
    mail: FakeMail = ports.mail
    page = client.get(link).text
    assert "a•••d@courriel.example" in page
    assert "Nous vous répondrons par mail" in page
    assert db.session.scalars(select(CallBack)).all() == []  # no call was asked for
    assert "Votre réponse par mail" in thread_of(agent)
    act(agent, "reply", text="Il est complet.", key=key())
    (sent,) = mail.sent
    assert sent.to == ADDRESS
    assert sent.text.startswith("Il est complet.\n\n")
    assert "Portail" in sent.subject
    assert ports.sms.sent == []
    pane = agent.get(f"/dossiers/pane/messages?contact={work().contact_id}").text
    assert "Mail envoyé" in pane
    assert "s’il revient, c’est dit ici" in pane
    assert "Nous vous avons répondu par mail" in client.get(link).text

    (box.folder / "1.eml").write_bytes(written(message_id="<1@tests.invalid>", action="delivered"))
    assert mailbox_round.look(box, clock.now()) == 1
    assert "arrivé" in agent.get(f"/dossiers/pane/messages?contact={work().contact_id}").text

    first = work().contact_id
    (box.folder / "2.eml").write_bytes(answer_to("<1@tests.invalid>", ADDRESS, "Merci, et après ?"))
    assert mailbox_round.look(box, clock.now()) == 1
    assert work().contact_id == first  # it is open: the same contact, held by the same agent
    assert "Merci, et après ?" in thread_of(agent)
    act(agent, "close", outcome="answered")

    (box.folder / "4.eml").write_bytes(
        answer_to("<1@tests.invalid>", ADDRESS, "Encore", key="<n2@x>")
    )
    assert mailbox_round.look(box, clock.now()) == 1
    contact = db.session.get_one(Contact, work().contact_id)
    assert (contact.channel, work().state) == (Channel.MAIL, "offered")
    assert contact.id != first
    assert contact.dossier_id == db.session.get_one(Contact, first).dossier_id
    act(agent, "take")
    act(agent, "reply", text="Voilà.", key=key())
    assert mail.sent[-1].headers["In-Reply-To"] == "<n2@x>"

    # With the Message-ID of another's mail: nobody's words are lost by that.
    (box.folder / "3.eml").write_bytes(answer_to("<1@tests.invalid>", "z@else.example", "Moi !"))
    assert mailbox_round.look(box, clock.now()) == 1
    others = db.session.get_one(Contact, work().contact_id)
    assert others.id not in (first, contact.id)  # not from whom we wrote to: of nobody known
    assert others.person_id is None


def test_a_mail_that_comes_back_is_owed_again_and_leaves_by_sms(
    agent: StaffClient, ports: Any, box: FileMailbox
) -> None:
    sms: FakeSms = ports.sms
    act(agent, "reply", text="Il est complet.", key=key())
    (box.folder / "1.eml").write_bytes(written(message_id="<1@tests.invalid>"))
    assert mailbox_round.look(box, clock.now()) == 1
    shown = thread_of(agent)
    assert "cette adresse mail n’existe pas" in shown
    assert "Votre réponse par SMS" in shown
    assert (
        "Il est complet." in shown.partition("<textarea")[2]
    )  # what was written is the draft again
    act(agent, "reply", text="Il est complet.", key=key())
    assert sms.sent == [(NUMBER, "Il est complet.")]


def test_a_server_that_refuses_at_once_gives_the_draft_back(agent: StaffClient, ports: Any) -> None:
    ports.mail.error = MailRefused("550 no such user")
    act(agent, "reply", text="Il est complet.", key=key())
    shown = thread_of(agent)
    assert "sa messagerie l’a refusé" in shown
    assert "Il est complet." in shown.partition("<textarea")[2]


def test_the_form_asks_again_for_what_cannot_be_used(link: str, client: FlaskClient) -> None:
    wrong = client.post(link, data={"reply": "mail", "mail": "durand", "message": "Bonjour"})
    assert wrong.status_code == 422
    assert "arobase (@) dans l" in wrong.text
    empty = client.post(link, data={**ASKED, "message": " "})
    assert "Écrivez votre question" in empty.text
    slip = client.post(link, data={**ASKED, "mail": "ana@gmial.com"})
    assert slip.status_code == 422
    assert 'name="sure" value="ana@gmial.com"' in slip.text
    again = client.post(link, data={**ASKED, "mail": "ana@gmial.com", "sure": "ana@gmial.com"})
    assert again.status_code == 303
    assert db.session.scalars(select(Message.address)).all() == ["ana@gmial.com"]
