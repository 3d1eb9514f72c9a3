"""The bulletin: what changed in the Portal and in the rules, and who has read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class BulletinNote(db.Model):
    """One piece of news, as a manager wrote it. ``withdrawn_at``: it holds no more.

    ``changed_at``: when its words were last changed; ``asked_again_at``: when everybody was asked to read it again,
    what was read before counts no more then.
    """

    __tablename__ = "bulletin_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_again_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    written_by: Mapped[Agent] = relationship()


class BulletinRead(db.Model):
    """Somebody has read it, and said so: the last time."""

    __tablename__ = "bulletin_reads"

    note_id: Mapped[int] = mapped_column(
        ForeignKey("bulletin_notes.id", ondelete="CASCADE"), primary_key=True
    )
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)

    agent: Mapped[Agent] = relationship()
