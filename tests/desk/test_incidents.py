"""An incident from a contact to the repair: opened once, linked, told to each person once, called, closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.assist import service as scripts
from app.desk.incidents import notices, routes, signals
from app.dossiers.vocabulary import Reach
from app.foundation import clock
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets.incidents import store
from app.tickets.incidents.life import IncidentKind, IncidentState
from app.tickets.incidents.models import Incident, IncidentLink, IncidentNotice, NoticeState
from app.tickets.models import Channel, Contact, Direction, Message
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_person

Login = Callable[..., StaffClient]
SAID = {"text": "C'est réparé.", "text_en": "It is fixed."}


def acts() -> list[str]:
    found = select(JournalEntry.act).where(JournalEntry.subject.startswith("incident:"))
    return list(db.session.scalars(found.order_by(JournalEntry.id)))


def incidents() -> list[Incident]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Incident).order_by(Incident.id)))


def a_contact(number: str | None, agent: StaffClient, **person: Any) -> Contact:
    """A contact of this agent, about a person of its own."""
    who = create_person(*([number] if number else []), **person)
    dossier = create_dossier(who)
    return create_contact(
        number, now=clock.now(), person_id=who.id, dossier_id=dossier.id, agent_id=agent.agent.id
    )


def test_from_the_first_call_to_the_repair(login: Login, line: Line, ports: Any) -> None:
    nadia, bruno = login("front", display_name="Nadia"), login("back", display_name="Bruno")
    boss = login("manager", display_name="Isabelle")
    one = a_contact("+33639980101", nadia, email="un@courriel.example")
    two = a_contact("+33139980102", bruno, email="deux@courriel.example")
    three = a_contact("+33139980103", bruno)
    scripts.start_run(
        "S11", contact_id=one.id, dossier_id=None, agent_id=nadia.agent.id, now=clock.now()
    )
    pane = nadia.get(f"/assist/pane?contact={one.id}").text
    assert "Signaler un incident" in pane

    assert (
        "Une erreur est survenue"
        in nadia.post("/incidents", data={"contact": one.id, "kind": "error_shown"}).text
    )
    for contact in (two, three, three):  # the second key of a colleague joins the same one
        bruno.post("/incidents", data={"contact": contact.id, "kind": "error_shown"})
    (found,) = incidents()
    at = f"/incidents/{found.id}"
    links = db.session.scalars(select(IncidentLink.contact_id).order_by(IncidentLink.id)).all()
    assert links == [one.id, two.id, three.id]
    assert acts() == ["incident_opened", *["incident_linked"] * 3]
    assert "3 contacts" in bruno.get("/incidents/board").text

    words = {"title": "", "workaround": "Réessayez dans une heure.", "revision": found.revision}
    assert nadia.post(f"{at}/words", data=words).status_code == 303
    assert nadia.post(f"{at}/words", data={**words, "workaround": "Non."}).status_code == 409
    assert "Réessayez dans une heure." in bruno.get(f"/incidents/strip?contact={two.id}").text

    # Managers alone move it; nobody is told that it is repaired before somebody has said so.
    assert bruno.post(f"{at}/move", data={"act": "repair"}).status_code == 403
    assert boss.post(f"{at}/move", data={"act": "confirm"}).status_code == 303
    assert boss.post(f"{at}/tell", data=SAID).status_code == 409
    assert boss.post(f"{at}/move", data={"act": "repair"}).status_code == 303
    assert "Envoyer à tous" in boss.get(at).text

    for _press in range(2):
        assert boss.post(f"{at}/tell", data=SAID).status_code == 303
    assert [to for to, _text in ports.sms.sent] == ["+33639980101"]
    assert [mail.to for mail in ports.mail.sent] == ["deux@courriel.example"]
    told = {n.contact_id: n.state for n in db.session.scalars(select(IncidentNotice))}
    assert told == {
        one.id: NoticeState.SENT, two.id: NoticeState.SENT, three.id: NoticeState.TO_CALL,
    }  # fmt: skip
    sent = db.session.scalars(select(Message).where(Message.direction == Direction.OUT)).all()
    assert {(m.contact_id, m.channel) for m in sent} == {
        (one.id, Channel.SMS), (two.id, Channel.MAIL),
    }  # fmt: skip

    notice = db.session.scalar(
        select(IncidentNotice.id).where(IncidentNotice.contact_id == three.id)
    )
    assert bruno.post(f"/incidents/called/{notice}").status_code == 303
    assert boss.post(f"{at}/move", data={"act": "close"}).status_code == 303
    (found,) = incidents()
    assert (found.state, found.unfounded) == (IncidentState.CLOSED, False)
    assert acts()[4:] == [
        "incident_worded", "incident_confirmed", "incident_repaired", "incident_told",
        "incident_told", "incident_called", "incident_closed",
    ]  # fmt: skip
    assert "Signaler un incident" in nadia.get(f"/assist/pane?contact={one.id}").text


def test_a_message_that_is_refused_puts_the_person_on_the_list_to_call(
    login: Login, line: Line, ports: Any
) -> None:
    nadia, boss = login("front"), login("manager")
    one = a_contact("+33639980101", nadia)
    nadia.post("/incidents", data={"contact": one.id, "kind": "fields_lost"})
    (found,) = incidents()
    boss.post(f"/incidents/{found.id}/move", data={"act": "repair"})
    ports.sms.error = Unavailable("le fournisseur ne répond pas")
    boss.post(f"/incidents/{found.id}/tell", data=SAID)
    assert db.session.scalars(select(IncidentNotice.state)).all() == [NoticeState.REFUSED]
    assert "message refusé : à appeler" in boss.get(f"/incidents/{found.id}").text


def test_each_is_told_in_their_language_by_the_way_they_asked_for(
    login: Login, line: Line, ports: Any
) -> None:
    nadia, boss = login("front"), login("manager")
    mail = "par.mail@courriel.example"
    for number, person in (
        ("+33639980101", {"language": "en"}),
        ("+33639980102", {"email": mail, "prefers": Reach.MAIL, "language": "ar"}),
        ("+33639980103", {"prefers": Reach.PHONE}),
        ("+33639980104", {"prefers": Reach.POST}),
        ("+33639980105", {"prefers": Reach.MAIL}),  # has none: her mobile serves
    ):
        one = a_contact(number, nadia, **person)
        nadia.post("/incidents", data={"contact": one.id, "kind": "fields_lost"})
    (found,) = incidents()
    at = f"/incidents/{found.id}"
    boss.post(f"{at}/move", data={"act": "repair"})
    page = boss.get(at).text
    assert "signalé est réparé. Vous" in page
    assert "told us about is fixed." in page
    assert "En français : 2 personnes." in page
    assert "En anglais : 1 personne." in page
    assert "à prévenir par SMS, en anglais" in page
    assert "à appeler : c’est ce qui a été demandé" in page
    assert boss.post(f"{at}/tell", data={**SAID, "text_en": ""}).status_code == 422
    assert ports.sms.sent == []
    boss.post(f"{at}/tell", data=SAID)
    assert ports.sms.sent == [("+33639980101", "It is fixed."), ("+33639980105", "C'est réparé.")]
    assert [(each.to, each.text) for each in ports.mail.sent] == [(mail, "C'est réparé.")]
    states = db.session.scalars(select(IncidentNotice.state).order_by(IncidentNotice.id)).all()
    assert states.count(NoticeState.TO_CALL) == 2


def test_whoever_was_told_too_early_is_told_again_once(
    login: Login, line: Line, ports: Any
) -> None:
    """Repaired, broken again, repaired: one word for each repair, to those of before and to whoever called since."""
    nadia, boss = login("front"), login("manager")
    one = a_contact("+33639980101", nadia)
    nadia.post("/incidents", data={"contact": one.id, "kind": "fields_lost"})
    three = a_contact("+33139980103", nadia)
    nadia.post("/incidents", data={"contact": three.id, "kind": "fields_lost"})
    (found,) = incidents()
    at = f"/incidents/{found.id}"
    for act in ("confirm", "repair"):
        assert boss.post(f"{at}/move", data={"act": act}).status_code == 303
    boss.post(f"{at}/tell", data=SAID)
    assert store.to_call_count() == 1
    assert boss.post(f"{at}/move", data={"act": "again"}).status_code == 303
    assert store.to_call_count() == 0  # nobody calls to say what is not so
    two = a_contact("+33639980102", nadia)
    nadia.post("/incidents", data={"contact": two.id, "kind": "fields_lost"})
    assert boss.post(f"{at}/move", data={"act": "repair"}).status_code == 303
    assert "À prévenir : 3" in boss.get(at).text
    for _press in range(2):
        boss.post(f"{at}/tell", data=SAID)
    assert [to for to, _text in ports.sms.sent] == ["+33639980101", "+33639980101", "+33639980102"]
    assert (len(incidents()), store.to_call_count()) == (1, 1)


def test_a_word_to_many_leaves_behind_the_page(
    login: Login, line: Line, ports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five thousand people are not told while a manager's page waits: some at once, the others by turns, each once."""
    nadia, boss = login("front"), login("manager")
    monkeypatch.setattr(notices, "AT_ONCE", 2)
    monkeypatch.setattr(routes, "SHOWN", 3)
    numbers = [f"+3363998020{rank}" for rank in range(5)]
    for number in numbers:
        one = a_contact(number, nadia)
        nadia.post("/incidents", data={"contact": one.id, "kind": "fields_lost"})
    (found,) = incidents()
    at = f"/incidents/{found.id}"
    assert notices.go_on(clock.now()) == 0
    boss.post(f"{at}/move", data={"act": "repair"})
    page = boss.get(at).text
    assert "À prévenir : 5" in page
    assert "et 2 autres personnes" in page
    assert "En français : au plus 5 personnes." in page
    boss.post(f"{at}/tell", data=SAID)
    assert len(ports.sms.sent) == 2
    assert "Le message part : encore 3 personnes." in boss.get(at).text
    assert "Envoyer à tous" not in boss.get(at).text
    assert [notices.go_on(clock.now()) for _turn in range(4)] == [2, 1, 0, 0]
    assert [to for to, _text in ports.sms.sent] == numbers
    assert "Le message part" not in boss.get(at).text
    assert acts().count("incident_told") == 3

    # Broken again while a word leaves: it stops.
    for act in ("again", "repair"):
        boss.post(f"{at}/move", data={"act": act})
    boss.post(f"{at}/tell", data=SAID)
    boss.post(f"{at}/move", data={"act": "again"})
    assert notices.go_on(clock.now()) == 0
    assert len(ports.sms.sent) == 7


def test_a_key_pressed_by_mistake_leaves_nothing_open(login: Login, line: Line) -> None:
    nadia = login("front")
    one = a_contact("+33639980101", nadia)
    nadia.post("/incidents", data={"contact": one.id, "kind": "other"})
    (found,) = incidents()
    nadia.post(f"/incidents/{found.id}/contacts/undo", data={"contact": one.id})
    (found,) = incidents()
    assert (found.state, found.unfounded) == (IncidentState.CLOSED, True)


def test_a_series_is_proposed_with_its_figures_and_opens_with_its_contacts(
    login: Login, line: Line
) -> None:
    nadia = login("front")
    contacts = [a_contact(f"+3363998012{n}", nadia) for n in range(4)]
    for contact in contacts:
        scripts.start_run(
            "S24", contact_id=contact.id, dossier_id=None, agent_id=nadia.agent.id,
            now=clock.now() - timedelta(minutes=2),
        )  # fmt: skip
    (proposal,) = signals.proposed(clock.now())
    assert (proposal.kind, proposal.spike.count) == (IncidentKind.ACCOUNT_NOT_FOUND, 4)
    assert "4 contacts en 30 minutes" in nadia.get("/incidents").text
    assert nadia.post("/incidents/proposed", data={"kind": "account_not_found"}).status_code == 303
    assert len(incidents()[0].links) == 4
    assert signals.proposed(clock.now()) == []
    assert nadia.post("/incidents/proposed", data={"kind": "account_not_found"}).status_code == 422


@pytest.mark.parametrize("kind", ["", "distress"])
def test_an_unknown_kind_opens_nothing(login: Login, line: Line, kind: str) -> None:
    nadia = login("front")
    one = a_contact("+33639980101", nadia)
    assert nadia.post("/incidents", data={"contact": one.id, "kind": kind}).status_code == 422
    assert incidents() == []
