"""Drawings: the same numbers as their tables, colours by token, meaning never by colour alone."""

from __future__ import annotations

import json
import re

import pytest

from app.reporting import charts
from app.reporting.charts import Chart
from app.reporting.statistics import day_report
from tests.reporting.builders import DAY, create_answered, create_fact
from tests.reporting.test_demo_day import REPORT

CHARTS = {chart.key: chart for chart in charts.all_charts(REPORT)}


def test_a_day_without_calls_has_no_drawing() -> None:
    assert charts.all_charts(day_report([], DAY)) == ()


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_drawing_has_a_title_a_sentence_and_a_table(chart: Chart) -> None:
    assert chart.title
    assert chart.summary
    assert chart.table.rows


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_colours_are_tokens_of_the_stylesheet(chart: Chart) -> None:
    text = json.dumps(chart.figure)
    assert "var(--" in text
    assert not re.findall(r"#[0-9a-fA-F]{3,6}\b|\brgb\(", text)


def test_half_hours_pile_up_to_the_calls_presented() -> None:
    *parts, totals, _waits = CHARTS["half_hours"].figure["data"]
    piled = [sum(counted) for counted in zip(*(part["y"] for part in parts), strict=True)]
    assert piled == list(totals["y"])
    assert sum(totals["y"]) == 67
    shapes = [part["marker"].get("pattern", {}).get("shape", "") for part in parts]
    assert len(set(shapes)) == len(shapes)


def test_abandonments_are_the_same_number_in_every_panel() -> None:
    """The drawing of half-hours, its table, the outcomes and the headline's note."""
    drawn = {part["name"]: sum(part["y"]) for part in CHARTS["half_hours"].figure["data"][:-2]}
    table = CHARTS["half_hours"].table
    foot = dict(zip(table.head, (cell.value for cell in table.foot or ()), strict=True))
    outcomes = {row[0].value: row[1].value for row in CHARTS["outcomes"].table.rows}
    for name, count in (("Répondus", 59), ("Abandonnés", 3), ("Abandons courts", 5)):
        assert drawn[name] == foot[name] == outcomes[name] == count


def test_a_call_that_goes_on_or_was_diverted_is_no_abandonment() -> None:
    facts = [create_fact(), create_fact(outcome="callback"), create_answered()]
    drawn = {chart.key: chart for chart in charts.all_charts(day_report(facts, DAY))}
    parts = {part["name"]: sum(part["y"]) for part in drawn["half_hours"].figure["data"][:-2]}
    assert parts == {"Répondus": 1, "Autres (rappels, échecs, en cours)": 2}


@pytest.mark.parametrize("key", ["outcomes", "reasons", "caller_roles"])
def test_each_bar_carries_its_number(key: str) -> None:
    bars = CHARTS[key].figure["data"]
    for bar in bars:
        assert [text.split()[0] for text in bar["text"]] == [str(count) for count in bar["x"]]
    hatches = [bar["marker"].get("pattern", {}).get("shape", "") for bar in bars]
    assert len(set(hatches)) > 1


@pytest.mark.parametrize("key", ["reasons", "caller_roles"])
def test_bars_say_what_their_table_says(key: str) -> None:
    chart = CHARTS[key]
    shown = [(bar["y"][0].replace("<br>", " "), bar["x"][0]) for bar in chart.figure["data"]]
    assert shown == [(row[0].value, row[1].value) for row in chart.table.rows]


def test_drawings_speak_english_when_asked() -> None:
    english = {chart.key: chart for chart in charts.all_charts(REPORT, "en")}
    for key, chart in CHARTS.items():
        assert english[key].title != chart.title
        assert english[key].summary != chart.summary
