"""What we know of the telephone provider: the last comparison, and what differed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class Drift(db.Model):
    """A difference between our rows and the provider's list, and whether it was repaired."""

    __tablename__ = "drifts"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(20))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    leg_sid: Mapped[str | None] = mapped_column(String(64))
    repaired: Mapped[bool] = mapped_column(Boolean, default=False)


class ProviderLink(db.Model):
    """How we stand with the provider: one row, made by the migration.

    ``claimed_at``: a process compares now. ``ran_at``: the last comparison, and its ``problem``
    (an error's code) if it could not be done. ``seen_until``: calls begun before were all seen.
    ``probe_sid``: the last trial leg whose end the provider told us of (``telephony check``).
    """

    __tablename__ = "provider_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ran_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    problem: Mapped[str | None] = mapped_column(String(40))
    seen_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    probe_sid: Mapped[str | None] = mapped_column(String(64))
