"""Queues, what waits in them, who holds what, and what is due, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Holding
from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db

__all__ = ["Deadline", "Holding", "Queue", "Work", "WorkEvent"]  # holdings: beside presences


class Queue(db.Model):
    """A team and a policy: lines, and whatever else brings work, point to one.

    ``team``: which roles are asked first and which widen them (``policy.Team``); ``policy``: the
    thresholds. What they do not say is the default (``policy.policy_from``).
    """

    __tablename__ = "queues"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    policy: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    team: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Work(db.Model):
    """Something that waits for one of us and is no call: a message to answer.

    The columns from ``state`` on are the fold of its events (``life``), but for ``contact_id``. Who
    holds it is in ``holdings``. ``version`` counts the events applied: every change is
    ``UPDATE … WHERE version = …``. One contact has one open work of a kind.
    """

    __tablename__ = "works"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'offered', 'held', 'wrap_up', 'parked', 'done')", name="state"
        ),
        CheckConstraint("(state = 'offered') = (offered_to IS NOT NULL)", name="offered_to"),
        CheckConstraint("(state = 'parked') = (parked_until IS NOT NULL)", name="parked_until"),
        CheckConstraint(
            "(state = 'done') = (outcome IS NOT NULL) AND (state = 'done') = (ended_at IS NOT NULL)",
            name="outcome_when_done",
        ),
        Index(
            "uq_works_open",
            "contact_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_works_state_queue", "state", "queue_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    kind: Mapped[str] = mapped_column(String(12))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    priority: Mapped[int] = mapped_column(default=0)
    first_arrived_at: Mapped[datetime] = mapped_column(UTCDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    preferred_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    offered_to: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    offered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    offer_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    parked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))


class WorkEvent(db.Model):
    """Something that happened to a work, in the order it was applied. Append-only (triggers)."""

    __tablename__ = "work_events"
    __table_args__ = (UniqueConstraint("work_id", "seq", name="uq_work_events_seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    agent_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


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


class Beat(db.Model):
    """The last time that a process which must not stop was seen at work (``readiness``)."""

    __tablename__ = "beats"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
