"""``demo seed``: the team, the line, the people who call and their dossiers. Twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from flask_babel import get_locale
from sqlalchemy import func, select

from app.accounts.models import Agent
from app.calls.directory.models import DirectoryEntry
from app.demo import accounts, cases, crowd, office, paperwork, walks
from app.demo.cases import Case, Slot
from app.dossiers import service
from app.dossiers.editing import masks
from app.dossiers.models import (
    Annotation,
    Dossier,
    DossierIban,
    Organisation,
    PaymentWave,
    Person,
    PersonNir,
    Piece,
    PortalEvent,
    PriorityFlag,
    ProcessingDate,
)
from app.dossiers.name_folding import fold
from app.dossiers.payments import service as payments
from app.dossiers.vocabulary import SHOWN_AS, Inside, PieceState, PortalEventKind
from app.foundation.clock import PARIS, local_day
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.wiring import settings
from app.lines.models import Line
from app.tickets.models import Channel, Contact, Direction
from app.tickets.places import service as places
from app.tickets.places.communes import service as communes
from app.tickets.reasons import CallerRole, DigitalKind, Reason

Team = dict[str, Agent]


def phone_book() -> list[tuple[str, str, str]]:
    """The demo callers for the telephone page: name, number, a word on why; in its language."""
    return cases.phone_book(str(get_locale()))


def seed(now: datetime) -> str:
    """Load the demo data; a sentence that says what was done."""
    password_hash = accounts.hash_of_password()
    with unit_of_work():
        team = accounts.create(now, password_hash)
        _line()
        _directory()
        if db.session.scalar(select(func.count(Dossier.id))):
            return "Les données de démonstration sont déjà là."
        _calendar(local_day(now))
        _places(now)
        db.session.flush()
        organisations = _organisations()
        people = [*cases.CASES, *crowd.crowd(), cases.DISPUTED]
        persons = [
            _case(case, number, team, organisations, now) for number, case in enumerate(people, 1)
        ]
        _history(persons, team, now)
        office.open_all(persons, len(cases.CASES), team, now, _at)
        walks.follow(persons[len(cases.CASES) : -1], team, now, _at)
        _not_enrolled(team, now)
    return f"{len(people)} personnes et leurs dossiers sont prêts."


def _not_enrolled(team: Team, now: datetime) -> None:
    """Somebody whose training body has declared nothing yet: known by a call, without a dossier."""
    person = service.add_person(
        "Lina", "Sorel", now=now, numbers=("+33639980177",), email="lina.sorel@courriel.example"
    )
    db.session.flush()
    opened = _at(now, 1.4)
    db.session.add(
        Contact(
            channel=Channel.PHONE,
            direction=Direction.IN,
            caller_number="+33639980177",
            person_id=person.id,
            agent_id=team["nadia"].id,
            opened_at=opened,
            closed_at=opened + timedelta(minutes=4),
            reason=Reason.ACCOUNTS,
            caller_role=CallerRole.STAGIAIRE,
            caller_role_by_id=team["nadia"].id,
            note="Attend que son organisme l'inscrive.",
            qualified_at=opened + timedelta(minutes=5),
            qualified_by_id=team["nadia"].id,
        )
    )


def _places(now: datetime) -> None:
    """Invented places, in the public standard's own file, taken in as a manager's would be."""
    content = (Path(__file__).parent / "places.csv").read_bytes()
    places.take_in(content, agent_id=None, now=now, dry_run=False)
    towns = (Path(__file__).parent / "communes.csv").read_bytes()
    communes.take_in(towns, agent_id=None, now=now, dry_run=False)


def _line() -> None:
    """The line, open at any hour: a demo is often given in the evening."""
    number = settings().line_number
    if db.session.scalar(select(Line.id).where(Line.number == number)) is None:
        db.session.add(Line(name="Portail des aides", number=number, mode="open"))


def _directory() -> None:
    """Whom agents may call or transfer to; the numbers are of the ranges kept for fiction."""
    known = set(db.session.scalars(select(DirectoryEntry.number)))
    db.session.add_all(
        DirectoryEntry(label=label, kind=kind, number=number, note=note)
        for label, kind, number, note in cases.DIRECTORY
        if number not in known
    )


def _calendar(today: date) -> None:
    """Deposits of eighteen days ago are being processed; three payment days a month."""
    db.session.add(ProcessingDate(on=today, deposits_of=today - timedelta(days=18)))
    first = today.replace(day=1)
    for months in range(4):
        month = (first + timedelta(days=31 * months)).replace(day=1)
        db.session.add_all(PaymentWave(on=month.replace(day=day)) for day in (8, 18, 28))


def _organisations() -> dict[str, Organisation]:
    found = {
        name: Organisation(name=name, town=town, phone=phone, email="")
        for name, town, phone in cases.ORGANISATIONS
    }
    db.session.add_all(found.values())
    db.session.flush()
    return found


def _address(number: int) -> str:
    """An invented address: the streets are everywhere, the town and its postcode nowhere."""
    streets = ("rue des Tilleuls", "allée du Moulin", "rue Jean-Macé", "impasse des Forges")
    door = "" if number % 3 else f", bâtiment {'ABC'[number % 9 // 3]}, 2e étage"
    return f"{number + 3} {streets[number % len(streets)]}{door}, 99130 Valclair"


def _case(
    case: Case, number: int, team: Team, organisations: dict[str, Organisation], now: datetime
) -> Person:
    today = local_day(now)
    name = fold(f"{case.first_name} {case.last_name}").replace(" ", ".")
    person = service.add_person(
        case.first_name,
        case.last_name,
        now=now,
        numbers=(case.phone,),
        email=case.email or f"{name}@courriel.example",
        born_on=today.replace(day=1) - timedelta(days=int(case.age * 365.25) + number * 7),
        address=_address(number),
        language=case.language,
        helper=case.helper.partition(", ")[0],
        helper_relation=case.helper.partition(", ")[2],
        residence_permit_until=_ahead(today, case.permit_days),
        **paperwork.of_person(number, case.last_name),
    )
    person.phones[0].owner = case.phone_owner
    nir = _nir(person, number)
    person.nir_masked = masks.nir(nir)
    db.session.add(PersonNir(person_id=person.id, nir=nir))
    dossier = _dossier(case, number, person, team, organisations, today, now)
    _around(case, dossier, team, now)
    if case.twice:
        _dossier(case, number + 900, person, team, organisations, today, now)
    return person


def _dossier(
    case: Case,
    number: int,
    person: Person,
    team: Team,
    organisations: dict[str, Organisation],
    today: date,
    now: datetime,
) -> Dossier:
    iban = _iban(number)
    seen = now - timedelta(days=case.notified - 1) if case.seen and case.notified else None
    dossier = Dossier(
        reference=f"PF-{today.year}-{4200 + number:06d}",
        person_id=person.id,
        organisation_id=_organisation(case, number, organisations).id,
        owner_id=team[case.owner].id,
        inside=case.inside,
        outside=SHOWN_AS[case.inside],
        descends_from_of=case.from_software,
        enrolled_on=_back(today, case.enrolled),
        deposited_on=_back(today, case.deposited),
        taken_up_on=_back(today, case.taken_up),
        decided_on=_back(today, case.decided),
        rejection=case.rejection,
        rejection_evidence=case.evidence,
        notified_on=_back(today, case.notified),
        notification_seen_at=seen,
        next_payment_on=payments.next_wave(today) if case.pays else None,
        paid_on=today - timedelta(days=1) if case.inside is Inside.PAID else None,
        amount_cents=case.amount,
        iban_masked=masks.iban(iban),
        training_title=case.training,
        training_action=f"24-{1000 + number}",
        training_start=today - timedelta(days=(case.deposited or 10) + 5),
        training_end=today + timedelta(days=90),
        training_hours=420,
        created_at=now,
        **paperwork.of_dossier(number, case.training, deposited=case.deposited is not None),
    )
    db.session.add(dossier)
    db.session.flush()
    holder = f"{case.first_name} {case.last_name}"
    db.session.add(DossierIban(dossier_id=dossier.id, iban=iban, payee=holder))
    return dossier


def _around(case: Case, dossier: Dossier, team: Team, now: datetime) -> None:
    """Portal events, pièces, annotation and priority of a dossier."""
    for told in case.events:
        db.session.add(
            PortalEvent(
                dossier_id=dossier.id,
                kind=told.kind,
                at=_at(now, told.ago),
                data={"cause": told.cause} if told.cause else {},
            )
        )
    asked = [told.ago for told in case.events if told.kind is PortalEventKind.PIECE_ASKED]
    asked_at = _at(now, asked[-1]) if asked else None
    db.session.add_all(_piece(slot, dossier, now, asked_at) for slot in case.pieces)
    if case.annotation:
        db.session.add(
            Annotation(
                dossier_id=dossier.id,
                author_id=team["bruno"].id,
                text=case.annotation,
                alert_on=_ahead(local_day(now), case.permit_days - 20)
                if case.permit_days
                else None,
                created_at=now - timedelta(days=2),
            )
        )
    if case.priority:
        db.session.add(
            PriorityFlag(
                dossier_id=dossier.id,
                author_id=team["isabelle"].id,
                kind=case.flag,
                reason=case.priority,
                due_on=local_day(now),
                created_at=now - timedelta(days=1),
            )
        )


def _piece(slot: Slot, dossier: Dossier, now: datetime, asked_at: datetime | None) -> Piece:
    return Piece(
        dossier_id=dossier.id,
        kind=slot.kind,
        state=slot.state,
        defect=slot.defect,
        message=slot.message,
        asked_at=asked_at if slot.state is PieceState.RED else None,
        instead=slot.instead,
        third_party=slot.third_party,
        remind_on=_ahead(local_day(now), slot.remind),
        sent_at=now - timedelta(days=4) if slot.sent else None,
    )


# Who called before, how many days ago, about what.
_PAST: tuple[tuple[str, int, Reason, CallerRole, DigitalKind | None, str], ...] = (
    ("Perrin", 12, Reason.FOLLOW_UP, CallerRole.STAGIAIRE, None,
     "Ne comprend pas pourquoi il n'est pas payé."),
    ("Morel", 6, Reason.COMPLETENESS, CallerRole.FORMATEUR, DigitalKind.INVALID_PIECES,
     "La ligne a coupé, la formatrice doit rescanner la carte."),
    ("Delmas", 10, Reason.ACCOUNTS, CallerRole.STAGIAIRE, DigitalKind.MAIL_NOT_RECEIVED,
     "Adresse corrigée avec elle, lien renvoyé."),
    ("Haddad", 9, Reason.ACCOUNTS, CallerRole.DUO, DigitalKind.MAIL_NOT_RECEIVED,
     "Adresse reprise lettre par lettre, lien renvoyé."),
    ("Faure", 4, Reason.COMPLETENESS, CallerRole.STAGIAIRE, None,
     "A écrit à son ancien employeur."),
    ("Cochet", 3, Reason.FOLLOW_UP, CallerRole.STAGIAIRE, None,
     "A lu « dossier traité ». Expliqué : demande refusée."),
    ("Hugues", 1, Reason.UNQUALIFIED, CallerRole.STAGIAIRE, None, ""),
)  # fmt: skip


def _history(persons: list[Person], team: Team, now: datetime) -> None:
    """Earlier contacts, so that timelines and lists are not empty."""
    by_name = {person.last_name: person for person in persons}
    for name, days, reason, role, digital, note in _PAST:
        person = by_name[name]
        opened = _at(now, days + 0.6)
        done = reason is not Reason.UNQUALIFIED
        db.session.add(
            Contact(
                channel=Channel.PHONE,
                direction=Direction.IN,
                caller_number=person.phones[0].e164,
                person_id=person.id,
                agent_id=team["camille"].id,
                opened_at=opened,
                closed_at=opened + timedelta(minutes=6),
                reason=reason,
                caller_role=role if done else None,
                caller_role_by_id=team["camille"].id if done else None,
                digital_declared=True if digital else None,
                digital_kind=digital,
                digital_by_id=team["camille"].id if digital else None,
                note=note,
                qualified_at=opened + timedelta(minutes=7) if done else None,
                qualified_by_id=team["camille"].id if done else None,
            )
        )


def _at(now: datetime, ago: float) -> datetime:
    """The instant ``ago`` days before; from a day on, within office hours of that day.

    The greater ``ago``, the earlier the instant: the order of what happened is kept.
    """
    if ago < 1:
        return now - timedelta(days=ago)
    day = local_day(now) - timedelta(days=int(ago))
    close = datetime.combine(day, time(16, 30), PARIS).astimezone(UTC)
    return close - timedelta(hours=7) * (ago - int(ago))


def _organisation(case: Case, number: int, organisations: dict[str, Organisation]) -> Organisation:
    names = list(organisations)
    return organisations[case.organisation or names[number % len(names)]]


def _back(today: date, days: int | None) -> date | None:
    return today - timedelta(days=days) if days is not None else None


def _ahead(today: date, days: int | None) -> date | None:
    return today + timedelta(days=days) if days is not None else None


def _nir(person: Person, number: int) -> str:
    """A number of the right shape that nobody has: order 000 is never given."""
    born = person.born_on
    assert born is not None
    body = f"{1 + number % 2}{born:%y%m}99{number % 1000:03d}000"
    return f"{body}{97 - int(body) % 97:02d}"


def _iban(number: int) -> str:
    """An IBAN of the right shape at a bank code that does not exist."""
    account = f"9999900001{number:011d}00"
    check = 98 - int(f"{account}152700") % 97
    return f"FR{check:02d}{account}"
