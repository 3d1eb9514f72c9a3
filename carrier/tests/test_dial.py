"""Dial as real applications use it: several nouns, queues, recordings, stars, machines."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from carrier.tests.subscriber import ALICE, LINE, Line, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

BOB, CARL = "+33639980002", "+33639980003"
AFTER = 'action="/after"'


def test_what_the_status_callback_of_a_number_hears(line: Line) -> None:
    line.answers(
        incoming=f'<Dial><Number statusCallback="/number"'
        f' statusCallbackEvent="initiated ringing answered completed">{BOB}</Number></Dial>'
    )
    line.driver.phone(BOB)
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("talking")
    caller.hang_up()
    line.application.wait("/number", CallStatus="completed")
    heard = line.application.forms("/number")
    assert [form["CallStatus"] for form in heard] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [form["SequenceNumber"] for form in heard] == ["0", "1", "2", "3"]
    assert {form["CallbackSource"] for form in heard} == {"call-progress-events"}
    assert {form["ParentCallSid"] for form in heard} == {caller.sid}
    assert all(form["Timestamp"] for form in heard)
    assert {"CallDuration", "Duration"} <= set(heard[-1])


def test_tones_are_sent_to_who_answers(line: Line) -> None:
    line.answers(incoming=f'<Dial><Number sendDigits="ww12#">{BOB}</Number></Dial>')
    phone = line.driver.phone(BOB)
    line.driver.dial(ALICE)
    call = phone.wait_for_call()
    call.wait_for_state("talking")
    assert call.played == ["ww12#"]


def test_a_client_hears_its_parameters(line: Line) -> None:
    line.answers(
        incoming="<Dial><Client><Identity>agent-7</Identity>"
        '<Parameter name="dossier" value="12"/></Client></Dial>'
    )
    agent = line.driver.agent("agent-7")
    line.driver.dial(ALICE).wait_for_state("talking")
    assert agent.wait_for_call().parameters == {"dossier": "12"}


def test_the_star_hangs_up_on_the_other_one(line: Line) -> None:
    line.answers(
        incoming=f'<Dial hangupOnStar="true" {AFTER}>{BOB}</Dial>', after="<Say>Au revoir</Say>"
    )
    phone = line.driver.phone(BOB)
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("talking")
    caller.press("1*", wait=0)
    caller.wait_for_heard("Au revoir")
    assert phone.wait_for_call().wait_for_state("ended")
    assert line.application.wait("/after")["DialCallStatus"] == "completed"


def test_one_after_the_other(line: Line) -> None:
    line.answers(
        incoming=f'<Dial sequential="true" timeout="5"><Number>{BOB}</Number>'
        f"<Number>{CARL}</Number></Dial>"
    )
    first, second = line.driver.phone(BOB, decline=True), line.driver.phone(CARL)
    line.driver.dial(ALICE).wait_for_state("talking")
    assert first.wait_for_call().state == "ended"
    assert second.wait_for_call().state == "talking"


def test_the_caller_rings_until_somebody_answers(line: Line) -> None:
    line.answers(incoming=f'<Dial answerOnBridge="true" timeout="99">{BOB}</Dial>')
    phone = line.driver.phone(BOB, answer_after=None)
    caller = line.driver.dial(ALICE)
    ringing = phone.wait_for_call()
    assert line.client.calls(caller.sid).fetch().status == "ringing"
    phone.answer(ringing)
    caller.wait_for_state("talking")
    assert line.client.calls(caller.sid).fetch().status == "in-progress"


def test_a_call_that_nobody_answered_is_answered_by_what_follows(line: Line) -> None:
    line.answers(incoming='<Dial answerOnBridge="true">+33199009901</Dial><Say>Personne</Say>')
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Personne")
    assert line.application.wait("/status", CallSid=caller.sid)["CallStatus"] == "completed"


def test_a_dial_is_recorded(line: Line) -> None:
    line.answers(
        incoming=f'<Dial record="record-from-answer" {AFTER} recordingStatusCallback="/recording"'
        f' recordingStatusCallbackEvent="in-progress completed">{BOB}</Dial>'
    )
    phone = line.driver.phone(BOB)
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("talking")
    line.application.wait("/recording", RecordingStatus="in-progress")
    phone.wait_for_call().hang_up()
    after = line.application.wait("/after")
    done = line.application.wait("/recording", RecordingStatus="completed")
    assert (done["RecordingSource"], done["CallSid"]) == ("DialVerb", caller.sid)
    assert after["RecordingUrl"] == done["RecordingUrl"]
    (found,) = line.client.calls(caller.sid).recordings.list()
    assert (found.sid, found.status) == (done["RecordingSid"], "completed")


def test_who_waits_first_is_dialled_out_of_the_queue(line: Line) -> None:
    line.answers(
        incoming='<Enqueue action="/left" waitUrl="">support</Enqueue><Say>Merci</Say>',
        left="<Say>Merci</Say>",
        agent=f'<Dial {AFTER}><Queue url="/about-to">support</Queue></Dial>',
        about_to="<Say>Un conseiller arrive</Say>",
    )
    first = line.driver.dial(ALICE)
    first.wait_for_state("queued")
    second = line.driver.dial(BOB)
    second.wait_for_state("queued")
    agent = line.driver.agent("agent-7")
    line.client.calls.create(to="client:agent-7", from_=LINE, url=f"{line.application.url}/agent")
    first.wait_for_heard("Un conseiller arrive")
    first.wait_for_state("talking")
    assert second.state == "queued"
    told = line.application.wait("/about-to")
    assert (told["CallSid"], told["DequeingCallSid"]) == (first.sid, agent.wait_for_call().sid)
    agent.wait_for_call().hang_up()
    first.wait_for_heard("Merci")
    assert line.application.wait("/left")["QueueResult"] == "bridged"


def test_an_empty_queue_is_nobody(line: Line) -> None:
    line.answers(
        incoming=f'<Dial timeout="1" {AFTER}><Queue>support</Queue></Dial>', after="<Say>Seul</Say>"
    )
    line.driver.dial(ALICE).wait_for_heard("Seul")
    assert line.application.wait("/after")["DialCallStatus"] == "no-answer"


def test_a_queue_that_is_full_for_its_verb(line: Line) -> None:
    line.answers(
        incoming='<Enqueue maxQueueSize="1" action="/left" waitUrl="">q</Enqueue>',
        left="<Say>Plein</Say>",
    )
    line.driver.dial(ALICE).wait_for_state("queued")
    line.driver.dial(BOB).wait_for_heard("Plein")
    assert line.application.wait("/left")["QueueResult"] == "queue-full"


def test_a_conference_beeps(line: Line) -> None:
    line.answers(incoming='<Dial><Conference beep="onEnter" waitUrl="">c</Conference></Dial>')
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("conference")
    other = line.driver.dial(BOB)
    caller.wait_for(lambda: caller.beeps == 2, why="who came was not heard")
    room = line.client.conferences.list(status="in-progress")[0].sid
    line.client.conferences(room).participants(other.sid).update(beep_on_exit=True)
    other.hang_up()
    caller.wait_for(lambda: caller.beeps == 3, why="who left was not heard")


# -- calls that the subscriber places ------------------------------------------------------------


def place(line: Line, **more: Any) -> Any:
    return line.client.calls.create(
        to=ALICE, from_=LINE, url=f"{line.application.url}/person", **more
    )


@pytest.mark.parametrize(
    ("machine", "detection", "found"),
    [
        (False, "Enable", "human"),
        (True, "Enable", "machine_start"),
        (True, "DetectMessageEnd", "machine_end_beep"),
    ],
)
def test_a_machine_is_told_from_a_person(
    line: Line, machine: bool, detection: str, found: str
) -> None:
    line.answers(person="<Pause length='99'/>")
    line.driver.phone(ALICE, machine=machine)
    leg = place(line, machine_detection=detection)
    assert line.application.wait("/person")["AnsweredBy"] == found
    assert line.client.calls(leg.sid).fetch().answered_by == found


def test_a_machine_is_told_beside_the_document(line: Line) -> None:
    line.driver.phone(ALICE, machine=True)
    url = f"{line.application.url}/amd"
    place(line, machine_detection="Enable", async_amd="true", async_amd_status_callback=url)
    assert line.application.wait("/amd")["AnsweredBy"] == "machine_start"
    assert "AnsweredBy" not in line.application.wait("/person")


def test_a_machine_among_those_who_are_dialled(line: Line) -> None:
    line.answers(
        incoming=f'<Dial><Number machineDetection="Enable" amdStatusCallback="/amd">{BOB}'
        "</Number></Dial>"
    )
    line.driver.phone(BOB, machine=True)
    line.driver.dial(ALICE)
    assert line.application.wait("/amd")["AnsweredBy"] == "machine_start"


def test_a_call_ends_at_its_limit(line: Line) -> None:
    line.answers(person="<Say loop='0'>Bonjour</Say>")
    phone = line.driver.phone(ALICE)
    place(line, time_limit=4)
    assert phone.wait_for_call().wait_for_state("ended") == "ended"


def test_a_limit_set_later_ends_whoever_waits(line: Line) -> None:
    line.answers(person='<Dial><Conference waitUrl="">c</Conference></Dial>')
    phone = line.driver.phone(ALICE)
    leg = place(line)
    phone.wait_for_call().wait_for_state("conference")
    line.client.calls(leg.sid).update(time_limit=1)
    phone.wait_for_call().wait_for_state("ended")


def test_tones_are_sent_to_who_is_called(line: Line) -> None:
    phone = line.driver.phone(ALICE)
    place(line, send_digits="1w2")
    eventually(lambda: phone.wait_for_call().played == ["1w2"])
    with pytest.raises(TwilioRestException) as refused:
        place(line, send_digits="abc")
    assert refused.value.code == 21207


def test_a_call_is_recorded_paused_and_stopped(line: Line) -> None:
    line.answers(person="<Pause length='999'/>")
    phone = line.driver.phone(ALICE)
    leg = place(
        line,
        record=True,
        recording_status_callback=f"{line.application.url}/recording",
        recording_status_callback_event=["completed"],
    )
    phone.wait_for_call().wait_for_state("connected")
    recordings = line.client.calls(leg.sid).recordings
    (first,) = eventually(recordings.list)
    second = recordings.create()
    assert (first.source, second.source) == ("OutboundAPI", "StartCallRecordingAPI")
    assert recordings(second.sid).update(status="paused").status == "paused"
    assert recordings(second.sid).update(status="in-progress").status == "in-progress"
    assert recordings("Twilio.CURRENT").update(status="stopped").status == "completed"
    phone.wait_for_call().hang_up()
    told = line.application.wait("/recording")
    assert (told["RecordingSid"], told["RecordingSource"]) == (first.sid, "OutboundAPI")
    with pytest.raises(TwilioRestException):
        recordings(first.sid).update(status="stopped")
    with pytest.raises(TwilioRestException) as over:
        recordings.create()
    assert over.value.code == 21220


def test_the_numbers_calls_go_to_its_application(line: Line) -> None:
    url = line.application.url
    made = line.client.applications.create(voice_url=f"{url}/application", sms_url=f"{url}/texts")
    (number,) = line.client.incoming_phone_numbers.list()
    number.update(voice_application_sid=made.sid, sms_application_sid=made.sid)
    line.answers(application="<Say>Par l’application</Say>")
    line.driver.dial(ALICE).wait_for_heard("Par l’application")
    line.driver.text(ALICE, LINE, "bonjour")
    assert line.application.wait("/texts")["Body"] == "bonjour"
    assert line.client.applications(made.sid).delete()


@pytest.mark.parametrize(
    ("dial", "code"),
    [
        (f'<Dial callerId="+441234567890" {AFTER}>{BOB}</Dial>', "13214"),
        (f"<Dial {AFTER}>12</Dial>", "13223"),
        (f"<Dial {AFTER}><Number>+15005550001</Number></Dial>", "13223"),
    ],
)
def test_a_number_that_cannot_be_shown_or_rung_is_told(line: Line, dial: str, code: str) -> None:
    line.answers(incoming=dial, after="<Say>Au revoir</Say>")
    phone = line.driver.phone(BOB)
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Au revoir")
    (form,) = line.application.forms("/after")
    assert form["DialCallStatus"] == "failed"
    assert [alert["code"] for alert in line.carrier.exchange.board.alerts] == [code]
    assert phone.calls == {}


@pytest.mark.parametrize("shown", ["01 99 00 12 34", ALICE, "client:agnes", LINE])
def test_who_may_be_shown(line: Line, shown: str) -> None:
    line.answers(incoming=f'<Dial callerId="{shown}">{BOB}</Dial>')
    line.driver.phone(BOB)
    line.driver.dial(ALICE).wait_for_state("talking")
    assert not line.carrier.exchange.board.alerts
