"""Persons and dossiers as a file that an import reads again, safe to open in a spreadsheet, in bounded memory.

NIR and IBAN are not in it. Telephone numbers keep the quote that makes a text of them: the import takes it off.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts import journal
from app.dossiers import wording
from app.dossiers.feeds.kinds import KINDS, NUMBERS, Kind
from app.dossiers.models import Dossier, Organisation, Person
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.text.spreadsheets import harmless

AT_ONCE = 500
MOST_SHEET = 1_000_000  # lines of a worksheet, titles apart
_SECRET = frozenset({"nir", "iban", "payee", "external_id"})

ACTS = {
    "persons": "export_persons",
    "organisations": "export_organisations",
    "dossiers": "export_dossiers",
}

Line = Sequence[str]


def columns(kind: Kind) -> list[str]:
    """The fields that are exported."""
    return [each.name for each in kind.fields if each.name not in _SECRET]


def export(kind_name: str, path: Path, form: str, *, agent_id: int | None, now: datetime) -> int:
    """Write all of a kind to a file, CSV or XLSX; how many lines. Raises InvalidInput."""
    if kind_name not in _LINES:
        raise InvalidInput("Choisissez : %(kinds)s.", kinds=", ".join(_LINES))
    kind = KINDS[kind_name]
    with unit_of_work():
        journal.record(
            ACTS[kind_name],
            f"export:{kind_name}",
            agent_id=agent_id,
            now=now,
            detail={"form": form},
        )
    write = _write_xlsx if form == "xlsx" else _write_csv
    labels = [kind.named(name).label for name in columns(kind)]
    return write(path, labels, _LINES[kind_name]())


def _write_csv(path: Path, labels: Line, lines: Iterator[Line]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(labels)
        for line in lines:
            writer.writerow(map(harmless, line))
            count += 1
    return count


def _write_xlsx(path: Path, labels: Line, lines: Iterator[Line]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.append(list(labels))
    count = 0
    for line in lines:
        if count and count % MOST_SHEET == 0:
            sheet = book.create_sheet(f"Export {count // MOST_SHEET + 1}")
            sheet.append(list(labels))
        sheet.append([harmless(cell) for cell in line])
        count += 1
    book.save(path)
    path.chmod(0o600)
    return count


def _rows(model: Any, *options: Any) -> Iterator[Any]:
    """All the rows of a table, by their id, some hundreds at once."""
    last = 0
    while True:
        query = select(model).options(*options).where(model.id > last).order_by(model.id)
        found = db.session.scalars(query.limit(AT_ONCE)).all()
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].id
        db.session.expunge_all()


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case date():
            return value.isoformat()
        case StrEnum():
            return wording.label(value, "fr")
        case _:
            return str(value)


def _euros(cents: int | None) -> str:
    return "" if cents is None else f"{cents / 100:.2f}".replace(".", ",")


def _persons() -> Iterator[Line]:
    for person in _rows(Person, selectinload(Person.phones)):
        numbers = dict(zip(NUMBERS, (phone.e164 for phone in person.phones), strict=False))
        yield [
            numbers.get(name, "") if name in NUMBERS else _text(getattr(person, name))
            for name in columns(KINDS["persons"])
        ]


def _organisations() -> Iterator[Line]:
    for row in _rows(Organisation):
        yield [_text(getattr(row, name)) for name in columns(KINDS["organisations"])]


def _dossiers() -> Iterator[Line]:
    words: dict[str, Callable[[Dossier], Any]] = {
        "last_name": lambda d: d.person.last_name,
        "first_name": lambda d: d.person.first_name,
        "born_on": lambda d: d.person.born_on,
        "organisation": lambda d: d.organisation.name if d.organisation else "",
        "amount": lambda d: _euros(d.amount_cents),
        "tax_income": lambda d: _euros(d.tax_income_cents),
    }
    names = columns(KINDS["dossiers"])
    for dossier in _rows(Dossier, selectinload(Dossier.person), selectinload(Dossier.organisation)):
        yield [
            _text(words[name](dossier) if name in words else getattr(dossier, name))
            for name in names
        ]


_LINES: dict[str, Callable[[], Iterator[Line]]] = {
    "persons": _persons,
    "organisations": _organisations,
    "dossiers": _dossiers,
}
