"""Tables of groups of colleagues that a manager named, so that a question is put to them together."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.foundation.extensions import db

colleague_group_members = Table(
    "colleague_group_members",
    db.metadata,
    Column("group_id", ForeignKey("colleague_groups.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), primary_key=True, index=True),
)
"""Who is in which group; whoever works here no more stays a row, and is asked nothing."""


class ColleagueGroup(db.Model):
    """Colleagues under one name. ``folded`` is the name as one compares it: there are no two alike."""

    __tablename__ = "colleague_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(60), unique=True)

    members: Mapped[list[Agent]] = relationship(
        secondary=colleague_group_members, order_by=Agent.display_name
    )
