"""What follows when we learn how far an answer of ours got: whoever wrote it reads it; one lost is work again."""

from __future__ import annotations

from datetime import datetime

from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.extensions import db
from app.lines import written
from app.lines.models import Line
from app.queue import work_store
from app.tickets.consents import service as consents
from app.tickets.delivery import Delivery
from app.tickets.models import Author, Message
from app.tickets.written import threads


def followed(message_id: int, reached: Delivery | None, now: datetime) -> None:
    """Tell who wrote this message how far it got, and owe again what did not arrive. None: nothing new."""
    if reached is None:
        return
    message = db.session.get_one(Message, message_id)
    if message.author is not Author.AGENT:
        return
    contact_id, author = message.contact_id, message.agent_id
    asked = consents.delivery_moved(message_id)
    if (
        reached is Delivery.FAILED and not asked
    ):  # a question that did not arrive is asked otherwise
        _owed_again(message, now)
    work = work_store.open_of(contact_id)
    holder = work_store.holder_of(work.id) if work is not None else None
    release_connection()
    written.told(contact_id, holder or author)


def _owed_again(message: Message, now: datetime) -> None:
    """An answer that did not arrive is owed: its work is there again, first for who wrote it."""
    contact_id, body, author = message.contact_id, message.body, message.agent_id
    thread = threads.of(contact_id)
    if thread is None:
        return
    with unit_of_work() as work:
        threads.give_back(contact_id, body)
        written.came(
            contact_id,
            thread.line_id,
            db.session.get_one(Line, thread.line_id).queue_id,
            now=now,
            work=work,
            preferred_agent_id=author,
        )
