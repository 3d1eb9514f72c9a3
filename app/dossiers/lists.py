"""Lists of dossiers, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.dossiers.models import Dossier
from app.dossiers.vocabulary import Inside
from app.foundation.extensions import db

PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """One page of a list: its rows, how many rows there are in all, which page (from 1)."""

    items: Sequence[Dossier]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def page(number: int, *, owner_id: int | None = None, inside: Inside | None = None) -> Page:
    """One page of the dossiers, the latest deposits first, of one owner or status or of all."""
    conditions = []
    if owner_id is not None:
        conditions.append(Dossier.owner_id == owner_id)
    if inside is not None:
        conditions.append(Dossier.inside == inside)
    return page_of(select(Dossier).where(*conditions), number)


def page_of(query: Select[Dossier], number: int) -> Page:
    """A page of the dossiers that a query selects, the latest deposits first."""
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    items = db.session.scalars(
        query.options(
            joinedload(Dossier.person), joinedload(Dossier.organisation), joinedload(Dossier.owner)
        )
        .order_by(
            func.coalesce(Dossier.deposited_on, Dossier.enrolled_on, date(1970, 1, 1)).desc(),
            Dossier.id.desc(),
        )
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(items, total, number)
