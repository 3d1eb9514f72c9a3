"""What an incident cost the line: calls and minutes. Pure; the definitions are in ``docs/definitions.md``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """A contact linked to an incident: was it a call that we received, and the seconds of its talk."""

    call: bool
    talk_s: float = 0.0


@dataclass(frozen=True)
class Cost:
    """``contacts`` linked, of which ``calls`` received, and ``minutes`` of talk in them (rounded down).

    The minutes are all those of these calls, whatever else was said: an upper bound, said as such.
    """

    contacts: int = 0
    calls: int = 0
    minutes: int = 0


def cost(linked: Iterable[Exchange]) -> Cost:
    """Count them."""
    exchanges = list(linked)
    calls = [each for each in exchanges if each.call]
    seconds = sum(max(0.0, each.talk_s) for each in calls)
    return Cost(len(exchanges), len(calls), int(seconds // 60))
