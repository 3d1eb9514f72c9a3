"""Addresses of a leg's next step: written and read back alike, and never beyond their bounds."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.spoken import next_step
from app.calls.spoken.next_step import LARGEST, MOST_ROUNDS, MOST_WRONG, Door, Next, Step


def read(path: str) -> Next:
    parts = urlsplit(path)
    return next_step.read(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))


steps = st.builds(
    Next,
    st.sampled_from(Door),
    st.none() | st.sampled_from(Step),
    call=st.text("abcdef0123456789-_", max_size=next_step.LONGEST_REF),
    party=st.none() | st.integers(1, 1_000_000),
    wrong=st.none() | st.integers(0, MOST_WRONG - 1),
    round=st.none() | st.integers(1, MOST_ROUNDS),
    again=st.none() | st.integers(0, LARGEST),
)


@given(steps)
def test_what_is_written_is_read_back(step: Next) -> None:
    assert read(step.path) == step


@given(st.text(max_size=12), st.dictionaries(
    st.sampled_from(["step", "call", "party", "wrong", "round", "again"]), st.text(max_size=12)))  # fmt: skip
def test_whatever_an_address_says_it_is_read_within_bounds(
    path: str, query: dict[str, str]
) -> None:
    found = next_step.read(path, query)
    assert found.wrong is None or 0 <= found.wrong <= MOST_WRONG
    assert found.round is None or 1 <= found.round <= MOST_ROUNDS
    assert found.again is None or 0 <= found.again <= LARGEST


@pytest.mark.parametrize(
    ("path", "read_as"),
    [
        ("/voice/wait?round=20000", Next(Door.WAIT, round=MOST_ROUNDS)),
        ("/voice/wait?round=x", Next(Door.WAIT, round=1)),
        ("/voice/choice?step=number&wrong=7", Next(Door.CHOICE, Step.NUMBER, wrong=MOST_WRONG)),
        ("/voice/choice?step=nonsense", Next(Door.CHOICE)),
        ("/voice/sound/abc", Next(Door.INCOMING)),
    ],
)
def test_nonsense_is_left_out(path: str, read_as: Next) -> None:
    assert read(path) == read_as
