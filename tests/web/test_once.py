"""Twice is once: the same act asked twice, or four times at once, is done once and answered the same."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.accounts import passwords
from app.accounts.models import Agent, StaffSession
from app.assist.models import Mail, ScriptRun
from app.calls.callbacks import request_form
from app.dossiers import routes as dossiers_routes
from app.dossiers.models import Annotation, Person, PersonChange, PriorityFlag
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.operations import retention
from app.tickets import service as tickets
from app.tickets.models import CallBack, Message
from app.web import whose
from app.web.acts import once
from app.web.acts import store as stored
from app.web.acts.keys import FIELD, HEADER, new_key
from app.web.acts.models import Act
from tests.clients import StaffClient
from tests.every_act import Step, Values, build_story
from tests.switchboard import Caller
from tests.world import NAME, World, acts, ask, build

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
JSON = {"Accept": "application/json"}
# Of these the second request comes when nobody is signed in any more.
ENDS_THE_SESSION = {"accounts.sign_out", "account.sign_out_everywhere"}
# Who used it, and when: no act.
PASSING = {"acts", "staff_sessions"}


@pytest.fixture
def world(app: Flask, login: Callable[..., StaffClient], telephony: Any) -> World:
    """One agent in conversation."""
    return build(app, login, telephony)


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """All that is stored."""
    db.session.rollback()
    tables = sorted(set(db.metadata.tables) - PASSING)
    found = {t: list(map(tuple, db.session.execute(text(f"SELECT * FROM {t}")))) for t in tables}
    db.session.rollback()
    return {name: sorted(lines, key=repr) for name, lines in found.items()}


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def send(app: Flask, step: Step, known: Values, **headers: str) -> Any:
    """Ask for an act as its form, or the desk, would."""
    rule = next(r for r in app.url_map.iter_rules() if r.endpoint == step.endpoint)
    named = {name: known[name] for name in rule.arguments}
    address = app.url_map.bind("localhost").build(step.endpoint, named)
    values = step.values if step.alone else known
    if address.startswith("/desk/") or address == "/tickets/draft" or "/coach" in address:
        return step.client.post(address, json=values, headers={**JSON, **headers})
    if step.file:
        sound, sheet = (io.BytesIO(step.file) for _each in range(2))
        values = {**values, "sound": (sound, "a.wav"), "file": (sheet, "a.csv")}
    return step.client.post(address, data=values, headers={**JSON, **headers})


# --- every route ---------------------------------------------------------------------------------


def test_each_act_of_the_staff_asked_twice_is_done_once(
    app: Flask, world: World, login: Callable[..., StaffClient], telephony: Any, mail: Any
) -> None:
    def dial(number: str) -> Caller:
        return Caller(app.test_client(), telephony, number).dial()  # type: ignore[arg-type]

    walked = set()
    for step in build_story(world, login, dial).steps():
        known, key = {**world.values(), **step.values}, new_key()
        before = rows()
        first = send(app, step, known, **{HEADER: key})
        done = rows()
        assert first.status_code < 400, (step.endpoint, first.text)
        second = send(app, step, known, **{HEADER: key})
        assert rows() == done, step.endpoint
        walked.add(step.endpoint)
        declared = whose.about_of(app.view_functions[step.endpoint])
        if declared and declared.kind == whose.NOTHING:
            assert done == before, step.endpoint
            continue
        assert done != before, f"{step.endpoint} was to act: give it what it wants in every_act.py"
        if step.endpoint not in ENDS_THE_SESSION:
            assert second.headers.get(once.REPLAYED) == "true", step.endpoint
            assert (second.status_code, second.data) == (first.status_code, first.data)
            assert second.headers.get("Location") == first.headers.get("Location")
            assert second.headers.get("HX-Trigger") == first.headers.get("HX-Trigger")
    assert (
        len(mail.sent) == 5
    )  # the link from the dossier, a mail, the script's link, an account's, and that one again
    boss = login("admin")
    others = {endpoint for endpoint, *_rest in acts(app)} - walked
    for endpoint, method, _about, declared in acts(app):
        if endpoint in others and "admin" in declared.roles:  # new ones: at the least, never twice
            known, key = world.values(), new_key()
            first = ask(app, boss, endpoint, method, known, **{HEADER: key})
            done = rows()
            if first.status_code < 400:
                ask(app, boss, endpoint, method, known, **{HEADER: key})
                assert rows() == done, endpoint
    assert len(walked) > 60


def test_what_comes_without_a_key_is_refused_unless_it_says_why_not(
    app: Flask, world: World, login: Callable[..., StaffClient]
) -> None:
    people = {role: login(role) for role in ("front", "manager", "admin")}
    without, before = {}, rows()
    for endpoint, method, _about, declared in acts(app):
        client = next(people[role] for role in people if role in declared.roles)
        reason = once.why_repeatable(app.view_functions[endpoint])
        if reason:
            without[endpoint] = reason
            continue
        answer = ask(app, client, endpoint, method, world.values(), **{HEADER: ""})
        refused = answer.status_code == 422 and answer.get_json()["error"]["code"]
        assert refused == "act_key_missing", (endpoint, answer.text)
    assert rows() == before
    own = {name for name, why in without.items() if why not in once.BY_KIND.values()}
    assert own == {
        "passkeys.registration_options", "desk.presence", "tickets.draft", "messages.draft",
        "accounts.sign_out", "account.sign_out_everywhere",
    }  # fmt: skip


# --- four at once --------------------------------------------------------------------------------


def four_at_once(app: Flask, client: StaffClient, endpoint: str, values: Values) -> list[Any]:
    """The same request from four browsers of one person, started together."""
    key, clients = new_key(), []
    for _each in range(4):
        one: StaffClient = app.test_client()  # type: ignore[assignment]
        clients.append(one.sign_in(client.agent))
    return together(
        app, [partial(ask, app, one, endpoint, "POST", values, **{HEADER: key}) for one in clients]
    )


def together(app: Flask, presses: list[Callable[[], Any]]) -> list[Any]:
    """What each press was answered, all started at one instant in threads of their own."""
    ready, answers = threading.Barrier(len(presses)), []

    def run(press: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                ready.wait(20)
                answers.append(press())
            finally:
                db.session.remove()

    db.session.remove()
    threads = [threading.Thread(target=run, args=(press,)) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return answers


AT_ONCE: dict[str, tuple[Any, Values]] = {
    "dossiers.annotate": (Annotation, {"text": "Rappeler l'organisme"}),
    "dossiers.flag_priority": (PriorityFlag, {"kind": "priority", "due_on": "2031-01-02"}),
    "pane.create_person": (Person, {"email": ""}),
    "assist.start_run": (ScriptRun, {"script": "S03"}),
    "assist.act": (Mail, {"basis": "spoken"}),
    "callbacks.promise": (CallBack, {"seen": ""}),
    "correction.correct": (PersonChange, {}),
    "alerts.raise_alert": (ScriptRun, {}),
    "admin_accounts.add": (
        Agent,
        {
            "name": "Inès",
            "email": "i@p.example",
            "role": "front",
            "languages": "fr",
            "locale": "fr",
        },
    ),
}


@pytest.mark.parametrize("endpoint", AT_ONCE)
def test_four_at_once_are_one_act_and_one_answer(
    app: Flask, world: World, login: Callable[..., StaffClient], mail: Any, endpoint: str
) -> None:
    model, asked = AT_ONCE[endpoint]
    if endpoint == "assist.act":
        reach_the_button(app, world)
    if endpoint == "callbacks.promise":
        assert ask(app, world.holder, "callbacks.cancel", "POST", world.values()).status_code == 303
    if endpoint == "correction.correct":
        story = build_story(world, login, lambda _number: world.caller)
        wanted = (step for step in story.steps() if step.endpoint == endpoint)
        asked = next(wanted).values
    client = login("admin") if endpoint == "admin_accounts.add" else world.holder
    before = count(model)
    answers = four_at_once(app, client, endpoint, world.values() | asked)
    assert {answer.status_code for answer in answers} <= {200, 302, 303}, [a.text for a in answers]
    assert len({answer.data for answer in answers}) == 1
    assert len([a for a in answers if once.REPLAYED not in a.headers]) == 1
    assert count(model) == before + 1
    assert len(mail.sent) == (endpoint in ("assist.act", "admin_accounts.add"))


def reach_the_button(app: Flask, world: World) -> None:
    """Answer the script until its step sends the link."""
    while not world.values()["action"]:
        assert ask(app, world.holder, "assist.answer", "POST", world.values()).status_code == 200


def test_a_call_back_that_is_made_by_four_presses_rings_once(
    app: Flask, world: World, telephony: Any
) -> None:
    holder, ref = world.holder, world.call.ref
    holder.post(f"/desk/calls/{ref}/hang-up", json={})
    holder.post(f"/desk/calls/{ref}/wrap-up-done", json={})
    before = len(telephony.commands)
    answers = four_at_once(app, holder, "callbacks.call", world.values())
    assert [answer.status_code for answer in answers] == [200] * 4, [a.text for a in answers]
    rung = [c for c in telephony.commands[before:] if c[0] == "call_agent"]
    assert len(rung) == 1


@pytest.mark.parametrize("key", ["", "a-key-of-the-form-of-a-caller"])
def test_a_callers_form_that_is_pressed_four_times_is_one_request(
    app: Flask, world: World, key: str
) -> None:
    """With its key, or from an old page without one: the link serves once."""
    path = f"/demande/{request_form.token_for(world.call.ref, clock.now())}"
    asked, headers = {"message": "Rappelez-moi", "when": "soonest"}, {HEADER: key}
    clients = [app.test_client() for _each in range(4)]
    presses = [partial(one.post, path, data=asked, headers=headers) for one in clients]
    answers = together(app, presses)  # type: ignore[arg-type]
    assert [answer.status_code for answer in answers] == [303] * 4
    assert db.session.query(Message).filter_by(body="Rappelez-moi").count() == 1


# --- what a key is worth -------------------------------------------------------------------------


def annotate(client: StaffClient, world: World, key: str, note: str = "Une remarque") -> Any:
    path = f"/dossiers/{world.dossier.id}/annotations"
    return client.post(path, data={"text": note, FIELD: key}, headers={**JSON, HEADER: ""})


def test_the_field_of_a_form_and_the_header_are_one_key(world: World) -> None:
    key = new_key()
    assert annotate(world.holder, world, key).status_code == 200
    path = f"/dossiers/{world.dossier.id}/annotations"
    again = world.holder.post(path, data={"text": "Une remarque"}, headers={HEADER: key})
    assert again.headers[once.REPLAYED] == "true"
    assert count(Annotation) == 1


def test_other_words_or_another_person_are_another_act(
    world: World, login: Callable[..., StaffClient]
) -> None:
    key = new_key()
    for client, note in ((world.holder, "un"), (world.holder, "deux"), (login("back"), "un")):
        assert once.REPLAYED not in annotate(client, world, key, note).headers
    assert count(Annotation) == 3


def test_a_refused_act_leaves_its_key_free(app: Flask, world: World) -> None:
    key, ref = new_key(), world.call.ref
    values = world.values()
    busy = ask(app, world.holder, "callbacks.call", "POST", values, **{HEADER: key})
    assert busy.status_code == 409
    world.holder.post(f"/desk/calls/{ref}/hang-up", json={})
    world.holder.post(f"/desk/calls/{ref}/wrap-up-done", json={})
    assert (
        ask(app, world.holder, "callbacks.call", "POST", values, **{HEADER: key}).status_code == 200
    )


def test_an_act_that_broke_after_it_was_stored_is_not_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    with monkeypatch.context() as patch:
        patch.setattr(dossiers_routes, "_view", lambda _id: 1 / 0)
        assert annotate(world.holder, world, key).status_code == 500
    again = annotate(world.holder, world, key)
    assert (again.status_code, again.get_json()["error"]["code"]) == (409, "already_asked")
    assert count(Annotation) == 1
    assert annotate(world.holder, world, new_key()).status_code == 200


def test_a_process_that_died_after_it_acted_is_not_waited_for(world: World) -> None:
    key = new_key()
    annotate(world.holder, world, key)
    long_ago = clock.now() - timedelta(seconds=3 * once.WAIT_SECONDS)
    with unit_of_work():
        db.session.execute(text("UPDATE acts SET status = NULL, answer = NULL"))
        db.session.execute(db.update(Act).values(at=long_ago))
    assert annotate(world.holder, world, key).status_code == 409
    assert count(Annotation) == 1


def test_nothing_of_anybody_can_be_read_in_the_table_and_it_is_forgotten(world: World) -> None:
    key = new_key()
    assert NAME in annotate(world.holder, world, key).text
    (act,) = db.session.scalars(select(Act).where(Act.route == "dossiers.annotate"))
    assert act.who == f"agent:{world.holder.agent.id}"
    assert act.answer is not None
    said = repr((act.name, act.who, act.route, act.answer))
    for secret in (NAME, "Une remarque", key, "PF-SECRET-1"):
        assert secret not in said
    now = clock.now()
    stored.drop_old_answers(now=now + stored.ANSWER_KEPT - timedelta(seconds=5))
    assert annotate(world.holder, world, key).status_code == 200
    stored.drop_old_answers(now=now + stored.ANSWER_KEPT + timedelta(seconds=5))
    assert annotate(world.holder, world, key).status_code == 409
    assert count(Annotation) == 1
    retention.run(now=now + timedelta(hours=25), dry_run=False)
    assert count(Act) == 0


def test_who_signs_in_by_two_presses_has_one_session(app: Flask, world: World) -> None:
    hashed = passwords.hashed("une phrase assez longue")
    with unit_of_work():
        agent = db.session.get_one(Agent, world.holder.agent.id)
        agent.password_hash, email = hashed, agent.email
    client: StaffClient = app.test_client()  # type: ignore[assignment]
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["csrf_token"] = "token-of-the-tests"
    form = {"email": email, "password": "une phrase assez longue", FIELD: new_key()}
    headers = {"X-CSRFToken": world.holder.csrf, HEADER: ""}
    cookies = client.get_cookie("permanence")
    before, answers = count(StaffSession), []
    for _press in range(2):
        assert cookies is not None
        client.set_cookie("permanence", cookies.value)  # as two requests on the way together
        answers.append(client.post("/sign-in", data=form, headers=headers))
        assert client.get("/desk").status_code == 200
    assert [a.headers["Location"] for a in answers] == ["/desk", "/desk"]
    assert count(StaffSession) == before + 1


def test_every_form_that_acts_is_drawn_with_a_key() -> None:
    """``csrf_field()`` in a page, ``act_field()`` in a fragment; a search (hx-sync) does nothing."""
    without = []
    for template in sorted(TEMPLATES.rglob("*.html")):
        page = template.read_text(encoding="utf-8")
        for form in re.finditer(
            r"<form\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)</form>", page, re.DOTALL
        ):
            acting = 'method="post"' in form[1] or "hx-post" in form[1]
            if (
                acting
                and "hx-sync" not in form[1]
                and not re.search(r"(csrf|act)_field\(\)", form[2])
            ):
                without.append((template.name, form[1]))
    assert without == []


# --- a page without a key ------------------------------------------------------------------------


def test_a_pages_form_without_a_key_is_sent_anew_by_one_button(world: World) -> None:
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    asked = {"contact": str(world.contact.id), "day": tomorrow, "time": "10:07", "seen": "x<>"}
    page = world.holder.post("/callbacks", data=asked, headers={HEADER: "", "Accept": "text/html"})
    assert page.status_code == 422
    for name, value in asked.items():
        assert (
            f'name="{name}" value="{value.replace("<", "&lt;").replace(">", "&gt;")}"' in page.text
        )
    assert f'name="{FIELD}"' in page.text
    fragment = world.holder.post(
        "/callbacks", data=asked, headers={HEADER: "", "HX-Request": "true"}
    )
    assert "<form" not in fragment.text


def test_a_password_is_never_sent_back(world: World) -> None:
    form = {"password": "une phrase", "current": "une phrase", "wanted": "une phrase"}
    for path in ("/account/second-step/off", "/account/password"):
        page = world.holder.post(path, data=form, headers={HEADER: ""})
        assert page.status_code == 422
        assert "une phrase" not in page.text


# --- one transaction inside another ----------------------------------------------------------------


def test_a_person_who_cannot_be_joined_to_the_contact_is_not_left_behind(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_named: Any) -> None:
        raise InvalidInput("Ce dossier n'est pas celui de cette personne.")

    monkeypatch.setattr(tickets, "attach", refuse)
    before = rows()
    assert ask(app, world.holder, "pane.create_person", "POST", world.values()).status_code >= 400
    assert rows() == before
