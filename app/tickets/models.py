"""Table of contacts: one row each time somebody reaches the service, on any channel."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.columns import UTCDateTime, choice
from app.dossiers.models import E164, Dossier, Person
from app.extensions import db
from app.tickets.reasons import CallerRole, DigitalKind, Reason


class Channel(StrEnum):
    """How the person reached us."""

    PHONE = "phone"
    MAIL = "mail"
    SMS = "sms"
    COUNTER = "counter"
    FORM = "form"
    VOICEMAIL = "voicemail"


class Direction(StrEnum):
    """Who began: the person (in) or the service (out)."""

    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    """How the contact ended. Sent is not solved: *waiting* carries a follow-up date."""

    SOLVED = "solved"
    WAITING = "waiting"
    TRANSFERRED = "transferred"


class CallBackSource(StrEnum):
    """How a call-back was asked for."""

    QUEUE = "queue"
    CLOSED = "closed"
    OUTAGE = "outage"
    FORM = "form"
    AGENT = "agent"


class CallBackState(StrEnum):
    """What became of a call-back."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    GIVEN_UP = "given_up"


class Contact(db.Model):
    """One contact, and how it was qualified.

    ``reason`` begins as « Pas de qualification » and stays so if the agent leaves it undone;
    ``qualified_at`` tells the two apart. ``caller_number`` is None when hidden or unusable.
    ``suggested_reason`` and ``digital_seen`` come from the trace (scripts used, portal events);
    what the agent declares beside them may differ, and the report shows both.
    ``provider_sid`` names the message it came by, so that the same one twice is one contact.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_opened"),
        CheckConstraint("digital_kind IS NULL OR digital_declared", name="kind_only_when_declared"),
        CheckConstraint("dossier_id IS NULL OR person_id IS NOT NULL", name="dossier_has_person"),
        Index("ix_contacts_agent_opened", "agent_id", "opened_at"),
        Index("ix_contacts_person_opened", "person_id", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel_known"))
    direction: Mapped[Direction] = mapped_column(choice(Direction, "direction_known"))
    provider_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    caller_number: Mapped[str | None] = mapped_column(E164)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    caller_role: Mapped[CallerRole | None] = mapped_column(choice(CallerRole, "role_known"))
    reason: Mapped[Reason] = mapped_column(
        choice(Reason, "reason_known"), default=Reason.UNQUALIFIED
    )
    suggested_reason: Mapped[Reason | None] = mapped_column(choice(Reason, "suggestion_known"))
    digital_seen: Mapped[DigitalKind | None] = mapped_column(choice(DigitalKind, "seen_known"))
    digital_declared: Mapped[bool | None]
    digital_kind: Mapped[DigitalKind | None] = mapped_column(choice(DigitalKind, "digital_known"))
    note: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, "outcome_known"))
    follow_up_on: Mapped[date | None]
    qualified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    qualified_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    person: Mapped[Person | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
    agent: Mapped[Agent | None] = relationship(foreign_keys=[agent_id])
    qualified_by: Mapped[Agent | None] = relationship(foreign_keys=[qualified_by_id])


class CallBack(db.Model):
    """A promise to call a number back. At most one is open for a number (in the database).

    ``arrived_at`` is the person's first arrival: it is her place in the queue. ``due_at`` is when
    the next attempt may be made. ``agent_id`` is who promised, if it matters. ``number`` is NULL
    only once retention has erased it.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index(
            "uq_callbacks_open_number",
            "number",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_callbacks_state_due", "state", "due_at"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when_over"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(E164)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    source: Mapped[CallBackSource] = mapped_column(choice(CallBackSource, "source_known"))
    state: Mapped[CallBackState] = mapped_column(
        choice(CallBackState, "state_known"), default=CallBackState.OPEN
    )
    arrived_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
