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

from app.foundation.text.bilingual import pick
from app.reporting import formats, tables
from app.reporting.definitions import DEFINITIONS, OUTCOMES
from app.reporting.statistics import DayReport
from app.reporting.tables import Cell, Table

INK, MUTED, LINE = "var(--ink)", "var(--ink-2)", "var(--line)"
ANSWERED, ABANDONED, OTHER = "var(--action)", "var(--wait-solid)", "var(--edge)"
_ROW_PX = 34
_COLUMNS = {"answered": ANSWERED, "abandoned": ABANDONED, "short_abandoned": OTHER}
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
    """Each half-hour's calls piled up by what became of them; below, the mean wait.

    The parts are those of the table under it, and the rest: a call that is going on, or was diverted to
    a call-back, is no abandonment.
    """
    shown = report.shown_half_hours
    labels = [half_hour.label for half_hour in shown]
    presented = [half_hour.presented for half_hour in shown]
    parts = {key: [getattr(half_hour, key) for half_hour in shown] for key in _COLUMNS}
    others = [
        total - sum(counted) for total, *counted in zip(presented, *parts.values(), strict=True)
    ]
    columns = [
        _column(
            labels, parts[key], DEFINITIONS[key].name(locale), colour, hatch=_HATCH.get(key, "")
        )
        for key, colour in _COLUMNS.items()
        if key == "answered" or any(parts[key])
    ]
    if any(others):
        name = _say(
            "Autres (rappels, échecs, en cours)", "Others (call-backs, failed, open)", locale
        )
        columns.append(_column(labels, others, name, OTHER, hatch="."))
    figure = go.Figure(
        data=[
            *columns,
            _totals(labels, presented),
            _waits(labels, [half_hour.mean_wait_s for half_hour in shown], locale),
        ],
        layout=_half_hours_layout(max(presented), locale),
    )
    busiest = max(shown, key=lambda half_hour: half_hour.presented)
    summary = _say(
        f"Demi-heure la plus chargée : {busiest.label} (appels présentés : {busiest.presented}).",
        f"Busiest half-hour: {busiest.label} (calls presented: {busiest.presented}).",
        locale,
    )
    table = tables.half_hours(report, locale)
    return Chart("half_hours", table.caption, summary, 420, figure.to_plotly_json(), table)


def outcomes(report: DayReport, locale: str = "fr") -> Chart:
    """One bar for each outcome that happened."""
    table = tables.outcomes(report, locale)
    colours = {"answered": ANSWERED, "abandoned": ABANDONED}
    bars = [
        _bar(row, colours.get(key, OTHER), _HATCH.get(key, ""), locale)
        for key, row in zip(OUTCOMES, table.rows, strict=True)
        if row[1].value
    ]
    summary = _say(
        f"Appels répondus : {report.answered} sur {report.presented} présentés.",
        f"Calls answered: {report.answered} out of {report.presented} presented.",
        locale,
    )
    return _bars(table, bars, summary)


def reasons(report: DayReport, locale: str = "fr") -> Chart:
    """One bar for each reason, most frequent first; those left undone are hatched."""
    table = tables.reasons(report, locale)
    bars = _last_hatched(table, locale)
    summary = _say(
        f"Motif le plus fréquent : {bars[0].name} (appels : {bars[0].count}).",
        f"Most frequent reason: {bars[0].name} (calls: {bars[0].count}).",
        locale,
    )
    return _bars(table, bars, summary)


def caller_roles(report: DayReport, locale: str = "fr") -> Chart:
    """One bar for each role, and a hatched one for calls where it was not noted."""
    table = tables.caller_roles(report, locale)
    named = report.answered - report.role_unknown
    summary = _say(
        f"Appels où la qualité est notée : {named} sur {report.answered}.",
        f"Calls with the role noted: {named} out of {report.answered}.",
        locale,
    )
    return _bars(table, _last_hatched(table, locale), summary)


@dataclass(frozen=True, slots=True)
class _Bar:
    name: str
    count: int
    text: str
    colour: str
    hatch: str


def _bar(row: tuple[Cell, ...], colour: str, hatch: str, locale: str) -> _Bar:
    """A row of a table (name, count, share) as a bar: it says what the table says."""
    name, count, part = row
    shown = (
        count.text(locale) if part.value is None else f"{count.text(locale)} · {part.text(locale)}"
    )
    return _Bar(name.text(locale), int(count.value or 0), f" {shown}", colour, hatch)


def _last_hatched(table: Table, locale: str) -> list[_Bar]:
    known = [_bar(row, ANSWERED, "", locale) for row in table.rows[:-1]]
    return [*known, _bar(table.rows[-1], OTHER, "/", locale)]


def _say(french: str, english: str, locale: str) -> str:
    return pick((french, english), locale)


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
            "shape": hatch, "fgcolor": INK, "bgcolor": colour, "solidity": 0.2, "size": 8,
        }  # fmt: skip
    return marker


def _half_hours_layout(most: int, locale: str) -> dict[str, Any]:
    calls = _say("appels", "calls", locale)
    wait = _say("attente (s)", "wait (s)", locale)
    return {
        **_layout(),
        "barmode": "stack",
        "bargap": 0.3,
        "legend": {
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal",
        },
        "showlegend": True,
        "margin": {"l": 56, "r": 8, "t": 40, "b": 32},
        "xaxis": {**_axis(), "type": "category", "anchor": "y2", "automargin": True},
        "yaxis": {
            **_axis(calls, grid=True), "domain": [0.38, 1], "range": [0, most * 1.15 + 0.5],
            "tickformat": "d", **({"dtick": 1} if most <= 4 else {"nticks": 5}),
        },
        "yaxis2": {
            **_axis(wait, grid=True), "domain": [0, 0.26], "rangemode": "tozero",
            "nticks": 3, "anchor": "x",
        },
    }  # fmt: skip


def _bars(table: Table, bars: list[_Bar], summary: str) -> Chart:
    """Horizontal bars, each with its number and its share at its end."""
    traces = [
        go.Bar(
            orientation="h",
            y=[_wrapped(bar.name)],
            x=[bar.count],
            text=[bar.text],
            textposition="outside",
            cliponaxis=False,
            textfont={"color": INK},
            hoverinfo="skip",
            marker=_marker(bar.colour, bar.hatch),
        )
        for bar in bars
    ]
    height = _ROW_PX * len(bars) + 24
    room = max(1, *(bar.count for bar in bars)) * 1.3  # for the number of the longest bar
    layout = {
        **_layout(),
        "height": height,
        "barmode": "stack",
        "bargap": 0.35,
        "showlegend": False,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {**_axis(), "visible": False, "range": [0, room]},
        "yaxis": {**_axis(), "autorange": "reversed", "automargin": True, "ticks": ""},
    }
    figure = go.Figure(data=traces, layout=layout).to_plotly_json()
    return Chart(table.key, table.caption, summary, height, figure, table)


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


def _axis(title: str = "", *, grid: bool = False) -> dict[str, Any]:
    return {
        "fixedrange": True,
        "showgrid": grid,
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": LINE,
        "tickfont": {"color": MUTED, "size": 12},
        "title": {"text": title, "standoff": 8, "font": {"color": MUTED, "size": 13}},
    }
