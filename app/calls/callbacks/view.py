"""What the page of call-backs shows: one line each, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import exists, select

from app.accounts.models import Agent
from app.calls.call.life.record import LIVE, State
from app.calls.call.models import Call
from app.calls.callbacks import rules as callback_rules
from app.dossiers.wording import Words
from app.foundation import belonging
from app.foundation.belonging import Held
from app.foundation.database.paging import Page
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.lines import line_now
from app.lines import store as lines
from app.tickets import callbacks as rows
from app.tickets.models import (
    CallBack,
    CallBackSource,
    CallBackState,
    Contact,
    Direction,
    Message,
)
from app.tickets.pane import message_view
from app.tickets.pane.message_view import Shown
from app.tickets.written import messages
from app.tickets.written.messages import LATELY, SHOWN


@dataclass(frozen=True)
class Row:
    """One call-back. ``due``: None while its line is closed and nobody knows until when. ``state``
    and ``tone``: its tag; ``late``: in words, or empty. ``messages``: what the person wrote; ``note``:
    ours."""

    id: int
    who: str
    number: str
    dossier_id: int | None
    source: str
    asked: datetime
    due: datetime | None
    late: str
    attempts: int
    most: int
    state: str
    tone: str
    promised_by: str
    promised_by_id: int | None
    note: str
    messages: list[Shown]
    may_call: bool
    may_cancel: bool


def listed(words: Words, asked: rows.Listing, number: int = 1) -> Page[Row]:
    """A page of the call-backs that are asked for, as they are read."""
    page = rows.listed(words.now, asked, number)
    found = page.items
    live = _attempts([callback.id for callback, _contact in found])
    written = _written([callback for callback, _contact in found], words.now)
    names = {row.id: row.display_name for row in db.session.scalars(select(Agent))}
    stands = {line.id: line_now.of(line) for line in lines.every()}
    most = {line_id: each.rules.callback_attempts for line_id, each in stands.items()}
    undated = {line_id for line_id, each in stands.items() if each.is_undated(words.now)}
    listed_rows = [
        _row(
            callback,
            contact,
            live.get(callback.id),
            written[callback.id],
            names,
            most[callback.line_id],
            words,
            undated=callback.line_id in undated,
        )
        for callback, contact in found
    ]
    return replace(page, items=listed_rows)


def _attempts(ids: Sequence[int]) -> dict[int, Call]:
    query = select(Call).where(
        Call.callback_id.in_(ids), Call.direction == "out", Call.state.in_(LIVE)
    )
    return {call.callback_id or 0: call for call in db.session.scalars(query)}


def _written(callbacks: Sequence[CallBack], now: datetime) -> dict[int, list[Message]]:
    """What each person wrote: with the request itself, or lately from the same number."""
    lately = messages.written_by([each.number for each in callbacks if each.number], now - LATELY)
    asked = messages.of_contacts([each.contact_id for each in callbacks if each.contact_id])
    found = {}
    for each in callbacks:
        theirs = [*asked.get(each.contact_id or 0, ()), *lately.get(each.number or "", ())]
        came = {one.id: one for one in theirs if one.direction is Direction.IN}
        found[each.id] = sorted(came.values(), key=lambda one: (one.at, one.id))[-SHOWN:]
    return found


def _row(
    callback: CallBack,
    contact: Contact | None,
    attempt: Call | None,
    written: Sequence[Message],
    names: dict[int, str],
    most: int,
    words: Words,
    *,
    undated: bool,
) -> Row:
    person = contact.person if contact else None
    is_open = callback.state == CallBackState.OPEN
    state, tone = _state(callback, attempt, names, words.now)
    # Nobody can be late on a line that somebody has closed.
    due = None if is_open and undated else callback.due_at
    waits = attempt is None or attempt.state in (State.WAITING, State.OFFERED)
    me, role, promised_by = current_user.id, current_user.role, callback.agent_id
    holder = Held(frozenset(filter(None, (contact.agent_id if contact else None,))))
    return Row(
        id=callback.id,
        who=person.full_name if person else _("Personne non reconnue"),
        number=phone_numbers.display(callback.number),
        dossier_id=contact.dossier_id if contact else None,
        source=source_word(callback.source),
        asked=callback.arrived_at,
        due=due,
        late=_late(due, words.now) if is_open and due else "",
        attempts=callback.attempts,
        most=most,
        state=state,
        tone=tone,
        promised_by=names.get(callback.agent_id or 0, ""),
        promised_by_id=callback.agent_id,
        note=contact.note if contact else "",
        messages=message_view.shown(written),
        may_call=is_open
        and waits
        and belonging.may_call_back(me, role, promised_by, due=callback.due_at <= words.now),
        may_cancel=is_open and waits and belonging.may_cancel(me, role, promised_by, holder),
    )


def _state(
    callback: CallBack, attempt: Call | None, names: dict[int, str], now: datetime
) -> tuple[str, str]:
    if attempt is not None:
        who = names.get(attempt.offered_to or attempt.agent_id or 0, "")
        return {
            State.WAITING: (_("dans la file"), "wait"),
            State.OFFERED: (_("sonne chez %(who)s", who=who), "action"),
            State.CONNECTING: (_("%(who)s appelle", who=who), "action"),
        }.get(State(attempt.state), (_("en conversation avec %(who)s", who=who), "live"))
    if callback.state == CallBackState.OPEN:
        return (_("à faire"), "wait") if callback.due_at <= now else (_("prévu"), "neutral")
    return {
        CallBackState.DONE: (_("fait"), "live"),
        CallBackState.CANCELLED: (
            (_("a rappelé, et a eu sa réponse"), "live")
            if was_served(callback)
            else (_("annulé"), "neutral")
        ),
        CallBackState.GIVEN_UP: (_("jamais joint"), "stop"),
    }[callback.state]


def was_served(callback: CallBack) -> bool:
    """Was it closed because its person, who called again meanwhile, was answered?"""
    answered = exists().where(
        Call.number == callback.number,
        Call.direction == "in",
        Call.answered_at == callback.closed_at,
    )
    return callback.state == CallBackState.CANCELLED and bool(db.session.scalar(select(answered)))


def source_word(source: CallBackSource) -> str:
    """How a call-back was asked for, in words."""
    return {
        CallBackSource.QUEUE: _("pendant l’attente"),
        CallBackSource.CLOSED: _("ligne fermée"),
        CallBackSource.OUTAGE: _("pendant une panne"),
        CallBackSource.FORM: _("par le formulaire"),
        CallBackSource.AGENT: _("promis par un agent"),
    }[source]


def _late(due: datetime, now: datetime) -> str:
    """« en retard de 45 min », « … de 3 h », « … de 2 jours »."""
    if not callback_rules.is_late(due, now):
        return ""
    minutes = int((now - due).total_seconds() // 60)
    if minutes < 120:
        return _("en retard de %(count)s min", count=minutes)
    if minutes < 48 * 60:
        return _("en retard de %(count)s h", count=minutes // 60)
    days = minutes // (24 * 60)
    return ngettext("en retard de %(num)d jour", "en retard de %(num)d jours", days)
