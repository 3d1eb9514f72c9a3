"""Twice is once: every act carries a key made with its form, and the same key acts once.

    <form method="post">{{ csrf_field() }} …          a page's form: token and key
    <form hx-post="/…">{{ act_field() }} …             a fragment's form
    Idempotency-Key: 6f1c…                             a script (static/js/page/once.js)

``begin`` looks for the key before the view; the view's first transaction claims it (``unit_of_work``);
``keep`` stores the answer. Whoever comes second, in this process or another, waits for the first and is
given the same answer. An act that was refused leaves its key free; one that broke half-way keeps it, and
says so. What changes nothing, or what its own state refuses the second time, may come without a
key (``repeatable``), and is held by the same rule when it brings one (ADR 26).
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from flask.json.tag import TaggedJSONSerializer
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.foundation import clock
from app.foundation.database.unit_of_work import CLAIM, read_anew, release_connection, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, PermanenceError
from app.foundation.extensions import db
from app.web.acts import keys, store
from app.web.acts.keys import FIELD, HEADER, Answer
from app.web.whose import CALL, NOTHING, OWN, about_of

log = logging.getLogger(__name__)

SAFE = ("GET", "HEAD", "OPTIONS")
WAIT_SECONDS = 15.0  # for the first one's answer: a mail server may take as long
LOOK_SECONDS = 0.05
ROUNDS = 3  # how often a request acts in place of one that was refused
REPLAYED = "Idempotency-Replayed"
NOT_KEPT = frozenset({"set-cookie", "content-length", "date", "server"})

# Kinds of objects whose acts may come without a key, and why.
BY_KIND = {
    NOTHING: "changes nothing",
    CALL: "the call's own state refuses what it has already seen (calls.call.states)",
}

View = TypeVar("View", bound=Callable[..., Any])


class KeyMissing(InvalidInput):
    """A request to act without the key of its form. ``again``: its fields, for a page to send anew."""

    code = "act_key_missing"

    def __init__(self) -> None:
        super().__init__(
            "Cette page date d'avant une mise à jour : elle n'a pas la clé qui évite de faire deux "
            "fois la même chose.",
            kept="Rien n'a été changé. Ce que vous avez écrit est encore là.",
            todo="Rechargez la page, puis recommencez. (Un programme envoie un en-tête %(header)s, "
            "une valeur neuve pour chaque acte.)",
            header=HEADER,
        )
        self.again = _fields_again()


class Unanswered(Conflict):
    """The act was asked before; what became of it cannot be said here."""

    code = "already_asked"

    def __init__(self) -> None:
        super().__init__(
            "Nous avons déjà reçu cette demande. Elle n'est pas faite une seconde fois.",
            kept="Ce qui a été fait est gardé.",
            todo="Rechargez la page et regardez ce qui est fait, avant de recommencer.",
        )


class Twin(Exception):
    """The same act has been claimed by another request; raised by the transaction that would act."""


@dataclass
class Pending:
    """The act that this request asks for. ``claimed``: its first transaction is committed;
    ``broken``: an error that nobody expected came after."""

    name: str
    key: str = field(repr=False)
    who: str
    route: str
    before: dict[str, Any] = field(default_factory=dict, repr=False)
    claimed: bool = False
    broken: bool = False

    def opened(self) -> None:
        """A transaction begins (``unit_of_work``). Raises Twin when somebody else has the name."""
        if not self.claimed and not store.claim(
            self.name, who=self.who, route=self.route, now=clock.now()
        ):
            raise Twin

    def committed(self) -> None:
        """It is stored: the name is ours."""
        self.claimed = True


def repeatable(reason: str, *, anew: bool = False) -> Callable[[View], View]:
    """Let a view be asked without a key: say why a second time changes nothing more.

    ``anew``: each time is answered for itself, whatever key comes with it.
    """

    def declare(view: View) -> View:
        view._repeatable = reason  # type: ignore[attr-defined]
        view._anew = anew  # type: ignore[attr-defined]
        return view

    return declare


def why_repeatable(view: Callable[..., Any]) -> str:
    """Why a view may be asked without a key; "" when it demands one."""
    own = getattr(view, "_repeatable", "")
    declared = about_of(view)
    return own or (BY_KIND.get(declared.kind, "") if declared else "")


def act_field() -> Markup:
    """The hidden field with a new key, for a form that is being drawn."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, keys.new_key())


def install(app: Flask) -> None:
    """Dispatch with twins in mind. Before the other ``after_request``: the answer is kept last."""
    dispatch = app.dispatch_request

    def once() -> Any:
        act: Pending | None = g.get(CLAIM)
        return dispatch() if act is None else _dispatch(act, dispatch)

    app.dispatch_request = once  # type: ignore[method-assign]
    app.after_request(_keep)
    app.add_template_global(act_field)


def begin(view: Callable[..., Any], *, public: bool) -> Response | None:
    """Note the act that this request asks for; its answer when it was given before.

    Raises KeyMissing for staff that bring no key to a view that demands one: the public's forms hold
    a link that serves once, and no caller is refused for an old page.
    """
    g.pop(CLAIM, None)
    if request.method in SAFE or getattr(view, "_anew", False):
        return None
    key = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not keys.usable(key):
        if not public and not why_repeatable(view):
            raise KeyMissing
        return None
    who = _who()
    name = keys.name_of(key, who, request.method, request.full_path, *_content())
    act = Pending(name, key, who, str(request.endpoint))
    known = _first_answer(act)
    if known is None:
        act.before = dict(session)
        g.act = act
    return known


def or_first_answer(error: PermanenceError) -> Response:
    """This request is refused: by what its twin has just done? Then that one's answer; else raise."""
    act: Pending | None = g.get(CLAIM)
    found = None if act is None or act.claimed else _first_answer(act)
    if found is None:
        raise error
    return found


def _who() -> str:
    if current_user.is_authenticated:
        return f"agent:{current_user.id}"
    token = (request.view_args or {}).get("token")
    return f"link:{hashlib.sha256(str(token).encode()).hexdigest()[:16]}" if token else ""


def _content() -> list[str | bytes]:
    """All that is asked, in its order."""
    if request.form or request.files:
        words: list[str | bytes] = [*keys.flat(request.form.items(multi=True))]
        for name, sent in request.files.items(multi=True):
            content = sent.stream.read()
            sent.stream.seek(0)
            words += [name, sent.filename or "", hashlib.sha256(content).digest()]
        return words
    return [request.get_data()]


def _dispatch(act: Pending, dispatch: Callable[[], Any]) -> Any:
    for _round in range(ROUNDS):
        try:
            response = current_app.make_response(dispatch())
        except Twin:
            found = _first_answer(act)
            if found is not None:
                return found
            continue  # that one was refused and left the key: this one acts
        except PermanenceError as error:
            return or_first_answer(error)
        except HTTPException:
            raise
        except Exception:
            act.broken = True
            raise
        if response.status_code < 400 or act.claimed:
            return response
        return _first_answer(act) or response
    raise Unanswered


def _first_answer(act: Pending) -> Response | None:
    """What the first one was answered, waiting for it; None when nobody has the name.

    Raises Unanswered when that cannot be said: it broke, takes too long, or was long ago.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        read_anew()
        found = store.find(act.name)
        if found is None:
            return None
        if found.status is not None:
            return _again(act, found.status, found.answer)
        late = (clock.now() - found.at).total_seconds() > 2 * WAIT_SECONDS
        if late or time.monotonic() > until:
            raise Unanswered
        release_connection()
        time.sleep(LOOK_SECONDS)


def _again(act: Pending, status: int, sealed: bytes | None) -> Response:
    kept = keys.unseal(sealed, act.key, _secret()) if sealed else None
    if kept is None:
        raise Unanswered
    response = Response(kept.body, status)
    response.headers.clear()
    response.headers.extend(kept.headers)
    response.headers[REPLAYED] = "true"
    if kept.session:
        session.update(TaggedJSONSerializer().loads(kept.session))
    for name in kept.dropped:
        session.pop(name, None)
    return response


def _keep(response: Response) -> Response:
    """Store the answer for a second press; free the key of an act that was refused."""
    act: Pending | None = g.pop(CLAIM, None)
    if act is None or not act.claimed:
        return response
    try:
        db.session.rollback()
        with unit_of_work():
            if response.status_code >= 400 and not act.broken:
                store.free(act.name)
            else:
                store.answered(act.name, response.status_code, _sealed(act, response))
    except SQLAlchemyError as error:  # it is done: who asked must hear it all the same
        log.warning("the answer of an act on %s is not kept: %s", act.route, type(error).__name__)
    return response


def _sealed(act: Pending, response: Response) -> bytes | None:
    if act.broken or response.direct_passthrough or response.is_streamed:
        return None
    changed = {name: value for name, value in session.items() if act.before.get(name) != value}
    kept = Answer(
        response.status_code,
        tuple((n, v) for n, v in response.headers if n.lower() not in NOT_KEPT),
        response.get_data(),
        TaggedJSONSerializer().dumps(changed) if changed else "",
        tuple(name for name in act.before if name not in session),
    )
    return keys.seal(kept, act.key, _secret())


def _secret() -> str:
    return str(current_app.secret_key)


def _fields_again() -> list[tuple[str, str]]:
    """What a page's form had sent, to be sent anew; nothing of a form with a secret or a file."""
    declared = about_of(current_app.view_functions[str(request.endpoint)])
    own = declared is not None and declared.kind == OWN  # one's account: passwords, codes
    secret = own or any("password" in name or "code" in name for name in request.form)
    if request.is_json or request.files or secret or request.headers.get("HX-Request"):
        return []
    return [pair for pair in request.form.items(multi=True) if pair[0] not in (FIELD, "csrf_token")]
