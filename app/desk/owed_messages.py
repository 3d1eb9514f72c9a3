"""Messages without an answer, in the list of all that is owed (``app.tickets.promises.sources``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.desk import message_view
from app.foundation.exceptions import Conflict
from app.tickets.promises import hours, rules
from app.tickets.promises.models import OwedStep
from app.tickets.promises.sources import Asked, Owed, What


class Messages:
    """Whoever has one in hand owes its answer; until then the team does. Kept by answering."""

    prefix = "message"

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """Those that are not closed, nor put aside until a day to come."""
        rows = message_view.open_rows(asked.agent_id or 0)
        wanted = [row for row in rows if row.until is None or row.until <= asked.now]
        if asked.agent_id is not None:
            wanted = [row for row in wanted if row.mine or (asked.team and not row.by)]
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
            for row in wanted[: asked.most]
        ]

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
