"""Calls, what happened to them, and what they left: segments, messages, commands to the provider."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class Call(db.Model):
    """One call. The first block says which call it is; the second is derived from its events.

    ``direction``: « in », or « out » (an agent dials, or a call-back is tried): counted apart.
    The person's leg is ``provider_sid``; of an outbound call that is « out-<ref> » and her leg,
    once she is rung, is ``person_leg_sid``.

    ``typed_number``: what a caller who hides her number has keyed in, until she confirms it.

    ``version`` counts the events applied: every change is ``UPDATE … WHERE version = …``.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('wrap_up', 'ended')) = (outcome IS NOT NULL)", name="outcome_when_over"
        ),
        CheckConstraint("(state = 'offered') = (offered_to IS NOT NULL)", name="offered_to"),
        Index("ix_calls_number_received", "number", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(24), unique=True)
    provider_sid: Mapped[str] = mapped_column(String(64), unique=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    callback_id: Mapped[int | None] = mapped_column(index=True)
    direction: Mapped[str] = mapped_column(String(3), default="in")
    number: Mapped[str | None] = mapped_column(String(20))
    typed_number: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5), default="fr")
    priority: Mapped[int] = mapped_column(Integer, default=0)
    preferred_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    received_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    version: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(12), default="greeting", index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))
    last_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    queued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    offered_to: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    offered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    offer_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    overflow: Mapped[bool] = mapped_column(Boolean, default=False)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    agent_leg_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    conference_sid: Mapped[str | None] = mapped_column(String(64))
    agent_present: Mapped[bool] = mapped_column(Boolean, default=False)
    person_leg_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    party_id: Mapped[int | None]
    party_state: Mapped[str | None] = mapped_column(String(8))
    party_agent_id: Mapped[int | None]
    party_leg_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    outside_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    held_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hold_s: Mapped[float] = mapped_column(Float, default=0.0)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(8))
    wrap_up_ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CallParty(db.Model):
    """A further person asked into a conversation: who it is. What becomes of it is in the events.

    ``kind``: a ``colleague`` of ours, an ``outside`` number, or a ``coach`` (a manager who listens
    or, with ``speaks``, whispers). ``number`` is set for an outside one alone.
    """

    __tablename__ = "call_parties"
    __table_args__ = (CheckConstraint("kind IN ('colleague', 'outside', 'coach')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    number: Mapped[str | None] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(80), default="")
    speaks: Mapped[bool] = mapped_column(Boolean, default=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Voicemail(db.Model):
    """A message that a caller left, with her consent; the sound stays at the provider.

    ``deleted_at``: the sound was erased there (retention, or a manager).
    """

    __tablename__ = "voicemails"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    recording_sid: Mapped[str] = mapped_column(String(64), unique=True)
    duration_s: Mapped[int] = mapped_column(Integer, default=0)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    heard_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    heard_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CallEvent(db.Model):
    """Something that happened to a call, in the order it was applied. Append-only."""

    __tablename__ = "call_events"
    __table_args__ = (
        UniqueConstraint("call_id", "key", name="uq_call_events_key"),
        UniqueConstraint("call_id", "sequence", name="uq_call_events_sequence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    sequence: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    agent_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class CallSegment(db.Model):
    """A span of a call (greeting, queue, ring, connect, talk, hold, wrap_up), from its events."""

    __tablename__ = "call_segments"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    agent_id: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CallCommand(db.Model):
    """Commands that the provider must be sent for a call (``commands_outbox``): kept until done.

    ``tried_at`` is when somebody last set out to send them; older than a lease, it is lost.
    """

    __tablename__ = "call_commands"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    commands: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
