"""Tries to sign in, counted in the database so that every process knows them.

A try is counted before it is judged, so that a hundred at once are not a hundred free ones; one that
was right is taken off again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from app.accounts.models import SignInTry
from app.accounts.signing_in.patience import FORGOTTEN_AFTER, Counter, Tries, counted, wait_until
from app.foundation.database.inserts import inserting
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import TooSoon
from app.foundation.extensions import db


def admit(counters: Sequence[Counter], *, now: datetime) -> None:
    """Count a try. Raises TooSoon, counting nothing, when one of the counters must wait still."""
    # In one order for everybody: two tries never wait for each other's rows.
    ordered = sorted(counters, key=lambda each: each.key)
    with unit_of_work():
        known = [_locked(each.key, now) for each in ordered]
        for counter, tries in zip(ordered, known, strict=True):
            until = wait_until(Tries(counted(tries, now), tries.last_at), counter.free)
            if until is not None and until > now:
                raise _too_soon(until, now)
        for counter, tries in zip(ordered, known, strict=True):
            db.session.execute(
                update(SignInTry)
                .where(SignInTry.key == counter.key)
                .values(count=counted(tries, now) + 1, last_at=now)
            )


def forgive(counters: Sequence[Counter]) -> None:
    """The try was right: its own counter (the first) is empty again, the others have one less.

    Inside the caller's unit of work.
    """
    for number, counter in enumerate(counters):
        if number == 0:
            db.session.execute(delete(SignInTry).where(SignInTry.key == counter.key))
        else:
            db.session.execute(
                update(SignInTry)
                .where(SignInTry.key == counter.key, SignInTry.count > 0)
                .values(count=SignInTry.count - 1)
            )


def forget_old(*, now: datetime) -> int:
    """Drop what counts no more, inside the caller's unit of work; how many rows there were."""
    old = SignInTry.last_at < now - FORGOTTEN_AFTER
    count = int(db.session.scalar(select(func.count()).select_from(SignInTry).where(old)) or 0)
    db.session.execute(delete(SignInTry).where(old))
    return count


def _locked(key: str, now: datetime) -> Tries:
    """The row of a key, made if needed, locked until the transaction ends."""
    made = inserting(SignInTry).values(key=key, count=0, last_at=now)
    db.session.execute(made.on_conflict_do_nothing())
    count, last_at = db.session.execute(
        select(SignInTry.count, SignInTry.last_at).where(SignInTry.key == key).with_for_update()
    ).one()
    return Tries(count, last_at)


def _too_soon(until: datetime, now: datetime) -> TooSoon:
    seconds = max(1, math.ceil((until - now).total_seconds()))
    if seconds < 90:
        return TooSoon(
            "Trop d'essais pour ce compte depuis ce réseau.",
            kept="Votre compte n'est pas bloqué.",
            todo="Réessayez dans %(seconds)s s.",
            seconds=seconds,
            retry_after=seconds,
        )
    return TooSoon(
        "Trop d'essais pour ce compte depuis ce réseau.",
        kept="Votre compte n'est pas bloqué.",
        todo="Réessayez dans %(minutes)s min.",
        minutes=math.ceil(seconds / 60),
        retry_after=seconds,
    )
