"""Whom a line may call: the rule of ``dialling`` with what the line and its managers say.

Every door asks here before a number is promised a call-back, rung, consulted, or written to.
"""

from __future__ import annotations

from sqlalchemy import select

from app.foundation.extensions import db
from app.lines import dialling
from app.lines import rules as line_rules
from app.lines.dialling import Allowed, Policy, Refused, Use
from app.lines.models import Line
from app.lines.numbers import short_numbers, short_reach


def policy_of(line_id: int | None = None) -> Policy:
    """The countries of a line (None: of the first one), and the numbers of all of ours."""
    lines = db.session.execute(select(Line.id, Line.number, Line.rules).order_by(Line.id)).all()
    chosen = [line for line in lines if line.id == line_id] or lines[:1]
    countries = line_rules.of(chosen[0].rules if chosen else None).countries
    return Policy(countries, frozenset(line.number for line in lines))


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
