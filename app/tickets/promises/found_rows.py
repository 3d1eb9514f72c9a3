"""What the list finds by itself: sent is not solved.

A mail that nobody opened within 48 h, a pièce asked for and still missing after seven days, a refusal about which
nobody has spoken with the person, the day that an agent wrote « à suivre le ». Nothing is stored for them: they
are true, or not any more. Once somebody keeps, moves or gives one, it is a promise of its own
(``Promise.origin``), and is found no more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, String, exists, func, literal, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from app.dossiers.models import Dossier, Person, Piece, PortalEvent
from app.dossiers.vocabulary import CLOSED, Inside, PieceState, PortalEventKind
from app.dossiers.wording import Words
from app.foundation.clock import PARIS, local_day
from app.foundation.database.paging import how_many
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.tickets.models import Contact
from app.tickets.promises import hours, rules, service
from app.tickets.promises.models import OwedStep, Promise, PromiseKind
from app.tickets.promises.sources import Asked, Can, Owed, What, number, wanted

UNOPENED = timedelta(hours=48)
EMPTY = timedelta(days=7)
SILENT_DAYS = 2
# Older than that it has been dealt with otherwise, or never will be.
MAIL_DAYS, PIECE_DAYS, REFUSAL_DAYS, FOLLOW_UP_DAYS = 30, 90, 60, 90

Kind = PortalEventKind
_ON_THE_WAY = (
    Kind.LINK_OPENED, Kind.STEP1_DONE, Kind.STEP2_DONE, Kind.LOGIN_FAILED, Kind.PASSWORD_REFUSED, Kind.DEPOSITED,
    Kind.LINK_SENT, Kind.NOTIFICATION_OPENED,
)  # fmt: skip


class _Found(ABC):
    """What all of them share: once touched, it is a promise."""

    prefix = ""
    what = What.MAIL

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """The most urgent of what is true now."""
        said = Words(str(get_locale()), asked.now)
        return [
            self._owed(row, said)
            for row in db.session.execute(self._query(asked).limit(asked.most))
        ]

    def count(self, asked: Asked, until: datetime | None = None) -> int:
        """How many are true now."""
        query = self._query(asked)
        return how_many(query if until is None else query.where(self._due_by(until)))

    @abstractmethod
    def _due_by(self, until: datetime) -> ColumnElement[bool]:
        """Which of them are due by then: ``_owed``'s own time, the other way round."""

    @abstractmethod
    def _query(self, asked: Asked) -> Select[Any]:
        """What is true now, the most urgent first."""

    @abstractmethod
    def _one(self, key: str) -> Select[Any]:
        """The row of one key, if it is still true."""

    @abstractmethod
    def _owed(self, row: Any, said: Words) -> Owed:
        """How a row is said in the list."""

    def keep(self, key: str, agent_id: int, now: datetime) -> OwedStep | None:
        """Somebody has seen to it."""
        return service.keep(self._touched(key, agent_id, now), agent_id=agent_id, now=now)

    def move(self, key: str, due: datetime, agent_id: int, now: datetime) -> OwedStep | None:
        """To be looked at another day."""
        return service.move(self._touched(key, agent_id, now), due, agent_id=agent_id, now=now)

    def hand_over(
        self, key: str, owner_id: int | None, agent_id: int, now: datetime
    ) -> OwedStep | None:
        """Somebody else's."""
        held = self._touched(key, agent_id, now)
        return service.hand_over(held, owner_id, agent_id=agent_id, now=now)

    def take_back(self, step: OwedStep, agent_id: int, now: datetime) -> None:
        """Its steps are a promise's."""
        raise NotFound("Cela n'est pas dans la liste.", todo="Rechargez la liste.")

    def _touched(self, key: str, agent_id: int, now: datetime) -> int:
        """The promise that it becomes, made once; its id."""
        origin = f"{self.prefix}:{key}"
        known = select(Promise.id).where(Promise.origin == origin)
        if (held := db.session.scalar(known)) is not None:
            return held
        row = db.session.execute(self._one(key)).first()
        if row is None:
            raise NotFound("Cela n'est plus dans la liste.", todo="Rechargez la liste.")
        found = self._owed(row, Words(str(get_locale()), now))
        service.refuse_stranger(agent_id, found.owner_id)
        try:
            with db.session.begin_nested():
                made = service.promise(
                    PromiseKind.CAUGHT,
                    agent_id=None,
                    owner_id=found.owner_id,
                    due_at=found.due or now,
                    reason=found.text,
                    now=now,
                    dossier_id=found.dossier_id,
                    contact_id=found.contact_id,
                    origin=origin,
                )
                return made.id
        except IntegrityError:  # a colleague was faster
            return db.session.scalars(known).one()

    def _untouched(self, key: ColumnElement[str]) -> ColumnElement[bool]:
        return ~exists().where(Promise.origin == literal(f"{self.prefix}:").concat(key))


def _known(person_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Not of somebody who was erased: nothing can be done for them. (The table is a higher room's: by its name.)"""
    erasures = db.metadata.tables["erasures"]
    return ~exists().where(erasures.c.person_id == person_id)


def _of_dossier(query: Select[Any], asked: Asked) -> Select[Any]:
    query = query.where(_known(Dossier.person_id))
    if asked.agent_id is None:
        return query
    mine = Dossier.owner_id == asked.agent_id
    return query.where(or_(mine, service.nobodys(Dossier.owner_id)) if asked.team else mine)


def _dossier_row(prefix: str, key: str, what: What, dossier: Dossier, **fields: Any) -> Owed:
    return Owed(
        subject=f"{prefix}:{key}",
        what=what,
        who=dossier.person.full_name,
        href=f"/dossiers/{dossier.id}",
        owner_id=dossier.owner_id,
        owner=dossier.owner.display_name if dossier.owner else "",
        dossier_id=dossier.id,
        can=frozenset({Can.KEEP, Can.MOVE, Can.HAND}),
        **fields,
    )


_WITH_PEOPLE = (joinedload(Dossier.person), joinedload(Dossier.owner))


class UnopenedMails(_Found):
    """The link was sent 48 hours ago, and nothing shows that the person has seen it."""

    prefix, what = "mail", What.MAIL

    def _query(self, asked: Asked) -> Select[Any]:
        later = aliased(PortalEvent)
        query = (
            self._base()
            .where(
                wanted(asked, self.what),
                PortalEvent.at <= asked.now - UNOPENED,
                PortalEvent.at >= asked.now - timedelta(days=MAIL_DAYS),
                Dossier.inside != Inside.PAID,
                ~exists().where(
                    later.dossier_id == PortalEvent.dossier_id,
                    later.at > PortalEvent.at,
                    later.kind.in_(_ON_THE_WAY),
                ),
                self._untouched(sql_cast(PortalEvent.id, String)),
            )
            .order_by(PortalEvent.at, PortalEvent.id)
        )
        return _of_dossier(query, asked)

    def _due_by(self, until: datetime) -> ColumnElement[bool]:
        return PortalEvent.at <= hours.latest_start(until, rules.hours_for(What.MAIL)) - UNOPENED

    def _one(self, key: str) -> Select[Any]:
        return self._base().where(PortalEvent.id == number(key))

    def _base(self) -> Select[Any]:
        query = (
            select(PortalEvent, Dossier)
            .join(Dossier, Dossier.id == PortalEvent.dossier_id)
            .where(PortalEvent.kind == Kind.LINK_SENT)
            .options(*_WITH_PEOPLE)
        )
        return cast(Select[Any], query)

    def _owed(self, row: Any, said: Words) -> Owed:
        event, dossier = cast(PortalEvent, row[0]), cast(Dossier, row[1])
        text = _(
            "Mail envoyé %(when)s, pas ouvert : le renvoyer en ligne ?", when=said.when(event.at)
        )
        due = hours.target(event.at + UNOPENED, rules.hours_for(What.MAIL))
        return _dossier_row(
            self.prefix, str(event.id), self.what, dossier, due=due, text=text, since=event.at
        )


class EmptyPieces(_Found):
    """A pièce was asked for a week ago, and its slot is still empty."""

    prefix, what = "piece", What.PIECE

    def _query(self, asked: Asked) -> Select[Any]:
        touched = exists().where(
            Promise.dossier_id == Piece.dossier_id,
            Promise.made_at >= Piece.asked_at,
            Promise.origin.like(literal("piece:").concat(sql_cast(Piece.id, String)).concat("-%")),
        )
        query = (
            self._base()
            .where(
                wanted(asked, self.what),
                Piece.asked_at <= asked.now - EMPTY,
                Piece.asked_at >= asked.now - timedelta(days=PIECE_DAYS),
                ~touched,
            )
            .order_by(Piece.asked_at, Piece.id)
        )
        return _of_dossier(query, asked)

    def _due_by(self, until: datetime) -> ColumnElement[bool]:
        return Piece.asked_at <= hours.latest_start(until, rules.hours_for(What.PIECE)) - EMPTY

    def _one(self, key: str) -> Select[Any]:
        return self._base().where(Piece.id == number(key.partition("-")[0]))

    def _base(self) -> Select[Any]:
        query = (
            select(Piece, Dossier)
            .join(Dossier, Dossier.id == Piece.dossier_id)
            .where(
                Piece.state.in_((PieceState.RED, PieceState.GREY)),
                Piece.asked_at.is_not(None),
                or_(Piece.sent_at.is_(None), Piece.sent_at < Piece.asked_at),
                Dossier.inside.not_in(CLOSED),
            )
            .options(*_WITH_PEOPLE)
        )
        return cast(Select[Any], query)

    def _owed(self, row: Any, said: Words) -> Owed:
        piece, dossier = cast(Piece, row[0]), cast(Dossier, row[1])
        asked_at = cast(datetime, piece.asked_at)
        text = _(
            "%(piece)s : demandé %(when)s, rien n’est arrivé.",
            piece=said.label(piece.kind),
            when=said.when(asked_at),
        )
        due = hours.target(asked_at + EMPTY, rules.hours_for(What.PIECE))
        key = f"{piece.id}-{int(asked_at.timestamp())}"
        return _dossier_row(
            self.prefix, key, self.what, dossier, due=due, text=text, since=asked_at
        )


class SilentRefusals(_Found):
    """A refusal was decided, and nobody has spoken with the person since; the mail about it was not opened."""

    prefix, what = "rejection", What.REJECTION

    def _query(self, asked: Asked) -> Select[Any]:
        today = local_day(asked.now)
        spoken = exists().where(
            Contact.person_id == Dossier.person_id,
            func.date(Contact.opened_at) > Dossier.decided_on,
        )
        query = (
            self._base()
            .where(
                wanted(asked, self.what),
                Dossier.decided_on <= today - timedelta(days=SILENT_DAYS),
                Dossier.decided_on >= today - timedelta(days=REFUSAL_DAYS),
                Dossier.notification_seen_at.is_(None),
                ~spoken,
                self._untouched(
                    sql_cast(Dossier.id, String)
                    .concat("-")
                    .concat(sql_cast(Dossier.decided_on, String))
                ),
            )
            .order_by(Dossier.decided_on, Dossier.id)
        )
        return _of_dossier(query, asked)

    def _due_by(self, until: datetime) -> ColumnElement[bool]:
        start = hours.latest_start(until, rules.hours_for(What.REJECTION))
        return Dossier.decided_on <= local_day(start - timedelta(days=SILENT_DAYS))

    def _one(self, key: str) -> Select[Any]:
        return self._base().where(Dossier.id == number(key.partition("-")[0]))

    def _base(self) -> Select[Any]:
        return (
            select(Dossier)
            .where(
                Dossier.inside.in_((Inside.REJECTED, Inside.INADMISSIBLE)),
                Dossier.decided_on.is_not(None),
            )
            .options(*_WITH_PEOPLE)
        )

    def _owed(self, row: Any, said: Words) -> Owed:
        dossier = cast(Dossier, row[0])
        decided = dossier.decided_on
        assert decided is not None
        text = _(
            "Refus du %(day)s : décision pas ouverte, aucun contact depuis.", day=said.day(decided)
        )
        since = datetime.combine(decided, time(), PARIS)
        due = hours.target(since + timedelta(days=SILENT_DAYS), rules.hours_for(What.REJECTION))
        key = f"{dossier.id}-{decided.isoformat()}"
        return _dossier_row(self.prefix, key, self.what, dossier, due=due, text=text, since=since)


class FollowUps(_Found):
    """« À suivre le … », as an agent wrote it in the reason of a contact."""

    prefix, what = "follow_up", What.FOLLOW_UP

    def _query(self, asked: Asked) -> Select[Any]:
        query = self._base().where(
            wanted(asked, self.what),
            Contact.follow_up_on >= local_day(asked.now) - timedelta(days=FOLLOW_UP_DAYS),
            self._untouched(
                sql_cast(Contact.id, String)
                .concat("-")
                .concat(sql_cast(Contact.follow_up_on, String))
            ),
        )
        if asked.agent_id is not None:
            mine = Contact.agent_id == asked.agent_id
            query = query.where(
                or_(mine, service.nobodys(Contact.agent_id)) if asked.team else mine
            )
        return query.order_by(Contact.follow_up_on, Contact.id)

    def _due_by(self, until: datetime) -> ColumnElement[bool]:
        return Contact.follow_up_on <= last_day_over(until)

    def _one(self, key: str) -> Select[Any]:
        return self._base().where(Contact.id == number(key.partition("-")[0]))

    def _base(self) -> Select[Any]:
        return (
            select(Contact)
            .where(Contact.follow_up_on.is_not(None))
            .options(joinedload(Contact.person), joinedload(Contact.agent))
        )

    def _owed(self, row: Any, said: Words) -> Owed:
        contact = cast(Contact, row[0])
        day = contact.follow_up_on
        assert day is not None
        return Owed(
            subject=f"{self.prefix}:{contact.id}-{day.isoformat()}",
            what=self.what,
            due=end_of(day),
            whole_day=True,
            who=_who(contact.person),
            text=contact.note or _("Contact à suivre."),
            href=f"/dossiers/{contact.dossier_id}"
            if contact.dossier_id
            else f"/tickets/{contact.id}",
            owner_id=contact.agent_id,
            owner=contact.agent.display_name if contact.agent else "",
            since=contact.opened_at,
            dossier_id=contact.dossier_id,
            contact_id=contact.id,
            can=frozenset({Can.KEEP, Can.MOVE, Can.HAND}),
        )


def last_day_over(until: datetime) -> date:
    """The last day whose end (23:59:59, when what is owed for a day is due) has come by then."""
    day = local_day(until)
    return day if until >= end_of(day) else day - timedelta(days=1)


def end_of(day: date) -> datetime:
    """When what is owed for a day is due."""
    return datetime.combine(day, time(23, 59, 59), PARIS)


def _who(person: Person | None) -> str:
    return person.full_name if person else _("Personne non reconnue")


def all_of_them() -> tuple[_Found, ...]:
    """The sources of this module."""
    return UnopenedMails(), EmptyPieces(), SilentRefusals(), FollowUps()
