"""Views of a list that somebody kept: its filters and its order, under a name of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select

from app.accounts.models import SavedView
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.text import outside
from app.foundation.text.patterns import pattern

PLACES = {
    "contacts": "/tickets",
    "callbacks": "/callbacks",
    "owed": "/tickets/owed",
    "dossiers": "/dossiers",
    "scripts": "/scripts",
}
"""The lists whose views may be kept, and their addresses."""

MOST = 12  # views a list: more are no tabs
LONGEST_NAME = 40
LONGEST_QUERY = 300
# What a filter or an order is: a word, a day, a number. Whatever else somebody typed is never kept.
_NAME = pattern(r"[a-z_]{1,20}")
_VALUE = pattern(r"[\w.:-]{1,40}")
_NEVER = ("page", "q")  # where one had read to, what one had searched for


def of(agent_id: int, place: str) -> Sequence[SavedView]:
    """Somebody's views of a list, in the order in which they were kept."""
    return db.session.scalars(
        select(SavedView)
        .where(SavedView.agent_id == agent_id, SavedView.place == place)
        .order_by(SavedView.id)
        .limit(MOST)
    ).all()


def address(view: SavedView) -> str:
    """Where a view is shown."""
    return f"{PLACES[view.place]}?{view.query}" if view.query else PLACES[view.place]


def only_filters(pairs: Iterable[tuple[str, str]]) -> str:
    """The part of an address that a view keeps: no page, no words that somebody searched for."""
    kept = [
        (name, value)
        for name, value in pairs
        if name not in _NEVER and _NAME.fullmatch(name) and _VALUE.fullmatch(value)
    ]
    return urlencode(kept)[:LONGEST_QUERY]


def keep(agent_id: int, place: str, name: str, query: str, *, now: datetime) -> SavedView:
    """Keep a view under a name; the same name again replaces what it was. Raises InvalidInput."""
    name = outside.one_line(name).strip()
    if place not in PLACES:
        raise InvalidInput("Cette liste n'a pas de vues.")
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(
            "Donnez un nom à cette vue, de 40 caractères au plus.", kept="Vos filtres sont gardés."
        )
    filters = only_filters(parse_qsl(query[: 2 * LONGEST_QUERY]))
    with unit_of_work():
        mine = of(agent_id, place)
        known = next((view for view in mine if view.name == name), None)
        if known is None:
            if len(mine) >= MOST:
                raise InvalidInput(
                    "Vous avez déjà douze vues de cette liste.",
                    todo="Retirez-en une, puis recommencez.",
                )
            known = SavedView(agent_id=agent_id, place=place, name=name, made_at=now)
            db.session.add(known)
        known.query = filters
        db.session.flush()
    return known


def remove(agent_id: int, view_id: int) -> SavedView:
    """Forget one of one's own views. Raises NotFound for another's."""
    with unit_of_work():
        view = db.session.get(SavedView, view_id)
        if view is None or view.agent_id != agent_id:
            raise NotFound("Cette vue n'existe plus.", todo="Rechargez la page.")
        db.session.delete(view)
    return view
