"""The drawing: the same numbers as its table, colours by token, meaning never by colour alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import time

from app.reporting.files import charts
from app.reporting.files.charts import Chart
from app.reporting.sheet import tables
from app.reporting.sheet.day_sheet import DaySheet
from app.reporting.sheet.half_hours import drawing
from app.reporting.statistics import day_report
from tests.demo.test_reference_day import REPORT
from tests.reporting.builders import DAY, create_answered, create_fact

OPENING = ((time(9), time(12, 30)), (time(13, 30), time(17)))
OPEN = replace(REPORT, opening=OPENING)
SHEET = DaySheet(OPEN)


def chart(sheet: DaySheet = SHEET, locale: str = "fr") -> Chart:
    drawn = charts.half_hours(sheet, locale)
    assert drawn is not None
    return drawn


def parts(drawn: Chart) -> dict[str, list[int]]:
    """The calls of each colour: all traces but the totals and the waits."""
    return {part["name"]: list(part["y"]) for part in drawn.figure["data"][:-2]}


def test_a_day_without_calls_has_no_drawing() -> None:
    assert charts.half_hours(DaySheet(day_report([], DAY))) is None


def test_colours_are_tokens_of_the_stylesheet() -> None:
    text = json.dumps(chart().figure)
    assert "var(--" in text
    assert not re.findall(r"#[0-9a-fA-F]{3,6}\b|\brgb\(", text)


def test_half_hours_pile_up_to_the_calls_presented() -> None:
    *columns, totals, _waits = chart().figure["data"]
    piled = [sum(counted) for counted in zip(*(part["y"] for part in columns), strict=True)]
    assert piled == list(totals["y"])
    assert sum(totals["y"]) == 67
    shapes = [part["marker"].get("pattern", {}).get("shape", "") for part in columns]
    assert len(set(shapes)) == len(shapes)


def test_abandonments_are_the_same_number_in_every_panel() -> None:
    """The drawing of half-hours, its table and the outcomes."""
    drawn = {name: sum(counts) for name, counts in parts(chart()).items()}
    table = chart().table
    foot = dict(zip(table.head, (cell.value for cell in table.foot or ()), strict=True))
    outcomes = {row[0].value: row[1].value for row in tables.outcomes(REPORT).rows}
    for name, count in (("Répondus", 59), ("Abandonnés", 3), ("Abandons courts", 5)):
        assert drawn[name] == foot[name] == outcomes[name] == count


def test_a_call_that_goes_on_or_was_diverted_is_no_abandonment() -> None:
    facts = [create_fact(), create_fact(outcome="callback"), create_answered()]
    drawn = parts(chart(DaySheet(day_report(facts, DAY))))
    assert {name: sum(counts) for name, counts in drawn.items()} == {
        "Répondus": 1,
        "Autres (rappels, échecs, en cours)": 2,
    }


def test_the_lunch_closure_is_shown_and_said() -> None:
    drawn = drawing(OPEN, 45)
    assert [gap.words for gap in drawn.gaps] == [
        "fermé 12\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30 – 13\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30"
    ]
    assert [drawn.labels[place] for place in (drawn.gaps[0].first, drawn.gaps[0].last)] == [
        "12:30",
        "13:00",
    ]
    shapes = chart().figure["layout"]["shapes"]
    assert [(s["x0"], s["x1"]) for s in shapes if s["type"] == "rect"] == [(6.5, 8.5)]


def test_a_wait_beyond_the_target_is_over_its_line() -> None:
    drawn = drawing(OPEN, 45)
    waits = chart().figure["data"][-1]
    for place, wait in enumerate(drawn.waits):
        late = waits["marker"]["color"][place] == "var(--bar-late)"
        assert late == ((wait or 0) > 45) == drawn.beyond(place)


def test_the_drawing_speaks_english_when_asked() -> None:
    assert chart(locale="en").title != chart().title
    assert chart(locale="en").summary != chart().summary
