"""What a dossier and its Portal know of the facts that sentences name (``filling.SLOTS``)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from app.accounts.models import Agent
from app.dossiers import store as dossiers
from app.dossiers.mail.aloud import mask
from app.dossiers.models import Dossier
from app.dossiers.payments import service as payments
from app.dossiers.vocabulary import Inside, PieceState
from app.dossiers.wording import PIECE
from app.foundation.clock import local_day
from app.foundation.extensions import db
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import day, euros, moment, tidy


def of(dossier_id: int | None, agent_id: int, now: datetime) -> dict[str, Text]:
    """Each fact that is known, as it is said; one that is not known is left out."""
    values: dict[str, Text | None] = {}
    agent = db.session.get(Agent, agent_id)
    if agent is not None:
        values["agent"] = _same(agent.display_name.split()[0])
    if dossier_id is not None:
        values |= _of(dossiers.dossier(dossier_id), now)
    return {name: text for name, text in values.items() if text is not None}


def _of(dossier: Dossier, now: datetime) -> dict[str, Text | None]:
    facts, today = dossiers.facts_of(dossier), local_day(now)
    path, owner = facts.path, dossier.owner
    payment = payments.answer(dossier, now)
    # The day that the answer says (moved when it is a day off, none once it has passed), never another.
    coming = payment.on if dossier.inside is not Inside.PAID else None
    red = [p for p in facts.pieces if p.state is PieceState.RED]

    def on(value: date | None) -> Text | None:
        return _each(lambda locale: day(value, today, locale)) if value else None

    def at(value: datetime | None) -> Text | None:
        return _each(lambda locale: _moment(value, today, locale)) if value else None

    return {
        "deposited_on": on(facts.deposited_on),
        "processed_on": on(facts.deposits_processed),
        "payment_answer": payment.sentence,
        "next_wave_on": on(coming),
        "paid_on": on(facts.paid_on),
        "taken_up_on": on(facts.taken_up_on),
        "decided_on": on(facts.decided_on),
        "amount": _amount(facts.amount_cents),
        "mail_sent": None if path.bounced_at else at(path.sent_at),
        "mail_day": on(local_day(path.sent_at)) if path.sent_at else None,
        "link_until": at(path.expires_at) if path.expires_at and path.expires_at > now else None,
        "address": _same(mask(dossier.person.email)) if dossier.person.email else None,
        "training": _same(dossier.training_title) if dossier.training_title else None,
        "organisation": _same(dossier.organisation.name) if dossier.organisation else None,
        "training_starts": on(dossier.training_start),
        "owner": _same(owner.display_name.split()[0]) if owner else None,
        "asked_piece": PIECE[red[0].kind] if red else None,
    }


def _amount(cents: int | None) -> Text | None:
    return _each(lambda locale: euros(cents, locale)) if cents is not None else None


def _moment(value: datetime, today: date, locale: str) -> str:
    said = tidy(moment(value, today, locale), locale)
    return said.removeprefix("le ").removeprefix("on ")


def _same(words: str) -> Text:
    return Text(words, words)


def _each(say: Callable[[str], str]) -> Text:
    return Text(say("fr"), say("en"))
