"""Finding lines of the journal: by person, by theme, by day, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, or_, select

from app.accounts.models import JournalEntry
from app.administration.journal_words import THEMES, acts_of
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.text import outside

PAGE = 50


@dataclass(frozen=True)
class Asked:
    """Which lines: ``agent_id`` did it or it is their account, a theme, a local day; older than ``before``."""

    agent_id: int | None = None
    theme: str = ""
    day: date | None = None
    before: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Asked:
        """What an address asks; what it says otherwise is left out."""
        theme = values.get("theme", "")
        return cls(
            agent_id=outside.identifier(values.get("agent", "")),
            theme=theme if theme in THEMES else "",
            day=outside.day(values.get("day", "")),
            before=outside.identifier(values.get("before", "")),
        )

    def query(self) -> dict[str, str]:
        """The same as an address says it, without the page."""
        said = {
            "agent": str(self.agent_id or ""),
            "theme": self.theme,
            "day": self.day.isoformat() if self.day else "",
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
    if asked.day is not None:
        start, end = clock.day_bounds(asked.day)
        found += [JournalEntry.at >= start, JournalEntry.at < end]
    if asked.before is not None:
        found.append(JournalEntry.id < asked.before)
    return found
