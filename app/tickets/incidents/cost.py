"""What an incident cost the line: calls, minutes, promises. Pure; the definitions are in ``docs/definitions.md``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """A contact linked to an incident: the calls that we received in it, the seconds of their talk, and the
    promises made on its occasion."""

    calls: int = 0
    talk_s: float = 0.0
    promises: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """``contacts`` linked, the ``calls`` received in them, ``talk_s`` seconds of talk, ``promises`` made.

    The talk is all that of these calls, and the promises all those made on their occasion, whatever else was
    said: an upper bound, said as such.
    """

    contacts: int = 0
    calls: int = 0
    talk_s: float = 0.0
    promises: int = 0

    @property
    def minutes(self) -> int:
        """Whole minutes of talk, rounded down."""
        return int(self.talk_s // 60)


NOTHING = Cost()


def cost(linked: Iterable[Exchange]) -> Cost:
    """Count them."""
    exchanges = list(linked)
    return Cost(
        contacts=len(exchanges),
        calls=sum(each.calls for each in exchanges),
        talk_s=sum(max(0.0, each.talk_s) for each in exchanges),
        promises=sum(each.promises for each in exchanges),
    )
