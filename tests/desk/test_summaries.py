"""« Envoyer un résumé »: what really happened, changed by the agent, sent as a message of the contact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.dossiers import service as dossiers
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets import callbacks
from app.tickets.callbacks import Wish
from app.tickets.delivery import Delivery
from app.tickets.models import CallBackSource, Channel, Message
from tests.dossiers.build import create_contact, create_dossier, create_person

NUMBER = "+33639980101"


def test_a_summary_from_what_was_done_to_the_message_that_is_followed(
    login: Any, line: Line, ports: Any
) -> None:
    agent, now = login("front"), clock.now()
    person = create_person(NUMBER, email="ana@courriel.example", last_name="Vasseur")
    dossier = create_dossier(person)
    contact = create_contact(
        NUMBER, now=now, person_id=person.id, dossier_id=dossier.id, agent_id=agent.agent.id
    )
    at = f"/tickets/summary?contact={contact.id}"
    before = agent.get(at).text
    assert "Nous nous sommes parlé" in before
    assert "en premier" not in before
    dossiers.flag_priority(
        dossier.id, "sans ressources", clock.local_day(now), agent_id=agent.agent.id, now=now,
        locale="fr",
    )  # fmt: skip
    wish = Wish(
        NUMBER, line.id, CallBackSource.AGENT, now, now + timedelta(days=1),
        contact_id=contact.id, agent_id=agent.agent.id,
    )  # fmt: skip
    with unit_of_work():
        callbacks.ask(wish)
    shown = agent.get(at).text
    assert "regardé en premier" in shown
    assert "Nous vous rappelons" in shown
    assert "sans ressources" not in shown
    assert "Vasseur" not in shown

    data = {"contact": contact.id, "way": "mail", "text": "Ce que nous avons fait : rien d'autre."}
    assert agent.post("/tickets/summary", data=data).status_code == 422  # on what agreement?
    assert db.session.scalar(select(Message.id)) is None
    sent = agent.post("/tickets/summary", data={**data, "basis": "spoken"})
    assert "Résumé envoyé." in sent.text
    (mail,) = ports.mail.sent
    assert (mail.to, mail.text) == (
        "ana@courriel.example",
        "Ce que nous avons fait : rien d'autre.",
    )
    message = db.session.scalars(select(Message)).one()
    assert (message.channel, message.agent_id, message.delivery) == (
        Channel.MAIL, agent.agent.id, Delivery.SENT,
    )  # fmt: skip
    line_of = db.session.scalar(select(JournalEntry).where(JournalEntry.act == "summary_sent"))
    assert line_of is not None
    assert (line_of.subject, line_of.detail["basis"]) == (f"contact:{contact.id}", "spoken")

    ports.sms.error = Unavailable("l'opérateur ne répond pas")
    refused = agent.post("/tickets/summary", data={**data, "way": "sms", "basis": "spoken"})
    assert refused.status_code == 503
    assert "Résumé envoyé." not in refused.text
    last = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert last is not None
    assert last.delivery is Delivery.FAILED


def test_whom_nothing_written_reaches_is_read_to(login: Any, line: Line) -> None:
    agent = login("front")
    contact = create_contact("+33139980102", now=clock.now(), agent_id=agent.agent.id)
    shown = agent.get(f"/tickets/summary?contact={contact.id}").text
    assert "Relisez-lui à voix haute" in shown
    assert "<form" not in shown
