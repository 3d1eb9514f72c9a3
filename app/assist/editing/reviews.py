"""What is said of scripts that are in use: a practitioner read this text, the screen is not as described."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update

from app.assist.editing import library
from app.assist.editing.models import ScreenReport, ScriptReview
from app.assist.editing.service import record
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput
from app.foundation.extensions import db


def review(script_id: str, *, reviewer: str, agent_id: int, now: datetime) -> None:
    """Keep that a practitioner read the script in use."""
    said = " ".join(reviewer.split())[:120]
    if len(said) < 3:
        raise InvalidInput(
            "Dites qui a relu, et son métier.", todo="Par exemple : « Mme B., gestionnaire »."
        )
    with unit_of_work() as work:
        digest = library.get(script_id).content_hash
        work.session.add(
            ScriptReview(
                script_id=script_id, content_hash=digest, reviewer=said, agent_id=agent_id, at=now
            )
        )
        record("script.reviewed", script_id, agent_id, now)


def reviewed(script_id: str) -> ScriptReview | None:
    """The review of the text in use, if a practitioner has read it."""
    return db.session.scalar(
        select(ScriptReview)
        .where(
            ScriptReview.script_id == script_id,
            ScriptReview.content_hash == library.get(script_id).content_hash,
        )
        .order_by(ScriptReview.id.desc())
        .limit(1)
    )


def is_read(content_hash: str) -> bool:
    """Whether a practitioner has read this text of a script."""
    return bool(
        db.session.scalar(select(exists().where(ScriptReview.content_hash == content_hash)))
    )


def report_screen(script_id: str, step_id: str, *, seen: str, agent_id: int, now: datetime) -> None:
    """« L'écran a changé »: kept for the managers, who own the scripts."""
    library.get(script_id)
    with unit_of_work() as work:
        work.session.add(
            ScreenReport(
                script_id=script_id,
                step_id=step_id[:40],
                seen=" ".join(seen.split())[:300],
                agent_id=agent_id,
                at=now,
            )
        )
        record("script.screen_changed", script_id, agent_id, now)


def screens(script_id: str | None = None) -> list[ScreenReport]:
    """What the desk has said of screens and nobody has handled, the oldest first."""
    query = select(ScreenReport).where(ScreenReport.handled_at.is_(None)).order_by(ScreenReport.id)
    if script_id is not None:
        query = query.where(ScreenReport.script_id == script_id)
    return list(db.session.scalars(query.limit(200)))


def handle_screen(report_id: int, *, agent_id: int, now: datetime) -> None:
    """A manager has looked at a changed screen. Raises Conflict when somebody did before."""
    with unit_of_work():
        result = db.session.execute(
            update(ScreenReport)
            .where(ScreenReport.id == report_id, ScreenReport.handled_at.is_(None))
            .values(handled_at=now, handled_by_id=agent_id)
        )
        if not rows_changed(result):
            raise Conflict("Ce signalement est déjà traité.")
        found = db.session.get(ScreenReport, report_id)
        record("script.screen_handled", found.script_id if found else "", agent_id, now)


def read_hashes() -> frozenset[str]:
    """The texts that a practitioner has read, by their hash."""
    return frozenset(db.session.scalars(select(ScriptReview.content_hash).distinct()))
