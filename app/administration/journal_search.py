"""Finding lines of the journal: by person, act, period, dossier, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, String, cast, false, literal, or_, select

from app.accounts.models import JournalEntry
from app.administration.journal_words import SENTENCES, THEMES, acts_of
from app.dossiers.models import Dossier
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.text import outside
from app.tickets.models import Contact

PAGE = 50


@dataclass(frozen=True)
class Asked:
    """Which lines: ``agent_id`` did it or it is their account; a theme or one ``act``; from a local day ``since``
    to ``until``, both included; about a dossier or its contacts; older than ``before``."""

    agent_id: int | None = None
    theme: str = ""
    act: str = ""
    since: date | None = None
    until: date | None = None
    dossier_id: int | None = None
    before: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Asked:
        """What an address asks; what it says otherwise is left out. ``day`` is a period of one day."""
        theme, act = values.get("theme", ""), values.get("act", "")
        day = outside.day(values.get("day", ""))
        return cls(
            agent_id=outside.identifier(values.get("agent", "")),
            theme=theme if theme in THEMES else "",
            act=act if act in SENTENCES else "",
            since=day or outside.day(values.get("since", "")),
            until=day or outside.day(values.get("until", "")),
            dossier_id=outside.identifier(values.get("dossier", "")),
            before=outside.identifier(values.get("before", "")),
        )

    def query(self) -> dict[str, str]:
        """The same as an address says it, without the page."""
        said = {
            "agent": str(self.agent_id or ""),
            "theme": self.theme,
            "act": self.act,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "dossier": str(self.dossier_id or ""),
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Found:
    """One page of lines; ``older``: what comes after it begins before this line, None at the end."""

    entries: tuple[JournalEntry, ...]
    older: int | None


def latest(count: int) -> Sequence[JournalEntry]:
    """The last lines, newest first."""
    return db.session.scalars(
        select(JournalEntry).order_by(JournalEntry.id.desc()).limit(count)
    ).all()


def find(asked: Asked) -> Found:
    """One page of what is asked."""
    query = select(JournalEntry).where(*_conditions(asked))
    rows = tuple(db.session.scalars(query.order_by(JournalEntry.id.desc()).limit(PAGE + 1)))
    more = len(rows) > PAGE
    return Found(rows[:PAGE], rows[PAGE - 1].id if more else None)


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.agent_id is not None:
        theirs = JournalEntry.subject == f"agent:{asked.agent_id}"
        found.append(or_(JournalEntry.agent_id == asked.agent_id, theirs))
    if asked.theme:
        acts, beginning = acts_of(asked.theme)
        begun = JournalEntry.act.startswith(beginning) if beginning else false()
        found.append(or_(JournalEntry.act.in_(acts), begun))
    if asked.act:
        found.append(JournalEntry.act == asked.act)
    if asked.since is not None:
        found.append(JournalEntry.at >= clock.day_bounds(asked.since)[0])
    if asked.until is not None:
        found.append(JournalEntry.at < clock.day_bounds(asked.until)[1])
    if asked.dossier_id is not None:
        contacts = select(literal("contact:") + cast(Contact.id, String)).where(
            Contact.dossier_id == asked.dossier_id
        )
        named = JournalEntry.subject == f"dossier:{asked.dossier_id}"
        found.append(or_(named, JournalEntry.subject.in_(contacts)))
    if asked.before is not None:
        found.append(JournalEntry.id < asked.before)
    return found


def dossier_named(typed: str) -> int | None:
    """The dossier of a reference that somebody typed, or None."""
    return db.session.scalar(select(Dossier.id).where(Dossier.reference == typed.strip().upper()))
