"""The shell: every page of the staff has band and desk; one that is fetched into it has its content alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import OperationalError

from app.desk import view as desk_view

if TYPE_CHECKING:
    from tests.fixtures.application import Login

PAGES = [("front", "/dossiers"), ("back", "/scripts"), ("manager", "/wall"), ("admin", "/admin")]


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_whatever_page_is_loaded_first_brings_the_voice(login: Login, role: str, path: str) -> None:
    page = login(role).get(path).text
    assert page.count('id="call"') == 1
    assert page.count('id="search-open"') == 1
    assert 'id="home"' in page
    state = re.search(r'id="desk-state">(.*?)</script>', page)
    assert state is not None
    assert json.loads(state[1])["agent"]["role"] == role
    assert ("act-accept" in page) is True
    assert ('id="presence-menu"' in page) is (role in ("front", "back"))


def test_a_page_that_is_fetched_into_a_shell_asks_nothing_of_the_desk(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login("front")

    def never(*_asked: Any, **_more: Any) -> Any:
        raise AssertionError("the desk was read")

    monkeypatch.setattr(desk_view, "desk_of", never)
    page = client.get("/dossiers", headers={"X-Framed": "1"}).text
    assert 'id="page"' in page
    assert 'id="call"' not in page
    assert 'id="home"' not in page


def test_a_page_is_shown_when_the_desk_cannot_be_read(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login("front")

    def broken(*_asked: Any, **_more: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(desk_view, "desk_of", broken)
    answer = client.get("/scripts")
    assert answer.status_code == 200
    assert "desk-state" not in answer.text


def test_nobody_signed_in_no_shell(client: Any) -> None:
    assert 'id="call"' not in client.get("/sign-in").text
