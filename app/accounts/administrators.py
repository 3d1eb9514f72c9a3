"""There is always an administrator who can get in: one guard for all that could take the last one away.

An administrator counts who is not closed and has chosen a password: an invitation that nobody
followed, and an account that only another site opens, would leave nobody on the day they fail.
"""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.models import Agent
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.foundation.roles import Role

NO_PASSWORD = ""  # what is kept for an account whose owner has not chosen one yet


def keep_one(agent: Agent, *, active: bool, role: str) -> None:
    """Raise Conflict when the account, become so, would leave no administrator behind.

    Inside the caller's unit of work: the administrators are locked until it ends, so that two who
    close each other's account do not both succeed.
    """
    counts = agent.active and agent.role == Role.ADMIN and agent.password_hash != NO_PASSWORD
    if not counts or (active and role == Role.ADMIN):
        return
    able = select(Agent.id).where(
        Agent.role == Role.ADMIN, Agent.active.is_(True), Agent.password_hash != NO_PASSWORD
    )
    if set(db.session.scalars(able.with_for_update())) - {agent.id}:
        return
    raise Conflict(
        "C'est le dernier compte d'administration : il ne peut être ni fermé ni changé de rôle.",
        kept="Il n'a pas changé.",
        todo="Faites d'abord un autre compte d'administration.",
    )
