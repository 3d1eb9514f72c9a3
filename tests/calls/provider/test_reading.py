"""The provider's form fields, read within bounds: whatever they hold, a value comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.provider import reading
from app.calls.provider.reading import Out, Passage
from app.foundation.ports import NOBODY

AT = datetime(2021, 6, 22, 8, 35, 10, tzinfo=UTC)
READERS: list[Callable[[reading.Form], Any]] = [
    reading.leg, reading.keys, reading.new_leg, reading.answered, reading.left_queue, reading.recording,
    reading.recorded_seconds, reading.in_room, reading.leg_news, reading.trouble, reading.new_text,
    reading.text_news,
]  # fmt: skip
NAMES = [
    "CallSid", "CallStatus", "ConferenceSid", "Digits", "ErrorCode", "ErrorUrl", "FriendlyName", "From",
    "MessageSid", "MessageStatus", "QueueResult", "QueueTime", "ReasonParticipantLeft", "RecordingDuration",
    "RecordingSid", "RecordingStatus", "StatusCallbackEvent", "Timestamp", "To",
]  # fmt: skip


def texts(value: Any) -> list[str]:
    if is_dataclass(value):
        return [text for each in fields(value) for text in texts(getattr(value, each.name))]
    return [value] if isinstance(value, str) else []


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=200) | st.just("9" * 10_000)))
def test_whatever_it_says_a_bounded_value_comes_out(form: dict[str, str]) -> None:
    for read in READERS:
        assert all(len(text) <= 64 for text in texts(read(form)))


@given(st.text(max_size=10_000))
def test_the_words_of_a_message_are_kept_whole(body: str) -> None:
    assert reading.new_text({"Body": body}).body == body


@pytest.mark.parametrize(
    ("result", "how"),
    [
        ("hangup", Out.HUNG_UP),
        ("leave", Out.LEFT),
        ("queue-full", Out.FULL),
        ("system-error", Out.REFUSED),
        ("error", Out.REFUSED),
        ("redirected", Out.MOVED),
        ("bridged", Out.MOVED),
        ("", Out.MOVED),
    ],
)
def test_how_a_leg_left_the_queue(result: str, how: Out) -> None:
    left = reading.left_queue({"CallSid": "CA1", "QueueResult": result, "QueueTime": "12"})
    assert left == reading.LeftQueue("CA1", how, 12)


@pytest.mark.parametrize("seconds", ["", "-5", "9" * 30, "1.5", "٣"])
def test_seconds_that_cannot_be_read_are_not_known(seconds: str) -> None:
    assert reading.left_queue({"QueueTime": seconds}).seconds is None
    assert reading.recorded_seconds({"RecordingDuration": seconds}) is None


@pytest.mark.parametrize("date", ["", "hier", "32 Jun 2021", "Tue, 22 Jun 2021"])
def test_a_date_that_cannot_be_read_is_not_known(date: str) -> None:
    assert reading.leg_news({"Timestamp": date}).at is None


@pytest.mark.parametrize("date", [format_datetime(AT), "Tue, 22 Jun 2021 08:35:10"])
def test_a_date_without_a_zone_is_in_utc(date: str) -> None:
    assert reading.leg_news({"Timestamp": date}).at == AT


@pytest.mark.parametrize(
    ("status", "over", "failed"),
    [("ringing", False, False), ("completed", True, False), ("failed", True, True), ("💥", False, False)],
)  # fmt: skip
def test_what_became_of_a_leg(status: str, over: bool, failed: bool) -> None:
    news = reading.leg_news({"CallSid": "CA1", "CallStatus": status})
    assert (news.sid, news.over, news.failed, news.trial) == ("CA1", over, failed, False)


def test_the_trial_of_the_check_is_known() -> None:
    assert reading.leg_news({"To": NOBODY}).trial


def test_who_came_into_a_conversation() -> None:
    form = {"FriendlyName": "call-abc", "CallSid": "CA1", "ConferenceSid": "CF1"}
    joined = reading.in_room({**form, "StatusCallbackEvent": "participant-join"})
    assert joined == reading.InRoom("abc", "CA1", "CF1", Passage.JOINED, moved=False, at=None)
    moved = {
        "StatusCallbackEvent": "participant-leave",
        "ReasonParticipantLeft": "participant_updated_via_api",
    }
    assert reading.in_room({**form, **moved}).moved
    assert reading.in_room({**form, "StatusCallbackEvent": "participant-mute"}).passage is None


def test_a_recording_is_one_once_it_is_whole() -> None:
    form = {"CallSid": "CA1", "RecordingSid": "RE1", "RecordingDuration": "7"}
    assert reading.recording(form) == reading.Recording("CA1", "RE1", 7)
    assert reading.recording({**form, "RecordingStatus": "failed"}) is None
    assert reading.recording({"CallSid": "CA1"}) is None


def test_whose_softphone_answered() -> None:
    assert reading.answered({"CallSid": "CA1", "To": "client:agent_12_3"}).agent_id == 12
    assert reading.answered({"CallSid": "CA1", "To": "+33639980101"}).agent_id is None


def test_a_fallback_says_whether_an_apology_was_heard() -> None:
    assert not reading.trouble({"ErrorUrl": "https://x/voice/incoming"}).again
    assert reading.trouble(
        {"ErrorUrl": "https://x/voice/incoming?again=2", "ErrorCode": "11200"}
    ).again
