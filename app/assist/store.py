"""Reads and conditional writes of assist's tables. No decision is taken here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, exists, or_, select, update
from sqlalchemy.orm import joinedload, selectinload

from app.assist.models import Mail, PortalLink, ScriptRun, ScriptRunStep, ScriptVersion
from app.dossiers.models import Dossier, PortalEvent
from app.dossiers.vocabulary import PortalEventKind
from app.foundation.database.unit_of_work import rows_changed
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.tickets.models import Contact


def run(run_id: int) -> ScriptRun:
    """A run with its version and steps; raises NotFound."""
    found = db.session.scalar(
        select(ScriptRun)
        .where(ScriptRun.id == run_id)
        .options(joinedload(ScriptRun.version), selectinload(ScriptRun.steps))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(
            "Ce script en cours n'existe pas.", todo="Choisissez un script dans la liste."
        )
    return found


def running(
    contact_id: int | None, dossier_id: int | None, agent_id: int | None = None
) -> ScriptRun | None:
    """The run that goes on for this contact; with no contact, this agent's on the dossier alone."""
    query = select(ScriptRun).where(ScriptRun.ended_at.is_(None)).order_by(ScriptRun.id.desc())
    if contact_id is not None:
        query = query.where(ScriptRun.contact_id == contact_id)
    else:
        query = query.where(
            ScriptRun.contact_id.is_(None),
            ScriptRun.dossier_id == dossier_id,
            ScriptRun.agent_id == agent_id,
        )
    return db.session.scalar(query.limit(1))


def latest(contact_id: int | None) -> ScriptRun | None:
    """The run that ended last for this contact, to go back to it or to say how it ended."""
    if contact_id is None:
        return None
    return db.session.scalar(
        select(ScriptRun)
        .where(ScriptRun.contact_id == contact_id, ScriptRun.ended_at.is_not(None))
        .order_by(ScriptRun.ended_at.desc(), ScriptRun.id.desc())
        .limit(1)
    )


def claim_move(run_id: int, moves: int, **values: object) -> bool:
    """Count one more move if nobody moved the run since ``moves``; False when somebody did."""
    result = db.session.execute(
        update(ScriptRun)
        .where(ScriptRun.id == run_id, ScriptRun.moves == moves)
        .values(moves=moves + 1, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(rows_changed(result))


def current_step(found: ScriptRun) -> ScriptRunStep:
    """The stay that is not over: the last row that was not undone."""
    return [s for s in found.steps if s.undone_at is None][-1]


def version_id(script_id: str, version: int, digest: str, source: str, now: datetime) -> int:
    """The stored copy of this text of a script, stored at its first use."""
    query = select(ScriptVersion.id).where(
        ScriptVersion.script_id == script_id, ScriptVersion.content_hash == digest
    )
    found = db.session.scalar(query)
    if found is not None:
        return found
    row = ScriptVersion(
        script_id=script_id, version=version, content_hash=digest, source=source, first_used_at=now
    )
    db.session.add(row)
    db.session.flush()
    return row.id


_MAY_TELL = select(
    or_(
        exists().where(ScriptRun.contact_id == bindparam("contact_id")),
        exists().where(Contact.id == bindparam("contact_id"), Contact.dossier_id.is_not(None)),
    )
)


def may_tell(contact_id: int) -> bool:
    """Has the contact left a trace: a script, or a dossier of which the Portal may have spoken?"""
    return bool(db.session.scalar(_MAY_TELL, {"contact_id": contact_id}))


def scripts_of(contact_id: int) -> list[str]:
    """Ids of the scripts run for a contact, each once, the one left last at the end.

    A script taken up again after another one that it called is what the contact is about. A run
    closed as ``not_this`` was opened by mistake: it tells nothing of the person's trouble.
    """
    ids = db.session.scalars(
        select(ScriptRun.script_id)
        .where(
            ScriptRun.contact_id == contact_id,
            or_(ScriptRun.outcome.is_(None), ScriptRun.outcome != "not_this"),
        )
        .order_by(ScriptRun.ended_at.is_(None), ScriptRun.ended_at, ScriptRun.id)
    ).all()
    return list(dict.fromkeys(reversed(ids)))[::-1]


def under_way(dossier_id: int) -> frozenset[str]:
    """Ids of the scripts that are followed now for a dossier, beside a contact or not."""
    about = or_(
        ScriptRun.dossier_id == dossier_id,
        ScriptRun.contact_id.in_(select(Contact.id).where(Contact.dossier_id == dossier_id)),
    )
    return frozenset(
        db.session.scalars(select(ScriptRun.script_id).where(ScriptRun.ended_at.is_(None), about))
    )


def contact(contact_id: int, *, lock: bool = False) -> Contact:
    """A contact; raises NotFound. ``lock`` keeps others from changing it in this transaction."""
    query = select(Contact).where(Contact.id == contact_id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("Ce contact n'existe pas.")
    return found


def dossier(dossier_id: int) -> Dossier:
    """A dossier with its person; raises NotFound."""
    found = db.session.scalar(
        select(Dossier).where(Dossier.id == dossier_id).options(joinedload(Dossier.person))
    )
    if found is None:
        raise NotFound("Ce dossier n'existe pas.")
    return found


def link_by_hash(token_hash: str) -> PortalLink | None:
    """The link whose token has this hash."""
    return db.session.scalar(select(PortalLink).where(PortalLink.token_hash == token_hash))


def last_link(dossier_id: int) -> PortalLink | None:
    """The link made last for a dossier, with its mail."""
    return db.session.scalar(
        select(PortalLink)
        .where(PortalLink.dossier_id == dossier_id)
        .options(joinedload(PortalLink.mail))
        .order_by(PortalLink.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def addresses_of(dossier_id: int, links: Sequence[int]) -> dict[int, str]:
    """To which address each of these links of a dossier was mailed, by the link's id."""
    if not links:
        return {}
    rows = db.session.execute(
        select(Mail.link_id, Mail.to_address).where(
            Mail.dossier_id == dossier_id, Mail.link_id.in_(links)
        )
    )
    return {row.link_id: row.to_address for row in rows if row.link_id is not None}


def portal_events_between(
    dossier_id: int, kinds: tuple[PortalEventKind, ...], start: datetime, end: datetime | None
) -> list[PortalEventKind]:
    """The portal events of these kinds that a dossier had from ``start`` until ``end``, in order."""
    query = (
        select(PortalEvent.kind)
        .where(
            PortalEvent.dossier_id == dossier_id,
            PortalEvent.kind.in_(kinds),
            PortalEvent.at >= start,
        )
        .order_by(PortalEvent.at, PortalEvent.id)
    )
    if end is not None:
        query = query.where(PortalEvent.at <= end)
    return list(db.session.scalars(query))
