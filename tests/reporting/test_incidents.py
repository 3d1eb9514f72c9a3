"""Incidents of a day: their life, what they cost, a contact of two counted once; the other figures do not move."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.call.models import Call
from app.desk.incidents import view
from app.foundation.clock import day_bounds
from app.foundation.extensions import db
from app.lines.models import Line
from app.reporting import service
from app.reporting.definitions import DEFINITIONS
from app.reporting.incidents.definitions import KINDS
from app.reporting.incidents.figures import IncidentFact, as_json, figures
from app.reporting.sheet import tables
from app.reporting.statistics import day_report
from app.tickets.incidents.cost import Cost, Exchange, cost
from app.tickets.incidents.life import IncidentKind, IncidentState
from app.tickets.incidents.models import Incident, IncidentLink
from app.tickets.promises.models import Promise, PromiseKind
from tests.dossiers.build import create_contact
from tests.reporting.builders import DAY, create_answered

START, END = day_bounds(DAY)
hours = st.integers(-48, 72).map(lambda hour: START + timedelta(hours=hour))
exchanges = st.builds(
    Exchange, st.integers(0, 3), st.floats(0, 3_600, allow_nan=False), st.integers(0, 2)
)
# One contact costs the same whatever it is linked to, as in the database.
of_day = st.dictionaries(st.integers(1, 8), exchanges, max_size=8)


@st.composite
def facts_of_a_day(draw: st.DrawFn) -> list[IncidentFact]:
    known = draw(of_day)
    return [
        IncidentFact(
            number, draw(st.sampled_from(tuple(KINDS))), "", draw(hours),
            repaired_at=draw(st.none() | hours), closed_at=draw(st.none() | hours),
            contacts=tuple((i, known[i]) for i in draw(st.sets(st.sampled_from(sorted(known)))))
            if known else (),
        )
        for number in range(draw(st.integers(0, 4)))
    ]  # fmt: skip


def test_every_kind_is_known() -> None:
    assert list(KINDS) == [kind.value for kind in IncidentKind]


@given(facts_of_a_day())
def test_the_total_counts_each_contact_once(facts: list[IncidentFact]) -> None:
    day = figures(facts, START, END)
    assert day == figures(reversed(facts), START, END)
    there = {number for each in day.each for number, _exchange in each.fact.contacts}
    assert day.total.contacts == len(there)
    assert day.total.contacts <= sum(each.cost.contacts for each in day.each)
    assert day.total.promises <= sum(each.cost.promises for each in day.each)
    for fact in facts:
        over = [at for at in (fact.repaired_at, fact.closed_at) if at is not None]
        assert (fact in [each.fact for each in day.each]) == (
            fact.opened_at < END and (not over or min(over) >= START)
        )


def test_the_cost_of_contacts() -> None:
    assert cost([]) == Cost()
    found = cost([Exchange(), Exchange(1, 90.5, 2), Exchange(2, 40)])
    assert found == Cost(3, 3, 130.5, 2)
    assert found.minutes == 2


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        figures([IncidentFact(1, "pigeon", "", START)], START, END)


def test_the_other_figures_do_not_depend_on_them() -> None:
    calls = [create_answered()]
    alone = day_report(calls, DAY)
    fact = IncidentFact(
        7, "fields_lost", "", START, repaired_at=END + timedelta(hours=9),
        contacts=((1, Exchange(1, 60, 1)),),
    )  # fmt: skip
    beside = day_report(calls, DAY, incidents=figures([fact], START, END))
    assert alone.as_json() | {"incidents": 0} == beside.as_json() | {"incidents": 0}
    assert list(alone.as_json())[-2:] == ["incidents", "scripts"]
    assert as_json(alone.incidents) == {
        "going_on": 0, "contacts": 0, "calls": 0, "talk_s": 0.0, "promises": 0, "each": [],
    }  # fmt: skip
    (row,) = tables.incidents(beside, "en").printed("en")
    assert row[0] == "Fields that empty themselves"
    assert row[1].startswith("opened ")
    assert "repaired 23/06 " in row[1]


def test_the_report_tells_the_life_and_the_cost(line: Line, create_agent: Any, login: Any) -> None:
    agent = create_agent("front", display_name="Nadia")
    one, two = (
        create_contact("+33639980101", now=START + timedelta(hours=9), agent_id=agent.id)
        for _each in range(2)
    )
    before = create_contact("+33639980102", now=START - timedelta(days=1), agent_id=agent.id)
    at = START + timedelta(hours=9)
    found = [
        _incident(agent.id, IncidentKind.FIELDS_LOST, at, title="Le bouton ne répond pas"),
        _incident(agent.id, IncidentKind.PORTAL_DOWN, START - timedelta(days=2)),
        _incident(agent.id, IncidentKind.OTHER, at, unfounded=True),
    ]
    db.session.add_all(found)
    db.session.flush()
    for incident, contacts in ((found[0], (one, two)), (found[1], (one, before))):
        for contact in contacts:
            db.session.add(
                IncidentLink(
                    incident_id=incident.id, contact_id=contact.id, linked_by_id=agent.id, linked_at=at
                )
            )  # fmt: skip
    for number, direction in enumerate(("in", "in", "out")):
        db.session.add(
            Call(
                ref=f"{number:016x}", provider_sid=f"CA{number:032x}", contact_id=one.id,
                direction=direction, received_at=at, last_at=at, answered_at=at,
                ended_at=at + timedelta(seconds=90), line_id=line.id, state="ended", outcome="answered",
            )
        )  # fmt: skip
    for kind in (PromiseKind.ANSWER, PromiseKind.CAUGHT):
        db.session.add(
            Promise(
                kind=kind, owner_id=agent.id, made_at=at, first_due_at=END, due_at=END, reason="",
                contact_id=one.id,
            )
        )  # fmt: skip
    db.session.commit()

    told = json.loads(service.export(DAY, "json"))["incidents"]
    spent = {"contacts": 2, "calls": 2, "talk_s": 180.0, "promises": 1}
    assert {key: told[key] for key in ("going_on", *spent)} == {"going_on": 2, **spent}
    old, new = told["each"]
    assert (old["kind"], old["contacts"], old["calls"]) == ("portal_down", 1, 2)
    assert {key: new[key] for key in spent} == spent
    assert datetime.fromisoformat(new["opened_at"]) == at
    assert new["confirmed_at"] is None
    assert "bouton" not in json.dumps(told)
    assert view.cost_of(found[1].id) == Cost(2, 2, 180.0, 1)  # of its whole life, not of one day

    page = login("front").get(f"/reports/{DAY.isoformat()}").text
    assert "Incidents du jour" in page
    assert "Le bouton ne répond pas" in page
    assert f'href="/incidents/{found[0].id}"' in page
    for key in ("going_on", "contacts", "calls", "talk_s", "promises"):
        assert DEFINITIONS[f"incidents_{key}"].name() in page
    assert "Incidents du jour" in str(service.export(DAY, "csv"))
    assert isinstance(service.export(DAY, "xlsx", "en"), bytes)


def _incident(agent_id: int, kind: IncidentKind, at: datetime, **fields: Any) -> Incident:
    if fields.get("unfounded"):
        fields |= {"state": IncidentState.CLOSED, "closed_at": at, "closed_by_id": agent_id}
    return Incident(kind=kind, opened_at=at, opened_by_id=agent_id, **fields)
