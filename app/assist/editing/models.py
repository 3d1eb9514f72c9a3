"""Tables of the scripts that managers edit: drafts, publications, reviews, and what the desk says of screens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db

ScriptId = String(8)


class DraftState(StrEnum):
    """Where a draft stands: written, read again by somebody, then published; or dropped."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    DROPPED = "dropped"


class ScriptDraft(db.Model):
    """A script being changed. ``edition`` counts its changes: an older page cannot write over a newer one.

    ``changed_by_id`` wrote the last change: somebody else reads it before it is in use (ADR 0042).
    """

    __tablename__ = "script_drafts"
    __table_args__ = (Index("ix_script_drafts_script", "script_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[str] = mapped_column(ScriptId)
    based_on: Mapped[str] = mapped_column(String(64))  # the hash of the text it began with
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[DraftState] = mapped_column(
        choice(DraftState, "script_draft_state_known"), default=DraftState.DRAFT
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    edition: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)

    author: Mapped[Agent] = relationship(foreign_keys=[author_id])
    changed_by: Mapped[Agent] = relationship(foreign_keys=[changed_by_id])


class ScriptPublication(db.Model):
    """A text of a script that the service put in use; the last one of a script counts. Never changed.

    ``agent_id`` read it and published it; ``written_by_id`` wrote its last change (None: before that was
    kept). The two are one only where nobody else could read it: ``alone`` says why it did not wait.
    """

    __tablename__ = "script_publications"

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[str] = mapped_column(ScriptId, index=True)
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(200), default="")
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    alone: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    agent: Mapped[Agent] = relationship(foreign_keys=[agent_id])
    written_by: Mapped[Agent | None] = relationship(foreign_keys=[written_by_id])


class ScriptReview(db.Model):
    """A practitioner read this text of a script: who, in what capacity, and which manager says so."""

    __tablename__ = "script_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[str] = mapped_column(ScriptId, index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    reviewer: Mapped[str] = mapped_column(String(120))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ScreenReport(db.Model):
    """« L'écran a changé »: the desk saw another screen than a step describes; a manager answers it."""

    __tablename__ = "screen_reports"
    __table_args__ = (
        CheckConstraint(
            "(handled_at IS NULL) = (handled_by_id IS NULL)", name="screen_report_handled_by"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[str] = mapped_column(ScriptId, index=True)
    step_id: Mapped[str] = mapped_column(String(40))
    seen: Mapped[str] = mapped_column(String(300), default="")
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    agent: Mapped[Agent] = relationship(foreign_keys=[agent_id])
