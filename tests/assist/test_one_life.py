"""One life of a mail: what the chips say, the dossier's story says; and nothing under way is suggested."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_login import login_user

from app.assist import acting, pane, service
from app.assist.acts import actions
from app.dossiers import view
from app.dossiers.mail import stage as mail_stage
from app.dossiers.vocabulary import PortalEventKind as Kind
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.wiring import ports
from tests.dossiers.build import NOW, create_contact, create_dossier, create_event, create_person


def chips(dossier_id: int) -> dict[str, object]:
    shown = pane.life_of(dossier_id, NOW + timedelta(hours=1))
    assert shown is not None
    return {item.code: (item.done, item.at) for item in shown.items}


def story(dossier_id: int) -> dict[str, object]:
    db.session.expire_all()
    with_times = view.store.dossier(dossier_id).events
    return {event.kind.value: event.at for event in with_times}


def test_an_opened_link_had_been_delivered_at_a_time_that_nobody_told(app: Flask) -> None:
    dossier = create_dossier(create_person())
    create_event(dossier, Kind.LINK_SENT, NOW)
    create_event(dossier, Kind.LINK_OPENED, NOW + timedelta(minutes=3))
    assert chips(dossier.id)["delivered"] == (True, None)
    assert "mail_delivered" not in story(dossier.id)


def test_a_delivery_told_has_the_same_time_everywhere(app: Flask) -> None:
    dossier = create_dossier(create_person())
    create_event(dossier, Kind.LINK_SENT, NOW)
    create_event(dossier, Kind.MAIL_DELIVERED, NOW + timedelta(minutes=1))
    create_event(dossier, Kind.LINK_OPENED, NOW + timedelta(minutes=3))
    assert chips(dossier.id)["delivered"] == (True, story(dossier.id)["mail_delivered"])
    assert chips(dossier.id)["step1"] == (False, None)


@pytest.mark.parametrize("kind", [Kind.MAIL_DELIVERED, Kind.MAIL_BOUNCED])
def test_what_is_told_later_of_our_own_mail_is_said_by_both(
    app: Flask, login, mail, kind: Kind
) -> None:
    client = login("front")
    agent = client.agent
    dossier = create_dossier(create_person(email="ana@tests.example"))
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    run_id = service.start_run(
        "S02", contact_id=contact.id, dossier_id=None, agent_id=agent.id, now=NOW
    )
    actor = acting.Actor(run_id, agent.id, "renvoi", "spoken", NOW)
    assert actions.perform("resend_link", actor, ports(), "https://p.example").code == "sent"
    sent = story(dossier.id)["link_sent"]
    assert chips(dossier.id)["sent"] == (True, sent)
    later = NOW + timedelta(minutes=2)
    create_event(dossier, kind, max(later, sent + timedelta(seconds=1)))  # type: ignore[operator, call-overload]
    if kind is Kind.MAIL_BOUNCED:
        assert list(chips(dossier.id)) == ["bounced"]
        strip = client.get(f"/assist/life?dossier={dossier.id}").text
        assert (
            "Relisez l’adresse" in strip
        )  # it left, and came back: the address is what to look at
        assert "Rien n’est parti" not in strip
    else:
        assert chips(dossier.id)["delivered"] == (True, story(dossier.id)["mail_delivered"])


def test_what_is_being_done_is_not_suggested_again(app: Flask, create_agent, login) -> None:
    client = login("front")
    dossier = create_dossier(create_person(email="ana@tests.example"), enrolled_on=NOW.date())
    create_event(dossier, Kind.LINK_SENT, NOW - timedelta(days=9))
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    page = f"/dossiers/{dossier.id}"
    assert "S02" in client.get(f"/assist/pane?contact={contact.id}").text
    assert "lien a plus" in client.get(page).text or "expiré" in client.get(page).text
    client.post("/assist/runs", data={"script": "S02", "contact": contact.id})
    assert 'data-trouble="link_expired"' not in client.get(page).text
    run = service.store.running(contact.id, None)
    assert run is not None
    service.finish(run.id, moves=0, outcome="follow_up", now=NOW)
    with app.test_request_context():
        login_user(client.agent)
        shown = pane.view(contact.id, None, NOW, "fr", agent_id=client.agent.id)
    assert "S02" not in [each.id for each in shown.suggested]


@pytest.mark.parametrize(
    ("kind", "stage"),
    [(Kind.LINK_OPENED, "opened"), (Kind.MAIL_BOUNCED, "bounced"), (Kind.DEPOSITED, "deposited")],
)
def test_a_stage_has_one_word_on_every_page_that_says_it(
    app: Flask, login, kind: Kind, stage: str
) -> None:
    """The strip (at the desk, and fetched by the dossier's page), and the dossier's story on its page."""
    agent, dossier = login("front"), create_dossier(create_person(email="ana@tests.example"))
    now = clock.now()
    create_event(dossier, Kind.LINK_SENT, now - timedelta(hours=2))
    create_event(dossier, kind, now - timedelta(hours=1))
    said = mail_stage.word(stage, "fr")
    page = agent.get(f"/dossiers/{dossier.id}").text
    assert f'hx-get="/assist/life?dossier={dossier.id}"' in page
    assert said in page
    assert said in agent.get(f"/assist/life?dossier={dossier.id}").text
