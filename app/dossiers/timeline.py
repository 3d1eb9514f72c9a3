"""What happened around a dossier, in one line of time, the latest first.

The Portal's events are ours. Packages above this one (contacts, calls…) add their own through a
source, or a detail to one of the Portal's: the import rule forbids asking them. Both are registered for
an app by a blueprint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import cast

from flask import Flask, current_app
from flask_babel import gettext as _

from app.dossiers import store
from app.dossiers.mail import stage as mail_stage
from app.dossiers.models import Dossier, PortalEvent
from app.dossiers.vocabulary import Inside, PortalEventKind
from app.dossiers.wording import Words

LONGEST = 40  # items: a page is read, not scrolled for ever
KEY = "permanence.timeline"
DETAILS = "permanence.timeline_details"

Kind = PortalEventKind


class Events(StrEnum):
    """The kinds that the page of a dossier can show alone."""

    CALLS = "calls"
    MESSAGES = "messages"
    MAIL = "mail"
    PORTAL = "portal"
    PIECES = "pieces"
    OTHER = "other"


@dataclass(frozen=True)
class Item:
    """One thing that happened. ``tone`` and ``icon`` are names of templates/components.html.

    ``detail`` is ours; ``words`` are the very words of a message; ``kind``: with what it is shown alone.
    """

    at: datetime
    title: str
    icon: str
    tone: str = "neutral"
    detail: str = ""
    words: str = ""
    kind: Events = Events.OTHER


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


@dataclass(frozen=True)
class Timeline:
    """What is shown: the latest ``items`` of the kind that was asked (None: of all). ``kinds``: how many are known
    of each kind that has any, in the order of ``Events``."""

    items: Sequence[Item]
    kinds: Mapping[Events, int]
    alone: Events | None = None


def of(dossier: Dossier, words: Words, asked: str = "") -> Timeline:
    """The latest items around a dossier, whatever their source; of one kind when its name is ``asked``."""
    items = [*_portal(dossier, words)]
    for source in cast(list[Source], current_app.extensions.get(KEY, [])):
        items.extend(source(dossier, words))
    return shown(items, asked)


def shown(items: Iterable[Item], asked: str = "") -> Timeline:
    """What is shown of these items, the latest first."""
    known = sorted(items, key=lambda item: item.at, reverse=True)
    counted = Counter(item.kind for item in known)
    kinds = {kind: counted[kind] for kind in Events if counted[kind]}
    alone = next((kind for kind in kinds if kind == asked), None)
    return Timeline([item for item in known if alone in (None, item.kind)][:LONGEST], kinds, alone)


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
    Kind.DRAFT_OPENED: ("alert", "wait"),
    Kind.DEPOSITED: ("upload", "live"),
    Kind.TAKEN_UP: ("folder", "action"),
    Kind.PIECE_ASKED: ("hand", "wait"),
    Kind.PIECE_SENT: ("upload", "live"),
    Kind.DECIDED: ("flag", "neutral"),
    Kind.NOTIFIED: ("send", "action"),
    Kind.NOTIFICATION_OPENED: ("mail-open", "live"),
    Kind.PAID: ("check-circle", "live"),
}


_KINDS: dict[PortalEventKind, Events] = {
    **dict.fromkeys(
        (Kind.LINK_SENT, Kind.MAIL_DELIVERED, Kind.MAIL_BOUNCED, Kind.LINK_OPENED, Kind.NOTIFIED),
        Events.MAIL,
    ),
    **dict.fromkeys((Kind.PIECE_ASKED, Kind.PIECE_SENT), Events.PIECES),
}


def _portal(dossier: Dossier, words: Words) -> Iterable[Item]:
    events = store.latest_events(dossier.id, LONGEST)
    more: dict[int, str] = {}
    for source in cast(list[Details], current_app.extensions.get(DETAILS, [])):
        more |= source(dossier, events)
    for event in events:
        icon, tone = _LOOKS[event.kind]
        detail = more.get(event.id) or _detail(event, words)
        kind = _KINDS.get(event.kind, Events.PORTAL)
        yield Item(event.at, _title(event, words), icon, tone, detail, kind=kind)


def _detail(event: PortalEvent, words: Words) -> str:
    """A request that is made again tells what became of the one before, which the dossier no longer shows;
    one opened by « déposer » names the other, so that the two are held side by side."""
    if "demande" in event.data:
        return _("Par « déposer », à côté de celle-ci : %(number)s.", number=event.data["demande"])
    if "beside" in event.data:
        return _(
            "Par « déposer », à côté du dossier %(reference)s.", reference=event.data["beside"]
        )
    if "again" not in event.data:
        return ""
    was = words.label(Inside(event.data["again"])).lower()
    if "decided_on" not in event.data:
        return _("La précédente : %(was)s.", was=was)
    decided = words.day(date.fromisoformat(event.data["decided_on"]))
    return _("La précédente : %(was)s, %(day)s.", was=was, day=decided)


def _title(event: PortalEvent, words: Words) -> str:
    """What happened. A server that said no at once is no mail that came back."""
    if event.kind is Kind.MAIL_BOUNCED and event.data.get("refused"):
        return mail_stage.word("refused", words.locale)
    return words.label(event.kind)
