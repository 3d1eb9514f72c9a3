"""Accounts: made, changed, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts import administrators, journal, passwords, sessions
from app.accounts.models import Agent, Presence
from app.accounts.presence import PresenceState
from app.accounts.sessions import Why
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db


def create_agent(
    email: str,
    display_name: str,
    role: str,
    password_hash: str,
    *,
    now: datetime,
    languages: list[str] | None = None,
) -> Agent:
    """Add an agent inside the caller's transaction; the hash was made before (``passwords``)."""
    agent = Agent(
        email=email.strip().lower(),
        display_name=display_name,
        role=role,
        password_hash=password_hash,
        languages=languages or ["fr"],
    )
    agent.presence = Presence(chosen=PresenceState.OFFLINE, chosen_since=now, idle_since=now)
    db.session.add(agent)
    db.session.flush()
    return agent


def add(email: str, display_name: str, role: str, password: str, *, now: datetime) -> None:
    """Make an account; journaled. Raises InvalidInput, or Conflict when the address has one."""
    if "@" not in email or not display_name.strip():
        raise InvalidInput("Il faut une adresse et un nom.")
    password_hash = passwords.hashed(password)
    with unit_of_work():
        if account(email) is not None:
            raise Conflict("Cette adresse a déjà un compte.", kept="Il n'a pas changé.")
        made = create_agent(email, display_name.strip(), role, password_hash, now=now)
        journal.record("account_added", f"agent:{made.id}", agent_id=None, now=now)


def change_password(email: str, password: str, *, now: datetime) -> None:
    """Give an account a new password; journaled. Raises NotFound, InvalidInput."""
    stored = passwords.hashed(password)
    _change(email, "account_password", Why.PASSWORD, now, password_hash=stored)


def close(email: str, *, now: datetime) -> None:
    """Let nobody sign in to this account any more; journaled.

    Raises NotFound, and Conflict for the last administrator: nobody could open an account any more.
    """
    _change(email, "account_closed", Why.CLOSED, now, active=False)


def reopen(email: str, *, now: datetime) -> None:
    """Let a closed account sign in again, with the password it had; journaled. Raises NotFound."""
    _change(email, "account_reopened", Why.CLOSED, now, active=True)


def change_role(email: str, role: str, *, now: datetime) -> None:
    """Give an account another role: whoever is signed in signs in again with it; journaled.

    Raises NotFound, and Conflict for the last administrator.
    """
    _change(email, "account_role", Why.ROLE, now, role=role)


def _change(email: str, act: str, why: Why, now: datetime, **values: Any) -> None:
    with unit_of_work() as work:
        found = account(email)
        if found is None:
            raise NotFound("Aucun compte n'a cette adresse.")
        change(found, act, why, work, by=None, now=now, **values)


def change(
    found: Agent,
    act: str,
    why: Why,
    work: Work,
    *,
    by: int | None,
    now: datetime,
    **values: Any,
) -> None:
    """Change what decides who gets in: every session ends; journaled.

    Inside the caller's unit of work. Raises Conflict rather than leave no administrator.
    """
    administrators.keep_one(
        found, active=values.get("active", found.active), role=values.get("role", found.role)
    )
    for name, value in values.items():
        setattr(found, name, value)
    sessions.end_all(found.id, why, work, now=now)
    journal.record(act, f"agent:{found.id}", agent_id=by, now=now)


def account(email: str) -> Agent | None:
    """The account of an address, as it is now."""
    query = select(Agent).where(Agent.email == email.strip().lower())
    return db.session.scalar(query.execution_options(populate_existing=True))
