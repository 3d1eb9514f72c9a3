"""Answers by mail to mails of ours: each is kept with its contact, and waits for somebody as any message."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.channels.mail.reading import Answer
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines import store as lines
from app.lines import written
from app.lines.models import Line
from app.queue import work_store
from app.tickets.models import Channel, Contact, Direction, Message
from app.tickets.reasons import Reason
from app.tickets.written import messages, threads
from app.tickets.written.messages import KEY_LENGTH, Written

LONGEST = 6_000  # signs read beside the contact; what is longer is kept as the original
ANSWERED_LATELY = timedelta(days=30)  # who wrote to this person lately is asked first


def receive(answer: Answer, now: datetime) -> bool:
    """Keep an answer; False when it answers no mail of ours, or comes from another address than we wrote to.

    Told twice, it is one. It goes with the contact of the mail that it answers while that one is open, else
    with a new one of the same person.
    """
    with contextlib.suppress(IntegrityError), unit_of_work() as work:
        ours = _answered(answer)
        if ours is None:
            return False
        messages.one_writer(answer.sender)
        if messages.named(answer.key) is not None:
            return True
        before = db.session.get_one(Contact, ours.contact_id)
        thread = threads.of(before.id)
        line = db.session.get(Line, thread.line_id) if thread else lines.first()
        contact = before if _open(before) else _next(before, now)
        messages.keep(
            contact.id,
            Written(
                Channel.MAIL,
                answer.words,
                now,
                answer.sender,
                key=answer.key,
                subject=answer.subject,
                longest=LONGEST,
                original=answer.whole,
            ),
        )
        if line is not None:
            author = messages.last_answerer(answer.sender, now - ANSWERED_LATELY)
            written.came(
                contact.id,
                line.id,
                line.queue_id,
                now=now,
                work=work,
                language=contact.person.language if contact.person else "fr",
                preferred_agent_id=author,
            )
    return True


def _answered(answer: Answer) -> Message | None:
    """The mail of ours that it answers: nobody else knows its Message-ID, and only its address may answer."""
    return db.session.scalar(
        select(Message)
        .where(
            Message.provider_key.in_([name[:KEY_LENGTH] for name in answer.names]),
            Message.channel == Channel.MAIL,
            Message.direction == Direction.OUT,
            Message.address == answer.sender,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )


def _open(contact: Contact) -> bool:
    return contact.closed_at is None or work_store.open_of(contact.id) is not None


def _next(before: Contact, now: datetime) -> Contact:
    """A contact of its own, of the same person about the same dossier."""
    contact = Contact(
        channel=Channel.MAIL,
        direction=Direction.IN,
        caller_number=before.caller_number,
        opened_at=now,
        reason=Reason.UNQUALIFIED,
        person_id=before.person_id,
        dossier_id=before.dossier_id,
    )
    db.session.add(contact)
    db.session.flush()
    return contact
