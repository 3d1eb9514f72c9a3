"""Whose is it: the one rule, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.belonging import Held, Need, Side, may, may_call_back, may_cancel, side

ME, OTHER = 1, 2
ROLES = ("front", "back", "manager", "admin")


@pytest.mark.parametrize(
    ("role", "held", "expected"),
    [
        ("front", Held(), Side.FREE),
        ("back", Held(), Side.FREE),
        ("manager", Held(), Side.MANAGER),
        ("admin", Held(), Side.READER),
        ("front", Held(holders=frozenset({ME})), Side.HOLDER),
        ("front", Held(holders=frozenset({OTHER})), Side.READER),
        ("manager", Held(holders=frozenset({OTHER})), Side.MANAGER),
        ("front", Held(holders=frozenset({OTHER}), joined=frozenset({ME})), Side.JOINED),
        ("front", Held(waits=True), Side.READER),
        ("front", Held(waits=True, rings_at=frozenset({ME})), Side.HOLDER),
        ("front", Held(waits=True, rings_at=frozenset({OTHER})), Side.READER),
        # A transfer, or a consultation, rings here: the one who talks still holds it.
        ("front", Held(holders=frozenset({OTHER}), rings_at=frozenset({ME})), Side.READER),
    ],
)
def test_how_somebody_stands_to_a_contact(role: str, held: Held, expected: Side) -> None:
    assert side(ME, role, held) is expected


def test_a_colleague_who_was_joined_acts_and_does_not_qualify() -> None:
    held = Held(holders=frozenset({OTHER}), joined=frozenset({ME}))
    assert may(Need.ACT, ME, "back", held)
    assert not may(Need.QUALIFY, ME, "back", held)


@pytest.mark.parametrize(
    ("role", "by", "holders", "expected"),
    [("front", OTHER, (), False), ("front", ME, (), True), ("manager", OTHER, (), True),
     ("admin", OTHER, (), False), ("front", None, (), True), ("front", None, (OTHER,), False),
     ("front", None, (ME,), True), ("admin", None, (), False)],
)  # fmt: skip
def test_who_cancels_a_call_back(
    role: str, by: int | None, holders: tuple[int, ...], expected: bool
) -> None:
    assert may_cancel(ME, role, by, Held(frozenset(holders), waits=True)) is expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("due", [True, False])
def test_a_promise_is_its_makers_until_its_hour(role: str, due: bool) -> None:
    answers = role in ("front", "back")
    assert may_call_back(ME, role, OTHER, due=due) is (answers and due)
    assert may_call_back(ME, role, ME, due=due) is answers
    assert may_call_back(ME, role, None, due=due) is answers


ids = st.frozensets(st.integers(1, 4), max_size=3)


@given(st.sampled_from(ROLES), st.builds(Held, ids, ids, ids, st.booleans()))
def test_nobody_acts_on_what_another_holds_unless_joined_or_a_manager(
    role: str, held: Held
) -> None:
    if held.holders and ME not in held.holders | held.joined and role != "manager":
        assert not may(Need.ACT, ME, role, held)
    if may(Need.QUALIFY, ME, role, held):
        assert may(Need.ACT, ME, role, held)
    if role == "admin" and ME not in held.concerned:
        assert not may(Need.ACT, ME, role, held)
