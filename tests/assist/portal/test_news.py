"""An event of the Portal is read whole or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist.portal import news, pace
from app.dossiers.vocabulary import PieceKind, PortalEventKind

NOW = datetime(2021, 6, 22, 8, 40, tzinfo=UTC)
RIGHT: dict[str, Any] = {
    "id": "evt-1",
    "type": "step1_done",
    "dossier": "AF-2021-0007",
    "at": "2021-06-22T10:40:00+02:00",
    "link": "12",
}


def read(**changes: Any) -> news.News:
    return news.read(json.dumps({**RIGHT, **changes}).encode(), NOW)


def test_an_event_is_read() -> None:
    found = read()
    assert (found.kind, found.reference, found.link) == (
        PortalEventKind.STEP1_DONE,
        "AF-2021-0007",
        12,
    )
    assert found.at == NOW
    assert read(type="piece_sent", data={"slot": "rib", "name": "Samira"}).data == {"slot": "rib"}
    assert read(type="piece_sent", data={"slot": "rib"}).slot is PieceKind.RIB
    assert read(type="login_failed", data={"cause": "password"}).data == {"cause": "password"}
    assert read(type="login_failed", data={"cause": "her dog"}).data == {}


def test_a_second_demande_has_a_number_of_its_own() -> None:
    assert read(type="deposited", data={"demande": "SP-1A2B3C4D"}).data == {
        "demande": "SP-1A2B3C4D"
    }
    assert read(type="step1_done", data={"demande": "SP-1A2B3C4D"}).data == {}
    for wrong in (7, "", "x" * 25, RIGHT["dossier"]):
        with pytest.raises(news.NotAnEvent):
            read(type="deposited", data={"demande": wrong})


def test_what_is_ahead_of_our_clock_is_dated_now() -> None:
    assert read(at=(NOW + timedelta(days=400)).isoformat()).at == NOW
    assert read(at=(NOW + timedelta(minutes=2)).isoformat()).at == NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": 7},
        {"id": "x" * 65},
        {"type": "mail_delivered"},
        {"type": "whatever"},
        {"dossier": None},
        {"dossier": "x" * 25},
        {"at": "yesterday"},
        {"at": "2021-06-22T10:40:00"},
        {"link": 12},
        {"link": "12; DROP TABLE"},
        {"link": "-1"},
        {"type": "link_sent", "data": {"expires_at": "soon"}},
        {"type": "link_sent"},
    ],
)
def test_half_an_event_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises(news.NotAnEvent):
        read(**changes)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.sampled_from(sorted(RIGHT)), JSON, JSON)
def test_nothing_that_is_told_breaks_the_reader(name: str, value: Any, data: Any) -> None:
    try:
        found = read(**{"data": data, name: value})
    except news.NotAnEvent:
        return
    assert found.kind in news.TOLD
    assert found.at.tzinfo is not None


@given(st.binary(max_size=80))
def test_bytes_of_a_stranger_are_refused(body: bytes) -> None:
    with pytest.raises(news.NotAnEvent):
        news.read(body, NOW)


@given(st.integers(1, 50))
def test_the_pause_grows_to_a_quarter_of_an_hour_and_never_shrinks(attempts: int) -> None:
    pause = pace.next_try(attempts, NOW) - NOW
    assert timedelta(seconds=5) <= pause <= pace.next_try(attempts + 1, NOW) - NOW
    assert pause <= timedelta(minutes=15)
    assert not pace.too_late(NOW, NOW + pause)
