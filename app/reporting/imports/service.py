"""Import of past calls: each line is imported right, or named with the reason; never bent.

Lines go in by small blocks, one transaction each (SQLite has one writer: live calls must have their
turn), one savepoint a line: a refused line undoes itself alone, and an import that is cut off has
stored whole blocks. The same file again imports what is new: a call
is known by what its line tells, and by how many lines before it tell the same (five hidden callers
of one minute are five calls).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import Agent
from app.calls.call import store
from app.calls.call.life.states import Event, Kind
from app.calls.call.replay import PastCall, replay
from app.dossiers.name_folding import fold
from app.dossiers.tables import reading
from app.dossiers.tables.cells import Unusable
from app.dossiers.tables.layout import Row, Table
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, PermanenceError, Unavailable
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.lines import line_now
from app.lines import store as lines
from app.lines.line_now import LineNow
from app.reporting.imports import (
    line as import_line,
)
from app.reporting.imports import (
    mapping as import_mapping,
)
from app.reporting.imports.line import Told
from app.reporting.imports.mapping import FileMapping

MOST_SHOWN = 20
AT_ONCE = 25  # lines in one transaction: well under a second
UNNAMED = "appels-importes@permanence.invalid"  # who answered, when a file does not say
UNNAMED_LABEL = "Agent non indiqué (import)"
REASON_TITLE = "Motif du refus"


@dataclass
class Imported:
    """What an import did, or (``dry``) would do; its text is what the command prints."""

    dry: bool = False
    read: int = 0
    empty: int = 0
    known: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """How many calls were imported."""
        return sum(self.outcomes.values())

    @property
    def refusals(self) -> int:
        """How many lines were refused."""
        return sum(self.kinds.values())

    def refuse(self, row: Row, kind: str, why: str) -> None:
        """Name a line, and why."""
        self.kinds[kind] += 1
        if len(self.refused) < MOST_SHOWN:
            self.refused.append(f"ligne {row.number} : {why}")

    def __str__(self) -> str:
        head = "Essai : rien n'est enregistré.\n" if self.dry else ""
        lines = [
            f"{head}Appels importés : {self.kept}. Déjà connus : {self.known}. "
            f"Lignes refusées : {self.refusals}."
        ]
        table = [("Lignes lues", self.read), *((f"  {k}", n) for k, n in self._figures())]
        table += [("  lignes vides", self.empty), ("  déjà connus", self.known)]
        table += [(f"  refusées : {kind}", n) for kind, n in self.kinds.most_common()]
        wide = max(len(label) for label, _n in table)
        lines += [f"{label:<{wide}}  {n:>7}" for label, n in table if n or label == "Lignes lues"]
        lines += self.refused
        if self.refusals > len(self.refused):
            lines.append(f"… et {self.refusals - len(self.refused)} autres.")
        return "\n".join(lines)

    def _figures(self) -> Iterator[tuple[str, int]]:
        for outcome, label in OUTCOMES.items():
            yield label, self.outcomes[outcome]


OUTCOMES = {
    "answered": "appels répondus",
    "abandoned": "appels abandonnés",
    "closed": "appels hors des horaires",
}


@dataclass(frozen=True)
class Place:
    """Where calls are imported: the line, and the agents by how a file may name them."""

    line: LineNow
    agents: dict[str, int | None]


def import_file(
    file: Path,
    mapping_file: Path,
    *,
    now: datetime,
    dry: bool = False,
    rejected: Path | None = None,
) -> Imported:
    """Import the calls of a file; ``rejected``: where the refused lines are written, with why.

    Raises InvalidInput when the file or its mapping cannot be used (nothing is imported), and
    Unavailable when the database stopped on the way (what was imported is said).
    """
    mapping = import_mapping.load(mapping_file)
    table = reading.open_table(file, mapping)
    result = Imported(dry=dry)
    with _rejects(rejected, table, file) as out:
        place = _place()
        seen: Counter[int] = Counter()
        for block in _small(table.blocks):
            try:
                _import_block(block, mapping, place, seen, result, now=now, out=out, table=table)
            except SQLAlchemyError as error:
                raise Unavailable(
                    "La base de données s'est arrêtée avant la ligne %(line)s.",
                    kept="Appels importés des lignes d'avant : %(count)s.",
                    todo="Relancez la même commande : ils seront reconnus.",
                    line=block[0].number,
                    count=result.kept,
                ) from error
    return result


def _small(blocks: Iterator[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    """What was read at once, in blocks that are stored at once."""
    for block in blocks:
        for start in range(0, len(block), AT_ONCE):
            yield block[start : start + AT_ONCE]


def _import_block(
    block: Sequence[Row],
    mapping: FileMapping,
    place: Place,
    seen: Counter[int],
    result: Imported,
    *,
    now: datetime,
    out: TextIO | None,
    table: Table,
) -> None:
    refused: list[tuple[Row, str, str]] = []
    before = (Counter(result.outcomes), result.known)
    try:
        with _stored(dry=result.dry):
            for row in block:
                try:
                    _import_row(row, mapping, place, seen, result, now)
                except Unusable as error:
                    refused.append((row, error.kind, str(error)))
                except PermanenceError as error:
                    refused.append((row, "appel impossible", str(error)))
    except SQLAlchemyError:
        result.outcomes, result.known = before  # the whole block is undone
        raise
    finally:
        db.session.expunge_all()
        if result.dry:
            place.agents.pop(UNNAMED, None)  # it was undone with the rest
    result.read += len(block)
    for row, kind, why in refused:
        result.refuse(row, kind, why)
        if out is not None:
            out.write(f"{row.raw}{table.separator}{_quoted(why)}\n")


class _Undone(Exception):
    """A trial run: nothing of the block stays."""


@contextmanager
def _stored(*, dry: bool) -> Iterator[None]:
    try:
        with unit_of_work():
            yield
            if dry:
                raise _Undone
    except _Undone:
        return


def _import_row(
    row: Row,
    mapping: FileMapping,
    place: Place,
    seen: Counter[int],
    result: Imported,
    now: datetime,
) -> None:
    if row.wrong:
        raise Unusable("ligne mal formée", row.wrong)
    if row.empty or not any(cell.strip() for cell in row.cells.values()):
        result.empty += 1
        return
    told = import_line.read(row.cells, mapping, now=now)
    agent_id = _agent(told, place)
    same = _identity(told, agent_id)
    occurrence, sid = seen[same], ""
    seen[same] += 1
    sid = f"IM{same:016x}{occurrence:04x}"
    if store.by_caller_sid(sid) or (not occurrence and store.by_caller_sid(_former(row.cells))):
        result.known += 1
        return
    outcome = _outcome(told, mapping, place)
    with db.session.begin_nested():
        stored = replay(
            PastCall(sid, told.number, told.received_at, _events(told, outcome, agent_id))
        )
        if stored is not None and told.reason is not None:
            stored[1].reason = told.reason
    result.outcomes[outcome] += 1


def _identity(told: Told, agent_id: int | None) -> int:
    """What tells one call from another, in short: an export of another day knows it again."""
    parts = (told.received_at.isoformat(), told.wait_s, told.talk_s, told.number, agent_id)
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8])


def _former(cells: Mapping[str, str]) -> str:
    """The name that imports gave to this line before occurrences were counted."""
    identity = "|".join(cells[name].strip() for name in sorted(cells))
    return "IM" + hashlib.sha256(identity.encode()).hexdigest()[:32]


def _outcome(told: Told, mapping: FileMapping, place: Place) -> str:
    """Who rang at night did not abandon: the line was closed."""
    if told.answered:
        return "answered"
    opened = place.line.by_hours(told.received_at)
    return "abandoned" if opened or mapping.outside_hours == "abandoned" else "closed"


def _events(told: Told, outcome: str, agent_id: int | None) -> list[Event]:
    received = told.received_at
    left = received + timedelta(seconds=told.wait_s)
    if outcome == "closed":
        return [Event(Kind.CLOSED, received, "closed")]
    events = [Event(Kind.QUEUED, received, "queued")]
    if outcome == "abandoned":
        return [*events, Event(Kind.CALLER_LEFT, left, "caller_left")]
    leg, end = "imported", left + timedelta(seconds=told.talk_s)
    return [
        *events,
        Event(Kind.OFFERED, received, "offered", agent_id=agent_id, until=left),
        Event(Kind.ACCEPTED, left, "accepted", agent_id=agent_id),
        Event(Kind.LEG_CREATED, left, "leg", agent_id=agent_id, leg=leg),
        Event(Kind.AGENT_JOINED, left, "joined", leg=leg),
        Event(Kind.ANSWERED, left, "answered"),
        Event(Kind.CALLER_LEFT, end, "caller_left"),
        Event(Kind.WRAPPED_UP, end, "wrapped_up"),
    ]


# --- who answered --------------------------------------------------------------------------------


def _place() -> Place:
    line = line_now.of(lines.set_up(lines.first()))
    agents: dict[str, int | None] = {}
    for agent_id, email, name in db.session.execute(
        select(Agent.id, Agent.email, Agent.display_name)
    ):
        agents[email] = agent_id
        key = fold(name)
        agents[key] = None if key in agents else agent_id  # two of one name: neither
    return Place(line, agents)


def _agent(told: Told, place: Place) -> int | None:
    """Who answered; an agent that nobody knows refuses the line rather than be another one."""
    if not told.answered:
        return None
    if not told.agent:
        return place.agents.get(UNNAMED) or _make_unnamed(place)
    named = told.agent.casefold()
    found = place.agents.get(named) if "@" in named else place.agents.get(fold(told.agent))
    if found is None:
        raise Unusable("agent inconnu", f"« {told.agent[:60]} » n'est l'agent d'aucun compte")
    return found


def _make_unnamed(place: Place) -> int:
    """The account that nobody uses: calls whose agent a file does not say are nobody else's."""
    agent = Agent(email=UNNAMED, display_name=UNNAMED_LABEL, role=Role.FRONT, active=False)
    agent.password_hash = "!"  # noqa: S105 (no password has this hash)
    db.session.add(agent)
    db.session.flush()
    place.agents[UNNAMED] = agent.id
    return agent.id


# --- refused lines -------------------------------------------------------------------------------


@contextmanager
def _rejects(path: Path | None, table: Table, source: Path) -> Iterator[TextIO | None]:
    """The file of refused lines, as they were with why at their end: to be corrected, then imported
    with the same mapping."""
    if path is None:
        yield None
        return
    if path.exists() and path.samefile(source):
        raise InvalidInput(
            "Le fichier des lignes refusées ne peut pas être celui que l'on importe.",
            kept="Rien n'a été importé.",
        )
    try:
        out = path.open("w", encoding=table.encoding, errors="replace", newline="\r\n")
    except OSError as error:
        raise InvalidInput(
            "%(file)s ne peut pas être écrit.", kept="Rien n'a été importé.", file=path.name
        ) from error
    with out:
        path.chmod(0o600)  # callers' numbers
        if table.titles:
            out.write(f"{table.titles}{table.separator}{REASON_TITLE}\n")
        yield out


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
