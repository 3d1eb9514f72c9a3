"""A refused line corrected on its page, cell by cell, and sent again alone.

    refused → corrected → in its place (no refusal any more), or refused again: what was typed stays on the page

One transaction: what the line makes, its refusal gone, the figures of the run. On the page dates are written the day
first, whatever the file does: a cell that the file's own order makes sure is shown so, another one is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, update

from app.accounts import journal
from app.dossiers.feeds import blocks, kinds, service
from app.dossiers.feeds.blocks import Line, Result
from app.dossiers.feeds.deciding import Outcome
from app.dossiers.feeds.kinds import Field, Kind, Reading
from app.dossiers.feeds.models import FeedRefusal, FeedRun, RunState
from app.dossiers.feeds.refused import lines
from app.dossiers.tables.days import Order
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import rows_changed
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db

LONGEST_VALUE = 1000  # signs of one cell that is typed
OPEN_IN = (RunState.DONE, RunState.STOPPED, RunState.FAILED)


@dataclass(frozen=True)
class Box:
    """One cell on the page: its field, what stands in it, why that is refused, whether the file has its column, whether
    a line cannot do without it."""

    field: Field
    value: str
    why: str
    in_file: bool
    required: bool


@dataclass(frozen=True)
class Form:
    """A refused line as it is corrected. ``why``: of the line as a whole, "" when its cells say it."""

    run_id: int
    line: int
    why: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Sent:
    """What became of a line that was sent again: the form once more when it was refused."""

    outcome: Outcome | None
    form: Form | None
    left: int = field(default=0)  # refused lines of the run that remain


def open_to(run: FeedRun) -> bool:
    """Are its lines to be corrected now? Not those of a trial, nor while it goes."""
    return not run.trial and run.state in OPEN_IN


def form_of(run: FeedRun, number: int, now: datetime) -> Form:
    """A refused line, each cell as it stands and why it does not do. Raises NotFound."""
    refusal = lines.one(run.id, number)
    kind, found = service.kind_of(run.kind), service.plan_of(run)
    cells = lines.cells_of(refusal.raw, found.plan.separator or ";")
    given = {
        name: cells[place - 1]
        for name, place in found.plan.columns.items()
        if place <= len(cells) and name in kind.names
    }
    reading = Reading(today=local_day(now), orders=service.orders_of(run))
    values, wrong = {}, kinds.problems(kind, given, reading)
    for name, cell in given.items():
        values[name] = _day_first(kind.named(name), cell, reading) if name not in wrong else cell
        if name in wrong and kind.named(name).dated:
            values[name] = ""  # it may be two days: nobody has it kept by not looking
    return _form(run, kind, number, values, wrong, "" if wrong else refusal.why)


def _day_first(each: Field, cell: str, reading: Reading) -> str:
    """The cell, a date of it as it is written on the page."""
    if not each.dated:
        return cell.strip()
    value = each.read(cell, each.name, reading)
    if isinstance(value, datetime):
        return f"{value.astimezone(reading.zone):%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else ""


def _form(
    run: FeedRun,
    kind: Kind,
    number: int,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    why: str,
) -> Form:
    columns = service.plan_of(run).plan.columns
    boxes = tuple(
        Box(
            each,
            values.get(each.name, ""),
            wrong.get(each.name, ""),
            each.name in columns,
            (each.name,) in kind.required,
        )
        for each in kind.fields
    )
    return Form(run.id, number, why, boxes)


def send(run_id: int, number: int, typed: Mapping[str, str], *, by_id: int, now: datetime) -> Sent:
    """Send one corrected line. Raises NotFound when it was sent already, Conflict while the run goes."""
    run = service.run_of(run_id)
    kind, source = service.kind_of(run.kind), run.source
    if not open_to(run):
        raise Conflict("Cet import n'est pas fini : ses lignes se corrigent ensuite.")
    lines.one(run_id, number)
    cells = {n: str(typed.get(n, ""))[:LONGEST_VALUE].strip() for n in kind.names}
    cells = {name: cell for name, cell in cells.items() if cell}
    orders = {each.name: Order.DAY_FIRST for each in kind.fields if each.dated}
    reading = Reading(today=local_day(now), orders=orders)
    wrong = kinds.problems(kind, cells, reading)
    if wrong:
        return Sent(None, _form(run, kind, number, cells, wrong, ""))

    def keep(result: Result) -> None:
        if not result.refused:
            _keep(run_id, number, result, by_id=by_id, now=now)

    line = Line(number, cells)
    result = blocks.apply(
        kind, [line], reading, source=source, now=now, trial=False, keep=keep, forget=False
    )
    run = service.run_of(run_id)
    if result.refused:
        return Sent(None, _form(run, kind, number, cells, {}, result.refused[0].why))
    return Sent(result.outcomes[number], None, run.counts.get("refused", 0))


def _keep(run_id: int, number: int, result: Result, *, by_id: int, now: datetime) -> None:
    """In the line's own transaction: its refusal goes, once, and the figures move."""
    held = db.session.execute(
        update(FeedRun)
        .where(FeedRun.id == run_id, FeedRun.trial.is_(False), FeedRun.state.in_(OPEN_IN))
        .values(state=FeedRun.state)  # whoever else writes on this run waits
    )
    if not rows_changed(held):
        raise Conflict("Cet import est reparti : ses lignes se corrigent ensuite.")
    gone = db.session.execute(
        delete(FeedRefusal).where(FeedRefusal.run_id == run_id, FeedRefusal.line == number)
    )
    if not rows_changed(gone):
        raise NotFound(
            "Cette ligne n'est plus parmi les refusées.", kept="Rien n'est fait deux fois."
        )
    run = db.session.get(FeedRun, run_id, populate_existing=True)
    assert run is not None  # it was written above
    counts: Counter[str] = Counter(run.counts)
    counts.update(result.counts)
    counts["refused"] -= 1
    counts["corrected"] += 1
    run.counts = dict(counts)
    journal.record(
        "feed_line_corrected",
        f"feed:{run_id}",
        agent_id=by_id,
        now=now,
        detail={"line": number, "did": result.outcomes[number].did.value},
    )


def typed_in(form: Mapping[str, Any], kind: Kind) -> dict[str, str]:
    """What the page sends, by our names."""
    return {name: str(form.get(f"cell-{name}", "")) for name in kind.names}
