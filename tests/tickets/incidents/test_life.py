"""The life of an incident, and what it cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.incidents import life
from app.tickets.incidents.cost import Cost, Exchange, cost
from app.tickets.incidents.life import IncidentKind, IncidentState


@given(st.lists(st.sampled_from(sorted(life.FROM))))
def test_whatever_is_pressed_closed_stays_closed_and_repaired_came_before_again(
    acts: list[str],
) -> None:
    state, repaired = IncidentState.OPEN, False
    for act in acts:
        before = state
        if life.may(act, state):
            state = life.TO[act]
        if before is IncidentState.CLOSED:
            assert state is IncidentState.CLOSED
        if act == "again" and state is not before:
            assert repaired
        repaired = repaired or state is IncidentState.REPAIRED


def test_each_script_of_a_common_trouble_has_its_kind() -> None:
    assert life.kind_for("S11") is IncidentKind.ERROR_SHOWN
    assert life.kind_for("S23") is IncidentKind.FIELDS_LOST
    assert life.kind_for("S24") is IncidentKind.ACCOUNT_NOT_FOUND
    assert life.kind_for("S02") is life.kind_for(None) is IncidentKind.OTHER
    assert life.concerns(IncidentKind.ERROR_SHOWN, "S11")
    assert not life.concerns(IncidentKind.OTHER, "S02")


@pytest.mark.parametrize(
    ("linked", "expected"),
    [
        pytest.param([], Cost(), id="nobody"),
        pytest.param([Exchange(1, 90), Exchange(1, 40, 1)], Cost(2, 2, 130, 1), id="two calls"),
        pytest.param([Exchange(), Exchange(1, 59)], Cost(2, 1, 59), id="an SMS, a call"),
        pytest.param(
            [Exchange(1, -5), Exchange(1, 60)], Cost(2, 2, 60), id="a clock that went back"
        ),
    ],
)
def test_what_it_cost(linked: list[Exchange], expected: Cost) -> None:
    assert cost(linked) == expected
