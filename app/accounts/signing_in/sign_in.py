"""Signing in with a password: whose it is, and how often it may be tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.accounts import journal, passwords
from app.accounts.models import Agent
from app.accounts.signing_in import guessing
from app.accounts.signing_in.patience import Counter, key_of, place_of
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.extensions import db

FREE_TRIES = 10  # wrong ones, before the first wait
# One place that tries many accounts. A whole office shares an address and signs in at nine o'clock:
# those whose browser is known are not counted here, and a right password is taken off.
FREE_TRIES_OF_A_PLACE = 60


def counters(email: str, address: str, known_as: str | None) -> list[Counter]:
    """Which tries are counted together: those of this browser for an account that it knows, else
    those for this account from this place, and all of this place."""
    account = email.strip().lower()
    if known_as is not None:
        return [Counter(key_of("browser", known_as, account), FREE_TRIES)]
    place = place_of(address)
    return [
        Counter(key_of("place and account", place, account), FREE_TRIES),
        Counter(key_of("place", place), FREE_TRIES_OF_A_PLACE),
    ]


def authenticate(
    email: str, password: str, tried: Sequence[Counter], *, now: datetime
) -> Agent | None:
    """The agent whose address and password these are, or None; journals both outcomes.

    Raises TooSoon, and looks at nothing, when one of the counters ``tried`` must wait.

    Nothing of the database is held while the password is hashed, and an unknown address, a closed
    account and a wrong password take the same time.
    """
    guessing.admit(tried, now=now)
    account_id, stored = _stored_password(email)
    release_connection()
    verified = passwords.matches(stored, password)
    renewed = passwords.hashed(password) if verified and passwords.outdated(stored or "") else None
    with unit_of_work():
        agent = db.session.get(Agent, account_id, populate_existing=True) if account_id else None
        # Closed, or given another password, while this one was hashed: it opens nothing any more.
        verified = verified and agent is not None and agent.active and agent.password_hash == stored
        if agent is not None and verified:
            agent.password_hash = renewed or agent.password_hash
            guessing.forgive(tried)
        journal.record(
            "sign_in" if verified else "sign_in_refused",
            f"agent:{agent.id}" if agent else "agent:unknown",
            agent_id=agent.id if agent and verified else None,
            now=now,
        )
    return agent if verified else None


def _stored_password(email: str) -> tuple[int | None, str | None]:
    """An account's id, and the hash that may open it now: None for a closed or unknown one."""
    row = db.session.execute(
        select(Agent.id, Agent.password_hash, Agent.active).where(
            Agent.email == email.strip().lower()
        )
    ).first()
    if row is None:
        return None, None
    return row.id, row.password_hash if row.active else None
