"""What carriers send, read without ever failing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.phone_numbers import Hidden, Number, display, mask, parse, stored


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+33612345678", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("+33639980102", "+33639980102"),  # kept by Arcep for fiction
        ("+3225551212", "+3225551212"),
    ],
)
def test_numbers_are_stored_in_one_form(raw: str, e164: str) -> None:
    assert parse(raw) == Number(e164)


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "  ", "anonymous", "Anonymous", "RESTRICTED", "unavailable", "+266696687",
        "+7378742833", "+86282452253", "+2562533", "+8656696", "client:agent-3",
        "sip:x@example.org", "15", "112", "+", "0", "abc", "+33" + "6" * 30, "<script>",
    ],
)  # fmt: skip
def test_anything_else_is_hidden(raw: str | None) -> None:
    assert parse(raw) == Hidden()
    assert stored(raw) is None


def test_display_and_mask() -> None:
    assert display("+33612345678") == "06 12 34 56 78"
    assert display("+3225551212") == "+32 2 555 12 12"
    assert display(None) == ""
    assert mask("+33612345678") == "06 •• •• •• 78"
    assert mask(None) == ""


@given(st.one_of(st.none(), st.text(max_size=60)))
def test_parsing_never_raises_and_is_stable(raw: str | None) -> None:
    first = parse(raw)
    if isinstance(first, Number):
        assert parse(first.e164) == first
        assert display(first.e164)
        assert sum(c.isdigit() for c in mask(first.e164)) <= 4
