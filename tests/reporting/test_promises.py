"""Promises of a day: each one due has one fate, late and then moved is never in time, nobody is named."""

from __future__ import annotations

import json
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.clock import day_bounds
from app.foundation.extensions import db
from app.reporting import service
from app.reporting.definitions import DEFINITIONS
from app.reporting.promises.definitions import KINDS
from app.reporting.promises.figures import FATES, PromiseFact, figures, together
from app.reporting.sheet import tables
from app.reporting.statistics import day_report
from app.tickets.promises.models import Promise, PromiseEnd, PromiseKind
from tests.reporting.builders import DAY, create_answered

facts_of_a_day = st.lists(
    st.builds(
        PromiseFact,
        kind=st.sampled_from(tuple(KINDS)),
        outcome=st.sampled_from((None, "kept", "dropped")),
        missed=st.booleans(),
        count=st.integers(1, 5),
    ),
    max_size=12,
)


def test_every_kind_and_end_is_known() -> None:
    assert list(KINDS) == [kind.value for kind in PromiseKind]
    assert {end.value for end in PromiseEnd} == {"kept", "dropped"}


@given(facts_of_a_day)
def test_each_promise_has_one_fate(facts: list[PromiseFact]) -> None:
    counted = figures(facts)
    everything = together(counted)
    assert everything.due == sum(fact.count for fact in facts)
    assert everything.kept == sum(f.count for f in facts if f.outcome == "kept" and not f.missed)
    assert counted == figures(reversed(facts))
    for each in (*counted, everything):
        assert each.due == sum(each.as_json()[fate] for fate in FATES)


@pytest.mark.parametrize(
    "fact", [PromiseFact("pigeon", None, False), PromiseFact("call", "x", False)]
)
def test_what_is_not_known_is_refused(fact: PromiseFact) -> None:
    with pytest.raises(ValueError, match="unknown"):
        figures([fact])


def test_the_other_figures_do_not_depend_on_them() -> None:
    calls = [create_answered()]
    alone = day_report(calls, DAY)
    beside = day_report(calls, DAY, promises=figures([PromiseFact("call", "kept", True)]))
    assert alone.as_json() | {"promises": 0} == beside.as_json() | {"promises": 0}
    told = beside.as_json()["promises"]
    assert list(told) == ["due", *FATES, "by_kind"]
    assert told["by_kind"]["call"] == {"due": 1, "kept": 0, "late": 1, "dropped": 0, "open": 0}
    table = tables.promises(beside, "en")
    assert table.foot is not None
    assert [cell.value for cell in table.foot] == ["All", 1, 0, 1, 0, 0]


def test_the_report_counts_what_was_due_that_day(app: Flask, create_agent, login, tmp_path) -> None:
    agent = create_agent("front", display_name="Nadia")
    start, end = day_bounds(DAY)
    ended = {"ended_at": end, "ended_by_id": agent.id}
    for due, fields in (
        (start, {"outcome": PromiseEnd.KEPT, **ended}),
        (end - timedelta(seconds=1), {"outcome": PromiseEnd.KEPT, "missed": True, **ended}),
        (
            start,
            {"outcome": PromiseEnd.DROPPED, "outcome_reason": "doublon", "missed": True, **ended},
        ),
        (start, {"due_at": end + timedelta(days=3)}),  # moved: it stays due on the day first said
        (end, {}),
        (start - timedelta(seconds=1), {}),
    ):
        db.session.add(
            Promise(
                kind=PromiseKind.ANSWER, owner_id=agent.id, made_at=start, first_due_at=due,
                **{"due_at": due, "reason": "", **fields},
            )
        )  # fmt: skip
    db.session.commit()
    told = json.loads(service.export(DAY, "json"))["promises"]
    expected = {"due": 4, "kept": 1, "late": 1, "dropped": 1, "open": 1}
    assert told["by_kind"]["answer"] == expected
    assert told | {"by_kind": 0} == {**expected, "by_kind": 0}
    page = login("front").get(f"/reports/{DAY.isoformat()}").text
    assert "Promesses du jour" in page
    for key in ("due", *FATES):
        assert DEFINITIONS[f"promises_{key}"].name() in page
    assert "l’heure dite d’abord à la personne" in page or "dite d&#39;abord" in page
    book = tmp_path / "day.xlsx"
    content = service.export(DAY, "xlsx", "en")
    assert isinstance(content, bytes)
    book.write_bytes(content)
    rows = list(openpyxl.load_workbook(book)["Promises of the day"].iter_rows(values_only=True))
    assert rows[2] == ("Answer to give", 4, 1, 1, 1, 1)
    assert not any("Nadia" in str(cell) for row in rows for cell in row)
