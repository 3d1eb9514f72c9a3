"""One promise and its history in words; what must be kept within the next minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Agent
from app.dossiers.wording import Words
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.tickets.promises import view
from app.tickets.promises.models import OwedStep, Promise, PromiseEnd, PromiseKind
from app.tickets.promises.sources import Asked, What
from app.tickets.promises.view import Line

LEAD = timedelta(minutes=15)  # reminded that long before the time
STILL = timedelta(minutes=30)  # and shown as long after it
ON_TIME = frozenset({What.PROMISE, What.REMINDER, What.CALLBACK, What.TRANSFER})


@dataclass(frozen=True)
class Said:
    """One step: when, by whom, in words; taken back since or not."""

    at: str
    by: str
    text: str
    undone: bool = False


def one(promise_id: int) -> Promise:
    """A promise. Raises NotFound."""
    held = db.session.get(Promise, promise_id)
    if held is None:
        raise NotFound("Cette promesse n'existe pas.", todo="Rechargez la page.")
    return held


def of_dossier(dossier_id: int) -> Sequence[Promise]:
    """The open promises about a dossier, the most urgent first."""
    return db.session.scalars(
        select(Promise)
        .where(Promise.dossier_id == dossier_id, Promise.ended_at.is_(None))
        .options(joinedload(Promise.owner), joinedload(Promise.made_by))
        .order_by(Promise.due_at, Promise.id)
        .limit(20)
    ).all()


def soon_due(words: Words, agent_id: int, role: str) -> list[Line]:
    """This agent's own, due within a quarter of an hour or a little late."""
    now = words.now
    return [
        line
        for line in view.of(words, Asked(now, agent_id, False, ON_TIME), agent_id, role)
        if line.mine
        and line.owed.due is not None
        and not line.owed.whole_day
        and now - STILL <= line.owed.due <= now + LEAD
    ][:3]


def steps(held: Promise, words: Words) -> list[Said]:
    """What was done with a promise, in order, and how it began."""
    rows = db.session.scalars(
        select(OwedStep)
        .where(OwedStep.subject == f"promise:{held.id}")
        .options(joinedload(OwedStep.by))
        .order_by(OwedStep.id)
    ).all()
    names = {
        row.id: row.display_name for row in db.session.execute(select(Agent.id, Agent.display_name))
    }
    began = Said(
        words.when(held.made_at),
        held.made_by.display_name if held.made_by else _("la liste"),
        _("promis pour %(when)s", when=words.when(held.first_due_at)),
    )
    return [
        began,
        *(
            Said(
                words.when(each.at),
                each.by.display_name,
                _step(each, names, words, held),
                each.undone_at is not None,
            )
            for each in rows
        ),
    ]


def _step(step: OwedStep, names: dict[int, str], words: Words, held: Promise) -> str:
    before = step.before
    if step.act == "moved":
        was = words.when(datetime.fromisoformat(before["due_at"]))
        return _("déplacé ; c’était %(when)s", when=was)
    if step.act == "handed":
        return _("confié ; c’était à %(name)s", name=names.get(before["owner_id"], _("l’équipe")))
    if step.act == "dropped":
        return _("retiré : %(why)s", why=held.outcome_reason)
    return {
        "kept": _("fait"),
        "waits": _("en attente d’un tiers"),
        "resumed": _("reprise : le tiers a répondu"),
    }.get(step.act, step.act)


def kind_word(kind: PromiseKind) -> str:
    """What is promised, in words."""
    return {
        PromiseKind.ANSWER: _("donner une réponse à la personne"),
        PromiseKind.TREAT: _("regarder le dossier"),
        PromiseKind.CALL: _("la rappeler"),
        PromiseKind.CHECK: _("vérifier que cela a marché"),
        PromiseKind.REMINDER: _("m’en souvenir"),
        PromiseKind.THIRD_PARTY: _("attendre le papier d’un tiers"),
        PromiseKind.TRANSFER: _("transmis à un autre service, qui doit confirmer l’avoir reçu"),
        PromiseKind.CAUGHT: _("trouvé par la liste"),
    }[kind]


def end_word(held: Promise) -> str:
    """How it ended, in words; empty while it is open."""
    if held.outcome is PromiseEnd.KEPT:
        return _("tenu en retard") if held.missed else _("tenu")
    return _("retiré : %(why)s", why=held.outcome_reason) if held.outcome else ""
