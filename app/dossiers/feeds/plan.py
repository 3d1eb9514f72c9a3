"""How a file is to be read: which line has the titles, which column is what, the order of dates. Pure.

What nobody says is recognised; a mapping (TOML, as for calls) or a manager's page says the rest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.dossiers.feeds import kinds
from app.dossiers.feeds.kinds import Kind
from app.dossiers.name_folding import fold
from app.dossiers.tables.days import Order
from app.foundation.exceptions import InvalidInput

LARGEST_MAPPING = 100_000
MOST_COLUMNS = 500
TITLES_WITHIN = (
    25  # lines: merged titles, a date of export, empty lines come before the columns' titles
)
ORDERS = {"": None, "dmy": Order.DAY_FIRST, "mdy": Order.MONTH_FIRST}


@dataclass(frozen=True)
class Plan:
    """How to read one file (``tables.layout.Layout``). ``columns``: places from 1; ``order``: of dates, None: see."""

    columns: Mapping[str, int]
    separator: str = ""
    encoding: str = ""
    header: bool = True
    skip: int = 0
    sheet: str = ""
    order: Order | None = None

    def as_json(self) -> dict[str, Any]:
        """To be kept with the run."""
        return {
            "columns": dict(self.columns),
            "separator": self.separator,
            "encoding": self.encoding,
            "header": self.header,
            "skip": self.skip,
            "sheet": self.sheet,
            "order": self.order.value if self.order else "",
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Plan:
        """What was kept."""
        return cls(**{**kept, "order": ORDERS[kept["order"]]})


@dataclass(frozen=True)
class Told:
    """What a mapping says before the file is seen: titles or places."""

    columns: Mapping[str, str | int] = field(default_factory=dict)
    separator: str = ""
    encoding: str = ""
    header: bool = True
    skip: int | None = None
    sheet: str = ""
    order: Order | None = None


def read_mapping(raw: bytes, kind: Kind) -> Told:
    """A mapping written by hand. Raises InvalidInput naming the first thing that cannot be used."""
    if len(raw) > LARGEST_MAPPING:
        raise _unusable("elle est trop grosse")
    try:
        stored = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(str(error)) from error
    for section in stored:
        if section not in ("file", "columns", "formats"):
            raise _unusable(f"[{section}] n'existe pas : il y a [file], [columns] et [formats]")
        if not isinstance(stored[section], dict):
            raise _unusable(f"[{section}] doit être une section")
    file, formats = stored.get("file", {}), stored.get("formats", {})
    known = {"separator": str, "encoding": str, "header": bool, "skip": int, "sheet": str}
    for name, value in file.items():
        if name not in known or type(value) is not known[name]:
            raise _unusable(f"[file] {name} n'est pas un réglage, ou n'a pas la bonne forme")
    for name, value in formats.items():
        if name != "dates" or value not in ("dmy", "mdy"):
            raise _unusable(
                '[formats] connaît dates = "dmy" (jour d\'abord) ou "mdy" (mois d\'abord)'
            )
    return _checked(
        Told(
            columns=_columns(stored.get("columns", {}), kind),
            order=ORDERS[formats.get("dates", "")],
            **file,
        )
    )


def _checked(told: Told) -> Told:
    if told.separator and (len(told.separator) != 1 or told.separator in '"\n\r\0'):
        raise _unusable("[file] separator est un seul signe")
    if told.skip is not None and not 0 <= told.skip <= 10_000:
        raise _unusable("[file] skip est un nombre de lignes, de 0 à 10000")
    if told.encoding:
        try:
            "é".encode(told.encoding)
        except (LookupError, UnicodeError):
            raise _unusable(f"[file] encoding « {told.encoding[:30]} » est inconnu") from None
    return told


def _columns(table: Mapping[str, Any], kind: Kind) -> dict[str, str | int]:
    for name, column in table.items():
        if name not in kind.names:
            raise _unusable(
                f"[columns] ne connaît pas « {name} » ; il connaît {', '.join(kind.names)}"
            )
        place = (
            isinstance(column, int) and not isinstance(column, bool) and 1 <= column <= MOST_COLUMNS
        )
        if not place and not (isinstance(column, str) and column.strip()):
            raise _unusable(
                f"[columns] {name} doit être le titre d'une colonne, ou sa place (à partir de 1)"
            )
    return dict(table)


def _unusable(why: str) -> InvalidInput:
    return InvalidInput("La correspondance ne convient pas : %(why)s.", why=why)


@dataclass(frozen=True)
class Found:
    """What the first lines show: the plan, the titles as they are written, and the ``others``: sheets of the workbook
    that could be read as well, and are not."""

    plan: Plan
    titles: tuple[str, ...]
    others: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """To be kept with the run."""
        titles = list(self.titles)[:MOST_COLUMNS]
        return {**self.plan.as_json(), "titles": titles, "others": list(self.others)}


def find(
    kind: Kind, rows: Sequence[tuple[int, list[str]]], told: Told, separator: str, encoding: str
) -> Found:
    """The plan for a file whose first lines are these. What is lacking is left for ``check``."""
    line, titles = _titles(kind, rows, told)
    places = kinds.recognised(kind, titles) if told.header else {}
    for name, column in told.columns.items():
        places[name] = column if isinstance(column, int) else _place(column, titles)
    for name, place in list(places.items()):  # a column that the mapping gives to another field
        if name not in told.columns and place in [places[other] for other in told.columns]:
            del places[name]
    plan = Plan(
        columns=places,
        separator=told.separator or separator,
        encoding=told.encoding or encoding,
        header=told.header,
        skip=max(0, line - 1),
        sheet=told.sheet,
        order=told.order,
    )
    return Found(plan, tuple(titles))


def _titles(kind: Kind, rows: Sequence[tuple[int, list[str]]], told: Told) -> tuple[int, list[str]]:
    """(number of the line, its cells) of the titles: the line that most columns are recognised in."""
    if not told.header:
        return (told.skip or 0) + 1, []
    if told.skip is not None:
        return next((r for r in rows if r[0] > told.skip), (told.skip + 1, []))
    wanted = {title for title in told.columns.values() if isinstance(title, str)}

    def known(cells: list[str]) -> int:
        return len(kinds.recognised(kind, cells)) + len(wanted & {c.strip() for c in cells})

    looked = [row for row in rows[:TITLES_WITHIN] if any(cell.strip() for cell in row[1])]
    return max(looked, key=lambda row: known(row[1]), default=(1, []))


def _place(title: str, titles: Sequence[str]) -> int:
    found = [n for n, each in enumerate(titles, start=1) if each.strip() == title.strip()]
    found = found or [n for n, each in enumerate(titles, start=1) if fold(each) == fold(title)]
    if len(found) != 1:
        said = "n'y est pas" if not found else "y est plusieurs fois : donnez sa place"
        raise InvalidInput(
            "La colonne « %(column)s » %(said)s.",
            kept="Rien n'a été importé.",
            column=title,
            said=said,
        )
    return found[0]


def check(kind: Kind, found: Found) -> Plan:
    """The plan, if it has what a line needs. Raises InvalidInput."""
    lacking = kinds.lacking(kind, found.plan.columns)
    if lacking:
        raise InvalidInput(
            "Colonnes absentes : %(missing)s.",
            kept="Rien n'a été importé.",
            todo="Le fichier a : %(columns)s.",
            missing=", ".join(lacking),
            columns=", ".join(title[:40] for title in found.titles[:40]) or "rien",
        )
    return found.plan


def with_columns(found: Found, columns: Mapping[str, int], order: Order | None) -> Found:
    """The same, with the columns that somebody chose."""
    return replace(found, plan=replace(found.plan, columns=dict(columns), order=order))
