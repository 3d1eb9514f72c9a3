"""What becomes of a promise: made, kept, moved, given to a colleague, waiting for somebody else, taken back.

Each use case is one transaction, leaves a step (``OwedStep``) that ``undo`` takes back exactly, a line in the
journal, and tells the desks that it concerns. Who may: its owner, who made it, a manager; and anybody for
what is the team's. Called within a transaction, it is part of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts import journal
from app.accounts.models import Agent
from app.dossiers.mandates import service as mandates
from app.dossiers.may_say import Basis
from app.dossiers.models import Dossier
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import DESK, Role
from app.tickets import screened
from app.tickets.models import Contact
from app.tickets.promises import clock as working
from app.tickets.promises import hours
from app.tickets.promises.models import OwedStep, Promise, PromiseEnd, PromiseKind
from app.web.realtime import LINE_ROOM, publish

_HERE = and_(Agent.active, Agent.role.in_(DESK))
FARTHEST = timedelta(days=400)
UNDO_FOR = timedelta(minutes=15)
SHORT = 120  # characters: who is waited for, which service

_KEPT_BEFORE = (
    "owner_id", "due_at", "missed", "waits_since", "waits_for", "left_s", "ended_at", "ended_by_id",
    "outcome", "outcome_reason", "reminded_at",
)  # fmt: skip


def promise(
    kind: PromiseKind | str,
    *,
    agent_id: int | None,
    owner_id: int | None,
    due_at: datetime,
    reason: str,
    now: datetime,
    locale: str = "fr",
    dossier_id: int | None = None,
    contact_id: int | None = None,
    person_id: int | None = None,
    basis: Basis | str | None = None,
    service: str = "",
    origin: str | None = None,
) -> Promise:
    """Something owed, from now on in its owner's list (``owner_id`` None: the team's).

    ``agent_id`` is who promised, None for what the house found by itself. ``reason``: a few words for whoever keeps
    it. ``basis``: the agreement on which it is done in the person's name, when it is. The dossier and the person
    follow from the contact when they are not said. Raises InvalidInput for a time that is past or too far, words
    that cannot be kept, an owner who does not work here; NotFound for an unknown dossier or contact.
    """
    kind = PromiseKind(kind)
    words = screened.accepted(reason, locale)
    _usable_time(due_at, now, past=origin is not None)
    with unit_of_work() as work:
        dossier_id, person_id = _about(dossier_id, contact_id, person_id)
        mandates.check(person_id, basis, now)
        if owner_id is not None:
            colleague(owner_id)
        made = Promise(
            kind=kind,
            origin=origin,
            dossier_id=dossier_id,
            contact_id=contact_id,
            person_id=person_id,
            owner_id=owner_id,
            made_by_id=agent_id,
            made_at=now,
            first_due_at=due_at,
            due_at=due_at,
            reason=words,
            basis=Basis(basis) if basis else None,
            service=screened.accepted(service, locale, wanted=False)[:SHORT],
            waits_for="",
            missed=False,
            outcome_reason="",
        )
        db.session.add(made)
        db.session.flush()
        journal.record(
            "promise_made",
            f"promise:{made.id}",
            agent_id=agent_id,
            now=now,
            detail={"kind": kind.value, "dossier": dossier_id, "owner": owner_id},
        )
        tell(work, owner_id)
    return made


def keep(promise_id: int, *, agent_id: int, now: datetime) -> OwedStep | None:
    """It is done. A second time changes nothing (None)."""
    with unit_of_work() as work:
        held = locked(promise_id, agent_id)
        if held.outcome is PromiseEnd.KEPT:
            return None
        _refuse_ended(held)
        step = noted(f"promise:{held.id}", "kept", _before(held), agent_id, now)
        held.missed = held.missed or (held.waits_since is None and now > held.due_at)
        _end(held, PromiseEnd.KEPT, "", agent_id, now)
        _record(held, "promise_kept", agent_id, now, {"missed": held.missed}, work)
        return step


def drop(
    promise_id: int, reason: str, *, agent_id: int, now: datetime, locale: str = "fr"
) -> OwedStep:
    """It is of no more use, and why: never without a reason. Raises InvalidInput."""
    words = screened.accepted(reason, locale)
    with unit_of_work() as work:
        held = locked(promise_id, agent_id)
        _refuse_ended(held)
        step = noted(f"promise:{held.id}", "dropped", _before(held), agent_id, now)
        _end(held, PromiseEnd.DROPPED, words, agent_id, now)
        _record(held, "promise_dropped", agent_id, now, {}, work)
        return step


def move(promise_id: int, due_at: datetime, *, agent_id: int, now: datetime) -> OwedStep:
    """Another time. Moved once its own time has passed, it stays counted as missed. Raises InvalidInput."""
    _usable_time(due_at, now)
    with unit_of_work() as work:
        held = locked(promise_id, agent_id)
        _refuse_ended(held)
        step = noted(f"promise:{held.id}", "moved", _before(held), agent_id, now)
        held.missed = held.missed or (held.waits_since is None and now > held.due_at)
        held.due_at, held.reminded_at = due_at, None
        held.waits_since, held.waits_for, held.left_s = None, "", None
        _record(held, "promise_moved", agent_id, now, {"missed": held.missed}, work)
        return step


def hand_over(promise_id: int, owner_id: int | None, *, agent_id: int, now: datetime) -> OwedStep:
    """Give it to a colleague, or to the team (None): it leaves one list for another. Raises InvalidInput."""
    with unit_of_work() as work:
        held = locked(promise_id, agent_id)
        _refuse_ended(held)
        if owner_id is not None:
            colleague(owner_id)
        step = noted(f"promise:{held.id}", "handed", _before(held), agent_id, now)
        former, held.owner_id, held.reminded_at = held.owner_id, owner_id, None
        tell(work, former)
        _record(held, "promise_handed", agent_id, now, {"agent": owner_id}, work)
        return step


def wait(
    promise_id: int, waits_for: str, *, agent_id: int, now: datetime, locale: str = "fr"
) -> OwedStep:
    """A third party is waited for (an employer's paper, another service): its working hours stand still."""
    words = screened.accepted(waits_for, locale)[:SHORT]
    with unit_of_work() as work:
        held = locked(promise_id, agent_id)
        _refuse_ended(held)
        step = noted(f"promise:{held.id}", "waits", _before(held), agent_id, now)
        held.missed = held.missed or (held.waits_since is None and now > held.due_at)
        if held.waits_since is None:
            left = working.worked(hours.of_service(), now, held.due_at)
            held.waits_since, held.left_s = now, int(left.total_seconds())
        held.waits_for = words
        _record(held, "promise_waits", agent_id, now, {}, work)
        return step


def resume(promise_id: int, *, agent_id: int, now: datetime) -> OwedStep | None:
    """The third party has answered: the working hours that were left go on from now. None: it did not wait."""
    with unit_of_work() as work:
        held = locked(promise_id, agent_id)
        _refuse_ended(held)
        if held.waits_since is None:
            return None
        step = noted(f"promise:{held.id}", "resumed", _before(held), agent_id, now)
        held.due_at = hours.target(now, (held.left_s or 0) / 3600)
        held.waits_since, held.waits_for, held.left_s, held.reminded_at = None, "", None, None
        _record(held, "promise_resumed", agent_id, now, {}, work)
        return step


def take_back(promise_id: int, before: dict[str, Any], agent_id: int, now: datetime) -> None:
    """Put a promise back as a step found it, inside the caller's transaction (``acting.undo``)."""
    held = locked(promise_id, agent_id)
    former = held.owner_id
    for name in _KEPT_BEFORE:
        if name in before:
            setattr(held, name, _read(name, before[name]))
    with unit_of_work() as work:
        tell(work, former)
        _record(held, "promise_undone", agent_id, now, {}, work)


# --- what the use cases share --------------------------------------------------------------------


def locked(promise_id: int, agent_id: int) -> Promise:
    """A promise that this agent may act on, kept from others until the commit. Raises NotFound, Forbidden."""
    held = db.session.scalar(
        select(Promise)
        .where(Promise.id == promise_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if held is None:
        raise NotFound("Cette promesse n'existe pas.", todo="Rechargez la page.")
    refuse_stranger(agent_id, held.owner_id, held.made_by_id)
    return held


def may(agent_id: int, role: str, owner_id: int | None, made_by_id: int | None = None) -> bool:
    """Its owner, who made it, a manager; anybody who answers for what is the team's."""
    if role not in DESK:
        return False
    return role == Role.MANAGER or owner_id is None or agent_id in (owner_id, made_by_id)


def refuse_stranger(agent_id: int, owner_id: int | None, made_by_id: int | None = None) -> None:
    """Raises Forbidden unless this agent may act on what ``owner_id`` owes."""
    role = db.session.scalar(select(Agent.role).where(Agent.id == agent_id)) or ""
    if may(agent_id, role, owner_id, made_by_id) or (role in DESK and not is_here(owner_id)):
        return
    who = db.session.scalar(select(Agent.display_name).where(Agent.id == owner_id)) or ""
    raise Forbidden(
        "C'est %(who)s qui a promis cela.",
        kept="La promesse tient, rien n'a été changé.",
        todo="Demandez à cette personne, ou à l'encadrement.",
        who=who,
    )


def noted(subject: str, act: str, before: dict[str, Any], agent_id: int, now: datetime) -> OwedStep:
    """Keep what something owed was before an act, inside the caller's transaction."""
    step = OwedStep(subject=subject, act=act, at=now, by_id=agent_id, before=before)
    db.session.add(step)
    db.session.flush()
    return step


def tell(work: Work, owner_id: int | None) -> None:
    """After the commit, the desks hear that somebody's list has changed (None: the team's). Only the id travels."""
    work.after(lambda: publish("owed", {"agent": owner_id}, room=LINE_ROOM))


def is_here(agent_id: int | None) -> bool:
    """Does somebody of this id work here?"""
    known = select(Agent.id).where(Agent.id == agent_id, _HERE)
    return db.session.scalar(known) is not None


def nobodys(owner: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Is it the team's: nobody's by name, or of somebody who works here no more? What they owed goes on."""
    return or_(owner.is_(None), owner.not_in(select(Agent.id).where(_HERE)))


def colleagues() -> list[tuple[int, str]]:
    """To whom something may be given: (id, name) of whoever works with dossiers, by name."""
    found = db.session.execute(
        select(Agent.id, Agent.display_name).where(_HERE).order_by(Agent.display_name, Agent.id)
    )
    return [(row.id, row.display_name) for row in found]


def colleague(agent_id: int) -> None:
    """Raises InvalidInput unless somebody of the team has this id."""
    if not is_here(agent_id):
        raise InvalidInput(
            "Cette personne ne travaille pas ici, ou plus.",
            kept="Rien n'a été changé.",
            todo="Choisissez quelqu'un de l'équipe.",
        )


def _about(
    dossier_id: int | None, contact_id: int | None, person_id: int | None
) -> tuple[int | None, int | None]:
    if contact_id is not None:
        contact = db.session.get(Contact, contact_id)
        if contact is None:
            raise NotFound("Ce contact n'existe pas.", todo="Rechargez la page.")
        dossier_id = dossier_id if dossier_id is not None else contact.dossier_id
        person_id = person_id if person_id is not None else contact.person_id
    if dossier_id is not None:
        dossier = db.session.get(Dossier, dossier_id)
        if dossier is None:
            raise NotFound("Ce dossier n'existe pas.")
        person_id = dossier.person_id
    return dossier_id, person_id


def _usable_time(due_at: datetime, now: datetime, *, past: bool = False) -> None:
    if due_at - now > FARTHEST or (due_at <= now and not past):
        raise InvalidInput(
            "Choisissez un moment à venir, dans l'année.", kept="Rien n'a été changé."
        )


def _refuse_ended(held: Promise) -> None:
    if held.ended_at is None:
        return
    who = held.ended_by.display_name if held.ended_by else ""
    raise Conflict(
        "%(who)s a déjà terminé cela.", kept="Rien n'a changé.", todo="Rechargez la liste.", who=who
    )


def _end(held: Promise, outcome: PromiseEnd, reason: str, agent_id: int, now: datetime) -> None:
    held.ended_at, held.ended_by_id = now, agent_id
    held.outcome, held.outcome_reason = outcome, reason


def _before(held: Promise) -> dict[str, Any]:
    return {name: _plain(getattr(held, name)) for name in _KEPT_BEFORE}


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _read(name: str, value: Any) -> Any:
    if name.endswith(("_at", "_since")) and value is not None:
        return datetime.fromisoformat(value)
    if name == "outcome" and value is not None:
        return PromiseEnd(value)
    return value


def _record(
    held: Promise, act: str, agent_id: int, now: datetime, detail: dict[str, Any], work: Work
) -> None:
    db.session.flush()
    journal.record(act, f"promise:{held.id}", agent_id=agent_id, now=now, detail=detail)
    tell(work, held.owner_id)
