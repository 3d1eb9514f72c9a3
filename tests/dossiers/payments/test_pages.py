"""The calendar of payments, an urgency from its asking to its decision, and what is forgotten; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import JournalEntry
from app.dossiers.models import Dossier
from app.dossiers.payments import forgotten, service
from app.dossiers.payments.models import PaymentUrgency, PaymentWaiting
from app.dossiers.vocabulary import Inside
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from tests.dossiers.build import create_dossier, create_person


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def acts() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))


def test_managers_keep_the_calendar_and_everybody_reads_it(login: Any) -> None:
    today = clock.local_day(clock.now())
    soon = today + timedelta(days=3)
    while soon.weekday() > 3:
        soon += timedelta(days=1)
    manager, agent = login("manager"), login("front")
    for path, data in (
        ("waves", {"on": soon.isoformat()}),
        ("days-off", {"on": soon.isoformat(), "name": "Pont"}),
        ("processing", {"on": (today - timedelta(days=9)).isoformat()}),
    ):
        assert agent.post(f"/payments/{path}", data=data).status_code == 403
        assert manager.post(f"/payments/{path}", data=data).status_code == 302
    assert manager.post("/payments/days-off/proposed").status_code == 302
    assert service.proposed(today, "fr") == []
    page = agent.get("/payments").text
    assert "qui n’est pas ouvré" in page
    assert "Pont" in page
    assert "Retirer" not in page
    dossier = create_dossier(inside=Inside.TO_PAY, next_payment_on=soon)
    with unit_of_work():  # the sentence of the page is the calendar's
        found = db.session.get_one(Dossier, dossier.id)
        told = service.answer(found, clock.now())
    assert told.on is not None
    assert told.on > soon
    assert told.sentence.fr in agent.get(f"/dossiers/{dossier.id}").text
    assert manager.post("/payments/waves/remove", data={"on": soon.isoformat()}).status_code == 409
    manager.post("/payments/days-off/remove", data={"on": soon.isoformat()})
    assert service.answer(db.session.get_one(Dossier, dossier.id), clock.now()).on == soon
    assert {"payment_wave_added", "payment_day_off_added", "payment_processing",
            "payment_day_off_removed"} <= set(acts())  # fmt: skip


def test_no_payment_date_stands_before_a_grant() -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(
            Dossier(
                reference="PF-X", person_id=create_person().id, inside=Inside.DEPOSITED,
                next_payment_on=clock.local_day(clock.now()), created_at=clock.now(),
            )
        )  # fmt: skip


def test_an_urgency_needs_its_proof_and_a_manager(login: Any) -> None:
    now = clock.now()
    today = clock.local_day(now)
    wave = today + timedelta(days=2)
    manager, agent = login("manager", display_name="Isabelle"), login("front")
    service.add_wave(wave, agent_id=manager.agent.id, now=now)
    dossier = create_dossier(inside=Inside.DEPOSITED)
    at = f"/dossiers/{dossier.id}/urgency"
    asked = {"proof": "training_centre", "proof_on": "", "reason": "Expulsion annoncée"}
    assert agent.post(at, data={**asked, "reason": "mot de passe : Azerty12!"}).status_code == 422
    assert agent.post(at, data=asked).status_code == 302
    assert "pas encore reçu" in agent.get(f"/dossiers/{dossier.id}").text
    decision = {"granted": "1", "wave": wave.isoformat()}
    assert agent.post(f"{at}/decision", data=decision).status_code == 403
    assert manager.post(f"{at}/decision", data=decision).status_code == 422  # no proof yet
    agent.post(at, data={**asked, "proof_on": today.isoformat()})
    assert manager.post(f"{at}/decision", data=decision).status_code == 422  # nobody granted it
    with unit_of_work():
        found = db.session.get_one(Dossier, dossier.id)
        found.inside, found.decided_on = Inside.VOTED, today
    assert manager.post(f"{at}/decision", data=decision).status_code == 302
    assert manager.post(f"{at}/decision", data=decision).status_code == 409
    page = agent.get(f"/dossiers/{dossier.id}").text
    assert "l’urgence est reconnue" in page
    assert "décidée par Isabelle" in page
    kept = db.session.get_one(PaymentUrgency, dossier.id)
    assert kept.decided_by_id == manager.agent.id
    assert db.session.get_one(Dossier, dossier.id).next_payment_on == wave
    assert [act for act in acts() if act.startswith("urgency")] == [
        "urgency_asked", "urgency_asked", "urgency_decided",
    ]  # fmt: skip


def test_what_is_forgotten_between_vote_and_proposal_is_found_each_day(login: Any) -> None:
    now = clock.now()
    long_ago = clock.local_day(now) - timedelta(days=20)
    lost = create_dossier(
        create_person(last_name="Oubliée"), inside=Inside.VOTED, decided_on=long_ago
    )
    create_dossier(inside=Inside.VOTED, decided_on=clock.local_day(now))
    create_dossier(inside=Inside.TO_PAY, decided_on=long_ago)
    with unit_of_work():
        found = db.session.get_one(Dossier, lost.id)
        found.amount_cents, found.iban_masked = 50_000, "FR•• 606"
    assert forgotten.look(now) == 1
    assert forgotten.look(now + timedelta(days=1)) == 1
    (row,) = db.session.scalars(select(PaymentWaiting))
    assert (row.dossier_id, row.found_on) == (lost.id, clock.local_day(now))
    page = login("manager").get("/payments").text
    assert "Oubliée" in page
    assert "oubliée entre le vote et la proposition" in page
    with unit_of_work():
        db.session.get_one(Dossier, lost.id).inside = Inside.TO_PAY
    assert forgotten.waiting_now()[1] == 0
    assert forgotten.look(now) == 0
