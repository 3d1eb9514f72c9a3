"""The drawing of a day's half-hours, as a Plotly figure. Pure.

Colours are names of the stylesheet's tokens (``var(--live)``): the browser gives them their value,
so a chart follows the light or the dark theme. No meaning is carried by colour alone: what is not
an answered call is hatched, every bar has its number, a wait beyond the target is over its line. The
drawing has its table, which says the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.foundation.text.bilingual import Text
from app.reporting import formats
from app.reporting.definitions import DEFINITIONS
from app.reporting.sheet import tables
from app.reporting.sheet.cells import Table
from app.reporting.sheet.day_sheet import DaySheet
from app.reporting.sheet.half_hours import Drawing, drawing

INK, MUTED, LINE = "var(--ink)", "var(--ink-2)", "var(--line)"
HEIGHT_PX = 380
_COLOURS = {
    "answered": "var(--action)",
    "abandoned": "var(--stop)",
    "short_abandoned": "var(--edge)",
    "others": "var(--edge)",
}
_HATCH = {"abandoned": "/", "short_abandoned": "\\", "others": "."}
_WAIT, _LONG_WAIT = "var(--bar-calm)", "var(--bar-late)"


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure as Plotly's JSON, a sentence that says what it shows, and its table."""

    key: str
    title: str
    summary: str
    height_px: int
    figure: dict[str, Any]
    table: Table


def half_hours(sheet: DaySheet, locale: str = "fr") -> Chart | None:
    """Each half-hour's calls piled up by what became of them; below, the mean wait beside its target.

    The parts are those of the table under it, and the rest: a call that is going on, or was diverted to
    a call-back, is no abandonment. None on a day without calls.
    """
    report = sheet.report
    if not report.presented:
        return None
    drawn = drawing(report, sheet.targets.mean_wait_s, locale)
    places = list(range(len(drawn.labels)))
    figure = go.Figure(
        data=[
            *(_column(places, drawn, part.name, part.counts, part.key) for part in drawn.parts),
            _totals(places, drawn),
            _waits(places, drawn, locale),
        ],
        layout=_layout(drawn, locale),
    )
    busiest = max(report.half_hours, key=lambda each: each.presented)
    summary = Text(
        f"Demi-heure la plus chargée : {busiest.label} (appels présentés : {busiest.presented}).",
        f"Busiest half-hour: {busiest.label} (calls presented: {busiest.presented}).",
    ).get(locale)
    table = tables.half_hours(report, locale)
    title = Text("Appels et attente, par demi-heure", "Calls and wait, by half-hour").get(locale)
    return Chart("half_hours", title, summary, HEIGHT_PX, figure.to_plotly_json(), table)


def _column(
    places: list[int], drawn: Drawing, name: str, counts: tuple[int, ...], key: str
) -> go.Bar:
    colour, hatch = _COLOURS[key], _HATCH.get(key, "")
    marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
    if hatch:
        marker["pattern"] = {
            "shape": hatch, "fgcolor": "var(--surface)", "bgcolor": colour, "solidity": 0.3, "size": 6,
        }  # fmt: skip
    return go.Bar(
        x=places,
        y=list(counts),
        name=name,
        marker=marker,
        customdata=list(drawn.labels),
        hovertemplate="%{customdata} · " + name + " : %{y}<extra></extra>",
    )


def _totals(places: list[int], drawn: Drawing) -> go.Scatter:
    return go.Scatter(
        x=places,
        y=list(drawn.presented),
        mode="text",
        text=[str(value) if value else "" for value in drawn.presented],
        textposition="top center",
        textfont={"color": INK},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def _waits(places: list[int], drawn: Drawing, locale: str) -> go.Bar:
    name = DEFINITIONS["mean_wait_s"].name(locale)
    known = [wait is not None for wait in drawn.waits]
    return go.Bar(
        x=places,
        y=list(drawn.waits),
        yaxis="y2",
        name=name,
        showlegend=False,
        marker={
            "color": [_LONG_WAIT if drawn.beyond(place) else _WAIT for place in places],
            "line": {"width": 0},
        },
        text=[
            f"{round(wait or 0)} s" if there else ""
            for wait, there in zip(drawn.waits, known, strict=True)
        ],
        textposition="outside",
        textangle=0,
        textfont={"color": INK, "size": 12},
        cliponaxis=False,
        constraintext="none",
        customdata=[
            f"{label} · {name} : {formats.duration(wait, locale)}"
            for label, wait in zip(drawn.labels, drawn.waits, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _layout(drawn: Drawing, locale: str) -> dict[str, Any]:
    most = max(drawn.presented)
    longest = max([*(wait or 0 for wait in drawn.waits), drawn.wait_target_s])
    last = len(drawn.labels) - 1
    return {
        "template": "none",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "size": 14},
        "hoverlabel": {"bgcolor": "var(--surface)", "bordercolor": LINE, "font": {"color": INK}},
        "separators": ", ",
        "dragmode": False,
        "barmode": "stack",
        "bargap": 0.3,
        "legend": {
            "orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom",
            "traceorder": "normal", "itemclick": False, "itemdoubleclick": False,
        },
        "showlegend": True,
        "margin": {"l": 28, "r": 4, "t": 32, "b": 4},
        "xaxis": {
            **_axis(), "anchor": "y", "range": [-0.6, last + 0.6], "ticks": "outside", "tickcolor": LINE,
            "tickvals": [place - 0.5 for place, _words in drawn.ticks],
            "ticktext": [words for _place, words in drawn.ticks],
        },
        "yaxis": {
            **_axis(grid=True), "showline": False, "domain": [0.42, 1], "range": [0, most * 1.15 + 0.5],
            "tickformat": "d", **({"dtick": 1} if most <= 4 else {"nticks": 4}),
        },
        "yaxis2": {
            **_axis(), "showline": False, "domain": [0, 0.26], "range": [0, longest * 1.35 + 1],
            "showticklabels": False, "anchor": "x",
        },
        "shapes": [*_closed_hours(drawn), _target_line(drawn)],
        "annotations": [*_closed_words(drawn), _target_words(drawn, locale)],
    }  # fmt: skip


def _closed_hours(drawn: Drawing) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect", "xref": "x", "yref": "paper", "x0": gap.first - 0.5, "x1": gap.last + 0.5,
            "y0": 0, "y1": 1, "fillcolor": "var(--inset)", "line": {"width": 0}, "layer": "below",
        }
        for gap in drawn.gaps
    ]  # fmt: skip


def _closed_words(drawn: Drawing) -> list[dict[str, Any]]:
    return [
        {
            "xref": "x", "yref": "paper", "x": (gap.first + gap.last) / 2, "y": 0.75, "showarrow": False,
            "text": gap.words.replace(" ", "<br>", 1).replace(" – ", " –<br>"),
            "font": {"color": MUTED, "size": 12},
        }
        for gap in drawn.gaps
    ]  # fmt: skip


def _target_line(drawn: Drawing) -> dict[str, Any]:
    return {
        "type": "line", "xref": "paper", "yref": "y2", "x0": 0, "x1": 1, "y0": drawn.wait_target_s,
        "y1": drawn.wait_target_s, "line": {"color": MUTED, "width": 1, "dash": "dot"},
    }  # fmt: skip


def _target_words(drawn: Drawing, locale: str) -> dict[str, Any]:
    aim = formats.duration(drawn.wait_target_s, locale)
    return {
        "xref": "paper", "yref": "y2", "x": 1, "xanchor": "right", "y": drawn.wait_target_s, "yanchor": "bottom",
        "text": Text(f"cible {aim}", f"target {aim}").get(locale), "showarrow": False,
        "font": {"color": MUTED, "size": 12},
    }  # fmt: skip


def _axis(*, grid: bool = False) -> dict[str, Any]:
    return {
        "fixedrange": True,
        "showgrid": grid,
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": LINE,
        "tickfont": {"color": MUTED, "size": 12},
    }
