"""The use cases of incidents: opened or joined from a contact, worded, confirmed, repaired, closed.

Each is one transaction, journaled without a word about anybody; every page of the team is told after it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.accounts import journal
from app.dossiers import free_text
from app.foundation.database.unit_of_work import Work, rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.tickets.incidents import life, store
from app.tickets.incidents.life import GOING_ON, IncidentKind, IncidentState
from app.tickets.incidents.models import (
    Incident,
    IncidentLink,
    IncidentNotice,
    IncidentWord,
    NoticeState,
)
from app.tickets.models import Contact
from app.web.realtime import LINE_ROOM, publish

TITLE, WORKAROUND = 120, 400  # characters


def open_or_join(
    kind: IncidentKind, contact_id: int, *, agent_id: int, now: datetime
) -> tuple[int, bool]:
    """Open an incident of this kind from a contact, or join the one that goes on; (its id, is it new).

    One key during a call: nothing is asked. Two agents who press it at once make one incident.
    """
    try:
        with unit_of_work() as work:
            found = _going_on(kind, contact_id)
            new = found is None
            incident_id = _opened(kind, agent_id, now, work) if found is None else found
            _link(incident_id, contact_id, agent_id, now, work)
            return incident_id, new
    except IntegrityError:  # another desk was faster, by an instant: join theirs
        with unit_of_work() as work:
            found = _going_on(kind, contact_id)
            if found is None:
                raise
            _link(found, contact_id, agent_id, now, work)
            return found, False


def _going_on(kind: IncidentKind, contact_id: int) -> int | None:
    query = select(Incident.id).where(Incident.kind == kind, Incident.state.in_(GOING_ON))
    if kind is IncidentKind.OTHER:  # two troubles that have no name are not the same
        query = query.join(IncidentLink).where(IncidentLink.contact_id == contact_id)
    return db.session.scalar(query.order_by(Incident.id.desc()).limit(1))


def _opened(kind: IncidentKind, agent_id: int, now: datetime, work: Work) -> int:
    made = Incident(
        kind=kind,
        title="",
        workaround="",
        state=IncidentState.OPEN,
        opened_at=now,
        opened_by_id=agent_id,
    )
    db.session.add(made)
    db.session.flush()
    _record(made.id, "incident_opened", agent_id, now, {"kind": kind.value}, work)
    return made.id


def link(incident_id: int, contact_id: int, *, agent_id: int, now: datetime) -> bool:
    """This contact is about it too; False when it was linked already. Raises Conflict once closed."""
    with unit_of_work() as work:
        if store.incident(incident_id, lock=True).state is IncidentState.CLOSED:
            raise _over()
        return _link(incident_id, contact_id, agent_id, now, work)


def _link(incident_id: int, contact_id: int, agent_id: int, now: datetime, work: Work) -> bool:
    if db.session.get(Contact, contact_id) is None:
        raise NotFound("Ce contact n'existe pas.", todo="Rechargez la page.")
    there = select(IncidentLink.id).where(
        IncidentLink.incident_id == incident_id, IncidentLink.contact_id == contact_id
    )
    if db.session.scalar(there) is not None:
        return False
    try:
        with db.session.begin_nested():
            db.session.add(
                IncidentLink(
                    incident_id=incident_id,
                    contact_id=contact_id,
                    linked_by_id=agent_id,
                    linked_at=now,
                )
            )
    except IntegrityError:
        return False
    detail = {"contact": contact_id}
    _record(incident_id, "incident_linked", agent_id, now, detail, work)
    return True


def unlink(incident_id: int, contact_id: int, *, agent_id: int, now: datetime) -> None:
    """It was about something else. One that nobody else met, opened by this very contact, is closed
    as unfounded: a key pressed by mistake leaves nothing open."""
    with unit_of_work() as work:
        found = store.incident(incident_id, lock=True)
        gone = db.session.execute(
            delete(IncidentLink).where(
                IncidentLink.incident_id == incident_id, IncidentLink.contact_id == contact_id
            )
        )
        if not rows_changed(gone):
            return
        _record(incident_id, "incident_unlinked", agent_id, now, {"contact": contact_id}, work)
        alone = not store.counts([incident_id])[incident_id]
        if alone and found.state is IncidentState.OPEN and found.opened_by_id == agent_id:
            _move(found, "close", agent_id, now, work, unfounded=True)


def word(
    incident_id: int,
    title: str,
    workaround: str,
    *,
    revision: int,
    agent_id: int,
    now: datetime,
    locale: str,
) -> None:
    """Say what it is, and what callers can do meanwhile. Raises InvalidInput for a text that is too
    long or holds a secret, Conflict when somebody else has written since (``revision``)."""
    kept, words = _accepted(title, TITLE, locale), _accepted(workaround, WORKAROUND, locale)
    with unit_of_work() as work:
        found = store.incident(incident_id, lock=True)
        if found.state is IncidentState.CLOSED:
            raise _over()
        if found.revision != revision:
            raise Conflict(
                "Quelqu'un vient de changer le texte de cet incident.",
                kept="Rien n'a été écrasé.",
                todo="Rechargez la page, lisez-le, puis recommencez.",
            )
        if (found.title, found.workaround) == (kept, words):
            return
        found.title, found.workaround = kept, words
        found.revision = revision + 1
        _record(incident_id, "incident_worded", agent_id, now, {}, work)


def _accepted(typed: str, longest: int, locale: str) -> str:
    judged = (
        free_text.check(typed, about_somebody=True) if typed.strip() else free_text.Accepted("")
    )
    if isinstance(judged, free_text.Refused) or len(judged.text) > longest:
        secrets = judged.secrets if isinstance(judged, free_text.Refused) else ()
        if secrets:
            raise InvalidInput(
                free_text.EXPLANATIONS[secrets[0]].get(locale), kept="Rien n'a été gardé."
            )
        raise InvalidInput(
            "Ce texte est trop long : %(most)s caractères au plus.",
            kept="Rien n'a été gardé.",
            todo="Raccourcissez-le : il est lu pendant un appel.",
            most=longest,
        )
    return judged.text


def move(
    incident_id: int, act: str, *, by: int, now: datetime, unfounded: bool = False
) -> IncidentState:
    """Confirm it, say that it is repaired (or broken again), close it. Pressed twice, the same.

    Raises InvalidInput for another act, Conflict where the incident's state does not allow it.
    """
    if act not in life.FROM:
        raise InvalidInput("Cette action n'existe pas.")
    with unit_of_work() as work:
        found = store.incident(incident_id, lock=True)
        if found.state is life.TO[act]:
            return found.state
        if not life.may(act, found.state):
            raise (
                _over()
                if found.state is IncidentState.CLOSED
                else Conflict("L'état de cet incident a changé.", todo="Rechargez la page.")
            )
        try:
            _move(found, act, by, now, work, unfounded=unfounded)
            db.session.flush()
        except IntegrityError as error:
            raise Conflict(
                "Un autre incident du même genre est déjà en cours.",
                kept="Celui-ci n'a pas changé.",
                todo="Rattachez-y les nouveaux contacts.",
            ) from error
        return life.TO[act]


def _move(
    found: Incident, act: str, by: int, now: datetime, work: Work, *, unfounded: bool = False
) -> None:
    found.state = life.TO[act]
    found.revision += 1
    if act == "confirm":
        found.confirmed_at, found.confirmed_by_id = now, by
        _record(found.id, "incident_confirmed", by, now, {}, work)
    elif act == "repair":
        found.repaired_at, found.repaired_by_id = now, by
        _record(found.id, "incident_repaired", by, now, {}, work)
    elif act == "again":
        found.repaired_at = found.repaired_by_id = None
        db.session.execute(delete(IncidentWord).where(IncidentWord.incident_id == found.id))
        # Nobody calls any more to say that it is repaired: they are concerned again, and told by the next repair.
        unsaid = IncidentNotice.state.in_((NoticeState.TO_CALL, NoticeState.REFUSED))
        db.session.execute(
            delete(IncidentNotice).where(IncidentNotice.incident_id == found.id, unsaid)
        )
        _record(found.id, "incident_again", by, now, {}, work)
    else:
        found.closed_at, found.closed_by_id, found.unfounded = now, by, unfounded
        detail = {"unfounded": True} if unfounded else {}
        _record(found.id, "incident_closed", by, now, detail, work)


def called(notice_id: int, *, agent_id: int, now: datetime) -> int:
    """An agent has told the person that it is repaired; the incident's id. Twice changes nothing."""
    with unit_of_work() as work:
        notice = db.session.get(IncidentNotice, notice_id, populate_existing=True)
        if notice is None:
            raise NotFound("Cette personne n'est plus dans la liste.", todo="Rechargez la page.")
        if notice.state in (NoticeState.TO_CALL, NoticeState.REFUSED):
            notice.state, notice.at, notice.by_id = NoticeState.CALLED, now, agent_id
            detail = {"contact": notice.contact_id}
            _record(notice.incident_id, "incident_called", agent_id, now, detail, work)
        return notice.incident_id


def record_told(incident_id: int, sent: int, to_call: int, *, by: int, now: datetime) -> None:
    """The word was sent to so many; so many are to be called. Inside its own transaction."""
    with unit_of_work() as work:
        detail = {"sent": sent, "to_call": to_call}
        _record(incident_id, "incident_told", by, now, detail, work)


def _record(
    incident_id: int, act: str, agent_id: int, now: datetime, detail: dict[str, Any], work: Work
) -> None:
    journal.record(act, f"incident:{incident_id}", agent_id=agent_id, now=now, detail=detail)
    work.after(lambda: publish("incidents", {"id": incident_id}, room=LINE_ROOM))


def _over() -> Conflict:
    return Conflict(
        "Cet incident est clos.",
        kept="Rien n'a changé.",
        todo="Ouvrez-en un autre si le problème revient.",
    )
