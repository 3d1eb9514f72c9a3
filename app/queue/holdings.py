"""Who holds what: claimed, followed and let go with the events of a call, never two at once.

A claim is an insert that the database refuses while something else has the agent's attention (a unique
index), made from her presence's row, locked: two calls can never hold one agent, and none holds her who
has just chosen a pause.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, delete, exists, select, update

from app.accounts.models import Holding, Presence
from app.accounts.presence import SET_BY_CALLS, PresenceState
from app.foundation.database.inserts import dialect, inserting
from app.foundation.database.unit_of_work import rows_changed
from app.foundation.extensions import db

_holdings, _presences = (cast(Table, model.__table__) for model in (Holding, Presence))
_CLAIM = ("agent_id", "call_id", "weight", "phase", "since")
_STAYS_THERE = (PresenceState.AWAY, PresenceState.DO_NOT_DISTURB)


def claim(agent_id: int, call_id: int, *, now: datetime) -> bool:
    """Take an available agent for one call (→ ringing); False if she is not available any more.

    Inside the caller's transaction: two calls can never hold one agent.
    """
    return _claim(agent_id, call_id, PresenceState.RINGING, (PresenceState.AVAILABLE,), now)


def claim_to_dial(agent_id: int, call_id: int, *, now: datetime) -> bool:
    """Take an agent who calls somebody herself (→ in call). False while another call holds her.

    From whatever she has chosen: a wrap-up is ended first, in the same transaction. From her dossiers
    or « ne pas déranger » she goes back there after it, from elsewhere she is available.
    """
    chosen = tuple(s for s in PresenceState if s not in SET_BY_CALLS)
    if not _claim(agent_id, call_id, PresenceState.IN_CALL, chosen, now):
        return False
    stays = _presences.c.chosen.in_(_STAYS_THERE)
    db.session.execute(
        update(_presences)
        .where(_presences.c.agent_id == agent_id, ~stays)
        .values(chosen=PresenceState.AVAILABLE, chosen_reason=None)
    )
    return True


def _claim(
    agent_id: int,
    call_id: int,
    phase: PresenceState,
    chosen: tuple[PresenceState, ...],
    now: datetime,
) -> bool:
    values = {
        "agent_id": agent_id,
        "call_id": call_id,
        "weight": 1,
        "phase": phase,
        "since": now,
        "allowed": chosen,
    }
    return db.session.execute(_claiming(dialect()), values).scalar() is not None


@lru_cache(maxsize=2)
def _claiming(words: str) -> Any:
    given = {n: bindparam(n, type_=_holdings.c[n].type) for n in _CLAIM}
    found = (
        select(*given.values())
        .where(
            _presences.c.agent_id == given["agent_id"],
            _presences.c.chosen.in_(bindparam("allowed", expanding=True)),
        )
        .with_for_update(of=_presences)
    )
    taken = inserting(_holdings, words).from_select(list(given), found)
    return taken.on_conflict_do_nothing().returning(_holdings.c.agent_id)


def follow(agent_id: int, call_id: int, to: PresenceState, *, now: datetime) -> None:
    """Follow a call, inside the caller's transaction: the agent it holds goes to ``to``; nothing is
    changed if it holds her no more.

    Another state than those of a call lets her go: she is then where she chose to be, or missed it.
    """
    held = {"of_agent": agent_id, "of_call": call_id}
    if to in SET_BY_CALLS:
        db.session.execute(_MOVED, {**held, "to_phase": to, "at": now})
        return
    # Her presence before her holding, here as everywhere: whoever locks both does so in this order.
    back = _MISSED if to is PresenceState.MISSED else _BACK
    db.session.execute(back, {**held, "at": now})
    db.session.execute(_LEFT, held)


_HELD = (
    _holdings.c.agent_id == bindparam("of_agent"),
    _holdings.c.call_id == bindparam("of_call"),
)
_MOVED = update(_holdings).where(*_HELD).values(phase=bindparam("to_phase"), since=bindparam("at"))
_LEFT = delete(_holdings).where(*_HELD)
# Where a call leaves an agent: where she was before it, or she has « missed » it.
_LET_GO = update(_presences).where(
    _presences.c.agent_id == bindparam("of_agent"), exists().where(*_HELD)
)
_BACK = _LET_GO.values(chosen_since=bindparam("at"), idle_since=bindparam("at"))
_MISSED = _LET_GO.values(
    chosen_since=bindparam("at"), chosen=PresenceState.MISSED.value, chosen_reason=None
)


def wraps_up(agent_id: int, call_id: int) -> bool:
    """Is she still writing up this call?"""
    return bool(db.session.scalar(select(exists().where(*_writes_up(agent_id, call_id)))))


def _writes_up(agent_id: int, call_id: int) -> tuple[Any, ...]:
    return (
        _holdings.c.agent_id == agent_id,
        _holdings.c.call_id == call_id,
        _holdings.c.phase == PresenceState.WRAP_UP,
    )


def leave_wrap_up(agent_id: int, call_id: int, *, now: datetime) -> bool:
    """She has done with a call that is not hers any more; False if she had already."""
    hers = _presences.c.agent_id == agent_id  # locked before her holding, here as everywhere
    db.session.execute(select(_presences.c.agent_id).where(hers).with_for_update())
    gone = db.session.execute(delete(_holdings).where(*_writes_up(agent_id, call_id)))
    if not rows_changed(gone):
        return False
    db.session.execute(update(_presences).where(hers).values(chosen_since=now, idle_since=now))
    return True


def write_up_again(agent_id: int, call_id: int, *, now: datetime) -> bool:
    """Back to the wrap-up of a call that she has just left, inside the caller's transaction.

    False while another call holds her. Whatever she went to, she is available once it is over.
    """
    chosen = tuple(s for s in PresenceState if s not in SET_BY_CALLS)
    if not _claim(agent_id, call_id, PresenceState.WRAP_UP, chosen, now):
        return False
    db.session.execute(
        update(_presences)
        .where(_presences.c.agent_id == agent_id)
        .values(chosen=PresenceState.AVAILABLE, chosen_reason=None)
    )
    return True


def rebuild(call_id: int, held: Mapping[int, str], writing: set[int], *, now: datetime) -> None:
    """Make the holdings of a call again, inside the caller's transaction.

    ``held``: whom the call holds, and how; ``writing``: who may still write it up though it went on
    without her, and does so if she does now. Whom another call holds stays with that one.
    """
    stays = _holdings.c.agent_id.in_(sorted(held)) | (
        _holdings.c.agent_id.in_(sorted(writing)) & (_holdings.c.phase == PresenceState.WRAP_UP)
    )
    db.session.execute(delete(_holdings).where(_holdings.c.call_id == call_id, ~stays))
    for agent_id, phase in held.items():
        changed = update(_holdings).where(
            _holdings.c.call_id == call_id, _holdings.c.agent_id == agent_id
        )
        db.session.execute(
            changed.values(
                phase=phase,
                since=case((_holdings.c.phase == phase, _holdings.c.since), else_=now),
            )
        )
        everywhere = tuple(s for s in PresenceState if s not in SET_BY_CALLS)
        _claim(agent_id, call_id, PresenceState(phase), everywhere, now)
