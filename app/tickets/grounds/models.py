"""Which mandate somebody who speaks for a person stands on, in one contact."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.dossiers.mandates.models import Mandate
from app.foundation.extensions import db


class ContactGround(db.Model):
    """The mandate that was chosen in a contact for one of its persons (``Contact.basis`` says of which kind).

    It goes with the mandate: what is forgotten is no ground.
    """

    __tablename__ = "contact_grounds"

    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    mandate_id: Mapped[int] = mapped_column(
        ForeignKey("mandates.id", ondelete="CASCADE"), index=True
    )

    mandate: Mapped[Mandate] = relationship()
