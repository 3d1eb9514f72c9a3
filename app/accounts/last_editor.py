"""What the second of two editors is told: who changed it, and when. For templates/edits/stale.html."""

from __future__ import annotations

from flask_babel import get_locale

from app.accounts import journal
from app.accounts.models import Agent
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.text.saying import Saying


def last_by(subject: str, *acts: str) -> str:
    """« Nadia Benali, aujourd'hui à 10 h 42 »: the last one to change a subject; "" when unknown."""
    entry = journal.last_of(subject, *acts)
    if entry is None or entry.agent_id is None:
        return ""
    agent = db.session.get(Agent, entry.agent_id)
    when = Saying(str(get_locale()), clock.now()).when(entry.at)
    return f"{agent.display_name}, {when}" if agent else ""
