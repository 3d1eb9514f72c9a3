"""One place asks whose an object is: before each route that acts on one, whatever the package.

    @bp.post("/dossiers/attach")
    @allow(*DESK)
    @about("contact")
    def attach(): …

A view says what kind of object it acts on (``about``); the package that keeps that kind has said how
it is found in a request and who may act (``check_with``). ``judge`` runs between the access rule and the
view; a test finds each route that declares nothing. Once an act has succeeded, whoever else has that
contact on the screen is told (``tell``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from flask_login import current_user

from app.foundation.belonging import Need
from app.web.realtime import agent_room, publish

# Routes that act on nothing that belongs to a contact say so, with the reason.
TEAM = "team"  # the team's: dossiers and persons, whoever reads them acts on them; journaled
OWN = "own"  # the person's own: presence, session, language
LINE = "line"  # settings of the line and of the house, supervision: the role alone decides
CALL = "call"  # a call: its state machine refuses whoever does not hold it (calls.call.service.own)
SERVICE = "service"  # the use case judges under its own lock, and keeps silent (a draft)
NOTHING = "nothing"  # changes nothing: a search, a check while typing
UNCHECKED = (TEAM, OWN, LINE, CALL, SERVICE, NOTHING)

KEY = "permanence.whose"


@dataclass(frozen=True)
class About:
    """What a view acts on. ``word``: what the others are told that it changed ("" tells nothing)."""

    kind: str
    need: Need = Need.ACT
    word: str = ""


@dataclass(frozen=True)
class Judged:
    """An act that is allowed: the contact that it is about, and who else has it on the screen."""

    contact_id: int | None = None
    others: frozenset[int] = frozenset()


Check = Callable[[Need], Judged]
View = Callable[..., Any]


def about(kind: str, *, need: Need = Need.ACT, word: str = "") -> Callable[[View], View]:
    """Say what kind of object a view acts on: one of ``UNCHECKED``, or one that has a check."""

    def declare(view: View) -> View:
        view._about = About(kind, need, word)  # type: ignore[attr-defined]
        return view

    return declare


def about_of(view: View) -> About | None:
    """The declaration that a view carries, or None."""
    return getattr(view, "_about", None)


def check_with(app: Flask, kind: str, check: Check) -> None:
    """Say how objects of a kind are found in a request, and who may act on them.

    ``check`` raises Forbidden (or NotFound) for the person signed in, or gives what was judged.
    """
    app.extensions.setdefault(KEY, {})[kind] = check


def install(app: Flask) -> None:
    """Tell the others after each act that succeeded."""
    app.after_request(_tell_others)


def judge(view: View) -> None:
    """Refuse, before the view runs, whoever may not act on the object of this request."""
    declared = about_of(view)
    if declared is None or declared.kind in UNCHECKED:
        return
    check = cast(dict[str, Check], current_app.extensions[KEY])[declared.kind]
    g.whose = (declared, check(declared.need))


def _tell_others(response: Response) -> Response:
    declared, judged = g.pop("whose", (None, None))
    if judged is None or not declared.word or response.status_code >= 400:
        return response
    me = current_user
    for agent_id in judged.others - {me.id}:
        told = {"contact_id": judged.contact_id, "what": declared.word, "by": me.display_name}
        publish("contact", told, room=agent_room(agent_id))
    return response


def undeclared(app: Flask, reads: tuple[str, ...] = ("GET", "HEAD", "OPTIONS")) -> list[str]:
    """Endpoints of the staff that change something and do not say what they act on."""
    from_staff = (
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if set(rule.methods or ()) - set(reads) and _for_staff(app.view_functions[rule.endpoint])
    )
    return sorted({name for name in from_staff if about_of(app.view_functions[name]) is None})


def _for_staff(view: View) -> bool:
    access = getattr(view, "_access", None)
    return access is not None and not access.public and not access.signed


def named(name: str) -> object:
    """What a request gives under this name, wherever: address, form, query or JSON body."""
    if name in (request.view_args or {}):
        return (request.view_args or {})[name]
    if name in request.values:
        return request.values[name]
    body = request.get_json(silent=True) if request.is_json else None
    return body.get(name) if isinstance(body, dict) else None


def named_id(name: str) -> int | None:
    """The id that a request gives under this name; None when it can be no id of ours."""
    value = named(name)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if 0 < int(text) < 2**31 else None
