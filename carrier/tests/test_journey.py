"""One call from the ring to the goodbye, as the product will live it."""

from __future__ import annotations

import pytest

from carrier.tests.subscriber import ALICE, LINE, Line, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

WHO = ("From", "Caller", "To", "Called")
QUEUE = '<Enqueue waitUrl="/wait" action="/left-queue">line</Enqueue>'
ROOM = (
    '<Dial><Conference statusCallback="/conference" beep="false" waitUrl=""'
    ' statusCallbackEvent="start end join leave mute hold">call-1</Conference></Dial>'
)


def test_caller_waits_agent_joins_and_they_talk(line: Line) -> None:
    line.answers(
        incoming=f'<Say language="fr-FR">Bonjour</Say>{QUEUE}',
        wait='<Say>Vous êtes en attente</Say><Pause length="1"/>',
        connect=ROOM,
        agent=ROOM,
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Vous êtes en attente")
    caller.wait_for_state("queued")
    assert line.application.wait("/incoming") == {
        "CallSid": caller.sid,
        "AccountSid": line.carrier.settings.account_sid,
        "From": ALICE,
        "Caller": ALICE,
        "To": LINE,
        "Called": LINE,
        "Direction": "inbound",
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        **{f"{who}Country": "FR" for who in WHO},
        **{f"{who}{place}": "" for who in WHO for place in ("City", "State", "Zip")},
    }
    waited = line.application.wait("/wait")
    assert (waited["QueuePosition"], waited["CurrentQueueSize"]) == ("1", "1")

    agent = line.driver.agent("agent-7")
    url = line.application.url
    leg = line.client.calls.create(
        to="client:agent-7",
        from_=LINE,
        url=f"{url}/agent",
        status_callback=f"{url}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    joined = line.application.wait("/conference", StatusCallbackEvent="participant-join")
    assert joined["CallSid"] == leg.sid
    assert caller.state == "queued"  # not moved before the agent is really there

    line.client.calls(caller.sid).update(url=f"{url}/connect", method="POST")
    caller.wait_for_state("talking")
    agent.wait_for_call().wait_for_state("talking")
    assert caller.company == [leg.sid]
    left = line.application.wait("/left-queue")
    assert left["QueueResult"] == "redirected"

    caller.hang_up()
    agent.wait_for_call().wait_for_state("conference")
    agent.wait_for_call().hang_up()
    done = line.application.wait("/status", CallSid=caller.sid)
    assert done["CallStatus"] == "completed"
    line.application.wait("/conference", StatusCallbackEvent="conference-end")
    statuses = [
        f["CallStatus"] for f in line.application.forms("/status") if f["CallSid"] == leg.sid
    ]
    eventually(lambda: line.application.wait("/status", CallSid=leg.sid, CallStatus="completed"))
    assert statuses[:3] == ["initiated", "ringing", "in-progress"]
    assert all(seen.signed for seen in line.application.seen)
