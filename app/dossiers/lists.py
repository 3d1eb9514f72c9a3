"""Lists of dossiers, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, nulls_last, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person
from app.dossiers.vocabulary import Inside
from app.foundation.extensions import db

PAGE_SIZE = 20
SORTS = ("person", "deposited", "reference", "inside", "owner")


def _order(sort: str) -> list[ColumnElement[Any]]:
    way, name = sort.startswith("-"), sort.removeprefix("-")
    columns: dict[str, tuple[Any, ...]] = {
        "person": (Person.last_name, Person.first_name),
        "reference": (Dossier.reference,),
        "inside": (Dossier.inside,),
        "owner": (Agent.display_name,),
    }
    latest = func.coalesce(Dossier.deposited_on, Dossier.enrolled_on, date(1970, 1, 1))
    if name not in columns:
        return [latest.asc() if sort == "deposited" else latest.desc()]
    turned = [nulls_last(each.desc() if way else each.asc()) for each in columns[name]]
    return [*turned, latest.desc()]


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


def page(
    number: int,
    *,
    owner_id: int | None = None,
    inside: Inside | None = None,
    organisation_id: int | None = None,
    sort: str = "",
) -> Page:
    """One page of the dossiers of one owner, status or organisme, or of all: the latest deposits first, or as
    ``sort`` says (a name of ``SORTS``, « - » before it for the other way)."""
    conditions = []
    if organisation_id is not None:
        conditions.append(Dossier.organisation_id == organisation_id)
    if owner_id is not None:
        conditions.append(Dossier.owner_id == owner_id)
    if inside is not None:
        conditions.append(Dossier.inside == inside)
    return page_of(select(Dossier).where(*conditions), number, sort)


def page_of(query: Select[Dossier], number: int, sort: str = "") -> Page:
    """A page of the dossiers that a query selects, the latest deposits first, or as ``sort`` says."""
    chosen = query.with_only_columns(Dossier.id)
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    items = db.session.scalars(
        query.join(Dossier.person)
        .outerjoin(Dossier.owner)
        .options(
            contains_eager(Dossier.person),
            joinedload(Dossier.organisation),
            contains_eager(Dossier.owner),
        )
        .order_by(*_order(sort), Dossier.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(items, total, number)
