"""There is always an administrator who can get in: one guard for all that could take the last one away.

An administrator counts who is not closed and has chosen a password: an invitation that nobody
followed, and an account that only another site opens, would leave nobody on the day they fail. Where
everybody comes from the identity provider, one must besides be an emergency account.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.accounts.models import Agent, SignInRules
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.foundation.roles import Role

NO_PASSWORD = ""  # what is kept for an account whose owner has not chosen one yet


def keep_one(agent: Agent, *, active: bool, role: str, emergency: bool | None = None) -> None:
    """Raise Conflict when the account, become so, would leave no administrator behind.

    Inside the caller's unit of work: the administrators are locked until it ends, so that two who
    close each other's account do not both succeed.
    """
    has_password = agent.password_hash != NO_PASSWORD
    if not (agent.active and agent.role == Role.ADMIN and has_password):
        return
    stays = active and role == Role.ADMIN
    others = _ids(_able()) - {agent.id}
    if not stays and not others:
        raise Conflict(
            "C'est le dernier compte d'administration : on ne peut ni le fermer, ni changer son rôle.",
            kept="Il n'a pas changé.",
            todo="Créez d'abord un autre compte d'administration.",
        )
    stays_for_emergencies = stays and (agent.emergency if emergency is None else emergency)
    if not agent.emergency or stays_for_emergencies or not _provider_only():
        return
    if not able_in_emergency() - {agent.id}:
        raise Conflict(
            "C'est le dernier compte d'administration de secours : sans lui, personne n'entrerait "
            "le jour où le fournisseur d'identité ne répond pas.",
            kept="Il n'a pas changé.",
            todo="Créez d'abord un autre compte de secours, sur le serveur : « account emergency ».",
        )


def able_in_emergency() -> set[int]:
    """The administrators who get in whatever happens elsewhere; locked until the transaction ends."""
    return _ids(_able() & Agent.emergency.is_(True))


def _able() -> ColumnElement[bool]:
    return (
        (Agent.role == Role.ADMIN) & Agent.active.is_(True) & (Agent.password_hash != NO_PASSWORD)
    )


def _ids(condition: ColumnElement[bool]) -> set[int]:
    return set(db.session.scalars(select(Agent.id).where(condition).with_for_update()))


def _provider_only() -> bool:
    return db.session.scalar(select(SignInRules.provider_only)) is True
