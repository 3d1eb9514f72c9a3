"""The table of guided phones: one row for each time that a person follows a call on a page."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class Word(StrEnum):
    """What the person can say from the page."""

    DONE = "done"
    STUCK = "stuck"


class GuidedPhone(db.Model):
    """A page on somebody's phone, tied to a contact by a code said aloud. Nothing personal is in it.

    ``phone_hash``: the one browser that gave the code. ``word`` is the last one said, of the step at which
    the run ``word_run_id`` stood after ``word_moves`` moves.
    """

    __tablename__ = "guided_phones"
    __table_args__ = (
        CheckConstraint("(word IS NULL) = (word_at IS NULL)", name="word_has_time"),
        Index("ix_guided_phones_contact", "contact_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(4))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    way: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    word: Mapped[Word | None] = mapped_column(choice(Word, "word_known"))
    word_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    word_run_id: Mapped[int | None]
    word_moves: Mapped[int | None]
