"""Text messages that reach the line: each is kept with a contact, and waits for somebody's answer."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.text import phone_numbers
from app.lines import line_now, written
from app.lines import store as lines
from app.queue import work_store
from app.tickets import service as tickets
from app.tickets.consents import service as consents
from app.tickets.models import Channel, Direction, Message
from app.tickets.written import messages
from app.tickets.written.messages import Written

LONGEST = 1600  # characters: the most that a provider joins into one message
ANSWERED_LATELY = timedelta(days=7)  # who answered this person lately is asked first
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

    An answer to a request for consent that asks nothing more goes with the contact in which it was asked. Else
    it goes with the sender's last contact by SMS that nobody has dealt with, else a new one; once the
    sender has made as many as the line's rule allows in a day, with the last one, dealt with or not.
    """
    with contextlib.suppress(IntegrityError), unit_of_work() as work:
        if messages.named(message.sid) is not None:
            return False
        sender = phone_numbers.stored(message.from_number)
        address = sender or messages.plain(message.from_number)[:64].strip()
        messages.one_writer(address)
        line = lines.dialled(message.to_number)
        answered = consents.answer_text(sender, message.body, message.at)
        contact_id = answered or _contact_of(message, sender, address, line)
        messages.keep(
            contact_id,
            Written(
                channel=Channel.SMS,
                text=message.body,
                at=message.at,
                address=address or None,
                key=message.sid or None,
                longest=LONGEST,
            ),
        )
        if line is not None and answered is None:
            written.came(
                contact_id,
                line.id,
                line.queue_id,
                now=message.at,
                work=work,
                preferred_agent_id=messages.last_answerer(address, message.at - ANSWERED_LATELY),
            )
        return True
    return False


def _contact_of(message: Text, sender: str | None, address: str, line: Any) -> int:
    since = message.at - CONTINUES
    waiting = _still_open(address) if address else None
    if waiting is not None:
        return waiting
    held = messages.continued(address, Channel.SMS, since) if address else None
    if held is not None:
        return held.id
    made = messages.opened_by(address, Channel.SMS, since) if address else []
    if len(made) >= line_now.of(line).rules.contacts_per_day:
        return made[0]
    return tickets.insert_contact(
        channel=Channel.SMS,
        direction=Direction.IN,
        e164=sender,
        now=message.at,
        provider_sid=message.sid or None,
    )


def _still_open(address: str) -> int | None:
    """The sender's contact whose answer is still owed, however long ago it was opened."""
    theirs = select(Message.contact_id).where(
        Message.address == address,
        Message.direction == Direction.IN,
        Message.channel == Channel.SMS,
    )
    return work_store.open_among(theirs)
