"""The checks of the house find what they are for, and the network guard holds."""

from __future__ import annotations

import ast
import socket
from pathlib import Path
from types import ModuleType

import pytest

from tests.fixtures.network import OutsideReached

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    import house_rules

    return house_rules


@pytest.mark.parametrize(
    ("listed", "modules", "found"),
    [
        (["app.a"], {"app.a": True, "app.b": False}, 0),
        ([], {"app.a": True}, 2),  # in neither list
        (["app.a"], {"app.a": False}, 2),
        (["app.gone"], {}, 2),
    ],
)
def test_what_calls_itself_pure_is_proved(
    rules: ModuleType, listed: list[str], modules: dict[str, bool], found: int
) -> None:
    settings = {
        "importlinter": {"contracts": [{"name": "Pure modules", "source_modules": listed}]},
        "mypy": {"overrides": [{"module": listed, "warn_return_any": True}]},
    }
    assert len(list(rules.pure_findings(settings, modules))) == found


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ("datetime.now(UTC)", True),
        ("datetime.datetime.utcnow()", True),
        ("date.today()", True),
        ("datetime.fromtimestamp(x)", True),
        ("datetime.fromtimestamp(x, tz=UTC)", False),
        ("clock.now()", False),
    ],
)
def test_a_hidden_clock_is_found(rules: ModuleType, code: str, breach: bool) -> None:
    assert bool(list(rules.clock_calls(Path("app/calls/x.py"), ast.parse(code)))) is breach
    assert not list(rules.clock_calls(Path("app/foundation/clock.py"), ast.parse(code)))


@pytest.mark.parametrize(
    ("body", "breach"),
    [("pass", True), ("return None", True), ("return", True), ("log(e)", False), ("raise", False)],
)
def test_a_swallowed_exception_is_found(rules: ModuleType, body: str, breach: bool) -> None:
    code = f"def f():\n try:\n  g()\n except Exception as e:\n  {body}"
    assert bool(list(rules.swallowed(Path("x.py"), ast.parse(code)))) is breach


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ("import re", True),
        ("from re import compile", True),
        ("import os, re", True),
        ("import re2", True),
        ("from app.foundation.text.patterns import pattern", False),
        ("import reprlib", False),
    ],
)
def test_a_pattern_of_another_engine_is_found(rules: ModuleType, code: str, breach: bool) -> None:
    assert bool(list(rules.own_patterns(Path("app/calls/x.py"), ast.parse(code)))) is breach
    assert not list(rules.own_patterns(Path("app/foundation/text/patterns.py"), ast.parse(code)))


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ("import smtplib", True),
        ("import os, imaplib", True),
        ("from urllib.request import urlopen", True),
        ("import requests\nfrom app.foundation.total_time import within", False),
        ("import requests\nfrom app.adapters.twilio_client import Patience, ask", False),
        ("import requests\nfrom app.adapters.twilio_client import Patience", True),
        ("from urllib.parse import urlsplit", False),
    ],
)
def test_a_wait_without_an_end_is_found(rules: ModuleType, code: str, breach: bool) -> None:
    assert bool(list(rules.endless_waits(Path("app/adapters/x.py"), ast.parse(code)))) is breach
    assert not list(rules.endless_waits(Path(rules.AT_A_TERMINAL[0]), ast.parse(code)))


@pytest.mark.parametrize(
    ("code", "breaches"),
    [
        ('sid = form["CallSid"]', 1),
        ("@signed_webhook\ndef f(): return request.form['x']", 1),
        ("@signed_webhook\ndef f(): return reading.leg(request.form)", 0),
        ("def page(): return request.form['x']", 0),
        ('word = "Digit"', 0),
    ],
)
def test_a_form_of_the_provider_has_one_reader(rules: ModuleType, code: str, breaches: int) -> None:
    fields = rules.provider_fields()
    assert "CallSid" in fields
    found = rules.read_elsewhere(Path("app/calls/x.py"), ast.parse(code), fields)
    assert len(list(found)) == breaches
    assert not list(rules.read_elsewhere(Path("app/adapters/x.py"), ast.parse(code), fields))


@pytest.mark.parametrize(
    ("html", "breach"),
    [
        ("<script>alert(1)</script>", True),
        ('<script src="/static/js/a.js"></script>', False),
        ('<script type="application/json" id="i18n">{}</script>', False),
        ('<div style="color:red">', True),
        ("<style>p{}</style>", True),
        ('<button onclick="x()">', True),
        ('<button hx-on:click="x()">', True),
        ('<script src="https://cdn.example.org/x.js"></script>', True),
        ('<p class="button on">', False),
    ],
)
def test_inline_code_in_templates_is_found(rules: ModuleType, html: str, breach: bool) -> None:
    assert any(pattern.search(html) for pattern, _what in rules.INLINE) is breach


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ('a if locale.startswith("en") else b', True),
        ('a if locale[:2].lower() == "en" else b', True),
        ('WORDS = {"fr": "Bonjour", "en": "Hello"}', True),
        ('WORDS = {"fr": {"a": "Bonjour"}, "en": {"a": "Hello"}}', False),
        ('WORDS = {"fr": "fr-FR", "en": "en-GB", "ar": "arb"}', False),
        ('names[code][0 if locale() == "fr" else 1]', True),
        ("rows[0 if first else 1]", False),
        ('Text("Bonjour", "Hello").get(locale)', False),
    ],
)
def test_a_language_chosen_elsewhere_is_found(rules: ModuleType, code: str, breach: bool) -> None:
    assert bool(list(rules.own_language_choice(Path("app/x.py"), ast.parse(code)))) is breach


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ('if user.role == "front": pass', True),
        ('x = role in ("front", "back")', True),
        ('AGENTS = {"front", "back"}', True),
        ('@allow("manager")\ndef f(): pass', True),
        ('Agent(role="admin")', True),
        ('__slots__ = ("back", "first")', False),
        ('form.get("back") == "yes"', False),
        ("@allow(*AGENTS)\ndef f(): pass", False),
    ],
)
def test_a_role_spelled_out_is_found(rules: ModuleType, code: str, breach: bool) -> None:
    assert bool(list(rules.spelled_roles(Path("app/x.py"), ast.parse(code)))) is breach
    assert not list(rules.spelled_roles(Path(rules.ROLES), ast.parse(code)))


def test_a_number_read_without_bounds_is_found(rules: ModuleType) -> None:
    for code, breaches in (
        ('request.args.get("page", 1, type=int)', 1),
        ('form.getlist("id", type=int)', 1),
        ('number_in(request.args, "page")', 0),
        ('parser.add_argument("--port", type=int)', 0),
    ):
        assert len(list(rules.loose_numbers(Path("x.py"), ast.parse(code)))) == breaches


def test_a_conflict_left_in_a_file_is_found(rules: ModuleType) -> None:
    left = "a {}\n" + "<" * 7 + " HEAD\nb {}\n=======\nc {}\n" + ">" * 7 + " 6c160fd1 (other)\n"
    assert [line for _path, line, _what in rules.unmerged(Path("x.css"), left)] == [2, 6]
    assert not list(rules.unmerged(Path("x.md"), "Title\n=======\n> quoted\n"))


def test_no_test_reaches_the_outside() -> None:
    with socket.socket() as probe, pytest.raises(OutsideReached):
        probe.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideReached):
        socket.getaddrinfo("api.example.org", 443)
    assert socket.getaddrinfo("localhost", 80)
