"""Tables of places with a computer and a person, and of the appointments made there for somebody."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person
from app.foundation.database.columns import UTCDateTime, choice
from app.foundation.extensions import db
from app.tickets.models import Contact


class Place(db.Model):
    """A place near people: where, when, for whom, at what price. ``key`` names it in the public standard.

    ``lists`` holds the standard's lists (services, public, care, fees, access). ``active`` False: gone
    from the last file, kept for the appointments that were made there. ``prints``: can one print and scan there, as
    somebody of ours asked (None: nobody has); the standard has no word for it, and no file changes it.
    """

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_postcode", "postcode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    town: Mapped[str] = mapped_column(String(80))
    town_folded: Mapped[str] = mapped_column(String(80), index=True)
    postcode: Mapped[str] = mapped_column(String(5))
    insee: Mapped[str] = mapped_column(String(5), default="")
    address: Mapped[str] = mapped_column(String(200))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    kind: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    mail: Mapped[str] = mapped_column(String(254), default="")
    site: Mapped[str] = mapped_column(String(300), default="")
    hours: Mapped[str] = mapped_column(String(300), default="")
    booking: Mapped[str] = mapped_column(String(300), default="")
    updated_on: Mapped[date]
    lists: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    prints: Mapped[bool | None]


class BookingState(StrEnum):
    """What became of an appointment."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class Booking(db.Model):
    """An appointment at a place: when, for whom, made by whom. Its outcome is asked later (``promise_id``)."""

    __tablename__ = "place_bookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id", ondelete="SET NULL"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    welcomed_by: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[BookingState] = mapped_column(choice(BookingState, "booking_state_known"))
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    booked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promises.id", ondelete="SET NULL"))

    place: Mapped[Place] = relationship()
    contact: Mapped[Contact | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()
    person: Mapped[Person | None] = relationship()
    booked_by: Mapped[Agent] = relationship()
