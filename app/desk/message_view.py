"""The message at an agent's desk: offered to her, or in her hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person
from app.foundation.database.paging import Page, page
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.queue import work_store
from app.queue.models import Holding, Work
from app.queue.work_record import Outcome
from app.tickets.models import Contact, Thread
from app.tickets.pane import message_view

LISTED = 50  # messages on a page of those that wait


def at_desk(agent_id: int) -> dict[str, Any] | None:
    """What the desk's JSON says of a message: who wrote, by which channel, since when."""
    work = work_store.at_desk_of(agent_id)
    if work is None:
        return None
    contact = db.session.get_one(Contact, work.contact_id)
    thread = db.session.get(Thread, contact.id)
    return {
        "work_id": work.id,
        "contact_id": contact.id,
        "state": work.state,
        "channel": message_view.contact_name(contact)[0],
        "who": message_view.who(contact),
        "since": work.waiting_since.isoformat(),
        "draft": bool(thread and thread.draft),
    }


@dataclass(frozen=True)
class Row:
    """A message that is not closed, for the page of those that wait."""

    work_id: int
    contact_id: int
    dossier_id: int | None
    title: str
    icon: str
    who: str
    since: datetime
    state: str
    by: str
    until: datetime | None
    mine: bool


def open_query() -> Select[Work, Contact, int, str]:
    """Every message that is not closed (work, contact, who holds it and their name), the longest waiting first."""
    return (
        select(Work, Contact, Agent.id, Agent.display_name)
        .join(Contact, Contact.id == Work.contact_id)
        .outerjoin(Holding, Holding.work_id == Work.id)
        .outerjoin(Agent, Agent.id == Holding.agent_id)
        .where(Work.kind == work_store.MESSAGE, Work.ended_at.is_(None))
        .order_by(Work.waiting_since, Work.id)
    )


def open_page(agent_id: int, number: int) -> Page[Row]:
    """A page of them."""
    found = page(open_query(), number, LISTED, whole_rows=True)
    return replace(found, items=rows_of(found.items, agent_id))


def open_rows(agent_id: int) -> list[Row]:
    """Those that have waited longest."""
    return rows_of(db.session.execute(open_query().limit(LISTED)).all(), agent_id)


def rows_of(found: Sequence[Any], agent_id: int) -> list[Row]:
    """What ``open_query`` found, as rows of a list."""
    return [
        _row(work, contact, holder, name or "", agent_id) for work, contact, holder, name in found
    ]


def _row(work: Work, contact: Contact, holder: int | None, name: str, agent_id: int) -> Row:
    title, icon = message_view.contact_name(contact)
    return Row(
        work_id=work.id,
        contact_id=contact.id,
        dossier_id=contact.dossier_id,
        title=title,
        icon=icon,
        who=message_view.who(contact),
        since=work.waiting_since,
        state=work.state,
        by=name,
        until=work.parked_until,
        mine=holder == agent_id,
    )


def who_answers() -> dict[int, str]:
    """Which agents have a message in hand, and by which channel it came (« SMS reçu »)."""
    found = db.session.execute(
        select(Holding.agent_id, Contact.channel, Contact.direction)
        .join(Work, Work.id == Holding.work_id)
        .join(Contact, Contact.id == Work.contact_id)
    )
    return {row.agent_id: message_view.name_of(row.channel, row.direction)[0] for row in found}


def colleagues(besides: int, contact_id: int) -> Sequence[tuple[int, str]]:
    """To whom a message may be entrusted: the dossier's owner first, then those who answer."""
    owner = db.session.scalar(
        select(Dossier.owner_id)
        .join(Contact, Contact.dossier_id == Dossier.id)
        .join(Person, Person.id == Dossier.person_id)
        .where(Contact.id == contact_id)
    )
    agents = db.session.scalars(
        select(Agent)
        .where(Agent.active.is_(True), Agent.role.in_(AGENTS), Agent.id != besides)
        .order_by(Agent.id != (owner or 0), Agent.display_name, Agent.id)
    )
    return [
        (
            agent.id,
            _("%(name)s, qui suit le dossier", name=agent.display_name)
            if agent.id == owner
            else agent.display_name,
        )
        for agent in agents
    ]


OUTCOMES = {
    Outcome.ANSWERED: lambda: _("Répondu par écrit"),
    Outcome.CALLED_BACK: lambda: _("Rappelé au téléphone"),
    Outcome.NO_ANSWER: lambda: _("Rien à répondre"),
    Outcome.HANDED_OVER: lambda: _("Transmis à un autre service"),
    Outcome.MISDIRECTED: lambda: _("Pas pour nous : le message est pour quelqu’un d’autre"),
    Outcome.SPAM: lambda: _("Indésirable"),
}


def outcomes() -> list[tuple[str, str]]:
    """How a message may be closed, in words."""
    return [(outcome.value, say()) for outcome, say in OUTCOMES.items()]
