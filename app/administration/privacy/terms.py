# ruff: noqa: E501 (a table)
"""How long each text about a person is kept: one table of all of them, which a test holds against the schema.

Texts that people wrote, numbers and addresses have a term of their own (``TERMS``), or live as long as the person
(``WITH_PERSON``: five years after the last contact and the last step, ``erasing``), or are emptied by what keeps
them (``ELSEWHERE``). ``NOBODY`` says of the other tables why they hold nothing of a person. Codes, dates, amounts
stay: they are the figures of the service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from app.dossiers.vocabulary import CLOSED
from app.foundation.database.sealed import Sealed
from app.foundation.extensions import db

YEAR = timedelta(
    days=365
)  # of call-backs and disputes; the daily figures need neither number nor note
OF_THE_SERVICE = (
    3 * YEAR
)  # what the team wrote of the Portal and of its rules, once it holds no more
GONE = "—"  # where the database wants a word

Only = Callable[[Table, datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Term:
    """Texts of one table that go together: ``after`` so long since the first of the dates ``since`` that is set.

    A row without any of them is still in use. ``gone``: what is left in a column that may not be empty;
    ``removed``: the row itself goes; ``only``: of these rows alone, given the table and the limit.
    """

    kind: str
    table: str
    columns: tuple[str, ...]
    since: tuple[str, ...]
    after: timedelta = YEAR
    gone: Mapping[str, str] = field(default_factory=dict)
    removed: bool = False
    only: Only | None = None


def _of_closed_consultations(table: Table, _limit: datetime) -> ColumnElement[bool]:
    asked = db.metadata.tables["consultations"]
    over = asked.c.state.in_(("answered", "ruled", "withdrawn"))
    if table is asked:
        return over
    return table.c.consultation_id.in_(select(asked.c.id).where(over))


def _of_closed_dossiers(table: Table, limit: datetime) -> ColumnElement[bool]:
    """Those whose dossier was paid or refused so long ago."""
    dossiers = db.metadata.tables["dossiers"]
    step = func.coalesce(dossiers.c.paid_on, dossiers.c.decided_on)
    over = select(dossiers.c.id).where(
        dossiers.c.inside.in_(CLOSED), or_(step.is_(None), step < limit.date())
    )
    return table.c.dossier_id.in_(over)


def _that_hold_no_more(table: Table, limit: datetime) -> ColumnElement[bool]:
    return or_(table.c.state.in_(("refused", "replaced")), table.c.valid_until < limit.date())


def _of_withdrawn_notes(table: Table, limit: datetime) -> ColumnElement[bool]:
    notes = db.metadata.tables["bulletin_notes"]
    return table.c.note_id.in_(select(notes.c.id).where(notes.c.withdrawn_at < limit))


def _with_a_number(table: Table, _limit: datetime) -> ColumnElement[bool]:
    return table.c.whom.like("+%")


TERMS = (
    Term("alert_places", "alerts", ("place",), ("closed_at",)),
    Term("call_numbers", "calls", ("number", "typed_number"), ("received_at",)),
    Term("party_numbers", "call_parties", ("number", "label"), ("asked_at",)),
    Term("contact_details", "contacts", ("caller_number", "note", "draft"), ("opened_at",)),
    Term("callback_numbers", "callbacks", ("number",), ("closed_at",)),
    Term("promise_texts", "promises", ("reason", "outcome_reason", "service", "waits_for"), ("ended_at",), gone={"outcome_reason": GONE}),
    Term("consultation_texts", "consultations", ("question", "decision"), ("decided_at", "due_at"), gone={"question": GONE, "decision": GONE}, only=_of_closed_consultations),
    Term("consultation_words", "consultation_words", ("text", "evidence"), ("at",), gone={"text": GONE}, only=_of_closed_consultations),
    Term("annotations", "annotations", ("text",), ("created_at",), removed=True, only=_of_closed_dossiers),
    Term("priority_reasons", "priority_flags", ("reason",), ("done_at",), gone={"reason": GONE}),
    Term("urgency_reasons", "payment_urgencies", ("reason",), ("decided_at",), gone={"reason": GONE}),
    Term("booking_names", "place_bookings", ("welcomed_by",), ("at",)),
    Term("mail_addresses", "mails", ("to_address", "subject", "refusal"), ("created_at",)),
    Term("portal_keys", "portal_links", ("step1_address", "step2_address"), ("expires_at",)),
    Term("notice_numbers", "incident_notices", ("whom",), ("at",), only=_with_a_number),
    Term("former_details", "person_changes", ("before", "after"), ("at",), removed=True),
    Term("screen_reports", "screen_reports", ("seen",), ("handled_at",)),
    Term("incident_texts", "incidents", ("title", "workaround"), ("closed_at",), OF_THE_SERVICE),
    Term("register_texts", "training_exceptions", ("required", "handling", "decision"), ("decided_at",), OF_THE_SERVICE, gone={"required": GONE, "handling": GONE}, only=_that_hold_no_more),
    Term("bulletin_texts", "bulletin_notes", ("title", "text"), ("withdrawn_at",), OF_THE_SERVICE, gone={"title": GONE, "text": GONE}),
    Term("bulletin_reads", "bulletin_reads", (), ("read_at",), OF_THE_SERVICE, removed=True, only=_of_withdrawn_notes),
)  # fmt: skip

# Emptied by what keeps them, at a term of their own: the module that does.
ELSEWHERE: Mapping[str, str] = {
    "messages": "app.tickets.written.messages",
    "mandates": "app.dossiers.mandates.service",
    "consents": "app.tickets.consents.service",
    "threads": "app.tickets.written.threads",
    "voicemails": "app.calls.call.voicemail",
    "feed_parts": "app.dossiers.feeds.service",
    "feed_refusals": "app.dossiers.feeds.service",
    "feed_runs": "app.dossiers.feeds.service",
    "staff_sessions": "app.accounts.sessions",
    "sign_in_tries": "app.accounts.signing_in.guessing",
    "invitations": "app.administration.invitations",
    "answered_challenges": "app.accounts.signing_in.passkeys",
    "acts": "app.web.acts.store",
}

# What is known of a person and of her dossiers: as long as she is, then erased with her (``erasing``).
WITH_PERSON: Mapping[str, tuple[str, ...]] = {
    "persons": (
        "first_name", "last_name", "search_name", "email", "address", "language", "helper", "helper_relation",
        "helper_phone", "nir_masked",
    ),
    "person_phones": ("e164",),
    "person_nirs": ("nir",),
    "person_tokens": ("words",),
    "dossiers": ("reference", "rejection_evidence", "iban_masked"),
    "dossier_ibans": ("iban", "payee"),
    "pieces": ("message", "third_party"),
    "portal_events": ("data",),
    "portal_commands": ("reason",),
    "merges": ("kind", "gone_last", "gone_first", "steps"),
    "duplicate_pairs": ("reasons",),
    "feed_keys": ("kind", "source", "key", "sent"),
    "person_changes": ("field",),
    "guided_phones": ("token_hash", "code", "way", "language", "phone_hash"),
}  # fmt: skip

# Tables whose texts are of no caller, and why.
NOBODY: Mapping[str, str] = {
    "agents": "the staff: as long as the account; a closed one keeps its name beside what it did",
    "identity_links": "the staff's sign-in",
    "passkeys": "the staff's sign-in",
    "recovery_codes": "the staff's sign-in",
    "totp_secrets": "the staff's sign-in",
    "sign_in_rules": "a setting",
    "saved_views": "an agent's own, gone with the account; a search by name is kept in none",
    "presences": "codes",
    "connections": "of the moment",
    "beats": "of the moment",
    "lines": "settings",
    "queues": "settings",
    "announcement_sounds": "settings",
    "promise_rules": "settings",
    "report_targets": "settings",
    "say_rules": "a rule of the service, and its source",
    "directory_entries": "services, not persons",
    "organisations": "training centres",
    "payment_days_off": "a calendar",
    "places": "a public file",
    "communes": "a public file",
    "incident_words": "the service's own word to all, gone once it has left",
    "colleague_groups": "a setting: names of groups of the staff",
    "script_drafts": "scripts",
    "script_publications": "scripts",
    "script_reviews": "scripts, and who reviewed them",
    "script_versions": "scripts",
    "journal": "no personal text (``accounts.journal``); kept whole, chained",
    "journal_checks": "digests",
    "owed_steps": "codes, ids and instants",
    "search_words": "words of the whole index, of nobody by themselves",
    "feed_tokens": "keys of programs",
    "portal_news": "ids of events",
    "provider_link": "of the moment",
}


# Codes in columns of texts, of tables above that also hold words.
CODES: Mapping[str, frozenset[str]] = {
    "screen_reports": frozenset({"script_id", "step_id"}),
    "training_exceptions": frozenset({"training", "path", "scripts"}),
}


def table_of(term: Term) -> Table:
    """Its table."""
    return db.metadata.tables[term.table]


def past(term: Term, now: datetime) -> ColumnElement[bool]:
    """The rows whose texts are past their term, and still there."""
    table, limit = table_of(term), now - term.after
    dates = [table.c[name] for name in term.since]
    old = (func.coalesce(*dates) if len(dates) > 1 else dates[0]) < limit
    rows = [old] if term.only is None else [old, term.only(table, limit)]
    if not term.removed:
        rows.append(or_(*(_there(table.c[name], term.gone.get(name, "")) for name in term.columns)))
    return and_(*rows)


def _there(column: Any, gone: str) -> ColumnElement[bool]:
    """Is something written in it?"""
    if isinstance(column.type, JSON):
        return func.coalesce(cast(column, Text), "{}").not_in(("{}", "null"))
    if isinstance(column.type, Sealed):
        return column.is_not(None)
    return func.coalesce(column, "").not_in(("", gone))


def count(term: Term, now: datetime) -> int:
    """How many rows would be emptied, or removed."""
    query = select(func.count()).select_from(table_of(term)).where(past(term, now))
    return db.session.connection().execute(query).scalar_one()


def counts(now: datetime) -> dict[str, int]:
    """How many rows of each kind are past their term."""
    return {term.kind: count(term, now) for term in TERMS}


def empty(term: Term, now: datetime) -> None:
    """Empty them, or remove them, inside the caller's transaction."""
    table, connection = table_of(term), db.session.connection()
    if term.removed:
        connection.execute(delete(table).where(past(term, now)))
        return
    values = {name: _blank(table, name, term.gone.get(name, "")) for name in term.columns}
    connection.execute(update(table).where(past(term, now)).values(values))


def _blank(table: Table, name: str, gone: str) -> Any:
    column = table.c[name]
    if (
        table.name == "incident_notices"
    ):  # it tells two people apart: the contact does, without a number
        return literal("contact:") + cast(table.c.contact_id, Text)
    if isinstance(column.type, JSON):
        return {}
    if column.nullable:
        return None
    return case((column == "", ""), else_=gone) if gone else ""
