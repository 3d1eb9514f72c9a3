"""What the bar shows of a contact: what is stored, else what is suggested, and over it what was begun."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from app.dossiers import store as dossiers
from app.dossiers.troubles.likely import likely_trouble
from app.tickets.models import Contact, Outcome
from app.tickets.qualifying.qualification import NO_TROUBLE, Form, choices, preset
from app.tickets.reasons import DigitalKind, Reason, Suggestion, suggest


def suggestion_for(contact: Contact, now: datetime) -> Suggestion:
    """What to suggest: the transfer, else the scripts used, else the dossier's likely trouble."""
    if contact.outcome is Outcome.TRANSFERRED:
        return Suggestion(Reason.TRANSFER, contact.digital_seen)
    if contact.suggested_reason is not None:
        return Suggestion(contact.suggested_reason, contact.digital_seen)
    trouble = None
    if contact.dossier_id is not None:
        found = dossiers.dossier(contact.dossier_id)
        trouble = likely_trouble(dossiers.facts_of(found), now, "fr")
    return suggest([], trouble.code if trouble else None)


def qualified_form(contact: Contact) -> dict[str, str]:
    """What the bar carries of what is stored: nothing until the contact is qualified (a note begun, a
    choice kept are this agent's own)."""
    return {} if contact.qualified_at is None else texts(stored_form(contact))


def texts(form: Form) -> dict[str, str]:
    """A form as the page carries it."""
    values = asdict(form)
    values.pop("digital")  # said by the kind
    return values


_NO_KIND = {None: "", False: NO_TROUBLE, True: DigitalKind.OTHER.value}


def form_of(contact: Contact, now: datetime) -> Form:
    """What the bar shows: what was already said, else the reason suggested, and over it what was
    chosen and the note begun."""
    if contact.qualified_at is None:
        form = replace(preset(suggestion_for(contact, now)), caller_role=contact.caller_role or "")
        return replace(form, note=contact.note, **choices(contact.draft or {}))
    return stored_form(contact)


def stored_form(contact: Contact) -> Form:
    """What is stored of a contact that was qualified."""
    return Form(
        reason=contact.reason,
        caller_role=contact.caller_role or "",
        digital_kind=contact.digital_kind or _NO_KIND[contact.digital_declared],
        note=contact.note,
        follow_up_on=contact.follow_up_on.isoformat() if contact.follow_up_on else "",
    )
