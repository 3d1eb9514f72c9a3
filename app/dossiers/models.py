"""Tables of persons, organismes de formation (OF), dossiers and what hangs on them.

The NIR and the IBAN live in tables of their own: a screen that lists dossiers cannot load them by
accident. What screens show every day is the masked form kept beside the dossier.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts.models import Agent
from app.dossiers import name_folding
from app.dossiers.vocabulary import (
    Defect,
    FlagKind,
    Inside,
    LegalStatus,
    MinimumIncome,
    Outside,
    PhoneOwner,
    PieceKind,
    PieceState,
    PortalEventKind,
    Reach,
    Rejection,
)
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.database.sealed import Sealed
from app.foundation.extensions import db

E164 = String(16)


class Organisation(db.Model):
    """An organisme de formation: it declares enrolments, and its staff call too."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    town: Mapped[str] = mapped_column(String(80), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str | None] = mapped_column(E164, index=True)


class Person(db.Model):
    """A beneficiary (stagiaire). ``search_name`` is what a search looks in (``name_folding.key``); it
    follows the name by itself.

    ``email_confirmed_at``: when the address was last read back to the person, letter by letter.
    ``helper`` is who helps on the spot (a formateur, a neighbour), with the relation and a number.
    A right that is None was never asked about: neither yes nor no. ``prefers``: how to reach her.
    """

    __tablename__ = "persons"
    __table_args__ = (CheckConstraint("last_name <> ''", name="named"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    search_name: Mapped[str] = mapped_column(String(name_folding.LONGEST_KEY), index=True)
    born_on: Mapped[date | None]
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(240), default="")
    language: Mapped[str] = mapped_column(String(8), default="fr")
    helper: Mapped[str] = mapped_column(String(160), default="")
    helper_relation: Mapped[str] = mapped_column(String(80), default="")
    helper_phone: Mapped[str | None] = mapped_column(E164)
    prefers: Mapped[Reach | None] = mapped_column(choice(Reach, "prefers_known"))
    legal_status: Mapped[LegalStatus] = mapped_column(
        choice(LegalStatus, "legal_status_known"), default=LegalStatus.INDIVIDUAL
    )
    employment_registered: Mapped[bool | None]
    employment_benefit: Mapped[bool | None]
    youth_guarantee: Mapped[bool | None]
    minimum_income: Mapped[MinimumIncome | None] = mapped_column(
        choice(MinimumIncome, "minimum_income_known")
    )
    nir_masked: Mapped[str] = mapped_column(String(32), default="")
    residence_permit_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    phones: Mapped[list[PersonPhone]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="PersonPhone.id"
    )
    dossiers: Mapped[list[Dossier]] = relationship(back_populates="person")

    @validates("first_name", "last_name")
    def _follow(self, field: str, value: str) -> str:
        names = {"first_name": self.first_name, "last_name": self.last_name, field: value}
        self.search_name = name_folding.key(names["last_name"] or "", names["first_name"] or "")
        return value

    @property
    def full_name(self) -> str:
        """« Prénom Nom », as the agent says it."""
        return f"{self.first_name} {self.last_name}".strip()


class PersonPhone(db.Model):
    """A number a person can be reached at. Several persons may share one."""

    __tablename__ = "person_phones"
    __table_args__ = (
        UniqueConstraint("person_id", "e164", name="uq_person_phones_person_number"),
        CheckConstraint("e164 LIKE '+%'", name="e164"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    e164: Mapped[str] = mapped_column(E164, index=True)
    owner: Mapped[PhoneOwner] = mapped_column(
        choice(PhoneOwner, "owner_known"), default=PhoneOwner.OWN
    )

    person: Mapped[Person] = relationship(back_populates="phones")


class PersonChange(db.Model):
    """A correction of one field: what it was, what it became, by whom, on what contact.

    ``field`` is a name of ``details.PLAIN`` or ``phone``; or of ``editing.sheets``, then of this person's
    ``dossier_id``, or of its pièce. The values are encrypted, and go with the person's other details when
    retention says so.
    """

    __tablename__ = "person_changes"
    __table_args__ = (
        CheckConstraint("piece_id IS NULL OR dossier_id IS NOT NULL", name="piece_has_dossier"),
        Index("ix_person_changes_person_at", "person_id", "at"),
        Index("ix_person_changes_dossier_at", "dossier_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"))
    piece_id: Mapped[int | None] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(32))
    before: Mapped[str] = mapped_column(Sealed)
    after: Mapped[str] = mapped_column(Sealed)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    agent: Mapped[Agent] = relationship()


class PersonNir(db.Model):
    """A person's NIR, apart from the rest and encrypted; reading it is journaled."""

    __tablename__ = "person_nirs"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )
    nir: Mapped[str] = mapped_column(Sealed)


class Dossier(db.Model):
    """One demande of aid for one training. Amounts are in cents of euro.

    ``next_payment_on`` is a wave's day (``payments.calendar`` says when it is really paid); ``payments`` how
    many payments the theme of this training gives.
    """

    __tablename__ = "dossiers"
    __table_args__ = (
        CheckConstraint(
            "(inside = 'rejected') = (rejection IS NOT NULL)", name="rejection_has_reason"
        ),
        CheckConstraint("amount_cents IS NULL OR amount_cents >= 0", name="amount_positive"),
        CheckConstraint(
            "training_end IS NULL OR training_start IS NULL OR training_end >= training_start",
            name="training_in_order",
        ),
        Index("ix_dossiers_person_deposit", "person_id", "deposited_on"),
        # A payment date never stands on a dossier that nobody has granted (DOMAIN, section 3).
        CheckConstraint(
            "next_payment_on IS NULL OR inside IN ('voted', 'to_pay', 'paid')",
            name="no_date_before_grant",
        ),
        Index("ix_dossiers_owner_inside", "owner_id", "inside"),
        Index("ix_dossiers_inside_decided", "inside", "decided_on"),
        Index("ix_dossiers_next_payment", "next_payment_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    inside: Mapped[Inside] = mapped_column(choice(Inside, "inside_known"), default=Inside.AWAITED)
    outside: Mapped[Outside] = mapped_column(choice(Outside, "outside_known"), default=Outside.NONE)
    descends_from_of: Mapped[bool] = mapped_column(default=True)
    enrolled_on: Mapped[date | None]
    deposited_on: Mapped[date | None]
    taken_up_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    rejection: Mapped[Rejection | None] = mapped_column(choice(Rejection, "rejection_known"))
    rejection_evidence: Mapped[str] = mapped_column(String(300), default="")
    notified_on: Mapped[date | None]
    notification_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_payment_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    amount_cents: Mapped[int | None]
    payments: Mapped[int] = mapped_column(default=1)
    iban_masked: Mapped[str] = mapped_column(String(48), default="")
    training_title: Mapped[str] = mapped_column(String(200), default="")
    training_action: Mapped[str] = mapped_column(String(32), default="")
    training_start: Mapped[date | None]
    training_end: Mapped[date | None]
    training_hours: Mapped[int | None]
    theme: Mapped[str] = mapped_column(String(80), default="")
    distance_km: Mapped[int | None]
    tax_income_cents: Mapped[int | None]  # « revenu fiscal de référence »
    tax_quarters: Mapped[int | None]  # « parts », by quarters
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship(back_populates="dossiers")
    organisation: Mapped[Organisation | None] = relationship()
    owner: Mapped[Agent | None] = relationship()
    pieces: Mapped[list[Piece]] = relationship(
        back_populates="dossier", cascade="all, delete-orphan", order_by="Piece.id"
    )
    annotations: Mapped[list[Annotation]] = relationship(
        back_populates="dossier", cascade="all, delete-orphan", order_by="Annotation.id.desc()"
    )
    flags: Mapped[list[PriorityFlag]] = relationship(
        back_populates="dossier", cascade="all, delete-orphan", order_by="PriorityFlag.due_on"
    )
    events: Mapped[list[PortalEvent]] = relationship(
        back_populates="dossier",
        cascade="all, delete-orphan",
        order_by="(PortalEvent.at, PortalEvent.id)",
    )


class DossierIban(db.Model):
    """Where the aid is paid, apart from the rest and encrypted; reading it is journaled."""

    __tablename__ = "dossier_ibans"

    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True
    )
    iban: Mapped[str] = mapped_column(Sealed)
    payee: Mapped[str] = mapped_column(String(160), default="")


class Piece(db.Model):
    """One slot for one document of a dossier.

    ``instead``: what is accepted in its place (a sworn statement, a paper of the tax office). ``third_party``: who
    else holds it (a former employer); we wait for them until ``remind_on``.
    """

    __tablename__ = "pieces"
    __table_args__ = (
        UniqueConstraint("dossier_id", "kind", name="uq_pieces_dossier_kind"),
        Index("ix_pieces_state_asked", "state", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"))
    kind: Mapped[PieceKind] = mapped_column(choice(PieceKind, "kind_known"))
    state: Mapped[PieceState] = mapped_column(
        choice(PieceState, "state_known"), default=PieceState.GREY
    )
    defect: Mapped[Defect | None] = mapped_column(choice(Defect, "defect_known"))
    message: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    instead: Mapped[PieceKind | None] = mapped_column(choice(PieceKind, "instead_known"))
    third_party: Mapped[str] = mapped_column(String(160), default="")
    remind_on: Mapped[date | None]

    dossier: Mapped[Dossier] = relationship(back_populates="pieces")


class Annotation(db.Model):
    """A short, factual remark on a dossier; ``alert_on`` makes it an alert of that day."""

    __tablename__ = "annotations"
    __table_args__ = (CheckConstraint("text <> ''", name="not_empty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    text: Mapped[str] = mapped_column(Text)
    alert_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    dossier: Mapped[Dossier] = relationship(back_populates="annotations")
    author: Mapped[Agent] = relationship()


class PriorityFlag(db.Model):
    """« Je vais le traiter en priorité », made traceable: who promised what, why, by when.

    ``kind`` says how pressing it is: a person in danger comes before any guess (``trouble``).
    """

    __tablename__ = "priority_flags"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(
        ForeignKey("dossiers.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    kind: Mapped[FlagKind] = mapped_column(
        choice(FlagKind, "flag_kind_known"), default=FlagKind.PRIORITY
    )
    reason: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    dossier: Mapped[Dossier] = relationship(back_populates="flags")
    author: Mapped[Agent] = relationship()


class PortalEvent(db.Model):
    """Something the Portal or its mail told us; append-only. ``data`` holds no personal data."""

    __tablename__ = "portal_events"
    __table_args__ = (
        Index("ix_portal_events_dossier_at", "dossier_id", "at"),
        Index("ix_portal_events_kind_at", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"))
    kind: Mapped[PortalEventKind] = mapped_column(choice(PortalEventKind, "kind_known"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    dossier: Mapped[Dossier] = relationship(back_populates="events")


class ProcessingDate(db.Model):
    """Which day's deposits the service was working on, day by day (« on traite le 4 juin »)."""

    __tablename__ = "processing_dates"

    on: Mapped[date] = mapped_column(primary_key=True)
    deposits_of: Mapped[date]


class PaymentWave(db.Model):
    """A day on which the aid is paid; there are three a month."""

    __tablename__ = "payment_waves"

    on: Mapped[date] = mapped_column(primary_key=True)
