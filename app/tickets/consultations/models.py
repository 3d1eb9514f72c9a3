"""Tables of consultations: a question on a dossier, what was answered, and what was decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.models import Dossier
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class ConsultationState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"  # whoever was asked
    ANSWERED = "answered"  # decided, and the one who asked may act
    DISPUTED = "disputed"  # two agents read the dossier differently: a manager rules
    RULED = "ruled"
    WITHDRAWN = "withdrawn"


class WordKind(StrEnum):
    """What somebody wrote in a consultation."""

    REMARK = "remark"
    ANSWER = "answer"
    OBJECTION = "objection"
    RULING = "ruling"


consultation_group = Table(
    "consultation_group",
    db.metadata,
    Column("consultation_id", ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), primary_key=True),
)
"""The colleagues to whom a question was put together; whoever of them answers first decides."""


class Consultation(db.Model):
    """A question on a dossier: to a colleague (``to_id``), to a team (``to_role``), to chosen colleagues (``group``),
    or, with none of them, to everybody. ``group_name``: the group that they were, as it was called then.

    ``decision`` is what holds now, said by ``decided_by_id``: whoever answers next reads it first. It stands empty
    while a dispute waits for a manager. ``read_at``: when the one who asked has read it.
    """

    __tablename__ = "consultations"
    __table_args__ = (
        CheckConstraint("(decision = '') = (decided_by_id IS NULL)", name="decision_has_author"),
        CheckConstraint(
            "state NOT IN ('answered', 'ruled') OR decided_at IS NOT NULL", name="decided_at"
        ),
        Index("ix_consultations_dossier", "dossier_id", "id"),
        Index("ix_consultations_to_state", "state", "to_id"),
        Index("ix_consultations_asked_by", "asked_by_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    to_role: Mapped[str | None] = mapped_column(String(12))
    group_name: Mapped[str] = mapped_column(String(60), default="")
    question: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[ConsultationState] = mapped_column(
        choice(ConsultationState, "consultation_state_known"), default=ConsultationState.OPEN
    )
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    dossier: Mapped[Dossier] = relationship()
    asked_by: Mapped[Agent] = relationship(foreign_keys=[asked_by_id])
    to: Mapped[Agent | None] = relationship(foreign_keys=[to_id])
    group: Mapped[list[Agent]] = relationship(
        secondary=consultation_group, order_by=Agent.display_name
    )
    decided_by: Mapped[Agent | None] = relationship(foreign_keys=[decided_by_id])
    words: Mapped[list[ConsultationWord]] = relationship(
        back_populates="consultation", order_by="ConsultationWord.id"
    )


class ConsultationWord(db.Model):
    """What somebody wrote, in order. ``evidence``: the field or the paper that it rests on."""

    __tablename__ = "consultation_words"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[WordKind] = mapped_column(choice(WordKind, "consultation_word_known"))
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(String(300), default="")

    consultation: Mapped[Consultation] = relationship(back_populates="words")
    by: Mapped[Agent] = relationship()
