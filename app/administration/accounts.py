"""What an administrator does with accounts: make, change, close, reopen, sign out, take a factor off.

Each act is one transaction, journaled with who did it. It carries what the administrator's page had
shown (``seen``, app.foundation.edits): nobody closes or changes an account that somebody else has just changed,
unseen. Nobody does to their own account what would put themselves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts import journal, sessions, staff
from app.accounts.administrators import NO_PASSWORD
from app.accounts.models import Agent
from app.accounts.sessions import Why
from app.accounts.signing_in import second_step
from app.administration.account_form import Judged, Typed, in_order, judge
from app.foundation import edits
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db


def account(agent_id: int) -> Agent:
    """One account. Raises NotFound."""
    found = db.session.get(Agent, agent_id)
    if found is None:
        raise NotFound("Ce compte n'existe pas.")
    return found


def typed_of(agent: Agent) -> Typed:
    """What the form of an account shows."""
    languages = in_order(agent.languages)
    return Typed(agent.display_name, agent.email, agent.role, languages, agent.locale)


def shown(agent: Agent) -> dict[str, str]:
    """What the page of an account shows, as texts: its form, and whether it is open."""
    return {**typed_of(agent).texts(), "state": "open" if agent.active else "closed"}


def make(typed: Typed, *, by: int, now: datetime) -> tuple[Judged, int | None]:
    """Make an account that nobody can open before its owner has chosen a password; its id.

    What is wrong comes back, and nothing is stored.
    """
    judged = judge(typed)
    if judged.values is None:
        return judged, None
    try:
        return _make(judged.values, by, now)
    except IntegrityError:  # two administrators at the same instant
        return Judged(errors={"email": InvalidInput("Cette adresse a déjà un compte.")}), None


def _make(values: Typed, by: int, now: datetime) -> tuple[Judged, int | None]:
    with unit_of_work():
        if (taken := _taken(values.email, None)) is not None:
            return Judged(errors={"email": taken}), None
        agent = staff.create_agent(
            values.email,
            values.name,
            values.role,
            NO_PASSWORD,
            now=now,
            languages=list(values.languages),
        )
        agent.locale = values.locale
        detail = {"role": values.role}
        journal.record("account_added", f"agent:{agent.id}", agent_id=by, now=now, detail=detail)
        return Judged(values), agent.id


def change(agent_id: int, typed: Typed, *, seen: str, by: int, now: datetime) -> Judged:
    """Change an account; what is wrong comes back, and nothing is stored.

    A new role ends its sessions. Raises StaleEdit, Conflict (the last administrator, one's own role).
    """
    judged = judge(typed)
    if judged.values is None:
        return judged
    try:
        return _change(agent_id, judged.values, seen, by, now)
    except IntegrityError:
        return Judged(errors={"email": InvalidInput("Cette adresse a déjà un compte.")})


def _change(agent_id: int, values: Typed, seen: str, by: int, now: datetime) -> Judged:
    with unit_of_work() as work:
        agent = _locked(agent_id)
        edits.refuse_stale(seen, shown(agent), values.texts())
        if (taken := _taken(values.email, agent_id)) is not None:
            return Judged(errors={"email": taken})
        before = typed_of(agent).texts()
        fields = [name for name, value in values.texts().items() if before[name] != value]
        if "role" in fields:
            _change_role(agent, values.role, work, by=by, now=now)
        agent.display_name, agent.email = values.name, values.email
        agent.languages, agent.locale = list(values.languages), values.locale
        if others := sorted(set(fields) - {"role"}):
            journal.record(
                "account_changed",
                f"agent:{agent_id}",
                agent_id=by,
                now=now,
                detail={"fields": others},
            )
    return Judged(values)


def _change_role(agent: Agent, role: str, work: Work, *, by: int, now: datetime) -> None:
    if agent.id == by:
        raise Conflict(
            "Vous ne pouvez pas changer votre propre rôle.",
            kept="Rien n'a été changé.",
            todo="Demandez à quelqu'un d'autre de l'administration.",
        )
    staff.change(agent, "account_role", Why.ROLE, work, by=by, now=now, role=role)


def close(agent_id: int, *, seen: str, by: int, now: datetime) -> Agent:
    """Let nobody sign in to it any more. Raises StaleEdit, Conflict."""
    with _about_another(agent_id, seen, by) as (agent, work):
        staff.change(agent, "account_closed", Why.CLOSED, work, by=by, now=now, active=False)
    return agent


def reopen(agent_id: int, *, seen: str, by: int, now: datetime) -> Agent:
    """Let a closed account sign in again, with the password it had. Raises StaleEdit, Conflict."""
    with _about_another(agent_id, seen, by) as (agent, work):
        staff.change(agent, "account_reopened", Why.CLOSED, work, by=by, now=now, active=True)
    return agent


def sign_out(agent_id: int, *, seen: str, by: int, now: datetime) -> Agent:
    """End all its sessions, on every device. Raises StaleEdit, Conflict."""
    with _about_another(agent_id, seen, by) as (agent, work):
        sessions.end_all(agent_id, Why.ADMINISTRATION, work, now=now)
        journal.record("account_signed_out", f"agent:{agent_id}", agent_id=by, now=now)
    return agent


def reset_second_step(agent_id: int, *, seen: str, by: int, now: datetime) -> Agent:
    """Take its second step off, for a telephone that is lost. Raises StaleEdit, Conflict."""
    with _about_another(agent_id, seen, by) as (agent, work):
        second_step.reset_of(agent_id, work, by=by, now=now)
    return agent


@contextmanager
def _about_another(agent_id: int, seen: str, by: int) -> Iterator[tuple[Agent, Work]]:
    """A unit of work on somebody else's account, as the administrator's page showed it."""
    if agent_id == by:
        raise Conflict(
            "C'est votre propre compte.",
            kept="Rien n'a été changé.",
            todo="Passez par « Mon compte », ou demandez à quelqu'un d'autre de l'administration.",
        )
    with unit_of_work() as work:
        agent = _locked(agent_id)
        edits.refuse_stale(seen, shown(agent), {})
        yield agent, work


def _locked(agent_id: int) -> Agent:
    query = select(Agent).where(Agent.id == agent_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Ce compte n'existe pas.")
    return found


def _taken(email: str, besides: int | None) -> InvalidInput | None:
    other = staff.account(email)
    if other is None or other.id == besides:
        return None
    return InvalidInput("Cette adresse a déjà un compte : « %(name)s ».", name=other.display_name)
