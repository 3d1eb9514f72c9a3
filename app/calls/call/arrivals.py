"""A call reaches us: the first webhook, which a surge sends by the hundred.

It runs four short statements at most and one commit, prepared once: a bare view that commits one row is the
limit it is measured against (``bench/``). Who may be calling in detail is asked when it rings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ScalarSelect, Table, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from app.calls.call import one_sender, store
from app.calls.call.life.states import Event, Kind, Outcome, State
from app.calls.call.models import Call
from app.calls.call.one_sender import Before
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.wiring import settings
from app.lines import line_now
from app.lines import store as lines
from app.lines.announcements.said import Speaker
from app.lines.models import AnnouncementSound, Line
from app.lines.rules import BOUNDS, LineRules
from app.tickets import service as tickets
from app.tickets.models import Channel, Direction

_GREETING = "greeting"


def _last_talk(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Of the last conversation with this number. (A hidden number is NULL, and equals nothing.)

    The line may have dropped: within the line's rule the caller goes back to the same agent.
    """
    return (
        select(column)
        .where(
            Call.number == bindparam("number"),
            Call.received_at >= bindparam("day_before"),
            Call.ended_at >= bindparam("since"),
            Call.answered_at.is_not(None),
            Call.agent_id.is_not(None),
        )
        .order_by(Call.ended_at.desc())
        .limit(1)
        .scalar_subquery()
    )


# The sound that greets in French, if one was uploaded: in the same statement as the line.
_french_greeting = (
    select(AnnouncementSound.token)
    .where(
        AnnouncementSound.line_id == Line.id,
        AnnouncementSound.key == _GREETING,
        AnnouncementSound.language == "fr",
    )
    .scalar_subquery()
)
# How much of the queue this number, and those who hide theirs, take already (``one_sender``).
_WAITS = Call.state.in_((State.GREETING, State.WAITING, State.OFFERED))
_of_number = (Call.number == bindparam("number")) & (Call.direction == "in")
_in_hour = (
    select(func.count())
    .select_from(Call)
    .where(
        _of_number,
        Call.received_at > bindparam("hour_before"),
        Call.outcome.is_distinct_from(Outcome.LIMITED),
    )
    .scalar_subquery()
)
_waiting = select(func.count()).select_from(Call).where(_of_number, _WAITS).scalar_subquery()
_hidden_waiting = (
    select(func.count())
    .select_from(Call)
    .where(bindparam("hidden"), Call.number.is_(None), Call.direction == "in", _WAITS)
    .scalar_subquery()
)
_LINE_DIALLED = (
    select(
        Line.id,
        Line.mode,
        Line.zone,
        Line.hours,
        Line.announcements,
        Line.rules,
        _last_talk(Call.agent_id).label("agent"),
        _last_talk(Call.ended_at).label("talked_until"),
        _french_greeting.label("greeting"),
        _in_hour.label("in_hour"),
        _waiting.label("waiting"),
        _hidden_waiting.label("hidden_waiting"),
    )
    .order_by(Line.number != bindparam("dialled"), Line.id)
    .limit(1)
)
_CALLS = cast(Table, Call.__table__)
_NEW_CALL = insert(_CALLS).returning(_CALLS.c.id)


@dataclass(frozen=True)
class Incoming:
    """What the provider says of a new call."""

    sid: str
    from_number: str
    to_number: str


@dataclass(frozen=True)
class Arrival:
    """A call that was not known before, and the line it came by; ``open``: it enters the queue."""

    ref: str
    language: str
    open: bool
    speaker: Speaker


def receive(incoming: Incoming, *, now: datetime) -> Arrival | None:
    """Store a new call with its contact; None when this SID is known already.

    Two requests at once for one SID make one call: the SID is unique in the database. Raises
    Unavailable when no line is set up.
    """
    try:
        with unit_of_work():
            return _create(incoming, now)
    except IntegrityError:
        return None


def _create(incoming: Incoming, now: datetime) -> Arrival:
    number = phone_numbers.stored(incoming.from_number)
    longest = timedelta(minutes=BOUNDS["sticky_minutes"][1])
    found = db.session.execute(
        _LINE_DIALLED,
        {
            "dialled": incoming.to_number,
            "number": number,
            "since": now - longest,
            "day_before": now - timedelta(days=1),
            "hour_before": now - timedelta(hours=1),
            "hidden": number is None,
        },
    ).first()
    line = lines.set_up(found)
    stands = line_now.of(line)
    rules = stands.rules
    before = Before(line.in_hour, line.waiting, line.hidden_waiting)
    limited = one_sender.over(before, rules, hidden=number is None)
    # One too many makes no contact of its own: a thousand of them would bury the day's others.
    contact_id = None
    if not limited:
        contact_id = tickets.insert_contact(
            channel=Channel.PHONE, direction=Direction.IN, e164=number, now=now
        )
    language = rules.languages[0]
    ref = store.new_ref()
    values = {
        "ref": ref,
        "provider_sid": incoming.sid,
        "line_id": line.id,
        "contact_id": contact_id,
        "number": number,
        "language": language,
        "received_at": now,
        "last_at": now,
        "preferred_agent_id": _sticky(line, rules, now),
    }
    call_id = db.session.execute(_NEW_CALL, values).scalar_one()
    is_open = stands.is_open(now)
    if limited:
        store.apply_event(call_id, Event(Kind.LIMITED, now, "limited"))
    elif not is_open:
        store.apply_event(call_id, Event(Kind.CLOSED, now, "closed"))
    return Arrival(ref, language, is_open and not limited, _speaker(line))


def _sticky(line: Any, rules: LineRules, now: datetime) -> int | None:
    """The agent to whom a line that dropped returns, within the line's rule."""
    if line.agent is None or line.talked_until is None:
        return None
    recent = now - line.talked_until < timedelta(minutes=rules.sticky_minutes)
    return int(line.agent) if recent else None


def _speaker(line: Any) -> Speaker:
    sounds = {(_GREETING, "fr"): line.greeting} if line.greeting else {}
    return Speaker(line.announcements or {}, sounds, settings().public_base_url)
