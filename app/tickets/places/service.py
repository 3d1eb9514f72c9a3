"""Places: taken in from a file of the public standard; appointments noted, and their outcome owed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.accounts import journal
from app.dossiers.name_folding import fold
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.tickets import screened
from app.tickets.models import Contact
from app.tickets.places import standard
from app.tickets.places.communes import naming
from app.tickets.places.communes import service as communes
from app.tickets.places.communes.service import Town
from app.tickets.places.models import Booking, BookingState, Place
from app.tickets.places.nearest import Near, Point, Spot, middle, nearest
from app.tickets.places.standard import Read, Refused
from app.tickets.promises import service as promises
from app.tickets.promises.models import Promise, PromiseKind

LARGEST = 40_000_000  # bytes of a file: the country has about twenty thousand places
ASKED_AFTER = timedelta(days=1)  # an appointment's outcome is asked the day after
SHOWN = 12
FAR_KM = 50.0
CHOICES = 20


@dataclass(frozen=True)
class Taken:
    """What came of a file: places made, changed, left as they were, gone; and the rows that are none."""

    made: int
    changed: int
    same: int
    gone: int
    refused: tuple[Refused, ...]
    unknown: tuple[str, ...]


def take_in(content: bytes, *, agent_id: int | None, now: datetime, dry_run: bool) -> Taken:
    """Read a CSV of the standard: whole or not at all. Sent again, it changes nothing (by each place's id).

    Rows that are no place are left out and said; places that an earlier file had and this one has not
    are gone. ``dry_run`` says what would come of it. Raises InvalidInput for what is no such file.
    """
    good, refused = _read(content)
    if not good:
        raise InvalidInput(
            "Ce fichier ne contient aucun lieu utilisable.",
            kept="Rien n'a été changé.",
            todo="Vérifiez qu'il suit le standard des lieux de médiation numérique.",
        )
    known = {place.key: place for place in db.session.scalars(select(Place))}
    made = [each for key, each in good.items() if key not in known]
    changed = [
        each for key, each in good.items() if key in known and _values(each) != _stored(known[key])
    ]
    gone = [place.id for key, place in known.items() if place.active and key not in good]
    taken = Taken(
        len(made), len(changed), len(good) - len(made) - len(changed), len(gone), tuple(refused),
        tuple(sorted({word for each in good.values() for word in each.unknown}))[:SHOWN],
    )  # fmt: skip
    if dry_run:
        return taken
    with unit_of_work():
        for each in made:
            db.session.add(Place(key=each.key, **_values(each)))
        for each in changed:
            db.session.execute(update(Place).where(Place.key == each.key).values(**_values(each)))
        db.session.execute(update(Place).where(Place.id.in_(gone)).values(active=False))
        journal.record(
            "places_taken_in",
            "places:all",
            agent_id=agent_id,
            now=now,
            detail={"made": taken.made, "changed": taken.changed, "gone": taken.gone},
        )
    return taken


def _read(content: bytes) -> tuple[dict[str, Read], list[Refused]]:
    if len(content) > LARGEST:
        raise InvalidInput("Ce fichier est trop gros.", kept="Rien n'a été changé.")
    text = _text(content)
    dialect = (
        ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    )
    reader = csv.DictReader(io.StringIO(text), delimiter=dialect)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    if missing := standard.missing_columns(reader.fieldnames):
        raise InvalidInput(
            "Ce fichier n'est pas au standard : il lui manque %(columns)s.",
            kept="Rien n'a été changé.",
            todo="Téléchargez le fichier CSV des lieux de médiation numérique, sans le modifier.",
            columns=", ".join(missing),
        )
    good: dict[str, Read] = {}
    refused: list[Refused] = []
    for number, row in enumerate(reader, 2):
        if number > standard.MOST_ROWS:
            raise InvalidInput("Ce fichier est trop gros.", kept="Rien n'a été changé.")
        found = standard.read({k: v for k, v in row.items() if isinstance(v, str)}, number)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            good[found.key] = found  # the same id twice: the last one holds
    return good, refused


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("Ce fichier n'est pas du texte.", kept="Rien n'a été changé.")


def _values(each: Read) -> dict[str, object]:
    return {
        "name": each.name, "town": each.town, "town_folded": fold(each.town), "postcode": each.postcode,
        "insee": each.insee, "address": each.address, "latitude": each.latitude,
        "longitude": each.longitude, "kind": each.kind, "phone": each.phone, "mail": each.mail,
        "site": each.site, "hours": each.hours, "booking": each.booking, "updated_on": each.updated_on,
        "lists": {name: list(values) for name, values in each.lists.items()}, "active": True,
    }  # fmt: skip


def _stored(place: Place) -> dict[str, object]:
    names = (
        "name", "town", "town_folded", "postcode", "insee", "address", "latitude", "longitude", "kind", "phone",
        "mail", "site", "hours", "booking", "updated_on", "lists", "active",
    )  # fmt: skip
    return {name: getattr(place, name) for name in names}


# --- looking for one -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A place near somebody, with its distance when it can be told."""

    place: Place
    km: float | None


@dataclass(frozen=True)
class Nearby:
    """The places near a town. ``town``: the commune from which the distances are told, when it is known;
    ``choices``: the communes of that name, when nothing says which is meant (and then no place)."""

    found: Sequence[Found]
    town: Town | None = None
    choices: Sequence[Town] = ()

    @property
    def far(self) -> bool:
        """Is even the nearest too far to send somebody there?"""
        return bool(self.found) and self.found[0].km is not None and self.found[0].km > FAR_KM


def around(
    where: str,
    most: int = SHOWN,
    wanted: Mapping[str, str] | None = None,
    *,
    prints: bool = False,
) -> Nearby:
    """The places nearest to a town, given by its name, its postcode, or an address that ends with them.

    ``wanted``: a word of the standard for a list of its (``{"frais_a_charge": "Gratuit"}``); only places that
    say each of them. A word that the standard does not have asks for nothing. ``prints``: where one can print and scan.
    """
    asked = {
        name: word for name, word in (wanted or {}).items() if word in standard.LISTS.get(name, ())
    }
    meant = naming.meant(fold(where))
    towns = communes.meant(meant)
    if len(towns) > 1 and not meant.postcode:
        return Nearby((), choices=towns[:CHOICES])
    columns = [
        Place.id, Place.postcode, Place.town_folded, Place.latitude, Place.longitude, Place.prints
    ]  # fmt: skip
    rows = db.session.execute(
        select(*columns, *([Place.lists] if asked else []))
        .where(Place.active.is_(True))
        .order_by(Place.name)
    ).all()
    spots = [
        Spot(
            row.id,
            row.postcode,
            naming.known_as(row.town_folded),
            None if row.latitude is None else Point(row.latitude, row.longitude),
        )
        for row in rows
    ]
    # A town stands where all its places do, also those that were not asked for.
    near_by = nearest(
        spots,
        postcode=meant.postcode,
        town=meant.town,
        most=len(spots) if asked or prints else most,
        origin=middle([each.at for each in towns]),
    )
    fitting = {
        row.id
        for row in rows
        if all(word in row.lists.get(name, ()) for name, word in asked.items())
        and (row.prints or not prints)
    }
    found: Sequence[Near] = [each for each in near_by if each.place_id in fitting][:most]
    places = {
        place.id: place
        for place in db.session.scalars(
            select(Place).where(Place.id.in_([n.place_id for n in found]))
        )
    }
    # Several communes of one postcode: the distances are told from their middle, and no name is right.
    town = towns[0] if len(towns) == 1 else None
    return Nearby([Found(places[each.place_id], each.km) for each in found], town)


def near(where: str, most: int = SHOWN, wanted: Mapping[str, str] | None = None) -> Sequence[Found]:
    """The places alone (``around``)."""
    return around(where, most, wanted).found


def say_prints(place_id: int, prints: bool | None, *, agent_id: int, now: datetime) -> None:
    """Note whether one can print and scan at a place, or that nobody knows. Raises NotFound."""
    with unit_of_work():
        place = db.session.get(Place, place_id)
        if place is None:
            raise NotFound("Ce lieu n'existe plus.", todo="Cherchez-en un autre.")
        if place.prints is not prints:
            place.prints = prints
            journal.record("place_prints", f"place:{place_id}", agent_id=agent_id, now=now)


# --- appointments --------------------------------------------------------------------------------


def book(
    place_id: int,
    at: datetime,
    *,
    contact_id: int | None,
    dossier_id: int | None,
    person_id: int | None,
    welcomed_by: str,
    agent_id: int,
    now: datetime,
    locale: str = "fr",
) -> Booking:
    """Note an appointment that the place has confirmed: when, for whom. Its outcome is owed the day after.

    Raises InvalidInput for a time that is past, NotFound for a place that is gone.
    """
    if at <= now:
        raise InvalidInput("Ce rendez-vous est déjà passé.", kept="Rien n'est noté.")
    name = screened.accepted(welcomed_by, locale, wanted=False)[:60]
    with unit_of_work():
        place = db.session.get(Place, place_id)
        if place is None or not place.active:
            raise NotFound("Ce lieu n'existe plus.", todo="Cherchez-en un autre.")
        if contact_id is not None:
            contact = db.session.get_one(Contact, contact_id)
            dossier_id, person_id = contact.dossier_id, contact.person_id
        owed = promises.promise(
            PromiseKind.CHECK,
            agent_id=agent_id,
            owner_id=agent_id,
            due_at=at + ASKED_AFTER,
            reason=f"Le rendez-vous a-t-il eu lieu ? {place.name}"[:200],
            now=now,
            locale=locale,
            dossier_id=dossier_id,
            contact_id=contact_id,
            person_id=person_id,
        )
        made = Booking(
            place_id=place_id,
            contact_id=contact_id,
            dossier_id=dossier_id,
            person_id=person_id,
            at=at,
            welcomed_by=name,
            state=BookingState.BOOKED,
            booked_by_id=agent_id,
            booked_at=now,
            promise_id=owed.id,
        )
        db.session.add(made)
        db.session.flush()
        journal.record(
            "place_booked",
            f"booking:{made.id}",
            agent_id=agent_id,
            now=now,
            detail={"place": place_id},
        )
    return made


def cancel(booking_id: int, *, agent_id: int, now: datetime) -> None:
    """It will not take place; what was owed of it goes with it. Twice changes nothing."""
    with unit_of_work():
        held = db.session.get(Booking, booking_id, populate_existing=True)
        if held is None:
            raise NotFound("Ce rendez-vous n'existe pas.", todo="Rechargez la page.")
        if held.state is BookingState.CANCELLED:
            return
        held.state = BookingState.CANCELLED
        if held.promise_id is not None:
            open_one = db.session.get(Promise, held.promise_id)
            if open_one is not None and open_one.ended_at is None:
                promises.drop(held.promise_id, "Rendez-vous annulé", agent_id=agent_id, now=now)
        journal.record("place_cancelled", f"booking:{booking_id}", agent_id=agent_id, now=now)


def of_contact(contact_id: int) -> Sequence[Booking]:
    """The appointments made during a contact, and that stand."""
    return db.session.scalars(
        select(Booking)
        .where(Booking.contact_id == contact_id, Booking.state == BookingState.BOOKED)
        .order_by(Booking.id)
    ).all()
