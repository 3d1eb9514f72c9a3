"""What a line does beside routing: its settings, with defaults and bounds. Pure.

Stored as JSON on the line (``Line.rules``): what it does not say is the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.lines.dialling import DEFAULT_COUNTRIES

CLOSING = ("serve", "callback")


@dataclass(frozen=True)
class LineRules:
    """The rules of one line.

    ``closing``: those who wait at closing time are served, or asked for a call-back.
    ``callbacks``: « press 1 » is offered to those who wait. ``callback_attempts``: how often a
    number is tried; ``callback_pause_minutes`` between two attempts. ``sticky_minutes``: how long a
    dropped line returns to the same agent. ``voicemail``: callers may leave a message when the
    line is closed. ``coaching``: managers may listen and whisper, announced to both. ``languages``:
    spoken to callers, the first by default; the others are chosen by a key. ``countries``: where
    the line calls, promises to call and writes (ISO 3166; ``dialling``). ``short_numbers``: the
    emergency and listening numbers that the line's provider can call; None: as the provider usually
    does (``short_numbers.reached``). ``on_call``: whom an agent in need calls, in the managers' own
    words, when no manager has a page open. ``calls_per_hour``: of one number, that enter the queue;
    ``hidden_waiting``: callers without a number who wait at once; ``contacts_per_day``: made by the
    text messages of one sender. Beyond, another way is told (``one_sender``).
    """

    closing: str = "serve"
    callbacks: bool = True
    callback_attempts: int = 3
    callback_pause_minutes: int = 15
    sticky_minutes: int = 30
    voicemail: bool = False
    coaching: bool = False
    languages: tuple[str, ...] = ("fr", "en")
    countries: tuple[str, ...] = DEFAULT_COUNTRIES
    short_numbers: tuple[str, ...] | None = None
    on_call: str = ""
    calls_per_hour: int = 20
    hidden_waiting: int = 20
    contacts_per_day: int = 10


ON_CALL_LENGTH = 120  # characters
BOUNDS = {
    "callback_attempts": (1, 10),
    "callback_pause_minutes": (1, 24 * 60),
    "sticky_minutes": (0, 240),
}
CAPS = {"calls_per_hour": (8, 1000), "hidden_waiting": (5, 1000), "contacts_per_day": (1, 1000)}


def of(stored: Mapping[str, Any] | None) -> LineRules:
    """The rules that a line's JSON says; unknown names are left aside, lists become tuples."""
    known = {f.name for f in fields(LineRules)}
    values = {name: value for name, value in (stored or {}).items() if name in known}
    if "languages" in values:
        values["languages"] = tuple(values["languages"]) or LineRules.languages
    if "countries" in values:
        values["countries"] = tuple(values["countries"]) or LineRules.countries
    if values.get("short_numbers") is not None:
        values["short_numbers"] = tuple(values["short_numbers"])
    return LineRules(**values)
