"""What was erased of whom, when: what a certificate says. No personal datum."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class Erasure(db.Model):
    """One erasure; ``number`` is printed on its certificate. ``counts``: rows emptied or removed, by table."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), unique=True
    )
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    asked: Mapped[bool] = mapped_column(default=True)  # False: its term had come
    by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
