"""When a mandate holds: whatever its dates, what was taken back is over; a yes said aloud is of its contact alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.mandates.life import State, holds, state
from app.dossiers.may_say import Basis

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
CONTACTS = st.none() | st.integers(1, 3)


@dataclass
class Term:
    basis: Basis
    begins_on: date
    ends_on: date | None
    contact_id: int | None
    revoked_at: datetime | None = None


@st.composite
def terms(draw: st.DrawFn) -> Term:
    begins = draw(DAYS)
    days = draw(st.none() | st.integers(0, 800))
    ends = None if days is None else begins + timedelta(days=days)
    return Term(draw(st.sampled_from(Basis)), begins, ends, draw(CONTACTS))


@given(terms(), DAYS, CONTACTS)
def test_what_was_taken_back_never_holds_again(
    term: Term, today: date, contact: int | None
) -> None:
    term.revoked_at = datetime(2026, 3, 3, tzinfo=UTC)
    assert state(term, today, contact) is State.REVOKED


@given(terms(), DAYS, CONTACTS)
def test_it_holds_between_its_days_and_nowhere_else(
    term: Term, today: date, contact: int | None
) -> None:
    within = term.begins_on <= today and (term.ends_on is None or today <= term.ends_on)
    here = term.basis is not Basis.SPOKEN or (contact is not None and contact == term.contact_id)
    assert holds(term, today, contact) == (within and here)


@given(terms(), DAYS)
def test_a_yes_said_aloud_holds_in_no_other_contact(term: Term, today: date) -> None:
    term.basis = Basis.SPOKEN
    assert not holds(term, today)
    assert not holds(term, today, (term.contact_id or 0) + 1)
