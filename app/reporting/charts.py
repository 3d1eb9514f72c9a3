"""The drawings of a day's report, as Plotly figures. Pure.

Colours are names of the stylesheet's tokens (``var(--live)``): the browser gives them their value,
so a chart follows the light or the dark theme. No meaning is carried by colour alone: what is not
an answered call is hatched, and every bar has its number. Each drawing has its table, which says
the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.reporting import formats, tables
from app.reporting.definitions import DEFINITIONS
from app.reporting.statistics import DayReport
from app.reporting.tables import Table, word

INK, MUTED, LINE = "var(--ink)", "var(--ink-2)", "var(--line)"
ANSWERED, ABANDONED, OTHER = "var(--action)", "var(--wait)", "var(--edge)"
_ROW_PX = 34
_HATCH = {"abandoned": "/", "short_abandoned": "\\", "callback": ".", "failed": "x", "open": "-"}


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure as Plotly's JSON, a sentence that says what it shows, and its table."""

    key: str
    title: str
    summary: str
    height_px: int
    figure: dict[str, Any]
    table: Table


def all_charts(report: DayReport, locale: str = "fr") -> tuple[Chart, ...]:
    """The drawings of the report's page, in their order; none on a day without calls."""
    if not report.presented:
        return ()
    return (
        half_hours(report, locale),
        outcomes(report, locale),
        reasons(report, locale),
        caller_roles(report, locale),
    )


def half_hours(report: DayReport, locale: str = "fr") -> Chart:
    """Answered and other calls piled up by half-hour; below, the mean wait."""
    shown = report.shown_half_hours
    labels = [half_hour.label for half_hour in shown]
    presented = [half_hour.presented for half_hour in shown]
    answered = [half_hour.answered for half_hour in shown]
    others = [total - part for total, part in zip(presented, answered, strict=True)]
    not_answered = _say("Non répondus", "Not answered", locale)
    figure = go.Figure(
        data=[
            _column(labels, answered, DEFINITIONS["answered"].name(locale), ANSWERED),
            _column(labels, others, not_answered, ABANDONED, hatch="/"),
            _totals(labels, presented),
            _waits(labels, [half_hour.mean_wait_s for half_hour in shown], locale),
        ],
        layout=_half_hours_layout(max(presented), locale),
    )
    busiest = max(shown, key=lambda half_hour: half_hour.presented)
    summary = _say(
        f"La demi-heure la plus chargée est {busiest.label}, avec {busiest.presented} appels.",
        f"The busiest half-hour is {busiest.label}, with {busiest.presented} calls.",
        locale,
    )
    table = tables.half_hours(report, locale)
    return Chart("half_hours", table.caption, summary, 420, figure.to_plotly_json(), table)


def outcomes(report: DayReport, locale: str = "fr") -> Chart:
    """One bar for each outcome that happened."""
    counts = {key: n for key, n in report.outcomes().items() if n}
    colours = {"answered": ANSWERED, "abandoned": ABANDONED}
    bars = [
        (DEFINITIONS[key].name(locale), n, colours.get(key, OTHER), _HATCH.get(key, ""))
        for key, n in counts.items()
    ]
    summary = _say(
        f"{report.answered} appels répondus sur {report.presented} présentés.",
        f"{report.answered} calls answered out of {report.presented} presented.",
        locale,
    )
    return _bars(tables.outcomes(report, locale), bars, report.presented, summary, locale)


def reasons(report: DayReport, locale: str = "fr") -> Chart:
    """One bar for each reason, most frequent first; those left undone are hatched."""
    table = tables.reasons(report, locale)
    bars = [(str(name.value), _count(cell), ANSWERED, "") for name, cell, _ in table.rows[:-1]]
    undone, count, _ = table.rows[-1]
    bars.append((str(undone.value), _count(count), OTHER, "/"))
    first = bars[0]
    summary = _say(
        f"Motif le plus fréquent : {first[0]}, {first[1]} appels.",
        f"Most frequent reason: {first[0]}, {first[1]} calls.",
        locale,
    )
    return _bars(table, bars, report.answered, summary, locale)


def caller_roles(report: DayReport, locale: str = "fr") -> Chart:
    """One bar for each role, and a hatched one for calls where it was not noted."""
    table = tables.caller_roles(report, locale)
    bars = [(str(name.value), _count(cell), ANSWERED, "") for name, cell, _ in table.rows[:-1]]
    bars.append((word("role_unknown", locale), report.role_unknown, OTHER, "/"))
    named = sum(report.caller_roles.values())
    summary = _say(
        f"Qualité notée pour {named} appels sur {report.answered}.",
        f"Role noted for {named} calls out of {report.answered}.",
        locale,
    )
    return _bars(table, bars, report.answered, summary, locale)


def _count(cell: tables.Cell) -> int:
    return int(cell.value or 0)


def _say(french: str, english: str, locale: str) -> str:
    return english if locale.startswith("en") else french


def _column(
    labels: list[str], values: list[int], name: str, colour: str, hatch: str = ""
) -> go.Bar:
    return go.Bar(
        x=labels,
        y=values,
        name=name,
        marker=_marker(colour, hatch),
        hovertemplate="%{x} · " + name + " : %{y}<extra></extra>",
    )


def _totals(labels: list[str], values: list[int]) -> go.Scatter:
    return go.Scatter(
        x=labels,
        y=values,
        mode="text",
        text=[str(value) if value else "" for value in values],
        textposition="top center",
        textfont={"color": INK},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def _waits(labels: list[str], means: list[float | None], locale: str) -> go.Scatter:
    name = DEFINITIONS["mean_wait_s"].name(locale)
    return go.Scatter(
        x=labels,
        y=means,
        yaxis="y2",
        name=name,
        mode="lines+markers",
        line={"color": MUTED, "width": 2},
        marker={"color": MUTED, "size": 7, "symbol": "diamond"},
        customdata=[formats.duration(mean, locale) for mean in means],
        hovertemplate="%{x} · " + name + " : %{customdata}<extra></extra>",
    )


def _marker(colour: str, hatch: str) -> dict[str, Any]:
    marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
    if hatch:
        marker["pattern"] = {
            "shape": hatch, "fgcolor": "var(--surface)", "bgcolor": colour, "solidity": 0.3,
            "size": 8,
        }  # fmt: skip
    return marker


def _half_hours_layout(most: int, locale: str) -> dict[str, Any]:
    calls = _say("appels", "calls", locale)
    wait = _say("attente (s)", "wait (s)", locale)
    return {
        **_layout(),
        "barmode": "stack",
        "bargap": 0.3,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "showlegend": True,
        "margin": {"l": 56, "r": 8, "t": 40, "b": 40},
        "xaxis": {**_axis(), "type": "category", "anchor": "y2", "tickangle": -45},
        "yaxis": {
            **_axis(grid=True), "domain": [0.38, 1], "range": [0, most * 1.15 + 0.5],
            "title": {"text": calls, "standoff": 8}, "tickformat": "d", "nticks": 5,
        },
        "yaxis2": {
            **_axis(grid=True), "domain": [0, 0.26], "rangemode": "tozero",
            "title": {"text": wait, "standoff": 8}, "nticks": 3, "anchor": "x",
        },
    }  # fmt: skip


def _bars(
    table: Table, bars: list[tuple[str, int, str, str]], whole: int, summary: str, locale: str
) -> Chart:
    """Horizontal bars, each with its number and its share at its end."""
    trace = go.Bar(
        orientation="h",
        y=[_wrapped(name) for name, *_ in bars],
        x=[count for _, count, *_ in bars],
        text=[_bar_text(count, whole, locale) for _, count, *_ in bars],
        textposition="outside",
        cliponaxis=False,
        textfont={"color": INK},
        hoverinfo="skip",
        marker={
            "color": [colour for *_, colour, _ in bars],
            "line": {"width": 0},
            "pattern": {
                "shape": [hatch for *_, hatch in bars],
                "fgcolor": "var(--surface)",
                "solidity": 0.3,
                "size": 8,
                "fillmode": "overlay",
            },
        },
    )
    height = _ROW_PX * len(bars) + 24
    layout = {
        **_layout(),
        "height": height,
        "bargap": 0.35,
        "showlegend": False,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {**_axis(), "visible": False, "range": [0, _room(bars)]},
        "yaxis": {**_axis(), "autorange": "reversed", "automargin": True, "ticks": ""},
    }
    figure = go.Figure(data=[trace], layout=layout).to_plotly_json()
    return Chart(table.key, table.caption, summary, height, figure, table)


def _bar_text(count: int, whole: int, locale: str) -> str:
    return f" {count} · {formats.percent(count / whole if whole else None, locale)}"


def _room(bars: list[tuple[str, int, str, str]]) -> float:
    """Space at the end of the longest bar for its number."""
    return max(1, *(count for _, count, *_ in bars)) * 1.3


def _wrapped(name: str, width: int = 26) -> str:
    """A long label on two lines, cut between words."""
    if len(name) <= width:
        return name
    cut = name.rfind(" ", 0, width)
    return f"{name[:cut]}<br>{name[cut + 1 :]}" if cut > 0 else name


def _layout() -> dict[str, Any]:
    return {
        "template": "none",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "size": 14},
        "hoverlabel": {"bgcolor": "var(--surface)", "bordercolor": LINE, "font": {"color": INK}},
        "separators": ", ",
        "dragmode": False,
    }


def _axis(*, grid: bool = False) -> dict[str, Any]:
    return {
        "fixedrange": True,
        "showgrid": grid,
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": LINE,
        "tickfont": {"color": MUTED, "size": 13},
        "title": {"font": {"color": MUTED, "size": 13}},
    }
