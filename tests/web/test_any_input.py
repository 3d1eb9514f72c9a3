"""Every route and every socket event, each parameter, absurd values: never a 5xx, on both databases.

What the application alone judges is sent once, on SQLite; PostgreSQL is sent what a database may refuse.
The parameters are those that the code asks for: a first request is answered with a form and a query
that note the names they are asked (``Asked``), then each name is sent each value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict

from app.demo import seed as demo_seed
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.web import access
from app.web.incoming import FIELDS, LONGEST_FIELD, Incoming
from tests.clients import StaffClient, post_signed

pytestmark = pytest.mark.timeout(400)  # some thousand requests; more on a machine that others use

VALUES = {
    "nul": "a\x00b",
    "control": "\x1b[31m\x7f",
    "half": "\ud800",
    "largest": "2147483648",
    "beyond": "9223372036854775808",
    "digits": "9" * 400,
    "negative": "-1",
    "zero": "0",
    "arabic": "٣",
    "power": "1e3",
    "plus": "+1",
    "float": "1.5",
    "nan": "nan",
    "date": "9999-12-31",
    "year zero": "0000-01-01",
    "first day": "0001-01-01",
    "time": "99:99",
    "header": "/x\r\nSet-Cookie: a=b",
    "site": "//other.example",
    "template": "{{7*7}}{%s}%(x)s",
    "long": "é" * (LONGEST_FIELD + 1),
    "spaces": "pin" + " " * 9_000 + "a",
    "empty": "",
}
# What a database refuses, or counts with: sent alone too, so that no other field is refused first.
ALONE = ("nul", "half", "largest", "beyond", "digits", "negative", "date", "header", "long")
# What one database may take and the other not.
OF_DATABASES = (*ALONE, "control", "zero", "nan", "year zero", "first day", "time", "empty")
FRAMED = {"X-Framed": "1"}  # what is around each page is the same
# Not of these tests: the telephone company in a box has its own.
OTHERS = ("carrier", "telephone")


class Asked(ImmutableMultiDict[str, str]):
    """Notes each name that a view asks for."""

    names: set[str]

    def __getitem__(self, name: str) -> str:  # type: ignore[override]
        self.names.add(str(name))
        return str(super().__getitem__(name))

    def get(self, name: str, default: Any = None, type: Any = None) -> Any:
        self.names.add(str(name))
        return super().get(name, default, type)

    def getlist(self, name: str, type: Any = None) -> list[Any]:
        self.names.add(str(name))
        return super().getlist(name, type)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that the views asked for since it was last emptied."""
    names: set[str] = set()
    bounded = Incoming._bounded

    def noted(self: Incoming, values: Any) -> Any:
        found = Asked(list(bounded(self, values).items(multi=True)))
        found.names = names
        return found

    monkeypatch.setattr(Incoming, "_bounded", noted)
    return names


@pytest.fixture
def seeded(app: Flask) -> Flask:
    """With the demo's dossiers and line, so that addresses lead somewhere."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    demo_seed.seed(clock.now())
    return app


def on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def values_here() -> list[str]:
    """All of them, or on PostgreSQL those that reach it."""
    return [value for label, value in VALUES.items() if on_sqlite() or label in OF_DATABASES]


def routes(app: Flask) -> Iterator[tuple[str, Any, access.Access]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(OTHERS) or rule.endpoint == "accounts.sign_out":
            continue
        declared = access.access_of(app.view_functions[rule.endpoint])
        assert declared is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule, declared


def address(app: Flask, rule: Any) -> str:
    """One that leads somewhere, as far as a type tells."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        items = getattr(converter, "items", None)
        values[name] = (
            1 if type(converter).__name__ == "IntegerConverter" else min(items or ["2021-06-22"])
        )
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def fails(response: Any) -> bool:
    return bool(response.status_code >= 500)


def odd(value: str) -> str:
    """As a client can put it in an address or a form: half a character travels as its own bytes."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1")


def reader(declared: access.Access) -> str:
    """Who asks: each route once, by somebody who may. What is typed does not depend on the role."""
    if declared.public:
        return "stranger"
    return next(role for role in ("front", "manager", "admin") if role in declared.roles)


@pytest.mark.parametrize("who", ["stranger", "front", "manager", "admin"])
def test_no_value_of_any_parameter_fails(
    seeded: Flask, login: Callable[..., StaffClient], asked: set[str], who: str
) -> None:
    client: Any = seeded.test_client() if who == "stranger" else login(who)
    failed = []
    for method, rule, declared in routes(seeded):
        if declared.signed or reader(declared) != who:
            continue
        path = address(seeded, rule)
        together, *alone = parameters(client, method, path, asked)
        values = values_here() if together else [""]  # who asks for nothing is asked once
        sent = [(together, value) for value in values]
        sent += [(names, VALUES[label]) for names in alone for label in ALONE]
        for names, value in sent:
            response = send(client, method, path, dict.fromkeys(names, value))
            if fails(response):
                failed.append((method, path, sorted(names), value[:30], response.status_code))
    assert failed == []


def parameters(client: Any, method: str, path: str, asked: set[str]) -> list[set[str]]:
    """All the names that a view asks for together, then each alone."""
    known: set[str] = set()
    while True:
        asked.clear()
        send(client, method, path, dict.fromkeys(known, "1"))
        found = (asked | known) - {"csrf_token"}
        if found == known:
            return [known, *({name} for name in sorted(known))] if known else [set()]
        known = found


def send(client: Any, method: str, path: str, fields: dict[str, str]) -> Any:
    headers = {"Accept": "application/json", **FRAMED}
    safe = {name: odd(value) for name, value in fields.items()}
    if method == "GET":
        short = {name: value[:3000] for name, value in safe.items()}
        return client.open(path, method=method, query_string=short, headers=headers)
    return client.open(path, method=method, data=safe, query_string=_query(safe), headers=headers)


def _query(fields: dict[str, str]) -> dict[str, str]:
    return {name: value[:500] for name, value in fields.items()}


JSON_NAMES = (
    "state", "reason", "note", "contact", "number", "agent", "directory", "ref", "entry", "key", "line",
)  # fmt: skip
JSON_VALUES = (
    None, True, -1, 2**31, 2**63, 1.5, [], {}, [[]], "", "\x00", "\ud800", "9" * 400, "٣", "x" * 9_000,
)  # fmt: skip
FOR_ALL = [b"{}", b"", b"[" * 50_000]
NO_VALUE = [
    b"null", b"[]", b"1", b'"x"', b"{", b'{"a":' * 10_000, b"\xff\xfe", b"NaN",
    b'{"state": NaN}', b'{"state": 1e999}', b'{"state": ' + b"9" * 5_000 + b"}",
]  # fmt: skip
WITH_VALUES = [json.dumps(dict.fromkeys(JSON_NAMES, value)).encode() for value in JSON_VALUES]


@pytest.fixture
def read_as_json(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The path of each request whose body was read as JSON, as they come."""
    paths: list[str] = []
    get_json = Incoming.get_json

    def noted(self: Incoming, *args: Any, **named: Any) -> Any:
        paths.append(self.path)
        return get_json(self, *args, **named)

    monkeypatch.setattr(Incoming, "get_json", noted)
    return paths


@pytest.mark.parametrize("who", ["stranger", "front", "manager", "admin"])
def test_no_json_fails(
    seeded: Flask, login: Callable[..., StaffClient], who: str, read_as_json: list[str]
) -> None:
    """Each body to who reads JSON; to the others, for whom it is a form of no field, three of them.

    On PostgreSQL one tells who reads JSON: he gets the values.
    """
    for_all = FOR_ALL if on_sqlite() else FOR_ALL[:1]
    for_readers = [*NO_VALUE, *WITH_VALUES] if on_sqlite() else WITH_VALUES
    client: Any = seeded.test_client() if who == "stranger" else login(who)
    failed = []
    for method, rule, declared in routes(seeded):
        if method == "GET" or declared.signed or reader(declared) != who:
            continue
        path = address(seeded, rule)
        read_as_json.clear()
        for place, body in enumerate([*for_all, *for_readers]):
            if place == len(for_all) and not read_as_json:
                break
            response = client.open(
                path, method=method, data=body, content_type="application/json", headers=FRAMED
            )
            if fails(response):
                failed.append((method, path, body[:60], response.status_code))
    assert failed == []


PARTS = ["%00", "%0d%0aSet-Cookie:%20a=b", "%ed%a0%80", "2147483648", "9" * 400, "-1", "%D9%A3", "1e3",
         "9999-12-31", "0000-00-00", "..%2f..%2fetc%2fpasswd", "%2e%2e", "a" * 3_000, "%", "%ff", "é"]  # fmt: skip


@pytest.mark.parametrize("who", ["stranger", "manager"])
def test_no_part_of_an_address_fails(
    seeded: Flask, login: Callable[..., StaffClient], who: str
) -> None:
    client: Any = seeded.test_client() if who == "stranger" else login(who)
    failed = []
    for method, rule, _declared in routes(seeded):
        for part in PARTS if rule.arguments else ():
            path = rule.rule
            for _name in rule.arguments:
                start = path.index("<")
                path = path[:start] + part + path[path.index(">", start) + 1 :]
            response = client.open(path, method=method, headers=FRAMED)
            if fails(response):
                failed.append((method, path[:80], response.status_code))
    assert failed == []


HEADERS = {
    "Accept": "a/b;q=nan, " * 200,
    "Accept-Language": "xx-" * 500 + ";q=9,;;,=",
    "Cookie": "permanence=.eJw" + "A" * 3_000 + "; =; a=\\x00",
    "Content-Type": "multipart/form-data; boundary=" + "a" * 2_000,
    "Content-Length": "4",
    "X-CSRFToken": "é" * 100,
    "X-Forwarded-For": "not an address, ::::, " * 20,
    "HX-Request": "٣",
    "Range": "bytes=9999999999999999999-1",
    "If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT",
    "If-None-Match": '"' * 500,
    "Referer": "http://[",
    "Origin": "http://[",
    "Authorization": "Basic é",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no header reaches a database
def test_no_header_fails(seeded: Flask) -> None:
    client, failed = seeded.test_client(), []
    for method, rule, declared in routes(seeded):
        if not declared.public:
            continue
        path = address(seeded, rule)
        for name, value in HEADERS.items():
            headers = {name: value.encode().decode("latin-1")}
            response = client.open(path, method=method, headers=headers, data=b"a=b\0")
            if fails(response):
                failed.append((name, method, rule.rule, response.status_code))
    assert failed == []


def test_no_value_of_a_webhook_fails(seeded: Flask, asked: set[str]) -> None:
    client: Any = seeded.test_client()
    seeded.testing = True  # a webhook's failure is spoken: here it must be seen
    line = db.session.scalars(db.select(Line)).first()
    assert line is not None
    for method, rule, declared in routes(seeded):
        if not declared.signed or method != "POST":
            continue
        path = address(seeded, rule)
        known: set[str] = {"CallSid", "From", "To"}
        for _round in range(4):
            asked.clear()
            post_signed(client, path, dict.fromkeys(sorted(known), "1"))
            known |= asked
        for value in values_here():
            text = value.encode(errors="replace").decode()
            for names in (known, *({name} for name in known)):
                fields = dict.fromkeys(names, text[: 12_000 // len(names)])
                good = {"CallSid": "CA" + "1" * 32, "From": "+33639980101", "To": line.number}
                query = urlencode({name: said[:300] for name, said in fields.items()})
                for place in (path, f"{path}?{query}"):
                    response = post_signed(client, place, {**good, **fields})
                    assert response.status_code in (200, 204, 404, 422, 503), (
                        path,
                        names,
                        text[:20],
                    )


def test_a_long_field_of_a_webhook_is_cut_and_the_call_is_answered(seeded: Flask) -> None:
    line = db.session.scalars(db.select(Line)).first()
    assert line is not None
    call = {"CallSid": "CA" + "2" * 32, "From": "+33639980101", "To": line.number}
    response = post_signed(
        seeded.test_client(), "/voice/incoming", {**call, "AddOns": "x" * 200_000, "Body": "a\x00"}
    )
    assert response.status_code == 200
    assert "<Enqueue" in response.text or "<Say" in response.text


def test_a_body_has_a_limit_by_route(seeded: Flask, login: Callable[..., StaffClient]) -> None:
    manager = login("manager")
    big = {"text": "a" * 100_000}
    assert manager.post("/admin/line/announcements/fr/greeting", data=big).status_code == 413
    sound = {"sound": (__import__("io").BytesIO(b"RIFF" + b"0" * 1_500_000), "a.wav")}
    path = "/admin/line/announcements/fr/greeting/sound"
    assert manager.post(path, data=sound).status_code == 422  # read, and judged
    many = "&".join(f"f{i}=1" for i in range(FIELDS + 1))
    form = "application/x-www-form-urlencoded"
    assert manager.post("/dossiers", data=many, content_type=form).status_code == 413
    stranger = seeded.test_client()
    for path in ("/sign-in", "/demande/x", "/locale"):
        assert stranger.post(path, data={"message": "a" * 2_000_000}).status_code in (413, 422)


def test_a_redirect_holds_one_address(seeded: Flask) -> None:
    client = seeded.test_client()
    for target in (
        "/x\r\nSet-Cookie: a=b",
        "//other.example",
        "/\\other",
        "/\t/other",
        "https://x",
    ):
        answer = client.post("/locale", data={"locale": "fr", "next": target})
        assert answer.status_code in (302, 422)
        assert answer.headers.get("Location", "/") == "/"
    with seeded.test_request_context("/"):
        from flask import redirect

        assert redirect("/a\r\nb").headers["Location"] == "/ab"
