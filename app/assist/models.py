"""Tables of the guided scripts' runs, of the links sent to the Portal, and of the mails' life."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.models import Dossier
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.database.sealed import Sealed
from app.foundation.extensions import db

Code = String(40)


class MailState(StrEnum):
    """The mail's own life, up to the mailbox. What the person does with the link is the link's."""

    CREATED = "created"  # written, not yet given to a server
    SENT = "sent"  # a server took charge of it
    DELIVERED = "delivered"  # known to be in the mailbox
    REFUSED = "refused"  # the server said no at once
    BOUNCED = "bounced"  # accepted, then returned
    FAILED = "failed"  # no server answered


class ScriptVersion(db.Model):
    """The text of a script as it was when a run began with it; never changed, never removed."""

    __tablename__ = "script_versions"
    __table_args__ = (
        UniqueConstraint("script_id", "content_hash", name="uq_script_versions_script_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[str] = mapped_column(String(8))
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ScriptRun(db.Model):
    """One script followed once. ``moves`` counts its changes: a late double click is refused by it.

    ``came_from_id`` is the run whose last answer led to this script: the chain of these is the stack.
    ``resumes_id`` is the run of an earlier contact that this one takes up where it was left.
    """

    __tablename__ = "script_runs"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_has_outcome"),
        CheckConstraint("contact_id IS NOT NULL OR dossier_id IS NOT NULL", name="about_somebody"),
        Index("ix_script_runs_contact", "contact_id", "started_at"),
        Index("ix_script_runs_dossier", "dossier_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    script_id: Mapped[str] = mapped_column(String(8), index=True)
    script_version_id: Mapped[int] = mapped_column(ForeignKey("script_versions.id"))
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("script_runs.id"))
    resumes_id: Mapped[int | None] = mapped_column(
        ForeignKey("script_runs.id", name="fk_script_runs_resumes_id_script_runs")
    )
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(Code)
    moves: Mapped[int] = mapped_column(default=0)

    version: Mapped[ScriptVersion] = relationship()
    steps: Mapped[list[ScriptRunStep]] = relationship(
        back_populates="run", order_by="ScriptRunStep.position", cascade="all, delete-orphan"
    )
    acts: Mapped[list[ScriptAct]] = relationship(order_by="ScriptAct.id")


class ScriptRunStep(db.Model):
    """One stay at one step, from ``entered_at`` to ``left_at``. Going back hides, never erases.

    ``origin`` tells an answer that was asked from one that was known already, and from one taken over from
    an earlier contact: only what was asked counts in figures.
    ``posture`` is what the agent said of who did the step; None when nobody said. For an act in the
    person's place, ``posture_reason`` says why and ``basis`` on what agreement.
    """

    __tablename__ = "script_run_steps"
    __table_args__ = (
        UniqueConstraint("run_id", "position", name="uq_script_run_steps_run_position"),
        CheckConstraint("posture IN ('alone', 'with', 'for')", name="posture_known"),
        CheckConstraint("posture_reason IS NULL OR posture = 'for'", name="posture_reason"),
        CheckConstraint(
            "basis IS NULL OR (posture = 'for' AND basis IN ('spoken', 'remote', 'mandate'))",
            name="basis_of_an_act",
        ),
        CheckConstraint("origin IN ('asked', 'known', 'resumed')", name="origin_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("script_runs.id", ondelete="CASCADE"))
    position: Mapped[int]
    step_id: Mapped[str] = mapped_column(Code)
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    choice: Mapped[int | None]
    posture: Mapped[str | None] = mapped_column(String(8))
    posture_reason: Mapped[str | None] = mapped_column(String(16))
    basis: Mapped[str | None] = mapped_column(String(16))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    origin: Mapped[str] = mapped_column(String(8), default="asked", server_default="asked")

    run: Mapped[ScriptRun] = relationship(back_populates="steps")


class ScriptAct(db.Model):
    """Something done for the person during a run: what, on what basis, and how it went.

    ``result`` is ``done``, ``noted`` (kept, on its way: the Portal does not answer; before version 0035 also
    what an agent said to have done elsewhere) or ``refused``. ``made`` names the row that somebody else sees
    (``flag:12``); ``undone_at``: it was taken back.
    ``basis`` is the agreement that the agent said; None where none is needed (what
    the service does for itself: an incident, a question to the owner, an alert).
    """

    __tablename__ = "script_acts"
    __table_args__ = (
        CheckConstraint("result IN ('done', 'noted', 'refused')", name="result_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(
        ForeignKey("script_runs.id", ondelete="CASCADE"), index=True
    )
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    step_id: Mapped[str] = mapped_column(Code)
    action: Mapped[str] = mapped_column(Code)
    basis: Mapped[str | None] = mapped_column(String(16))
    result: Mapped[str] = mapped_column(String(8))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("portal_links.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    made: Mapped[str | None] = mapped_column(Code)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PortalLink(db.Model):
    """A link to the Portal's first step, alive for 72 h. Its token is known to the mail alone.

    Only the token's SHA-256 is kept: a copy of the database opens nobody's account.
    """

    __tablename__ = "portal_links"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires_later"),
        CheckConstraint("step1_at IS NULL OR opened_at IS NOT NULL", name="opened_before_step1"),
        CheckConstraint("step2_at IS NULL OR step1_at IS NOT NULL", name="step1_before_step2"),
        Index("ix_portal_links_dossier", "dossier_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("script_runs.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    step1_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    step2_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The Portal's own addresses of the two steps: keys, so sealed; None until it has answered.
    step1_address: Mapped[str | None] = mapped_column(Sealed)
    step2_address: Mapped[str | None] = mapped_column(Sealed)

    dossier: Mapped[Dossier] = relationship()
    agent: Mapped[Agent] = relationship()
    mail: Mapped[Mail | None] = relationship(back_populates="link", uselist=False)


class Mail(db.Model):
    """One mail to one person. The text is not kept here: the mail server's copy is the copy."""

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("portal_links.id"), unique=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    state: Mapped[MailState] = mapped_column(
        choice(MailState, "state_known"), default=MailState.CREATED
    )
    message_id: Mapped[str | None] = mapped_column(String(255), index=True)
    refusal: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    link: Mapped[PortalLink | None] = relationship(back_populates="mail")
