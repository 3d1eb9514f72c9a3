"""Accounts at the identity provider that open accounts here: by (issuer, subject), never by address.

An address may be given to somebody else there, or be written by whoever likes: it links nothing. The
first link is made by the account's owner, signed in, or with the invitation of an administrator.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts import journal, sessions
from app.accounts.administrators import NO_PASSWORD
from app.accounts.models import Agent, IdentityLink
from app.accounts.sessions import Why
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db
from app.foundation.ports import Identity


def sign_in(identity: Identity, *, now: datetime) -> Agent | None:
    """The agent whose account this identity opens, or None; journaled."""
    with unit_of_work():
        row = db.session.execute(
            select(IdentityLink, Agent)
            .join(Agent, Agent.id == IdentityLink.agent_id)
            .where(IdentityLink.issuer == identity.issuer, IdentityLink.subject == identity.subject)
            .execution_options(populate_existing=True)
        ).first()
        agent = row.Agent if row is not None and row.Agent.active else None
        if row is not None and agent is not None:
            row.IdentityLink.used_at, row.IdentityLink.id_token = now, identity.id_token
        journal.record(
            "identity_used" if agent else "identity_refused",
            f"agent:{row.Agent.id}" if row is not None else "agent:unknown",
            agent_id=agent.id if agent else None,
            now=now,
        )
    return agent


def link(agent_id: int, identity: Identity, work: Work, *, keep: int | None, now: datetime) -> None:
    """Let this identity open an account from now on, inside a unit of work; other sessions end; journaled.

    Raises Conflict when it opens another one already. Another link of the account is replaced.
    """
    theirs = (IdentityLink.issuer == identity.issuer) & (IdentityLink.subject == identity.subject)
    other = db.session.scalar(select(IdentityLink).where(theirs))
    if other is not None and other.agent_id != agent_id:
        raise _taken()
    mine = select(IdentityLink).where(
        IdentityLink.agent_id == agent_id, IdentityLink.issuer == identity.issuer
    )
    row = db.session.scalar(mine)
    if row is None:
        row = IdentityLink(agent_id=agent_id, issuer=identity.issuer, subject="", made_at=now)
        db.session.add(row)
    row.subject, row.made_at, row.id_token = identity.subject, now, identity.id_token
    try:
        db.session.flush()
    except IntegrityError:  # two windows at the same instant
        raise _taken() from None
    sessions.end_all(agent_id, Why.FACTOR, work, now=now, besides=keep)
    journal.record("identity_linked", f"agent:{agent_id}", agent_id=agent_id, now=now)


def unlink(agent_id: int, *, keep: int, now: datetime) -> None:
    """Let no identity open the account any more; other sessions end; journaled.

    Raises Conflict for who has no password: nothing would open it.
    """
    with unit_of_work() as work:
        rows = db.session.scalars(select(IdentityLink).where(IdentityLink.agent_id == agent_id))
        found = list(rows)
        if not found:
            raise NotFound("Votre compte n'est relié à aucun autre.")
        if db.session.get_one(Agent, agent_id).password_hash == NO_PASSWORD:
            raise Conflict(
                "Votre compte n'a pas de mot de passe : plus rien ne l'ouvrirait.",
                kept="Rien n'a été changé.",
                todo="Demandez d'abord à l'administration un lien pour choisir un mot de passe.",
            )
        for row in found:
            db.session.delete(row)
        sessions.end_all(agent_id, Why.FACTOR, work, now=now, besides=keep)
        journal.record("identity_unlinked", f"agent:{agent_id}", agent_id=agent_id, now=now)


def linked_at(agent_id: int, say: Callable[[datetime], str]) -> str:
    """Since when an identity opens this account, said by ``say``; empty when none does."""
    query = select(IdentityLink.made_at).where(IdentityLink.agent_id == agent_id)
    made_at = db.session.scalar(query)
    return say(made_at) if made_at else ""


def last_id_token(agent_id: int) -> str:
    """What the identity provider gave the last time."""
    query = select(IdentityLink).where(IdentityLink.agent_id == agent_id)
    row = db.session.scalar(query.order_by(IdentityLink.used_at.desc()))
    return (row.id_token if row else None) or ""


def _taken() -> Conflict:
    return Conflict(
        "Ce compte ouvre déjà celui de quelqu'un d'autre ici.",
        kept="Rien n'a été relié.",
        todo="Si c'est le vôtre, demandez à l'administration.",
    )
