"""Where what is owed comes from: each table that keeps some says how its rows are read, and what may be done.

The list knows no table: rooms above this one (what waits for an answer, the telephone) add theirs through
``register``, as dossiers' timeline does. A subject names one thing owed: ``promise:12``, ``flag:3``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, cast

from flask import Flask, current_app
from sqlalchemy import ColumnElement, false, true

from app.foundation.exceptions import NotFound
from app.tickets.promises.models import OwedStep

KEY = "permanence.owed"
PAGE = 50  # rows of a page: as many as are moved or given at once (``acting.AT_ONCE``)
MOST_PAGES = 100  # a list of five thousand is narrowed, not leafed through


class What(StrEnum):
    """What is owed, in the order of the filter."""

    PROMISE = "promise"
    CALLBACK = "callback"
    CONSULTATION = "consultation"
    MESSAGE = "message"
    FLAG = "flag"
    FOLLOW_UP = "follow_up"
    REMINDER = "reminder"
    TRANSFER = "transfer"
    MAIL = "mail"
    PIECE = "piece"
    REJECTION = "rejection"


class Can(StrEnum):
    """What may be done with a row where it stands."""

    KEEP = "keep"
    MOVE = "move"
    HAND = "hand"
    WAIT = "wait"
    DROP = "drop"


@dataclass(frozen=True)
class Owed:
    """One thing owed. ``owner_id`` None: the team's. ``due`` None: as soon as somebody can.

    ``text`` is what whoever promised wrote; empty where ``what`` says all. ``waits_for``: its time stands still.
    ``href`` is where it is dealt with. ``since``: when it was asked or promised. ``id_of``: the row's own id.
    """

    subject: str
    what: What
    due: datetime | None
    who: str
    text: str
    href: str
    owner_id: int | None
    owner: str = ""
    by: str = ""
    since: datetime | None = None
    dossier_id: int | None = None
    contact_id: int | None = None
    waits_for: str = ""
    service: str = ""
    whole_day: bool = False
    can: frozenset[Can] = frozenset()
    callback_id: int | None = None
    work_id: int | None = None


@dataclass(frozen=True)
class Asked:
    """Whose list: one agent's (theirs, and ``team`` the team's own too), or everybody's (``agent_id`` None);
    of which kinds (None: of every one)."""

    now: datetime
    agent_id: int | None = None
    team: bool = True
    whats: frozenset[What] | None = None
    most: int = PAGE

    def wants(self, what: What) -> bool:
        """Is this kind asked for?"""
        return self.whats is None or what in self.whats


class Source(Protocol):
    """A table that keeps something owed. The acts run inside the caller's transaction and check who acts."""

    prefix: str

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """The ``asked.most`` most urgent of what is open and asked for: what waits for a third party last."""

    def count(self, asked: Asked, until: datetime | None = None) -> int:
        """How many there are, listed or not; with ``until`` those that are due by then, and wait for nobody."""

    def keep(self, key: str, agent_id: int, now: datetime) -> OwedStep | None:
        """It is done."""

    def move(self, key: str, due: datetime, agent_id: int, now: datetime) -> OwedStep | None:
        """Another time."""

    def hand_over(
        self, key: str, owner_id: int | None, agent_id: int, now: datetime
    ) -> OwedStep | None:
        """Somebody else's."""

    def take_back(self, step: OwedStep, agent_id: int, now: datetime) -> None:
        """As it was before a step."""


def register(app: Flask, *sources: Source) -> None:
    """Let these sources add to the list of this app, once each."""
    known = app.extensions.setdefault(KEY, {})
    for source in sources:
        known[source.prefix] = source


def every() -> Sequence[Source]:
    """The sources of this app."""
    return tuple(cast(dict[str, Source], current_app.extensions.get(KEY, {})).values())


def wanted(asked: Asked, what: What) -> ColumnElement[bool]:
    """Is this kind asked for? For a query."""
    return true() if asked.wants(what) else false()


def of(subject: str) -> tuple[Source, str]:
    """The source of a subject, and its key there. Raises NotFound for what is none."""
    prefix, _colon, key = subject.partition(":")
    source = cast(dict[str, Source], current_app.extensions.get(KEY, {})).get(prefix)
    if source is None or not key or len(key) > 40 or not key.isascii():
        raise NotFound("Cela n'est pas dans la liste.", todo="Rechargez la liste.")
    return source, key


def number(key: str) -> int:
    """The id that a key is. Raises NotFound."""
    if not (key.isdigit() and len(key) <= 10 and 0 < int(key) < 2**31):
        raise NotFound("Cela n'est pas dans la liste.", todo="Rechargez la liste.")
    return int(key)
