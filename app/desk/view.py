"""What the desk shows of the line, as one JSON value (``desk``), for the page and for scripts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, exists, func, select

from app.accounts.models import Agent, Connection, Presence
from app.accounts.presence import PresenceState
from app.calls.call import fate, store
from app.calls.call.life.states import State
from app.calls.call.models import Call, CallParty
from app.calls.directory.models import DirectoryEntry
from app.desk import message_view
from app.dossiers import callers
from app.dossiers import store as dossiers
from app.dossiers.models import Person, PersonPhone
from app.dossiers.status import status_sentence
from app.dossiers.troubles.likely import likely_trouble
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.foundation.text import phone_numbers
from app.lines.announcements import said as announcements
from app.lines.models import Line
from app.queue import work_store
from app.tickets import callbacks, reasons, speaking
from app.tickets.models import Contact
from app.tickets.reasons import CallerRole

# The line's own words of an incident whose announcement is on; NULL when none is.
_INCIDENT_WORDS = (
    select(Line.announcements)
    .where(Line.incident_since.is_not(None))
    .order_by(Line.id)
    .limit(1)
    .scalar_subquery()
)
_calls = cast(Table, Call.__table__)
_held = _calls.alias().c
_at_her_desk = (
    select(_held.id)
    .where(store.at_desk_of(bindparam("agent"), _held))
    .order_by(_held.received_at.desc())
    .limit(1)
    .scalar_subquery()
)
_sharing = (
    select(func.count())
    .select_from(PersonPhone)
    .where(PersonPhone.e164 == _calls.c.number)
    .scalar_subquery()
)
# Asked at each change that a desk shows: all in one question, columns and not objects.
_SEAT = (
    select(
        Agent.id.label("seat_of"),
        Agent.display_name.label("agent_name"),
        Agent.role.label("agent_role"),
        Agent.locale.label("agent_locale"),
        Presence.state.label("presence_state"),
        Presence.reason.label("presence_reason"),
        Presence.since.label("presence_since"),
        _INCIDENT_WORDS.label("incident"),
        *_calls.c,
        Line.name.label("line_name"),
        Contact.person_id,
        Contact.dossier_id,
        Contact.qualified_at,
        Contact.caller_role,
        Contact.draft,
        _sharing.label("sharing"),
    )
    .join(Presence, Presence.agent_id == Agent.id)
    .outerjoin(_calls, _calls.c.id == _at_her_desk)
    .outerjoin(Line, Line.id == _calls.c.line_id)
    .outerjoin(Contact, Contact.id == _calls.c.contact_id)
    .where(Agent.id == bindparam("agent"))
)


def seat_of(agent_id: int) -> Any:
    """An agent's seat as it is now: who she is (``agent_…``), what she is doing (``presence_…``), the
    line's own words of an ``incident`` that is on, and the columns of the call at her desk with its
    line's name and its contact's; these are None when there is no call. Raises NotFound."""
    seat = db.session.execute(_SEAT, {"agent": agent_id}).first()
    if seat is None:
        raise NotFound("Cette personne n'existe pas.")
    return seat


def desk_of(agent_id: int, now: datetime, *, queue: bool = True) -> dict[str, Any]:
    """Everything that the line pane needs for this agent; times in ISO 8601, UTC.

    Without ``queue`` its figures are left out: a desk that is told keeps those it has.
    """
    figures = {"queue": queue_summary(agent_id)} if queue else {}
    return desk_at(seat_of(agent_id), now) | figures


def desk_at(seat: Any, now: datetime) -> dict[str, Any]:
    """The desk of a seat that was just read, without the queue's figures."""
    return {
        "agent": {"id": seat.seat_of, "name": seat.agent_name, "role": seat.agent_role},
        "presence": {
            "state": seat.presence_state,
            "reason": seat.presence_reason,
            "since": _iso(seat.presence_since),
        },
        "call": None if seat.ref is None else _call(seat, now),
        "message": message_view.at_desk(seat.seat_of),
        "missed": _missed(seat, now),
        "incident": _incident_words(seat.incident),
        "now": _iso(now),
    }


def _missed(seat: Any, now: datetime) -> str | None:
    """What became of the call that she has just missed."""
    if seat.presence_state != PresenceState.MISSED:
        return None
    return fate.of_missed(seat.seat_of, now, others_free=free_agents(besides=seat.seat_of))


def _incident_words(own: dict[str, Any] | None) -> str | None:
    """What the incident's announcement says, in the reader's language."""
    return None if own is None else announcements.incident_words(str(get_locale())[:2], own)


def incident_is_on() -> bool:
    """Is the incident's announcement on?"""
    return db.session.scalar(select(_INCIDENT_WORDS.is_not(None))) or False


def queue_summary(besides: int | None = None) -> dict[str, Any]:
    """How many wait, since when, how many agents are free ``besides`` the one who looks, and how
    many people are to be called back."""
    waiting, longest = db.session.execute(
        select(func.count(), func.min(Call.queued_at)).where(
            Call.state.in_((State.WAITING, State.OFFERED))
        )
    ).one()
    messages, oldest = work_store.waiting_figures()
    return {
        "waiting": waiting,
        "longest_since": _iso(longest),
        "available_agents": free_agents(besides),
        "callbacks": callbacks.open_count(),
        "messages": messages,
        "messages_since": _iso(oldest),
    }


def free_agents(besides: int | None = None) -> int:
    """How many agents could take a call now."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Presence)
            .join(Agent, Agent.id == Presence.agent_id)
            .where(
                Presence.state == PresenceState.AVAILABLE,
                Agent.active.is_(True),
                Agent.role.in_(AGENTS),
                Agent.id != (besides or 0),
                exists().where(Connection.agent_id == Agent.id),
            )
        )
        or 0
    )


def _call(call: Any, now: datetime) -> dict[str, Any]:
    """A call as one agent sees it: ``role`` is « holder », or « party » when she is consulted.

    A call that she sent outside is hers to wrap up, whatever becomes of it.
    """
    agent_id = call.seat_of
    party = db.session.get(CallParty, call.party_id) if call.party_id else None
    sent = _only_to_wrap_up(call, agent_id)
    return {
        "ref": call.ref,
        "state": State.WRAP_UP if sent else call.state,
        "sent": call.state if sent and not _taken_back(call, agent_id) else None,
        "role": "party" if call.party_agent_id == agent_id else "holder",
        "party": _party(call, party),
        "outbound": store.is_outbound(call),
        "callback": call.callback_id is not None,
        "person_rung": call.person_leg_sid is not None,
        "contact_id": call.contact_id,
        "caller": _caller(call),
        "speaker": _speaker(call),
        "waited_since": _iso(call.queued_at or call.received_at),
        "offered_until": _iso(call.offer_until),
        "answered_at": _iso(call.answered_at),
        "held_since": _iso(call.held_since),
        "overflow": call.overflow,
        **_said_of(call.dossier_id, now),
        "returning": call.preferred_agent_id is not None,
        "transferred_by": _transferred_by(call, agent_id),
        "needs_rejoin": call.state == State.TALKING and not call.agent_present,
        "ended_at": _iso(call.ended_at),
        "ended_by": call.ended_by,
        "line": call.line_name,
        "qualified": bool(call.qualified_at),
    }


def _only_to_wrap_up(call: Any, agent_id: int) -> bool:
    if agent_id in (call.offered_to, call.party_agent_id):
        return False
    return call.agent_id != agent_id or call.state in (State.OUTSIDE, State.ENDED)


def _taken_back(call: Any, agent_id: int) -> bool:
    """Is she at the wrap-up of a call that was over: she has taken its end back?"""
    return bool(
        call.agent_id == agent_id and call.state == State.ENDED and call.outside_since is None
    )


def _transferred_by(call: Any, agent_id: int) -> str | None:
    """Who passes on the call that rings here: a name, "" when it comes back to the one who did or
    from the queue; None for a call that nobody has talked with yet."""
    if call.state != State.OFFERED or call.answered_at is None:
        return None
    first = db.session.get(Agent, call.preferred_agent_id) if call.preferred_agent_id else None
    return first.display_name if first is not None and first.id != agent_id else ""


def _party(call: Any, party: CallParty | None) -> dict[str, Any] | None:
    """The further person: who, and whether she rings, is called, or is there. A coach's name is
    shown too: nobody listens in secret."""
    if party is None:
        return None
    asker = db.session.get(Agent, party.asked_by_id)
    name = party.label
    if party.kind == "coach":
        name = asker.display_name if asker else ""
    return {
        "kind": party.kind,
        "name": name,
        "state": call.party_state,
        "speaks": party.speaks,
        "asked_by": asker.display_name if asker else "",
    }


def _caller(call: Any) -> dict[str, Any]:
    """Who it may be: hidden, unknown, one person, or several (``sharing`` the number)."""
    shown = phone_numbers.display(call.number) if call.number else ""
    person = db.session.get_one(Person, call.person_id) if call.person_id else None
    if store.is_outbound(call) and call.number is not None:
        called = _called(call.number)
        if called:
            about = person.full_name if person else ""
            who = {"display": called, "number": shown, "count": 1, "about": about}
            return {"kind": "one", **who}
    if person is not None:
        name = f"{person.first_name} {person.last_name}".strip()
        return {"kind": "one", "display": name, "number": shown, "count": 1}
    if call.number is None:
        return {"kind": "hidden", "display": _("Numéro masqué"), "number": "", "count": 0}
    kind = "several" if call.sharing else "unknown"
    return {"kind": kind, "display": shown, "number": shown, "count": call.sharing}


def _speaker(call: Any) -> dict[str, str]:
    """Under the name: who speaks and for whom, as soon as somebody has said it; the person's language when
    it is not French."""
    role = speaking.role_of(call)
    person = db.session.get_one(Person, call.person_id) if call.person_id else None
    locale = str(get_locale())
    tongue = person.language if person is not None else "fr"
    return {
        "role": "" if role is None else _for_whom(role, locale),
        "tongue": "" if tongue == "fr" else Words(locale, clock.now()).language(tongue),
    }


def _for_whom(role: CallerRole, locale: str) -> str:
    said = reasons.label(role, locale)
    if role is CallerRole.DUO:
        return said
    own = role is CallerRole.STAGIAIRE
    return (
        _("%(role)s, pour soi", role=said) if own else _("%(role)s, pour cette personne", role=said)
    )


def _called(number: str) -> str:
    """The name of an organisme, or of an entry of the directory, that we call about somebody."""
    organisation = callers.organisation_for_number(number)
    if organisation is not None:
        return organisation.name
    label = db.session.scalar(select(DirectoryEntry.label).where(DirectoryEntry.number == number))
    return label or ""


def _said_of(dossier_id: int | None, now: datetime) -> dict[str, str | None]:
    """Of a dossier that is known: ``status``, where it stands, and ``trouble``, what probably blocks,
    in a sentence each."""
    if dossier_id is None:
        return {"status": None, "trouble": None}
    facts, locale = dossiers.facts_of(dossiers.dossier(dossier_id)), str(get_locale())
    trouble = likely_trouble(facts, now, locale)
    status = status_sentence(facts, now, locale)
    return {"status": status, "trouble": trouble.sentence if trouble else None}


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
