"""Tables of what is sent to us: runs, their files (sealed), the lines that were refused, what was sent last time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.database.sealed import Sealed
from app.foundation.extensions import db


class RunState(StrEnum):
    """Where a run stands. A trial comes back to ``ready`` with its figures."""

    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"  # by somebody; it can go on from there
    FAILED = "failed"  # the file itself could not be read to its end
    DONE = "done"


class FeedRun(db.Model):
    """One file (or one request of a program) that was sent.

    ``done``: lines of the file that are behind; what they changed is in the same transaction. ``lease_until``: until
    when the process that works on it is believed to live. ``plan`` says how the file is read.
    """

    __tablename__ = "feed_runs"
    __table_args__ = (Index("ix_feed_runs_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40), default="")
    file_name: Mapped[str] = mapped_column(Sealed, default="")
    state: Mapped[RunState] = mapped_column(choice(RunState, "state_known"), default=RunState.READY)
    trial: Mapped[bool] = mapped_column(default=False)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    worker: Mapped[str] = mapped_column(String(32), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    file_gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    by: Mapped[Agent | None] = relationship()


class FeedPart(db.Model):
    """A piece of a file that was sent, encrypted; gone some days after the run."""

    __tablename__ = "feed_parts"

    run_id: Mapped[int] = mapped_column(
        ForeignKey("feed_runs.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Sealed)  # base64


class FeedRefusal(db.Model):
    """A line that was refused, as it was written (encrypted), and why."""

    __tablename__ = "feed_refusals"

    run_id: Mapped[int] = mapped_column(
        ForeignKey("feed_runs.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(Sealed)
    raw: Mapped[str] = mapped_column(Sealed)


class FeedKey(db.Model):
    """What was sent last time of one thing: its own key there, whom or what it is here, a digest of each value."""

    __tablename__ = "feed_keys"
    __table_args__ = (
        UniqueConstraint("kind", "source", "key", name="uq_feed_keys_kind_source_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40), default="")
    key: Mapped[str] = mapped_column(String(64))
    sent: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), index=True
    )
    dossier_id: Mapped[int | None] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    piece_id: Mapped[int | None] = mapped_column(
        ForeignKey("pieces.id", ondelete="CASCADE"), index=True
    )


class FeedToken(db.Model):
    """The key of a program that sends to us; what it is itself is kept by nobody, its digest is."""

    __tablename__ = "feed_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    by: Mapped[Agent] = relationship()
