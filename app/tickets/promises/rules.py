"""What a manager has set: how long each thing may wait, in working hours; when the morning's mail leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import g
from sqlalchemy import select

from app.accounts import journal
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.text import outside
from app.tickets.promises.models import PromiseRules
from app.tickets.promises.sources import What

DEFAULT_HOURS = 7.0  # of the service: a working day
MOST_HOURS = 200.0
# What has no time of its own until somebody sets how long it may wait.
TARGETED = (What.MESSAGE, What.CONSULTATION, What.MAIL, What.PIECE, What.REJECTION, What.TRANSFER)
_KNOWN = "permanence_promise_rules"


@dataclass(frozen=True)
class Rules:
    """Hours of the service by kind; ``mail_at`` « 08:30 », or empty: no mail."""

    targets: dict[str, float] = field(default_factory=dict)
    mail_at: str = ""

    def hours(self, what: What) -> float:
        """How long it may wait."""
        return self.targets.get(what.value, DEFAULT_HOURS)


def current() -> Rules:
    """The rules that count now, read once a request."""
    known: Rules | None = g.get(_KNOWN)
    if known is None:
        row = db.session.scalar(select(PromiseRules).order_by(PromiseRules.id.desc()).limit(1))
        known = Rules(dict(row.targets), row.mail_at) if row else Rules()
        setattr(g, _KNOWN, known)
    return known


def hours_for(what: What) -> float:
    """How long something of this kind may wait, in hours of the service."""
    return current().hours(what)


def change(targets: dict[str, str], mail_at: str, *, agent_id: int, now: datetime) -> None:
    """Set them all. Raises InvalidInput; nothing is stored then."""
    wanted = {}
    for what in TARGETED:
        typed = targets.get(what.value, "").replace(",", ".").strip()
        try:
            value = float(typed or DEFAULT_HOURS)
        except ValueError:
            value = 0.0
        if not 0.5 <= value <= MOST_HOURS:
            raise InvalidInput(
                "Une durée va d'une demi-heure à %(most)s heures d'ouverture.",
                kept="Rien n'a été changé.",
                most=int(MOST_HOURS),
            )
        wanted[what.value] = value
    if mail_at and outside.clock_time(mail_at) is None:
        raise InvalidInput("L'heure du mail n'est pas lisible.", kept="Rien n'a été changé.")
    with unit_of_work():
        db.session.add(
            PromiseRules(set_at=now, set_by_id=agent_id, targets=wanted, mail_at=mail_at[:5])
        )
        journal.record("promise_rules", "promise:rules", agent_id=agent_id, now=now)
    g.pop(_KNOWN, None)
