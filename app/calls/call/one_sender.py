"""How much of the queue one number, or those who hide theirs, may take. Pure.

A thousand calls of one number must not stand before somebody else. Who is cut off and calls back a few
times is never concerned, though legs that are already dead still wait; a switchboard shows one number
for several people. Those who hide their number are different people: no count by hour holds them, they
are only kept from filling the queue. Nobody is turned away without another way: a call-back is noted.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.lines.rules import LineRules

LEAST_AT_ONCE = (
    5  # a person whose line drops thrice leaves three legs that wait, and rings a fourth
)


@dataclass(frozen=True)
class Before:
    """What came before a call: of the same number in the hour, and waiting now; and of hidden ones."""

    in_hour: int = 0
    waiting: int = 0
    hidden_waiting: int = 0


def at_once(rules: LineRules) -> int:
    """How many calls of one number may wait at the same time."""
    return max(LEAST_AT_ONCE, rules.calls_per_hour // 4)


def over(before: Before, rules: LineRules, *, hidden: bool) -> bool:
    """Is this call one too many?"""
    if hidden:
        return before.hidden_waiting >= rules.hidden_waiting
    return before.in_hour >= rules.calls_per_hour or before.waiting >= at_once(rules)
