"""Conferences: entering, leaving, hold, mute, and what the application is told."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from carrier.driving.fakes import FakeCall
from carrier.tests.subscriber import ALICE, LINE, Line

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

BOB, CARL = "+33639980002", "+33639980003"


def room(inside: str = 'waitUrl=""', name: str = "call-1") -> str:
    return (
        f'<Dial action="/after"><Conference {inside} statusCallback="/conference"'
        f' statusCallbackEvent="start end join leave mute hold modify">{name}</Conference></Dial>'
    )


def together(line: Line, inside: str = 'waitUrl=""') -> tuple[FakeCall, FakeCall, Any]:
    """Two callers in one conference, and the conference as the REST library sees it."""
    line.answers(incoming=room(inside))
    first = line.driver.dial(ALICE)
    first.wait_for_state("conference")
    second = line.driver.dial(BOB)
    first.wait_for_state("talking")
    second.wait_for_state("talking")
    found = line.client.conferences.list(friendly_name="call-1", status="in-progress")
    return first, second, line.client.conferences(found[0].sid)


def events(line: Line) -> list[tuple[str, str]]:
    line.driver.wait_idle()
    forms = line.application.forms("/conference")
    return [(f["StatusCallbackEvent"], f.get("CallSid", "")) for f in forms]


def test_life_of_a_conference(line: Line) -> None:
    first, second, conference = together(line)
    conference.participants(first.sid).update(hold=True)
    conference.participants(first.sid).update(hold=True)  # nothing new: no callback
    conference.participants(first.sid).update(hold=False)
    conference.participants(second.sid).update(muted=True)
    conference.participants(second.sid).update(muted=False)
    conference.participants(second.sid).update(end_conference_on_exit=True)
    first.hang_up()
    second.hang_up()
    assert events(line) == [
        ("participant-join", first.sid),
        ("participant-join", second.sid),
        ("conference-start", second.sid),
        ("participant-hold", first.sid),
        ("participant-unhold", first.sid),
        ("participant-mute", second.sid),
        ("participant-unmute", second.sid),
        ("participant-modify", second.sid),
        ("participant-leave", first.sid),
        ("participant-leave", second.sid),
        ("conference-end", ""),
    ]
    forms = line.application.forms("/conference")
    assert [int(f["SequenceNumber"]) for f in forms] == list(range(1, 12))
    assert {f["FriendlyName"] for f in forms} == {"call-1"}
    assert len({f["ConferenceSid"] for f in forms}) == 1
    assert conference.fetch().status == "completed"


def test_it_starts_with_two(line: Line) -> None:
    line.answers(incoming=room())
    first = line.driver.dial(ALICE)
    first.wait_for_state("conference")
    assert line.client.conferences.list(status="init")[0].friendly_name == "call-1"
    assert line.client.conferences.list(status="in-progress") == []
    line.driver.dial(BOB)
    first.wait_for_state("talking")


def test_it_waits_for_the_one_who_opens_it(line: Line) -> None:
    line.answers(incoming=room('startConferenceOnEnter="false" waitUrl=""'))
    callers = [line.driver.dial(ALICE), line.driver.dial(BOB)]
    for caller in callers:
        caller.wait_for_state("conference")
    line.answers(incoming=room())
    line.driver.dial(CARL)
    for caller in callers:
        caller.wait_for_state("talking")


def test_the_first_alone_hears_music_or_our_words(line: Line) -> None:
    line.answers(incoming=room(""))
    alone = line.driver.dial(ALICE)
    alone.wait_for(lambda: alone.music)
    line.answers(incoming=room('waitUrl="/hold-on"', "call-2"), hold_on="<Say>patience</Say>")
    other = line.driver.dial(BOB)
    other.wait_for_heard("patience")
    line.driver.dial(CARL).wait_for_state("talking")
    other.wait_for_state("talking")


def test_on_hold_one_hears_music_or_our_words_and_nobody(line: Line) -> None:
    first, second, conference = together(line)
    conference.participants(first.sid).update(hold=True)
    first.wait_for(lambda: first.state == "held" and first.music)
    media = line.carrier.exchange.rooms.live("call-1")
    assert media is not None
    held, free = media.participants
    assert media.media(held) | {"send": False, "hear": False, "music": True} == media.media(held)
    assert media.media(free)["send"]
    line.answers(holding="<Say>un instant</Say><Pause/>")
    url = f"{line.application.url}/holding"
    conference.participants(first.sid).update(hold=False)
    conference.participants(first.sid).update(hold=True, hold_url=url, hold_method="POST")
    first.wait_for_heard("un instant")
    conference.participants(first.sid).update(hold=False)
    first.wait_for_state("talking")
    assert second.state == "talking"


def test_muted_one_hears_but_is_not_heard(line: Line) -> None:
    first, _second, conference = together(line)
    conference.participants(first.sid).update(muted=True)
    live = line.carrier.exchange.rooms.live("call-1")
    assert live is not None
    view = live.media(live.participants[0])
    assert (view["send"], view["hear"]) == (False, True)
    assert [p.call_sid for p in conference.participants.list(muted=True)] == [first.sid]


def test_put_out_the_call_goes_on_after_the_dial(line: Line) -> None:
    first, second, conference = together(line)
    line.answers(after="<Say>suite</Say>")
    assert conference.participants(first.sid).delete()
    first.wait_for_heard("suite")
    assert line.application.wait("/after")["DialCallStatus"] == "answered"
    assert second.company == []


def test_ended_by_the_api_everybody_goes_on(line: Line) -> None:
    first, second, conference = together(line)
    line.answers(after="<Say>suite</Say>")
    conference.update(status="completed")
    first.wait_for_heard("suite")
    second.wait_for_heard("suite")
    ended = line.application.wait("/conference", StatusCallbackEvent="conference-end")
    assert ended["ReasonConferenceEnded"] == "conference-ended-via-api"


def test_the_one_who_ends_it_on_exit(line: Line) -> None:
    first, second, _ = together(line, 'endConferenceOnExit="true" waitUrl=""')
    first.hang_up()
    second.wait_for_state("ended")
    ended = line.application.wait("/conference", StatusCallbackEvent="conference-end")
    assert ended["CallSidEndingConference"] == first.sid


def test_redirected_out_of_a_conference(line: Line) -> None:
    first, second, _ = together(line)
    line.answers(elsewhere="<Say>ailleurs</Say><Pause/>")
    line.client.calls(first.sid).update(url=f"{line.application.url}/elsewhere")
    first.wait_for_heard("ailleurs")
    second.wait_for(lambda: second.company == [])
    assert line.application.forms("/after") == []


def test_only_the_first_participants_callback_counts(line: Line) -> None:
    line.answers(
        incoming='<Dial><Conference waitUrl="" statusCallback="/conference"'
        ' statusCallbackEvent="join">a</Conference></Dial>'
    )
    line.driver.dial(ALICE).wait_for_state("conference")
    line.answers(
        incoming='<Dial><Conference waitUrl="" statusCallback="/other"'
        ' statusCallbackEvent="join">a</Conference></Dial>'
    )
    line.driver.dial(BOB).wait_for_state("talking")
    assert len(events(line)) == 2
    assert line.application.forms("/other") == []


def test_three_are_a_mesh(line: Line) -> None:
    first, second, _ = together(line)
    third = line.driver.dial(CARL)
    third.wait_for(lambda: len(third.company) == 2)
    live = line.carrier.exchange.rooms.live("call-1")
    assert live is not None
    for participant in live.participants:
        participant.leg.device.media = True  # type: ignore[union-attr]
    offers = [
        (p.leg.sid, peer["leg"])
        for p in live.participants
        for peer in live.media(p)["peers"]
        if peer["offer"]
    ]
    assert len(offers) == 3
    assert len({frozenset(pair) for pair in offers}) == 3  # each pair once
    assert {first.sid, second.sid, third.sid} == {sid for pair in offers for sid in pair}


def test_a_full_conference_lets_nobody_in(line: Line) -> None:
    line.answers(incoming=room('maxParticipants="2" waitUrl=""'), after="<Say>complet</Say>")
    line.driver.dial(ALICE).wait_for_state("conference")
    line.driver.dial(BOB).wait_for_state("talking")
    line.driver.dial(CARL).wait_for_heard("complet")


def test_conference_recording_is_announced(line: Line) -> None:
    line.answers(
        incoming='<Dial><Conference waitUrl="" record="record-from-start"'
        ' recordingStatusCallback="/recording">a</Conference></Dial>'
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("conference")
    assert line.client.recordings.list() == []  # it begins with the second one
    other = line.driver.dial(BOB)
    caller.wait_for_state("talking")
    caller.hang_up()
    other.hang_up()
    told = line.application.wait("/recording")
    assert (told["RecordingStatus"], told["RecordingSource"]) == ("completed", "Conference")
    (found,) = line.client.conferences(told["ConferenceSid"]).recordings.list()
    assert (found.sid, found.status) == (told["RecordingSid"], "completed")


def test_an_agent_joins_before_the_caller(line: Line) -> None:
    line.answers(agent=room())
    line.driver.agent("agent-1")
    leg = line.client.calls.create(
        to="client:agent-1", from_=LINE, url=f"{line.application.url}/agent"
    )
    joined = line.application.wait("/conference", StatusCallbackEvent="participant-join")
    assert (joined["CallSid"], joined["Muted"], joined["Hold"]) == (leg.sid, "false", "false")


def test_unknown_participants_and_conferences(line: Line) -> None:
    first, _second, conference = together(line)
    for act in (
        lambda: line.client.conferences("CF" + "0" * 32).fetch(),
        lambda: conference.participants("CA" + "0" * 32).fetch(),
    ):
        with pytest.raises(TwilioRestException) as refused:
            act()
        assert refused.value.code == 20404
    assert conference.participants(first.sid).fetch().hold is False
