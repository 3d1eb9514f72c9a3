"""What a file of past calls looks like, as its mapping (TOML) says: read and judged whole. Pure but for the file.

The mapping names the columns of a file that somebody's switchboard or secretary wrote, so that nobody
has to change the file. docs/importing.md has an example of each kind.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.foundation.exceptions import InvalidInput

Column = str | int  # its title, or its place (from 1)

MOMENTS = ("received_at", "answered_at", "ended_at")
COLUMNS = (*MOMENTS, "date", "time", "wait_s", "talk_s", "number", "agent", "reason")
SECTIONS: dict[str, dict[str, type]] = {
    "file": {"separator": str, "encoding": str, "header": bool, "skip": int, "sheet": str},
    "formats": {
        **dict.fromkeys((*MOMENTS, "date", "time"), str),
        "zone": str,
        "ambiguous": str,
        "outside_hours": str,
    },
}
CHOICES = {"ambiguous": ("earlier", "later"), "outside_hours": ("closed", "abandoned")}
LARGEST_MAPPING = 100_000  # bytes
MOST_COLUMNS = 500
ISO = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class FileMapping:
    """Where each thing is in the file, and how it is written.

    ``ambiguous``: of an hour that came twice (end of summer time), which one; "" refuses the line.
    ``outside_hours``: what a call that nobody answered outside the hours of the line was.
    """

    columns: Mapping[str, Column]
    formats: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
    encoding: str = ""
    header: bool = True
    skip: int = 0
    sheet: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    ambiguous: str = ""
    outside_hours: str = "closed"

    def format_of(self, name: str) -> str:
        """How a moment is written: as the mapping says, else as the one of arrival."""
        return self.formats.get(name) or self.formats.get("received_at", ISO)


def load(path: Path) -> FileMapping:
    """Read a mapping. Raises InvalidInput naming the first thing that cannot be used."""
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_MAPPING:
            raise _unusable("elle est trop grosse")
        stored = tomllib.loads(raw.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(
            "La correspondance %(file)s est illisible : %(why)s", file=path.name, why=error
        ) from error
    return read(stored)


def read(stored: Mapping[str, Any]) -> FileMapping:
    """The mapping that these tables say. Raises InvalidInput."""
    for section in stored:
        if section not in (*SECTIONS, "columns"):
            raise _unusable(f"[{section}] n'existe pas : il y a [file], [columns] et [formats]")
    columns = _columns(_table(stored, "columns"))
    file, formats = _checked(stored, "file"), _checked(stored, "formats")
    _check_file(file, columns)
    _check_formats(formats, columns)
    return FileMapping(
        columns=columns,
        formats={name: text for name, text in formats.items() if name in COLUMNS},
        separator=file.get("separator", ""),
        encoding=file.get("encoding", ""),
        header=file.get("header", True),
        skip=file.get("skip", 0),
        sheet=file.get("sheet", ""),
        zone=_zone(formats.get("zone", "Europe/Paris")),
        ambiguous=formats.get("ambiguous", ""),
        outside_hours=formats.get("outside_hours", "closed"),
    )


def _unusable(why: str) -> InvalidInput:
    return InvalidInput("La correspondance ne convient pas : %(why)s.", why=why)


def _table(stored: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = stored.get(name, {})
    if not isinstance(table, dict):
        raise _unusable(f"[{name}] doit être une section")
    return table


def _checked(stored: Mapping[str, Any], section: str) -> dict[str, Any]:
    table, known = _table(stored, section), SECTIONS[section]
    for name, value in table.items():
        if name not in known:
            raise _unusable(f"[{section}] ne connaît pas « {name} » ; il connaît {_list(known)}")
        if type(value) is not known[name]:
            kinds = {str: "un texte", bool: "true ou false", int: "un nombre entier"}
            raise _unusable(f"[{section}] {name} doit être {kinds[known[name]]}")
        if value not in CHOICES.get(name, (value,)):
            raise _unusable(f"[{section}] {name} vaut {_list(CHOICES[name])}")
    return table


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _columns(table: dict[str, Any]) -> dict[str, Column]:
    for name, column in table.items():
        if name not in COLUMNS:
            raise _unusable(f"[columns] ne connaît pas « {name} » ; il connaît {_list(COLUMNS)}")
        place = isinstance(column, int) and not isinstance(column, bool)
        if place and not 1 <= column <= MOST_COLUMNS:
            raise _unusable(f"[columns] {name} : les colonnes sont numérotées à partir de 1")
        if not place and (not isinstance(column, str) or not column.strip()):
            raise _unusable(f"[columns] {name} doit être le titre d'une colonne, ou sa place")
    _check_complete(table)
    return table


def _check_complete(names: Collection[str]) -> None:
    missing = []
    if "received_at" not in names and not {"date", "time"} <= set(names):
        missing.append("received_at (ou date et time)")
    if "wait_s" not in names and not {"answered_at", "ended_at"} <= set(names):
        missing.append("wait_s (ou answered_at et ended_at)")
    if missing:
        raise InvalidInput("[columns] doit nommer : %(columns)s.", columns=" ; ".join(missing))
    if "received_at" in names and {"date", "time"} & set(names):
        raise _unusable("[columns] nomme l'arrivée deux fois : received_at, ou date et time")


def _check_file(file: dict[str, Any], columns: Mapping[str, Column]) -> None:
    if "separator" in file and len(file["separator"]) != 1:
        raise _unusable("[file] separator est un seul signe")
    if file.get("separator") in ('"', "\n", "\r", "\0"):
        raise _unusable("[file] separator ne peut pas être ce signe")
    if not 0 <= file.get("skip", 0) <= 10_000:
        raise _unusable("[file] skip est un nombre de lignes, de 0 à 10000")
    if file.get("encoding"):
        try:
            "é".encode(file["encoding"])
        except (LookupError, UnicodeError):
            raise _unusable(f"[file] encoding « {file['encoding'][:30]} » est inconnu") from None
    if not file.get("header", True):
        named = [str(column) for column in columns.values() if isinstance(column, str)]
        if named:
            raise _unusable(
                "sans titres (header = false), les colonnes se donnent par leur place : "
                f"« {named[0][:30]} » n'en est pas une"
            )


_YEAR, _MONTH, _DAY = (
    ("Y", "y", "c", "x", "G"),
    ("m", "b", "B", "j", "c", "x"),
    ("d", "j", "c", "x"),
)
_HOUR = ("H", "I", "c", "X")


def _check_formats(formats: dict[str, Any], columns: Mapping[str, Column]) -> None:
    """A format must say all of what its column is: what it leaves out would be made up."""
    for name in (*MOMENTS, "date", "time"):
        pattern = formats.get(name)
        if pattern is None or name not in columns:
            continue
        found = {pattern[i + 1 : i + 2] for i, sign in enumerate(pattern) if sign == "%"}
        if name != "time":
            for what, signs in (("l'année", _YEAR), ("le mois", _MONTH), ("le jour", _DAY)):
                if not found & set(signs):
                    raise _unusable(f"[formats] {name} = « {pattern[:40]} » ne dit pas {what}")
        if name != "date" and not found & set(_HOUR):
            raise _unusable(f"[formats] {name} = « {pattern[:40]} » ne dit pas l'heure")
        if "Z" in found:
            raise _unusable(f"[formats] {name} : %Z ne décale rien ; écrivez %z (+0200)")
        if "I" in found and "p" not in found:
            raise _unusable(f"[formats] {name} : %I demande %p (matin ou soir), ou écrivez %H")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _unusable(f"[formats] zone « {name[:40]} » n'existe pas") from None
