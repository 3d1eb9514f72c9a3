"""One access rule on every route and socket event: nothing undeclared, and the matrix holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.foundation.extensions import socketio
from app.web import access
from tests.clients import StaffClient

SAFE = ("GET", "HEAD", "OPTIONS")
PUBLIC = {
    "accounts.home", "accounts.sign_in", "accounts.sign_in_submit", "accounts.choose_locale",
    "second_step.page", "second_step.submit", "passkeys.sign_in", "passkeys.sign_in_options",
    "health.live", "health.ready", "health.metrics", "static",
    "voice.sound", "request_form.page", "request_form.submit", "invitation.page", "invitation.submit",
    "identity.leave", "identity.come_back", "identity.accept", "accounts.signed_out",
    "assist.guide.page", "assist.guide.code", "assist.guide.said",
    "feeds_api.receive", "consent.page", "consent.answer",
}  # fmt: skip

ENDS_THE_SESSION = {"/sign-out", "/account/sign-out-everywhere"}
# Who may is decided before any database is asked; that no page fails on either: test_any_input.py.
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def entry_points(app: Flask) -> list[tuple[str, str, access.Access]]:
    """(method, address with dummy arguments, declaration) of each route."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        declared = access.access_of(app.view_functions[rule.endpoint])
        assert declared is not None, rule.endpoint
        values = {name: _dummy(rule, name) for name in rule.arguments}
        address = adapter.build(rule.endpoint, values)
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        found += [(method, address, declared) for method in methods]
    return found


def _dummy(rule: Any, name: str) -> Any:
    converter = rule._converters[name]
    if type(converter).__name__ == "IntegerConverter":
        return 999_999
    return min(getattr(converter, "items", ["2021-06-22"]))


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    assert access.undeclared(app) == []


def test_every_socket_event_declares_who_may_use_it(app: Flask) -> None:
    handlers = {
        (namespace, event)
        for namespace, events in socketio.server.handlers.items()
        for event in events
    }
    assert handlers - set(access.SOCKET_EVENTS) == set()


def test_what_is_open_to_anybody_is_a_short_list(app: Flask) -> None:
    opened = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if (declared := access.access_of(view)) and declared.public
    }
    others = {e for e in opened if not e.startswith(("carrier", "telephone"))}
    assert {e for e in others if "portal" not in e} == PUBLIC


@ON_ONE
def test_nobody_gets_in_without_signing_in(app: Flask) -> None:
    client = app.test_client()
    for method, address, declared in entry_points(app):
        if declared.public:
            continue
        response = client.open(address, method=method)
        if declared.signed:
            assert response.status_code == 403, address
        else:
            assert response.status_code == 302, address
            assert "/sign-in" in response.headers["Location"]


@ON_ONE
@pytest.mark.parametrize("role", access.STAFF)
def test_each_role_reaches_what_it_may_and_nothing_else(
    app: Flask, login: Callable[..., StaffClient], role: str
) -> None:
    client = login(role)
    for method, address, declared in entry_points(app):
        if declared.public or declared.signed or address in ENDS_THE_SESSION:
            continue
        response = client.open(address, method=method, headers={"Accept": "application/json"})
        if role in declared.roles:
            assert response.status_code not in (401, 403, 500), (role, address)
        else:
            assert response.status_code == 403, (role, address)


@ON_ONE
@pytest.mark.parametrize("role", access.STAFF)
def test_a_post_without_the_form_token_is_refused(
    app: Flask, login: Callable[..., StaffClient], role: str
) -> None:
    client = login(role)
    client.csrf = ""
    for method, address, declared in entry_points(app):
        if (
            method in SAFE
            or declared.signed
            or not declared.csrf
            or (not declared.public and (role not in declared.roles))
        ):
            continue
        response = client.open(address, method=method, headers={"Accept": "application/json"})
        assert response.status_code == 422, (role, address, response.status_code)


def test_sockets_refuse_strangers(app: Flask, socket_client: Callable[..., Any]) -> None:
    assert not socket_client(app.test_client()).is_connected()


def test_staff_may_connect(
    app: Flask, socket_client: Callable[..., Any], login: Callable[..., StaffClient]
) -> None:
    assert socket_client(login("front")).is_connected()
