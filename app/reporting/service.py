"""Use cases of the report: the figures of a day, and the day as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flask import current_app

from app.accounts import journal
from app.calls.call import dispatch
from app.foundation import beside_loop, clock, edits
from app.foundation.database.unit_of_work import unit_of_work
from app.lines import line_now
from app.lines import store as lines
from app.lines.line_now import LineNow
from app.reporting import behind, store, targets, wall
from app.reporting.call_fact import CallFact
from app.reporting.files import exports
from app.reporting.incidents import read as incidents
from app.reporting.promises import figures as promised
from app.reporting.promises import read as promises
from app.reporting.scripts import read as scripts
from app.reporting.sheet.day_sheet import WEEK, DaySheet
from app.reporting.statistics import DayReport, day_report
from app.reporting.targets import Targets
from app.reporting.writing import channels, written

WALL = "permanence.wall"


def report_of(day: date) -> DayReport:
    """Every figure of a local day, counted from the calls and the messages now."""
    line = line_now.of(lines.first())
    facts, opening = store.day_facts(day, line.zone), _opening(line, day)
    now = clock.now()
    wrote, owed = (
        written.facts(day, now, line.zone),
        promised.figures(promises.facts(day, line.zone)),
    )
    broken = incidents.of_day(day, line.zone)
    followed = scripts.of_day(day, now, line.zone)

    def count() -> DayReport:
        figures = channels.figures(wrote, day, now, line.zone)
        return day_report(
            facts, day, line.zone, opening=opening, channels=figures, promises=owed,
            incidents=broken, scripts=followed,
        )  # fmt: skip

    return beside_loop.figure(count)


def shown_on_the_wall(day: date) -> DayReport:
    """The same, counted once for all the walls that look between two things that happen to a call.

    What is qualified meanwhile does not count here: the wall shows no reason.
    """
    kept: dict[str, tuple[object, DayReport]] = current_app.extensions.setdefault(WALL, {})
    mark = (day, *store.day_mark(day, line_now.of(lines.first()).zone))
    known = kept.get("report")
    if known is None or known[0] != mark:
        known = kept["report"] = (mark, report_of(day))
    return known[1]


def _opening(line: LineNow, day: date) -> tuple[tuple[time, time], ...]:
    return tuple((start.time(), end.time()) for start, end in line.spans(day))


def sheet_of(day: date) -> DaySheet:
    """The report of a day with what it is read beside: a week before, the targets of then, whose service."""
    line = lines.first()
    ended = clock.day_bounds(day, line_now.of(line).zone)[1]
    service = line.name if line else "Permanence"
    return DaySheet(report_of(day), report_of(day - WEEK), targets_at(ended), service)


def calls_behind(key: str, day: date) -> list[CallFact] | None:
    """The calls that a figure of a day counts (``behind.KEYS``); None for a figure that there is not."""
    zone = line_now.of(lines.first()).zone
    return behind.behind(key, store.day_facts(day, zone), zone)


# --- targets -------------------------------------------------------------------------------------


def targets_at(instant: datetime) -> Targets:
    """What the service aimed at then."""
    return targets.stored(store.stored_targets(instant))


def set_targets(
    wanted: Targets, typed: Mapping[str, str], *, seen: str, by: int, now: datetime
) -> None:
    """Aim at this from now on. Raises StaleEdit when somebody else set them meanwhile."""
    with unit_of_work():
        current = targets_at(now)
        edits.refuse_stale(seen, targets.shown(current), typed)
        if wanted == current:
            return
        store.add_targets(targets.as_stored(wanted), by=by, now=now)
        before, after = targets.shown(current), targets.shown(wanted)
        changed: dict[str, Any] = {
            name: {"from": before[name], "to": after[name]}
            for name in after
            if before[name] != after[name]
        }
        journal.record("report_targets", "report:targets", agent_id=by, now=now, detail=changed)


# --- files ---------------------------------------------------------------------------------------


def export(day: date, format_name: str, locale: str = "fr") -> str | bytes:
    """The report of a day as text (table, json, csv) or bytes (xlsx, pdf).

    Raises InvalidInput for a format that does not exist.
    """
    exports.format_of(format_name)
    sheet = sheet_of(day)
    return beside_loop.figure(lambda: exports.export(sheet, format_name, locale))


def export_for(
    day: date, format_name: str, *, agent_id: int, now: datetime, locale: str = "fr"
) -> str | bytes:
    """As ``export``, journaled: somebody took the figures out."""
    content = export(day, format_name, locale)
    with unit_of_work():
        journal.record(
            "export_report",
            f"report:{day.isoformat()}",
            agent_id=agent_id,
            now=now,
            detail={"format": format_name},
        )
    return content


def board(now: datetime) -> wall.Board:
    """The line as it is now."""
    return wall.board(store.live_calls(), store.seats(), dispatch.snapshot_of(), now)
