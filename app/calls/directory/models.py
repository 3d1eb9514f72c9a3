"""Whom agents call beside persons: organismes, services, colleagues elsewhere."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.extensions import db


class DirectoryEntry(db.Model):
    """Somebody outside whom agents call or transfer to: an interpreter, another service…"""

    __tablename__ = "directory_entries"
    __table_args__ = (
        CheckConstraint("kind IN ('service', 'interpreter', 'organisation', 'other')", name="kind"),
        UniqueConstraint("number", name="uq_directory_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
