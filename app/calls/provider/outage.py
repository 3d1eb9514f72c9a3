"""Callers who rang while we could not answer: each becomes a call-back, once.

The provider shows what was typed only a while after a call's end, so each such call is first
noted (a ``drifts`` row, ``repaired`` false), then settled when its requests can be read: the number
typed on the static fallback, else the one she called from. The call's SID, unique among our calls,
makes it count once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError

from app.calls.call import store
from app.calls.call.life.states import Event, Kind
from app.calls.call.models import Call
from app.calls.callbacks import rules as callback_rules
from app.calls.callbacks import service as callbacks
from app.calls.provider import fallback
from app.calls.provider.models import Drift
from app.calls.provider.reconciliation import DriftKind
from app.foundation.database.unit_of_work import Work, release_connection, unit_of_work
from app.foundation.extensions import db
from app.foundation.ports import AskedForLeg, CallLog, LegReport
from app.foundation.text import phone_numbers
from app.lines import line_now
from app.lines import store as lines
from app.lines.dialling import Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.tickets import service as tickets
from app.tickets.callbacks import Wish
from app.tickets.models import CallBackSource, Channel, Direction
from app.web.realtime import LINE_ROOM, publish

READABLE = timedelta(minutes=15)  # twilio.com/docs/voice/api/call-event-resource
JUST_ENDED = timedelta(seconds=45)
GIVE_UP = timedelta(minutes=20)  # after this nothing more will be shown
MOST_AT_ONCE = 20  # calls settled in a round: two requests each


def expect(leg_sid: str, ended_at: datetime, *, call_id: int | None = None) -> bool:
    """Note a call whose requests are to be read, inside the caller's transaction.

    ``call_id``: one of ours that ended while we were away. False when it was noted before.
    """
    if db.session.scalar(
        select(
            exists().where(
                Drift.leg_sid == leg_sid,
                Drift.kind.in_((DriftKind.OUTAGE_CALL, DriftKind.OUTAGE_HIDDEN)),
            )
        )
    ):
        return False
    db.session.add(
        Drift(
            at=ended_at,
            kind=DriftKind.OUTAGE_CALL,
            call_id=call_id,
            leg_sid=leg_sid,
            repaired=False,
        )
    )
    return True


def settle_pending(call_log: CallLog, now: datetime) -> Sequence[DriftKind]:
    """Make call-backs of the calls whose requests can be read now, the oldest first.

    A call that has just ended is tried too: some providers do not wait.
    """
    pending = db.session.execute(
        select(Drift.id, Drift.leg_sid, Drift.call_id)
        .where(
            Drift.kind == DriftKind.OUTAGE_CALL,
            Drift.repaired.is_(False),
            (Drift.at >= now - JUST_ENDED) | (Drift.at <= now - READABLE),
        )
        .order_by(Drift.at, Drift.id)
        .limit(MOST_AT_ONCE)
    ).all()
    release_connection()
    settled = []
    for drift_id, leg_sid, call_id in pending:
        assert leg_sid is not None  # ``expect`` gave it
        report, requests = call_log.report(leg_sid), call_log.requests_of(leg_sid)
        if report is None:
            _forget(drift_id)
        elif requests or now - (report.ended_at or now) >= GIVE_UP:
            settled.append(_settle(drift_id, call_id, report, requests, now))
    return [kind for kind in settled if kind is not None]


def _settle(
    drift_id: int,
    call_id: int | None,
    report: LegReport,
    requests: Sequence[AskedForLeg],
    now: datetime,
) -> DriftKind | None:
    heard = fallback.was_heard(requests)
    if call_id is not None and not heard:
        _forget(drift_id)  # she simply hung up, and only the news of it was lost
        return None
    number = _reachable(fallback.number_typed(requests)) or _reachable(
        phone_numbers.stored(report.from_number)
    )
    try:
        with unit_of_work() as work:
            if call_id is None:
                call_id = _adopt(report, number, heard=heard, work=work, now=now)
            else:
                _call_back(db.session.get_one(Call, call_id), number, now)
            kind = DriftKind.OUTAGE_CALL if number else DriftKind.OUTAGE_HIDDEN
            db.session.execute(
                update(Drift)
                .where(Drift.id == drift_id)
                .values(repaired=number is not None, call_id=call_id, kind=kind)
            )
    except IntegrityError:
        _forget(drift_id)  # its webhook came after all
        return None
    return kind


def _reachable(number: str | None) -> str | None:
    """The number, if the line may call it back."""
    return number if reach.allows(number, Use.CALL_BACK) else None


def _forget(drift_id: int) -> None:
    with unit_of_work():
        db.session.execute(delete(Drift).where(Drift.id == drift_id))


# --- the call and its call-back ------------------------------------------------------------------


def _adopt(report: LegReport, number: str | None, *, heard: bool, work: Work, now: datetime) -> int:
    """The row of a call that never reached us, as it would be, and its call-back.

    Raises IntegrityError when its SID is known.
    """
    started = report.started_at or report.ended_at
    assert started is not None, report.sid
    ended = max(report.ended_at or started, started)
    line = lines.set_up(lines.dialled(report.to))
    caller = phone_numbers.stored(report.from_number)
    contact_id = tickets.insert_contact(
        channel=Channel.PHONE, direction=Direction.IN, e164=caller or number, now=started
    )
    call = Call(
        ref=store.new_ref(),
        provider_sid=report.sid,
        line_id=line.id,
        contact_id=contact_id,
        number=caller,
        received_at=started,
        last_at=started,
    )
    db.session.add(call)
    db.session.flush()
    wanted = number if heard or line_now.of(line).is_open(started) else None
    promised = _call_back(call, wanted, now)
    for event in _story(line, started, ended, promised=promised):
        store.apply_event(call.id, event)
    tickets.close_contact(contact_id, now=ended)
    work.after(lambda: publish("line", {}, room=LINE_ROOM))
    return call.id


def _story(line: Line, started: datetime, ended: datetime, *, promised: bool) -> list[Event]:
    """What happened to such a call: diverted to a call-back, closed, or failed for good."""
    if promised:
        return [
            Event(Kind.QUEUED, started, "queued"),
            Event(Kind.CALLBACK_CHOSEN, ended, "callback:outage"),
        ]
    kind = Kind.FAILED if line_now.of(line).is_open(started) else Kind.CLOSED
    return [Event(kind, ended, kind)]


def _call_back(call: Call, number: str | None, now: datetime) -> bool:
    """Promise a call-back; False when there is no number, or she was served since."""
    if number is None or _served_since(number, call.received_at):
        return False
    line = db.session.get_one(Line, call.line_id)
    asked = callbacks.note(
        Wish(
            number=number,
            line_id=line.id,
            source=CallBackSource.OUTAGE,
            arrived_at=call.queued_at or call.received_at,
            due_at=callback_rules.first_due(line_now.of(line), now),
            language=call.language or "fr",
            contact_id=call.contact_id,
        )
    )
    call.callback_id = asked.callback.id
    return True


def _served_since(number: str, since: datetime) -> bool:
    return bool(
        db.session.scalar(select(exists().where(Call.number == number, Call.answered_at > since)))
    )
