"""A question in writing: asked, answered, disputed, ruled; the dispute of two agents over one dossier, replayed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.dossiers import store as dossiers
from app.dossiers.status import status_sentence
from app.dossiers.vocabulary import Inside, Rejection
from app.foundation.clock import PARIS
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput
from app.foundation.extensions import db
from app.tickets.consultations import service
from app.tickets.consultations.models import ConsultationState
from app.tickets.consultations.owed import Consultations
from app.tickets.promises import acting
from app.tickets.promises.sources import Asked
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=PARIS)
Login = Callable[..., StaffClient]


def journaled(subject: str) -> list[str]:
    query = select(JournalEntry.act).where(JournalEntry.subject == subject)
    return list(db.session.scalars(query.order_by(JournalEntry.id)))


def listed(agent_id: int | None) -> list[str]:
    return [row.subject for row in Consultations().rows(Asked(NOW, agent_id))]


def where_it_stands(dossier_id: int) -> str:
    return status_sentence(dossiers.facts_of(dossiers.dossier(dossier_id)), NOW, "fr")


def test_a_rejection_that_a_field_contradicts_is_contested_and_a_true_duplicate_is_not(
    app: Flask,
) -> None:
    refused: dict[str, Any] = {"inside": Inside.REJECTED, "decided_on": NOW.date()}
    alone = create_dossier(rejection=Rejection.DUPLICATE, **refused)
    assert "Cette raison est contestée" in where_it_stands(alone.id)
    create_dossier(alone.person, inside=Inside.PAID)  # the one that was kept
    assert "parce qu" in where_it_stands(alone.id)
    young = create_dossier(rejection=Rejection.YOUTH_GUARANTEE, **refused)
    assert "parce qu" in where_it_stands(young.id)  # nobody asked: nothing says the contrary
    young.person.youth_guarantee = False
    assert "Cette raison est contestée" in where_it_stands(young.id)


def test_two_causes_in_one_rejection_and_a_field_that_contradicts_one(
    app: Flask, login: Login
) -> None:
    """The dossier is refused « garantie jeune, or not from the organisme's software »; the field says no garantie
    jeune; the one who answers and its owner differ on the other cause, and a manager rules."""
    front, owner = (
        login("front", display_name="Nadia").agent.id,
        login("back", display_name="Bruno").agent.id,
    )
    boss, stranger = login("manager", display_name="Isabelle").agent.id, login("back").agent.id
    dossier = create_dossier(
        owner_id=owner, inside=Inside.REJECTED, rejection=Rejection.OUTSIDE_PROCEDURE,
        rejection_evidence="cumul garantie jeune, ou ne descend pas du logiciel", descends_from_of=False,
    )  # fmt: skip
    held = service.ask(
        dossier.id,
        "Le refus cite deux causes. Laquelle tient ? L'organisme dit que ce parcours ne descend pas du logiciel.",
        agent_id=front, now=NOW,
    )  # fmt: skip
    subject = f"consultation:{held.id}"
    assert held.to_id == owner
    assert held.due_at == NOW + timedelta(days=1)  # seven hours of the service
    assert listed(owner) == [subject]
    assert listed(front) == listed(stranger) == []
    with pytest.raises(Forbidden, match="Bruno"):
        service.answer(held.id, "Je le prends.", agent_id=stranger, now=NOW)
    service.answer(
        held.id,
        "Refus tenu : tous les parcours doivent descendre du logiciel.",
        agent_id=owner,
        now=NOW,
    )
    assert held.decided_by_id == owner
    assert (listed(owner), listed(front)) == ([], [subject])  # she has a decision to read
    with pytest.raises(Forbidden):
        service.object_to(held.id, "non", agent_id=owner, now=NOW)
    service.object_to(
        held.id, "L'accompagnement renforcé n'y descend pas, et la garantie jeune est à « non ».",
        evidence="champ garantie jeune : non", agent_id=front, now=NOW,
    )  # fmt: skip
    assert (held.state, held.decision) == (
        ConsultationState.DISPUTED,
        "",
    )  # nobody acts on what is disputed
    assert (listed(front), listed(owner), listed(boss)) == ([], [], [subject])
    assert "Cette raison est contestée" in where_it_stands(dossier.id)
    with pytest.raises(Forbidden):
        service.rule(held.id, "Je tranche.", agent_id=front, now=NOW)
    service.rule(
        held.id, "Une seule cause reste : la provenance, et ce parcours en est dispensé. Demander l'attestation.",
        agent_id=boss, now=NOW,
    )  # fmt: skip
    assert held.state is ConsultationState.RULED
    assert "rejeté parce que la demande n’est pas passée" in where_it_stands(dossier.id)
    assert (listed(boss), listed(front)) == ([], [subject])
    with pytest.raises(Conflict, match="Isabelle"):
        service.answer(held.id, "trop tard", agent_id=owner, now=NOW)
    kept = acting.keep(subject, agent_id=front, now=NOW)
    assert listed(front) == []
    acting.undo(kept.steps, agent_id=front, now=NOW)
    assert listed(front) == [subject]
    (shown,) = service.of_dossier(dossier.id)
    assert [word.by.display_name for word in shown.words] == ["Bruno", "Nadia", "Isabelle"]
    assert journaled(subject) == [
        "consultation_asked", "consultation_answered", "consultation_disputed", "consultation_ruled",
        "consultation_read", "consultation_unread",
    ]  # fmt: skip


def test_the_team_is_asked_where_nobody_owns_it(app: Flask, login: Login) -> None:
    me, other = login("front").agent.id, login("back").agent.id
    held = service.ask(create_dossier().id, "Qui connaît ce parcours ?", agent_id=me, now=NOW)
    assert held.to_id is None
    assert listed(other) == [f"consultation:{held.id}"]
    with pytest.raises(Forbidden):
        service.answer(held.id, "moi", agent_id=me, now=NOW)
    done = acting.hand_over([f"consultation:{held.id}"], other, agent_id=other, now=NOW)
    assert held.to_id == other
    acting.undo(done.steps, agent_id=other, now=NOW)
    assert held.to_id is None
    service.withdraw(held.id, agent_id=me, now=NOW)
    assert listed(other) == []
    own = create_dossier(owner_id=me)
    assert service.ask(own.id, "Un avis ?", agent_id=me, now=NOW).to_id is None
    with pytest.raises(InvalidInput, match="mot de passe"):
        service.ask(own.id, "son mot de passe : Soleil2021!", agent_id=me, now=NOW)
