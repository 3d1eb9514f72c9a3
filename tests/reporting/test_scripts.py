"""The scripts of a day in its report: as counted in the script's own figures, on every medium."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given

from app.reporting.definitions import DEFINITIONS
from app.reporting.scripts import figures
from app.reporting.sheet import tables
from app.reporting.statistics import day_report
from tests.assist.figures.test_counting import NOW, SCRIPT, Course, Stay, counting, courses


@given(courses)
def test_the_day_says_what_the_script_says(given_: list[Course]) -> None:
    days = figures.figures(given_, NOW)
    alone = counting.count(given_, NOW)
    assert [day.figures for day in days] == ([alone] if alone.followed else [])
    for entry in figures.as_json(days):
        assert sum(s["left"] for s in entry["steps"]) == entry["left"]
        assert sum(s["open"] for s in entry["steps"]) == entry["open"]
        for step in entry["steps"]:
            chosen = sum(answer["chosen"] for answer in step["answers"])
            assert chosen + step["left"] + step["open"] == step["arrived"]
        assert entry["held"] <= entry["solved"] <= entry["followed"]


def test_a_row_a_script_the_most_followed_first_and_where_it_is_left() -> None:
    left = Course(SCRIPT, 1, (Stay("one", 0), Stay("two", None)), "interrupted")
    once = Course(replace(SCRIPT, id="S91"), 2, (Stay("one", 2),), "unsolved")
    report = day_report([], date(2026, 5, 20), scripts=figures.figures([once, left, left], NOW))
    table = tables.scripts(report)
    assert [row[0].value for row in table.rows] == ["S90 · T", "S91 · T"]
    assert [cell.value for cell in table.rows[0][1:]] == [2, 2, 0, 0, "two (2)"]
    assert table.head[1] == DEFINITIONS["script_followed"].name()
    assert table in tables.all_tables(report)
    assert [each["script"] for each in report.as_json()["scripts"]] == ["S90", "S91"]
