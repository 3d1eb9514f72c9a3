"""Keys of programs that send to us: shown once, kept as a digest, taken back at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from app.accounts import journal
from app.dossiers.feeds.models import FeedToken
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db

PREFIX = "pf_"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make(name: str, *, by_id: int, now: datetime) -> str:
    """A new key for a program of this name; the only time that it is shown. Raises InvalidInput, Conflict."""
    name = " ".join(name.split())[:40]
    if not name:
        raise InvalidInput("Donnez un nom à ce programme.")
    token = PREFIX + secrets.token_urlsafe(32)
    with unit_of_work():
        if db.session.scalar(select(FeedToken.id).where(FeedToken.name == name)) is not None:
            raise Conflict("Un programme porte déjà ce nom.", todo="Choisissez-en un autre.")
        row = FeedToken(name=name, digest=_digest(token), by_id=by_id, created_at=now)
        db.session.add(row)
        db.session.flush()
        journal.record("feed_key_made", f"feed_key:{row.id}", agent_id=by_id, now=now)
    return token


def revoke(token_id: int, *, by_id: int, now: datetime) -> None:
    """Take a key back: it opens nothing from now on. Raises NotFound."""
    with unit_of_work():
        taken = db.session.execute(
            update(FeedToken)
            .where(FeedToken.id == token_id, FeedToken.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        if not rows_changed(taken):
            raise NotFound("Cette clé n'existe plus.")
        journal.record("feed_key_revoked", f"feed_key:{token_id}", agent_id=by_id, now=now)


def of(header: str) -> FeedToken | None:
    """The key that an ``Authorization: Bearer …`` header carries, if it still opens."""
    kind, _space, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.startswith(PREFIX) or len(token) > 100:
        return None
    query = select(FeedToken).where(
        FeedToken.digest == _digest(token.strip()), FeedToken.revoked_at.is_(None)
    )
    return db.session.scalar(query)


def every() -> Sequence[FeedToken]:
    """The keys that open, by name."""
    query = select(FeedToken).where(FeedToken.revoked_at.is_(None)).order_by(FeedToken.name)
    return db.session.scalars(query).all()
