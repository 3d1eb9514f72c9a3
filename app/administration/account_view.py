"""Accounts as the administration's pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.accounts import journal, sessions
from app.accounts.administrators import NO_PASSWORD
from app.accounts.local_moment import local_moment
from app.accounts.models import Agent, StaffSession
from app.accounts.signing_in import second_step
from app.administration import invitations
from app.dossiers import details
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.roles import Role

LOCALE_NAMES = [("fr", "Français"), ("en", "English")]  # each in its own language


@dataclass(frozen=True)
class Row:
    """An account in the list. ``state``: open, invited (no password chosen yet) or closed."""

    agent: Agent
    state: str
    second_step: bool
    here: bool  # signed in somewhere now


@dataclass(frozen=True)
class Facts:
    """What the page of an account says beside its form."""

    state: str
    second_step: bool
    open_sessions: int
    last_sign_in: str
    invited_until: str = ""
    invitation_sent: bool = False


def state_of(agent: Agent) -> str:
    """Closed, invited or open."""
    if not agent.active:
        return "closed"
    return "invited" if agent.password_hash == NO_PASSWORD else "open"


def rows(*, now: datetime) -> list[Row]:
    """Everybody: those who may sign in first, by name."""
    agents = db.session.scalars(
        select(Agent).order_by(Agent.active.desc(), func.lower(Agent.display_name), Agent.id)
    ).all()
    here = set(
        db.session.scalars(select(StaffSession.agent_id).where(sessions.is_live(now)).distinct())
    )
    secured = second_step.everybody_with_one()
    return [Row(each, state_of(each), each.id in secured, each.id in here) for each in agents]


def facts(agent: Agent, *, now: datetime) -> Facts:
    """What is known of one account."""
    invitation = invitations.latest(agent.id)
    live = invitation is not None and invitation.ends_at > now
    last = journal.last_of(f"agent:{agent.id}", "sign_in")
    return Facts(
        state=state_of(agent),
        second_step=second_step.is_set(agent.id),
        open_sessions=len(sessions.of(agent.id, now=now)),
        last_sign_in=local_moment(last.at) if last else "",
        invited_until=local_moment(invitation.ends_at) if invitation and live else "",
        invitation_sent=bool(invitation and live and invitation.sent_at),
    )


def roles() -> list[tuple[str, str]]:
    """The roles with their names, in the order of the list."""
    return [
        (Role.FRONT, _("Accueil")),
        (Role.BACK, _("Renfort")),
        (Role.MANAGER, _("Encadrement")),
        (Role.ADMIN, _("Administration")),
    ]


def languages() -> list[tuple[str, str]]:
    """The languages that may be spoken with callers, French and English first, then by name."""
    words = Words(str(get_locale()), clock.now())
    named = sorted(((code, words.language(code)) for code in details.LANGUAGES), key=_by_name)
    return sorted(named, key=lambda pair: pair[0] not in ("fr", "en"))


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1]


def labels() -> dict[str, str]:
    """What may change of an account, in words."""
    return {
        "name": _("Nom"),
        "email": _("Adresse mail"),
        "role": _("Rôle"),
        "languages": _("Langues parlées avec les appelants"),
        "locale": _("Langue des écrans"),
        "state": _("Compte"),
    }


def said(name: str, value: str) -> str:
    """A value of an account in words, for who is shown what a colleague changed."""
    if name == "languages":
        names = dict(languages())
        return ", ".join(names.get(code, code) for code in value.split())
    words = {
        "role": dict(roles()),
        "locale": dict(LOCALE_NAMES),
        "state": {"open": _("ouvert"), "closed": _("fermé")},
    }
    return words.get(name, {}).get(value, value)
