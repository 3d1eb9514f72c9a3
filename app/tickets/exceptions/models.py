"""The register of exceptions: trainings that the rules do not fit, what they need, who decided it, until when."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class ExceptionState(StrEnum):
    """What became of a version."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"  # it holds, within its days
    REFUSED = "refused"
    REPLACED = "replaced"  # a later version holds in its place


class TrainingException(db.Model):
    """One version of one exception; versions are added, never changed. ``number`` names the exception.

    ``training``: words of the training's title that it concerns; ``path``: which course of it, when not all.
    ``required``: what the dossier must hold; ``handling``: how it is treated. Both days are included. ``scripts``: the
    codes of those that it is shown in, as a manager chose; none: any script about a dossier that it concerns.
    """

    __tablename__ = "training_exceptions"
    __table_args__ = (
        UniqueConstraint("number", "version", name="uq_training_exceptions_version"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="days_in_order"),
        CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
        Index("ix_training_exceptions_state", "state", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    version: Mapped[int]
    training: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(120), default="")
    required: Mapped[str] = mapped_column(Text)
    handling: Mapped[str] = mapped_column(Text)
    scripts: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    state: Mapped[ExceptionState] = mapped_column(
        choice(ExceptionState, "training_exception_state_known")
    )
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision: Mapped[str] = mapped_column(Text, default="")

    proposed_by: Mapped[Agent] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Agent | None] = relationship(foreign_keys=[decided_by_id])
