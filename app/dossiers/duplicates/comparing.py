"""Comparing persons in the background: whoever was written is compared with those who share a key, and pairs are kept.

A key that more than ``MOST_OF_A_KEY`` persons share tells nothing (a shared mailbox, the commonest name): it is passed
over, so that the work grows with the persons and not with their square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, event, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from app.dossiers.duplicates import score
from app.dossiers.duplicates.models import DuplicateKey, DuplicatePair, DuplicatePending, PairState
from app.dossiers.duplicates.score import Compared, Score
from app.dossiers.models import Dossier, Person, PersonPhone
from app.foundation.database.inserts import inserting
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db

AT_ONCE = 100  # persons in one transaction
MOST_OF_A_KEY = 60
_LOOKED_AT: dict[type, tuple[str, ...]] = {
    Person: ("last_name", "first_name", "born_on", "email", "nir_masked"),
    PersonPhone: ("e164", "person_id"),
    Dossier: ("person_id", "training_title"),
}


def install() -> None:
    """Note in every session of this process whom to compare, once."""
    if not event.contains(db.session, "after_flush", _follow):
        event.listen(db.session, "after_flush", _follow)


def _follow(session: Session, _context: Any) -> None:
    ids: set[int] = set()
    rows = [(row, True) for row in session.new] + [(row, False) for row in session.dirty]
    for row, new in rows:
        names = _LOOKED_AT.get(type(row))
        if names is None or not (new or _changed(row, names)):
            continue
        ids.add(row.id if isinstance(row, Person) else row.person_id)
    ids.discard(None)
    if ids:
        note(session, ids)


def _changed(row: Any, names: Iterable[str]) -> bool:
    return any(get_history(row, name, PASSIVE_NO_INITIALIZE).has_changes() for name in names)


def note(session: Session, person_ids: Iterable[int]) -> None:
    """Let these persons be compared soon, inside the caller's transaction."""
    rows = [{"person_id": person_id, "round": 0} for person_id in sorted(set(person_ids))]
    if rows:
        query = inserting(DuplicatePending).on_conflict_do_update(
            index_elements=["person_id"], set_={"round": DuplicatePending.round + 1}
        )
        session.connection().execute(query, rows)


def work(now: datetime) -> int:
    """Compare some of those who wait; how many."""
    waiting = db.session.execute(
        select(DuplicatePending.person_id, DuplicatePending.round)
        .order_by(DuplicatePending.person_id)
        .limit(AT_ONCE)
    ).all()
    if not waiting:
        return 0
    ids = [row.person_id for row in waiting]
    with unit_of_work():
        people = compared(ids)
        keys = {person_id: score.keys(person) for person_id, person in people.items()}
        _keep_keys(keys)
        found = _pairs(people, keys)
        _keep_pairs(ids, found, now)
        for row in waiting:  # one who was written again meanwhile waits again
            db.session.execute(
                delete(DuplicatePending).where(
                    DuplicatePending.person_id == row.person_id, DuplicatePending.round == row.round
                )
            )
    return len(ids)


def compared(person_ids: Iterable[int]) -> dict[int, Compared]:
    """What is compared of these persons: three queries."""
    ids = list(person_ids)
    phones: dict[int, set[str]] = defaultdict(set)
    for person_id, e164 in db.session.execute(
        select(PersonPhone.person_id, PersonPhone.e164).where(PersonPhone.person_id.in_(ids))
    ):
        phones[person_id].add(e164)
    trainings: dict[int, set[str]] = defaultdict(set)
    for person_id, title in db.session.execute(
        select(Dossier.person_id, Dossier.training_title).where(
            Dossier.person_id.in_(ids), Dossier.training_title != ""
        )
    ):
        trainings[person_id].add(title)
    people = db.session.execute(
        select(
            Person.id,
            Person.last_name,
            Person.first_name,
            Person.born_on,
            Person.email,
            Person.nir_masked,
        ).where(Person.id.in_(ids))
    )
    return {
        row.id: Compared(
            row.last_name,
            row.first_name,
            row.born_on,
            row.email or "",
            frozenset(phones[row.id]),
            frozenset(trainings[row.id]),
            row.nir_masked,
        )
        for row in people
    }


def _keep_keys(keys: dict[int, frozenset[str]]) -> None:
    db.session.execute(delete(DuplicateKey).where(DuplicateKey.person_id.in_(keys)))
    rows = [{"key": key, "person_id": i} for i, found in keys.items() for key in sorted(found)]
    if rows:
        db.session.connection().execute(inserting(DuplicateKey).on_conflict_do_nothing(), rows)


def _pairs(
    people: dict[int, Compared], keys: dict[int, frozenset[str]]
) -> dict[tuple[int, int], Score]:
    wanted = sorted(set().union(*keys.values()) if keys else set())
    sharing: dict[str, list[int]] = defaultdict(list)
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        usual = (
            select(DuplicateKey.key)
            .where(DuplicateKey.key.in_(part))
            .group_by(DuplicateKey.key)
            .having(func.count().between(2, MOST_OF_A_KEY))
        )
        rows = select(DuplicateKey.key, DuplicateKey.person_id).where(DuplicateKey.key.in_(usual))
        for key, person_id in db.session.execute(rows):
            sharing[key].append(person_id)
    both: set[tuple[int, int]] = set()
    for person_id, mine in keys.items():
        for key in mine:
            both |= {
                (min(person_id, i), max(person_id, i))
                for i in sharing.get(key, ())
                if i != person_id
            }
    others = {i for pair in both for i in pair} - set(people)
    everybody = {**people, **compared(others)}
    scored = {
        pair: score.score(everybody[pair[0]], everybody[pair[1]])
        for pair in both
        if pair[0] in everybody and pair[1] in everybody
    }
    return {pair: found for pair, found in scored.items() if score.is_shown(found)}


def _keep_pairs(ids: Sequence[int], found: dict[tuple[int, int], Score], now: datetime) -> None:
    """Pairs of these persons as they are now; what somebody said of one stays said."""
    of_them = or_(DuplicatePair.one_id.in_(ids), DuplicatePair.other_id.in_(ids))
    for pair in db.session.scalars(select(DuplicatePair).where(of_them)).all():
        now_is = found.pop((pair.one_id, pair.other_id), None)
        if now_is is not None:
            pair.percent, pair.reasons = now_is.percent, [r.value for r in now_is.reasons]
        elif pair.state is PairState.OPEN:
            db.session.delete(pair)
    db.session.flush()
    for (one, other), each in found.items():
        query = inserting(DuplicatePair).values(
            one_id=one,
            other_id=other,
            percent=each.percent,
            reasons=[reason.value for reason in each.reasons],
            state=PairState.OPEN,
            found_at=now,
        )
        db.session.execute(query.on_conflict_do_nothing())


def note_everybody() -> int:
    """Let everybody be compared again; how many."""
    last, count = 0, 0
    while True:
        ids = db.session.scalars(
            select(Person.id).where(Person.id > last).order_by(Person.id).limit(1000)
        ).all()
        if not ids:
            return count
        with unit_of_work() as work_:
            note(work_.session, ids)
        last, count = ids[-1], count + len(ids)
