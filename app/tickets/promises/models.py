"""Tables of promises: what somebody here owes, until when; and each step that was taken with what is owed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.may_say import Basis
from app.dossiers.models import Dossier, Person
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class PromiseKind(StrEnum):
    """What is owed. *Sent is not solved*: a check is the day when somebody looks whether it worked."""

    ANSWER = "answer"  # tell the person: « je vérifie et je vous redis »
    TREAT = "treat"  # look into the dossier by then
    CALL = (
        "call"  # call the person again, where no number is kept for it (``callbacks`` keeps those)
    )
    CHECK = "check"  # did it work?
    REMINDER = "reminder"  # a day that an agent chose
    THIRD_PARTY = "third_party"  # somebody else's paper is waited for
    TRANSFER = "transfer"  # another service was given it, and has not said that it has it
    CAUGHT = "caught"  # what the list itself found (``origin``), once somebody touched it


class PromiseEnd(StrEnum):
    """How it ended."""

    KEPT = "kept"
    DROPPED = "dropped"  # no longer of use: with a reason


class Promise(db.Model):
    """Something that somebody here owes. ``owner_id`` None: the team's, whoever is there.

    ``due_at`` is the time as it stands now, ``first_due_at`` as it was said to the person. ``missed``: its time had
    passed when it was moved or kept; a promise that is late and then moved was not kept in time. ``waits_since``:
    its working hours stand still while ``waits_for`` is waited for, ``left_s`` of them are left.
    ``origin`` names what the list had found by itself (``mail:12``), so that it is owed once.
    ``reason`` is a few screened words, emptied with age as notes are.
    """

    __tablename__ = "promises"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_has_outcome"),
        CheckConstraint("(waits_since IS NULL) = (left_s IS NULL)", name="waits_has_left"),
        CheckConstraint(
            "outcome IS NULL OR outcome <> 'dropped' OR outcome_reason <> ''",
            name="drop_has_reason",
        ),
        Index("ix_promises_owner_due", "owner_id", "ended_at", "due_at"),
        Index("ix_promises_open_due", "ended_at", "due_at"),
        Index("ix_promises_first_due", "first_due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PromiseKind] = mapped_column(choice(PromiseKind, "promise_kind_known"))
    origin: Mapped[str | None] = mapped_column(String(60), unique=True)
    dossier_id: Mapped[int | None] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), index=True
    )
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    first_due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[Basis | None] = mapped_column(choice(Basis, "promise_basis_known"))
    service: Mapped[str] = mapped_column(String(120), default="")
    waits_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waits_for: Mapped[str] = mapped_column(String(120), default="")
    left_s: Mapped[int | None]
    missed: Mapped[bool] = mapped_column(default=False)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    outcome: Mapped[PromiseEnd | None] = mapped_column(choice(PromiseEnd, "promise_end_known"))
    outcome_reason: Mapped[str] = mapped_column(Text, default="")

    dossier: Mapped[Dossier | None] = relationship()
    person: Mapped[Person | None] = relationship()
    owner: Mapped[Agent | None] = relationship(foreign_keys=[owner_id])
    made_by: Mapped[Agent | None] = relationship(foreign_keys=[made_by_id])
    ended_by: Mapped[Agent | None] = relationship(foreign_keys=[ended_by_id])


class OwedStep(db.Model):
    """One act on something owed, whatever table keeps it: what it had been, so that it can be taken back.

    ``subject`` is ``promise:12``, ``flag:3``, ``callback:5``…; ``before`` holds codes, ids and instants only.
    """

    __tablename__ = "owed_steps"
    __table_args__ = (Index("ix_owed_steps_subject", "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(60))
    act: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    by: Mapped[Agent] = relationship()


class PromiseRules(db.Model):
    """What a manager has set, each time: targets in working hours by kind, and when the mail of the morning leaves.

    Rows are added, never changed; the last one counts. ``mail_at`` « 08:30 », empty: no mail.
    """

    __tablename__ = "promise_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    targets: Mapped[dict[str, float]] = mapped_column(JSON)
    mail_at: Mapped[str] = mapped_column(String(5), default="")
