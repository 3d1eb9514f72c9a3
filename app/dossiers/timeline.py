"""What happened around a dossier, in one line of time, the latest first.

The Portal's events are ours. Packages above this one (contacts, calls…) add their own through a
source, or a detail to one of the Portal's: the import rule forbids asking them. Both are registered for
an app by a blueprint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app

from app.dossiers import store
from app.dossiers.models import Dossier, PortalEvent
from app.dossiers.vocabulary import PortalEventKind
from app.dossiers.wording import Words

LONGEST = 40  # items: a page is read, not scrolled for ever
KEY = "permanence.timeline"
DETAILS = "permanence.timeline_details"

Kind = PortalEventKind


@dataclass(frozen=True)
class Item:
    """One thing that happened. ``tone`` and ``icon`` are names of templates/components.html.

    ``detail`` is ours; ``words`` are the very words of a message.
    """

    at: datetime
    title: str
    icon: str
    tone: str = "neutral"
    detail: str = ""
    words: str = ""


Source = Callable[[Dossier, Words], Iterable[Item]]


def register(app: Flask, source: Source) -> None:
    """Let ``source`` add its items to every dossier's timeline in this app, once."""
    sources = app.extensions.setdefault(KEY, [])
    if source not in sources:
        sources.append(source)


Details = Callable[[Dossier, Sequence[PortalEvent]], Mapping[int, str]]


def register_details(app: Flask, source: Details) -> None:
    """Let ``source`` say more of these events of the Portal, by their id, once."""
    sources = app.extensions.setdefault(DETAILS, [])
    if source not in sources:
        sources.append(source)


def of(dossier: Dossier, words: Words) -> list[Item]:
    """The latest items around a dossier, whatever their source."""
    items = [*_portal(dossier, words)]
    for source in cast(list[Source], current_app.extensions.get(KEY, [])):
        items.extend(source(dossier, words))
    return sorted(items, key=lambda item: item.at, reverse=True)[:LONGEST]


_LOOKS: dict[PortalEventKind, tuple[str, str]] = {
    Kind.ENROLLED: ("building", "neutral"),
    Kind.LINK_SENT: ("send", "action"),
    Kind.MAIL_DELIVERED: ("mail", "live"),
    Kind.MAIL_BOUNCED: ("alert", "stop"),
    Kind.LINK_OPENED: ("mail-open", "live"),
    Kind.PASSWORD_REFUSED: ("cross-circle", "stop"),
    Kind.STEP1_DONE: ("check", "live"),
    Kind.LOGIN_FAILED: ("lock", "stop"),
    Kind.STEP2_DONE: ("check-circle", "live"),
    Kind.ACCOUNT_NOT_FOUND: ("user-unknown", "stop"),
    Kind.ERROR_SHOWN: ("alert", "stop"),
    Kind.FIELDS_LOST: ("alert", "stop"),
    Kind.DEPOSITED: ("upload", "live"),
    Kind.TAKEN_UP: ("folder", "action"),
    Kind.PIECE_ASKED: ("hand", "wait"),
    Kind.PIECE_SENT: ("upload", "live"),
    Kind.DECIDED: ("flag", "neutral"),
    Kind.NOTIFIED: ("send", "action"),
    Kind.NOTIFICATION_OPENED: ("mail-open", "live"),
    Kind.PAID: ("check-circle", "live"),
}


def _portal(dossier: Dossier, words: Words) -> Iterable[Item]:
    events = store.latest_events(dossier.id, LONGEST)
    more: dict[int, str] = {}
    for source in cast(list[Details], current_app.extensions.get(DETAILS, [])):
        more |= source(dossier, events)
    for event in events:
        icon, tone = _LOOKS[event.kind]
        yield Item(event.at, words.label(event.kind), icon, tone, more.get(event.id, ""))
