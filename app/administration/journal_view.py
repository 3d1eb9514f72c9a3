"""Lines of the journal as people read them: a sentence, a local hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Agent, JournalEntry
from app.administration.journal_words import SUBJECTS, THEMES, sentence
from app.dossiers.models import Dossier
from app.foundation.clock import PARIS
from app.foundation.extensions import db
from app.foundation.text import outside


@dataclass(frozen=True)
class Line:
    """One line: its number, its instant (``at`` for machines, ``when`` for people), what happened.

    ``dossier_id``: the dossier that it is about, for a link.
    """

    id: int
    at: str
    when: str
    said: str
    dossier_id: int | None = None


def acts() -> list[tuple[str, str]]:
    """Every act, to choose from: its code, then its subject and what is done, in words."""
    return [
        (act, f"{_(name)} · {_without_names(_(said))}")
        for name, of_theme in THEMES.values()
        for act, said in of_theme.items()
    ]


def _without_names(sentence: str) -> str:
    """A sentence of the journal, with « … » for whoever and whatever it names."""
    values = dict.fromkeys(("who", "subject", "thing", "other", "act"), "…")
    return sentence % values


@dataclass(frozen=True)
class _Names:
    agents: dict[int, str]
    dossiers: dict[int, str]


def lines(entries: Sequence[JournalEntry]) -> list[Line]:
    """The lines of a page; names are asked for once for all of them."""
    names = _names(entries)
    return [_line(entry, names) for entry in entries]


def dossier_reference(dossier_id: int | None) -> str:
    """The reference of a dossier; its number for one that is gone, "" for none."""
    if dossier_id is None:
        return ""
    found = db.session.scalar(select(Dossier.reference).where(Dossier.id == dossier_id))
    return found or str(dossier_id)


def _names(entries: Sequence[JournalEntry]) -> _Names:
    agents = {entry.agent_id for entry in entries} | {_other(entry) for entry in entries}
    agents |= {_id_of(entry, "agent") for entry in entries}
    dossiers = {_id_of(entry, "dossier") for entry in entries} - {None}
    return _Names(
        {
            row.id: row.display_name
            for row in db.session.execute(
                select(Agent.id, Agent.display_name).where(Agent.id.in_(agents - {None}))
            )
        },
        {
            row.id: row.reference
            for row in db.session.execute(
                select(Dossier.id, Dossier.reference).where(Dossier.id.in_(dossiers))
            )
        },
    )


def _line(entry: JournalEntry, names: _Names) -> Line:
    values = {
        "who": _who(entry.agent_id, names),
        "subject": _subject(entry, names, alone=False),
        "thing": _subject(entry, names, alone=True),
        "other": _who(_other(entry), names),
        "act": entry.act,
    }
    said = _(sentence(entry.act), **values)
    dossier = _id_of(entry, "dossier")
    known = dossier if dossier in names.dossiers else None
    return Line(entry.id, entry.at.isoformat(), _when(entry.at), said[:1].upper() + said[1:], known)


def _who(agent_id: int | None, names: _Names) -> str:
    if agent_id is None:
        return _("le serveur (une commande ou une tâche)")
    return names.agents.get(agent_id) or _("l’agent n° %(id)s", id=agent_id)


def _subject(entry: JournalEntry, names: _Names, *, alone: bool) -> str:
    kind, _colon, rest = entry.subject.partition(":")
    if kind == "agent":
        agent_id = outside.identifier(rest)
        return _who(agent_id, names) if agent_id else _("un compte inconnu")
    if kind not in SUBJECTS:
        return entry.subject
    number = outside.identifier(rest)
    shown = names.dossiers.get(number, f"n° {rest}") if kind == "dossier" and number else rest
    return str(_(SUBJECTS[kind][1 if alone else 0], id=shown))


def _id_of(entry: JournalEntry, kind: str) -> int | None:
    found, _colon, rest = entry.subject.partition(":")
    return outside.identifier(rest) if found == kind else None


def _other(entry: JournalEntry) -> int | None:
    return outside.identifier((entry.detail or {}).get("agent"))


def _when(at: datetime) -> str:
    """« 26 nov. 2026, 04:10:32 », in Paris time: seconds tell two acts apart."""
    return str(format_datetime(at.astimezone(PARIS), "d MMM y, HH:mm:ss", rebase=False))
