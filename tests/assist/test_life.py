"""The life of a mail and its link, as read at a glance, and its deadlines as said aloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.assist.mail import life
from app.assist.models import PortalLink
from app.assist.portal import links

SENT = datetime(2021, 6, 22, 8, 41, tzinfo=UTC)
DEAD = SENT + timedelta(hours=72)


def facts(**fields: object) -> life.LinkFacts:
    values = {"mail_state": "sent", "created_at": SENT, "expires_at": DEAD, "sent_at": SENT}
    return life.LinkFacts(**{**values, **fields})  # type: ignore[arg-type]


def link(**fields: object) -> PortalLink:
    return PortalLink(created_at=SENT, expires_at=DEAD, **fields)


def test_stages_to_come_are_there_from_the_start() -> None:
    shown = life.items(facts())
    assert [i.code for i in shown] == ["sent", "delivered", "opened", "step1", "step2"]
    assert [i.at is not None for i in shown] == [True, False, False, False, False]


def test_a_stage_that_came_has_its_time() -> None:
    opened = SENT + timedelta(minutes=1)
    shown = {i.code: i for i in life.items(facts(opened_at=opened))}
    assert shown["opened"].at == opened
    assert shown["opened"].tone == "live"


@pytest.mark.parametrize("state", ["refused", "failed", "bounced"])
def test_a_mail_that_did_not_leave_says_only_that(state: str) -> None:
    (only,) = life.items(facts(mail_state=state))
    assert (only.code, only.tone) == (state, "stop")


@pytest.mark.parametrize(
    ("late", "step1", "dead"),
    [(-1, False, False), (0, False, True), (1, False, True), (1, True, False)],
)
def test_a_link_lives_72_hours_to_the_second(late: int, step1: bool, dead: bool) -> None:
    now = DEAD + timedelta(seconds=late)
    assert life.expired(facts(step1_at=SENT if step1 else None), now) is dead
    state = links.state(link(step1_at=SENT if step1 else None), now)
    assert state == ("step2" if step1 else "expired" if dead else "valid")


def test_states_of_the_landing_page() -> None:
    assert links.state(None, SENT) == "unknown"
    assert links.state(link(), SENT) == "valid"
    assert links.state(link(superseded_at=SENT), SENT) == "superseded"
    assert links.state(link(superseded_at=SENT, step1_at=SENT), SENT) == "step2"
    assert links.state(link(step1_at=SENT, step2_at=SENT), DEAD) == "done"


def test_times_are_said_in_the_language_and_in_paris() -> None:
    assert life.clock_time(SENT, "fr") == "10\u00a0h\u00a041"
    assert life.clock_time(SENT, "en") == "10:41"
    assert life.long_moment(SENT, "fr") == "mardi 22 juin à 10\u00a0h\u00a041"
    assert life.long_moment(SENT, "en") == "Tuesday 22 June at 10:41"
