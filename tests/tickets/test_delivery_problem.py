"""Why one of ours did not arrive: a word for each code of the provider, and what else to do."""

from __future__ import annotations

import pytest

from app.tickets.delivery import Problem, problem
from app.tickets.pane.message_view import _PROBLEMS


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("30003", Problem.OFF),
        ("30005", Problem.GONE),
        ("30006", Problem.NO_MOBILE),
        ("21610", Problem.REFUSED),
        ("30007", Problem.BLOCKED),
        ("unavailable", Problem.NO_ANSWER),
        ("30008", Problem.UNKNOWN),
        ("", Problem.UNKNOWN),
        (None, Problem.UNKNOWN),
    ],
)
def test_what_a_code_says(code: str | None, what: Problem) -> None:
    assert problem(code) is what


def test_each_has_words() -> None:
    assert set(_PROBLEMS) == set(Problem)
