"""Mails that people write to us: each is kept with its contact, and waits for somebody as any message.

An answer goes on with the contact of the mail that it answers; another mail opens one of its own. Who writes is known
by an address alone, which anybody can forge: what is answered leaves for that address and for no other.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.channels.mail.reading import Received
from app.dossiers import callers
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines import line_now, written
from app.lines import store as lines
from app.lines.models import Line
from app.queue import work_store
from app.tickets.models import Channel, Contact, Direction, Message
from app.tickets.reasons import Reason
from app.tickets.written import messages, threads
from app.tickets.written.messages import KEY_LENGTH, Written

LONGEST = 6_000  # signs read beside the contact; what is longer is kept as the original
ANSWERED_LATELY = timedelta(days=30)  # who wrote to this person lately is asked first
CONTINUES = timedelta(hours=24)  # a mail that follows sooner, unread, belongs to the same contact


def receive(mail: Received, now: datetime) -> bool:
    """Keep a mail with a contact, and make it work; False when it was kept before (told twice).

    An answer to a mail of ours, from the address we wrote to, goes with that mail's contact while it is open,
    else with a new one of the same person. Any other goes with the sender's contact that is open, else a new
    one; once the sender has made as many as the line's rule allows in a day, with the last one.
    """
    with contextlib.suppress(IntegrityError), unit_of_work() as work:
        messages.one_writer(mail.sender)
        key = _key(mail)
        if messages.named(key) is not None:
            return False
        ours = _answered(mail)
        before = db.session.get_one(Contact, ours.contact_id) if ours else None
        thread = threads.of(before.id) if before else None
        line = db.session.get(Line, thread.line_id) if thread else lines.first()
        if before is None:
            contact = _of_sender(mail.sender, line, now)
        else:
            contact = before if _open(before) else _new(before.person_id, before, now)
        messages.keep(
            contact.id,
            Written(
                Channel.MAIL,
                _with_files(mail),
                now,
                mail.sender,
                key=key,
                subject=mail.subject,
                longest=LONGEST,
                original=mail.whole,
            ),
        )
        if line is not None:
            author = messages.last_answerer(mail.sender, now - ANSWERED_LATELY)
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
    return False


def _key(mail: Received) -> str:
    """What names it: its Message-ID, unless another sender's mail has that one (by mistake, or to hide this one)."""
    kept = messages.named(mail.key)
    return mail.key if kept is None or kept.address == mail.sender else mail.digest


def _with_files(mail: Received) -> str:
    """The words, and which files came with them: they stay in the mailbox, for who answers to open there."""
    return "\n\n".join(
        filter(None, (mail.words, "\n".join(f"📎 {name}" for name in mail.attached)))
    )


def _answered(mail: Received) -> Message | None:
    """The mail of ours that it answers: nobody else knows its Message-ID, and only its address may answer."""
    return db.session.scalar(
        select(Message)
        .where(
            Message.provider_key.in_([name[:KEY_LENGTH] for name in mail.names]),
            Message.channel == Channel.MAIL,
            Message.direction == Direction.OUT,
            Message.address == mail.sender,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )


def _open(contact: Contact) -> bool:
    return contact.closed_at is None or work_store.open_of(contact.id) is not None


def _of_sender(address: str, line: Line | None, now: datetime) -> Contact:
    """The sender's contact that is still owed an answer, else one of her own."""
    theirs = select(Message.contact_id).where(
        Message.address == address,
        Message.direction == Direction.IN,
        Message.channel == Channel.MAIL,
    )
    owed = work_store.open_among(theirs)
    if owed is not None:
        return db.session.get_one(Contact, owed)
    held = messages.continued(address, Channel.MAIL, now - CONTINUES)
    if held is not None:
        return held
    made = messages.opened_by(address, Channel.MAIL, now - CONTINUES)
    if line is not None and len(made) >= line_now.of(line).rules.contacts_per_day:
        return db.session.get_one(Contact, made[0])
    return _new(callers.sole_person_by_mail(address), None, now)


def _new(person_id: int | None, before: Contact | None, now: datetime) -> Contact:
    """A contact of its own; ``before``: one of the same person, about the same dossier."""
    if before is not None:
        dossier_id = before.dossier_id
    else:
        dossier_id = callers.most_relevant_dossier(person_id) if person_id else None
    contact = Contact(
        channel=Channel.MAIL,
        direction=Direction.IN,
        caller_number=before.caller_number if before else None,
        opened_at=now,
        reason=Reason.UNQUALIFIED,
        person_id=person_id,
        dossier_id=dossier_id,
    )
    db.session.add(contact)
    db.session.flush()
    return contact
