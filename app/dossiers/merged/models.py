"""What was merged into what, and each step of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.foundation.database.columns import UTCDateTime
from app.foundation.database.sealed import Sealed
from app.foundation.extensions import db


class Merge(db.Model):
    """One person (or one demande) that took another's place: ``gone_id`` leads to the kept one from then on.

    ``steps`` (JSON, encrypted) is all that was done, to be undone; ``gone_last``, ``gone_first`` (of a demande: its
    reference) still find the kept one.
    """

    __tablename__ = "merges"
    __table_args__ = (
        Index("ix_merges_kind_gone", "kind", "gone_id"),
        CheckConstraint("(person_id IS NULL) <> (dossier_id IS NULL)", name="one_kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), index=True
    )
    dossier_id: Mapped[int | None] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), index=True
    )
    gone_id: Mapped[int]
    gone_last: Mapped[str] = mapped_column(String(80), default="")
    gone_first: Mapped[str] = mapped_column(String(80), default="")
    steps: Mapped[str] = mapped_column(Sealed)
    by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    by: Mapped[Agent] = relationship(foreign_keys=by_id)
