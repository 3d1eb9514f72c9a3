"""/health/live, /health/ready, /metrics: what a supervisor of processes asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import Select, func, select

from app.accounts.models import Agent, Presence
from app.accounts.presence import PresenceState
from app.calls.call.life.states import LIVE
from app.calls.call.models import Call
from app.calls.provider import view as provider_view
from app.calls.provider.reconciliation import DriftKind
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.foundation.wiring import settings
from app.operations import figures, readiness
from app.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/health/live")
@public
def live() -> Any:
    """The process answers."""
    return jsonify({"status": "ok"})


@bp.get("/health/ready")
@public
def ready() -> Any:
    """The process can serve: its database answers, takes what is written, and has room.

    Without Redis or with a dead ticker people are still served: « degraded », which names what is missing.
    """
    found = {"database": readiness.database(), **readiness.around(clock.now())}
    if found["database"] != "up" or "disk" in found:
        return jsonify({"status": "unavailable", **found}), 503
    return jsonify({"status": "degraded" if len(found) > 1 else "ok", **found})


CALLS = Gauge("permanence_calls", "Calls that are live now, by state.", ["state"])
DRIFTS = Gauge(
    "permanence_drifts", "Differences with the provider's records, last 24 hours.", ["kind"]
)
COMPARED = Gauge(
    "permanence_reconciliation_age_seconds", "Since the last comparison with the provider."
)
PRESENCES = Gauge("permanence_agents", "Front and back-office agents now, by presence.", ["state"])


@bp.get("/metrics")
@public
def metrics() -> Response:
    """The line now, in Prometheus' text format; no label holds personal data."""
    _count(CALLS, LIVE, select(Call.state, func.count()).group_by(Call.state))
    doing = (
        select(Presence.state.label("state")).join(Agent).where(Agent.role.in_(AGENTS)).subquery()
    )
    _count(PRESENCES, PresenceState, select(doing.c.state, func.count()).group_by(doing.c.state))
    now = clock.now()
    _provider(now)
    figures.refresh(settings().instance_dir, now)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _provider(now: datetime) -> None:
    found = provider_view.by_kind(now - timedelta(days=1))
    for kind in DriftKind:
        DRIFTS.labels(kind=kind).set(found.get(kind, 0))
    age = provider_view.seconds_since_comparison(now)
    COMPARED.set(float("nan") if age is None else age)


def _count(gauge: Gauge, states: Iterable[str], query: Select[str, int]) -> None:
    found: dict[str, int] = {state: count for state, count in db.session.execute(query)}  # noqa: C416 - typed
    for state in states:
        gauge.labels(state=state).set(found.get(state, 0))
