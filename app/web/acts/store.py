"""What was asked, once each: the rows that make two presses of a button one act.

A row is claimed in the transaction that acts (``unit_of_work``), so it is there exactly when the act is:
the same request at the same instant, in this process or another, waits for that transaction and finds it.
It holds no word of anybody: the name is a hash, the answer is sealed with a key that is not stored
(``keys``), and both are forgotten soon.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from app.foundation.database.inserts import inserting
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.web.acts.models import Act

ANSWER_KEPT = timedelta(minutes=10)  # long enough for a press after a cut network
NAME_KEPT = timedelta(days=1)


def claim(name: str, *, who: str, route: str, now: datetime) -> bool:
    """Take a name, inside the caller's transaction; False when it was taken.

    PostgreSQL waits here for another transaction that has just taken it; SQLite has one at a time.
    """
    insert = inserting(Act)
    values = {"name": name, "who": who, "route": route[:80], "at": now}
    taken = insert.values(values).on_conflict_do_nothing().returning(Act.name)
    return db.session.execute(taken).first() is not None


def find(name: str) -> Any:
    """The row of a name (at, status, answer), or None."""
    return db.session.execute(
        select(Act.at, Act.status, Act.answer).where(Act.name == name)
    ).first()


def answered(name: str, status: int, sealed: bytes | None) -> None:
    """Keep what was answered, inside the caller's transaction."""
    db.session.execute(
        update(Act)
        .where(Act.name == name)
        .values(status=status, answer=sealed)
        .execution_options(synchronize_session=False)
    )


def free(name: str) -> None:
    """Nothing was done: the key serves again. Inside the caller's transaction."""
    db.session.execute(
        delete(Act).where(Act.name == name).execution_options(synchronize_session=False)
    )


def drop_old_answers(*, now: datetime) -> None:
    """Forget the answers past their term, every minute; the names stay."""
    old = (Act.at < now - ANSWER_KEPT) & Act.answer.is_not(None)
    if db.session.scalar(select(Act.name).where(old).limit(1)) is None:
        return
    with unit_of_work():
        db.session.execute(
            update(Act).where(old).values(answer=None).execution_options(synchronize_session=False)
        )


def forget_old(*, now: datetime) -> None:
    """Forget the names past their term, inside the caller's transaction."""
    db.session.execute(delete(Act).where(Act.at < now - NAME_KEPT))
