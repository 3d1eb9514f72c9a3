"""What is sent again changes what is new in it, and nothing that was corrected here."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.feeds.deciding import decide

VALUES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "2", "3"]))


@given(VALUES, VALUES)
def test_the_same_twice_changes_nothing(theirs: dict[str, str], ours: dict[str, str]) -> None:
    first = decide(theirs, ours, {})
    after = {**ours, **first.writes}
    again = decide(theirs, after, first.sent)
    assert (again.writes, again.kept, again.sent) == ({}, (), first.sent)


@given(VALUES, VALUES, VALUES)
def test_a_correction_of_ours_is_never_overwritten(
    first: dict[str, str], ours: dict[str, str], then: dict[str, str]
) -> None:
    sent = decide(first, {}, {}).sent
    here = {**first, **ours}
    decision = decide(then, here, sent)
    for name in decision.writes:
        assert here.get(name) in (first.get(name), None, "")
    for name, value in then.items():
        left = {**here, **decision.writes}.get(name)
        assert left == value or name in decision.kept or first.get(name) == value


def test_a_master_field_follows_who_sends_it() -> None:
    decision = decide({"status": "paid"}, {"status": "voted"}, {}, master={"status"})
    assert decision.writes == {"status": "paid"}
    assert decide({"status": "paid"}, {"status": "voted"}, {}).kept == ("status",)
