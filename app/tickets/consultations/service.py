"""Consulting in writing: a question (``whom``: to whom), an answer, a dispute, a ruling.

    open ──answer──► answered ──object──► disputed ──rule (a manager)──► ruled

Each act is one transaction, screened as notes are, journaled without a word of it, and told to the desks at
once. What holds is the ``decision``: it stands first wherever somebody is about to answer on that dossier.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts import journal
from app.accounts.models import Agent
from app.dossiers.models import Dossier
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, NotFound
from app.foundation.extensions import db
from app.foundation.roles import DESK, Role
from app.tickets import screened
from app.tickets.consultations import whom
from app.tickets.consultations.models import (
    Consultation,
    ConsultationState,
    ConsultationWord,
    WordKind,
)
from app.tickets.consultations.whom import OWNER, Whom
from app.tickets.models import Contact
from app.tickets.promises import hours
from app.web.realtime import LINE_ROOM, publish

ANSWER_HOURS = (
    7.0  # of the service: the next working day at the same hour (a manager may set another)
)
EVIDENCE = 300  # characters
SHOWN = 20  # consultations of a dossier, the latest first

State = ConsultationState
_SETTLED = (State.ANSWERED, State.RULED)


def ask(
    dossier_id: int,
    question: str,
    *,
    agent_id: int,
    now: datetime,
    to: Whom = OWNER,
    contact_id: int | None = None,
    target_hours: float = ANSWER_HOURS,
    locale: str = "fr",
) -> Consultation:
    """Ask the dossier's owner, a team, chosen colleagues or everybody; in their list from now on.

    The owner who asks, and a dossier without an owner, ask everybody. Raises NotFound, InvalidInput.
    """
    words = screened.accepted(question, locale)
    with unit_of_work() as work:
        dossier = db.session.get(Dossier, dossier_id)
        if dossier is None:
            raise NotFound("Ce dossier n'existe pas.")
        if contact_id is not None and db.session.get(Contact, contact_id) is None:
            raise NotFound("Ce contact n'existe pas.", todo="Rechargez la page.")
        made = Consultation(
            dossier_id=dossier_id,
            contact_id=contact_id,
            asked_by_id=agent_id,
            asked_at=now,
            question=words,
            due_at=hours.target(now, target_hours),
            state=State.OPEN,
            decision="",
        )
        whom.put(made, to, owner_id=dossier.owner_id, asked_by=agent_id)
        db.session.add(made)
        db.session.flush()
        detail = {"dossier": dossier_id, "agent": made.to_id}
        _record("consultation_asked", made, agent_id, now, work, detail)
    return made


def answer(
    consultation_id: int,
    text: str,
    *,
    agent_id: int,
    now: datetime,
    evidence: str = "",
    locale: str = "fr",
) -> None:
    """What whoever was asked decides. Raises Forbidden for somebody else, Conflict when it is settled already."""
    with unit_of_work() as work:
        held = _locked(consultation_id)
        _refuse(held, State.OPEN)
        if not may_answer(held, agent_id, _role(agent_id)):
            raise _not_asked(held)
        word = _word(held, WordKind.ANSWER, text, evidence, agent_id, now, locale)
        held.state, held.decision = State.ANSWERED, word.text
        held.decided_by_id, held.decided_at, held.read_at = agent_id, now, None
        _record("consultation_answered", held, agent_id, now, work)


def object_to(
    consultation_id: int,
    text: str,
    *,
    agent_id: int,
    now: datetime,
    evidence: str = "",
    locale: str = "fr",
) -> None:
    """« Je ne lis pas le dossier comme vous » : the decision is suspended until a manager rules.

    ``evidence`` names the field or the paper that says otherwise. Raises Conflict when nothing is decided yet, or a
    manager has ruled; Forbidden for the one whose decision it is.
    """
    with unit_of_work() as work:
        held = _locked(consultation_id)
        _refuse(held, State.ANSWERED)
        if held.decided_by_id == agent_id:
            raise Forbidden(
                "C'est votre propre décision.",
                kept="Elle tient.",
                todo="Écrivez plutôt une remarque, ou demandez à l'encadrement.",
            )
        _word(held, WordKind.OBJECTION, text, evidence, agent_id, now, locale)
        held.state, held.decision = State.DISPUTED, ""
        held.decided_by_id, held.decided_at, held.read_at = None, None, None
        _record("consultation_disputed", held, agent_id, now, work)


def rule(
    consultation_id: int,
    text: str,
    *,
    agent_id: int,
    now: datetime,
    evidence: str = "",
    locale: str = "fr",
) -> None:
    """A manager decides between two readings, or in the place of who was asked. It holds for everybody."""
    if _role(agent_id) != Role.MANAGER:
        raise Forbidden("Seul l'encadrement tranche.", kept="Rien n'a été changé.")
    with unit_of_work() as work:
        held = _locked(consultation_id)
        _refuse(held, State.OPEN, State.ANSWERED, State.DISPUTED)
        word = _word(held, WordKind.RULING, text, evidence, agent_id, now, locale)
        held.state, held.decision = State.RULED, word.text
        held.decided_by_id, held.decided_at, held.read_at = agent_id, now, None
        _record("consultation_ruled", held, agent_id, now, work)


def remark(
    consultation_id: int, text: str, *, agent_id: int, now: datetime, locale: str = "fr"
) -> None:
    """A word more, which decides nothing (« j'ai rappelé le centre »)."""
    with unit_of_work() as work:
        held = _locked(consultation_id)
        _word(held, WordKind.REMARK, text, "", agent_id, now, locale)
        _record("consultation_remark", held, agent_id, now, work)


def withdraw(consultation_id: int, *, agent_id: int, now: datetime) -> None:
    """The question is of no more use: who asked it says so, or a manager."""
    with unit_of_work() as work:
        held = _locked(consultation_id)
        _refuse(held, State.OPEN, State.DISPUTED)
        if agent_id != held.asked_by_id and _role(agent_id) != Role.MANAGER:
            raise Forbidden(
                "C'est %(who)s qui a posé cette question.",
                kept="La question reste posée.",
                who=held.asked_by.display_name,
            )
        held.state = State.WITHDRAWN
        _record("consultation_withdrawn", held, agent_id, now, work)


def mark_read(consultation_id: int, *, agent_id: int, now: datetime) -> None:
    """Who asked has read what was decided: it leaves their list. A second time changes nothing."""
    with unit_of_work() as work:
        held = _locked(consultation_id)
        if held.state not in _SETTLED or held.read_at is not None:
            return
        if agent_id != held.asked_by_id:
            raise Forbidden(
                "C'est %(who)s qui a posé cette question.",
                kept="Rien n'a été changé.",
                who=held.asked_by.display_name,
            )
        held.read_at = now
        _record("consultation_read", held, agent_id, now, work)


def mark_unread(consultation_id: int, *, agent_id: int, now: datetime) -> None:
    """Taken back: the decision is still to be read."""
    with unit_of_work() as work:
        held = _locked(consultation_id)
        held.read_at = None
        _record("consultation_unread", held, agent_id, now, work)


def hand_over(
    consultation_id: int, to: Whom, *, agent_id: int, now: datetime, back: bool = False
) -> dict[str, Any]:
    """Ask somebody else instead; whom it had been put to (``whom.stored``). ``back``: taken back.

    Whoever may answer passes it on, and so does the one who asked. Raises Forbidden, InvalidInput, Conflict.
    """
    with unit_of_work() as work:
        held = _locked(consultation_id)
        _refuse(held, State.OPEN)
        mine = agent_id == held.asked_by_id or may_answer(held, agent_id, _role(agent_id))
        if not (mine or back):
            raise _not_asked(held)
        former = whom.stored(held)
        whom.put(held, to, owner_id=held.dossier.owner_id, asked_by=0)
        _record("consultation_handed", held, agent_id, now, work, {"agent": held.to_id})
        return former


def may_answer(held: Consultation, agent_id: int, role: str) -> bool:
    """Whoever was asked (``whom.asked``), the dossier's owner, a manager."""
    if role not in DESK:
        return False
    if role == Role.MANAGER or agent_id == held.dossier.owner_id:
        return True
    return whom.asked(held, agent_id, role)


# --- reads ---------------------------------------------------------------------------------------


def of_dossier(dossier_id: int, most: int = SHOWN) -> Sequence[Consultation]:
    """The consultations of a dossier with all that was written, the latest first; withdrawn ones apart."""
    return db.session.scalars(
        select(Consultation)
        .where(Consultation.dossier_id == dossier_id, Consultation.state != State.WITHDRAWN)
        .options(
            selectinload(Consultation.words).joinedload(ConsultationWord.by),
            joinedload(Consultation.asked_by),
            joinedload(Consultation.to),
            selectinload(Consultation.group),
            joinedload(Consultation.decided_by),
            joinedload(Consultation.dossier),
        )
        .order_by(Consultation.id.desc())
        .limit(most)
    ).all()


def disputed(dossier_id: int) -> bool:
    """Do two agents read this dossier differently, and has no manager ruled yet?"""
    query = select(Consultation.id).where(
        Consultation.dossier_id == dossier_id, Consultation.state == State.DISPUTED
    )
    return db.session.scalar(query.limit(1)) is not None


def one(consultation_id: int) -> Consultation:
    """A consultation. Raises NotFound."""
    found = db.session.get(Consultation, consultation_id)
    if found is None:
        raise NotFound("Cette consultation n'existe pas.", todo="Rechargez la page.")
    return found


# --- what the acts share -------------------------------------------------------------------------


def _locked(consultation_id: int) -> Consultation:
    found = db.session.scalar(
        select(Consultation)
        .where(Consultation.id == consultation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Cette consultation n'existe pas.", todo="Rechargez la page.")
    return found


def _role(agent_id: int) -> str:
    return db.session.scalar(select(Agent.role).where(Agent.id == agent_id)) or ""


def _refuse(held: Consultation, *states: ConsultationState) -> None:
    if held.state in states:
        return
    who = held.decided_by.display_name if held.decided_by else held.asked_by.display_name
    if held.state in _SETTLED:
        raise Conflict(
            "%(who)s vient de décider.",
            kept="Sa décision tient ; votre texte n'est pas enregistré.",
            todo="Lisez-la, puis dites si vous n'êtes pas d'accord.",
            who=who,
        )
    if held.state is State.OPEN:
        raise Conflict("Rien n'est encore décidé.", kept="La question reste posée.")
    if held.state is State.DISPUTED:
        raise Conflict(
            "Deux lectures s'opposent déjà : l'encadrement va trancher.",
            kept="Rien n'a été changé.",
        )
    raise Conflict("Cette question a été retirée.", kept="Rien n'a été changé.")


def _not_asked(held: Consultation) -> Forbidden:
    if held.to is None and not held.group and held.to_role is None:
        return Forbidden("C'est votre propre question.", kept="Elle reste posée à l'équipe.")
    return Forbidden(
        "Cette question est posée à %(who)s.",
        kept="Rien n'a été changé.",
        todo="Vous pouvez écrire une remarque.",
        who=whom.said(held),
    )


def _word(
    held: Consultation,
    kind: WordKind,
    text: str,
    evidence: str,
    agent_id: int,
    now: datetime,
    locale: str,
) -> ConsultationWord:
    word = ConsultationWord(
        consultation_id=held.id,
        by_id=agent_id,
        at=now,
        kind=kind,
        text=screened.accepted(text, locale),
        evidence=screened.accepted(evidence, locale, wanted=False)[:EVIDENCE],
    )
    db.session.add(word)
    db.session.flush()
    return word


def _record(
    act: str,
    held: Consultation,
    agent_id: int,
    now: datetime,
    work: Work,
    detail: dict[str, int | None] | None = None,
) -> None:
    db.session.flush()
    journal.record(act, f"consultation:{held.id}", agent_id=agent_id, now=now, detail=detail)
    news = {"id": held.id, "dossier": held.dossier_id}

    def told() -> None:
        publish("consultation", news, room=LINE_ROOM)
        publish("owed", {"agent": None}, room=LINE_ROOM)

    work.after(told)
