"""The table of communes: where each town of the country stands, so that a distance can be told from any of them."""

from __future__ import annotations

from sqlalchemy import Float, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.extensions import db


class Commune(db.Model):
    """One postcode of a commune (a large one has several, a postcode serves several): its centre, in degrees.

    ``insee`` is the code of the official geography; ``folded`` its name as one compares them.
    """

    __tablename__ = "communes"
    __table_args__ = (
        UniqueConstraint("insee", "postcode", name="uq_communes_insee_postcode"),
        Index("ix_communes_postcode", "postcode"),
        Index("ix_communes_folded", "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    insee: Mapped[str] = mapped_column(String(5))
    name: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80))
    postcode: Mapped[str] = mapped_column(String(5))
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
