"""Where the provider asks for a leg's next step, and what its address reminds us of. Pure.

The addresses are ours and fixed. Nothing personal stands in one: what a caller typed is kept in her
call's row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from app.foundation.text import outside

MOST_ROUNDS = 10_000  # more than a day of music: what is beyond is no count of ours
LARGEST = 1_000_000  # of the numbers in an address
LONGEST_REF = 64  # characters of a call's public name
MOST_WRONG = 3  # numbers typed wrong before she is left in peace


class Door(StrEnum):
    """The paths at which a leg asks what to do."""

    INCOMING = "/voice/incoming"
    WAIT = "/voice/wait"
    CHOICE = "/voice/choice"
    CONNECT = "/voice/connect"
    AGENT = "/voice/agent"
    LEFT_QUEUE = "/voice/left-queue"
    ANNOUNCE = "/voice/announce"
    FALLBACK = "/voice/fallback"


class Step(StrEnum):
    """What the keys of a caller answer. While she waits no step is named: her round is."""

    CLOSED = "closed"
    ASK = "ask"
    NUMBER = "number"
    CONFIRM = "confirm"
    RECORDED = "recorded"
    ANSWER = "answer"


@dataclass(frozen=True)
class Next:
    """One address. ``call``: the public name of a call that this leg is not known by, ``party`` of the
    further person in it; ``wrong``: numbers typed wrong so far; ``round``: of music, from 1; ``again``:
    apologies heard already."""

    door: Door
    step: Step | None = None
    call: str = ""
    party: int | None = None
    wrong: int | None = None
    round: int | None = None
    again: int | None = None

    @property
    def path(self) -> str:
        """The address, without the host."""
        known = {
            "call": self.call or None,
            "party": self.party,
            "step": self.step,
            "wrong": self.wrong,
            "round": self.round,
            "again": self.again,
        }
        query = urlencode({name: value for name, value in known.items() if value is not None})
        return self.door + (f"?{query}" if query else "")


def choice(step: Step, *, call: str = "", wrong: int | None = None) -> Next:
    """Where the keys of this step go."""
    return Next(Door.CHOICE, step, call=call, wrong=wrong)


def read(path: str, query: Mapping[str, str]) -> Next:
    """The address that was asked for, each value within its bounds, nonsense left out.

    A path that is none of these doors is the first one's: whoever asks begins there.
    """
    step = query.get("step", "")
    return Next(
        Door(path) if path in set(Door) else Door.INCOMING,
        Step(step) if step in set(Step) else None,
        query.get("call", "")[:LONGEST_REF],
        outside.identifier(query.get("party")),
        _number(query, "wrong", 0, MOST_WRONG - 1, MOST_WRONG),
        _round(query),
        _number(query, "again", 0, LARGEST, 0),
    )


def _round(query: Mapping[str, str]) -> int | None:
    found = _number(query, "round", 1, LARGEST, 1)
    return found if found is None else min(found, MOST_ROUNDS)


def _number(
    query: Mapping[str, str], name: str, least: int, most: int, otherwise: int
) -> int | None:
    """None when the address does not name it; ``otherwise`` when what it says is nonsense."""
    if name not in query:
        return None
    found = outside.whole_number(query[name], least, most)
    return otherwise if found is None else found
