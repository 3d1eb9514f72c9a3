"""Commands to the provider that survive the process that was about to send them.

A command is stored in the transaction that decided it and forgotten once it was carried out. A
process killed in between leaves the row; the ticker sends it again if it still makes sense
(``still_wanted``). Sent twice is harmless, never sent would leave a caller on the line for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast, get_args

from flask import current_app
from sqlalchemy import Table, bindparam, delete, insert, select, update

from app.calls.call.life.consequences import (
    AnnounceCoach,
    CallAgent,
    CallParty,
    Command,
    ConnectCaller,
    EnqueueCaller,
    HangUpCaller,
    HangUpLeg,
    HoldCaller,
    RingPerson,
)
from app.calls.call.life.record import LIVE, CallRecord, State
from app.calls.call.models import CallCommand
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.extensions import db

# A command usually takes a tenth of a second. One that takes longer than this may be sent twice.
LEASE = timedelta(seconds=6)
ATTEMPTS = 8

_commands = cast(Table, CallCommand.__table__)
_BY_NAME: dict[str, Any] = {each.__name__: each for each in get_args(Command)}


@dataclass(frozen=True)
class Unsent:
    """A row whose sender is gone, claimed by us."""

    id: int
    call_id: int
    commands: tuple[Command, ...]


def keep(call_id: int, commands: Sequence[Command], *, now: datetime) -> int:
    """Store commands inside the caller's transaction; the row to forget once they are done."""
    values = {
        "call_id": call_id,
        "commands": [to_data(each) for each in commands],
        "tried_at": now,
        "attempts": 1,
    }
    return int(db.session.execute(_KEPT, values).scalar_one())


_KEPT = insert(_commands).returning(_commands.c.id)


def forget(row_id: int) -> None:
    """The commands of this row were carried out: many such rows are deleted at once, soon."""
    current_app.extensions["permanence.commands_done"]([row_id])


_DONE = delete(_commands).where(_commands.c.id.in_(bindparam("done", expanding=True)))


def delete_rows(row_ids: Iterable[int]) -> None:
    """Delete what was carried out."""
    with unit_of_work():
        db.session.execute(_DONE, {"done": list(row_ids)})


def claim_unsent(now: datetime, limit: int = 50) -> list[Unsent]:
    """Take over, inside the caller's transaction, what nobody has finished within the lease.

    After ``ATTEMPTS`` a row is given up: a command that fails for ever must not be sent for ever.
    """
    lost = CallCommand.tried_at < now - LEASE
    db.session.execute(delete(CallCommand).where(lost, CallCommand.attempts >= ATTEMPTS))
    rows = db.session.execute(
        select(CallCommand.id, CallCommand.call_id, CallCommand.commands)
        .where(lost)
        .order_by(CallCommand.id)
        .limit(limit)
    ).all()
    return [
        Unsent(row.id, row.call_id, tuple(from_data(each) for each in row.commands))
        for row in rows
        if _claim(row.id, now)
    ]


def _claim(row_id: int, now: datetime) -> bool:
    result = db.session.execute(
        update(CallCommand)
        .where(CallCommand.id == row_id, CallCommand.tried_at < now - LEASE)
        .values(tried_at=now, attempts=CallCommand.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(rows_changed(result))


def to_data(command: Command) -> dict[str, Any]:
    """A command as JSON."""
    return {"command": type(command).__name__, **asdict(command)}


def from_data(data: dict[str, Any]) -> Command:
    """The command that ``to_data`` wrote."""
    fields = {name: value for name, value in data.items() if name != "command"}
    command: Command = _BY_NAME[data["command"]](**fields)
    return command


def still_wanted(record: CallRecord, command: Command) -> bool:
    """Does a command that was perhaps never sent still make sense, as the call stands now?"""
    over = record.state not in LIVE
    match command:
        case CallAgent(agent_id):
            missing = record.agent_leg_sid is None and not record.agent_present
            return record.state in (State.CONNECTING, State.TALKING) and (
                missing and record.agent_id == agent_id
            )
        case ConnectCaller():
            return record.state is State.CONNECTING and record.agent_present
        case EnqueueCaller():
            return record.state in (State.WAITING, State.OFFERED)
        case HangUpCaller():
            return over
        case HangUpLeg(leg):
            used = (record.agent_leg_sid, record.party_leg_sid, record.person_leg_sid)
            return over or leg not in used
        case HoldCaller(conference, on):
            held = record.held_since is not None or not record.agent_present
            return (record.state, record.conference_sid, held) == (State.TALKING, conference, on)
        case RingPerson():
            waits = record.state is State.CONNECTING and record.agent_present
            return waits and record.person_leg_sid is None
        case CallParty(party_id):
            return record.party_id == party_id and record.party_leg_sid is None
        case AnnounceCoach(conference):
            return (record.state, record.conference_sid) == (State.TALKING, conference)
