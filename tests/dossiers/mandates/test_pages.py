"""A written mandate is noted with the paper that was seen, ends by itself, is taken back at once, is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.administration.privacy import erasing, held
from app.dossiers.mandates.models import Mandate
from app.foundation import clock
from app.foundation.extensions import db
from app.operations import retention
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_mandate, create_person


def paper(**changed: str) -> dict[str, Any]:
    until = clock.local_day(clock.now()) + timedelta(days=60)
    return {"holder": "Marc Colin", "relation": "organisation", "paper": "formulaire signé le 3 mars",
            "ends_on": until.isoformat(), **changed}  # fmt: skip


def test_a_paper_is_noted_shown_ended_and_taken_back(
    app: Flask, login: Callable[..., StaffClient]
) -> None:
    agent = login("front", display_name="Camille")
    dossier = create_dossier(create_person(last_name="Vasseur"))
    where = f"/dossiers/persons/{dossier.person_id}/mandates"
    assert where in agent.get(f"/dossiers/{dossier.id}").text
    assert "Aucun mandat en cours" in agent.get(where).text
    past = (clock.local_day(clock.now()) - timedelta(days=1)).isoformat()
    for wrong in (
        {"holder": " "}, {"paper": ""}, {"relation": "self"}, {"ends_on": ""}, {"ends_on": past},
        {"ends_on": "2099-01-01"}, {"paper": "son mot de passe : Soleil2026!"},
    ):  # fmt: skip
        refused = agent.post(where, data=paper(**wrong))
        assert refused.status_code == 422, wrong
        assert refused.headers["X-Form-Returned"] == "1"
    assert db.session.scalar(select(func.count()).select_from(Mandate)) == 0
    page = agent.post(where, data=paper()).text
    assert "Marc Colin" in page
    assert "noté par Camille" in page
    made = db.session.scalars(select(Mandate)).one()
    made.begins_on, made.ends_on = (
        made.begins_on - timedelta(days=9),
        made.begins_on - timedelta(days=1),
    )
    db.session.commit()
    assert "a pris fin le" in agent.get(where).text
    second = create_mandate(dossier.person_id, agent.agent.id)
    revoke = f"/dossiers/mandates/{second.id}/revoke"
    assert agent.post(revoke, data={"why": ""}).status_code == 422
    assert agent.post(revoke, data={"why": "Elle a changé d’organisme"}).status_code == 200
    agent.post(revoke, data={"why": "encore"})  # again: nothing more
    page = agent.get(where).text
    assert "par Camille : Elle a changé d’organisme" in page
    assert "encore" not in page


def test_mandates_are_held_on_a_person_given_forgotten_and_erased(
    app: Flask, login: Callable[..., StaffClient]
) -> None:
    agent = login("front")
    person, other = create_person(), create_person()
    person.created_at = other.created_at = clock.now()  # their own term is far
    ended = create_mandate(person.id, agent.agent.id)
    long_ago = clock.local_day(clock.now()) - timedelta(days=400)
    ended.begins_on = ended.ends_on = long_ago
    db.session.commit()
    create_mandate(person.id, agent.agent.id, holder="Awa Diallo")
    create_mandate(other.id, agent.agent.id)
    assert len(held.of(person.id)["mandates"]) == 2
    assert retention.run(now=clock.now(), dry_run=True)["mandates"] == 1
    retention.run(now=clock.now(), dry_run=False)
    assert [row["holder"] for row in held.of(person.id)["mandates"]] == ["Awa Diallo"]
    erasing.erase(person.id, by_id=agent.agent.id, now=clock.now())
    left = db.session.scalars(select(Mandate.person_id)).all()
    assert left == [other.id]
