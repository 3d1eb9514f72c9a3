"""Reminders: live a quarter of an hour before, and one mail a working day, at the time a manager chose.

Each is claimed by a conditional update, so that two processes say it once. No name is in a mail: how many, and where.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from sqlalchemy import func, or_, select, update

from app.accounts.models import Agent
from app.foundation.clock import PARIS, day_bounds, local_day
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.ports import FOR_STAFF, MailMessage
from app.foundation.text import outside
from app.foundation.text.bilingual import Text
from app.foundation.wiring import ports, settings
from app.tickets.promises import hours, rules
from app.tickets.promises.models import Promise
from app.tickets.promises.reads import LEAD
from app.web.realtime import agent_room, publish

log = logging.getLogger(__name__)

AT_ONCE = 200
SUBJECT = Text("Permanence : %(count)s à tenir aujourd’hui", "Permanence: %(count)s due today")
BODY = Text(
    "Bonjour,\n\n%(count)s à tenir aujourd’hui, dont %(late)s en retard.\n\nLa liste : %(link)s\n",
    "Hello,\n\n%(count)s due today, %(late)s of them late.\n\nThe list: %(link)s\n",
)


def look(now: datetime) -> int:
    """Say what must be kept within minutes, and send the mail of the morning; how many were told."""
    return _live(now) + _mails(now)


def _live(now: datetime) -> int:
    with unit_of_work() as work:
        told = db.session.execute(
            update(Promise)
            .where(
                Promise.ended_at.is_(None),
                Promise.waits_since.is_(None),
                Promise.reminded_at.is_(None),
                Promise.owner_id.is_not(None),
                Promise.due_at <= now + LEAD,
            )
            .values(reminded_at=now)
            .returning(Promise.owner_id)
            .execution_options(synchronize_session=False)
        ).all()
        for owner in {row.owner_id for row in told}:
            news = {"agent": owner, "due": True}
            work.after(partial(publish, "owed", news, room=agent_room(owner)))
    return len(told)


def _mails(now: datetime) -> int:
    at = outside.clock_time(rules.current().mail_at)
    today = local_day(now)
    if at is None or not hours.of_service()(today) or now < datetime.combine(today, at, PARIS):
        return 0
    start, end = day_bounds(today)
    owed = (
        Promise.ended_at.is_(None),
        Promise.waits_since.is_(None),
        Promise.due_at < end,
        or_(Promise.mailed_at.is_(None), Promise.mailed_at < start),
    )
    owners = db.session.scalars(
        select(Promise.owner_id)
        .where(*owed, Promise.owner_id.is_not(None))
        .distinct()
        .limit(AT_ONCE)
    ).all()
    return sum(_mail(owner, owed, now, start) for owner in owners if owner is not None)


def _mail(owner_id: int, owed: tuple[object, ...], now: datetime, start: datetime) -> int:
    """One mail to one agent; 0 when they had theirs today, or another process was faster."""
    with unit_of_work():
        had = db.session.scalar(
            select(func.count()).where(Promise.owner_id == owner_id, Promise.mailed_at >= start)
        )
        claimed = db.session.execute(
            update(Promise)
            .where(Promise.owner_id == owner_id, *owed)  # type: ignore[arg-type]
            .values(mailed_at=now)
            .returning(Promise.due_at)
            .execution_options(synchronize_session=False)
        ).all()
        agent = db.session.get_one(Agent, owner_id)
        if had or not claimed or not agent.active:
            return 0
        late = sum(1 for row in claimed if row.due_at < now)
        values = {
            "count": len(claimed),
            "late": late,
            "link": f"{settings().public_base_url}/tickets/owed",
        }
        message = MailMessage(
            agent.email,
            SUBJECT.get(agent.locale) % values,
            BODY.get(agent.locale) % values,
            language=agent.locale,
            headers=dict(FOR_STAFF),
        )
    release_connection()
    try:
        ports().mail.send(message)
    except PermanenceError:
        log.warning("the morning's mail to agent %s did not leave", owner_id)
        return 0
    return 1
