"""The desk while nobody is on the line: what is due, what waits for an answer, whom one spoke with last.

The queue's figures are told to each tab without asking (``live``); this is read when something of hers moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.calls.call.models import Call
from app.calls.callbacks import view as callback_view
from app.desk import message_view as desk_messages
from app.dossiers.models import Dossier, PriorityFlag
from app.dossiers.vocabulary import CLOSED
from app.dossiers.wording import Words
from app.foundation.clock import PARIS, day_bounds, local_day
from app.foundation.database.columns import Seconds
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.lines import line_now
from app.lines.models import Line
from app.queue import work_store
from app.tickets import callbacks as callback_rows
from app.tickets import message_view, reasons
from app.tickets.models import Contact, Outcome

MOST_DUE, MOST_MESSAGES, LAST = 6, 3, 10


@dataclass(frozen=True)
class Due:
    """Something promised: when, to whom, what; late or not; what one click does."""

    at: str
    sort: datetime
    who: str
    what: str
    late: str
    callback_id: int | None = None
    may_call: bool = False
    dossier_id: int | None = None


@dataclass(frozen=True)
class Last:
    """One of the last contacts: when, by which way, who, why, and how it stands."""

    contact_id: int
    at: str
    icon: str
    title: str
    who: str
    reason: str
    state: str
    tone: str
    href: str


@dataclass(frozen=True)
class Idle:
    """All that the idle desk shows. ``sentence`` comes first; ``more``: how many are due beside those."""

    sentence: str
    due: Sequence[Due]
    more: int
    messages: Sequence[desk_messages.Row]
    waiting: int
    last: Sequence[Last]
    presented: int
    mean_wait: str
    until: str


def of(agent_id: int, words: Words) -> Idle:
    """What this agent has before them now."""
    due = sorted(
        [*_callbacks(agent_id, words), *_flags(agent_id, words)], key=lambda each: each.sort
    )
    rows = [row for row in desk_messages.open_rows(agent_id) if row.mine or row.state == "waiting"]
    presented, wait = _today(words.now)
    return Idle(
        sentence=_sentence(due, work_store.waiting_figures()[0]),
        due=due[:MOST_DUE],
        more=max(0, len(due) - MOST_DUE),
        messages=sorted(rows, key=lambda row: not row.mine)[:MOST_MESSAGES],
        waiting=len(rows),
        last=_last(agent_id, words),
        presented=presented,
        mean_wait=_seconds(wait),
        until=_until(words),
    )


def _sentence(due: Sequence[Due], messages: int) -> str:
    """What the morning asks for, in one sentence: the late first."""
    late = sum(1 for each in due if each.late)
    others = len(due) - late
    if late and others:
        return _(
            "%(late)s, %(others)s.",
            late=_("Une promesse en retard")
            if late == 1
            else _("%(count)s promesses en retard", count=late),
            others=_("une autre aujourd’hui")
            if others == 1
            else _("%(count)s autres aujourd’hui", count=others),
        )
    if late:
        return (
            _("Une promesse en retard.")
            if late == 1
            else _("%(count)s promesses en retard.", count=late)
        )
    if others:
        return (
            _("Une promesse aujourd’hui.")
            if others == 1
            else _("%(count)s promesses aujourd’hui.", count=others)
        )
    if messages == 1:
        return _("Rien de promis. Un message attend une réponse.")
    if messages:
        return _("Rien de promis. %(count)s messages attendent une réponse.", count=messages)
    return _("Rien ne vous attend.")


def _callbacks(agent_id: int, words: Words) -> list[Due]:
    """Call-backs to do today: one's own promises, and those that are nobody's."""
    _start, end = day_bounds(local_day(words.now))
    found = callback_view.listed(words, callback_rows.Listing()).items
    return [
        Due(
            at=words.clock(row.due) if row.due else _("à la réouverture"),
            sort=row.due or end,
            who=row.who,
            what=row.note or _("Rappel demandé %(how)s", how=row.source),
            late=row.late,
            callback_id=row.id,
            may_call=row.may_call,
            dossier_id=row.dossier_id,
        )
        for row in found
        if (row.due or end) <= end and (row.promised_by_id in (None, agent_id))
    ]


def _flags(agent_id: int, words: Words) -> list[Due]:
    """Dossiers promised first, by this agent or in their portfolio, whose day has come."""
    today = local_day(words.now)
    found = db.session.execute(
        select(PriorityFlag, Dossier)
        .join(Dossier, Dossier.id == PriorityFlag.dossier_id)
        .options(joinedload(Dossier.person))
        .where(
            PriorityFlag.done_at.is_(None),
            PriorityFlag.due_on <= today,
            Dossier.inside.not_in(CLOSED),
            or_(PriorityFlag.author_id == agent_id, Dossier.owner_id == agent_id),
        )
        .order_by(PriorityFlag.due_on)
        .limit(MOST_DUE * 2)
    ).all()
    return [
        Due(
            at=words.day(flag.due_on) if flag.due_on < today else _("aujourd’hui"),
            sort=datetime.combine(flag.due_on, datetime.max.time(), PARIS),
            who=dossier.person.full_name,
            what=flag.reason,
            late=_("promis avant le %(day)s", day=words.day(flag.due_on))
            if flag.due_on < today
            else "",
            dossier_id=dossier.id,
        )
        for flag, dossier in found
    ]


def _last(agent_id: int, words: Words) -> list[Last]:
    found = db.session.scalars(
        select(Contact)
        .where(Contact.agent_id == agent_id)
        .options(joinedload(Contact.person))
        .order_by(Contact.opened_at.desc(), Contact.id.desc())
        .limit(LAST)
    ).all()
    return [_contact(contact, words) for contact in found]


def _contact(contact: Contact, words: Words) -> Last:
    title, icon = message_view.contact_name(contact)
    today = local_day(contact.opened_at) == local_day(words.now)
    state, tone = _state(contact, words)
    number = phone_numbers.display(contact.caller_number) or _("Numéro masqué")
    undone = contact.qualified_at is None
    return Last(
        contact_id=contact.id,
        at=words.clock(contact.opened_at) if today else words.day(local_day(contact.opened_at)),
        icon=icon,
        title=title,
        who=contact.person.full_name if contact.person else number,
        reason="" if undone else reasons.label(contact.reason, words.locale),
        state=state,
        tone=tone,
        href=f"/tickets/{contact.id}"
        if undone or contact.dossier_id is None
        else f"/dossiers/{contact.dossier_id}",
    )


def _state(contact: Contact, words: Words) -> tuple[str, str]:
    if contact.qualified_at is None:
        return _("sans motif"), "wait"
    if contact.outcome is Outcome.TRANSFERRED:
        return _("transféré"), "neutral"
    if contact.follow_up_on is not None:
        return _("à suivre le %(day)s", day=words.day(contact.follow_up_on)), "wait"
    return "", "neutral"


def _today(now: datetime) -> tuple[int, float | None]:
    """Calls received since midnight, and the mean wait of those answered (docs/definitions.md), in seconds."""
    start, _end = day_bounds(local_day(now))
    count, wait = db.session.execute(
        select(func.count(), func.avg(Seconds(Call.queued_at, Call.answered_at))).where(
            Call.received_at >= start, Call.direction == "in", Call.queued_at.is_not(None)
        )
    ).one()
    return count, None if wait is None else float(wait)


def _seconds(wait: float | None) -> str:
    if wait is None:
        return "—"
    if wait < 60:
        return _("%(count)s s", count=round(wait))
    return _("%(minutes)s min %(seconds)02d", minutes=int(wait // 60), seconds=int(wait % 60))


def _until(words: Words) -> str:
    """Until when the line is open, or when it opens, in words."""
    line = db.session.scalar(select(Line).order_by(Line.id).limit(1))
    if line is None:
        return ""
    now = line_now.of(line)
    if now.is_open(words.now):
        closes = now.closes_at(words.now)
        if now.mode != "hours" or closes is None:
            return _("Ligne ouverte")
        return _("Ligne ouverte jusqu’à %(time)s", time=words.clock(closes))
    opens = now.opens_next(words.now)
    return _("Ligne fermée, ouvre %(when)s", when=words.when(opens)) if opens else _("Ligne fermée")
