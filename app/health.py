"""/health/live, /health/ready, /metrics: what a supervisor of processes asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.access import public
from app.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/health/live")
@public
def live() -> Any:
    """The process answers."""
    return jsonify({"status": "ok"})


@bp.get("/health/ready")
@public
def ready() -> Any:
    """The process can serve: its database answers."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return jsonify({"status": "unavailable", "database": "down"}), 503
    return jsonify({"status": "ok", "database": "up"})


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Counters in Prometheus' text format; no label holds personal data."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
