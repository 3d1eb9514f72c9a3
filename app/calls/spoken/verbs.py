"""What a leg is answered: small values in order, which a renderer puts in the provider's words. Pure.

A document is a tuple of verbs, carried out one after the other; when it ends without another step, the
leg hangs up. ``Say`` and ``Play`` are the line's own (``app.lines.announcements.said``).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.calls.spoken.next_step import Next
from app.lines.announcements.said import Play, Say

__all__ = [
    "Document", "Elsewhere", "Enqueue", "Gather", "HangUp", "Join", "Leave", "Pause", "Play", "Record",
    "Redirect", "Say", "Speech", "Verb", "room_of",
]  # fmt: skip


@dataclass(frozen=True)
class Pause:
    """Silence."""

    seconds: int


Speech = Say | Play | Pause


@dataclass(frozen=True)
class Elsewhere:
    """A page that no program of ours answers, and how it is asked for (GET, POST)."""

    address: str
    method: str


@dataclass(frozen=True)
class Gather:
    """Speak, and listen for keys meanwhile and ``patience_s`` seconds after; they go to ``then``.

    ``keys``: how many at most (None: any number); ``until_hash``: # ends them. Without a key the
    document goes on, unless ``even_empty``: then ``then`` is asked all the same.
    """

    says: tuple[Speech, ...]
    then: Next | Elsewhere
    patience_s: int
    keys: int | None = None
    until_hash: bool = False
    even_empty: bool = False


@dataclass(frozen=True)
class Enqueue:
    """Put the leg in the queue, whose wait page speaks to it every few seconds.

    ``once_more``: the queue has failed; if it does again, the caller hears why.
    """

    once_more: bool = False


@dataclass(frozen=True)
class Leave:
    """Out of the queue; what comes then is asked for."""


@dataclass(frozen=True)
class Join:
    """Into the conversation of the call ``ref``. The caller's leaving ends it; the agent's does not.

    ``coached``: the leg of the agent who alone hears this one (a manager who whispers); ``muted``: this
    one only listens.
    """

    ref: str
    caller: bool
    coached: str | None = None
    muted: bool = False


@dataclass(frozen=True)
class Redirect:
    """Ask there for what comes next."""

    to: Next


@dataclass(frozen=True)
class Record:
    """Record a message, after a tone, until #, silence or the longest time; its end goes to ``then``."""

    then: Next
    longest_s: int
    silence_s: int


@dataclass(frozen=True)
class HangUp:
    """The end of the leg."""


Verb = Speech | Gather | Enqueue | Leave | Join | Redirect | Record | HangUp
Document = tuple[Verb, ...]

_ROOM = "call-"


def room_of(ref: str) -> str:
    """The name of a call's conversation at the provider: its public name, and nothing personal."""
    return _ROOM + ref


def ref_of(room: str) -> str:
    """The call of a conversation, by its name."""
    return room.removeprefix(_ROOM)
