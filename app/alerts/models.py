"""The table of alerts: an agent needs a manager now, and somebody must say that it is over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class AlertKind(StrEnum):
    """Why a manager is called: a person in danger, an agent who needs a decision, or one who is
    insulted or threatened."""

    DISTRESS = "distress"
    SUPPORT = "support"
    PROTECTION = "protection"


class AlertOutcome(StrEnum):
    """How it ended, as the person who closes it says."""

    RESCUERS = "rescuers"  # the rescuers have taken over
    HANDED_OVER = "handed_over"  # 3114, 115, 3919… have taken over
    ACCOMPANIED = "accompanied"  # somebody they trust is with them
    BETTER = "better"  # safe for now, a call back is promised
    UNREACHED = "unreached"  # lost on the line; the rescuers were given what we know
    NO_DANGER = "no_danger"
    MISTAKE = "mistake"  # the key was pressed by mistake
    ANSWERED = "answered"  # the agent has the decision or the help asked for
    LOOKED_AFTER = "looked_after"  # spoken with the agent, who needs nothing more
    COLLEAGUE = "colleague"  # a colleague goes on with the person
    COMPLAINT = "complaint"  # a report or a complaint is under way


class Wish(StrEnum):
    """What an agent who was insulted or threatened asks for. None is ever chosen for them."""

    TALK = "talk"
    PAUSE = "pause"
    COLLEAGUE = "colleague"
    COMPLAINT = "complaint"


class Alert(db.Model):
    """A call for a manager. Open until somebody closes it with an outcome, whatever the call does.

    ``about`` names what it is about (``contact:12``, ``dossier:5``, ``agent:3``): one open alert of
    a kind for each. ``place`` is where the person is *now*, as she says it; her usual address is in
    her file. ``mistaken_at``: the agent says that there was no reason; a manager closes it.
    ``wishes``: what an agent under attack asks for (values of ``Wish``, a space between); no word of
    what was said is ever kept.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "uq_alerts_open_about",
            "kind",
            "about",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alerts_closed_at", "closed_at"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed_has_outcome"),
        CheckConstraint("(taken_at IS NULL) = (taken_by_id IS NULL)", name="taken_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AlertKind] = mapped_column(choice(AlertKind, "alert_kind_known"))
    about: Mapped[str] = mapped_column(String(40))
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id", ondelete="SET NULL"))
    flag_id: Mapped[int | None]
    place: Mapped[str] = mapped_column(String(300), default="")
    wishes: Mapped[str] = mapped_column(String(60), default="", server_default="")
    mistaken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[AlertOutcome | None] = mapped_column(choice(AlertOutcome, "outcome_known"))

    raised_by: Mapped[Agent] = relationship(foreign_keys=[raised_by_id])
    taken_by: Mapped[Agent | None] = relationship(foreign_keys=[taken_by_id])
    closed_by: Mapped[Agent | None] = relationship(foreign_keys=[closed_by_id])
    person: Mapped[Person | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
