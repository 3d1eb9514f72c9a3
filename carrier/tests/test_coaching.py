"""Who hears whom in a conference: hold, mute, coaching; and what is announced into one."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException

from carrier import clock
from carrier.driving.fakes import FakeCall
from carrier.line.conferences import Conference, Participant
from carrier.line.legs import Leg
from carrier.tests.subscriber import ALICE, LINE, Line, eventually

AGENT, COACH = "+33639980002", "+33639980003"
integration = pytest.mark.integration  # real servers, real HTTP, no database


def room(inside: str = "") -> str:
    return (
        f'<Dial action="/after"><Conference {inside} waitUrl="" statusCallback="/conference"'
        ' statusCallbackEvent="start end join leave mute hold modify announcement">'
        "call-1</Conference></Dial>"
    )


def conversation(line: Line) -> tuple[FakeCall, FakeCall, Any]:
    """A caller and an agent who talk, and their conference as the REST library sees it."""
    line.answers(incoming=room())
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("conference")  # in first: lists follow the order of joining
    agent = line.driver.dial(AGENT)
    caller.wait_for_state("talking")
    agent.wait_for_state("talking")
    sid = line.client.conferences.list(friendly_name="call-1", status="in-progress")[0].sid
    return caller, agent, line.client.conferences(sid)


def joins_as_coach(line: Line, of: FakeCall) -> FakeCall:
    line.answers(incoming=room(f'coach="{of.sid}"'))
    coach = line.driver.dial(COACH)
    coach.wait_for_state("talking")
    return coach


@integration
def test_a_coach_hears_all_and_is_heard_by_one(line: Line) -> None:
    caller, agent, conference = conversation(line)
    coach = joins_as_coach(line, agent)
    assert line.driver.audibility("call-1") == {
        caller.sid: [agent.sid],
        agent.sid: [caller.sid, coach.sid],
        coach.sid: [caller.sid, agent.sid],
    }
    assert coach.heard_by == [agent.sid]
    agent.wait_for(lambda: coach.sid in agent.hears)
    assert caller.hears == [agent.sid]
    shown = conference.participants(coach.sid).fetch()
    assert (shown.coaching, shown.call_sid_to_coach) == (True, agent.sid)
    assert [p.call_sid for p in conference.participants.list(coaching=True)] == [coach.sid]
    join = line.application.wait("/conference", CallSid=coach.sid)
    assert join["Coaching"] == "true"


@integration
def test_a_coach_joins_in_and_withdraws(line: Line) -> None:
    caller, agent, conference = conversation(line)
    coach = joins_as_coach(line, agent)
    conference.participants(coach.sid).update(coaching=False)
    caller.wait_for(lambda: coach.sid in caller.hears)
    conference.participants(coach.sid).update(call_sid_to_coach=caller.sid)
    agent.wait_for(lambda: coach.sid not in agent.hears)
    assert coach.heard_by == [caller.sid]
    conference.participants(coach.sid).update(muted=True)
    coach.wait_for(lambda: coach.heard_by == [])
    assert coach.hears == [caller.sid, agent.sid]
    line.driver.wait_idle()
    said = [(f["StatusCallbackEvent"], f["Coaching"]) for f in _about(line, coach)]
    assert said == [
        ("participant-join", "true"),
        ("participant-modify", "false"),
        ("participant-modify", "true"),
        ("participant-mute", "true"),
    ]


def _about(line: Line, call: FakeCall) -> list[dict[str, str]]:
    return [f for f in line.application.forms("/conference") if f.get("CallSid") == call.sid]


@integration
def test_who_is_on_hold_is_out_of_earshot(line: Line) -> None:
    caller, agent, conference = conversation(line)
    coach = joins_as_coach(line, agent)
    conference.participants(caller.sid).update(hold=True)
    agent.wait_for(lambda: agent.hears == [coach.sid])
    assert (caller.hears, caller.heard_by) == ([], [])


@integration
def test_a_coach_needs_somebody_to_coach(line: Line) -> None:
    caller, agent, conference = conversation(line)
    line.answers(incoming=room(f'coach="CA{"0" * 32}"'), after="<Say>Personne</Say>")
    coach = line.driver.dial(COACH)
    coach.wait_for_heard("Personne")
    assert line.application.wait("/after", CallSid=coach.sid)["DialCallStatus"] == "failed"
    assert line.carrier.exchange.board.alerts[-1]["code"] == "13240"
    with pytest.raises(TwilioRestException) as refused:
        conference.participants(agent.sid).update(call_sid_to_coach="CA" + "0" * 32)
    assert refused.value.code == 16028
    with pytest.raises(TwilioRestException):
        conference.participants(agent.sid).update(coaching=True)
    assert caller.hears == [agent.sid]


@integration
def test_nobody_coaches_before_the_conversation_begins(line: Line) -> None:
    line.answers(incoming=room())
    alone = line.driver.dial(ALICE)
    alone.wait_for_state("conference")
    line.answers(incoming=room(f'coach="{alone.sid}"'))
    line.driver.dial(COACH).wait_for_state("ended")
    assert line.carrier.exchange.board.alerts[-1]["code"] == "13240"


@given(
    flags=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, 0, 1, 2])),
        min_size=2,
        max_size=5,
    )
)
def test_hearing_is_one_rule(flags: list[tuple[bool, bool, int | None]]) -> None:
    """Both sides of each pair are told the same, and nobody hears who must not be heard."""
    now = clock.now()
    conference = Conference("CF1", "a", now, status="in-progress")
    for index, (hold, muted, _coached) in enumerate(flags):
        leg = Leg(f"CA{index}", ALICE, LINE, "inbound", now, device=_Silent())
        conference.participants.append(Participant(leg, now, hold=hold, muted=muted))
    for member, (_hold, _muted, coached) in zip(conference.participants, flags, strict=True):
        if coached is not None and coached < len(flags):
            member.coached = f"CA{coached}"
    told = {p.leg.sid: conference.media(p) for p in conference.participants}
    for listener in conference.participants:
        for peer in told[listener.leg.sid]["peers"]:
            other = told[peer["leg"]]
            mirror = next(p for p in other["peers"] if p["leg"] == listener.leg.sid)
            assert (peer["send"], peer["hear"]) == (mirror["hear"], mirror["send"])
            assert peer["offer"] != mirror["offer"]
        for speaker in conference.participants:
            hears = conference.hears(listener, speaker)
            assert (speaker.leg.sid in told[listener.leg.sid]["hears"]) == hears
            assert (listener.leg.sid in told[speaker.leg.sid]["heard_by"]) == hears
            if speaker.hold or speaker.muted or listener.hold or speaker is listener:
                assert not hears
            elif speaker.coached:
                assert hears == (speaker.coached == listener.leg.sid)
            else:
                assert hears


class _Silent:
    media = True

    def notify(self, event: str, payload: dict[str, Any]) -> None:
        """Hear nothing."""


# -- announcements ------------------------------------------------------------------------------


@integration
def test_everybody_hears_an_announcement(line: Line) -> None:
    caller, agent, conference = conversation(line)
    line.answers(
        announce='<Say language="fr-FR">Un responsable écoute</Say><Redirect>/more</Redirect>',
        more="<Play>/bell.wav</Play>",
    )
    conference.update(announce_url=f"{line.application.url}/announce")
    for one in (caller, agent):
        one.wait_for_heard("Un responsable écoute")
        one.wait_for(lambda one=one: one.played == [f"{line.application.url}/bell.wav"])  # type: ignore[misc]
        assert one.state == "talking"
    over = line.application.wait("/conference", StatusCallbackEvent="announcement-end")
    assert over["AnnounceUrl"].endswith("/announce")


@integration
def test_one_participant_hears_an_announcement(line: Line) -> None:
    caller, agent, conference = conversation(line)
    line.answers(announce="<Say>Deux minutes</Say>")
    url = f"{line.application.url}/announce"
    conference.participants(agent.sid).update(announce_url=url, announce_method="GET")
    agent.wait_for_heard("Deux minutes")
    assert line.application.wait("/announce")["CallSid"] == agent.sid
    assert caller.heard == []


@integration
@pytest.mark.parametrize(
    "answer", ["<Hangup/>", "<Dial>+33639980009</Dial>", lambda _form: Response("", status=500)]
)
def test_an_announcement_that_cannot_be(line: Line, answer: Any) -> None:
    caller, _agent, conference = conversation(line)
    line.answers(announce=answer)
    conference.update(announce_url=f"{line.application.url}/announce")
    failed = line.application.wait("/conference", StatusCallbackEvent="announcement-fail")
    assert failed["ReasonAnnouncementFailed"]
    assert caller.state == "talking"


@integration
def test_a_sound_file_may_be_the_announcement_or_the_hold_music(line: Line) -> None:
    caller, agent, conference = conversation(line)
    sound = Response(b"RIFF", mimetype="audio/wav")
    line.answers(sound=lambda _form: sound)
    url = f"{line.application.url}/sound"
    conference.participants(caller.sid).update(hold=True, hold_url=url)
    caller.wait_for(lambda: url in caller.played)
    conference.participants(agent.sid).update(announce_url=url)
    agent.wait_for(lambda: url in agent.played)


# -- participants called in, put out ------------------------------------------------------------


@integration
def test_somebody_is_called_into_the_conference(line: Line) -> None:
    caller, agent, conference = conversation(line)
    interpreter = line.driver.phone("+33639980009")
    added = conference.participants.create(
        from_=LINE, to="+33639980009", label="interpreter", end_conference_on_exit=False
    )
    assert (added.status, added.label) == ("queued", "interpreter")
    third = interpreter.wait_for_call()
    third.wait_for(lambda: set(third.hears) == {caller.sid, agent.sid})
    assert conference.participants("interpreter").fetch().call_sid == added.call_sid
    third.hang_up()
    agent.wait_for(lambda: agent.hears == [caller.sid])


@integration
def test_a_conference_opened_for_somebody_who_does_not_come_ends(line: Line) -> None:
    line.client.conferences("later").participants.create(from_=LINE, to="+33199009901")
    conference = eventually(lambda: line.client.conferences.list(status="completed"))[0]
    assert conference.friendly_name == "later"
    with pytest.raises(TwilioRestException):
        line.client.conferences("CF" + "0" * 32).participants.create(from_=LINE, to=ALICE)


@integration
def test_who_is_put_out_ends_it_as_kicked(line: Line) -> None:
    caller, agent, conference = conversation(line)
    conference.participants(agent.sid).update(end_conference_on_exit=True)
    conference.participants(agent.sid).delete()
    ended = line.application.wait("/conference", StatusCallbackEvent="conference-end")
    assert ended["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-kicked"
    caller.wait_for_state("ended")
