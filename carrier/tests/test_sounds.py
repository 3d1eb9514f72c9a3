"""Sound files: how long they last, and what a telephone is told to play."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from flask import Response

from carrier.line.recording import tone, with_header
from carrier.tests.subscriber import ALICE, Line
from carrier.twiml.attributes import TwimlRefused
from carrier.webhooks.sounds import UNKNOWN_SECONDS, length

integration = pytest.mark.integration  # real servers, real HTTP, no database
FRAME = b"\xff\xfb\x90\x00"  # MPEG 1 layer III, 128 kbit/s


def test_how_long_a_wav_lasts() -> None:
    assert length(with_header(tone(3))) == 3.0
    with_more = with_header(tone(2)).replace(b"data", b"LIST" + struct.pack("<I", 4) + b"abcddata")
    assert length(with_more) == 2.0


def test_how_long_an_mp3_lasts() -> None:
    assert length(FRAME + bytes(15996)) == 1.0
    tagged = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256) + FRAME + bytes(31996)
    assert length(tagged) == 2.0


@pytest.mark.parametrize("sound", [b"", b"OggS", b"RIFF1234WAVE", b"\xff\xfb\xf0\x00", b"ID3"])
def test_what_is_no_sound(sound: bytes) -> None:
    with pytest.raises(TwimlRefused):
        length(sound)


def sound(seconds: int) -> Callable[[dict[str, str]], Response]:
    return lambda _form: Response(with_header(tone(seconds)), mimetype="audio/wav")


@integration
def test_a_sound_is_fetched_once_and_played_where_it_is(line: Line) -> None:
    line.application.answers["/sounds/hello.wav"] = sound(2)
    line.answers(incoming="<Play>/sounds/hello.wav</Play><Play>sounds/hello.wav</Play>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("ended")
    url = f"{line.application.url}/sounds/hello.wav"
    assert caller.played == [url, url]
    assert line.carrier.exchange.sounds.seconds(url) == 2.0
    assert len(line.application.forms("/sounds/hello.wav")) == 1


@integration
def test_a_sound_that_is_not_there_is_an_alert_and_no_end(line: Line) -> None:
    line.application.answers["/gone.wav"] = lambda _form: Response("", status=404)
    line.answers(incoming="<Play>/gone.wav</Play><Say>suite</Say>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("suite")
    assert line.carrier.exchange.board.alerts[0]["code"] == "11200"
    assert line.carrier.exchange.sounds.seconds("relative.wav") == UNKNOWN_SECONDS
