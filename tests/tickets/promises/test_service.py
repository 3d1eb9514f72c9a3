"""A promise's life: made, reminded, moved, given, waiting, kept, taken back; each with its line in the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.foundation.clock import PARIS
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput, NotFound
from app.foundation.extensions import db
from app.tickets.promises import acting, service
from app.tickets.promises.models import Promise, PromiseEnd, PromiseKind
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=PARIS)
Login = Callable[..., StaffClient]


def journaled(subject: str) -> list[str]:
    query = select(JournalEntry.act).where(JournalEntry.subject == subject)
    return list(db.session.scalars(query.order_by(JournalEntry.id)))


def made(me: int, **fields: Any) -> Promise:
    values = {
        "owner_id": me,
        "due_at": NOW + timedelta(hours=2),
        "reason": "vérifier l'avis",
        "now": NOW,
    }
    return service.promise(PromiseKind.ANSWER, **{"agent_id": me, **values, **fields})


def test_a_promise_lives_and_each_act_is_taken_back(app: Flask, login: Login) -> None:
    me, other = login("front").agent.id, login("back", display_name="Bruno").agent.id
    dossier = create_dossier()
    contact = create_contact(person_id=dossier.person_id, dossier_id=dossier.id)
    held = made(me, contact_id=contact.id)
    assert (held.dossier_id, held.person_id) == (dossier.id, dossier.person_id)
    subject, now = f"promise:{held.id}", NOW + timedelta(minutes=1)

    moved = acting.move([subject], NOW + timedelta(days=1), agent_id=me, now=now)
    given_away = acting.hand_over([subject], other, agent_id=me, now=now)
    db.session.refresh(held)
    assert held.owner_id == other
    with pytest.raises(Conflict):  # the move is under the giving away
        acting.undo(moved.steps, agent_id=me, now=now)
    assert acting.undo(given_away.steps, agent_id=me, now=now) == 1
    assert acting.undo(moved.steps, agent_id=me, now=now) == 1
    db.session.refresh(held)
    assert (held.owner_id, held.due_at, held.missed) == (me, NOW + timedelta(hours=2), False)

    kept = acting.keep(subject, agent_id=me, now=now)
    assert acting.keep(subject, agent_id=me, now=now).steps == ()
    db.session.refresh(held)
    assert (held.outcome, held.missed, held.ended_by_id) == (PromiseEnd.KEPT, False, me)
    with pytest.raises(Conflict):
        service.move(held.id, NOW + timedelta(days=2), agent_id=me, now=now)
    assert acting.undo(kept.steps, agent_id=me, now=now) == 1
    db.session.refresh(held)
    assert held.ended_at is None
    assert journaled(subject) == [
        "promise_made", "promise_moved", "promise_handed", "promise_undone", "promise_undone",
        "promise_kept", "promise_undone",
    ]  # fmt: skip


def test_what_waits_for_a_third_party_stands_still_and_goes_on(app: Flask, login: Login) -> None:
    me = login("front").agent.id
    held = made(me)  # due in two hours of work
    service.wait(held.id, "l'employeur", agent_id=me, now=NOW + timedelta(hours=1))
    later = NOW + timedelta(days=4)  # Monday
    service.resume(held.id, agent_id=me, now=later)
    db.session.refresh(held)
    assert held.due_at == later + timedelta(hours=1)
    service.wait(held.id, "l'employeur", agent_id=me, now=later)
    service.keep(held.id, agent_id=me, now=later + timedelta(days=9))
    db.session.refresh(held)
    assert held.missed is False
    assert journaled(f"promise:{held.id}")[1:] == [
        "promise_waits", "promise_resumed", "promise_waits", "promise_kept",
    ]  # fmt: skip


def test_a_promise_moved_once_late_was_not_kept_in_time(app: Flask, login: Login) -> None:
    me = login("front").agent.id
    held, late = made(me), NOW + timedelta(hours=3)
    service.move(held.id, late + timedelta(days=1), agent_id=me, now=late)
    service.keep(held.id, agent_id=me, now=late)
    db.session.refresh(held)
    assert held.missed is True


def test_who_may_and_what_is_refused(app: Flask, login: Login) -> None:
    me, other = login("front", display_name="Nadia").agent.id, login("back").agent.id
    boss, admin = login("manager").agent.id, login("admin").agent.id
    mine, teams = made(me), made(me, owner_id=None)
    for act in (
        lambda who: service.keep(mine.id, agent_id=who, now=NOW),
        lambda who: service.move(mine.id, NOW + timedelta(days=1), agent_id=who, now=NOW),
        lambda who: service.hand_over(mine.id, other, agent_id=who, now=NOW),
        lambda who: service.drop(mine.id, "plus utile", agent_id=who, now=NOW),
        lambda who: service.wait(mine.id, "la CAF", agent_id=who, now=NOW),
    ):
        with pytest.raises(Forbidden, match="Nadia"):
            act(other)
        with pytest.raises(Forbidden):
            act(admin)
    service.move(mine.id, NOW + timedelta(days=1), agent_id=boss, now=NOW)
    service.keep(teams.id, agent_id=other, now=NOW)
    with pytest.raises(InvalidInput):
        service.drop(mine.id, "  ", agent_id=me, now=NOW)
    for wrong in (
        {"reason": "mot de passe : Soleil2021!"},
        {"reason": ""},
        {"due_at": NOW},
        {"due_at": NOW + timedelta(days=500)},
        {"owner_id": admin},
    ):
        with pytest.raises(InvalidInput):
            made(me, **wrong)
    with pytest.raises(NotFound):
        acting.keep("promise:0", agent_id=me, now=NOW)
    with pytest.raises(NotFound):
        acting.keep("secret:1", agent_id=me, now=NOW)
    done = acting.move(
        [f"promise:{mine.id}", f"promise:{teams.id}"], NOW + timedelta(days=3), agent_id=me, now=NOW
    )
    assert (len(done.steps), done.left) == (1, 1)


@given(st.lists(st.sampled_from(["move", "hand", "wait", "resume", "keep", "drop"]), max_size=6))
def test_undoing_everything_gives_back_what_was(acts: list[str]) -> None:
    """The rule of ``undo`` is in what a step keeps: every column that an act may change is in it."""
    changed = {
        "move": {"missed", "due_at", "reminded_at", "waits_since", "waits_for", "left_s"},
        "hand": {"owner_id", "reminded_at"},
        "wait": {"missed", "waits_since", "left_s", "waits_for"},
        "resume": {"due_at", "waits_since", "waits_for", "left_s", "reminded_at"},
        "keep": {"missed", "ended_at", "ended_by_id", "outcome", "outcome_reason"},
        "drop": {"ended_at", "ended_by_id", "outcome", "outcome_reason"},
    }
    assert set().union(*(changed[act] for act in acts)) <= set(service._KEPT_BEFORE)
