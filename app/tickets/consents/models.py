"""A person is asked by SMS whether somebody may speak for them: asked once, answered once, never taken for granted."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.mandates.models import Mandate
from app.dossiers.may_say import Relation
from app.dossiers.models import E164, Person
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db
from app.tickets.models import Contact, Message


class Said(StrEnum):
    """What the person answered."""

    AGREED = "agreed"
    REFUSED = "refused"


class Through(StrEnum):
    """By what they answered."""

    SMS = "sms"
    PAGE = "page"


class Doubt(StrEnum):
    """Why something that came was not taken for an answer: somebody of ours asks again."""

    UNNAMED = "unnamed"  # the number is several persons', and the first name is missing
    AFTER_NO = "after_no"  # a yes after a no
    TOO_LATE = "too_late"


class Consent(db.Model):
    """One request. ``holder`` is who wants to speak for the person, until ``until`` (a local day, included).

    ``number`` is where it was sent, None once it was erased; ``named``: others have that number too, so an
    answer by SMS must say the first name. Until ``expires_at`` it can be answered; no answer is no agreement. A yes
    makes ``mandate``, and what takes that one back takes this one back. The token is known by its digest alone.
    """

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at"),
        CheckConstraint("(answer IS NULL) = (through IS NULL)", name="answered_through"),
        CheckConstraint("mandate_id IS NULL OR answer = 'agreed'", name="mandate_of_a_yes"),
        Index("ix_consents_number_asked", "number", "asked_at"),
        Index("ix_consents_person_asked", "person_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    number: Mapped[str | None] = mapped_column(E164)
    named: Mapped[bool]
    holder: Mapped[str] = mapped_column(String(160))
    relation: Mapped[Relation] = mapped_column(choice(Relation, "consent_relation_known"))
    until: Mapped[date]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[Said | None] = mapped_column(choice(Said, "answer_known"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    through: Mapped[Through | None] = mapped_column(choice(Through, "through_known"))
    doubt: Mapped[Doubt | None] = mapped_column(choice(Doubt, "doubt_known"))
    doubt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mandate_id: Mapped[int | None] = mapped_column(
        ForeignKey("mandates.id", ondelete="SET NULL"), index=True
    )

    person: Mapped[Person] = relationship()
    contact: Mapped[Contact] = relationship()
    asked_by: Mapped[Agent] = relationship()
    message: Mapped[Message | None] = relationship()
    mandate: Mapped[Mandate | None] = relationship()
