"""The demo accounts. Their password is public: they are made by ``demo seed`` and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import passwords, staff
from app.accounts.models import Agent
from app.foundation.exceptions import ConfigurationError
from app.foundation.extensions import db
from app.foundation.roles import Role

PASSWORD = "permanence-demo"  # noqa: S105 - printed by `make run`


@dataclass(frozen=True)
class Account:
    """One person of the demo team."""

    email: str
    display_name: str
    role: str
    what: str
    languages: tuple[str, ...] = ("fr",)


ACCOUNTS = (
    Account("camille@demo.permanence", "Camille Aubert", Role.FRONT, "front office", ("fr", "en")),
    Account("nadia@demo.permanence", "Nadia Ferhat", Role.FRONT, "front office", ("fr", "ar")),
    Account("bruno@demo.permanence", "Bruno Keller", Role.BACK, "back office"),
    Account("isabelle@demo.permanence", "Isabelle Roy", Role.MANAGER, "manager", ("fr", "en")),
    Account("admin@demo.permanence", "Alex Martin", Role.ADMIN, "administrator"),
)


def create(now: datetime, password_hash: str) -> dict[str, Agent]:
    """The demo team by first name, inside the caller's transaction; made if absent."""
    team = {}
    for account in ACCOUNTS:
        agent = db.session.scalar(select(Agent).where(Agent.email == account.email))
        team[account.email.partition("@")[0]] = agent or staff.create_agent(
            account.email,
            account.display_name,
            account.role,
            password_hash,
            now=now,
            languages=list(account.languages),
        )
    return team


def hash_of_password() -> str:
    """One hash for all of them, made before the transaction that stores it."""
    return passwords.hashed(PASSWORD)


def refuse_open_ones(app: Flask) -> None:
    """A production does not serve while a demo account opens with the password that everybody reads.

    Raises ConfigurationError that names them. A database that does not answer yet is asked by others.
    """
    settings = app.extensions["permanence.settings"]
    if settings.embedded_carrier or settings.allow_demo:
        return
    with app.app_context():
        try:
            found = db.session.execute(
                select(Agent.email, Agent.password_hash).where(
                    Agent.active, Agent.email.in_([account.email for account in ACCOUNTS])
                )
            ).all()
        except SQLAlchemyError:
            return
    opened = [email for email, stored in found if passwords.matches(stored, PASSWORD)]
    if opened:
        raise ConfigurationError(
            "Ces comptes de démonstration s'ouvrent avec le mot de passe public : %(emails)s.",
            todo="Fermez-les (« account close ») ou changez leur mot de passe (« account password »).",
            emails=", ".join(opened),
        )


def table() -> str:
    """The accounts as lines of text, for the terminal."""
    width = max(len(account.email) for account in ACCOUNTS)
    lines = [f"{account.email:<{width}}  {account.what}" for account in ACCOUNTS]
    return "\n".join([f"Accounts (password: {PASSWORD})", *lines])
