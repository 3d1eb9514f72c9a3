"""How people must sign in here: which roles with a second step, from which day, and from where.

What the operator demands (``REQUIRE_SECOND_FACTOR``) holds at once; administrators may ask for more on
their page. Nothing here can shut everybody out: a second step is set up when signing in, and without an
identity provider in the settings the rule that everybody comes from there sleeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.accounts import journal
from app.accounts.administrators import able_in_emergency
from app.accounts.models import Agent, SignInRules
from app.foundation import clock, edits
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Forbidden
from app.foundation.extensions import db
from app.foundation.roles import STAFF
from app.foundation.wiring import ports, settings

ONE = 1  # the only row's id


@dataclass(frozen=True)
class Rules:
    """The rules that administrators set."""

    roles: tuple[str, ...] = ()
    begins_on: date | None = None
    provider_only: bool = False

    def texts(self) -> dict[str, str]:
        """As texts: what is compared when two people edit (``app.foundation.edits``)."""
        return {
            "roles": " ".join(self.roles),
            "begins_on": self.begins_on.isoformat() if self.begins_on else "",
            "provider_only": "1" if self.provider_only else "",
        }


def current() -> Rules:
    """The rules as they are now."""
    return _of(db.session.get(SignInRules, ONE, populate_existing=True))


def in_order(roles: Sequence[str]) -> tuple[str, ...]:
    """The roles that exist, each once."""
    return tuple(role for role in STAFF if role in roles)


def change(rules: Rules, *, seen: str, by: int, now: datetime) -> None:
    """Set the rules; journaled. Raises StaleEdit, and Conflict for what would shut people out."""
    with unit_of_work():
        row = db.session.scalar(
            select(SignInRules)
            .where(SignInRules.id == ONE)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        before = _of(row)
        edits.refuse_stale(seen, before.texts(), rules.texts())
        if rules.provider_only and not before.provider_only:
            _refuse_a_lock_out()
        if row is None:
            row = SignInRules(id=ONE)
            db.session.add(row)
        row.second_step_roles = list(rules.roles)
        row.second_step_from = rules.begins_on
        row.provider_only = rules.provider_only
        changed = [n for n, v in rules.texts().items() if before.texts()[n] != v]
        if changed:
            detail = {"fields": changed}
            journal.record("sign_in_rules", "rules:sign_in", agent_id=by, now=now, detail=detail)


def is_required(role: str, *, now: datetime) -> bool:
    """Must this role have a second step now?"""
    if role in settings().second_factor_roles:
        return True
    rules = current()
    return role in rules.roles and (
        rules.begins_on is None or rules.begins_on <= clock.local_day(now)
    )


def due_on(role: str, *, now: datetime) -> date | None:
    """From which day this role must have one, when it is still to come."""
    rules = current()
    if role not in rules.roles or is_required(role, now=now):
        return None
    return rules.begins_on


def check_door(agent: Agent) -> None:
    """May this account come in by a password or a passkey of ours? Raises Forbidden.

    Asked once it is known whose they are: nobody else learns which accounts there are.
    """
    provider = ports().identity
    if agent.emergency or provider is None or not current().provider_only:
        return
    raise Forbidden(
        "Ici, on se connecte avec %(name)s.",
        kept="Votre compte n'est pas bloqué.",
        todo="Si %(name)s ne répond pas, demandez à l'administration : un compte de secours existe.",
        name=provider.name,
    )


def _refuse_a_lock_out() -> None:
    if ports().identity is None:
        raise Conflict(
            "Aucun fournisseur d'identité n'est réglé.",
            kept="Rien n'a été changé.",
            todo="Réglez OIDC_ISSUER d'abord.",
        )
    if not able_in_emergency():
        raise Conflict(
            "Il n'y a aucun compte d'administration de secours.",
            kept="Rien n'a été changé.",
            todo="Le jour où le fournisseur ne répond pas, personne n'entrerait. Sur le serveur : "
            "« account emergency ADRESSE on ».",
        )


def _of(row: SignInRules | None) -> Rules:
    if row is None:
        return Rules()
    return Rules(in_order(row.second_step_roles), row.second_step_from, row.provider_only)
