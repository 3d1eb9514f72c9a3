"""The life of a mail and its link, as read at a glance, and its deadlines as said aloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist.mail import life
from app.assist.models import MailState, PortalLink
from app.assist.portal import links
from app.dossiers.mail import stage as mail_stage

SENT = datetime(2021, 6, 22, 8, 41, tzinfo=UTC)
DEAD = SENT + timedelta(hours=72)


def facts(**fields: object) -> life.LinkFacts:
    values = {"mail_state": "sent", "created_at": SENT, "expires_at": DEAD, "sent_at": SENT}
    return life.LinkFacts(**{**values, **fields})  # type: ignore[arg-type]


def link(**fields: object) -> PortalLink:
    return PortalLink(created_at=SENT, expires_at=DEAD, **fields)


def test_stages_to_come_are_there_from_the_start() -> None:
    shown = life.items(facts(), SENT)
    assert [i.code for i in shown] == ["sent", "delivered", "opened", "step1", "step2", "deposited"]
    assert [i.at is not None for i in shown] == [True, False, False, False, False, False]


def test_a_stage_that_came_has_its_time() -> None:
    opened = SENT + timedelta(minutes=1)
    shown = {i.code: i for i in life.items(facts(opened_at=opened), SENT)}
    assert shown["opened"].at == opened
    assert shown["opened"].tone == "live"


@pytest.mark.parametrize("state", ["refused", "failed", "bounced"])
def test_a_mail_that_did_not_leave_says_only_that(state: str) -> None:
    (only,) = life.items(facts(mail_state=state), SENT)
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


def test_a_mail_that_no_server_took_yet_waits_to_leave() -> None:
    first, *rest = life.items(facts(mail_state="created", sent_at=None), SENT)
    assert (first.code, first.done, first.at) == ("queued", True, SENT)
    assert [i.done for i in rest] == [False] * 5, "as many stages as once it has left"


def test_a_link_that_died_before_it_served_ends_there() -> None:
    opened = SENT + timedelta(hours=1)
    shown = life.items(facts(opened_at=opened), DEAD)
    assert [i.code for i in shown] == ["sent", "delivered", "opened", "expired"]
    assert (shown[-1].at, shown[-1].tone, shown[-1].done) == (DEAD, "stop", True)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_deposit_is_said_and_proves_nothing_of_this_link(hours: int) -> None:
    """An older link, or an identifier that was known, may have led there: what was not seen is not said."""
    deposited = SENT + timedelta(hours=hours)
    shown = {i.code: i for i in life.items(facts(deposited_at=deposited), SENT)}
    assert shown["deposited"].at == (deposited if hours > 0 else None), "of an earlier mail"
    assert not shown["opened"].done
    assert life.expired(facts(deposited_at=deposited), DEAD) is (hours < 0), "no other is needed"


times = st.none() | st.integers(0, 100).map(lambda hours: SENT + timedelta(hours=hours))


@given(
    state=st.sampled_from(list(MailState)), delivered=times, opened=times, step1=times, step2=times,
    deposited=times, now=st.integers(0, 200),
)  # fmt: skip
def test_the_mail_is_always_at_one_stage_that_has_a_word(
    state: MailState, now: int, **told: datetime | None
) -> None:
    """Whatever was told, in whatever order: one stage is the last, none repeats, none is wordless."""
    known = facts(mail_state=state, **{f"{name}_at": at for name, at in told.items()})
    at = SENT + timedelta(hours=now)
    shown = life.items(known, at)
    codes = [i.code for i in shown]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(mail_stage.WORDS)
    assert life.now_at(known, at) in shown
    assert ("expired" in codes) is (
        state not in (*mail_stage.LOST, "created") and life.expired(known, at)
    )


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
