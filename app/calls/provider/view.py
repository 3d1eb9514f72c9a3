"""How we stand with the provider, for the manager's page and for the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from app.calls.provider.models import Drift, ProviderLink
from app.calls.provider.reconciliation import DriftKind
from app.foundation import clock
from app.foundation.extensions import db

DAYS = 14
SHOWN = 30  # the latest differences, one by one
LATE_ROUNDS = 4  # rounds missed in a row before somebody should look

# What a manager can do something about, from the sort of difference.
GROUPS: dict[str, tuple[DriftKind, ...]] = {
    "ends": (DriftKind.PERSON_GONE, DriftKind.AGENT_GONE, DriftKind.PARTY_GONE),
    "arrivals": (DriftKind.AGENT_THERE, DriftKind.TALK_MISSED, DriftKind.PARTY_THERE),
    "commands": (DriftKind.NOT_QUEUED, DriftKind.LEG_LEFT_OVER),
    "unknown": (DriftKind.UNKNOWN_LIVE,),
    "outage": (DriftKind.OUTAGE_CALL, DriftKind.OUTAGE_HIDDEN, DriftKind.OUTAGE_TEXT),
}


@dataclass(frozen=True)
class Day:
    """One local day: how many differences of each group, and in all."""

    day: date
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Overview:
    """``ran_at``: the last comparison; ``late``: none was made for too long; ``pending``: calls of
    an outage whose keys the provider does not show yet; ``unreachable``: callers of an outage who
    hid their number, in the days shown."""

    ran_at: datetime | None
    problem: str | None
    late: bool
    pending: int
    unreachable: int
    days: Sequence[Day]
    latest: Sequence[Drift]


def overview(now: datetime, *, every: float) -> Overview:
    """The last two weeks; ``every``: seconds between two comparisons, 0 when there are none."""
    link = db.session.scalars(select(ProviderLink).limit(1)).first()
    ran_at = link.ran_at if link else None
    first = clock.local_day(now) - timedelta(days=DAYS - 1)
    since, _ = clock.day_bounds(first)
    return Overview(
        ran_at=ran_at,
        problem=link.problem if link else None,
        late=bool(every) and (ran_at is None or now - ran_at > timedelta(seconds=_slack(every))),
        pending=_count(Drift.kind == DriftKind.OUTAGE_CALL, Drift.repaired.is_(False)),
        unreachable=_count(Drift.kind == DriftKind.OUTAGE_HIDDEN, Drift.at >= since),
        days=_days(since),
        latest=db.session.scalars(
            select(Drift).order_by(Drift.at.desc(), Drift.id.desc()).limit(SHOWN)
        ).all(),
    )


def _slack(every: float) -> float:
    return LATE_ROUNDS * every + 30  # a slow provider is waited for


def _count(*conditions: object) -> int:
    query = select(func.count()).select_from(Drift).where(*conditions)  # type: ignore[arg-type]
    return db.session.scalar(query) or 0


def _days(since: datetime) -> list[Day]:
    group_of = {kind: name for name, kinds in GROUPS.items() for kind in kinds}
    counts: Counter[tuple[date, str]] = Counter()
    first = clock.local_day(since)
    for day in (first + timedelta(days=n) for n in range(DAYS)):
        start, end = clock.day_bounds(day)
        rows = db.session.execute(
            select(Drift.kind, func.count())
            .where(Drift.at >= start, Drift.at < end)
            .group_by(Drift.kind)
        )
        for kind, count in rows:
            counts[day, group_of[DriftKind(kind)]] += count
    days = sorted({day for day, _ in counts}, reverse=True)
    return [Day(day, {name: counts[day, name] for name in GROUPS}) for day in days]


def by_kind(since: datetime) -> dict[str, int]:
    """How many differences of each kind since an instant."""
    rows = db.session.execute(
        select(Drift.kind, func.count()).where(Drift.at >= since).group_by(Drift.kind)
    )
    return {kind: count for kind, count in rows}  # noqa: C416 - typed


def seconds_since_comparison(now: datetime) -> float | None:
    """Age of the last comparison that succeeded; None before the first one."""
    seen = db.session.scalar(select(ProviderLink.seen_until).limit(1))
    return (now - seen).total_seconds() if seen else None
