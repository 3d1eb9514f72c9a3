"""Priorities and call-backs in the list of all that is owed: they live in tables of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.dossiers import service as dossiers
from app.dossiers.models import Dossier, PriorityFlag
from app.dossiers.vocabulary import CLOSED, REFUSED, FlagKind
from app.foundation.clock import local_day
from app.foundation.database.paging import how_many
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.text.saying import day
from app.tickets import callbacks
from app.tickets.models import CallBack, CallBackState, Contact
from app.tickets.promises import hours, service
from app.tickets.promises.found_rows import end_of, last_day_over
from app.tickets.promises.models import OwedStep
from app.tickets.promises.sources import Asked, Can, Owed, What, number, wanted


class Flags:
    """Dossiers promised first (``priority_flags``): their owner's, else who promised."""

    prefix = "flag"

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """Those that nobody has finished, on dossiers that are not closed; a danger always, and what was
        promised after a refusal: the person makes the request again, and is to come first (S13)."""
        query = (
            self._open(asked)
            .options(
                joinedload(PriorityFlag.dossier).joinedload(Dossier.person),
                joinedload(PriorityFlag.dossier).joinedload(Dossier.owner),
                joinedload(PriorityFlag.author),
            )
            .order_by(PriorityFlag.due_on, PriorityFlag.id)
            .limit(asked.most)
        )
        return [self._owed(each, asked.now) for each in db.session.scalars(query)]

    def count(self, asked: Asked, until: datetime | None = None) -> int:
        """How many are open; each is due at the end of its day."""
        query = self._open(asked)
        if until is not None:
            query = query.where(PriorityFlag.due_on <= last_day_over(until))
        return how_many(query)

    def _open(self, asked: Asked) -> Select[Any]:
        query = (
            select(PriorityFlag)
            .join(Dossier, Dossier.id == PriorityFlag.dossier_id)
            .where(
                wanted(asked, What.FLAG),
                PriorityFlag.done_at.is_(None),
                or_(
                    Dossier.inside.not_in(CLOSED),
                    PriorityFlag.kind == FlagKind.DISTRESS,
                    and_(
                        Dossier.inside.in_(REFUSED), PriorityFlag.created_at >= Dossier.decided_on
                    ),
                ),
            )
        )
        if asked.agent_id is not None:
            mine = or_(PriorityFlag.author_id == asked.agent_id, Dossier.owner_id == asked.agent_id)
            query = query.where(
                or_(mine, service.nobodys(Dossier.owner_id)) if asked.team else mine
            )
        return query

    def _owed(self, flag: PriorityFlag, now: datetime) -> Owed:
        owner = flag.dossier.owner or flag.author
        return Owed(
            subject=f"flag:{flag.id}",
            what=What.FLAG,
            due=end_of(flag.due_on),
            whole_day=True,
            who=flag.dossier.person.full_name,
            text=" · ".join(filter(None, (flag.reason, _arrived(flag, now)))),
            href=f"/dossiers/{flag.dossier_id}",
            owner_id=owner.id,
            owner=owner.display_name,
            by=flag.author.display_name,
            since=flag.created_at,
            dossier_id=flag.dossier_id,
            can=frozenset() if flag.kind is FlagKind.DISTRESS else frozenset({Can.KEEP, Can.MOVE}),
        )

    def _held(self, key: str, agent_id: int) -> PriorityFlag:
        flag = db.session.get(
            PriorityFlag, number(key), with_for_update=True, populate_existing=True
        )
        if flag is None:
            raise NotFound("Cette priorité n'existe pas.")
        if flag.kind is FlagKind.DISTRESS:
            raise Conflict("Un danger se termine avec son alerte.", kept="La priorité reste posée.")
        service.refuse_stranger(agent_id, flag.dossier.owner_id or flag.author_id, flag.author_id)
        return flag

    def keep(self, key: str, agent_id: int, now: datetime) -> OwedStep | None:
        """The dossier was treated first, as promised."""
        flag = self._held(key, agent_id)
        if flag.done_at is not None:
            return None
        dossiers.finish_flag(flag.id, agent_id=agent_id, now=now)
        return service.noted(f"flag:{flag.id}", "kept", {}, agent_id, now)

    def move(self, key: str, due: datetime, agent_id: int, now: datetime) -> OwedStep | None:
        """Another day."""
        flag = self._held(key, agent_id)
        if flag.done_at is not None:
            raise Conflict("Cette priorité est déjà terminée.", kept="Rien n'a changé.")
        if local_day(due) < local_day(now):
            raise InvalidInput("La date promise est déjà passée.", todo="Choisissez un autre jour.")
        step = service.noted(
            f"flag:{flag.id}", "moved", {"due_on": flag.due_on.isoformat()}, agent_id, now
        )
        flag.due_on = local_day(due)
        _tell("flag_moved", f"dossier:{flag.dossier_id}", flag.dossier.owner_id, agent_id, now)
        return step

    def hand_over(
        self, key: str, owner_id: int | None, agent_id: int, now: datetime
    ) -> OwedStep | None:
        """A priority goes with its dossier."""
        raise Conflict(
            "Une priorité suit son dossier.",
            kept="Elle reste où elle est.",
            todo="Changez plutôt qui suit le dossier.",
        )

    def take_back(self, step: OwedStep, agent_id: int, now: datetime) -> None:
        """As it was before a step."""
        flag = self._held(step.subject.partition(":")[2], agent_id)
        if step.act == "moved":
            flag.due_on = date.fromisoformat(step.before["due_on"])
        else:
            flag.done_at = None
        _tell("flag_undone", f"dossier:{flag.dossier_id}", flag.dossier.owner_id, agent_id, now)


class CallBacks:
    """Call-backs that were promised (``callbacks``): who promised, else the team's. They are kept by calling."""

    prefix = "callback"

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """The open ones, the most urgent first."""
        query = (
            self._open(asked)
            .options(joinedload(Contact.person))
            .order_by(CallBack.due_at, CallBack.id)
            .limit(asked.most)
        )
        names = dict(service.colleagues())
        return [
            self._owed(callback, contact, names) for callback, contact in db.session.execute(query)
        ]

    def count(self, asked: Asked, until: datetime | None = None) -> int:
        """How many are open."""
        query = self._open(asked)
        return how_many(query if until is None else query.where(CallBack.due_at <= until))

    def _open(self, asked: Asked) -> Select[CallBack, Contact]:
        query = (
            select(CallBack, Contact)
            .outerjoin(Contact, Contact.id == CallBack.contact_id)
            .where(wanted(asked, What.CALLBACK), CallBack.state == CallBackState.OPEN)
        )
        if asked.agent_id is not None:
            mine = CallBack.agent_id == asked.agent_id
            query = query.where(
                or_(mine, service.nobodys(CallBack.agent_id)) if asked.team else mine
            )
        return query

    def _owed(self, callback: CallBack, contact: Contact | None, names: dict[int, str]) -> Owed:
        person = contact.person if contact else None
        dossier_id = contact.dossier_id if contact else None
        return Owed(
            subject=f"callback:{callback.id}",
            what=What.CALLBACK,
            due=callback.due_at,
            who=person.full_name if person else phone_numbers.display(callback.number),
            text=(contact.note if contact else "") or _("Rappel demandé."),
            href=f"/dossiers/{dossier_id}" if dossier_id else "/callbacks",
            owner_id=callback.agent_id,
            owner=names.get(callback.agent_id or 0, ""),
            since=callback.arrived_at,
            dossier_id=dossier_id,
            contact_id=callback.contact_id,
            callback_id=callback.id,
            can=frozenset({Can.MOVE, Can.HAND}),
        )

    def _held(self, key: str, agent_id: int) -> CallBack:
        callback = callbacks.locked(number(key))
        service.refuse_stranger(agent_id, callback.agent_id)
        if callback.state is not CallBackState.OPEN:
            raise Conflict("Ce rappel est déjà terminé.", kept="Rien n'a changé.")
        return callback

    def keep(self, key: str, agent_id: int, now: datetime) -> OwedStep | None:
        """It is kept by calling."""
        raise Conflict(
            "Un rappel se termine en appelant.",
            kept="Il reste promis.",
            todo="Appelez, ou annulez-le dans la page des rappels.",
        )

    def move(self, key: str, due: datetime, agent_id: int, now: datetime) -> OwedStep | None:
        """Another time, within the hours: nobody could keep it otherwise."""
        callback = self._held(key, agent_id)
        if not any(start <= due < end for start, end in hours.of_service()(local_day(due))):
            raise InvalidInput(
                "La ligne est fermée à ce moment-là : personne ne pourrait tenir cette promesse.",
                todo="Choisissez un moment pendant les heures d'ouverture.",
            )
        return self._changed(callback, "moved", {"due_at": due}, agent_id, now)

    def hand_over(
        self, key: str, owner_id: int | None, agent_id: int, now: datetime
    ) -> OwedStep | None:
        """A colleague's, or the team's."""
        if owner_id is not None:
            service.colleague(owner_id)
        held = self._held(key, agent_id)
        return self._changed(held, "handed", {"agent_id": owner_id}, agent_id, now)

    def _changed(
        self,
        callback: CallBack,
        act: str,
        values: dict[str, datetime | int | None],
        agent_id: int,
        now: datetime,
    ) -> OwedStep:
        before = {"due_at": callback.due_at.isoformat(), "agent_id": callback.agent_id}
        step = service.noted(f"callback:{callback.id}", act, before, agent_id, now)
        for name, value in values.items():
            setattr(callback, name, value)
        _tell("callback_changed", f"callback:{callback.id}", callback.agent_id, agent_id, now)
        return step

    def take_back(self, step: OwedStep, agent_id: int, now: datetime) -> None:
        """As it was before a step."""
        callback = callbacks.locked(number(step.subject.partition(":")[2]))
        if callback.state is not CallBackState.OPEN:
            raise Conflict("Ce rappel est déjà terminé.", kept="Rien n'a changé.")
        callback.due_at = datetime.fromisoformat(step.before["due_at"])
        callback.agent_id = step.before["agent_id"]
        _tell("callback_changed", f"callback:{callback.id}", callback.agent_id, agent_id, now)


def _arrived(flag: PriorityFlag, now: datetime) -> str:
    """« demande déposée le … » once what was promised first has come, so that it can be kept."""
    came = flag.dossier.deposited_on
    if came is None or flag.dossier.inside in REFUSED or came < local_day(flag.created_at):
        return ""
    if came == local_day(now):
        return _("demande déposée aujourd’hui")
    return _("demande déposée le %(day)s", day=day(came, local_day(now), str(get_locale())))


def _tell(act: str, subject: str, owner_id: int | None, agent_id: int, now: datetime) -> None:
    with unit_of_work() as work:
        db.session.flush()
        journal.record(act, subject, agent_id=agent_id, now=now)
        service.tell(work, owner_id)
