"""What a manager does from the wall: each act is one transaction, journaled, told to who it concerns.

Nothing here cuts a call or passes over routing's rules of safety: an agent is rung only while she is
available with a tab open, and whoever was faster wins (Conflict, in words).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from app.accounts import journal
from app.accounts import service as accounts
from app.accounts.models import Agent, Presence
from app.accounts.presence import ON_DUTY, PresenceState
from app.calls.call import dispatch, service, store
from app.calls.call.life.states import Event, Kind, State
from app.calls.call.models import Call, CallEvent
from app.dossiers.models import Dossier
from app.foundation import beside_loop, clock
from app.foundation.database.unit_of_work import release_connection, rows_changed, unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.foundation.wiring import wake
from app.lines import store as lines
from app.lines.models import Line
from app.queue import preview
from app.queue.policy import Team
from app.queue.routing import Snapshot, WaitingCall
from app.tickets.models import Contact
from app.web import news
from app.web.realtime import agent_room, publish

REPLAYED = 1000  # calls: beyond, only the last ones


# --- a waiting call ------------------------------------------------------------------------------


def offer_to(ref: str, agent_id: int, *, by: Agent, now: datetime) -> None:
    """Ring this agent, and nobody else, for a waiting call; it keeps its place if she lets it go.

    Raises Conflict when the call does not wait any more, or the agent is not free.
    """
    call = store.by_ref(ref)
    role = db.session.scalar(select(Agent.role).where(Agent.id == agent_id))
    if role not in AGENTS or not accounts.is_connected(agent_id):
        raise _not_free()
    policy = lines.policy_of(call.line_id)
    event = Event(
        Kind.OFFERED,
        now,
        service.unique("offered"),
        agent_id=agent_id,
        until=now + timedelta(seconds=policy.ring_seconds),
        overflow=role not in policy.team.first,
    )
    call_id = call.id
    with unit_of_work() as work:
        if service.happen_within(call_id, event, work) is None:
            raise _why_not_waiting(call_id)
        journal.record(
            "call_given", f"call:{call_id}", agent_id=by.id, now=now, detail={"agent": agent_id}
        )
        work.after(
            lambda: tell(agent_id, lambda: _("%(who)s vous confie cet appel.", who=by.display_name))
        )


def put_first(ref: str, *, by: Agent, now: datetime) -> None:
    """Serve this call before all that wait now. Raises Conflict when it does not wait any more."""
    call_id = store.by_ref(ref).id
    with unit_of_work() as work:
        snapshot = dispatch.snapshot_of()
        mine = next((c for c in snapshot.waiting if c.call_id == call_id), None)
        if mine is None:
            raise _why_not_waiting(call_id)
        priority = first_priority(mine, snapshot.waiting, snapshot, now)
        changed = db.session.execute(
            update(Call)
            .where(Call.id == call_id, Call.state == State.WAITING)
            .values(priority=priority)
            .execution_options(synchronize_session=False)
        )
        if not rows_changed(changed):
            raise _why_not_waiting(call_id)
        journal.record("call_first", f"call:{call_id}", agent_id=by.id, now=now)
        work.after(news.line_changed)
        work.after(wake)


def first_priority(
    call: WaitingCall, waiting: tuple[WaitingCall, ...], rules: Snapshot, now: datetime
) -> int:
    """The least priority that puts ``call`` before the others, and keeps it there as all age.

    Waiting raises all at the same pace, but not at the same second: hence one step more.
    """

    def steps(each: WaitingCall) -> int:
        pace = rules.policy_of(each.queue_id).ageing_seconds
        return max(0, int((now - each.arrived_at).total_seconds() // pace))

    others = [each.priority + steps(each) for each in waiting if each.call_id != call.call_id]
    return max([call.priority, *(top + 2 - steps(call) for top in others)])


def _why_not_waiting(call_id: int) -> Conflict:
    db.session.expire_all()
    call = db.session.get_one(Call, call_id)
    if call.state == State.OFFERED:
        return Conflict(
            "Cet appel sonne déjà chez quelqu'un.",
            kept="S'il n'est pas pris, il revient à sa place.",
        )
    if call.state in (State.WRAP_UP, State.ENDED) and call.answered_at is None:
        return Conflict(
            "La personne a raccroché.", kept="L'appel est dans la liste des contacts du jour."
        )
    return Conflict("Quelqu'un vient de prendre cet appel.", kept="Rien n'a été changé.")


def _not_free() -> Conflict:
    return Conflict("Cette personne n'est plus disponible.", kept="L'appel reste à sa place.")


# --- an agent ------------------------------------------------------------------------------------


def move_agent(agent_id: int, wanted: str, reason: str | None, *, by: Agent, now: datetime) -> None:
    """Put an agent in another state; she is told by whom. Errors: ``accounts.move_by_manager``."""
    with unit_of_work() as work:
        accounts.move_by_manager(agent_id, wanted, reason, by=by.id, now=now)
        who = by.display_name
        work.after(lambda: news.desks_changed([agent_id]))
        work.after(lambda: tell(agent_id, lambda: moved_words(wanted, reason, who)))
        work.after(news.line_changed)
        work.after(wake)


def moved_words(wanted: str, reason: str | None, who: str) -> str:
    """What an agent reads when a manager changed her state."""
    state = state_words()[reason or wanted]
    return _("%(who)s a changé votre état : %(state)s.", who=who, state=state)


def state_words() -> dict[str, str]:
    """The states that a manager can give, and the reasons of an absence, in the reader's words."""
    return {
        PresenceState.AVAILABLE: _("disponible"),
        "pause": _("en pause"),
        "dossiers": _("sur les dossiers"),
        "reunion": _("en réunion"),
        "formation": _("en formation"),
        PresenceState.DO_NOT_DISTURB: _("ne pas déranger"),
        PresenceState.OFFLINE: _("hors ligne"),
    }


def tell(agent_id: int, words: Callable[[], str]) -> None:
    """Say something on all the tabs of an agent, in her language."""
    agent = db.session.get(Agent, agent_id)
    if agent is None:
        return
    with force_locale(agent.locale):
        message = words()
    publish("told", {"message": message}, room=agent_room(agent_id))


def free_agents() -> list[tuple[Agent, datetime]]:
    """Who can be rung now, front office first, longest idle first, and since when."""
    rows = db.session.execute(
        select(Agent, Presence.idle_since)
        .join(Presence, Presence.agent_id == Agent.id)
        .where(
            Agent.active.is_(True),
            Agent.role.in_(AGENTS),
            Presence.state == PresenceState.AVAILABLE,
        )
        .order_by(Agent.role.desc(), Presence.idle_since, Agent.id)
    ).all()
    return [(row[0], row[1]) for row in rows if accounts.is_connected(row[0].id)]


# --- thresholds ----------------------------------------------------------------------------------


def preview_today(
    line: Line, proposed: dict[str, Any], *, now: datetime
) -> tuple[preview.Preview, list[preview.Seat]]:
    """Today's calls so far of the line's queue, replayed with the present thresholds and with the
    ``proposed`` ones.

    Also the team that the replay supposes there all along.
    """
    start, _end = clock.day_bounds(clock.local_day(now))
    current = lines.policy_of(line.id)
    calls, answer_s = _past_calls(line.queue_id, start, now)
    seats = _team(start, current.team)
    release_connection()
    changed = replace(current, **proposed)
    replayed = beside_loop.figure(
        lambda: preview.preview(calls, seats, current, changed, answer_s=answer_s)
    )
    return replayed, seats


def _past_calls(
    queue_id: int, start: datetime, now: datetime
) -> tuple[list[preview.PastCall], float]:
    rows = db.session.execute(
        select(
            Call.queued_at,
            Call.answered_at,
            Call.ended_at,
            Call.wrap_up_ended_at,
            Call.language,
            Call.preferred_agent_id,
            Dossier.owner_id,
        )
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .outerjoin(Dossier, Dossier.id == Contact.dossier_id)
        .where(
            Call.line_id.in_(_lines_of(queue_id)),
            Call.queued_at >= start,
            Call.queued_at <= now,
            Call.direction == "in",
            (Call.ended_at.is_not(None)) | (Call.answered_at.is_not(None)),
        )
        .order_by(Call.queued_at.desc())
        .limit(REPLAYED)
    ).all()
    return [_past_call(row._mapping, now) for row in rows], _answer_seconds(queue_id, start)


def _lines_of(queue_id: int) -> Select[Any]:
    return select(Line.id).where(Line.queue_id == queue_id)


def _past_call(row: object, now: datetime) -> preview.PastCall:
    values = dict(row)  # type: ignore[call-overload]
    queued, answered, ended = values["queued_at"], values["answered_at"], values["ended_at"]
    wrapped = values["wrap_up_ended_at"]
    talk = ((ended or now) - answered).total_seconds() if answered else None
    return preview.PastCall(
        at=queued,
        talk_s=talk,
        wrap_up_s=(wrapped - ended).total_seconds() if wrapped and ended else 0.0,
        left_s=None if answered else (ended - queued).total_seconds(),
        language=values["language"],
        owner_id=values["owner_id"],
        preferred_agent_id=values["preferred_agent_id"],
    )


def _answer_seconds(queue_id: int, start: datetime) -> float:
    """How long it rings before an agent answers, on average today."""
    rows = db.session.execute(
        select(Call.offered_at, Call.answered_at).where(
            Call.line_id.in_(_lines_of(queue_id)),
            Call.queued_at >= start,
            Call.direction == "in",
            Call.answered_at.is_not(None),
            Call.offered_at.is_not(None),
            Call.answered_at > Call.offered_at,
        )
    ).all()
    rung = [
        min((answered - offered).total_seconds(), 60.0)
        for offered, answered in rows
        if answered and offered
    ]
    return sum(rung) / len(rung) if rung else preview.DEFAULT_ANSWER_S


def _team(start: datetime, team: Team) -> list[preview.Seat]:
    """Who is on duty now, and who was offered a call today: there all along in the replay."""
    today = select(CallEvent.agent_id).where(
        CallEvent.kind == Kind.OFFERED, CallEvent.at >= start, CallEvent.agent_id.is_not(None)
    )
    rows = db.session.execute(
        select(Agent.id, Agent.role, Agent.languages)
        .join(Presence, Presence.agent_id == Agent.id)
        .where(
            Agent.active.is_(True),
            Agent.role.in_((*team.first, *team.overflow)),
            Presence.state.in_(sorted(ON_DUTY)) | Agent.id.in_(today),
        )
        .order_by(Agent.id)
    )
    return [preview.Seat(row.id, row.role, frozenset(row.languages or ("fr",))) for row in rows]
