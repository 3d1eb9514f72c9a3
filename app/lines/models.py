"""A line and what it says of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db
from app.queue.models import Queue


class Line(db.Model):
    """A service's telephone line: its number, hours, announcements and rules, and the queue of its calls.

    ``rules`` are the line's own (``line_rules.LineRules``); ``incident_since`` says that the
    incident's announcement is on.
    """

    __tablename__ = "lines"
    __table_args__ = (CheckConstraint("mode IN ('hours', 'open', 'closed')", name="mode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(20), unique=True)
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"), index=True)
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Paris")
    mode: Mapped[str] = mapped_column(String(8), default="hours")
    hours: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    announcements: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    incident_since: Mapped[datetime | None] = mapped_column(UTCDateTime)

    queue: Mapped[Queue] = relationship()

    def __init__(self, **fields: Any) -> None:
        """A line has a queue of its own, unless another's is given (``queue``, ``queue_id``)."""
        if not {"queue", "queue_id"} & fields.keys():
            fields["queue"] = Queue(name=fields["name"])
        super().__init__(**fields)


class AnnouncementSound(db.Model):
    """An uploaded file that the provider plays instead of speaking an announcement.

    Kept in the database: every process answers it. ``key`` names the announcement.
    """

    __tablename__ = "announcement_sounds"
    __table_args__ = (UniqueConstraint("line_id", "key", "language", name="uq_sounds_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    key: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
