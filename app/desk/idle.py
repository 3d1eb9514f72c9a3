"""The desk while nobody is on the line: what is due, what waits for an answer, whom one spoke with last.

The queue's figures are told to each tab without asking (``live``); this is read when something of hers moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Agent
from app.calls.call.models import Call
from app.calls.callbacks import view as callback_view
from app.desk import message_view as desk_messages
from app.dossiers.wording import Words
from app.foundation.clock import day_bounds, local_day
from app.foundation.database.columns import Seconds
from app.foundation.extensions import db
from app.lines import line_now
from app.lines.models import Line
from app.queue import work_store
from app.tickets import callbacks as callback_rows
from app.tickets import reasons
from app.tickets.models import Contact, Outcome
from app.tickets.pane import message_view
from app.tickets.promises import service as promises
from app.tickets.promises import view as owed_view
from app.tickets.promises.clock import Standing
from app.tickets.promises.sources import Asked, What

MOST_DUE, MOST_MESSAGES, LAST = 6, 3, 10
BESIDE = frozenset(What) - {What.CALLBACK, What.MESSAGE}  # those two have rows of their own here


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
    href: str = ""
    kind: str = ""
    icon: str = ""
    soon: str = ""


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
    callbacks = _callbacks(agent_id, words)
    owed, owed_late, owed_total, owed_today = _owed(agent_id, words)
    calls_today = all(each.sort < day_bounds(local_day(words.now))[1] for each in callbacks)
    due = sorted([*callbacks, *owed], key=lambda each: (not each.late, each.sort))
    late = owed_late + sum(1 for each in callbacks if each.late)
    total = owed_total + len(callbacks)
    rows = [row for row in desk_messages.open_rows(agent_id) if row.mine or row.state == "waiting"]
    presented, wait = _today(words.now)
    return Idle(
        sentence=_sentence(
            late, total - late, work_store.waiting_figures()[0], today=owed_today and calls_today
        ),
        due=due[:MOST_DUE],
        more=max(0, total - MOST_DUE),
        messages=sorted(rows, key=lambda row: not row.mine)[:MOST_MESSAGES],
        waiting=len(rows),
        last=_last(agent_id, words),
        presented=presented,
        mean_wait=_seconds(wait),
        until=_until(words),
    )


def _sentence(late: int, others: int, messages: int, *, today: bool) -> str:
    """What the day asks for, in one sentence: the late first. Not all ``today``: some is due soon after it."""
    if late:
        first = (
            _("Un engagement en retard")
            if late == 1
            else _("%(count)s engagements en retard", count=late)
        )
        return f"{first}, {_others(others, today)}." if others else f"{first}."
    if others and today:
        return (
            _("Un engagement à tenir aujourd’hui.")
            if others == 1
            else _("%(count)s engagements à tenir aujourd’hui.", count=others)
        )
    if others:
        return (
            _("Un engagement à tenir bientôt.")
            if others == 1
            else _("%(count)s engagements à tenir bientôt.", count=others)
        )
    if messages == 1:
        return _("Rien de promis. Un message attend une réponse.")
    if messages:
        return _("Rien de promis. %(count)s messages attendent une réponse.", count=messages)
    return _("Rien ne vous attend.")


def _others(count: int, today: bool) -> str:
    """What follows the late ones, in the same sentence."""
    if today:
        return (
            _("un autre pour aujourd’hui")
            if count == 1
            else _("%(count)s autres pour aujourd’hui", count=count)
        )
    return _("un autre bientôt") if count == 1 else _("%(count)s autres bientôt", count=count)


def _callbacks(agent_id: int, words: Words) -> list[Due]:
    """Call-backs to do today: one's own promises, and those of nobody who works here."""
    _start, end = day_bounds(local_day(words.now))
    found = callback_view.listed(words, callback_rows.Listing()).items
    here = {each for each, _name in promises.colleagues()}
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
        if (row.due or end) <= end
        and (row.promised_by_id == agent_id or row.promised_by_id not in here)
    ]


def _owed(agent_id: int, words: Words) -> tuple[list[Due], int, int, bool]:
    """Everything else that presses today: promises, priorities, questions, what was sent and is not solved. The most
    urgent ones; how many are late, how many there are in all, and whether each is due before the day is over."""
    role = db.session.scalar(select(Agent.role).where(Agent.id == agent_id)) or ""
    asked = Asked(words.now, agent_id, True, BESIDE, MOST_DUE)
    counted = owed_view.counts(asked)
    _start, end = day_bounds(local_day(words.now))
    found = [
        Due(
            at=line.at,
            sort=line.owed.due or end,
            who=line.owed.who or line.what,
            what=line.owed.text,
            late=line.said if line.late else "",
            soon=line.said if line.standing is Standing.SOON else "",
            dossier_id=line.owed.dossier_id,
            href=line.owed.href,
            kind=line.what,
            icon=line.icon,
        )
        for line in owed_view.pressing(owed_view.of(words, asked, agent_id, role))
    ]
    total = sum(counted[each] for each in owed_view.PRESSING)
    return found, counted[Standing.LATE], total, owed_view.due_by(asked, end) >= total


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
    undone = contact.qualified_at is None
    return Last(
        contact_id=contact.id,
        at=words.clock(contact.opened_at) if today else words.day(local_day(contact.opened_at)),
        icon=icon,
        title=title,
        who=message_view.who(contact),
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
