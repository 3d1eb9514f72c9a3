"""Tables of payments: days off, urgencies decided, grants that wait for their payment."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.models import Dossier
from app.dossiers.payments.waiting import Obstacle
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class Proof(StrEnum):
    """What proves that somebody cannot wait (DOMAIN, S26)."""

    TRAINING_CENTRE = "training_centre"  # « justificatif de situation urgente », from the OF
    SOCIAL_SERVICE = "social_service"
    OTHER = "other"


class UrgencyState(StrEnum):
    """How far an urgency is."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class PaymentDayOff(db.Model):
    """A day on which nothing is paid: a public holiday that a manager kept, a bridge."""

    __tablename__ = "payment_days_off"

    on: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class PaymentUrgency(db.Model):
    """Who asked that a dossier be paid earlier, with what proof, and who decided what.

    ``proof_on`` is the day its proof arrived, None while it is awaited: an urgency is granted with one.
    """

    __tablename__ = "payment_urgencies"
    __table_args__ = (
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_when_over"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name="decision_has_author"
        ),
        CheckConstraint("state <> 'granted' OR proof_on IS NOT NULL", name="granted_with_proof"),
    )

    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True
    )
    proof: Mapped[Proof] = mapped_column(choice(Proof, "proof_known"))
    proof_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300))
    state: Mapped[UrgencyState] = mapped_column(choice(UrgencyState, "state_known"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    dossier: Mapped[Dossier] = relationship()
    asked_by: Mapped[Agent] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Agent | None] = relationship(foreign_keys=[decided_by_id])


class PaymentWaiting(db.Model):
    """A dossier voted and not proposed for payment, as the day's job found it, with what is in the way."""

    __tablename__ = "payments_waiting"

    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True
    )
    obstacle: Mapped[Obstacle] = mapped_column(choice(Obstacle, "obstacle_known"))
    found_on: Mapped[date]

    dossier: Mapped[Dossier] = relationship()
