"""Builders of facts for the tests of statistics; each has a readable default."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.foundation.clock import PARIS
from app.reporting.call_fact import CallFact

DAY = date(2021, 6, 22)
_refs = itertools.count(1)


def at(text: str, day: date = DAY) -> datetime:
    """``"10:35:20"`` in Paris on ``day``, as an instant in UTC."""
    return datetime.fromisoformat(f"{day.isoformat()}T{text}").replace(tzinfo=PARIS).astimezone(UTC)


def create_fact(received: datetime | None = None, **fields: Any) -> CallFact:
    """A call still waiting, received at 9:10 and queued 8 s later unless told otherwise."""
    received = received or at("09:10:00")
    fields.setdefault("ref", f"C{next(_refs)}")
    fields.setdefault("direction", "in")
    fields.setdefault("queued_at", received + timedelta(seconds=8))
    return CallFact(received_at=received, **fields)


def create_answered(
    received: datetime | None = None,
    wait_s: float = 12,
    talk_s: float = 300,
    wrap_up_s: float = 40,
    **fields: Any,
) -> CallFact:
    """An answered call that is over, by the front office."""
    received = received or at("09:10:00")
    answered = received + timedelta(seconds=8 + wait_s)
    ended = answered + timedelta(seconds=talk_s)
    fields.setdefault("agent_role", "front")
    return create_fact(
        received,
        answered_at=answered,
        ended_at=ended,
        wrap_up_ended_at=ended + timedelta(seconds=wrap_up_s),
        outcome="answered",
        **fields,
    )
