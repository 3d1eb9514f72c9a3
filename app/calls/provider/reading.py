"""What the provider tells us, out of its form fields, each within bounds: the one place that names them.

twilio.com/docs/voice/twiml, …/voice/api/call-resource (StatusCallback), …/messaging/guides/webhook-request.
A provider that says it otherwise is another module like this one. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from app.calls.spoken.verbs import ref_of
from app.foundation.ports import NOBODY, OVER, agent_of
from app.foundation.text import outside

LONGEST_SID = 64
LONGEST_NUMBER = 64
LONGEST_KEYS = 32
LONGEST_WORD = 20
LONGEST_DATE = 64  # signs of an RFC 2822 date
LONGEST_ADDRESS = 10_000  # characters; the door of HTTP cuts there
A_DAY_S = 86_400

Form = Mapping[str, str]


def leg(form: Form) -> str:
    """The leg that asks, by the provider's name."""
    return _sid(form, "CallSid")


def keys(form: Form) -> str:
    """The keys that a caller pressed; "" for none."""
    return form.get("Digits", "")[:LONGEST_KEYS]


@dataclass(frozen=True)
class NewLeg:
    """A leg that rings our number. The number may say that it is hidden."""

    sid: str
    from_number: str
    to_number: str


def new_leg(form: Form) -> NewLeg:
    """Who rings, from where, and which of our numbers."""
    return NewLeg(leg(form), _number(form, "From"), _number(form, "To"))


@dataclass(frozen=True)
class Answered:
    """A leg that we rang is answered. ``agent_id``: whose softphone it is, if it is one."""

    sid: str
    agent_id: int | None


def answered(form: Form) -> Answered:
    """Which leg, and whose."""
    return Answered(leg(form), agent_of(_number(form, "To")))


class Out(StrEnum):
    """How a leg left the queue."""

    HUNG_UP = "hangup"
    LEFT = "leave"
    FULL = "queue-full"
    REFUSED = "refused"
    MOVED = "moved"  # by us


_REFUSALS = ("system-error", "error")


@dataclass(frozen=True)
class LeftQueue:
    """A leg is out of the queue, after ``seconds`` in it if they are told."""

    sid: str
    how: Out
    seconds: int | None


def left_queue(form: Form) -> LeftQueue:
    """How a leg left the queue. A word that we do not know asks for nothing, as a move of ours."""
    result = form.get("QueueResult", "")
    known: dict[str, Out] = {out: out for out in (Out.HUNG_UP, Out.LEFT, Out.FULL)}
    how = Out.REFUSED if result in _REFUSALS else known.get(result, Out.MOVED)
    return LeftQueue(leg(form), how, _seconds(form, "QueueTime"))


@dataclass(frozen=True)
class Recording:
    """A recording is ready."""

    leg: str
    sid: str
    seconds: int


def recording(form: Form) -> Recording | None:
    """The recording that is ready, or None when this tells of none."""
    sid = _sid(form, "RecordingSid")
    if form.get("RecordingStatus", "completed") != "completed" or not sid:
        return None
    return Recording(leg(form), sid, recorded_seconds(form) or 0)


def recorded_seconds(form: Form) -> int | None:
    """How long somebody spoke; None when it is not said."""
    return _seconds(form, "RecordingDuration")


class Passage(StrEnum):
    """What somebody did at the door of a conversation."""

    JOINED = "participant-join"
    LEFT = "participant-leave"


@dataclass(frozen=True)
class InRoom:
    """Somebody joined or left the conversation of the call ``ref``. ``passage``: None for other news.

    ``moved``: by us, to elsewhere. ``at``: when, if it is told.
    """

    ref: str
    leg: str
    conference: str
    passage: Passage | None
    moved: bool
    at: datetime | None


def in_room(form: Form) -> InRoom:
    """Who joined or left which conversation."""
    what = form.get("StatusCallbackEvent", "")
    return InRoom(
        ref=ref_of(form.get("FriendlyName", ""))[:LONGEST_SID],
        leg=leg(form),
        conference=_sid(form, "ConferenceSid"),
        passage=Passage(what) if what in set(Passage) else None,
        moved=form.get("ReasonParticipantLeft") == "participant_updated_via_api",
        at=_instant(form),
    )


@dataclass(frozen=True)
class LegNews:
    """What became of a leg. ``trial``: it is the one of ``telephony check``, that rings nobody."""

    sid: str
    over: bool
    failed: bool
    trial: bool
    at: datetime | None


def leg_news(form: Form) -> LegNews:
    """Is a leg over, and since when?"""
    status = form.get("CallStatus", "")
    return LegNews(
        leg(form), status in OVER, status == "failed", form.get("To") == NOBODY, _instant(form)
    )


@dataclass(frozen=True)
class Trouble:
    """The provider could not use our answer. ``again``: it was one to a leg that heard an apology."""

    code: str
    again: bool


def trouble(form: Form) -> Trouble:
    """The provider's own number of the error, and whether ours had failed before."""
    return Trouble(
        form.get("ErrorCode", "")[:10], "again=" in form.get("ErrorUrl", "")[:LONGEST_ADDRESS]
    )


@dataclass(frozen=True)
class NewText:
    """A text message that came."""

    sid: str
    from_number: str
    to_number: str
    body: str


def new_text(form: Form) -> NewText:
    """Who wrote what to which of our numbers."""
    return NewText(
        _sid(form, "MessageSid"), _number(form, "From"), _number(form, "To"), form.get("Body", "")
    )


@dataclass(frozen=True)
class TextNews:
    """How far a text message of ours got: the provider's word, and its number of the error or ""."""

    status: str
    problem: str


def text_news(form: Form) -> TextNews:
    """What became of a message that we sent."""
    return TextNews(
        form.get("MessageStatus", "")[:LONGEST_WORD], form.get("ErrorCode", "")[:LONGEST_WORD]
    )


def _sid(form: Form, name: str) -> str:
    return form.get(name, "")[:LONGEST_SID]


def _number(form: Form, name: str) -> str:
    return form.get(name, "")[:LONGEST_NUMBER]


def _seconds(form: Form, name: str) -> int | None:
    return outside.whole_number(form.get(name), 0, A_DAY_S)


def _instant(form: Form) -> datetime | None:
    """When it happened (``Timestamp``, RFC 2822, to the second); None when it cannot be read."""
    try:
        at = parsedate_to_datetime(form.get("Timestamp", "")[:LONGEST_DATE])
    except (TypeError, ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
