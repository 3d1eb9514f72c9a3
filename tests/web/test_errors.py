"""One error shape, in JSON and as a page; never an exception's own text; nothing lost unsaid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.foundation.exceptions import Conflict, PermanenceError
from app.web import access
from tests.clients import StaffClient

JSON = {"Accept": "application/json"}


@pytest.fixture
def broken(app: Flask) -> Flask:
    """Two views that fail: one as expected, one by surprise."""

    @app.get("/expected")
    @access.public
    def expected() -> str:
        raise Conflict("Déjà prise.", kept="Tout.", todo="Rien.")

    @app.get("/surprise")
    @access.public
    def surprise() -> str:
        raise ValueError("secret words of a caller")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_an_expected_error_says_what_was_kept_and_what_to_do(broken: Flask) -> None:
    answer = broken.test_client().get("/expected", headers=JSON)
    assert answer.status_code == 409
    assert answer.json == {
        "error": {"code": "conflict", "message": "Déjà prise.", "kept": "Tout.", "todo": "Rien."}
    }
    page = broken.test_client().get("/expected")
    assert page.status_code == 409
    assert all(words in page.text for words in ("Déjà prise.", "Tout.", "Rien."))


@pytest.mark.parametrize("headers", [JSON, {}, {"HX-Request": "true"}])
def test_a_surprise_never_shows_its_text(broken: Flask, headers: dict[str, str]) -> None:
    answer = broken.test_client().get("/surprise", headers=headers)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/desk/calls/none/accept", 405)])
def test_addresses_that_lead_nowhere(
    app: Flask, login: Callable[..., StaffClient], path: str, status: int
) -> None:
    answer = login("front").get(path, headers=JSON)
    assert answer.status_code == status
    assert set(answer.json["error"]) == {"code", "message", "kept", "todo"}


def test_every_error_has_a_code_and_a_status() -> None:
    kinds = PermanenceError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(400 <= kind.status <= 503 for kind in kinds)


@pytest.mark.parametrize("path", ["/sign-in", "/voice/incoming", "/nowhere"])
def test_headers_of_every_answer_to_a_browser(app: Flask, path: str) -> None:
    client = app.test_client()
    answer = client.post(path) if path.startswith("/voice") else client.get(path)
    headers = answer.headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
