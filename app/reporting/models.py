"""What the report keeps of its own: the targets, each time that a manager set them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class ReportTargets(db.Model):
    """The targets from ``set_at`` on; rows are added, never changed, so that a past day keeps its own."""

    __tablename__ = "report_targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    set_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    set_by: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    targets: Mapped[dict[str, Any]] = mapped_column(JSON)
