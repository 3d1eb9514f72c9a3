"""Years of work in a moment: many rows of all that accumulates, about one person, one dossier, one agent.

Everything is put where it hurts most: same number, same dossier, same day. Pages that stand this stand
an ordinary history (tests/test_growth.py).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from app.accounts.models import JournalEntry, SignInTry, StaffSession
from app.alerts.models import Alert, AlertKind, AlertOutcome
from app.assist import loader
from app.assist.models import Mail, PortalLink, ScriptAct, ScriptRun, ScriptRunStep, ScriptVersion
from app.calls.call.models import Call, CallEvent, CallParty, CallSegment, Voicemail
from app.calls.directory.models import DirectoryEntry
from app.calls.provider.models import Drift
from app.calls.provider.reconciliation import DriftKind
from app.dossiers.models import (
    Annotation,
    Dossier,
    PersonChange,
    PortalEvent,
    PriorityFlag,
)
from app.dossiers.vocabulary import PortalEventKind
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.queue.models import Deadline
from app.tickets.delivery import Delivery
from app.tickets.models import (
    Author,
    CallBack,
    CallBackSource,
    CallBackState,
    Channel,
    Contact,
    Direction,
    Message,
)
from app.tickets.reasons import Reason

_numbers = itertools.count(1)


@dataclass
class About:
    """Whom and what the rows are about."""

    agent_id: int
    person_id: int
    dossier_id: int
    contact_id: int
    line_id: int
    number: str


def grow(about: About, count: int) -> None:
    """Add ``count`` rows of each kind, all of them over and done with, today and before."""
    version = ScriptVersion(
        script_id="S02", version=next(_numbers), content_hash=f"{next(_numbers):064d}",
        source=(loader.SCRIPTS_DIR / "S02.yaml").read_text("utf-8"),
        first_used_at=clock.now(),
    )  # fmt: skip
    with unit_of_work():
        db.session.add(version)
        db.session.flush()
        _about_the_contact(about, count, version.id)
        _about_the_dossier(about, count, version.id)
        contacts = _contacts(about, count)
        _calls(about, contacts)
        _of_the_house(about, count)


def _rows(model: type, rows: list[dict[str, Any]], *, ids: bool = False) -> list[int]:
    if not ids:
        db.session.execute(insert(model), rows)
        return []
    return list(db.session.scalars(insert(model).returning(model.id), rows))  # type: ignore[attr-defined]


def _contacts(about: About, count: int) -> list[int]:
    now = clock.now()
    rows = [
        {
            "channel": Channel.PHONE if n % 2 else Channel.SMS,
            "direction": Direction.IN,
            "caller_number": about.number,
            "person_id": about.person_id,
            "dossier_id": about.dossier_id,
            "agent_id": about.agent_id,
            "opened_at": now - timedelta(minutes=n + 1),
            "closed_at": now - timedelta(minutes=n),
            "reason": Reason.UNQUALIFIED,
            "qualified_at": now if n % 2 else None,
            "qualified_by_id": about.agent_id if n % 2 else None,
            "note": "note",
        }
        for n in range(count)
    ]
    return _rows(Contact, rows, ids=True)


def _calls(about: About, contacts: list[int]) -> None:
    now = clock.now()
    rows = [
        {
            "ref": f"h{next(_numbers)}",
            "provider_sid": f"CAh{next(_numbers)}",
            "line_id": about.line_id,
            "contact_id": contact_id,
            "number": about.number,
            "received_at": now - timedelta(minutes=n + 1),
            "state": "ended",
            "outcome": "answered" if n % 2 else "abandoned",
            "agent_id": about.agent_id,
            "queued_at": now - timedelta(minutes=n + 1),
            "answered_at": now - timedelta(minutes=n + 1) if n % 2 else None,
            "ended_at": now - timedelta(minutes=n),
            "wrap_up_ended_at": now - timedelta(minutes=n),
        }
        for n, contact_id in enumerate(contacts)
    ]
    calls = _rows(Call, rows, ids=True)
    both = list(zip(calls, contacts, strict=True))
    at = now - timedelta(minutes=5)
    _rows(
        CallEvent,
        [
            {
                "call_id": c,
                "sequence": 1,
                "key": "received",
                "kind": "received",
                "at": at,
                "data": {},
            }
            for c in calls
        ],
    )
    _rows(
        CallSegment,
        [
            {
                "call_id": c,
                "kind": "talk",
                "agent_id": about.agent_id,
                "started_at": at,
                "ended_at": now,
            }
            for c in calls
        ],
    )
    _rows(
        CallParty,
        [
            {"call_id": c, "kind": "outside", "number": about.number, "label": "x",
             "asked_by_id": about.agent_id, "asked_at": at}
            for c in calls
        ],
    )  # fmt: skip
    _rows(
        Voicemail,
        [
            {
                "call_id": c,
                "contact_id": k,
                "recording_sid": f"REh{next(_numbers)}",
                "received_at": at,
            }
            for c, k in both
        ],
    )
    _rows(
        CallBack,
        [
            {"number": about.number, "line_id": about.line_id, "contact_id": k,
             "source": CallBackSource.AGENT, "state": CallBackState.DONE, "arrived_at": at,
             "due_at": at, "agent_id": about.agent_id, "closed_at": now}
            for k in contacts
        ],
    )  # fmt: skip
    _rows(Drift, [{"at": at, "kind": DriftKind.TALK_MISSED, "call_id": c, "leg_sid": "x",
                   "repaired": True} for c in calls])  # fmt: skip
    _rows(
        CallBack,
        [
            {"number": f"+336{next(_numbers):08d}", "line_id": about.line_id, "contact_id": k,
             "source": CallBackSource.AGENT, "arrived_at": at, "due_at": at, "agent_id": about.agent_id}
            for k in contacts
        ],
    )  # fmt: skip
    for contact_id in contacts:
        _messages(about, contact_id, 1)


def _messages(about: About, contact_id: int, count: int) -> None:
    now = clock.now()
    _rows(
        Message,
        [
            {"contact_id": contact_id, "at": now - timedelta(minutes=n), "channel": Channel.SMS,
             "direction": Direction.IN, "author": Author.PERSON, "address": about.number,
             "body": "Bonjour", "provider_key": f"h{next(_numbers)}",
             "delivery": Delivery.RECEIVED, "delivery_at": now}
            for n in range(count)
        ],
    )  # fmt: skip


def _runs(about: About, count: int, version: int, **whose: Any) -> list[int]:
    now = clock.now()
    runs = _rows(
        ScriptRun,
        [
            {"agent_id": about.agent_id, "script_id": "S02", "script_version_id": version,
             "started_at": now - timedelta(minutes=n + 2), "ended_at": now, "outcome": "done", **whose}
            for n in range(count)
        ],
        ids=True,
    )  # fmt: skip
    for model, row in (
        (ScriptRunStep, {"position": 0, "step_id": "date", "entered_at": now}),
        (ScriptAct, {"agent_id": about.agent_id, "step_id": "date", "action": "resend_link",
                     "result": "done", "at": now}),
    ):  # fmt: skip
        _rows(model, [{"run_id": run, **row} for run in runs])
    return runs


def _about_the_contact(about: About, count: int, version: int) -> None:
    _messages(about, about.contact_id, count)
    _runs(about, count, version, contact_id=about.contact_id)
    now = clock.now()
    rows = [
        {"kind": AlertKind.DISTRESS, "about": f"contact:{about.contact_id}",
         "raised_by_id": about.agent_id, "raised_at": now - timedelta(minutes=n),
         "contact_id": about.contact_id, "person_id": about.person_id,
         "dossier_id": about.dossier_id, "taken_by_id": about.agent_id, "taken_at": now,
         "closed_by_id": about.agent_id, "closed_at": now, "outcome": AlertOutcome.NO_DANGER}
        for n in range(count)
    ]  # fmt: skip
    _rows(Alert, rows)


def _about_the_dossier(about: About, count: int, version: int) -> None:
    now, dossier, person = clock.now(), about.dossier_id, about.person_id
    runs = _runs(about, count, version, dossier_id=dossier)
    links = _rows(
        PortalLink,
        [
            {"token_hash": f"{next(_numbers):064d}", "dossier_id": dossier, "run_id": run,
             "contact_id": about.contact_id, "agent_id": about.agent_id,
             "created_at": now - timedelta(days=4), "expires_at": now - timedelta(days=1)}
            for run in runs
        ],
        ids=True,
    )  # fmt: skip
    each = range(count)
    _rows(Mail, [{"link_id": link, "dossier_id": dossier, "to_address": "a@b.example",
                  "subject": "s", "created_at": now} for link in links])  # fmt: skip
    _rows(PortalEvent, [{"dossier_id": dossier, "kind": PortalEventKind.LINK_SENT,
                         "at": now - timedelta(minutes=n), "data": {}} for n in each])  # fmt: skip
    _rows(Annotation, [{"dossier_id": dossier, "author_id": about.agent_id, "text": f"t{n}",
                        "created_at": now - timedelta(minutes=n)} for n in each])  # fmt: skip
    _rows(PriorityFlag, [{"dossier_id": dossier, "author_id": about.agent_id, "reason": "r",
                          "due_on": clock.local_day(now), "created_at": now, "done_at": now}
                         for n in each])  # fmt: skip
    _rows(PersonChange, [{"person_id": person, "field": "address", "before": "a", "after": "b",
                          "agent_id": about.agent_id, "at": now - timedelta(minutes=n)}
                         for n in each])  # fmt: skip
    _rows(Dossier, [{"reference": f"PF-H-{next(_numbers)}", "person_id": person, "created_at": now,
                     "owner_id": about.agent_id} for n in each])  # fmt: skip


def _of_the_house(about: About, count: int) -> None:
    now = clock.now()
    each = range(count)
    _rows(StaffSession, [{"key_hash": f"h{next(_numbers)}", "agent_id": about.agent_id, "browser": "x",
                          "began_at": now, "seen_at": now, "proved_at": now,
                          "ends_at": now + timedelta(hours=9),
                          "ended_at": now if n % 2 else None, "ended_why": "signed_out" if n % 2 else None}
                         for n in each])  # fmt: skip
    _rows(JournalEntry, [{"at": now, "agent_id": about.agent_id, "act": "read",
                          "subject": f"dossier:{about.dossier_id}", "detail": {},
                          "previous_hash": f"p{next(_numbers)}", "hash": f"h{next(_numbers)}"}
                         for n in each])  # fmt: skip
    _rows(SignInTry, [{"key": f"h{next(_numbers)}", "count": 1, "last_at": now} for n in each])
    _rows(Deadline, [{"key": f"h{next(_numbers)}", "kind": "ring", "due_at": now + timedelta(days=9)}
                     for n in each])  # fmt: skip
    _rows(DirectoryEntry, [{"label": "l", "kind": "other", "number": f"+339{next(_numbers):08d}",
                            "active": False} for n in each])  # fmt: skip
