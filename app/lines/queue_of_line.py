"""Which queue a line's calls and messages wait in, and whom that queue asks first, as a manager chooses.

A queue is known on screen by its lines: one that no line uses any more is not shown, and goes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select, update

from app.foundation import edits
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.text import outside
from app.lines import service, store
from app.lines.models import Line
from app.lines.settings import team_form
from app.queue.models import Queue, Work
from app.tickets.models import Thread

OWN = "own"  # a queue for this line alone


def shown(line: Line) -> dict[str, str]:
    """What the form of the line's queue shows."""
    return {"queue": str(line.queue_id)}


def team_shown(line: Line) -> dict[str, str]:
    """What the form of the queue's team shows."""
    return team_form(store.policy_of(line.id).team)


def lines_of_queues() -> dict[int, list[Line]]:
    """The lines of each queue, the first line's first."""
    found: dict[int, list[Line]] = {}
    for line in store.every():
        found.setdefault(line.queue_id, []).append(line)
    return found


def change_queue(wanted: str, *, seen: str, by: int, now: datetime) -> bool:
    """Let the line's calls and messages wait in another queue, those that wait now included.

    ``wanted``: the id of another line's queue, or ``OWN``. False when it is so already. Raises
    InvalidInput for a queue that is no line's, StaleEdit on a stale page.
    """
    with unit_of_work() as work:
        line = service.locked()
        edits.refuse_stale(seen, shown(line), {"queue": wanted})
        before = line.queue_id
        after = _own(line) if wanted == OWN else _of_a_line(wanted)
        if after == before:
            return False
        line.queue_id = after
        db.session.flush()
        theirs = select(Thread.contact_id).where(Thread.line_id == line.id)
        db.session.execute(
            update(Work)
            .where(Work.contact_id.in_(theirs), Work.ended_at.is_(None))
            .values(queue_id=after)
            .execution_options(synchronize_session=False)
        )
        db.session.execute(delete(Queue).where(Queue.id == before, _unused()))
        service.note(line, "line_queue", by, now, {"from": before, "to": after}, work)
        return True


def _of_a_line(wanted: str) -> int:
    queue_id = outside.identifier(wanted) or 0
    if db.session.scalar(select(Line.id).where(Line.queue_id == queue_id).limit(1)) is None:
        raise InvalidInput("Cette file n'existe plus.", kept="La ligne garde la sienne.")
    return queue_id


def _own(line: Line) -> int:
    """A queue of its own, with the thresholds and the team that it has been served by."""
    if not service.sharing(line):
        return line.queue_id
    shared = line.queue
    own = Queue(name=line.name, policy=dict(shared.policy), team=dict(shared.team))
    db.session.add(own)
    db.session.flush()
    return own.id


def _unused() -> ColumnElement[bool]:
    by_line, by_work = Line.queue_id == Queue.id, Work.queue_id == Queue.id
    return ~exists().where(by_line) & ~exists().where(by_work)


def change_team(
    team: dict[str, list[str]], typed: dict[str, str], *, seen: str, by: int, now: datetime
) -> bool:
    """Say which roles the line's queue asks first, and which widen them. Raises StaleEdit."""
    with unit_of_work() as work:
        line = service.locked()
        edits.refuse_stale(seen, team_shown(line), typed)
        queue = db.session.get_one(
            Queue, line.queue_id, with_for_update=True, populate_existing=True
        )
        before = store.policy_of(line.id).team
        if (list(before.first), list(before.overflow)) == (team["first"], team["overflow"]):
            return False
        queue.team = team
        told = {"first": list(before.first), "overflow": list(before.overflow)}
        service.note(line, "queue_team", by, now, {"from": told, "to": team}, work)
        return True
