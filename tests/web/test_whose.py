"""Objects, not only roles: each role × each route × what is not theirs, on both databases.

A world is built in which one agent talks with a person: a contact, a call, a script, a promise. Then
everybody else tries every route that changes something, naming those objects. Who may not, changes
nothing; who may (a manager), is told of at the holder's desk.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import select, text

from app.accounts import service as accounts
from app.assist import service as scripts
from app.assist import store as assist
from app.calls.call import service
from app.calls.call.life.record import State
from app.calls.call.models import Call
from app.desk import live
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.tickets.models import CallBack, Contact
from app.web import access, whose
from tests.clients import StaffClient
from tests.switchboard import Caller
from tests.world import MAIL, NAME, NUMBER, World, acts, ask, build

WATCHED = (
    "contacts", "script_runs", "script_run_steps", "script_acts", "callbacks", "calls",
    "call_events", "call_parties", "portal_links", "mails", "person_changes", "alerts",
    "works", "holdings", "threads", "messages", "promises", "owed_steps", "consultations",
)  # fmt: skip


@pytest.fixture
def world(app: Flask, login: Callable[..., StaffClient], telephony: Any) -> World:
    """One agent in conversation."""
    return build(app, login, telephony)


@pytest.fixture
def tab_of(socket_client: Callable[..., Any]) -> Callable[[StaffClient], Any]:
    """A live tab of somebody (the test's own context would remember the one before)."""

    def connect(client: StaffClient) -> Any:
        g.pop("_login_user", None)
        tab = socket_client(client)
        tab.get_received()
        return tab

    return connect


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of what belongs to contacts."""
    db.session.rollback()
    rows = {
        table: [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
        for table in WATCHED
    }
    db.session.rollback()
    return rows


def test_every_route_that_acts_says_on_what(app: Flask) -> None:
    assert whose.undeclared(app) == []


def test_every_kind_of_object_has_a_check(app: Flask) -> None:
    kinds = {found.kind for _endpoint, _method, found, _access in acts(app)}
    assert kinds - set(whose.UNCHECKED) == set(app.extensions[whose.KEY])


@pytest.mark.parametrize("role", ["front", "back"])
def test_nobody_changes_what_another_agent_holds(
    app: Flask, world: World, login: Callable[..., StaffClient], role: str
) -> None:
    stranger = login(role, state="away")
    before, values = snapshot(), world.values()
    tried = 0
    for endpoint, method, found, declared in acts(app):
        if role not in declared.roles or found.kind in (whose.OWN, whose.TEAM, whose.NOTHING):
            continue
        answer = ask(app, stranger, endpoint, method, values)
        judged_before = found.kind not in whose.UNCHECKED
        if judged_before:
            assert answer.status_code == 403, (endpoint, answer.status_code, answer.text)
            assert "Nadia Holder" in answer.text or "quelqu'un d'autre" in answer.text, endpoint
        assert answer.status_code < 500, endpoint
        assert snapshot() == before, endpoint
        tried += 1
    assert tried > 20


# Posted so that no address holds what is looked for; administrators find scripts and places there, and no person
# (tests/desk/test_search_routes.py).
ONLY_ASKS = "search.find"


def test_administrators_touch_no_contact(
    app: Flask, world: World, login: Callable[..., StaffClient]
) -> None:
    admin = login("admin")
    before, values = snapshot(), world.values()
    for endpoint, method, found, _declared in acts(app):
        if found.kind in (whose.OWN, whose.LINE) or endpoint == ONLY_ASKS:
            continue
        answer = ask(app, admin, endpoint, method, values)
        assert answer.status_code == 403, endpoint
    assert snapshot() == before


@pytest.mark.parametrize(
    ("endpoint", "word"),
    [("pane.attach", "person"), ("pane.detach", "person"), ("pane.create_person", "person"),
     ("assist.start_run", "script"), ("assist.answer", "script"), ("assist.finish", "script"),
     ("tickets.qualify", "reason"), ("callbacks.cancel", "callback")],
)  # fmt: skip
def test_what_a_manager_changes_is_told_at_the_holders_desk(
    app: Flask,
    world: World,
    login: Callable[..., StaffClient],
    tab_of: Callable[[StaffClient], Any],
    endpoint: str,
    word: str,
) -> None:
    manager = login("manager", display_name="Isabelle")
    desk, elsewhere = tab_of(world.holder), tab_of(login("front"))
    before = snapshot()
    answer = ask(app, manager, endpoint, "POST", world.values())
    assert answer.status_code < 400, answer.text
    assert snapshot() != before
    told = [m["args"][0] for m in desk.get_received() if m["name"] == "contact"]
    assert told == [{"contact_id": world.contact.id, "what": word, "by": "Isabelle"}]
    assert not [m for m in elsewhere.get_received() if m["name"] == "contact"]


def test_the_holders_own_acts_are_told_to_nobody_and_allowed(
    app: Flask, world: World, tab_of: Callable[[StaffClient], Any]
) -> None:
    desk = tab_of(world.holder)
    for endpoint in ("assist.answer", "tickets.qualify", "pane.attach", "pane.detach"):
        answer = ask(app, world.holder, endpoint, "POST", world.values())
        assert answer.status_code == 200, (endpoint, answer.text)
    assert not [m for m in desk.get_received() if m["name"] == "contact"]


def test_a_colleague_acts_once_joined_and_reads_before(
    app: Flask, world: World, login: Callable[..., StaffClient]
) -> None:
    colleague = login("back", state="available")
    accounts.connected("tab-colleague", colleague.agent.id, "tests", now=clock.now())
    ref, values = world.call.ref, world.values()
    asked = world.holder.post(f"/desk/calls/{ref}/consult", json={"agent_id": colleague.agent.id})
    assert asked.status_code == 200, asked.text
    assert ask(app, colleague, "pane.attach", "POST", values).status_code == 403
    page = colleague.get(f"/dossiers/caller?contact={world.contact.id}").text
    assert "Vous lisez" in page
    assert "/dossiers/detach" not in page
    assert "Vous lisez" in colleague.get(f"/assist/pane?contact={world.contact.id}").text
    assert colleague.post(f"/desk/calls/{ref}/consultation/accept", json={}).status_code == 200
    assert ask(app, colleague, "pane.attach", "POST", values).status_code == 200
    assert ask(app, colleague, "tickets.qualify", "POST", values).status_code == 403
    assert "/dossiers/detach" in colleague.get(f"/dossiers/caller?contact={world.contact.id}").text


def test_what_nobody_holds_is_taken_by_whoever_is_on_duty(
    app: Flask, world: World, login: Callable[..., StaffClient]
) -> None:
    with unit_of_work():
        free = db.session.get_one(Contact, world.contact.id)
        call = db.session.scalars(select(Call)).one()
        call.state, call.outcome, call.agent_id = State.ENDED, "abandoned", None
        free.agent_id = None
    for role in ("front", "back"):
        client = login(role)
        assert ask(app, client, "pane.attach", "POST", world.values()).status_code == 200, role


def test_a_call_that_waits_is_nobodys_to_take_by_a_form(
    app: Flask, world: World, login: Callable[..., StaffClient], telephony: Any
) -> None:
    waiting = Caller(app.test_client(), telephony, "+33639980155").dial()  # type: ignore[arg-type]
    values = world.values() | {"contact": waiting.call.contact_id}
    before = snapshot()
    for endpoint in ("pane.attach", "tickets.qualify", "assist.start_run", "tickets.draft"):
        answer = ask(app, login("front"), endpoint, "POST", values)
        assert answer.status_code in (200, 403), endpoint  # a draft is left out in silence
    assert snapshot() == before


def test_a_promise_is_anybodys_once_its_hour_has_come(
    app: Flask, world: World, login: Callable[..., StaffClient]
) -> None:
    stranger = login("front", state="away")
    path = f"/desk/callbacks/{world.callback.id}/call"
    assert stranger.post(path, json={}).status_code == 403
    with unit_of_work():
        db.session.get_one(CallBack, world.callback.id).due_at = clock.now() - timedelta(minutes=1)
    service.hang_up(world.call.ref, world.holder.agent.id, now=clock.now())
    assert stranger.post(path, json={}).status_code == 200


def test_a_script_on_a_dossier_alone_is_its_agents(
    app: Flask, world: World, login: Callable[..., StaffClient]
) -> None:
    mine, other = login("front"), login("back")
    run_id = scripts.start_run(
        "S02", contact_id=None, dossier_id=world.dossier.id, agent_id=mine.agent.id, now=clock.now()
    )
    data = {"moves": 0, "step": "date", "choice": 0}
    assert other.post(f"/assist/runs/{run_id}/answer", data=data).status_code == 403
    started = other.post("/assist/runs", data={"script": "S03", "dossier": world.dossier.id})
    assert started.status_code == 200
    assert assist.run(run_id).ended_at is None  # another's script on the same dossier ends nothing
    assert mine.post(f"/assist/runs/{run_id}/answer", data=data).status_code == 200


# --- administrators who may not read dossiers ---------------------------------------------------


def test_administrators_read_no_persons_trouble_anywhere(
    app: Flask, world: World, login: Callable[..., StaffClient], mail: Any
) -> None:
    world.holder.post(f"/assist/runs/{world.run_id}/action", data={"action": "resend_link"})
    admin, values = login("admin"), world.values()
    read = 0
    for rule in app.url_map.iter_rules():
        declared = access.access_of(app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or declared is None or declared.signed:
            continue
        if declared.public:
            continue
        named = {n: values.get(n, _some(rule, n)) for n in rule.arguments}
        address = app.url_map.bind("localhost").build(rule.endpoint, named)
        answer = admin.get(f"{address}?contact={world.contact.id}&dossier={world.dossier.id}")
        assert answer.status_code < 500, address
        page = answer.get_data(as_text=True) if answer.mimetype != "application/pdf" else ""
        for secret in (NAME, MAIL, "PF-SECRET-1", "39980101", "39 98 01 01", "Le lien envoyé"):
            assert secret not in page, (address, secret)
        read += answer.status_code == 200
    assert read > 10


def _some(rule: Any, name: str) -> Any:
    converter = rule._converters[name]
    if type(converter).__name__ == "IntegerConverter":
        return 1
    return min(getattr(converter, "items", ["2021-06-22"]))


def test_administrators_hear_no_name_on_their_socket(
    app: Flask,
    world: World,
    login: Callable[..., StaffClient],
    tab_of: Callable[[StaffClient], Any],
) -> None:
    tab, stranger = tab_of(login("admin")), tab_of(login("front"))
    live.tell_desks([world.holder.agent.id])
    live.tell_line()
    for endpoint in ("assist.answer", "tickets.qualify", "pane.detach"):
        ask(app, world.holder, endpoint, "POST", world.values())
    path = f"/dossiers/persons/{world.dossier.person_id}/correction"
    world.holder.post(path, data={"email": "a@b.fr", "seen": "", "read": ""})
    heard = str(tab.get_received()) + str(stranger.get_received())
    for secret in (NAME, "Zoé", MAIL, "PF-SECRET-1", NUMBER, "39 98 01 01", "Le lien envoyé"):
        assert secret not in heard
