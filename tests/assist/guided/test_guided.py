"""A person follows the script on a phone: by the link and the code, in step with the agent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.assist import loader
from app.assist import service as scripts
from app.assist.guided import service
from app.assist.guided.models import GuidedPhone
from app.assist.guided.pictures import PARTS, PICTURES, picture
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.wiring import ports
from app.web import realtime
from tests.dossiers.build import create_contact, create_dossier, create_person


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr(realtime, "publish", lambda event, _p, *, room: seen.append(event))
    return seen


def row() -> GuidedPhone:
    db.session.expire_all()
    found = db.session.scalar(select(GuidedPhone).order_by(GuidedPhone.id.desc()).limit(1))
    assert found is not None
    return found


def ask(client: FlaskClient, page: str) -> tuple[int, str]:
    answer = client.get(page)
    return answer.status_code, re.sub(r"\s+", " ", answer.text)


def test_the_phone_follows_the_script_and_its_words_reach_the_agent(
    app: Flask, line: Any, client: FlaskClient, login: Any, told: list[str]
) -> None:
    desk = login("front", display_name="Camille Roux")
    person = create_person(
        "+33639980199", email="ana@tests.example", first_name="Ana", last_name="Prado"
    )
    dossier = create_dossier(person)
    contact = create_contact(person_id=person.id, dossier_id=dossier.id, agent_id=desk.agent.id)
    asked = {"contact": contact.id}
    assert "Guider sur son téléphone" in desk.get("/desk/guide", query_string=asked).text
    run_id = scripts.start_run(
        "S10", contact_id=contact.id, dossier_id=None, agent_id=desk.agent.id, now=clock.now()
    )
    strip = desk.post("/desk/guide/start", data={**asked, "way": "sms"}).text
    code = row().code
    assert f"{code[:2]} {code[2:]}" in strip
    ((number, text),) = ports().sms.sent  # type: ignore[attr-defined]
    token = re.search(r"/guide/([\w-]+)", text)[1]  # type: ignore[index]
    assert (number, code in text) == ("+33639980199", False)
    assert token not in row().token_hash

    # A scanner fetches: it sees the question, and nothing is opened.
    page = f"/guide/{token}"
    for _fetch in range(3):
        assert "Quel code" in client.get(page).text
    assert row().joined_at is None
    wrong = client.post(f"{page}/code", data={"code": f"{(int(code) + 1) % 10_000:04d}"})
    assert (wrong.status_code, "pas ce code" in wrong.text) == (422, True)
    assert client.post(f"{page}/code", data={"code": f" {code[:2]} {code[2:]}"}).status_code == 303
    status, shown = ask(client, page)
    assert status == 200
    assert "écrit sur votre écran" in shown
    assert "Camille vous suit" in shown
    for personal in ("Ana", "Prado", "ana@", dossier.reference, "Roux"):
        assert personal not in shown

    # In step: the agent moves on, the phone shows the next step; nothing new is 304.
    first = client.get(f"{page}?part")
    again = client.get(f"{page}?part", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    moves = scripts.store.run(run_id).moves
    said = {"run": run_id, "moves": moves}
    assert client.post(f"{page}/dit", data={**said, "word": "done"}).status_code == 303
    assert told.count("guided") == 3  # a wrong code, the right one, the word
    assert "C’est fait" in desk.get("/desk/guide", query_string=asked).text
    assert "La suite arrive" in ask(client, page)[1]
    step = {"moves": moves, "step": "voir", "choice": 0}
    desk.post(f"/assist/runs/{run_id}/answer", data=step)
    assert "Étape 2" in ask(client, page)[1]
    assert "son téléphone suit" in desk.get("/desk/guide", query_string=asked).text.lower()
    client.post(f"{page}/dit", data={**said, "word": "stuck"})  # of the step before: late
    assert "Ça ne marche pas »" not in desk.get("/desk/guide", query_string=asked).text

    # Another phone with the link and the code: reused. A new link: the old one is over.
    other = app.test_client()
    assert "autre téléphone" in other.get(page).text
    assert other.post(f"{page}/code", data={"code": code}).status_code == 422
    desk.post("/desk/guide/start", data={**asked, "way": "mail"})
    assert ask(client, page)[0] == 410
    desk.post("/desk/guide/stop", data=asked)
    assert service.of_contact(contact.id, clock.now()) is None


def test_forged_expired_and_guessed_pages_say_so(
    app: Flask, client: FlaskClient, login: Any
) -> None:
    agent, person = login("front").agent, create_person()
    contact = create_contact(person_id=person.id, agent_id=agent.id)
    assert client.get("/guide/" + "x" * 22).status_code == 404
    assert "n’existe pas" in client.get("/guide/nothing").text

    def made(ago: timedelta) -> str:
        with unit_of_work():
            _phone, token = service.create(
                contact.id, agent_id=agent.id, way="sms", language="fr", now=clock.now() - ago
            )
        return f"/guide/{token}"

    late = made(timedelta(hours=1))
    assert (client.get(late).status_code, "une heure" in client.get(late).text) == (410, True)
    page = made(timedelta())
    code = row().code
    for guess in range(service.TRIES):
        client.post(f"{page}/code", data={"code": f"{(int(code) + 1 + guess) % 10_000:04d}"})
    assert client.post(f"{page}/code", data={"code": code}).status_code == 403
    assert "Trop d’essais" in client.get(page).text
    assert "On continue" not in client.get(page).text
    service.forget(clock.now() + timedelta(days=3))
    assert client.get(page).status_code == 404


def test_after_a_transfer_the_phones_words_reach_who_follows_now(
    app: Flask, client: FlaskClient, login: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = login("front", display_name="Camille Roux"), login("back")
    dossier = create_dossier(create_person("+33639980198"))
    contact = create_contact(
        person_id=dossier.person_id, dossier_id=dossier.id, agent_id=first.agent.id
    )
    rooms: list[str] = []
    monkeypatch.setattr(realtime, "publish", lambda _e, _p, *, room: rooms.append(room))
    run_id = scripts.start_run(
        "S10", contact_id=contact.id, dossier_id=None, agent_id=first.agent.id, now=clock.now()
    )
    with unit_of_work():
        phone, token = service.create(
            contact.id, agent_id=first.agent.id, way="sms", language="fr", now=clock.now()
        )
        code = phone.code
    page = f"/guide/{token}"
    client.post(f"{page}/code", data={"code": code})
    contact.agent_id = second.agent.id  # transferred; the script goes on
    db.session.commit()
    rooms.clear()
    assert "Camille" not in client.get(page).text
    client.post(f"{page}/dit", data={"run": run_id, "moves": 1, "word": "done"})
    client.post(f"{page}/dit", data={"run": run_id, "moves": 0, "word": "stuck"})  # it slept
    assert rooms == [realtime.agent_room(second.agent.id)]
    assert row().word == "done"


def test_what_is_only_said_never_stands_on_the_phone() -> None:
    """A refusal, who hears, what the agent reads in the dossier: somebody may look over the shoulder."""
    shown = {
        (script.id, step.id): step
        for script in loader.library().values()
        if script.digital is not None and script.id not in service.PRIVATE
        for step in script.steps
        if not service.spoken(step)
    }
    for steps in (
        ("S13", "lire"),
        ("S13", "fait"),
        ("S13", "qui"),
        ("S08", "etape1"),
        ("S05", "compte"),
    ):
        assert steps not in shown
    for (script_id, step_id), step in shown.items():
        assert not {"identity", "heard"} & set(step.asks), (script_id, step_id)
        headline = step.headline.fr.lower()
        assert not headline.startswith(("d'après le dossier", "dans le dossier")), (
            script_id,
            step_id,
        )
        assert "rejeté" not in (step.say.fr if step.say else ""), (script_id, step_id)
    assert ("S10", "voir") in shown
    assert ("S01", "ouvrir") in shown


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_drawing_is_one_of_ours_or_none(said: str, screen: str) -> None:
    assert picture(said, screen) in (*PICTURES, "")


def test_the_scripts_of_the_path_have_their_drawings() -> None:
    found = {
        picture(
            " ".join(text.fr for text in (step.ask, step.say) if text),
            step.screen.fr if step.screen else "",
        )
        for script_id in ("S01", "S02", "S03", "S07", "S10")
        for step in loader.get(script_id).steps
    }
    assert set(PICTURES) == set(PARTS)
    assert set(PICTURES) <= found
