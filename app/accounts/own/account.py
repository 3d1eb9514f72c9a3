"""What an agent does about their own account: password, sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts import journal, passwords, sessions
from app.accounts.administrators import NO_PASSWORD
from app.accounts.models import Agent, StaffSession
from app.accounts.sessions import Why
from app.accounts.signing_in import guessing
from app.accounts.signing_in.patience import Counter, key_of
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import Forbidden, InvalidInput, NotFound
from app.foundation.extensions import db

# Whoever sits at a desk left open may not guess its password there.
FREE_TRIES = 10
RECENT = timedelta(minutes=10)  # for who has no password to give


class WrongPassword(InvalidInput):
    """The password given to prove who one is is not the account's."""

    code = "wrong_password"


def has_password(agent_id: int) -> bool:
    """Does a password of ours open this account?"""
    return db.session.get_one(Agent, agent_id).password_hash != NO_PASSWORD


def check_recent(session_id: int, *, now: datetime) -> None:
    """Has who holds this session just signed in? Raises Forbidden."""
    if not sessions.proved_since(session_id, now - RECENT):
        raise Forbidden(
            "Votre connexion date de plus de dix minutes.",
            kept="Rien n'a été changé.",
            todo="Déconnectez-vous, reconnectez-vous, puis recommencez.",
        )


def check_password(agent_id: int, password: str, *, now: datetime) -> None:
    """Is it this agent's password? Raises WrongPassword; TooSoon after too many wrong ones."""
    tried = [Counter(key_of("own password", str(agent_id)), FREE_TRIES)]
    guessing.admit(tried, now=now)
    stored = db.session.get_one(Agent, agent_id).password_hash
    release_connection()
    if not passwords.matches(stored, password):
        raise WrongPassword("Ce n'est pas votre mot de passe actuel.")
    with unit_of_work():
        guessing.forgive(tried)


def change_password(
    agent_id: int, current: str, wanted: str, *, browser: str, now: datetime
) -> str:
    """Change one's own password; every session ends, and the key of a new one is given.

    Raises WrongPassword, TooSoon, InvalidInput.
    """
    check_password(agent_id, current, now=now)
    if current == wanted:
        raise InvalidInput("C'est déjà votre mot de passe : choisissez-en un autre.")
    stored = passwords.hashed(wanted)
    with unit_of_work() as work:
        agent = db.session.get_one(Agent, agent_id, populate_existing=True)
        agent.password_hash = stored
        sessions.end_all(agent_id, Why.PASSWORD, work, now=now)
        journal.record("own_password", f"agent:{agent_id}", agent_id=agent_id, now=now)
        return sessions.begin(agent_id, browser=browser, now=now)


def end_session(agent_id: int, session_id: int, *, now: datetime) -> None:
    """Close one of one's sessions, from here. Raises NotFound when it is not one's own."""
    with unit_of_work() as work:
        found = db.session.get(StaffSession, session_id)
        if found is None or found.agent_id != agent_id:
            raise NotFound("Cette session n'existe pas.")
        sessions.end(session_id, Why.ELSEWHERE, work, now=now)
        journal.record("session_closed", f"agent:{agent_id}", agent_id=agent_id, now=now)


def end_all_sessions(agent_id: int, *, now: datetime) -> None:
    """Sign out everywhere, here too."""
    with unit_of_work() as work:
        sessions.end_all(agent_id, Why.ELSEWHERE, work, now=now)
        journal.record("signed_out_everywhere", f"agent:{agent_id}", agent_id=agent_id, now=now)
