"""The answer that somebody is writing to a contact: kept with it, sent once.

Functions that write do so inside the caller's transaction; each change is a conditional update.
"""

from __future__ import annotations

import secrets

from sqlalchemy import ColumnElement, select, update

from app.foundation.database.unit_of_work import rows_changed
from app.foundation.extensions import db
from app.tickets.models import Contact, Thread


def _new_key() -> str:
    return secrets.token_hex(16)


def open_for(contact_id: int, line_id: int) -> None:
    """Let a contact be answered by a line; one that can be already keeps its line and its draft."""
    if db.session.get(Thread, contact_id) is None:
        db.session.add(Thread(contact_id=contact_id, line_id=line_id, act_key=_new_key()))
        db.session.flush()


def of(contact_id: int) -> Thread | None:
    """How a contact is answered, read anew; None for one that is not answered in writing."""
    return db.session.scalar(
        select(Thread)
        .where(Thread.contact_id == contact_id)
        .execution_options(populate_existing=True)
    )


def keep(contact_id: int, draft: str, *, seen: int) -> int | None:
    """Keep a draft over the one of revision ``seen``; its revision, or None when it was changed since.

    The same words that are there already are kept, whoever brought them: a page that is left tells them once more.
    """
    changed = db.session.execute(
        update(Thread)
        .where(Thread.contact_id == contact_id, Thread.revision == seen)
        .values(draft=draft, revision=seen + 1)
    )
    if rows_changed(changed):
        return seen + 1
    same = select(Thread.revision).where(Thread.contact_id == contact_id, Thread.draft == draft)
    return db.session.scalar(same)


def take_to_send(contact_id: int, key: str) -> bool:
    """Use the act's key: True once, for the one who sends. The draft is a message from now on."""
    changed = db.session.execute(
        update(Thread)
        .where(Thread.contact_id == contact_id, Thread.act_key == key)
        .values(draft="", revision=Thread.revision + 1, act_key=_new_key())
    )
    return bool(rows_changed(changed))


def give_back(contact_id: int, draft: str) -> None:
    """What could not be sent is the draft again, unless another one was begun meanwhile."""
    db.session.execute(
        update(Thread)
        .where(Thread.contact_id == contact_id, Thread.draft == "")
        .values(draft=draft, revision=Thread.revision + 1)
    )


def empty(contacts: ColumnElement[bool]) -> None:
    """Forget what was begun for these contacts (retention)."""
    theirs = select(Contact.id).where(contacts)
    db.session.execute(
        update(Thread)
        .where(Thread.contact_id.in_(theirs), Thread.draft != "")
        .values(draft="")
        .execution_options(synchronize_session=False)
    )
