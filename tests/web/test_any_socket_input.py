"""Every socket event, absurd payloads: none fails, none is let in that should not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.foundation.config import Settings
from app.foundation.extensions import socketio
from app.foundation.text import strict_json
from app.web import access, error_handlers
from tests.clients import StaffClient
from tests.fixtures.settings import make_settings

TEXTS = [
    "",
    "a\x00b",
    "9" * 400,
    "٣",
    "+1",
    "1e3",
    "x\r\ny",
    "client:" + "a" * 9_000,
    "+33639980101",
]
NAMES = ("number", "token", "key", "to", "leg", "keys", "body", "hidden", "samples", "data")
PAYLOADS: list[Any] = [
    None, True, 0, -1, 2**53, 1.5, "", [], {}, [[]], *TEXTS, b"\x00" * 100,
    *(dict.fromkeys(NAMES, value) for value in (None, True, 0, -1, 2**53, 1.5, [], {}, [[1]], b"\x00")),
    *(dict.fromkeys(NAMES, text) for text in TEXTS),
]  # fmt: skip


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """With the telephone company inside, whose sockets anybody may open."""
    return make_settings(
        database_url=sqlite_url, instance_dir=tmp_path / "instance", embedded_carrier=True
    )


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    found: list[str] = []
    note = error_handlers.log.exception
    monkeypatch.setattr(error_handlers.log, "exception", lambda *a, **k: found.append(repr(k)))
    yield found
    monkeypatch.setattr(error_handlers.log, "exception", note)


@pytest.mark.parametrize("namespace", ["/", "/carrier"])
def test_no_payload_fails(
    app: Flask,
    socket_client: Callable[..., Any],
    login: Callable[..., StaffClient],
    failures: list[str],
    namespace: str,
) -> None:
    assert socketio.server.packet_class.json is strict_json
    browser = login("front")
    known = {event for place, event in access.SOCKET_EVENTS if place == namespace}
    for event in sorted((known | {"unknown", "message", "json"}) - {"connect", "disconnect"}):
        page = socket_client(browser, namespace)
        for payload in PAYLOADS:
            page.emit(event, payload, namespace=namespace, callback=event in known)
            page.emit(event, payload, payload, namespace=namespace)
            assert failures == [], (event, payload)
        page.emit(event, namespace=namespace)
        assert failures == [], event


def test_what_is_no_json_of_ours_is_refused_before_any_handler() -> None:
    for raw in ("[" * 50_000, "NaN", "1e999", "9" * 30, '{"a":' * 100 + "1" + "}" * 100):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
            strict_json.loads(raw)
    assert strict_json.loads('{"a": ["\\u0000\\ud800", 1, 1.5, null]}') == {
        "a": ["\ufffd", 1, 1.5, None]
    }
