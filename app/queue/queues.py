"""Queues in the database: by which rules each offers its work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Table, select

from app.queue.models import Queue
from app.queue.policy import Policy, policy_from

_queues = cast(Table, Queue.__table__)
# Of each look at what waits: prepared once. Others join to it, or lock its rows.
RULES = select(_queues.c.id, _queues.c.policy, _queues.c.team).order_by(_queues.c.id)


def policy(row: Any) -> Policy:
    """The policy that a row of ``RULES`` says; what it does not say is the default."""
    return policy_from(row.policy, row.team)


def policies(rows: Iterable[Any]) -> dict[int, Policy]:
    """The policy of each queue, from rows of ``RULES``."""
    return {row.id: policy(row) for row in rows}
