"""Two people edit the same thing: what changed is seen, what was typed is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.edits import Change, StaleEdit, refuse_stale, seal, unseal

SHOWN = {"name": "Ana", "town": "Lyon", "note": "a\nb"}


def stale(seen: str, now: dict[str, str], typed: dict[str, str]) -> StaleEdit:
    with pytest.raises(StaleEdit) as raised:
        refuse_stale(seen, now, typed)
    return raised.value


@pytest.mark.parametrize("typed", [SHOWN, {**SHOWN, "name": "Eva"}, {**SHOWN, "note": "a\r\nb "}])
def test_a_form_that_nobody_overtook_passes(typed: dict[str, str]) -> None:
    refuse_stale(seal(SHOWN), SHOWN, typed)


def test_the_second_editor_sees_what_changed_and_keeps_what_was_typed() -> None:
    now = {**SHOWN, "town": "Paris"}
    error = stale(seal(SHOWN), now, {**SHOWN, "name": "Eva"})
    assert error.changes == (Change("town", "Lyon", "Paris"),)
    assert error.form == {"name": "Eva", "town": "Paris", "note": "a\nb"}
    assert error.status == 409


def test_the_same_field_changed_by_both_shows_both() -> None:
    error = stale(seal(SHOWN), {**SHOWN, "name": "Inès"}, {**SHOWN, "name": "Eva"})
    assert error.changes == (Change("name", "Ana", "Inès", "Eva"),)
    assert error.form["name"] == "Eva"


def test_two_who_make_the_same_change_do_not_stop_each_other() -> None:
    changed = {**SHOWN, "name": "Eva"}
    refuse_stale(seal(SHOWN), changed, changed)


def test_what_came_and_what_went_are_changes() -> None:
    error = stale(seal({"a": "1", "b": "2"}), {"a": "1", "c": "3"}, {"a": "1", "b": "2"})
    assert error.changes == (Change("c", "", "3"), Change("b", "2", ""))
    assert error.form == {"a": "1", "c": "3"}


@pytest.mark.parametrize(
    "carried", ["", "x", "é", "bnVsbA==", "WzFd", "eyJhIjoxfQ==", "A" * 1_000_000, "W1tb" * 4_000]
)
def test_what_is_no_form_of_ours_hides_nothing(carried: str) -> None:
    assert unseal(carried) is None
    assert stale(carried, SHOWN, {**SHOWN, "name": "Eva"}).form["name"] == "Eva"
    refuse_stale(carried, SHOWN, SHOWN)  # nothing differs: nothing can be lost


values = st.dictionaries(st.sampled_from("abcd"), st.text("xy \n", max_size=3), max_size=4)


@given(values, values, values)
def test_nothing_is_lost_and_a_second_try_passes(
    shown: dict[str, str], now: dict[str, str], typed: dict[str, str]
) -> None:
    assert unseal(seal(shown)) == shown

    def overtaken(name: str) -> bool:
        was, stored = shown.get(name, "").strip(), now.get(name, "").strip()
        return was != stored and typed.get(name, shown.get(name, "")).strip() != stored

    if not any(overtaken(name) for name in {*shown, *now}):
        refuse_stale(seal(shown), now, typed)
        return
    error = stale(seal(shown), now, typed)
    for name, value in typed.items():
        assert value.strip() == shown.get(name, "").strip() or error.form[name] == value
    assert unseal(error.seen) == now
    refuse_stale(error.seen, now, error.form)
