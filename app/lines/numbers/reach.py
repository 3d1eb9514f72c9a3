"""Whom a line may call: the rule of ``dialling`` with what the line and its managers say.

Every door asks here before a number is promised a call-back, rung, consulted, or written to.
"""

from __future__ import annotations

from app.lines import dialling, line_now, store
from app.lines.dialling import Allowed, Policy, Refused, Use
from app.lines.numbers import short_numbers, short_reach


def policy_of(line_id: int | None = None) -> Policy:
    """The countries of a line (None: of the first one), and the numbers of all of ours."""
    lines = store.every()
    chosen = next((line for line in lines if line.id == line_id), lines[0] if lines else None)
    return Policy(line_now.of(chosen).rules.countries, frozenset(line.number for line in lines))


def judge(number: str | None, use: Use, line_id: int | None = None) -> Allowed | Refused:
    """May this line use this number so?"""
    return dialling.judge(number, use, policy_of(line_id))


def allows(number: str | None, use: Use, line_id: int | None = None) -> bool:
    """The same, as yes or no."""
    return isinstance(judge(number, use, line_id), Allowed)


def check(number: str | None, use: Use, line_id: int | None = None) -> None:
    """Raise InvalidInput, with the reason, for a number that this line may not use so.

    Emergency and listening numbers first: whether they can be called is the line's own setting.
    """
    if use is Use.DIAL and short_numbers.is_short(number):
        return short_reach.check(number or "", line_id)
    judged = judge(number, use, line_id)
    if isinstance(judged, Refused):
        raise judged.error()
