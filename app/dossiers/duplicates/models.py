"""Tables of duplicates: pairs that look alike, and what is still to be compared."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.dossiers.models import Person
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class PairState(StrEnum):
    """What somebody said of a pair."""

    OPEN = "open"
    APART = "apart"  # two persons: never proposed again


class DuplicatePair(db.Model):
    """Two persons who look alike: how much, and why (``score``). The lower id first."""

    __tablename__ = "duplicate_pairs"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id", name="uq_duplicate_pairs_one_other"),
        CheckConstraint("one_id < other_id", name="in_order"),
        Index("ix_duplicate_pairs_state_percent", "state", "percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    percent: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[PairState] = mapped_column(
        choice(PairState, "state_known"), default=PairState.OPEN
    )
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    one: Mapped[Person] = relationship(foreign_keys=one_id)
    other: Mapped[Person] = relationship(foreign_keys=other_id)


class DuplicateKey(db.Model):
    """What persons worth comparing share (``score.keys``): they need not all be compared with all."""

    __tablename__ = "duplicate_keys"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class DuplicatePending(db.Model):
    """A person who was written and is to be compared with others, soon."""

    __tablename__ = "duplicate_pending"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    round: Mapped[int] = mapped_column(default=0)  # one more each time that the person is written
