"""What is due, as rows: set, claimed by the ticker with a lease, forgotten once acted upon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, null, or_, select, update

from app.accounts.service import no_tab_of
from app.foundation.database.inserts import dialect, inserting
from app.foundation.extensions import db
from app.queue.models import Deadline

_deadlines = cast(Table, Deadline.__table__)


def set_deadline(
    kind: str, due_at: datetime, *, call_id: int | None = None, agent_id: int | None = None
) -> None:
    """Make something due, inside the caller's transaction; the same kind for the same call and agent
    is moved, not doubled."""
    values = _values(kind, due_at, call_id, agent_id)
    db.session.execute(_setting(dialect()), values)


def look_again_if_gone(due_at: datetime, agent_id: int) -> None:
    """Look at an agent again (« gone »), if she has no tab open now."""
    db.session.execute(_setting_if_gone(dialect()), _values("gone", due_at, None, agent_id))


def _values(
    kind: str, due_at: datetime, call_id: int | None, agent_id: int | None
) -> dict[str, Any]:
    return {
        "key": f"{kind}:{call_id or ''}:{agent_id or ''}",
        "kind": kind,
        "due_at": due_at,
        "call_id": call_id,
        "agent_id": agent_id,
    }


_DUE = ("key", "kind", "due_at", "call_id", "agent_id")


@lru_cache(maxsize=2)
def _setting(words: str) -> Any:
    return _moved_if_known(inserting(_deadlines, words).inline())


@lru_cache(maxsize=2)
def _setting_if_gone(words: str) -> Any:
    given = {n: bindparam(n, type_=_deadlines.c[n].type) for n in _DUE}
    gone = select(*given.values()).where(no_tab_of(given["agent_id"]))
    return _moved_if_known(inserting(_deadlines, words).from_select(list(given), gone))


def _moved_if_known(insert: Any) -> Any:
    changes = {"due_at": insert.excluded.due_at, "claimed_at": null()}
    return insert.on_conflict_do_update(index_elements=[_deadlines.c.key], set_=changes)


@dataclass(frozen=True)
class Due:
    """A claimed deadline."""

    id: int
    kind: str
    call_id: int | None
    agent_id: int | None


def claim_due(now: datetime, lease: timedelta, limit: int = 100) -> list[Due]:
    """Claim what is due and not claimed (or whose claim's lease is over), the oldest first."""
    free = or_(Deadline.claimed_at.is_(None), Deadline.claimed_at < now - lease)
    due = (
        select(Deadline.id)
        .where(Deadline.due_at <= now, free)
        .order_by(Deadline.due_at)
        .limit(limit)
    )
    rows = db.session.execute(
        update(_deadlines)
        .where(_deadlines.c.id.in_(due), free)
        .values(claimed_at=now)
        .returning(
            _deadlines.c.due_at,
            _deadlines.c.id,
            _deadlines.c.kind,
            _deadlines.c.call_id,
            _deadlines.c.agent_id,
        )
    ).all()
    return [Due(*row[1:]) for row in sorted(rows, key=lambda row: (row.due_at, row.id))]


def finish_deadlines(ids: Iterable[int], claimed_at: datetime) -> None:
    """Forget deadlines that were acted upon, unless they were moved meanwhile."""
    db.session.execute(
        delete(Deadline)
        .where(Deadline.id.in_(list(ids)), Deadline.claimed_at == claimed_at)
        .execution_options(synchronize_session=False)
    )
