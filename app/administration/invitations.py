"""A link by mail with which the owner of an account chooses a password; nobody else ever sees one.

The link works once, for a week, and no more as soon as the account's address or password changes, or
a later link is made. The database keeps its digest.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from flask import render_template
from sqlalchemy import delete, select, update

from app.accounts import journal, passwords, sessions
from app.accounts.models import Agent, Invitation
from app.accounts.sessions import Why
from app.accounts.signing_in import identity_links
from app.administration import accounts
from app.assist.mail.life import long_moment
from app.foundation.database.unit_of_work import release_connection, rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db
from app.foundation.ports import FOR_STAFF, Identity, MailMessage, Ports
from app.foundation.text.bilingual import Text, language
from app.foundation.text.typography import french
from app.web import public_tokens

LIFE = timedelta(days=7)
TOKEN_BYTES = 32
TOKEN_LENGTH = 43  # of 32 bytes in base 64
SUBJECT = Text(
    "Permanence : choisissez votre mot de passe",
    "Permanence: choose your password",
)


def send(agent_id: int, *, by: int, now: datetime, ports: Ports, base_url: str) -> None:
    """Make a link, which voids those before it, and mail it.

    Raises Conflict for a closed account; Unavailable or MailRefused when the mail does not leave:
    the account is as it was, and a further link can be sent.
    """
    with unit_of_work():
        agent = accounts.account(agent_id)
        if not agent.active:
            raise Conflict("Ce compte est fermé.", todo="Rouvrez-le d'abord.")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        unused = (Invitation.agent_id == agent_id) & Invitation.used_at.is_(None)
        db.session.execute(delete(Invitation).where(unused))
        invitation = Invitation(
            agent_id=agent_id,
            token_hash=_digest(token),
            state_of=_state(agent),
            made_at=now,
            ends_at=now + LIFE,
        )
        db.session.add(invitation)
        db.session.flush()
        invitation_id, message = invitation.id, _mail(agent, token, invitation.ends_at, base_url)
        journal.record("invitation_made", f"agent:{agent_id}", agent_id=by, now=now)
    release_connection()
    ports.mail.send(message)
    with unit_of_work():
        db.session.execute(
            update(Invitation).where(Invitation.id == invitation_id).values(sent_at=now)
        )


def latest(agent_id: int) -> Invitation | None:
    """The link that an account was sent last and has not used."""
    query = select(Invitation).where(Invitation.agent_id == agent_id, Invitation.used_at.is_(None))
    return db.session.scalar(query.order_by(Invitation.id.desc()).limit(1))


def owner_of(raw: str, *, now: datetime) -> Agent:
    """Whose account a link opens. Raises NotFound for one that was used, is over or never was."""
    return _found(raw, now)[1]


def choose_password(raw: str, password: str, *, now: datetime) -> Agent:
    """Choose the account's password with a link; every session of it ends; journaled.

    Raises NotFound, InvalidInput. A password that is refused leaves the link as it is.
    """
    _found(raw, now)
    release_connection()
    stored = passwords.hashed(password)
    with unit_of_work() as work:
        agent = _used(raw, now)
        agent.password_hash = stored
        sessions.end_all(agent.id, Why.PASSWORD, work, now=now)
        journal.record("password_chosen", f"agent:{agent.id}", agent_id=agent.id, now=now)
    return agent


def accept_identity(raw: str, identity: Identity, *, now: datetime) -> Agent:
    """Let the identity provider open the account that the link is for; journaled.

    Raises NotFound; Conflict when that identity opens another account here (the link stays).
    """
    with unit_of_work() as work:
        agent = _used(raw, now)
        identity_links.link(agent.id, identity, work, keep=None, now=now)
    return agent


def _used(raw: str, now: datetime) -> Agent:
    """Use a link up, inside a unit of work; whose it is. Raises NotFound: once only, in every process."""
    invitation, agent = _found(raw, now)
    used = db.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(used):
        raise _over()
    return agent


def forget_old(*, now: datetime) -> int:
    """Drop links that open nothing any more, inside the caller's unit of work; how many."""
    gone = db.session.execute(delete(Invitation).where(Invitation.ends_at < now))
    return rows_changed(gone)


def _found(raw: str, now: datetime) -> tuple[Invitation, Agent]:
    digests = [_digest(token) for token in public_tokens.candidates(raw, TOKEN_LENGTH)]
    row = db.session.execute(
        select(Invitation, Agent)
        .join(Agent, Agent.id == Invitation.agent_id)
        .where(
            Invitation.token_hash.in_(digests),
            Invitation.used_at.is_(None),
            Invitation.ends_at > now,
            Agent.active.is_(True),
        )
        .execution_options(populate_existing=True)
    ).first()
    if row is None or row.Invitation.state_of != _state(row.Agent):
        raise _over()
    return row.Invitation, row.Agent


def _over() -> NotFound:
    return NotFound(
        "Ce lien n'est plus valable : il a déjà servi, un autre l'a remplacé, ou une semaine est passée.",
        kept="Votre compte n'a pas changé.",
        todo="Demandez-en un autre à l'administration.",
    )


def _state(agent: Agent) -> str:
    """Changes with the address and the password: what was sent before is void."""
    return hashlib.sha256(f"{agent.email}\0{agent.password_hash}".encode()).hexdigest()[:16]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _mail(agent: Agent, token: str, ends_at: datetime, base_url: str) -> MailMessage:
    locale = language(agent.locale)
    spaced = french if locale == "fr" else str
    words = {
        "name": agent.display_name,
        "link": f"{base_url}/invitation/{token}",
        "until": long_moment(ends_at, locale),
    }
    return MailMessage(
        to=agent.email,
        subject=SUBJECT.get(locale),
        text=spaced(render_template(f"mail/invitation.{locale}.txt", **words)),
        html=render_template(f"mail/invitation.{locale}.html", **words),
        language=locale,
        headers=FOR_STAFF,
    )
