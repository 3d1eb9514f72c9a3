"""Tables of contacts (each time somebody reaches the service), their messages, and call-backs."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.may_say import Basis
from app.dossiers.models import E164, Dossier, Person
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db
from app.tickets.delivery import Delivery
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


class Author(StrEnum):
    """Who wrote a message: the person, one of us, or the service by itself (a link, an answer)."""

    PERSON = "person"
    AGENT = "agent"
    SERVICE = "service"


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

    ``reason`` begins as unqualified and stays so if the agent leaves it undone;
    ``qualified_at`` tells the two apart. ``caller_number`` is None when hidden or unusable.
    ``suggested_reason``, ``suggested_role`` and ``digital_seen`` are the machine's: from the trace
    (scripts used, portal events) and the calling number. ``caller_role`` and ``digital_declared``
    hold only what a person said, and ``…_by_id`` who said it: nothing preset is ever written there
    (docs/adr/0019). What is said may differ from what is seen, and the report shows both.
    ``provider_sid`` names the message that opened it, so that the same one twice is one contact.
    ``note`` is the agent's; what the person wrote is in ``messages``. ``draft`` holds what was chosen
    in the bar and not confirmed yet, by field: it is no qualification, and no figure reads it.
    ``caller_role`` says who speaks, ``person_id`` for whom, ``basis`` on what ground; ``identity_at`` when an
    agent confirmed that the one who speaks is who they say. Another person: both are asked again.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_opened"),
        CheckConstraint("digital_kind IS NULL OR digital_declared", name="kind_only_when_declared"),
        CheckConstraint("dossier_id IS NULL OR person_id IS NOT NULL", name="dossier_has_person"),
        CheckConstraint(
            "(caller_role IS NULL) = (caller_role_by_id IS NULL)", name="role_has_author"
        ),
        CheckConstraint(
            "(digital_declared IS NULL) = (digital_by_id IS NULL)", name="digital_has_author"
        ),
        CheckConstraint(
            "(identity_at IS NULL) = (identity_by_id IS NULL)", name="identity_has_author"
        ),
        CheckConstraint("(basis IS NULL) = (basis_by_id IS NULL)", name="basis_has_author"),
        Index("ix_contacts_agent_opened", "agent_id", "opened_at"),
        Index("ix_contacts_person_opened", "person_id", "opened_at"),
        Index("ix_contacts_follow_up", "follow_up_on"),
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
    caller_role_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    suggested_role: Mapped[CallerRole | None] = mapped_column(
        choice(CallerRole, "suggested_role_known")
    )
    basis: Mapped[Basis | None] = mapped_column(choice(Basis, "basis_known"))
    basis_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    identity_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    identity_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    reason: Mapped[Reason] = mapped_column(
        choice(Reason, "reason_known"), default=Reason.UNQUALIFIED
    )
    suggested_reason: Mapped[Reason | None] = mapped_column(choice(Reason, "suggestion_known"))
    digital_seen: Mapped[DigitalKind | None] = mapped_column(choice(DigitalKind, "seen_known"))
    digital_declared: Mapped[bool | None]
    digital_kind: Mapped[DigitalKind | None] = mapped_column(choice(DigitalKind, "digital_known"))
    digital_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    draft: Mapped[dict[str, str] | None] = mapped_column(JSON)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, "outcome_known"))
    follow_up_on: Mapped[date | None]
    qualified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    qualified_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    person: Mapped[Person | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
    agent: Mapped[Agent | None] = relationship(foreign_keys=[agent_id])
    identity_by: Mapped[Agent | None] = relationship(foreign_keys=[identity_by_id])
    qualified_by: Mapped[Agent | None] = relationship(foreign_keys=[qualified_by_id])


class ContactPerson(db.Model):
    """One of several persons that a contact is about: a trainer calls once for three trainees.

    ``Contact.person_id`` is the one spoken of now; these are all of them, with what was said of who speaks *for each*
    (identity, ground), given back when the agent comes back to them. A contact about one person has no such row.
    """

    __tablename__ = "contact_persons"

    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    basis: Mapped[Basis | None] = mapped_column(choice(Basis, "basis_known"))
    basis_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    identity_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    identity_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    person: Mapped[Person] = relationship()
    dossier: Mapped[Dossier | None] = relationship()


class Message(db.Model):
    """What a person wrote to us or we to her: append-only, whatever becomes of its contact.

    Triggers of the database (``migrations/messages_guard.py``) let nothing change but how far an
    outgoing one got (``delivery…``, ``provider_key`` once known), and the erasure that retention asks
    for: it empties ``address``, ``subject``, ``body`` and ``original`` together, and dates it.

    ``address`` is the person's (a number, a mail address), None when it is hidden. ``original`` is
    what came, where it is not ``body``. ``provider_key`` names it at the provider: the same one twice
    is one message. A voice message has no body: its sound is at the provider (``voicemails``).
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("(author = 'agent') = (agent_id IS NOT NULL)", name="agent_is_author"),
        CheckConstraint("(author = 'person') = (direction = 'in')", name="person_writes_in"),
        CheckConstraint(
            "erased_at IS NULL OR (body = '' AND subject = '' AND original IS NULL"
            " AND address IS NULL)",
            name="erased_is_empty",
        ),
        Index("ix_messages_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel_known"))
    direction: Mapped[Direction] = mapped_column(choice(Direction, "direction_known"))
    author: Mapped[Author] = mapped_column(choice(Author, "author_known"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    original: Mapped[str | None] = mapped_column(Text)
    provider_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    delivery: Mapped[Delivery] = mapped_column(choice(Delivery, "delivery_known"))
    delivery_at: Mapped[datetime] = mapped_column(UTCDateTime)
    delivery_problem: Mapped[str | None] = mapped_column(String(20))
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    contact: Mapped[Contact] = relationship()
    agent: Mapped[Agent | None] = relationship()


class Thread(db.Model):
    """How a contact in writing is answered: by which of our lines, and the answer begun so far.

    ``draft`` is on its way to be a message and is none yet: it stays through a call, a reload, another
    page, a transfer of the work. ``revision`` counts its changes, so that none is written over unseen.
    ``act_key`` names the next sending: it serves once.
    """

    __tablename__ = "threads"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    draft: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    act_key: Mapped[str] = mapped_column(String(32))


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
