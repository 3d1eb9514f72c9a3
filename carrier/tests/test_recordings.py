"""Voicemail: what ends a recording, who is told, what can be had of it and how it goes."""

from __future__ import annotations

import io
import struct
import wave

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from carrier.driving.fakes import FakeCall
from carrier.line.recording import RATE, loudest, tone, with_header
from carrier.tests.subscriber import ACCOUNT, ALICE, TOKEN, Line

integration = pytest.mark.integration  # real servers, real HTTP, no database
VOICEMAIL = (
    '<Record maxLength="60" timeout="10" finishOnKey="#" action="/recorded" {more}'
    ' recordingStatusCallback="/recording"'
    ' recordingStatusCallbackEvent="in-progress completed absent"/><Say>Aucun message</Say>'
)


def leaves_a_message(line: Line, more: str = "", *, silent: bool = False) -> FakeCall:
    line.answers(incoming=VOICEMAIL.format(more=more), recorded="<Say>Merci</Say>")
    caller = line.driver.dial(ALICE, silent=silent)
    line.application.wait("/recording", RecordingStatus="in-progress")
    return caller


@integration
def test_a_message_ends_with_a_key(line: Line) -> None:
    caller = leaves_a_message(line)
    caller.press("5#", wait=0)
    caller.wait_for_heard("Merci")
    recorded = line.application.wait("/recorded")
    assert recorded["Digits"] == "#"
    done = line.application.wait("/recording", RecordingStatus="completed")
    assert done["RecordingUrl"] == recorded["RecordingUrl"]
    assert done["RecordingSource"] == "RecordVerb"
    sound = requests.get(recorded["RecordingUrl"] + ".wav", auth=(ACCOUNT, TOKEN), timeout=5)
    with wave.open(io.BytesIO(sound.content)) as opened:
        assert opened.getframerate() == RATE
        assert opened.getnframes() == RATE * int(recorded["RecordingDuration"])
    plain = requests.get(recorded["RecordingUrl"], auth=(ACCOUNT, TOKEN), timeout=5)
    assert plain.content == sound.content
    assert requests.get(recorded["RecordingUrl"] + ".wav", timeout=5).status_code == 401
    mp3 = requests.get(recorded["RecordingUrl"] + ".mp3", auth=(ACCOUNT, TOKEN), timeout=5)
    assert mp3.status_code == 404


@integration
def test_a_message_ends_at_its_greatest_length(line: Line) -> None:
    caller = leaves_a_message(line, 'playBeep="false"')
    caller.wait_for_heard("Merci")
    assert line.application.wait("/recorded")["Digits"] == ""


@integration
def test_a_message_ends_when_the_caller_hangs_up(line: Line) -> None:
    caller = leaves_a_message(line)
    caller.hang_up()
    recorded = line.application.wait("/recorded")
    assert recorded["Digits"] == "hangup"
    assert recorded["CallStatus"] == "completed"
    line.application.wait("/recording", RecordingStatus="completed")


@integration
def test_silence_is_no_message(line: Line) -> None:
    caller = leaves_a_message(line, silent=True)
    caller.wait_for_heard("Aucun message")
    line.application.wait("/recording", RecordingStatus="absent")
    assert line.application.forms("/recorded") == []
    assert line.client.recordings.list() == []


@integration
def test_recordings_are_listed_and_deleted(line: Line) -> None:
    caller = leaves_a_message(line)
    caller.hang_up()
    line.application.wait("/recording", RecordingStatus="completed")
    (one,) = line.client.recordings.list(call_sid=caller.sid)
    assert [r.sid for r in line.client.calls(caller.sid).recordings.list()] == [one.sid]
    assert one.status == "completed"
    assert line.client.recordings.list(call_sid="CA" + "0" * 32) == []
    assert line.client.recordings(one.sid).delete()
    assert line.client.recordings.list() == []
    for gone in (line.client.recordings(one.sid).fetch, line.client.recordings(one.sid).delete):
        with pytest.raises(TwilioRestException) as error:
            gone()
        assert error.value.status == 404


def test_a_sound_file_is_a_wav() -> None:
    with wave.open(io.BytesIO(with_header(tone(2)))) as opened:
        assert (opened.getnchannels(), opened.getsampwidth()) == (1, 2)
        assert opened.getnframes() == 2 * RATE


def test_how_loud_samples_are() -> None:
    assert loudest(struct.pack("<4h", 0, -700, 300, 12)) == 700
    assert loudest(b"") == 0
