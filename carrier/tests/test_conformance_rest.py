"""No REST parameter that Twilio's library can send is accepted and then silently not done.

What there is to know is read from the ``twilio`` library itself, as in ``test_conformance``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response as HttpResponse
from twilio.rest import Client

from carrier.conformance import REST, Fate
from carrier.rest.routes import ROUTES
from carrier.tests.subscriber import ACCOUNT, TOKEN, Line

HERE = Path(__file__).resolve().parent


class Wire(HttpClient):
    """Instead of the network: what would have been sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, list[str]]] = []

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> HttpResponse:
        given = {**(kwargs.get("params") or {}), **(kwargs.get("data") or {})}
        if args:
            given |= {**(args[0] or {}), **(args[1] or {})}
        self.sent.append((method, url.split(f"/Accounts/{ACCOUNT}")[-1], list(given)))
        return HttpResponse(500, "{}")


# The library's resource → the path that it must ask.
RESOURCES = {
    "calls": "call", "calls.events": "call.event", "calls.recordings": "call.recording",
    "conferences": "conference", "conferences.participants": "conference.participant",
    "conferences.recordings": "conference.recording",
    "queues": "queue", "queues.members": "queue.member", "messages": "message",
    "incoming_phone_numbers": "incoming_phone_number", "applications": "application",
    "recordings": "recording", "recordings.transcriptions": "recording.transcription",
    "transcriptions": "transcription",
}  # fmt: skip


LISTS, SINGLES = ("create", "list"), ("fetch", "update", "delete")


def operations(client: Client) -> Iterator[tuple[str, Any]]:
    """Each operation of the resources that are spoken here: its name, and how to do it."""
    for name in RESOURCES:
        first, _dot, second = name.partition(".")
        listing = getattr(client, first)
        if second:
            listing = getattr(listing("X" * 34), second)
        single = listing("Y" * 34) if name != "calls.events" else None
        for owner, acts in ((listing, LISTS), (single, SINGLES)):
            for act in acts:
                if hasattr(owner, act):
                    yield f"{name}.{act}", getattr(owner, act)


def parameters() -> list[tuple[str, str, str, str]]:
    """(operation, HTTP method, path, wire name) of all that the library can send."""
    wire = Wire()
    client = Client(ACCOUNT, TOKEN, http_client=wire)
    found = []
    for name, act in operations(client):
        known = inspect.signature(act).parameters
        given = [p for p in known if p not in ("limit", "page_size")]
        must = [p for p in given if known[p].default is inspect.Parameter.empty]
        base = {"phone_number": "y"} if "phone" in name and name.endswith("create") else {}
        for parameter in given or [""]:
            wire.sent.clear()
            words = dict.fromkeys(must, "y") | base
            values = words | ({parameter: sample(parameter)} if parameter else {})
            try:
                answer = act(**values)
                list(answer) if inspect.isgenerator(answer) else None
            except TwilioException:
                pass
            method, path, sent = wire.sent[-1]
            found += [(name, method, generic(path), wired) for wired in sent or [""]]
    return sorted(set(found))


def sample(parameter: str) -> Any:
    if (
        "date" in parameter
        or parameter.startswith(("start_time", "end_time"))
        or parameter == "send_at"
    ):
        from datetime import UTC, datetime

        return datetime(2026, 1, 1, tzinfo=UTC)
    return "y"


def generic(path: str) -> str:
    """/Calls/XXX/Events.json → /Calls/<>/Events.json."""
    return re.sub(r"[XY]{34}", "<>", path)


SPOKEN = {(method, re.sub(r"<\w+>", "<>", path)): spoken for (method, path), spoken in REST.items()}
SENT = parameters()


def test_the_library_s_requests_were_really_read() -> None:
    assert ("calls.create", "POST", "/Calls.json", "SendDigits") in SENT
    assert ("messages.list", "GET", "/Messages.json", "DateSent>") in SENT
    assert len(SENT) > 200


def test_each_route_has_its_line_in_the_table_and_each_line_its_route() -> None:
    assert {(method, path) for method, path, _view in ROUTES} == set(REST)


def test_each_request_and_parameter_of_the_library_has_a_fate() -> None:
    unknown = [
        (name, wired)
        for name, method, path, wired in SENT
        if (method, path) not in SPOKEN or (wired and SPOKEN[method, path].of(wired) is None)
    ]
    assert unknown == []


def test_a_parameter_that_is_done_is_read_somewhere() -> None:
    texts = " ".join(f.read_text() for f in (HERE.parent / "rest").glob("*.py"))
    composed = {"VoiceUrl"}  # fields of a number or an application: registry.py
    from carrier.line.registry import APPLICATION_FIELDS, NUMBER_FIELDS

    for field in (*NUMBER_FIELDS, *APPLICATION_FIELDS):
        composed.add("".join(part.capitalize() for part in field.split("_")))
    hooks = set(re.findall(r'hook\(\s*"(\w+)"', texts)) | {
        "AsyncAmdStatusCallback",
        "AmdStatusCallback",
    }
    composed |= {f"{name}{end}" for name in hooks for end in ("Method", "Event")}
    for (method, path), spoken in REST.items():
        for name, (fate, _why) in spoken.fields.items():
            bare = name.rstrip("<>")
            if fate is Fate.DONE and bare not in composed:
                assert f'"{bare}"' in texts, (method, path, name)


@pytest.mark.integration
def test_every_parameter_on_the_wire_does_what_the_table_says() -> None:
    line, strict = Line(strict=False), Line()
    try:
        for (method, path), spoken in REST.items():
            place = re.sub(r"<\w+>", "XX" + "0" * 32, path)
            for name, (fate, _why) in spoken.fields.items():
                told = {name: "y"}
                answer = ask(line, method, place, told)
                alerts = [
                    a for a in line.driver.line()["alerts"] if f"{name} is not done" in a["message"]
                ]
                line.carrier.exchange.board.alerts.clear()
                refused = f"{name} is not done" in answer.text
                assert (bool(alerts), refused) == (fate is Fate.ALERT, fate is Fate.REFUSED), (
                    path,
                    name,
                )
                answer = ask(strict, method, place, told)
                assert (f"{name} is not done" in answer.text) is (fate is not Fate.DONE), (
                    path,
                    name,
                )
    finally:
        line.close()
        strict.close()


def ask(line: Line, method: str, path: str, told: dict[str, str]) -> Any:
    given = {"query_string": told} if method == "GET" else {"data": told}
    client = line.flask.test_client()
    address = f"/carrier/2010-04-01/Accounts/{ACCOUNT}{path}"
    return client.open(address, method=method, auth=(ACCOUNT, TOKEN), **given)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/Accounts/{ACCOUNT}/Sandwiches.json"),
        ("POST", f"/Accounts/{ACCOUNT}/Calls/CA1/Payments.json"),
        ("DELETE", f"/Accounts/{ACCOUNT}/Calls.json"),
        ("GET", "/Nowhere"),
        ("GET", "/"),
    ],
)
def test_an_unknown_path_answers_as_the_provider_does(line: Line, method: str, path: str) -> None:
    client = line.flask.test_client()
    address = f"/carrier/2010-04-01{path}"
    answer = client.open(address, method=method, auth=(ACCOUNT, TOKEN))
    assert (answer.status_code, answer.json["code"], answer.json["status"]) == (404, 20404, 404)
    assert path in answer.json["message"]
    assert client.open(address, method=method).status_code == 401
