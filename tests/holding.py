"""Agents whom a call holds, and how, without playing the call."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select, update

from app.accounts.models import Holding, Presence
from app.accounts.presence import SET_BY_CALLS
from app.calls.call.models import Call
from app.calls.call.store import new_ref
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # in no figures of a test


def hold(agent_id: int, phase: str) -> None:
    """A call of long ago holds this agent."""
    line = db.session.scalar(select(Line).order_by(Line.id).limit(1))
    if line is None:
        line = Line(name="Ligne", number="+33199000199", mode="open")
        db.session.add(line)
        db.session.flush()
    call = Call(
        ref=new_ref(), provider_sid=f"old-{new_ref()}", line_id=line.id, received_at=LONG_AGO,
        state="ended", outcome="failed", ended_at=LONG_AGO, last_at=LONG_AGO,
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    now = clock.now()
    db.session.add(Holding(agent_id=agent_id, call_id=call.id, weight=1, phase=phase, since=now))
    db.session.flush()


def be(agent_id: int, state: str, **values: object) -> None:
    """Put an agent in a state, whatever it is, inside the caller's transaction."""
    db.session.execute(delete(Holding).where(Holding.agent_id == agent_id, Holding.weight == 1))
    chosen = "available" if state in SET_BY_CALLS else state
    hers = update(Presence).where(Presence.agent_id == agent_id)
    db.session.execute(hers.values(chosen=chosen, chosen_reason=None, **values))
    if state in SET_BY_CALLS:
        hold(agent_id, state)


def nobody_free() -> None:
    """No call holds anybody, and all are in a pause, inside the caller's transaction."""
    db.session.execute(delete(Holding).where(Holding.weight == 1))
    db.session.execute(update(Presence).values(chosen="away", chosen_reason="pause"))
