"""Import of past calls from a CSV that somebody's switchboard, or secretary, wrote.

The mapping (TOML) names the columns, so that nobody has to change the file::

    [file]
    separator = ";"  # guessed when absent
    encoding = "utf-8-sig"  # then cp1252
    [columns]
    received_at = "Date et heure"  # required
    wait_s = "Attente"  # seconds or mm:ss; required
    talk_s = "Conversation"  # empty or 0: the caller left
    number = "Appelant"
    agent = "Poste"  # an agent's mail address
    reason = "Motif"
    [formats]
    received_at = "%d/%m/%Y %H:%M:%S"
    zone = "Europe/Paris"

A bad line is named with its number and what is wrong; the good ones are kept, and the same file
again imports only what is new.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.accounts.models import Agent
from app.calls.replay import PastCall, replay
from app.calls.states import Event, Kind
from app.exceptions import InvalidInput, PermanenceError
from app.extensions import db
from app.tickets.reasons import Reason
from app.unit_of_work import unit_of_work

MOST_SHOWN = 20


@dataclass
class Imported:
    """What an import did; its text is what the command prints."""

    kept: int = 0
    known: int = 0
    refused: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.kept} appel(s) importé(s), {self.known} déjà connu(s), "
            f"{len(self.refused)} ligne(s) refusée(s)."
        ]
        lines += self.refused[:MOST_SHOWN]
        if len(self.refused) > MOST_SHOWN:
            lines.append(f"… et {len(self.refused) - MOST_SHOWN} autres.")
        return "\n".join(lines)


def import_file(file: Path, mapping_file: Path) -> Imported:
    """Import the calls of a CSV. Raises InvalidInput when the file or mapping cannot be used."""
    table = read_table(file, mapping_file)
    result = Imported()
    agents = {a.email: a.id for a in db.session.scalars(select(Agent))}
    for number, cell in table.rows:
        try:
            _import_row(cell, table.formats, agents, result)
        except (ValueError, KeyError) as error:
            result.refused.append(f"ligne {number} : {error}")
        except PermanenceError as error:
            result.refused.append(f"ligne {number} : {error}")
    return result


@dataclass(frozen=True)
class Table:
    """A file read with its mapping: each line's number and its cells, by our names of columns."""

    rows: list[tuple[int, dict[str, str]]]
    formats: dict[str, str]


def read_table(file: Path, mapping_file: Path) -> Table:
    """Read a CSV as its mapping says. Raises InvalidInput when the file or mapping is unusable."""
    mapping = _mapping(mapping_file)
    columns = mapping["columns"].items()
    rows = [
        (number, {key: (row.get(column) or "").strip() for key, column in columns})
        for number, row in _rows(_text(file, mapping), mapping)
    ]
    return Table(rows, mapping.get("formats", {}))


def _mapping(path: Path) -> dict[str, Any]:
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(
            "La correspondance %(file)s est illisible : %(why)s", file=path.name, why=error
        ) from error
    missing = {"received_at", "wait_s"} - set(mapping.get("columns", {}))
    if missing:
        raise InvalidInput(
            "[columns] doit nommer : %(columns)s.", columns=", ".join(sorted(missing))
        )
    return mapping


def _text(path: Path, mapping: dict[str, Any]) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise InvalidInput("%(file)s est vide.", kept="Rien n'a été importé.", file=path.name)
    for encoding in (mapping.get("file", {}).get("encoding", "utf-8-sig"), "cp1252"):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise InvalidInput(
        "%(file)s n'est pas un texte lisible.", kept="Rien n'a été importé.", file=path.name
    )


def _rows(text: str, mapping: dict[str, Any]) -> list[tuple[int, dict[str, str]]]:
    """Each line that is not empty, with its number in the file."""
    first = text.splitlines()[0]
    separator = mapping.get("file", {}).get("separator") or max(";,\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    missing = set(mapping["columns"].values()) - set(reader.fieldnames or ())
    if missing:
        raise InvalidInput(
            "Colonnes absentes : %(missing)s.",
            kept="Rien n'a été importé.",
            todo="Le fichier a : %(columns)s.",
            missing=", ".join(sorted(missing)),
            columns=", ".join(reader.fieldnames or ()),
        )
    return [
        (reader.line_num, row)
        for row in reader
        if any(value.strip() for value in row.values() if isinstance(value, str))
    ]


def _import_row(
    cell: dict[str, str], formats: dict[str, str], agents: dict[str, int], result: Imported
) -> None:
    past = _past_call(cell, formats, agents)
    with unit_of_work():
        stored = replay(past)
        if stored is None:
            result.known += 1
            return
        _call, contact = stored
        if cell.get("reason"):
            contact.reason = Reason(cell["reason"])
    result.kept += 1


def _past_call(cell: dict[str, str], formats: dict[str, str], agents: dict[str, int]) -> PastCall:
    received = received_at(cell, formats)
    wait, talk = seconds(cell["wait_s"]), seconds(cell.get("talk_s", ""))
    left = received + timedelta(seconds=wait)
    events = [Event(Kind.QUEUED, received, "queued")]
    if talk:
        agent = agents.get(cell.get("agent", "").lower()) or min(agents.values(), default=None)
        if agent is None:
            raise ValueError("aucun agent n'est connu")
        leg = f"imported-{cell['received_at']}"
        events += [
            Event(Kind.OFFERED, received, "offered", agent_id=agent, until=left),
            Event(Kind.ACCEPTED, left, "accepted", agent_id=agent),
            Event(Kind.LEG_CREATED, left, "leg", agent_id=agent, leg=leg),
            Event(Kind.AGENT_JOINED, left, "joined", leg=leg),
            Event(Kind.ANSWERED, left, "answered"),
            Event(Kind.CALLER_LEFT, left + timedelta(seconds=talk), "caller_left"),
            Event(Kind.WRAPPED_UP, left + timedelta(seconds=talk), "wrapped_up"),
        ]
    else:
        events.append(Event(Kind.CALLER_LEFT, left, "caller_left"))
    identity = "|".join(cell[key] for key in sorted(cell))
    sid = "IM" + hashlib.sha256(identity.encode()).hexdigest()[:32]
    return PastCall(sid, cell.get("number") or None, received, events)


def received_at(cell: dict[str, str], formats: dict[str, str]) -> datetime:
    """When the call came. Raises ValueError for a text that is not in the mapping's format."""
    zone = ZoneInfo(formats.get("zone", "Europe/Paris"))
    pattern = formats.get("received_at", "%Y-%m-%d %H:%M:%S")
    return datetime.strptime(cell["received_at"], pattern).replace(tzinfo=zone)


def seconds(text: str) -> int:
    """« 75 », « 1:15 » or « 0:01:15 » in seconds; empty is 0."""
    total = 0
    for part in text.split(":") if text else ():
        if not part.strip().isdigit():
            raise ValueError(f"« {text[:20]} » n'est pas une durée")
        total = total * 60 + int(part)
    return total
