"""The figures of a day, from the facts of its calls. Pure: no Flask, no database, no clock.

Each figure is defined in ``definitions.py`` under the same key. Sums are made of exact durations,
so the order in which the facts come changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.foundation.clock import PARIS, day_bounds, half_hours
from app.foundation.roles import AGENTS
from app.reporting.call_fact import APART, CallFact
from app.reporting.definitions import DEFINITIONS_VERSION, OUTCOMES, SERVICE_LEVEL_S
from app.reporting.incidents import figures as incidents_of
from app.reporting.incidents.figures import NO_INCIDENTS, DayIncidents
from app.reporting.promises import figures as promised
from app.reporting.promises.figures import PromiseFigures
from app.reporting.scripts import figures as scripts_of
from app.reporting.scripts.figures import ScriptDay
from app.reporting.writing.channels import ChannelFigures
from app.tickets.reasons import CallerRole, Reason
from app.tickets.reasons import label as label_of

REASONS = tuple(label_of(reason, "fr") for reason in Reason)
ROLES = tuple(role.value for role in CallerRole)

Opening = Sequence[tuple[time, time]]
"""Local hours at which the line is open on a day, for example 9:00–12:30 and 13:30–17:00. A span that
ends at 0:00 ends with the day."""

Figures = dict[str, Any]
"""Some fields of a ``DayReport`` and their values."""


@dataclass(frozen=True, slots=True)
class HalfHour:
    """Calls that came in during one half-hour; ``start`` is local and aware."""

    start: datetime
    presented: int
    answered: int
    abandoned: int
    short_abandoned: int
    mean_wait_s: float | None

    @property
    def label(self) -> str:
        """``09:30``; with its offset when the clock goes through that hour twice."""
        text = f"{self.start:%H:%M}"
        return f"{text} (UTC{self.start:%z})" if self._comes_twice else text

    @property
    def _comes_twice(self) -> bool:
        return self.start.replace(fold=0).utcoffset() != self.start.replace(fold=1).utcoffset()


@dataclass(frozen=True, slots=True)
class Team:
    """Calls answered by one team: ``front`` or ``back``. Never by one person."""

    role: str
    answered: int
    mean_wait_s: float | None
    mean_talk_s: float | None


@dataclass(frozen=True, slots=True)
class GapCall:
    """A call whose trace shows digital trouble that its qualification does not say."""

    ref: str
    received_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest wait or talk of the day, in seconds, and when that call was answered."""

    seconds: float
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class DayReport:
    """Every figure of one local day: seconds, rates between 0 and 1, None when no call."""

    day: date
    presented: int
    answered: int
    abandoned: int
    short_abandoned: int
    callback: int
    failed: int
    open: int
    closed: int
    limited: int
    outbound: int
    abandonment_rate: float | None
    abandonment_of_waiting: float | None
    abandonment_with_short: float | None
    service_level_s: int
    service_level: float | None
    service_level_of_presented: float | None
    service_level_of_answered: float | None
    mean_wait_s: float | None
    mean_talk_s: float | None
    mean_wrap_up_s: float | None
    mean_hold_s: float | None
    mean_handling_s: float | None
    longest_wait: Longest | None
    longest_talk: Longest | None
    reasons: dict[str, int]
    caller_roles: dict[str, int]
    role_unknown: int
    half_hours: tuple[HalfHour, ...]
    teams: tuple[Team, ...]
    digital_observed: int
    digital_declared: int
    digital_gap: tuple[GapCall, ...]
    digital_kinds: dict[str, int]
    opening: tuple[tuple[time, time], ...]
    channels: tuple[ChannelFigures, ...] = ()
    promises: tuple[PromiseFigures, ...] = promised.figures()
    incidents: DayIncidents = NO_INCIDENTS
    scripts: tuple[ScriptDay, ...] = ()
    definitions_version: str = DEFINITIONS_VERSION

    @property
    def shown_half_hours(self) -> tuple[HalfHour, ...]:
        """The half-hours when the line is open, and any other in which somebody called."""
        return tuple(h for h in self.half_hours if h.presented or _is_open(h.start, self.opening))

    def outcomes(self) -> dict[str, int]:
        """Each outcome and its number; their sum is ``presented``."""
        return {key: getattr(self, key) for key in OUTCOMES}

    def as_json(self) -> dict[str, Any]:
        """The stable interface of ``report --format json``: exactly these keys, in this order."""
        return {
            "day": self.day.isoformat(),
            **{key: getattr(self, key) for key in _JSON_COUNTS},
            "abandonment_rate": _rounded(self.abandonment_rate, 4),
            "mean_wait_s": _rounded(self.mean_wait_s),
            "mean_talk_s": _rounded(self.mean_talk_s),
            "mean_wrap_up_s": _rounded(self.mean_wrap_up_s),
            "service_level": _rounded(self.service_level, 4),
            "reasons": dict(self.reasons),
            "caller_roles": dict(self.caller_roles),
            "half_hours": [_half_hour_json(each) for each in self.half_hours],
            "digital": {"observed": self.digital_observed, "declared": self.digital_declared},
            "definitions_version": self.definitions_version,
            "channels": {each.channel: each.as_json() for each in self.channels},
            "promises": promised.as_json(self.promises),
            "incidents": incidents_of.as_json(self.incidents),
            "scripts": scripts_of.as_json(self.scripts),
        }


_JSON_COUNTS = (
    "presented",
    "answered",
    "abandoned",
    "short_abandoned",
    "callback",
    "failed",
    "closed",
    "open",
)


def day_report(
    facts: Iterable[CallFact],
    day: date,
    zone: ZoneInfo = PARIS,
    service_level_s: int = SERVICE_LEVEL_S,
    opening: Opening = (),
    channels: Sequence[ChannelFigures] = (),
    promises: Sequence[PromiseFigures] = promised.figures(),
    incidents: DayIncidents = NO_INCIDENTS,
    scripts: Sequence[ScriptDay] = (),
) -> DayReport:
    """Count the calls received on the local ``day``; facts of other days are left out.

    The same fact given twice counts once. Raises ``ValueError`` when two facts of one ``ref``
    differ, or when an outcome, a reason or a role is not one we know: better no report than a
    wrong one. ``channels``: what was written, counted apart; ``promises``: what was owed;
    ``incidents``: those of the day, and what they cost; ``scripts``: those followed.
    """
    of_day = _of_day(_once(facts), day, zone)
    inbound = [fact for fact in of_day if fact.direction == "in"]
    outcomes = _count_outcomes(inbound)
    answered = [fact for fact in inbound if fact.outcome == "answered"]
    presented = [fact for fact in inbound if fact.outcome not in APART]
    return DayReport(
        day=day,
        presented=len(presented),
        **outcomes,
        outbound=sum(1 for fact in of_day if fact.direction == "out" and fact.rung),
        **_abandonment(outcomes, len(presented)),
        **_service_levels(answered, outcomes, len(presented), service_level_s),
        **_durations(answered),
        **_contents(answered),
        half_hours=_half_hours(presented, day, zone),
        teams=_teams(answered),
        opening=tuple(opening),
        channels=tuple(channels),
        promises=tuple(promises),
        incidents=incidents,
        scripts=tuple(scripts),
    )


def mean_s(spans: Iterable[timedelta | None]) -> float | None:
    """Mean of the spans that are known, in seconds; None when there is none."""
    known = [span for span in spans if span is not None]
    if not known:
        return None
    return sum(known, timedelta()) / timedelta(seconds=1) / len(known)


def share(part: int, whole: int) -> float | None:
    """``part`` ÷ ``whole``, or None when there is nothing to divide by."""
    return part / whole if whole else None


def _once(facts: Iterable[CallFact]) -> list[CallFact]:
    seen: dict[str, CallFact] = {}
    for fact in facts:
        if seen.setdefault(fact.ref, fact) != fact:
            raise ValueError(f"two different facts for call {fact.ref}")
    return sorted(seen.values(), key=lambda fact: (fact.received_at, fact.ref))


def _of_day(facts: list[CallFact], day: date, zone: ZoneInfo) -> list[CallFact]:
    start, end = day_bounds(day, zone)
    return [fact for fact in facts if start <= fact.received_at < end]


def _count_outcomes(inbound: list[CallFact]) -> Figures:
    names = (*OUTCOMES, *APART)
    counts = Counter(fact.outcome or "open" for fact in inbound)
    _refuse_unknown("outcome", counts, names)
    return {name: counts[name] for name in names}


def _abandonment(outcomes: Figures, presented: int) -> Figures:
    abandoned, short = outcomes["abandoned"], outcomes["short_abandoned"]
    return {
        "abandonment_rate": share(abandoned, presented),
        "abandonment_of_waiting": share(abandoned, outcomes["answered"] + abandoned),
        "abandonment_with_short": share(abandoned + short, presented),
    }


def _service_levels(
    answered: list[CallFact], outcomes: Figures, presented: int, threshold_s: int
) -> Figures:
    limit = timedelta(seconds=threshold_s)
    in_time = sum(1 for fact in answered if fact.wait is not None and fact.wait <= limit)
    return {
        "service_level_s": threshold_s,
        "service_level": share(in_time, len(answered) + outcomes["abandoned"]),
        "service_level_of_presented": share(in_time, presented),
        "service_level_of_answered": share(in_time, len(answered)),
    }


def _durations(answered: list[CallFact]) -> Figures:
    ended = [fact for fact in answered if fact.talk is not None]
    return {
        "mean_wait_s": mean_s(fact.wait for fact in answered),
        "mean_talk_s": mean_s(fact.talk for fact in ended),
        "mean_wrap_up_s": mean_s(fact.wrap_up for fact in ended),
        "mean_hold_s": mean_s(timedelta(seconds=fact.hold_s) for fact in ended),
        "mean_handling_s": mean_s(_handling(fact) for fact in ended),
        "longest_wait": _longest(answered, lambda fact: fact.wait),
        "longest_talk": _longest(ended, lambda fact: fact.talk),
    }


def _handling(fact: CallFact) -> timedelta:
    return (fact.talk or timedelta()) + (fact.wrap_up or timedelta())


def _longest(facts: list[CallFact], span: Callable[[CallFact], timedelta | None]) -> Longest | None:
    known = [(length, fact) for fact in facts if (length := span(fact)) is not None]
    if not known:
        return None
    length, fact = max(known, key=lambda each: each[0])
    assert fact.answered_at is not None  # a wait and a talk both need an answer
    return Longest(length.total_seconds(), fact.answered_at)


def _contents(answered: list[CallFact]) -> Figures:
    reasons = Counter(_reason_noted(fact) for fact in answered)
    roles = Counter(fact.caller_role for fact in answered if fact.caller_role)
    _refuse_unknown("caller role", roles, ROLES)
    trouble = [fact for fact in answered if fact.digital_observed or fact.digital_declared]
    return {
        "reasons": {label: reasons[label] for label in REASONS},
        "caller_roles": {role: roles[role] for role in ROLES},
        "role_unknown": len(answered) - roles.total(),
        "digital_observed": sum(fact.digital_observed for fact in answered),
        "digital_declared": sum(fact.digital_declared is True for fact in answered),
        "digital_gap": tuple(_gap(fact) for fact in trouble if not fact.digital_declared),
        "digital_kinds": dict(sorted(Counter(f.digital_kind or "" for f in trouble).items())),
    }


def _reason_noted(fact: CallFact) -> str:
    """The label of what the agent noted, by its code or its label. Raises ValueError for another."""
    try:
        return label_of(Reason(fact.reason or Reason.UNQUALIFIED), "fr")
    except ValueError as error:
        raise ValueError(f"unknown reason: {fact.reason}") from error


def _gap(fact: CallFact) -> GapCall:
    return GapCall(fact.ref, fact.received_at, _reason_noted(fact))


def _half_hours(presented: list[CallFact], day: date, zone: ZoneInfo) -> tuple[HalfHour, ...]:
    slots = half_hours(day, zone)
    inside: list[list[CallFact]] = [[] for _ in slots]
    for fact in presented:
        inside[int((fact.received_at - slots[0][0]) / timedelta(minutes=30))].append(fact)
    return tuple(
        _half_hour(start.astimezone(zone), calls)
        for (start, _), calls in zip(slots, inside, strict=True)
    )


def _half_hour(start: datetime, calls: list[CallFact]) -> HalfHour:
    counts = Counter(fact.outcome for fact in calls)
    return HalfHour(
        start=start,
        presented=len(calls),
        answered=counts["answered"],
        abandoned=counts["abandoned"],
        short_abandoned=counts["short_abandoned"],
        mean_wait_s=mean_s(fact.wait for fact in calls if fact.outcome == "answered"),
    )


def _teams(answered: list[CallFact]) -> tuple[Team, ...]:
    return tuple(
        _team(role, [fact for fact in answered if fact.agent_role == role]) for role in AGENTS
    )


def _team(role: str, calls: list[CallFact]) -> Team:
    return Team(
        role,
        len(calls),
        mean_s(fact.wait for fact in calls),
        mean_s(fact.talk for fact in calls),
    )


def _is_open(start: datetime, opening: Opening) -> bool:
    """Midnight as an end is that of the day."""
    now = start.time()
    return any(opens <= now and (now < closes or closes == time()) for opens, closes in opening)


def _refuse_unknown(what: str, counts: Counter[Any], known: Iterable[str]) -> None:
    unknown = set(counts) - set(known)
    if unknown:
        raise ValueError(f"unknown {what}: {sorted(map(str, unknown))}")


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def _half_hour_json(half_hour: HalfHour) -> dict[str, Any]:
    return {
        "start": half_hour.start.isoformat(),
        "presented": half_hour.presented,
        "answered": half_hour.answered,
        "abandoned": half_hour.abandoned,
        "mean_wait_s": _rounded(half_hour.mean_wait_s),
    }
