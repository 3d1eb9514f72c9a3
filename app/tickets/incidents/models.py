"""Tables of incidents: what goes wrong for many at once, whom it concerns, and whom we told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db
from app.tickets.incidents.life import IncidentKind, IncidentState
from app.tickets.models import Contact


class NoticeState(StrEnum):
    """What became of the word « c'est réparé » for one person."""

    WAITING = "waiting"  # chosen, not sent yet
    SENT = "sent"  # a provider took it; how far it got is the message's
    REFUSED = "refused"  # it could not leave: the person is to be called
    TO_CALL = "to_call"  # nothing written reaches the person: to be called
    CALLED = "called"  # an agent says that the person was told


class Incident(db.Model):
    """One trouble of the Portal, or of what is around it, that concerns more than one person.

    ``title`` ("": what its kind is called) and ``workaround`` are ours, short: every agent reads them,
    and says them to callers.
    One that goes on is one of its kind at most, « other » apart: two agents who open it at once join.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_is_dated"),
        CheckConstraint("(repaired_at IS NULL) = (repaired_by_id IS NULL)", name="repaired_by"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by"),
        Index(
            "uq_incidents_going_on",
            "kind",
            unique=True,
            sqlite_where=text("state IN ('open', 'confirmed') AND kind <> 'other'"),
            postgresql_where=text("state IN ('open', 'confirmed') AND kind <> 'other'"),
        ),
        Index("ix_incidents_state", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[IncidentKind] = mapped_column(choice(IncidentKind, "incident_kind_known"))
    title: Mapped[str] = mapped_column(String(120), default="")
    workaround: Mapped[str] = mapped_column(String(400), default="")
    state: Mapped[IncidentState] = mapped_column(
        choice(IncidentState, "incident_state_known"), default=IncidentState.OPEN
    )
    revision: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    repaired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    repaired_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    unfounded: Mapped[bool] = mapped_column(default=False)

    opened_by: Mapped[Agent] = relationship(foreign_keys=[opened_by_id])
    confirmed_by: Mapped[Agent | None] = relationship(foreign_keys=[confirmed_by_id])
    repaired_by: Mapped[Agent | None] = relationship(foreign_keys=[repaired_by_id])
    closed_by: Mapped[Agent | None] = relationship(foreign_keys=[closed_by_id])
    links: Mapped[list[IncidentLink]] = relationship(
        back_populates="incident", order_by="IncidentLink.id", cascade="all, delete-orphan"
    )


class IncidentLink(db.Model):
    """A contact that an incident explains: linked by somebody, or unlinked again (the row goes).

    Whom it is about is the contact's: a person chosen later is the one who will be told.
    """

    __tablename__ = "incident_links"
    __table_args__ = (UniqueConstraint("incident_id", "contact_id", name="uq_incident_links_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contacts.id", ondelete="CASCADE"), index=True
    )
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    linked_at: Mapped[datetime] = mapped_column(UTCDateTime)

    incident: Mapped[Incident] = relationship(back_populates="links")
    contact: Mapped[Contact] = relationship()


class IncidentNotice(db.Model):
    """The one word « c'est réparé » to one person (or one number): once for each repair, in the database.

    ``whom`` is ``person:12``, else the number or ``contact:7``; ``person:12/2`` after a second repair.
    ``way``: sms, mail, or call.
    """

    __tablename__ = "incident_notices"
    __table_args__ = (UniqueConstraint("incident_id", "whom", name="uq_incident_notices_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    whom: Mapped[str] = mapped_column(String(24))
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contacts.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id", ondelete="SET NULL"))
    way: Mapped[str] = mapped_column(String(8))
    state: Mapped[NoticeState] = mapped_column(choice(NoticeState, "notice_state_known"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))

    contact: Mapped[Contact] = relationship()
    person: Mapped[Person | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()


class IncidentWord(db.Model):
    """The word « c'est réparé » while it leaves, for more people than one press waits for; gone once all were told."""

    __tablename__ = "incident_words"

    incident_id: Mapped[int] = mapped_column(
        ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    text_fr: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
