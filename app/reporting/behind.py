"""The calls behind a figure of the report: each figure is the length of what is found here. Pure.

A test compares every key with the report's own count (``tests/reporting/test_behind.py``), so that nobody
opens « 3 abandons » and finds two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.foundation.clock import PARIS
from app.reporting.call_fact import APART, CallFact
from app.reporting.definitions import OUTCOMES, SERVICE_LEVEL_S
from app.tickets.reasons import CallerRole, Reason

Test = Callable[[CallFact], bool]
_LIMIT = timedelta(seconds=SERVICE_LEVEL_S)


def _inbound(fact: CallFact) -> bool:
    return fact.direction == "in"


def _presented(fact: CallFact) -> bool:
    return _inbound(fact) and fact.outcome not in APART


def _answered(fact: CallFact) -> bool:
    return _inbound(fact) and fact.outcome == "answered"


def _outcome(name: str) -> Test:
    return lambda fact: _inbound(fact) and (fact.outcome or "open") == name


def _reason(reason: Reason) -> Test:
    return lambda fact: _answered(fact) and Reason(fact.reason or Reason.UNQUALIFIED) == reason


def _role(role: str | None) -> Test:
    return lambda fact: _answered(fact) and (fact.caller_role or None) == role


def _team(role: str) -> Test:
    return lambda fact: _answered(fact) and fact.agent_role == role


def _in_time(fact: CallFact) -> bool:
    return _answered(fact) and fact.wait is not None and fact.wait <= _LIMIT


_TESTS: dict[str, Test] = {
    "presented": _presented,
    **{name: _outcome(name) for name in (*OUTCOMES, *APART)},
    "outbound": lambda fact: fact.direction == "out" and fact.rung,
    "waited": _answered,
    "in_time": _in_time,
    "late": lambda fact: _answered(fact) and not _in_time(fact),
    "digital_observed": lambda fact: _answered(fact) and fact.digital_observed,
    "digital_declared": lambda fact: _answered(fact) and fact.digital_declared is True,
    "digital_gap": lambda fact: (
        _answered(fact) and fact.digital_observed and not fact.digital_declared
    ),
    "role_unknown": _role(None),
    **{f"reason-{reason.value}": _reason(reason) for reason in Reason},
    **{f"role-{role.value}": _role(role.value) for role in CallerRole},
    "team-front": _team("front"),
    "team-back": _team("back"),
}
KEYS = tuple(_TESTS)
_HALF = "half-"


def behind(key: str, facts: Iterable[CallFact], zone: ZoneInfo = PARIS) -> list[CallFact] | None:
    """The calls that a figure counts, as they arrived (the longest wait first for ``waited``).

    ``half-0930``: the calls presented in that half-hour. None for a figure that there is not.
    """
    test = _half_hour(key, zone) if key.startswith(_HALF) else _TESTS.get(key)
    if test is None:
        return None
    found = [fact for fact in facts if test(fact)]
    if key in ("waited", "late"):
        found.sort(key=lambda fact: fact.wait or timedelta(), reverse=True)
    return found


def _half_hour(key: str, zone: ZoneInfo) -> Test | None:
    digits = key.removeprefix(_HALF)
    if len(digits) != 4 or not (digits.isascii() and digits.isdigit()):
        return None
    hour, minute = int(digits[:2]), int(digits[2:])
    if hour > 23 or minute not in (0, 30):
        return None

    def inside(fact: CallFact) -> bool:
        local = fact.received_at.astimezone(zone)
        return _presented(fact) and local.hour == hour and local.minute // 30 == minute // 30

    return inside
