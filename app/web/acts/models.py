"""The table of what was asked with a key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database.columns import UTCDateTime
from app.foundation.extensions import db


class Act(db.Model):
    """One act that was asked with a key.

    ``who``: « agent:12 », « link:… » (the start of a hash) or nothing; ``route``: the view. ``status`` is
    that of the answer, NULL until it was given.
    """

    __tablename__ = "acts"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    who: Mapped[str] = mapped_column(String(40))
    route: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[int | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)


_KEPT = Act.answer.is_not(None)
# A minute's look for answers past their term finds them among thousands of names.
Index("ix_acts_kept", Act.at, postgresql_where=_KEPT, sqlite_where=_KEPT)
