"""One access rule: every route and every socket event declares who may use it.

A route with no declaration answers to nobody (``guard``), and a test fails (``undeclared``).
Flask-SocketIO does not run ``before_request``, so socket events go through ``socket_event``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from flask_login import current_user

from app.foundation.exceptions import Forbidden, PermanenceError, SignInRequired
from app.foundation.extensions import csrf, limiter, socketio
from app.foundation.roles import STAFF
from app.web import whose
from app.web.acts import once

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

View = Callable[..., Any]


@dataclass(frozen=True)
class Access:
    """Who may use an entry point: ``roles``, or anybody (``public``), or a signed provider."""

    roles: frozenset[str] = field(default_factory=frozenset)
    public: bool = False
    signed: bool = False
    csrf: bool = True


SOCKET_EVENTS: dict[tuple[str, str], Access] = {}


def allow(*roles: str) -> Callable[[View], View]:
    """Let the signed-in people of these roles in; with none named, all staff."""
    unknown = set(roles) - set(STAFF)
    if unknown:
        raise ValueError(f"unknown roles: {sorted(unknown)}")
    return _declare(Access(roles=frozenset(roles or STAFF)))


def public(view: View | None = None, *, csrf: bool = True) -> Any:
    """Let anybody in. ``csrf=False`` only where no session counts (basic auth, own tokens)."""
    declare = _declare(Access(public=True, csrf=csrf))
    return declare(view) if view else declare


def signed_webhook(view: View) -> View:
    """Let in only requests that carry the telephone provider's valid signature."""
    limiter.exempt(view)
    return _declare(Access(signed=True, csrf=False))(view)


def _declare(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view._access = access  # type: ignore[attr-defined]
        return view

    return decorate


def open_to_all(app: Flask, endpoints: Iterable[str]) -> None:
    """Declare routes of somebody else's (the embedded carrier's) open: they have keys of their own."""
    for endpoint in endpoints:
        public(app.view_functions[endpoint], csrf=False)


def open_sockets(namespace: str, events: Iterable[str]) -> None:
    """Declare socket events of somebody else's open, whose handlers check a token of their own."""
    SOCKET_EVENTS.update({(namespace, event): Access(public=True) for event in events})


def access_of(view: View) -> Access | None:
    """The declaration that a view carries, or None."""
    return getattr(view, "_access", None)


def undeclared(app: Flask) -> list[str]:
    """Endpoints that declare nothing (the access test wants none)."""
    return sorted(n for n, v in app.view_functions.items() if access_of(v) is None)


def install(app: Flask, verify_signature: Callable[[], None]) -> None:
    """Run the rule before each request. ``verify_signature`` raises Forbidden on a forged one."""

    once.install(app)

    @app.before_request
    def guard() -> Response | None:
        if request.endpoint is None:
            return None  # 404 and 405 are answered by Flask
        view = app.view_functions[request.endpoint]
        access = access_of(view)
        if access is None:
            raise Forbidden("Cette page n'est ouverte à personne.")
        if access.signed:
            verify_signature()
        elif not access.public:
            require(access)
        if access.csrf and request.method not in SAFE_METHODS and not access.signed:
            csrf.protect()
        if not access.signed and (answer := once.begin(view, public=access.public)) is not None:
            return answer
        try:
            whose.judge(view)
        except PermanenceError as error:
            return once.or_first_answer(error)
        return None

    whose.install(app)


def require(access: Access) -> None:
    """Raise unless the person signed in has one of the roles of ``access``."""
    if not current_user.is_authenticated:
        raise SignInRequired("Connectez-vous pour continuer.")
    # A page says whose it is: two people who share a browser must not act as each other.
    if request.headers.get("X-Signed-In-As", str(current_user.id)) != str(current_user.id):
        raise SignInRequired("Quelqu'un d'autre a ouvert une session dans ce navigateur.")
    if current_user.role not in access.roles:
        raise Forbidden("Votre rôle ne permet pas cette action.")


def socket_event(
    name: str, *, roles: tuple[str, ...] = (), namespace: str = "/", open_to_all: bool = False
) -> Callable[[View], View]:
    """Register a Socket.IO handler and its access.

    ``open_to_all`` is for namespaces that check a token of their own. A refused event is ignored
    (``connect``: the connection is refused): a socket has no error page to show.
    """
    access = Access(public=open_to_all, roles=frozenset(roles or STAFF))
    SOCKET_EVENTS[(namespace, name)] = access

    own = name not in ("connect", "disconnect")  # a client may send any number of words with others

    def decorate(handler: View) -> View:
        @functools.wraps(handler)
        def checked(*args: Any) -> Any:
            if own:
                args = args[:1]
            if not access.public:
                try:
                    require(access)
                except (SignInRequired, Forbidden):
                    return False
            return handler(*args)

        socketio.on(name, namespace=namespace)(checked)
        return checked

    return decorate
