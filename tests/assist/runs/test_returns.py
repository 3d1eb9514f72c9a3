"""Runs in the database: what was said is not asked twice, and what was left is taken up again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.assist import pane, service, store
from app.assist.runs import resuming, rows
from app.foundation import clock
from app.foundation.exceptions import IllegalTransition
from app.foundation.extensions import db
from app.tickets.models import Contact
from tests.assist.test_runs import TO_THE_MAILBOX, begin, choose, contact_of, stays, walk
from tests.dossiers.build import NOW, create_contact

LATER = NOW + timedelta(minutes=30)


def again(contact: Contact, after: timedelta) -> Contact:
    """The same person reaches us once more."""
    return create_contact(
        person_id=contact.person_id, dossier_id=contact.dossier_id, opened_at=NOW + after
    )


def moves(run_id: int) -> int:
    return store.run(run_id).moves


def here(run_id: int) -> str:
    return service.state_of(store.run(run_id)).step_id


def test_a_known_fact_is_passed_over_said_and_asked_again(app: Flask, create_agent) -> None:
    agent, contact = create_agent("front"), contact_of()
    s13 = begin(contact, agent.id, "S13")
    walk(s13, agent.id, *TO_THE_MAILBOX[:4], ("adresse", "C’est la bonne, et la boîte"))
    s01 = begin(contact, agent.id, "S01")  # by hand, in the same contact
    assert here(s01) == "parti"
    drawn = pane.draw(store.run(s01), "fr", "fr", agent.id, LATER)
    (passed,) = drawn.passed
    assert passed.step_id == "adresse"
    assert "relue" in passed.known
    assert "S13" in drawn.waiting  # it keeps its place, and is offered
    walk(s01, agent.id, ("parti", "Oui, un mail"))
    assert here(s01) == "renvoi"  # the mailbox is open: nobody asks whether it is
    service.back(s01, moves=moves(s01), now=LATER)
    assert here(s01) == "parti"  # what was passed over is no place to go back to
    walk(s01, agent.id, ("parti", "Oui, un mail"))
    service.ask_again(s01, moves=moves(s01), step_id="devant", now=LATER)
    assert here(s01) == "devant"
    assert not pane.draw(store.run(s01), "fr", "fr", agent.id, LATER).passed
    with pytest.raises(IllegalTransition):
        service.ask_again(s01, moves=moves(s01), step_id="adresse", now=LATER)
    origins = [
        (s.step_id, s.origin) for s in stays(s01) if s.choice is not None and not s.undone_at
    ]
    assert origins == [("adresse", "known"), ("parti", "asked")]


def test_a_script_left_by_hand_waits_and_is_not_taken_up_by_itself(
    app: Flask, create_agent
) -> None:
    agent, contact = create_agent("front"), contact_of()
    s13 = begin(contact, agent.id, "S13")
    walk(s13, agent.id, *TO_THE_MAILBOX[:4])
    s07 = begin(contact, agent.id, "S07")
    service.finish(s07, moves=moves(s07), outcome="under_way", now=LATER)
    assert store.run(s13).ended_at is not None
    assert service.go_on(s07, moves=moves(s07), now=LATER) == s13
    assert here(s13) == "adresse"


def test_a_dropped_line_is_resumed_with_the_whole_stack(app: Flask, create_agent, login) -> None:
    client, contact = login("front"), contact_of()
    s13 = begin(contact, client.agent.id, "S13")
    s04 = walk(s13, client.agent.id, *TO_THE_MAILBOX)
    dropped = clock.now()
    service.settle(contact.id, dropped)  # the line dropped
    contact.closed_at = dropped
    db.session.commit()
    new = again(contact, timedelta(minutes=31))
    shown = client.get(f"/assist/pane?contact={new.id}").text
    assert "Vous en étiez là" in shown
    assert "déjà ouverte sur un autre appareil" in shown
    html = client.post("/assist/resume", data={"contact": new.id, "earlier": s04}).text
    assert "déjà ouverte sur un autre appareil" in html
    assert "Revenir à S13" in html
    run = store.running(new.id, None)
    assert run is not None
    assert (run.resumes_id, run.script_id, here(run.id)) == (s04, "S04", "ailleurs")
    assert [s.origin for s in stays(run.id)] == [
        "known",
        "asked",
    ]  # the mailbox, said in S13: not asked again
    # The new contact goes on to the end by itself: back in its own copy of S13.
    walk(run.id, client.agent.id, ("ailleurs", "Oui"), ("renvoi", "Elle voit"),
         ("lire_message", "C’est celui"), ("ouvrir", "Oui"))  # fmt: skip
    back = store.running(new.id, None)
    assert back is not None
    assert (back.script_id, back.resumes_id, here(back.id)) == ("S13", s13, "dedans")
    assert store.run(s04).outcome == "interrupted"  # the earlier one stays as it was
    refused = client.post("/assist/resume", data={"contact": new.id, "earlier": s04})
    assert refused.status_code == 409


def test_the_next_day_what_holds_for_one_call_is_asked_again(app: Flask, create_agent) -> None:
    agent, contact = create_agent("front"), contact_of()
    s01 = begin(contact, agent.id, "S01")
    walk(s01, agent.id, ("adresse", "C’est la même"))
    service.settle(contact.id, LATER)
    contact.closed_at = LATER
    db.session.commit()
    new, tomorrow = again(contact, timedelta(days=1)), NOW + timedelta(days=1)
    left = resuming.left_open(new.id, tomorrow, "fr")
    assert left is not None
    assert left.run_id == s01
    run_id = resuming.take_up(s01, contact_id=new.id, agent_id=agent.id, now=tomorrow)
    known = rows.known(store.run(run_id), tomorrow)
    assert set(known) == {"address"}  # read back yesterday; the mailbox is asked again
    assert resuming.left_open(new.id, tomorrow, "fr") is None
    assert (
        resuming.left_open(again(contact, timedelta(days=9)).id, NOW + timedelta(days=9), "fr")
        is None
    )


def test_a_transfer_keeps_the_run_and_what_was_said(app: Flask, create_agent, login) -> None:
    first, second, contact = create_agent("front"), login("back"), contact_of()
    s13 = begin(contact, first.id, "S13")
    walk(s13, first.id, *TO_THE_MAILBOX[:4], ("adresse", "C’est la bonne, et la boîte"))
    contact.agent_id = second.agent.id
    db.session.commit()
    assert "Renvoyez le mail de connexion" in second.get(f"/assist/pane?contact={contact.id}").text
    drawn = pane.draw(store.run(s13), "fr", "fr", second.agent.id, LATER)
    assert any("boîte mail" in words for words in drawn.known)
    choose(s13, 0, 60, second.agent.id)
    assert here(s13) == "date_du_mail"
