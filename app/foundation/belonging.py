"""Whose is it: who may act on what belongs to a contact, who only reads. Pure; the one rule.

All that belongs to a contact (whom it is about, its scripts, its reason and note, what was promised to
the person) follows the contact:

- its **holder** acts: the agent who answered, or whose it is to follow;
- a colleague who was **joined** to the conversation acts too, and does not qualify it;
- a **manager** acts, and the holder is told;
- whoever is on duty takes what **nobody** holds (a message, a form, a call that was lost);
- everybody else reads (ADR 17).

A call that waits is nobody's to take by a form: only the one at whose desk it rings may begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.foundation.roles import AGENTS, Role


class Side(StrEnum):
    """How somebody stands to a contact."""

    HOLDER = "holder"
    JOINED = "joined"
    MANAGER = "manager"
    FREE = "free"
    READER = "reader"


class Need(StrEnum):
    """What is to be done: ``act`` (person, scripts, promises) or ``qualify`` (reason and note)."""

    ACT = "act"
    QUALIFY = "qualify"


@dataclass(frozen=True)
class Held:
    """Who holds a contact now: ids of agents. ``waits``: a call of it waits, or rings somewhere.

    ``rings_at``: at whose desks, when nobody has talked with the person yet.
    """

    holders: frozenset[int] = frozenset()
    joined: frozenset[int] = frozenset()
    rings_at: frozenset[int] = frozenset()
    waits: bool = False

    @property
    def concerned(self) -> frozenset[int]:
        """Whoever has this contact on the screen: told of what others change."""
        return self.holders | self.joined | self.rings_at


_MAY = {
    Need.ACT: frozenset({Side.HOLDER, Side.JOINED, Side.MANAGER, Side.FREE}),
    Need.QUALIFY: frozenset({Side.HOLDER, Side.MANAGER, Side.FREE}),
}


def side(agent_id: int, role: str, held: Held) -> Side:
    """How an agent stands to a contact."""
    if agent_id in held.holders or (not held.holders and agent_id in held.rings_at):
        return Side.HOLDER
    if agent_id in held.joined:
        return Side.JOINED
    if role == Role.MANAGER:
        return Side.MANAGER
    if role in AGENTS and not held.holders and not held.waits:
        return Side.FREE
    return Side.READER


def may(need: Need, agent_id: int, role: str, held: Held) -> bool:
    """Is this agent allowed to do it?"""
    return side(agent_id, role, held) in _MAY[need]


def may_cancel(agent_id: int, role: str, promised_by: int | None, held: Held) -> bool:
    """May this agent say that the person need not be called back any more?

    A promise is its maker's; one that the person asked for is its contact's holder's, or the team's
    while nobody holds the contact (our own attempt may be waiting in the queue).
    """
    if role == Role.MANAGER or promised_by == agent_id:
        return True
    nobodys = role in AGENTS and not held.holders
    return promised_by is None and (nobodys or may(Need.ACT, agent_id, role, held))


def may_call_back(agent_id: int, role: str, promised_by: int | None, *, due: bool) -> bool:
    """May this agent take the call-back now? A promise is its maker's until its hour has come."""
    return role in AGENTS and (due or promised_by in (None, agent_id))
