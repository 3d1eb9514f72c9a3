"""The life of a link to the Portal: made, sent, opened, step 1, step 2, dead after 72 h.

Reading the landing page proves nothing: mail scanners fetch every link they see, and some run its
scripts in a browser. A link counts as opened when a person presses a button of the page
(docs/adr/0019). Every change is one conditional UPDATE, so that a replay changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update

from app.assist import store
from app.assist.mail.life import clock_time
from app.assist.models import PortalLink
from app.dossiers.facts import LINK_LIFE
from app.dossiers.models import PortalEvent
from app.dossiers.vocabulary import PortalEventKind
from app.foundation.database.unit_of_work import Work, rows_changed, unit_of_work
from app.foundation.extensions import db
from app.foundation.text.bilingual import Text
from app.web import realtime

TOKEN_BYTES = 32  # 256 bits: not to be guessed in 72 h, nor in a lifetime
TOKEN_LENGTH = 43  # characters that these bytes make


def token_hash(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def create(
    dossier_id: int, agent_id: int, now: datetime, *, run_id: int | None, contact_id: int | None
) -> tuple[PortalLink, str]:
    """A new link (flushed) and its token, which exists nowhere else. Runs in a transaction."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = PortalLink(
        token_hash=token_hash(token),
        dossier_id=dossier_id,
        agent_id=agent_id,
        run_id=run_id,
        contact_id=contact_id,
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    db.session.add(link)
    db.session.flush()
    return link, token


def supersede_others(link: PortalLink, now: datetime) -> None:
    """Close the dossier's earlier links: the last message received is the one that works."""
    db.session.execute(
        update(PortalLink)
        .where(
            PortalLink.dossier_id == link.dossier_id,
            PortalLink.id < link.id,
            PortalLink.superseded_at.is_(None),
        )
        .values(superseded_at=now)
    )


def state(link: PortalLink | None, now: datetime) -> str:
    """What the landing page should say: unknown, done, step2, superseded, expired or valid.

    At the very instant of ``expires_at`` the link is dead. Once step 1 is done only signing in is
    left, which no longer needs a live link.
    """
    if link is None:
        return "unknown"
    if link.step2_at is not None:
        return "done"
    if link.step1_at is not None:
        return "step2"
    if link.superseded_at is not None:
        return "superseded"
    return "expired" if now >= link.expires_at else "valid"


def opened(token: str, now: datetime) -> bool:
    """Note that a person pressed « Commencer »; True the first time only."""
    return _advance(token, now, "opened", {"opened_at": now}, (PortalLink.opened_at.is_(None),))


def step1_done(token: str, now: datetime) -> bool:
    """Note that the password was created; True the first time only."""
    opened(token, now)  # a button pressed proves that the page was seen
    rules = (PortalLink.opened_at.is_not(None), PortalLink.step1_at.is_(None))
    return _advance(token, now, "step1", {"step1_at": now}, rules)


def step2_done(token: str, now: datetime) -> bool:
    """Note that the person signed in and sees the demande; True the first time only."""
    rules = (PortalLink.step1_at.is_not(None), PortalLink.step2_at.is_(None))
    return _advance(token, now, "step2", {"step2_at": now}, rules, needs_life=False)


def told(work: Work, link: PortalLink, kind: PortalEventKind, at: datetime) -> None:
    """Note a stage that the Portal told, inside the caller's transaction; stages before it follow.

    The Portal knows best: a link that we hold for dead may have served before its word came.
    """
    for name in ("opened", "step1", "step2"):
        column = f"{name}_at"
        if getattr(link, column) is None:
            setattr(link, column, max(at, link.created_at))
            if _EVENTS[name] is kind:
                add_event(link, kind, at)
                tell(work, link, name, at)
        if _EVENTS[name] is kind:
            return


_EVENTS = {
    "opened": PortalEventKind.LINK_OPENED,
    "step1": PortalEventKind.STEP1_DONE,
    "step2": PortalEventKind.STEP2_DONE,
}


def _advance(
    token: str,
    now: datetime,
    name: str,
    values: dict[str, Any],
    rules: tuple[ColumnElement[bool], ...],
    *,
    needs_life: bool = True,
) -> bool:
    if needs_life:
        rules = (*rules, PortalLink.superseded_at.is_(None), PortalLink.expires_at > now)
    with unit_of_work() as work:
        result = db.session.execute(
            update(PortalLink)
            .where(PortalLink.token_hash == token_hash(token), *rules)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        if not rows_changed(result):
            return False
        link = store.link_by_hash(token_hash(token))
        assert link is not None  # just updated, in this transaction
        db.session.refresh(link)
        add_event(link, _EVENTS[name], now)
        tell(work, link, name, now)
    return True


def add_event(
    link: PortalLink, kind: PortalEventKind, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """Write in the dossier's story what happened to its link."""
    db.session.add(
        PortalEvent(
            dossier_id=link.dossier_id, kind=kind, at=now, data={"link": link.id, **(data or {})}
        )
    )


_SAID = {
    "opened": Text("Lien ouvert à {time}", "Link opened at {time}"),
    "step1": Text("Étape 1 faite à {time}", "Step 1 done at {time}"),
    "step2": Text("Étape 2 faite à {time}", "Step 2 done at {time}"),
}


def tell(work: Work, link: PortalLink, name: str, now: datetime) -> None:
    """After the commit, show it on the agent's screen: event ``assist.link``, no personal data.

    ``text`` is the sentence for her, in her language: « Lien ouvert à 10 h 42 ».
    """
    locale = link.agent.locale
    payload = {
        "link": link.id,
        "dossier_id": link.dossier_id,
        "contact_id": link.contact_id,
        "run_id": link.run_id,
        "state": name,
        "at": now.isoformat(),
        "text": _SAID[name].get(locale).format(time=clock_time(now, locale)),
    }
    room = realtime.agent_room(link.agent_id)
    work.after(lambda: realtime.publish("assist.link", payload, room=room))
