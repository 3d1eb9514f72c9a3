"""Mails that answer none of ours, on both databases: each is work, answered at its address, and counted."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.adapters.file_mailbox import FileMailbox
from app.channels.mail import mailbox_round
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue.models import Work
from app.tickets.models import Channel, Contact, Message
from tests.channels.mail.test_reading import new_mail
from tests.channels.test_answering import act, key, work
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person

ADDRESS = "samira@courriel.example"
AtDesk = Callable[..., StaffClient]


@pytest.fixture
def box(tmp_path: Path) -> FileMailbox:
    return FileMailbox(tmp_path / "mailbox")


def came(box: FileMailbox, *mails: bytes) -> int:
    for mail in mails:
        box.put(mail)
    return mailbox_round.look(box, clock.now())


def left(box: FileMailbox) -> int:
    return len(list(box.folder.glob("*.left")))


def pane(agent: StaffClient) -> str:
    return str(agent.get(f"/dossiers/pane/messages?contact={work().contact_id}").text)


def test_a_mail_to_the_service_is_answered_from_the_desk(
    line: Line, at_desk: AtDesk, ports: Any, box: FileMailbox
) -> None:
    person = create_person("+33639980101")
    person.email = ADDRESS
    dossier_id = create_dossier(person).id
    db.session.commit()
    agent = at_desk()
    first = new_mail(ADDRESS.title(), "Mon paiement", "Quand suis-je payée ?", key="<a1@x>")
    assert came(box, first, first) == 1  # told twice, it is one
    contact = db.session.get_one(Contact, work().contact_id)
    assert (contact.channel, contact.dossier_id) == (Channel.MAIL, dossier_id)
    assert work().state == "offered"
    assert "Objet : Mon paiement" in pane(agent)
    act(agent, "take")

    files = EmailMessage()
    files["From"], files["Subject"], files["Message-ID"] = ADDRESS, "Re: Mon paiement", "<a2@x>"
    files.set_content("Mon RIB est joint.")
    files.add_attachment(b"x", maintype="application", subtype="pdf", filename="rib.pdf")
    assert came(box, files.as_bytes()) == 1
    assert work().contact_id == contact.id  # it is open: no second work
    assert "📎 rib.pdf" in pane(agent)
    assert "Objet : Re" not in pane(agent)
    assert left(box) == 1  # whoever answers opens the file there

    act(agent, "reply", text="Le 8 juillet.", key=key())
    (sent,) = ports.mail.sent
    assert (sent.to, sent.headers["In-Reply-To"]) == (ADDRESS, "<a2@x>")
    assert ports.sms.sent == []


def test_who_is_not_known_is_named_by_an_address_and_machines_are_nobodys_work(
    line: Line, at_desk: AtDesk, box: FileMailbox
) -> None:
    for number in (
        "+33639980102",
        "+33639980103",
    ):  # a mailbox that two persons share tells nobody apart
        create_person(number).email = "partagee@courriel.example"
    db.session.commit()
    agent = at_desk()
    machine = new_mail("info@shop.example", "Soldes", "-50 %", more="List-Id: <s.shop.example>\n")
    assert came(box, machine, new_mail("noreply@x.example", "Compte", "Bonjour")) == 0
    assert left(box) == 2
    assert db.session.scalar(select(func.count()).select_from(Work)) == 0

    assert (
        came(box, new_mail("partagee@courriel.example", "Où en est mon dossier ?", "", key="")) == 1
    )
    contact = db.session.get_one(Contact, work().contact_id)
    assert contact.person_id is None
    assert "partagee@courriel.example" in agent.get("/messages").text
    assert "partagee@courriel.example" in agent.get(f"/tickets/{contact.id}").text
    assert "partagee@courriel.example" in agent.get(f"/dossiers/caller?contact={contact.id}").text
    shown = pane(agent)
    assert "Objet : Où en est mon dossier ?" in shown  # all of it was in the subject
    assert "Aucun texte" not in shown


def test_one_sender_cannot_fill_the_queue(line: Line, at_desk: AtDesk, box: FileMailbox) -> None:
    agent = at_desk()
    for n in range(13):
        assert came(box, new_mail("a@x.example", f"N° {n}", "Encore", key=f"<{n}@x>")) == 1
        act(agent, "take")
        act(agent, "close", outcome="no_answer")
    assert db.session.scalar(select(func.count()).select_from(Message)) == 13
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 10
