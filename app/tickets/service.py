"""The life of a contact: opened, attached to a person, qualified, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, delete, insert, null, or_, select, update

from app.accounts import journal
from app.alerts import service as alerts
from app.dossiers import callers, free_text
from app.dossiers import store as dossiers
from app.dossiers.models import Dossier
from app.dossiers.screening import health
from app.dossiers.vocabulary import PhoneOwner
from app.foundation import belonging, edits
from app.foundation.belonging import Need
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.tickets import holding, store
from app.tickets.models import Channel, Contact, ContactPerson, Direction, Outcome
from app.tickets.qualifying import bar_form
from app.tickets.qualifying.qualification import (
    Draft,
    Form,
    Qualification,
    Refused,
    choices,
    judge,
    judge_draft,
)
from app.tickets.reasons import CallerRole, Reason, Suggestion, suggest

UNDO_FOR = timedelta(seconds=30)  # five on the screen, and a slow network


def open_contact(
    *,
    channel: Channel,
    direction: Direction,
    number: str | None,
    now: datetime,
    agent_id: int | None = None,
    provider_sid: str | None = None,
) -> Contact:
    """A new contact inside the caller's transaction.

    ``number`` is what the carrier sent. When exactly one person has it, she and her most relevant
    dossier are attached at once; with several or none the agent chooses.
    """
    contact_id = insert_contact(
        channel=channel,
        direction=direction,
        e164=phone_numbers.stored(number),
        now=now,
        agent_id=agent_id,
        provider_sid=provider_sid,
    )
    return db.session.get_one(Contact, contact_id)


_CONTACTS = cast(Table, Contact.__table__)
# Of each call: prepared once.
_NEW_CONTACT = insert(_CONTACTS).returning(_CONTACTS.c.id)


def insert_contact(
    *,
    channel: Channel,
    direction: Direction,
    e164: str | None,
    now: datetime,
    agent_id: int | None = None,
    provider_sid: str | None = None,
) -> int:
    """As ``open_contact``, for a number already in E.164 form; the id alone, in few statements."""
    person_id = callers.sole_person(e164)
    values = {
        "channel": channel,
        "direction": direction,
        "caller_number": e164,
        "agent_id": agent_id,
        "provider_sid": provider_sid,
        "opened_at": now,
        "reason": Reason.UNQUALIFIED,
        "note": "",
        "person_id": person_id,
        "dossier_id": callers.most_relevant_dossier(person_id) if person_id else None,
    }
    return int(db.session.execute(_NEW_CONTACT, values).scalar_one())


def last_or_new(number: str, now: datetime) -> int:
    """The last telephone contact of a number, or a new one, inside the caller's transaction."""
    found = db.session.scalar(
        select(Contact.id)
        .where(Contact.caller_number == number, Contact.channel == Channel.PHONE)
        .order_by(Contact.opened_at.desc())
        .limit(1)
    )
    if found is not None:
        return int(found)
    return insert_contact(channel=Channel.PHONE, direction=Direction.IN, e164=number, now=now)


def assign(contact_id: int, agent_id: int) -> None:
    """Say who answered, inside the caller's transaction."""
    db.session.execute(_ANSWERED, {"contact": contact_id, "agent": agent_id})


_ANSWERED = (
    update(_CONTACTS)
    .where(_CONTACTS.c.id == bindparam("contact"))
    .values(agent_id=bindparam("agent"), outcome=null())
)


def note_transfer(contact_id: int) -> None:
    """The person was passed to another service, inside the caller's transaction; whoever of us
    takes her back undoes it (``assign``)."""
    db.session.execute(
        update(Contact).where(Contact.id == contact_id).values(outcome=Outcome.TRANSFERRED)
    )


def close_contact(contact_id: int, *, now: datetime) -> bool:
    """End a contact inside the caller's transaction; False when it was closed already."""
    return bool(rows_changed(db.session.execute(_CLOSED, {"contact": contact_id, "at": now})))


_CLOSED = (
    update(_CONTACTS)
    .where(_CONTACTS.c.id == bindparam("contact"), _CONTACTS.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"))
)


def reopen_contact(contact_id: int) -> None:
    """The conversation goes on (the line had dropped), inside the caller's transaction."""
    db.session.execute(update(Contact).where(Contact.id == contact_id).values(closed_at=None))


def note_scripts(contact_id: int, used: Sequence[Suggestion]) -> None:
    """Keep what the scripts used so far say of a contact, inside the caller's transaction.

    ``used``: one entry a script, in order of use; none: what was kept is forgotten.
    """
    found = suggest(used)
    db.session.execute(
        update(Contact)
        .where(Contact.id == contact_id)
        .values(suggested_reason=found.reason, digital_seen=found.digital)
    )


def attach(
    contact_id: int,
    *,
    person_id: int,
    dossier_id: int | None,
    agent_id: int,
    now: datetime,
    seen: str = "",
) -> Contact:
    """Say whom a contact is about. Without a dossier, the person's most relevant one is taken.

    Raises NotFound for an unknown person, InvalidInput for a dossier of somebody else, Conflict when
    somebody else chose meanwhile (``seen``: whom the page showed, as ``about_of`` says it).
    """
    with unit_of_work():
        if dossier_id is None:
            dossier_id = callers.most_relevant_dossier(person_id)
        elif db.session.scalar(select(Dossier.person_id).where(Dossier.id == dossier_id)) != (
            person_id
        ):
            raise InvalidInput("Ce dossier n'est pas celui de cette personne.")
        dossiers.person(person_id)
        contact = as_seen(contact_id, seen)
        if (contact.person_id, contact.dossier_id) != (person_id, dossier_id):
            if contact.person_id != person_id:
                _ask_again(contact)
            contact.person_id, contact.dossier_id = person_id, dossier_id
            alerts.follow(contact_id, person_id=person_id, dossier_id=dossier_id, now=now)
            journal.record(
                "attach",
                f"contact:{contact_id}",
                agent_id=agent_id,
                now=now,
                detail={"person": person_id, "dossier": dossier_id},
            )
    return contact


def detach(contact_id: int, *, agent_id: int, now: datetime, seen: str = "") -> Contact:
    """« Ce n'est pas cette personne » : forget whom the contact is about, and choose again.

    All else of it stays: its messages, what was chosen in the bar, the note.
    """
    with unit_of_work():
        contact = as_seen(contact_id, seen)
        if contact.person_id is not None:
            mistaken = ContactPerson.person_id == contact.person_id
            db.session.execute(
                delete(ContactPerson).where(ContactPerson.contact_id == contact_id, mistaken)
            )
            contact.person_id = contact.dossier_id = None
            _ask_again(contact)
            alerts.follow(contact_id, person_id=None, dossier_id=None, now=now)
            journal.record("detach", f"contact:{contact_id}", agent_id=agent_id, now=now)
    return contact


def _ask_again(contact: Contact) -> None:
    """Another person: who they are, and on what ground somebody speaks for them, is to be asked again."""
    contact.identity_at = contact.identity_by_id = None
    contact.basis = contact.basis_by_id = None


def about_of(contact: Contact) -> str:
    """Whom a contact is about, in short: what a page carries of what it shows."""
    return f"{contact.person_id or 0}.{contact.dossier_id or 0}"


def as_seen(contact_id: int, seen: str) -> Contact:
    """A contact, kept from others until the commit. Raises Conflict when it is not about whom the
    page showed any more."""
    db.session.execute(select(Contact.id).where(Contact.id == contact_id).with_for_update())
    contact = store.contact(contact_id)
    if seen and seen != about_of(contact):
        raise Conflict(
            "Quelqu'un d'autre vient de dire de qui il s'agit.",
            kept="Son choix est gardé, il est à l'écran.",
            todo="Regardez-le, puis recommencez s'il ne va pas.",
        )
    return contact


def likely_role(contact: Contact) -> CallerRole | None:
    """Who is probably calling, by the number alone: an organisme's, or the person's own telephone.

    None when the number says nothing (hidden, unknown, shared, a helper's): it is then not guessed.
    """
    if callers.organisation_for_number(contact.caller_number):
        return CallerRole.FORMATEUR
    if contact.person_id is None or contact.caller_number is None:
        return None
    own = callers.owner_of_number(contact.person_id, contact.caller_number) is PhoneOwner.OWN
    return CallerRole.STAGIAIRE if own else None


def qualify(
    contact_id: int,
    form: Form,
    *,
    agent_id: int,
    role: str,
    now: datetime,
    locale: str,
    seen: str | None = None,
) -> Qualification | Refused:
    """Store why the person called. The same form twice (double click) changes nothing more.

    Only the agent of the contact, or a manager, may say it (Forbidden). A refused form is given
    back with what is wrong; nothing is stored. ``seen`` is what the form had shown (None: no form):
    raises StaleEdit when somebody else qualified the contact meanwhile.
    """
    judged = judge(form, locale, in_danger=_in_danger(contact_id, form.note))
    if isinstance(judged, Refused):
        return judged
    with unit_of_work():
        contact = as_seen(contact_id, "")
        if watched(contact, agent_id, role):
            raise Forbidden(
                "Ce contact est suivi par quelqu'un d'autre.", kept="Rien n'a été changé."
            )
        if _already(contact, judged):
            return judged
        if seen is not None:
            edits.refuse_stale(seen, bar_form.qualified_form(contact), bar_form.texts(form))
        suggested = bar_form.suggestion_for(contact, now).reason
        _store(contact, judged, agent_id, now)
        contact.suggested_reason = contact.suggested_reason or suggested
        contact.suggested_role = likely_role(contact)
        journal.record(
            "qualify",
            f"contact:{contact_id}",
            agent_id=agent_id,
            now=now,
            detail={"reason": judged.reason, "digital": judged.digital_declared},
        )
    return judged


def keep_draft(
    contact_id: int,
    note: str | None,
    chosen: Mapping[str, object] | None = None,
    *,
    agent_id: int,
    role: str,
    locale: str,
) -> Draft:
    """Keep what is being written and chosen in the bar with the contact: it travels with the call,
    and whoever the contact is found to be about.

    It is no qualification: the contact stays without a reason. ``note`` None: it was not touched.
    Secrets are taken out rather than refused, nobody waits for a note while a call is passed on.
    Once the contact is qualified, or somebody else's, nothing is kept.
    """
    draft = judge_draft(note, locale, in_danger=_in_danger(contact_id, note or ""))
    picked = choices(chosen or {})
    with unit_of_work():
        held = db.session.scalar(
            select(Contact)
            .where(
                Contact.id == contact_id,
                Contact.qualified_at.is_(None),
                or_(Contact.agent_id.is_(None), Contact.agent_id == agent_id),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if held is None or watched(held, agent_id, role):
            return draft
        if draft.note is not None:
            held.note = draft.note
        if picked:
            held.draft = {**(held.draft or {}), **picked}
    return replace(draft, kept=True)


def _in_danger(contact_id: int, note: str) -> bool:
    """Does a note speak of somebody's health, in a contact for which an alert was raised? Then it may."""
    return health.told(note[: free_text.KEPT_LONGEST]) and alerts.raised_about(contact_id)


def watched(contact: Contact, agent_id: int, role: str) -> bool:
    """Is it for somebody else to qualify? The one who looks (a colleague consulted, or at whose
    desk a transfer rings) reads the note and does not write."""
    return not belonging.may(Need.QUALIFY, agent_id, role, holding.held(contact))


def _already(contact: Contact, judged: Qualification) -> bool:
    return contact.qualified_at is not None and judged == Qualification(
        reason=contact.reason,
        caller_role=contact.caller_role,
        digital_declared=contact.digital_declared,
        digital_kind=contact.digital_kind,
        note=contact.note,
        follow_up_on=contact.follow_up_on,
    )


def _store(contact: Contact, judged: Qualification, agent_id: int, now: datetime) -> None:
    contact.reason = judged.reason
    if contact.caller_role != judged.caller_role:
        contact.caller_role = judged.caller_role
        contact.caller_role_by_id = agent_id if judged.caller_role is not None else None
    said = (judged.digital_declared, judged.digital_kind)
    if (contact.digital_declared, contact.digital_kind) != said:
        contact.digital_declared, contact.digital_kind = said
        contact.digital_by_id = agent_id if judged.digital_declared is not None else None
    contact.note = judged.note
    contact.follow_up_on = judged.follow_up_on
    contact.draft = None
    contact.qualified_at = now
    contact.qualified_by_id = agent_id
    if contact.agent_id is None:
        contact.agent_id = agent_id


def unqualify(contact_id: int, *, agent_id: int, now: datetime) -> bool:
    """Take back a qualification that this agent has stored an instant ago, inside the caller's transaction.

    What was said becomes what is chosen and not confirmed yet. False when there is nothing to take back.
    """
    contact = as_seen(contact_id, "")
    at = contact.qualified_at
    if at is None or contact.qualified_by_id != agent_id or now - at > UNDO_FOR:
        return False
    said = bar_form.stored_form(contact)
    contact.draft = choices(bar_form.texts(said))
    contact.reason = Reason.UNQUALIFIED
    contact.caller_role = contact.caller_role_by_id = None
    contact.digital_kind = contact.digital_declared = contact.digital_by_id = None
    contact.follow_up_on = None
    contact.qualified_at = contact.qualified_by_id = None
    journal.record("unqualify", f"contact:{contact_id}", agent_id=agent_id, now=now)
    return True
