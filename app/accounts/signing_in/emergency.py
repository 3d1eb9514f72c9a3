"""Emergency accounts: opened by their password whatever the identity provider does; each use is told.

Made by a command on the server (« account emergency »). Whoever signs in with one is journaled, and a
mail goes at once to every administrator: it is for the day when nothing else opens.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from babel.dates import format_datetime
from flask import render_template
from sqlalchemy import select

from app.accounts import administrators, journal, staff
from app.accounts.models import Agent, JournalEntry
from app.foundation.clock import PARIS
from app.foundation.database.unit_of_work import Work, release_connection, unit_of_work
from app.foundation.exceptions import Conflict, NotFound, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import FOR_STAFF, MailMessage, MailRefused
from app.foundation.roles import Role
from app.foundation.text.bilingual import Text, language
from app.foundation.wiring import ports, settings, spawn

log = logging.getLogger(__name__)

ACT = "emergency_sign_in"
SHOWN_FOR = timedelta(days=7)  # on the administration's page
SUBJECT = Text(
    "Permanence : un compte de secours vient de servir",
    "Permanence: an emergency account has just been used",
)


def switch(email: str, *, on: bool, now: datetime) -> None:
    """Make an account one for emergencies, or an ordinary one again; journaled.

    Raises NotFound; Conflict for an account without password, and for the last one that is needed.
    """
    with unit_of_work():
        agent = staff.account(email)
        if agent is None:
            raise NotFound("Aucun compte n'a cette adresse.")
        if on and agent.password_hash == administrators.NO_PASSWORD:
            raise Conflict("Ce compte n'a pas de mot de passe : « account password » d'abord.")
        administrators.keep_one(agent, active=agent.active, role=agent.role, emergency=on)
        agent.emergency = on
        act = "emergency_on" if on else "emergency_off"
        journal.record(act, f"agent:{agent.id}", agent_id=None, now=now)


def note(agent: Agent, work: Work, *, now: datetime) -> None:
    """One was used: journaled inside a unit of work; administrators are told after the commit."""
    journal.record(ACT, f"agent:{agent.id}", agent_id=agent.id, now=now)
    agent_id, name = agent.id, agent.display_name
    work.after(lambda: spawn(lambda: tell(agent_id, name, now)))


def tell(agent_id: int, name: str, at: datetime) -> None:
    """Mail every administrator but the account's own; one that does not leave is in the log."""
    others = db.session.execute(
        select(Agent.email, Agent.locale).where(
            Agent.role == Role.ADMIN, Agent.active.is_(True), Agent.id != agent_id
        )
    ).all()
    address = settings().public_base_url
    release_connection()
    for email, locale in others:
        tongue = language(locale)
        words = {
            "name": name,
            "when": format_datetime(at.astimezone(PARIS), "d MMMM y, HH:mm", locale=tongue),
            "address": f"{address}/admin/journal",
        }
        text = render_template(f"mail/emergency.{tongue}.txt", **words)
        html = render_template(f"mail/emergency.{tongue}.html", **words)
        message = MailMessage(
            email, SUBJECT.get(tongue), text, html, language=tongue, headers=FOR_STAFF
        )
        try:
            ports().mail.send(message)
        except (Unavailable, MailRefused) as error:
            log.error("an administrator could not be told of an emergency: %s", error.code)


def recent(*, now: datetime) -> JournalEntry | None:
    """The last use of one, while it is news."""
    query = select(JournalEntry).where(JournalEntry.act == ACT, JournalEntry.at > now - SHOWN_FOR)
    return db.session.scalar(query.order_by(JournalEntry.id.desc()).limit(1))
