"""Administration: who works here, and whether the journal holds."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy import select

from app.access import allow
from app.accounts import journal_check
from app.accounts.local_moment import local_moment
from app.accounts.models import Agent, JournalEntry
from app.extensions import db

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("")
@allow("manager", "admin")
def index() -> str:
    """Agents, the last lines of the journal, and links to the rest."""
    return render_template(
        "admin/index.html",
        agents=db.session.scalars(select(Agent).order_by(Agent.display_name)).all(),
        entries=db.session.scalars(
            select(JournalEntry).order_by(JournalEntry.id.desc()).limit(50)
        ).all(),
        journal=journal_check.verified(),
        moment=local_moment,
    )
