"""Messages that callers leave, with their consent. Off by default; conversations are not recorded.

The sound stays at the provider: we ask for it when somebody of the staff listens (journaled), and
have it erased there when retention says so.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.accounts import journal
from app.calls.call import store
from app.calls.call.life.record import Outcome
from app.calls.call.models import Call, Voicemail
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import NotFound, PermanenceError
from app.foundation.extensions import db
from app.foundation.wiring import ports, settings
from app.tickets import service as tickets
from app.tickets.models import Channel, Direction
from app.tickets.written import messages
from app.tickets.written.messages import Written

log = logging.getLogger(__name__)

SHORTEST_S = 2  # a click and a breath are no message


def is_empty(seconds: int | None) -> bool:
    """Does the provider say that nothing was recorded? (When it does not say: no.)"""
    return seconds is not None and seconds < SHORTEST_S


def receive(leg_sid: str, recording_sid: str, duration_s: int, now: datetime) -> bool:
    """A recording is ready: it becomes a contact that somebody listens to. Twice: one contact.

    False when it is none that we asked for, or holds nothing: it is erased at the provider.
    """
    call = store.by_caller_sid(leg_sid)
    if call is None or not _asked_for(call) or duration_s < SHORTEST_S:
        log.warning("a recording that nobody asked for, or an empty one, is erased")
        _erase(recording_sid)
        return False
    try:
        with unit_of_work():
            contact_id = tickets.insert_contact(
                channel=Channel.VOICEMAIL,
                direction=Direction.IN,
                e164=call.number,
                now=now,
                provider_sid=recording_sid,
            )
            heard = Written(Channel.VOICEMAIL, "", now, call.number, key=recording_sid)
            messages.keep(contact_id, heard)
            db.session.add(
                Voicemail(
                    call_id=call.id,
                    contact_id=contact_id,
                    recording_sid=recording_sid,
                    duration_s=duration_s,
                    received_at=now,
                )
            )
    except IntegrityError:
        return True  # told twice
    return True


def _asked_for(call: Call) -> bool:
    """Only callers of the closed line are ever asked for a message; no conversation is recorded."""
    return call.outcome == Outcome.CLOSED and not store.is_outbound(call)


def of_contact(contact_id: int) -> Voicemail | None:
    """The message of a contact, if it came as one."""
    return db.session.scalar(select(Voicemail).where(Voicemail.contact_id == contact_id))


def sound(voicemail_id: int, *, agent_id: int, now: datetime) -> bytes:
    """The message's sound, for one of the staff; who heard it is journaled.

    Raises NotFound when it was erased, Unavailable when the provider does not answer.
    """
    message = _message(voicemail_id)
    recording_sid = message.recording_sid
    release_connection()
    content = ports().telephony.recording(recording_sid)
    with unit_of_work():
        db.session.execute(
            update(Voicemail)
            .where(Voicemail.id == voicemail_id, Voicemail.heard_at.is_(None))
            .values(heard_at=now, heard_by_id=agent_id)
        )
        journal.record("voicemail_heard", f"voicemail:{voicemail_id}", agent_id=agent_id, now=now)
    return content


def _message(voicemail_id: int) -> Voicemail:
    message = db.session.get(Voicemail, voicemail_id)
    if message is None:
        raise NotFound("Ce message n'existe pas.")
    if message.deleted_at is not None:
        raise NotFound("Ce message a été effacé.", kept="Le contact, lui, est gardé.")
    return message


def delete(voicemail_id: int, *, agent_id: int, now: datetime) -> None:
    """Erase a message before its term. Raises Unavailable when the provider does not answer."""
    recording_sid = _message(voicemail_id).recording_sid
    release_connection()
    ports().telephony.delete_recording(recording_sid)
    with unit_of_work():
        _mark_deleted([voicemail_id], now)
        journal.record("voicemail_deleted", f"voicemail:{voicemail_id}", agent_id=agent_id, now=now)


def past_term(now: datetime) -> list[tuple[int, str]]:
    """(id, recording) of the messages whose sound must go."""
    limit = now - timedelta(days=settings().voicemail_days)
    rows = db.session.execute(
        select(Voicemail.id, Voicemail.recording_sid).where(
            Voicemail.received_at < limit, Voicemail.deleted_at.is_(None)
        )
    )
    return [(row.id, row.recording_sid) for row in rows]


def erase_old(now: datetime) -> int:
    """Erase at the provider what is past its term; how many. The others wait for tomorrow."""
    old = past_term(now)
    release_connection()
    erased = [voicemail_id for voicemail_id, sid in old if _erase(sid)]
    if erased:
        with unit_of_work():
            _mark_deleted(erased, now)
    return len(erased)


def _mark_deleted(ids: list[int], now: datetime) -> None:
    db.session.execute(update(Voicemail).where(Voicemail.id.in_(ids)).values(deleted_at=now))


def _erase(recording_sid: str) -> bool:
    release_connection()
    try:
        ports().telephony.delete_recording(recording_sid)
    except PermanenceError as error:
        log.error("a recording was not erased at the provider: %s", error.code)
        return False
    return True
