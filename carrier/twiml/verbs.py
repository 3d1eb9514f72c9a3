"""TwiML as values: one frozen dataclass a verb. Pure.

Names and defaults are those of Twilio's reference of each verb; only what the platform may send
is here. URLs are kept as written: the interpreter resolves them against the document's own.
"""

from __future__ import annotations

from dataclasses import dataclass

POST = "POST"


@dataclass(frozen=True)
class Hook:
    """A callback that a document asks for: where, how, and of which events (none: the default)."""

    url: str = ""
    method: str = POST
    events: tuple[str, ...] = ()


NO_HOOK = Hook()


@dataclass(frozen=True)
class Say:
    """Speak ``text``. ``loop`` 0 means until the call moves on."""

    text: str
    language: str = ""
    voice: str = ""
    loop: int = 1


@dataclass(frozen=True)
class Play:
    """Play a sound file, or send ``digits`` as tones."""

    url: str = ""
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True)
class Pause:
    """Silence, in seconds."""

    length: float = 1


Prompt = Say | Play | Pause


@dataclass(frozen=True)
class Gather:
    """Collect keys, words or both while prompts run; ``timeout`` in seconds after the last key.

    ``speech_timeout``: seconds of silence that end what is said; None: « auto ». ``barge_in``:
    words stop the prompts.
    """

    prompts: tuple[Prompt, ...] = ()
    action: str = ""
    method: str = POST
    timeout: float = 5
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty: bool = False
    takes_keys: bool = True
    takes_words: bool = False
    language: str = ""
    speech_timeout: float | None = None
    barge_in: bool = True


@dataclass(frozen=True)
class Enqueue:
    """Wait in the queue ``name``."""

    name: str
    action: str = ""
    method: str = POST
    wait_url: str = ""
    wait_method: str = POST
    max_size: int | None = None


@dataclass(frozen=True)
class Leave:
    """Get out of the queue and go on after its Enqueue."""


@dataclass(frozen=True)
class Redirect:
    """Go on with another document."""

    url: str
    method: str = POST


@dataclass(frozen=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True)
class Reject:
    """Refuse an incoming call unanswered; ``reason`` busy or rejected."""

    reason: str = "rejected"


@dataclass(frozen=True)
class Record:
    """Record the caller; lengths in seconds. ``timeout`` of silence ends the recording."""

    action: str = ""
    method: str = POST
    timeout: float = 5
    max_length: float = 3600
    finish_on_key: str = "1234567890*#"
    play_beep: bool = True
    callback: Hook = NO_HOOK
    trim: bool = True
    transcribe: bool = False
    transcribe_callback: str = ""


@dataclass(frozen=True)
class ConferenceNoun:
    """Join the conference ``name``; ``events`` are the callbacks asked for.

    ``coach`` is the leg that alone will hear who joins.
    """

    name: str
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    beep: str = "true"
    wait_url: str | None = None
    wait_method: str = POST
    max_participants: int = 250
    record: bool = False
    recording: Hook = NO_HOOK
    status_callback: str = ""
    status_callback_method: str = POST
    events: tuple[str, ...] = ()
    label: str = ""
    coach: str = ""


@dataclass(frozen=True)
class Party:
    """Somebody to ring: a Client identity or a Number.

    ``send_digits`` are pressed once they answer (w: half a second). ``parameters`` reach the
    client. ``detection`` is Enable or DetectMessageEnd; ``detected`` hears what answered.
    """

    address: str
    url: str = ""
    method: str = POST
    status_callback: str = ""
    status_callback_method: str = POST
    events: tuple[str, ...] = ()
    send_digits: str = ""
    detection: str = ""
    detected: Hook = NO_HOOK
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class QueueNoun:
    """Whoever waits first in the queue ``name``; the document at ``url`` is run for them before."""

    name: str
    url: str = ""
    method: str = POST


@dataclass(frozen=True)
class Dial:
    """Connect the caller: to a conference, to who waits first, or to the first who answers.

    ``record`` is Twilio's word: from when on, of which legs.
    """

    conference: ConferenceNoun | None = None
    parties: tuple[Party, ...] = ()
    queue: QueueNoun | None = None
    action: str = ""
    method: str = POST
    timeout: float = 30
    caller_id: str = ""
    hangup_on_star: bool = False
    time_limit: float = 14400
    answer_on_bridge: bool = False
    sequential: bool = False
    record: str = "do-not-record"
    recording: Hook = NO_HOOK


@dataclass(frozen=True)
class Sms:
    """Write to somebody during the call; empty addresses are those of the call."""

    text: str
    to: str = ""
    from_: str = ""
    action: str = ""
    method: str = POST
    status_callback: str = ""


Verb = (
    Say | Play | Pause | Gather | Enqueue | Leave | Redirect | Hangup | Reject | Record | Dial | Sms
)
