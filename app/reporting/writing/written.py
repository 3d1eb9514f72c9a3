"""What the report reads of messages: the matters in writing of a day, and those that waited at its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from app.foundation.clock import PARIS, day_bounds
from app.foundation.extensions import db
from app.queue.models import Work
from app.queue.work_record import Outcome
from app.reporting.writing.channels import WRITTEN, WrittenFact
from app.tickets.delivery import Delivery
from app.tickets.models import Author, Contact, Direction, Message

CHUNK = 500  # values in one IN (…)


def facts(day: date, now: datetime, zone: ZoneInfo = PARIS) -> list[WrittenFact]:
    """The facts that ``channels.figures`` counts for a local day."""
    start, end = day_bounds(day, zone)
    seen_at = min(now, end)
    waited = select(Work.contact_id).where(
        Work.created_at < seen_at, or_(Work.ended_at.is_(None), Work.ended_at > seen_at)
    )
    contacts = db.session.execute(
        select(Contact.id, Contact.channel, Contact.closed_at, Contact.qualified_at).where(
            Contact.channel.in_(WRITTEN),
            Contact.direction == Direction.IN,
            ((Contact.opened_at >= start) & (Contact.opened_at < end)) | Contact.id.in_(waited),
        )
    ).all()
    ids = [row.id for row in contacts]
    messages, works = _messages(ids), _works(ids)
    return [
        _fact(row, messages[row.id], works[row.id])
        for row in contacts
        if any(each.direction is Direction.IN for each in messages[row.id])
    ]


def _fact(contact: Any, messages: Sequence[Any], works: Sequence[Any]) -> WrittenFact:
    answers = [each.at for each in messages if _is_answer(each)]
    answers += [each.ended_at for each in works if each.outcome == Outcome.CALLED_BACK]
    return WrittenFact(
        ref=contact.id,
        channel=contact.channel.value,
        came=tuple(each.at for each in messages if each.direction is Direction.IN),
        answered=tuple(answers),
        ended_at=_ended(contact, [each.ended_at for each in works]),
    )


def _is_answer(message: Any) -> bool:
    return message.author is Author.AGENT and message.delivery is not Delivery.FAILED


def _ended(contact: Any, ends: Sequence[datetime | None]) -> datetime | None:
    """When the last work of a contact ended; of one from before there was work, when it was dealt with."""
    if not ends:
        return contact.closed_at or contact.qualified_at
    known = [each for each in ends if each is not None]
    return max(known) if len(known) == len(ends) else None


def _messages(ids: Sequence[int]) -> dict[int, list[Any]]:
    return _by_contact(
        ids,
        select(
            Message.contact_id, Message.at, Message.direction, Message.author, Message.delivery
        ).order_by(Message.at, Message.id),
        Message.contact_id,
    )


def _works(ids: Sequence[int]) -> dict[int, list[Any]]:
    query = select(Work.contact_id, Work.ended_at, Work.outcome).order_by(Work.id)
    return _by_contact(ids, query, Work.contact_id)


def _by_contact(ids: Sequence[int], query: Any, column: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for first in range(0, len(ids), CHUNK):
        for row in db.session.execute(query.where(column.in_(ids[first : first + CHUNK]))):
            found[row.contact_id].append(row)
    return found
