"""What may be said to whom, as managers set it: versions, the last one holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class SayRule(db.Model):
    """One version of the table of ``may_say``; ``levels`` as ``may_say.texts`` writes it.

    ``reason``: why it was changed; ``source``: the text or the decision that it rests on. ``reviewed_by``: who
    with the right to judge it (a lawyer, the data protection officer) has read it, "" for nobody.
    """

    __tablename__ = "say_rules"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    levels: Mapped[dict[str, str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[str] = mapped_column(String(160), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    by: Mapped[Agent] = relationship()
