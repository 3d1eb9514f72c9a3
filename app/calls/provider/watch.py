"""Compares our calls with the provider's records, and repairs what differs.

Runs beside the ticker (``background.start_ticker``), every ``RECONCILE_SECONDS``, in one process at
a time: the row ``provider_link`` is claimed. A round costs one request for what lives, two for each
line's number (its calls, its messages), and a few for what is in doubt beside. Each repair is an
ordinary event of the call, with a ``drifts`` row in the same transaction; what differs is decided in
``reconciliation`` (pure). What other channels compare in the same round is given to it (``Beside``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update

from app.calls.call import service, store
from app.calls.call.life.consequences import EnqueueCaller
from app.calls.call.life.states import LIVE, State
from app.calls.call.models import Call
from app.calls.provider import outage, reconciliation
from app.calls.provider.models import Drift, ProviderLink
from app.calls.provider.reconciliation import DriftKind, Finding, Known, Seen
from app.foundation import clock
from app.foundation.database.unit_of_work import release_connection, rows_changed, unit_of_work
from app.foundation.exceptions import NotFound, PermanenceError
from app.foundation.extensions import db
from app.foundation.ports import CallLog, LegReport
from app.foundation.wiring import ports, settings
from app.lines.models import Line

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)  # a round that died in between is forgotten after this
OVERLAP = timedelta(minutes=2)  # each round looks back a little before the last one
LONGEST_OUTAGE = timedelta(hours=72)  # a week-end; nobody waits for a call-back longer
LOOK_BACK = timedelta(hours=4)  # calls that one list may tell of, legs that may outlive a call
EARLIER = timedelta(seconds=30)  # a call begins before its first webhook reaches us
CHUNK = 500  # values in one IN (…)


@dataclass(frozen=True)
class Round:
    """What one comparison found: drifts by kind, in order."""

    drifts: tuple[DriftKind, ...] = ()


# (provider's records, our numbers, since, now) -> what differed
Beside = Callable[[CallLog, Sequence[str], datetime, datetime], Iterable[DriftKind]]


def run(*beside: Beside) -> Round | None:
    """One comparison, unless another process does it or one was just made (then None).

    ``beside`` is what other channels compare in the same round. A provider that does not answer is
    noted, for the manager; the next round tries again.
    """
    call_log = ports().call_log
    now = clock.now()
    if call_log is None or not _claim(now):
        return None
    try:
        found = compare(call_log, now, *beside)
    except PermanenceError as error:
        log.warning("reconciliation failed: %s", error.code)
        _finish(now, problem=error.code)
        return None
    _finish(now, problem=None, seen=True)
    if found.drifts:
        log.warning("reconciliation: %s", ", ".join(found.drifts))
    return found


def compare(call_log: CallLog, now: datetime, *beside: Beside) -> Round:
    """Ask the provider, repair what differs. ``now`` is before the first request, so that what
    moves meanwhile is left for the next round."""
    since, numbers = _where_to_look(now)
    release_connection()
    live = frozenset(leg.sid for leg in call_log.live())
    ours = [_known(call) for call in db.session.scalars(select(Call).where(Call.state.in_(LIVE)))]
    release_connection()
    # One list tells of every caller who may have gone: it begins with the oldest of them.
    begun = min([since, *_begun(reconciliation.doubtful(ours, live, now), now)])
    theirs = [leg for number in numbers for leg in call_log.calls_to(number, since=begun)]
    drifts = [
        *_known_calls(call_log, ours, live, {leg.sid: leg for leg in theirs}, now),
        *_unknown_calls([leg for leg in theirs if (leg.started_at or now) >= since], now),
        *outage.settle_pending(call_log, now),
    ]
    for other in beside:
        drifts += other(call_log, numbers, since, now)
    return Round(tuple(drifts))


def _begun(calls: Iterable[Known], now: datetime) -> list[datetime]:
    """When these incoming calls began, those of the last hours: older ones are asked about singly."""
    begun = [call.record.received_at for call in calls if not call.record.outbound]
    return [at - EARLIER for at in begun if now - at <= LOOK_BACK]


# --- one process at a time, and what is remembered -----------------------------------------------


def _claim(now: datetime) -> bool:
    pause = timedelta(seconds=settings().reconcile_seconds * 0.8)
    with unit_of_work():
        claimed = db.session.execute(
            update(ProviderLink)
            .where(
                or_(ProviderLink.claimed_at.is_(None), ProviderLink.claimed_at < now - LEASE),
                or_(ProviderLink.ran_at.is_(None), ProviderLink.ran_at <= now - pause),
            )
            .values(claimed_at=now)
        )
        return bool(rows_changed(claimed))


def _finish(started: datetime, *, problem: str | None, seen: bool = False) -> None:
    values: dict[str, object] = {"claimed_at": None, "ran_at": clock.now(), "problem": problem}
    if seen:
        values["seen_until"] = started
    with unit_of_work():
        db.session.execute(
            update(ProviderLink).where(ProviderLink.claimed_at == started).values(**values)
        )


def _where_to_look(now: datetime) -> tuple[datetime, Sequence[str]]:
    """Since when calls may be unknown to us, and our numbers.

    Never before the first round of all: what the number received before we served it is not ours.
    """
    seen = db.session.scalar(select(ProviderLink.seen_until).limit(1))
    since = now if seen is None else max(seen - OVERLAP, now - LONGEST_OUTAGE)
    return since, db.session.scalars(select(Line.number)).all()


# --- calls that we know --------------------------------------------------------------------------


def _known_calls(
    call_log: CallLog,
    ours: Sequence[Known],
    live: frozenset[str],
    listed: Mapping[str, LegReport],
    now: datetime,
) -> Iterable[DriftKind]:
    asked = reconciliation.questions(ours, live, listed, now)
    seen = Seen(
        live,
        {**listed, **{leg: call_log.report(leg) for leg in asked.legs}},
        {room: call_log.room(room) for room in asked.rooms},
    )
    found = [one for call in ours for one in reconciliation.findings(call, seen, now)]
    ended = _ended_with_live_legs(live - {leg for call in ours for leg in call.legs}, now)
    release_connection()
    found += reconciliation.left_over(ended, live, now)
    return [one.kind for one in found if _repair(one, now)]


def _known(call: Call) -> Known:
    person = call.person_leg_sid or ("" if store.is_outbound(call) else call.provider_sid)
    return Known(call.id, call.ref, person, store.record_of(call))


def _ended_with_live_legs(legs: Iterable[str], now: datetime) -> list[Known]:
    """Our calls that are over, to which live legs belong."""
    found: dict[int, Known] = {}
    for some in _chunks(legs):
        rows = db.session.scalars(
            select(Call).where(
                Call.state.in_((State.WRAP_UP, State.ENDED)),
                Call.ended_at >= now - LOOK_BACK,
                or_(
                    Call.provider_sid.in_(some),
                    Call.person_leg_sid.in_(some),
                    Call.agent_leg_sid.in_(some),
                ),
            )
        )
        found |= {call.id: _known(call) for call in rows}
    return list(found.values())


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    everything = sorted(values)
    return (everything[i : i + CHUNK] for i in range(0, len(everything), CHUNK))


def _repair(found: Finding, now: datetime) -> bool:
    """Carry out one finding; False when it had been repaired meanwhile."""
    if found.event is None:
        return _command(found, now)
    with unit_of_work() as work:
        before = db.session.get_one(Call, found.call_id, populate_existing=True)
        waiting = before.answered_at is None and before.direction == "in"
        if service.happen_within(found.call_id, found.event, work) is None:
            return False
        note(found.kind, now, call_id=found.call_id, leg=found.leg)
        if found.kind is DriftKind.PERSON_GONE and waiting and settings().fallback_url:
            # She may have been sent to the fallback while we were away, and have typed a number.
            outage.expect(found.leg, found.event.at, call_id=found.call_id)
    return True


def _command(found: Finding, now: datetime) -> bool:
    if not _first_time(found.kind, found.leg):
        again = not found.back_to_queue
    else:
        again = True
        with unit_of_work():
            note(found.kind, now, call_id=found.call_id, leg=found.leg)
    if found.back_to_queue:
        service.command(found.call_id, (EnqueueCaller(),))
    else:
        release_connection()
        ports().telephony.hang_up(found.leg)
    return again


def note(
    kind: DriftKind,
    now: datetime,
    *,
    leg: str,
    call_id: int | None = None,
    repaired: bool = True,
) -> None:
    """Keep a difference for the manager, inside the caller's transaction."""
    db.session.add(Drift(at=now, kind=kind, call_id=call_id, leg_sid=leg, repaired=repaired))


def _first_time(kind: DriftKind, leg: str) -> bool:
    return not db.session.scalar(select(exists().where(Drift.kind == kind, Drift.leg_sid == leg)))


# --- calls that we do not know -------------------------------------------------------------------


def _unknown_calls(theirs: Sequence[LegReport], now: datetime) -> Iterable[DriftKind]:
    ours = _known_sids(leg.sid for leg in theirs)
    release_connection()
    found = reconciliation.unknown(theirs, ours, now)
    drifts = [DriftKind.UNKNOWN_LIVE for leg in found.live if _bring_in(leg, now)]
    for leg in found.over:
        with unit_of_work():
            noted = outage.expect(leg.sid, leg.ended_at or now)
            drifts += [DriftKind.OUTAGE_CALL] if noted else []
    return drifts


def _known_sids(sids: Iterable[str]) -> frozenset[str]:
    """Which of these are calls of ours, or were noted already."""
    known: set[str] = set()
    for some in _chunks(sids):
        known.update(
            db.session.scalars(select(Call.provider_sid).where(Call.provider_sid.in_(some)))
        )
        known.update(
            leg
            for leg in db.session.scalars(
                select(Drift.leg_sid).where(
                    Drift.leg_sid.in_(some),
                    Drift.kind.in_((DriftKind.OUTAGE_CALL, DriftKind.OUTAGE_HIDDEN)),
                )
            )
            if leg
        )
    return frozenset(known)


def _bring_in(leg: LegReport, now: datetime) -> bool:
    """A caller is on the line and we never heard of her: she enters by the front door."""
    try:
        ports().telephony.redirect(leg.sid, "/voice/incoming")
    except NotFound:
        return False  # she has just hung up: the next round finds her among those who did
    if not _first_time(DriftKind.UNKNOWN_LIVE, leg.sid):
        return False
    with unit_of_work():
        note(DriftKind.UNKNOWN_LIVE, now, leg=leg.sid)
    return True
