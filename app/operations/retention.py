"""Forgetting: what personal data is erased, and when. Figures stay, persons go.

``python -m flask --app app.factory retention --dry-run`` says what would be erased.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from app.accounts import journal, sessions
from app.accounts.signing_in import guessing, passkeys
from app.administration import invitations
from app.administration.privacy import erasing
from app.alerts.models import Alert
from app.calls.call import voicemail
from app.calls.call.models import Call
from app.dossiers.feeds import service as feeds
from app.dossiers.mandates import service as mandates
from app.dossiers.models import PersonChange
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.tickets import messages, threads
from app.tickets.consents import service as consents
from app.tickets.models import CallBack, CallBackState, Contact, Message
from app.web.acts import store as acts

# A year of call-backs and disputes; the daily figures need neither number nor note.
KEEP_CONTACT_DETAILS = timedelta(days=365)


def run(*, now: datetime, dry_run: bool) -> dict[str, int]:
    """Erase numbers, notes and messages older than their term; how many rows of each (would) change.

    Voice messages go first, at the provider, which takes no transaction of ours; one that it would
    not erase is tried again the next night.
    """
    limit = now - KEEP_CONTACT_DETAILS
    calls = (Call.received_at < limit) & or_(
        Call.number.is_not(None), Call.typed_number.is_not(None)
    )
    callbacks = (
        (CallBack.state != CallBackState.OPEN)
        & (CallBack.closed_at < limit)
        & CallBack.number.is_not(None)
    )
    contacts = (Contact.opened_at < limit) & or_(
        Contact.caller_number.is_not(None), Contact.note != ""
    )
    corrections = PersonChange.at < limit
    places = (Alert.closed_at < limit) & (Alert.place != "")
    counts = {
        "alert_places": _count(Alert, places),
        "call_numbers": _count(Call, calls),
        "contact_details": _count(Contact, contacts),
        "callback_numbers": _count(CallBack, callbacks),
        "messages": _count(Message, messages.old(limit)),
        "consents": consents.count_old(limit),
        "mandates": mandates.count_old(limit),
        "former_details": _count(PersonChange, corrections),
        "voice_messages": len(voicemail.past_term(now)),
        **feeds.forget_old(now, dry_run=True),
        "persons": len(erasing.past_term(now)),
    }
    if dry_run:
        return counts
    counts["voice_messages"] = voicemail.erase_old(now)
    counts["persons"] = erasing.erase_past_term(now)
    with unit_of_work():
        db.session.execute(update(Call).where(calls).values(number=None, typed_number=None))
        consents.forget_old(limit)
        mandates.forget_old(limit)
        db.session.execute(delete(PersonChange).where(corrections))
        db.session.execute(update(Alert).where(places).values(place=""))
        db.session.execute(update(CallBack).where(callbacks).values(number=None))
        threads.empty(contacts)
        db.session.execute(update(Contact).where(contacts).values(caller_number=None, note=""))
        messages.erase(messages.old(limit), now)
        guessing.forget_old(now=now)
        sessions.forget_old(now=now)
        invitations.forget_old(now=now)
        passkeys.forget_old(now=now)
        acts.forget_old(now=now)
        feeds.forget_old(now, dry_run=False)
        journal.record("retention", "contacts:old", agent_id=None, now=now, detail=counts)
    return counts


def _count(model: type, condition: object) -> int:
    return int(
        db.session.scalar(select(func.count()).select_from(model).where(condition)) or 0  # type: ignore[arg-type]
    )
