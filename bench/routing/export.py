"""``python -m bench.routing.export DATABASE_URL > log.csv``: our own calls, as a log to replay.

Times and durations only: no number, no name; a dossier's owner is a number by order of appearance.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TextIO

from sqlalchemy import Select, create_engine, select

from app.calls.call.models import Call
from app.dossiers.models import Dossier
from app.foundation.clock import PARIS
from app.tickets.models import Contact

COLUMNS = ("queued_at", "talk_s", "wait_s", "wrap_up_s", "ring_s", "owner")


def calls(since: date, until: date) -> Select[*tuple[Any, ...]]:
    """Callers who reached the queue from ``since`` to ``until``, both days included."""
    first, last = (
        datetime.combine(day, moment, PARIS).astimezone(UTC)
        for day, moment in ((since, time.min), (until, time.max))
    )
    return (
        select(
            Call.queued_at,
            Call.offered_at,
            Call.answered_at,
            Call.ended_at,
            Call.wrap_up_ended_at,
            Dossier.owner_id,
        )
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .outerjoin(Dossier, Dossier.id == Contact.dossier_id)
        .where(Call.direction == "in", Call.queued_at.between(first, last))
        .where(Call.ended_at.is_not(None))
        .order_by(Call.queued_at, Call.id)
    )


def lines(rows: Iterable[Any]) -> Iterator[Sequence[object]]:
    """The log's lines; a span that did not happen is left empty."""
    owners: dict[int, int] = {}
    for row in rows:
        answered = row.answered_at
        owner = row.owner_id and owners.setdefault(row.owner_id, len(owners) + 1)
        yield (
            row.queued_at.isoformat(),
            _span(answered, row.ended_at),
            _span(row.queued_at, answered or row.ended_at),
            _span(row.ended_at, row.wrap_up_ended_at) if answered else "",
            _span(row.offered_at, answered),
            owner or "",
        )


def write(database_url: str, since: date, until: date, file: TextIO) -> int:
    """Write the log; how many calls are in it."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        rows = connection.execute(calls(since, until)).all()
    engine.dispose()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(lines(rows))
    return len(rows)


def _span(start: datetime | None, end: datetime | None) -> float | str:
    return round((end - start).total_seconds(), 1) if start and end else ""


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.routing.export", description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("--since", type=date.fromisoformat, default=date(2000, 1, 1))
    parser.add_argument("--until", type=date.fromisoformat, default=date(2100, 1, 1))
    asked = parser.parse_args()
    count = write(asked.database_url, asked.since, asked.until, sys.stdout)
    print(f"{count} calls", file=sys.stderr)


if __name__ == "__main__":
    main()
