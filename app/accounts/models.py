"""Who works here: agents, what they are doing now, and the journal of what they saw and did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    case,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.foundation.database.columns import UTCDateTime
from app.foundation.database.sealed import Sealed
from app.foundation.extensions import db
from app.foundation.roles import STAFF


class Agent(UserMixin, db.Model):
    """A person who signs in. ``role`` decides what she may see (app.web.access).

    ``emergency``: opened by its password also where everybody else comes from the identity provider.
    """

    __tablename__ = "agents"
    __table_args__ = (CheckConstraint(f"role IN {tuple(map(str, STAFF))}", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10))
    languages: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["fr"])
    locale: Mapped[str] = mapped_column(String(5), default="fr")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    softphone_epoch: Mapped[int] = mapped_column(default=0)
    emergency: Mapped[bool] = mapped_column(Boolean, default=False)

    presence: Mapped[Presence] = relationship(back_populates="agent", uselist=False)

    @property
    def is_active(self) -> bool:
        """May she sign in? (Flask-Login asks.)"""
        return self.active

    # Of the session that a request came with (``sessions.find``); no columns.
    session_key = ""
    session_id = 0

    def get_id(self) -> str:
        """What the cookie holds: the key of her session."""
        return self.session_key


class StaffSession(db.Model):
    """A session of an agent, from signing in to its end; the cookie's key is ``key_hash``'s origin.

    ``browser`` is a few words (« Firefox, Windows ») for its owner. ``proved_at``: when its holder
    last showed who they are, which acts on the account itself ask for. ``id_token``: what the identity
    provider gave, for signing out there too; none for a session that began here.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    browser: Mapped[str] = mapped_column(String(60), default="")
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    proved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    ended_why: Mapped[str | None] = mapped_column(String(20))
    id_token: Mapped[str | None] = mapped_column(Sealed)


class Holding(db.Model):
    """What an agent holds now: one call or one work. Her attention is 1, and the database keeps it so.

    A call weighs 1 from its first ring to the end of its wrap-up, and ``phase`` says how far she is
    with it (``ringing``, ``in_call``, ``wrap_up``; ``since`` when). A message weighs 0: a call may
    interrupt it, and it is given back as it was. Claimed and let go by ``queue.holdings``.
    """

    __tablename__ = "holdings"
    __table_args__ = (
        CheckConstraint("(call_id IS NULL) <> (work_id IS NULL)", name="one_thing"),
        CheckConstraint("weight IN (0, 1)", name="weight"),
        CheckConstraint("call_id IS NULL OR weight = 1", name="call_weighs"),
        CheckConstraint("(weight = 1) = (phase IS NOT NULL)", name="phase_of_attention"),
        CheckConstraint("phase IN ('ringing', 'in_call', 'wrap_up')", name="phase"),
        UniqueConstraint("call_id", "agent_id", name="uq_holdings_call_agent"),
        UniqueConstraint("work_id", name="uq_holdings_work"),
        Index(
            "uq_holdings_attention",
            "agent_id",
            unique=True,
            sqlite_where=text("weight = 1"),
            postgresql_where=text("weight = 1"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    work_id: Mapped[int | None] = mapped_column(ForeignKey("works.id"))
    weight: Mapped[int]
    phase: Mapped[str | None] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(UTCDateTime)


def _attention(column: Any, agent_id: Any) -> Any:
    """This column of what holds an agent's attention; NULL when nothing does."""
    held = select(column).where(Holding.agent_id == agent_id, Holding.weight == 1)
    return held.correlate_except(Holding).scalar_subquery()


class Presence(db.Model):
    """What an agent is doing now; one row an agent.

    ``chosen…`` is what she chose, or what a missed call, a manager or a closed desk left her in:
    changed under a lock of the row. ``state``, ``reason`` and ``since`` are what she does: with a call
    that holds her (``Holding``), else what is chosen. A call that she dials from her dossiers leaves
    what is chosen as it is, so she finds herself there again.
    """

    __tablename__ = "presences"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    chosen: Mapped[str] = mapped_column(String(16), default="offline", index=True)
    chosen_reason: Mapped[str | None] = mapped_column(String(16))
    chosen_since: Mapped[datetime] = mapped_column(UTCDateTime)
    idle_since: Mapped[datetime] = mapped_column(UTCDateTime)

    state: Mapped[str] = column_property(func.coalesce(_attention(Holding.phase, agent_id), chosen))
    reason: Mapped[str | None] = column_property(
        case((_attention(Holding.phase, agent_id).is_(None), chosen_reason))
    )
    since: Mapped[datetime] = column_property(
        func.coalesce(_attention(Holding.since, agent_id), chosen_since, type_=UTCDateTime())
    )

    agent: Mapped[Agent] = relationship(back_populates="presence")


class Connection(db.Model):
    """An open browser tab of an agent's session; ``process`` serves it, ``seen_at`` proves it alive."""

    __tablename__ = "connections"

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("staff_sessions.id"), index=True)
    process: Mapped[str] = mapped_column(String(64), index=True)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TotpSecret(db.Model):
    """The secret that an agent's telephone makes codes from; asked for once it is confirmed.

    ``last_step``: the half-minute of the last code used, so that none is used twice.
    """

    __tablename__ = "totp_secrets"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Sealed)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(db.Model):
    """A code that replaces a lost telephone, once; kept as a digest."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Passkey(db.Model):
    """A passkey of an agent: what proves that an answer is its own. Its secret never leaves its device.

    ``credential_id`` and ``user_handle`` are in base 64; ``sign_count`` is what the device counted last.
    """

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    user_handle: Mapped[str] = mapped_column(String(64))
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AnsweredChallenge(db.Model):
    """The digest of a challenge, or of another word used once, that was answered well."""

    __tablename__ = "answered_challenges"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class IdentityLink(db.Model):
    """An account at the identity provider, by its subject, that opens one here; never by its address.

    ``id_token``: the last one that it brought, until its session begins.
    """

    __tablename__ = "identity_links"
    __table_args__ = (
        UniqueConstraint("agent_id", "issuer", name="uq_identity_links_account"),
        UniqueConstraint("issuer", "subject", name="uq_identity_links_subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    id_token: Mapped[str | None] = mapped_column(Sealed)


class SignInRules(db.Model):
    """How people must sign in: one row, changed by administrators.

    ``second_step_roles`` must have a second step from ``second_step_from`` on (None: at once);
    ``provider_only``: everybody but emergency accounts comes from the identity provider.
    """

    __tablename__ = "sign_in_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    second_step_roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    second_step_from: Mapped[date | None] = mapped_column(Date)
    provider_only: Mapped[bool] = mapped_column(Boolean, default=False)


class Invitation(db.Model):
    """A link that lets the owner of an account choose a password, once; kept as a digest.

    ``state_of``: of which address and password the account was; another one voids the link.
    ``sent_at``: when the mail left; None while it has not.
    """

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state_of: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInTry(db.Model):
    """Tries to sign in that were wrong so far, for one place and account (``guessing``)."""

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class SavedView(db.Model):
    """A list as somebody wants to see it again: ``query`` is its filters and its order, ``place`` which list."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("agent_id", "place", "name", name="uq_saved_views_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    place: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class JournalEntry(db.Model):
    """One line of the journal: who did or saw what. Append-only (triggers), hash-chained.

    ``subject`` names a record by kind and id (``dossier:12``): no personal text is kept here.
    """

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    agent_id: Mapped[int | None] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(60), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class JournalCheck(db.Model):
    """How far the journal was verified: ``newest`` goes on where it was, ``whole`` begins anew each night."""

    __tablename__ = "journal_checks"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    line_id: Mapped[int] = mapped_column(default=0)  # the last line that holds; 0: none yet
    line_hash: Mapped[str] = mapped_column(String(64))
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    broken_line: Mapped[int | None]
