"""What the local carrier needs to know of its subscriber. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PhoneEntry:
    """A demo caller of the telephone page: who, from which number, in a word why."""

    name: str
    number: str
    note: str = ""


def _nobody() -> Sequence[PhoneEntry]:
    return ()


@dataclass(frozen=True)
class LineNumber:
    """A number that the subscriber rents, and the webhooks that it is wired to."""

    number: str
    voice_url: str
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    sms_url: str = ""
    sms_fallback_url: str = ""
    friendly_name: str = ""


@dataclass(frozen=True)
class CarrierSettings:
    """The subscriber's account, its numbers, and how the carrier behaves.

    ``speech_rate`` is in characters a second (15 is calm French; 0: speech takes no time).
    ``pace`` multiplies pauses and time-outs, so that tests need not wait (1: real time).
    ``socket_url`` is the origin that browsers join for voice; empty: the page's own.
    ``api_url`` is where the subscriber finds the REST API; recordings' addresses begin with it.
    ``events_after``: seconds from a call's end until its events can be read (Twilio: 900).
    ``control_token`` opens the control API (fake callers, faults); empty: it does not exist.
    ``strict`` refuses what Twilio only warns of, and what this line does not do.
    ``transcript`` stands for the words of a message that is transcribed.
    ``language`` says in which language the telephone page is read (fr, en); without it the address
    (``?lang=en``) or the browser decides.
    """

    account_sid: str
    auth_token: str
    api_key: str = ""
    api_secret: str = ""
    application_sid: str = ""
    application_voice_url: str = ""
    numbers: Sequence[LineNumber] = ()
    phone_book: Callable[[], Sequence[PhoneEntry]] = _nobody
    speech_rate: float = 15.0
    pace: float = 1.0
    webhook_timeout: float = 15.0
    hidden_from: str = "anonymous"
    default_language: str = "fr-FR"
    device_grace: float = 3.0
    queue_max_size: int = 1000
    ice_servers: Sequence[dict[str, Any]] = field(default_factory=tuple)
    events_after: float = 0.0
    api_url: str = ""
    socket_url: str = ""
    control_token: str = ""
    language: Callable[[], str] | None = None
    strict: bool = False
    transcript: str = "A message left on the line."
