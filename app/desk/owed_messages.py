"""Messages without an answer, in the list of all that is owed (``app.tickets.promises.sources``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, or_

from app.desk import message_view
from app.foundation.database.paging import how_many
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.queue.models import Holding, Work
from app.tickets.models import Contact
from app.tickets.promises import hours, rules
from app.tickets.promises.models import OwedStep
from app.tickets.promises.sources import Asked, Owed, What


class Messages:
    """Whoever has one in hand owes its answer; until then the team does. Kept by answering."""

    prefix = "message"

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """Those that are not closed, nor put aside until a day to come."""
        if not asked.wants(What.MESSAGE):
            return []
        found = db.session.execute(self._open(asked).limit(asked.most)).all()
        target = rules.hours_for(What.MESSAGE)
        return [
            Owed(
                subject=f"message:{row.work_id}",
                what=What.MESSAGE,
                due=hours.target(row.since, target),
                who=row.who,
                text=row.title,
                href="/messages",
                owner_id=asked.agent_id if row.mine else (0 if row.by else None),
                owner=row.by,
                since=row.since,
                dossier_id=row.dossier_id,
                contact_id=row.contact_id,
                work_id=row.work_id,
            )
            for row in message_view.rows_of(found, asked.agent_id or 0)
        ]

    def count(self, asked: Asked, until: datetime | None = None) -> int:
        """How many wait for an answer."""
        if not asked.wants(What.MESSAGE):
            return 0
        query = self._open(asked)
        if until is not None:
            start = hours.latest_start(until, rules.hours_for(What.MESSAGE))
            query = query.where(Work.waiting_since <= start)
        return how_many(query)

    def _open(self, asked: Asked) -> Select[Work, Contact, int, str]:
        query = message_view.open_query().where(
            or_(Work.parked_until.is_(None), Work.parked_until <= asked.now)
        )
        if asked.agent_id is not None:
            mine, nobodys = Holding.agent_id == asked.agent_id, Holding.agent_id.is_(None)
            query = query.where(or_(mine, nobodys) if asked.team else mine)
        return query

    def keep(self, key: str, agent_id: int, now: datetime) -> OwedStep | None:
        """It is kept by answering."""
        raise _by_answering()

    def move(self, key: str, due: datetime, agent_id: int, now: datetime) -> OwedStep | None:
        """Whoever wrote waits."""
        raise _by_answering()

    def hand_over(
        self, key: str, owner_id: int | None, agent_id: int, now: datetime
    ) -> OwedStep | None:
        """From the message itself."""
        raise _by_answering()

    def take_back(self, step: OwedStep, agent_id: int, now: datetime) -> None:
        """There are no steps."""
        raise _by_answering()


def _by_answering() -> Conflict:
    return Conflict(
        "Un message se termine en répondant.",
        kept="Il attend toujours.",
        todo="Ouvrez-le dans la page des messages.",
    )
