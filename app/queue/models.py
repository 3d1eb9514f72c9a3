"""What is due, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class Deadline(db.Model):
    """Something due. The ticker claims it (``claimed_at``), acts, then deletes it.

    A claim older than its lease is free again: a process that died in between loses nothing.
    """

    __tablename__ = "deadlines"
    __table_args__ = (UniqueConstraint("key", name="uq_deadlines_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    agent_id: Mapped[int | None]
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
