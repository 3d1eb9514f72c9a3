"""Forgetting: what personal data is erased, and when. Figures stay, persons go.

``python -m flask --app app.factory retention --dry-run`` says what would be erased.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from app.accounts import journal, sessions
from app.accounts.signing_in import guessing, passkeys
from app.administration import invitations
from app.administration.privacy import erasing, terms
from app.calls.call import voicemail
from app.dossiers.feeds import service as feeds
from app.dossiers.mandates import service as mandates
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.tickets.consents import service as consents
from app.tickets.models import Contact, Message
from app.tickets.written import messages, threads
from app.web.acts import store as acts

KEEP_CONTACT_DETAILS = terms.YEAR


def run(*, now: datetime, dry_run: bool) -> dict[str, int]:
    """Erase what is past its term, kind by kind (``privacy.terms``); how many rows of each (would) change.

    Voice messages go first, at the provider, which takes no transaction of ours; one that it would
    not erase is tried again the next night.
    """
    limit = now - KEEP_CONTACT_DETAILS
    counts = {
        **terms.counts(now),
        "messages": _messages(limit),
        "consents": consents.count_old(limit),
        "mandates": mandates.count_old(limit),
        "voice_messages": len(voicemail.past_term(now)),
        **feeds.forget_old(now, dry_run=True),
        "persons": len(erasing.past_term(now)),
    }
    if dry_run:
        return counts
    counts["voice_messages"] = voicemail.erase_old(now)
    counts["persons"] = erasing.erase_past_term(now)
    with unit_of_work():
        threads.empty(Contact.opened_at < limit)
        for term in terms.TERMS:
            terms.empty(term, now)
        consents.forget_old(limit)
        mandates.forget_old(limit)
        messages.erase(messages.old(limit), now)
        guessing.forget_old(now=now)
        sessions.forget_old(now=now)
        invitations.forget_old(now=now)
        passkeys.forget_old(now=now)
        acts.forget_old(now=now)
        feeds.forget_old(now, dry_run=False)
        db.session.expire_all()
        journal.record("retention", "contacts:old", agent_id=None, now=now, detail=counts)
    return counts


def _messages(limit: datetime) -> int:
    query = select(func.count()).select_from(Message).where(messages.old(limit))
    return int(db.session.scalar(query) or 0)
