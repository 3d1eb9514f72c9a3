"""What happened around a dossier, of all kinds or of one (app/dossiers/timeline.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.timeline import LONGEST, Events, Item, shown
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_person

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ITEMS = st.lists(
    st.builds(
        lambda minutes, kind: Item(START + timedelta(minutes=minutes), "x", "clock", kind=kind),
        st.integers(0, 10_000),
        st.sampled_from(Events),
    ),
    max_size=120,
)


@pytest.mark.unit
@given(ITEMS, st.sampled_from(["", "no", *Events]))
def test_what_is_asked_alone_the_latest_first_and_the_kinds_that_there_are(
    items: list[Item], asked: str
) -> None:
    told = shown(items, asked)
    assert sum(told.kinds.values()) == len(items)
    assert all(told.kinds.values())
    assert list(told.kinds) == [kind for kind in Events if kind in told.kinds]
    alone = [item for item in items if told.alone in (None, item.kind)]
    assert (told.alone == asked) == (asked in told.kinds)
    assert len(told.items) == min(LONGEST, len(alone))
    moments = [item.at for item in told.items]
    assert moments == sorted((item.at for item in alone), reverse=True)[:LONGEST]


def test_a_dossiers_page_shows_calls_alone(app: Any, login: Callable[..., StaffClient]) -> None:
    person = create_person("+33639980101")
    dossier = create_dossier(person)
    create_contact("+33639980101")
    page = login("front").get(f"/dossiers/{dossier.id}?events=calls").text
    events = page[page.index('id="dossier-timeline"') :].partition("</section>")[0]
    assert "Appel reçu" in events
    assert events.count("timeline-title") == 1
