"""Table of contacts: one row each time somebody reaches the service, on any channel."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
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


class Direction(StrEnum):
    """Who began: the person (in) or the service (out)."""

    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    """How the contact ended. Sent is not solved: *waiting* carries a follow-up date."""

    SOLVED = "solved"
    WAITING = "waiting"
    TRANSFERRED = "transferred"


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
