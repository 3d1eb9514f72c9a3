"""What people write and what we answer: kept as it came, and read beside the contact.

Nothing here changes a text: the database itself refuses it (``Message``). Functions that write do so
inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from app.foundation.database.unit_of_work import rows_changed
from app.foundation.extensions import db
from app.tickets import delivery
from app.tickets.delivery import Delivery
from app.tickets.models import Author, Channel, Contact, Direction, Message

LATELY = timedelta(days=7)  # what somebody wrote is shown beside her next contacts for so long
SHOWN = 10  # messages beside a contact
LISTED = 50  # messages of each contact in the list of contacts
KEY_LENGTH = 80
ADDRESS_LENGTH = 254
# All but tab and line feed: no alphabet needs them, and PostgreSQL stores no NUL.
_CONTROL = {code: None for code in (*range(32), 127) if code not in (9, 10)}


@dataclass(frozen=True)
class Written:
    """A message that came. ``key`` names it at its provider; ``address`` is None when it is hidden.

    ``longest``: characters kept in the body; what is longer is kept whole as the original, as is what
    came around it (``original``: a mail with what it quotes).
    """

    channel: Channel
    text: str
    at: datetime
    address: str | None = None
    key: str | None = None
    subject: str = ""
    longest: int = 1600
    original: str = ""


def keep(contact_id: int, written: Written) -> Message:
    """Keep what a person wrote with its contact.

    Raises IntegrityError when a message of that key is kept already (told twice).
    """
    words, whole = plain(written.text), plain(written.original or written.text)
    body = words[: written.longest]
    message = Message(
        contact_id=contact_id,
        at=written.at,
        channel=written.channel,
        direction=Direction.IN,
        author=Author.PERSON,
        address=written.address[:ADDRESS_LENGTH] if written.address else None,
        subject=plain(written.subject),
        body=body,
        original=None if body == whole else whole,
        provider_key=written.key[:KEY_LENGTH] if written.key else None,
        delivery=Delivery.RECEIVED,
        delivery_at=written.at,
    )
    db.session.add(message)
    db.session.flush()
    return message


def plain(words: str) -> str:
    """A text that both databases keep: with line feeds alone, without other control characters."""
    return words.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)


def prepare(
    contact_id: int,
    channel: Channel,
    address: str,
    body: str,
    *,
    now: datetime,
    agent_id: int | None = None,
    subject: str = "",
) -> Message:
    """Keep what is about to be sent: it is counted, and followed, even if the process dies now.

    ``agent_id``: who wrote it; None, the service by itself. ``subject``: of a mail.
    """
    message = Message(
        contact_id=contact_id,
        at=now,
        channel=channel,
        direction=Direction.OUT,
        author=Author.SERVICE if agent_id is None else Author.AGENT,
        agent_id=agent_id,
        address=address,
        subject=subject,
        body=body,
        delivery=Delivery.QUEUED,
        delivery_at=now,
    )
    db.session.add(message)
    db.session.flush()
    return message


def name(message_id: int, key: str) -> None:
    """The key that the provider gave to what was sent."""
    db.session.execute(
        update(Message)
        .where(Message.id == message_id, Message.provider_key.is_(None))
        .values(provider_key=key[:KEY_LENGTH])
    )


def told(message_id: int, status: str, *, now: datetime, problem: str = "") -> Delivery | None:
    """How far a message got, as its provider says (``status`` is its word); None: nothing new."""
    found = db.session.execute(
        select(Message.delivery).where(Message.id == message_id, Message.direction == Direction.OUT)
    ).first()
    if found is None:
        return None
    reached = delivery.after(found.delivery, status)
    if reached is found.delivery:
        return None
    changed = db.session.execute(
        update(Message)
        .where(Message.id == message_id, Message.delivery == found.delivery)
        .values(delivery=reached, delivery_at=now, delivery_problem=problem[:20] or None)
    )
    return reached if rows_changed(changed) else None


def one_writer(address: str) -> None:
    """Two messages of one sender at the same instant are kept one after the other.

    (SQLite has one writer at all.)
    """
    if db.session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(7402, hashtext(:address))")
        db.session.execute(lock, {"address": address})


def one(message_id: int) -> Message:
    """A message, read anew. Raises NoResultFound for none of ours."""
    return db.session.get_one(Message, message_id, populate_existing=True)


def named(key: str) -> Message | None:
    """The message of that key at its provider."""
    if not key:
        return None
    return db.session.scalar(select(Message).where(Message.provider_key == key[:KEY_LENGTH]))


def mail_address_of(contact_id: int) -> str:
    """The mail address that the person last gave with what she wrote, "" for none.

    One that our last mail came back from is none: she is reached by another way.
    """
    given = db.session.scalar(
        select(Message.address)
        .where(
            Message.contact_id == contact_id,
            Message.direction == Direction.IN,
            Message.address.contains("@"),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    if not given or _came_back(contact_id, given):
        return ""
    return given


def mail_sender(contact_id: int) -> str:
    """The mail address that a contact's first mail came from, "" for none."""
    found = select(Message.address).where(
        Message.contact_id == contact_id,
        Message.direction == Direction.IN,
        Message.channel == Channel.MAIL,
        Message.address.is_not(None),
    )
    return db.session.scalar(found.order_by(Message.id).limit(1)) or ""


def last_mail_key(contact_id: int) -> str:
    """The Message-ID of the last mail that came for a contact, with its brackets; "" for none."""
    key = db.session.scalar(
        select(Message.provider_key)
        .where(
            Message.contact_id == contact_id,
            Message.direction == Direction.IN,
            Message.channel == Channel.MAIL,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return key if key and key.endswith(">") else ""  # a longer one is kept cut


def mail_left(contact_id: int) -> bool:
    """Did a mail of ours leave for this contact, that did not come back?"""
    theirs = select(Message.id).where(
        Message.contact_id == contact_id,
        Message.direction == Direction.OUT,
        Message.channel == Channel.MAIL,
        Message.delivery.in_((Delivery.SENT, Delivery.DELIVERED)),
    )
    return db.session.scalar(theirs.limit(1)) is not None


def _came_back(contact_id: int, address: str) -> bool:
    last = db.session.scalar(
        select(Message.delivery)
        .where(
            Message.contact_id == contact_id,
            Message.direction == Direction.OUT,
            Message.address == address,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return last is Delivery.FAILED


def continued(address: str, channel: Channel, since: datetime) -> Contact | None:
    """The contact that somebody's next message belongs to: her last one that nobody has dealt with.

    A person cuts what she has to say in several messages, or writes again for lack of an answer.
    """
    return db.session.scalar(
        select(Contact)
        .join(Message, Message.contact_id == Contact.id)
        .where(
            Message.address == address,
            Message.direction == Direction.IN,
            Contact.channel == channel,
            Contact.qualified_at.is_(None),
            Contact.closed_at.is_(None),
            Contact.opened_at > since,
        )
        .order_by(Contact.opened_at.desc(), Contact.id.desc())
        .limit(1)
    )


def opened_by(address: str, channel: Channel, since: datetime) -> list[int]:
    """The contacts that the messages of one sender have opened since then, the latest first."""
    theirs = select(Message.contact_id).where(
        Message.address == address, Message.direction == Direction.IN, Message.at > since
    )
    return list(
        db.session.scalars(
            select(Contact.id)
            .where(Contact.id.in_(theirs), Contact.channel == channel, Contact.opened_at > since)
            .order_by(Contact.opened_at.desc(), Contact.id.desc())
        )
    )


def sent_to(address: str, channel: Channel, since: datetime) -> int:
    """How many of ours left for an address since then; those that failed reached nobody."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Message)
            .where(
                Message.address == address,
                Message.channel == channel,
                Message.direction == Direction.OUT,
                Message.at > since,
                Message.delivery != Delivery.FAILED,
            )
        )
        or 0
    )


def last_answerer(address: str, since: datetime) -> int | None:
    """Which agent last wrote to this address, since then."""
    return db.session.scalar(
        select(Message.agent_id)
        .where(
            Message.address == address,
            Message.author == Author.AGENT,
            Message.at > since,
        )
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(1)
    )


# --- reads ---------------------------------------------------------------------------------------


def of_contacts(ids: Sequence[int], most: int = SHOWN) -> dict[int, list[Message]]:
    """The last messages of several contacts (``most`` of each), oldest first."""
    found: dict[int, list[Message]] = {each: [] for each in ids}
    query = _latest_of_each(most, Message.contact_id, Message.contact_id.in_(ids))
    for message in db.session.scalars(query) if ids else ():
        found[message.contact_id].append(message)
    return found


def around(contact: Contact) -> list[Message]:
    """What is read beside a contact, oldest first: its messages, and what the same person or number
    wrote in the week before (her next call is often about it)."""
    return _around([_beside(contact)])


def _beside(contact: Contact) -> ColumnElement[bool]:
    lately = Message.at > contact.opened_at - LATELY
    own = Message.contact_id == contact.id
    same: list[ColumnElement[bool]] = []
    if contact.caller_number is not None:
        same.append(Message.address == contact.caller_number)
        by_form = select(Contact.id).where(
            Contact.caller_number == contact.caller_number, Contact.channel == Channel.FORM
        )
        same.append(Message.contact_id.in_(by_form))  # whose messages may have a mail address
    if contact.person_id is not None:
        theirs = select(Contact.id).where(Contact.person_id == contact.person_id)
        same.append(Message.contact_id.in_(theirs))
    if not same:
        return own
    return or_(own, lately & or_(*same) & (Message.direction == Direction.IN))


def _around(conditions: Sequence[ColumnElement[bool]]) -> list[Message]:
    latest = db.session.scalars(
        select(Message)
        .where(*conditions)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(SHOWN)
    ).all()
    return list(reversed(latest))


def _latest_of_each(
    most: int, by: InstrumentedAttribute[Any], *which: ColumnElement[bool]
) -> Select[Message]:
    rank = func.row_number().over(partition_by=by, order_by=(Message.at.desc(), Message.id.desc()))
    ranked = select(Message.id, rank.label("rank")).where(*which).subquery()
    return (
        select(Message)
        .join(ranked, (ranked.c.id == Message.id) & (ranked.c.rank <= most))
        .order_by(Message.at, Message.id)
    )


def written_by(numbers: Sequence[str], since: datetime) -> dict[str, list[Message]]:
    """What each of these numbers last wrote since then (``SHOWN`` of each), oldest first."""
    found: dict[str, list[Message]] = {each: [] for each in numbers}
    query = _latest_of_each(
        SHOWN,
        Message.address,
        Message.address.in_(numbers),
        Message.direction == Direction.IN,
        Message.at > since,
    )
    for message in db.session.scalars(query) if numbers else ():
        found[message.address or ""].append(message)
    return found


# --- retention -----------------------------------------------------------------------------------


def old(limit: datetime) -> ColumnElement[bool]:
    """Which messages hold words that are past their term."""
    return (Message.at < limit) & Message.erased_at.is_(None)


def erase(which: ColumnElement[bool], now: datetime) -> None:
    """Take the words away, keep that there was a message: the one change that the database allows."""
    db.session.execute(
        update(Message)
        .where(which)
        .values(address=None, subject="", body="", original=None, erased_at=now)
    )
