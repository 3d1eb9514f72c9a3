"""Text messages that reach the line: each is kept with a contact that somebody reads."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.lines import rules as line_rules
from app.lines.models import Line
from app.tickets import messages
from app.tickets import service as tickets
from app.tickets.messages import Written
from app.tickets.models import Channel, Direction

LONGEST = 1600  # characters: the most that a provider joins into one message
CONTINUES = timedelta(
    hours=24
)  # a message that follows sooner, unread, belongs to the same contact


@dataclass(frozen=True)
class Text:
    """A text message as the provider gives it, in a webhook or in its list."""

    sid: str
    from_number: str
    to_number: str
    body: str
    at: datetime


def receive(message: Text) -> bool:
    """Keep a text message; False when it was kept before (told twice, or found again in a list).

    It goes with the sender's last contact by SMS that nobody has dealt with, else a new one; once the
    sender has made as many as the line's rule allows in a day, with the last one, dealt with or not.
    """
    with contextlib.suppress(IntegrityError), unit_of_work():
        if messages.named(message.sid) is not None:
            return False
        sender = phone_numbers.stored(message.from_number)
        address = sender or messages.plain(message.from_number)[:64].strip()
        messages.one_writer(address)
        messages.keep(
            _contact_of(message, sender, address),
            Written(
                channel=Channel.SMS,
                text=message.body,
                at=message.at,
                address=address or None,
                key=message.sid or None,
                longest=LONGEST,
            ),
        )
        return True
    return False


def _contact_of(message: Text, sender: str | None, address: str) -> int:
    since = message.at - CONTINUES
    held = messages.continued(address, Channel.SMS, since) if address else None
    if held is not None:
        return held.id
    made = messages.opened_by(address, Channel.SMS, since) if address else []
    if len(made) >= _most_a_day(message.to_number):
        return made[0]
    return tickets.insert_contact(
        channel=Channel.SMS,
        direction=Direction.IN,
        e164=sender,
        now=message.at,
        provider_sid=message.sid or None,
    )


def _most_a_day(line_number: str) -> int:
    """How many contacts a day the messages of one sender may make, by the rules of the line."""
    rules = db.session.scalar(
        select(Line.rules).order_by(Line.number != line_number, Line.id).limit(1)
    )
    return line_rules.of(rules).contacts_per_day
