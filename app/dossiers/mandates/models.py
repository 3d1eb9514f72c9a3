"""Who may speak for a person: a yes said in a call, one given by SMS, a written mandate; until when, revoked or not."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.may_say import Basis, Relation
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db


class Mandate(db.Model):
    """One ground on which somebody speaks for a person.

    ``holder`` is who may speak, as it was said; ``relation`` how they stand to the person. ``paper``: which
    written mandate was seen, and where it is. ``contact_id``: the contact in which it was noted; an agreement
    said aloud holds for that contact alone. ``begins_on`` and ``ends_on`` are local days, both included. Taken back
    (``revoked_at``), it ends at that instant; ``revoked_by_id`` None: by the person, in writing.
    """

    __tablename__ = "mandates"
    __table_args__ = (
        CheckConstraint(
            "basis <> 'mandate' OR (paper <> '' AND ends_on IS NOT NULL)", name="written"
        ),
        CheckConstraint("basis <> 'spoken' OR contact_id IS NOT NULL", name="spoken_in_a_contact"),
        CheckConstraint("basis <> 'remote' OR ends_on IS NOT NULL", name="remote_ends"),
        CheckConstraint("ends_on IS NULL OR ends_on >= begins_on", name="in_order"),
        CheckConstraint("revoked_at IS NOT NULL OR revoked_why = ''", name="why_when_revoked"),
        Index("ix_mandates_person_ends", "person_id", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    basis: Mapped[Basis] = mapped_column(choice(Basis, "mandate_basis_known"))
    relation: Mapped[Relation] = mapped_column(choice(Relation, "relation_known"))
    holder: Mapped[str] = mapped_column(String(160), default="")
    paper: Mapped[str] = mapped_column(String(300), default="")
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    revoked_why: Mapped[str] = mapped_column(String(300), default="")

    noted_by: Mapped[Agent] = relationship(foreign_keys=[noted_by_id])
    revoked_by: Mapped[Agent | None] = relationship(foreign_keys=[revoked_by_id])
