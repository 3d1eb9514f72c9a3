"""« Détresse » : one act that really tells the managers, and stays until one of them closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts import service as accounts
from app.accounts.models import JournalEntry
from app.alerts import service
from app.alerts.models import Alert, AlertKind
from app.assist import acting, condition_facts
from app.assist import service as scripts
from app.assist import store as runs
from app.assist.acts import actions
from app.assist.models import ScriptRun
from app.dossiers.models import Dossier, PriorityFlag
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput
from app.foundation.extensions import db
from app.foundation.wiring import ports
from app.lines.models import Line
from tests.calls.test_journey import connect
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]
ADDRESS = "12 rue des Lilas, 59000 Lille"
NUMBER = "+33639980101"


@pytest.fixture
def known(app: Any) -> Dossier:
    return create_dossier(create_person(NUMBER, last_name="Vasseur", address=ADDRESS))


@pytest.fixture
def manager(login: Any) -> StaffClient:
    """A manager with a page open."""
    client: StaffClient = login("manager", display_name="Isabelle Morel")
    accounts.connected("tab-of-isabelle", client.agent.id, "tests", now=clock.now())
    return client


@pytest.fixture
def talk(known: Dossier, caller: Phone, at_desk: Desk) -> tuple[Caller, StaffClient]:
    agent = at_desk(display_name="Nadia Ferhat")
    one = caller(NUMBER).dial()
    connect(agent, one)
    return one, agent


Talk = tuple[Caller, StaffClient]


def alerts() -> list[Alert]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Alert).order_by(Alert.id)))


def test_it_reaches_the_managers_with_who_and_where(
    talk: Talk, manager: StaffClient, socket_client: Any
) -> None:
    """A manager's page hears of it; what it shows is the agent, the person, and where."""
    _one, agent = talk
    page, desk = socket_client(manager), socket_client(agent)
    answer = agent.post("/alerts")
    assert answer.status_code == 200
    assert "Alerte affichée chez Isabelle Morel" in answer.text
    assert ADDRESS in answer.text
    assert "à vérifier avec la personne" in answer.text
    for connection in (page, desk):
        told = [m["args"][0] for m in connection.get_received() if m["name"] == "alerts"]
        assert {"id": alerts()[0].id, "what": "raised"} in told
        assert "Vasseur" not in str(told)
    for path in ("/alerts/banner", "/alerts"):
        shown = manager.get(path).text
        assert "Nadia Ferhat" in shown
        assert "Vasseur" in shown
        assert ADDRESS in shown
        assert "06 39 98 01 01" in shown


def test_the_script_of_distress_starts_beside_it_once(talk: Talk) -> None:
    _one, agent = talk
    for _ in range(3):
        assert agent.post("/alerts").status_code == 200
    assert len(alerts()) == 1
    runs = db.session.scalars(select(ScriptRun).where(ScriptRun.script_id == "S31")).all()
    assert len(runs) == 1


def test_without_a_manager_it_says_so_and_whom_to_call(talk: Talk, line: Line) -> None:
    _one, agent = talk
    with unit_of_work():
        db.session.get_one(Line, line.id).rules = {"on_call": "Élise Roux, 06 39 98 01 99"}
    said = agent.post("/alerts").text
    assert "Personne de l’encadrement n’est connecté" in said
    assert "Élise Roux, 06 39 98 01 99" in said
    assert "Alerte affichée chez" not in said


def test_a_manager_alone_who_raises_it_reached_nobody(
    manager: StaffClient, login: Any, line: Line
) -> None:
    """Her own page does not count, however many she has; another manager's does."""
    accounts.connected("her-second-tab", manager.agent.id, "tests", now=clock.now())
    with unit_of_work():
        db.session.get_one(Line, line.id).rules = {"on_call": "Élise Roux, 06 39 98 01 99"}
    said = manager.post("/alerts").text
    assert "Personne de l’encadrement n’est connecté" in said
    assert "Élise Roux, 06 39 98 01 99" in said
    assert "Alerte affichée chez" not in said
    other = login("manager", display_name="Paul Vidal")
    accounts.connected("tab-of-paul", other.agent.id, "tests", now=clock.now())
    assert "Alerte affichée chez Paul Vidal" in manager.get("/alerts/mine").text
    assert "Isabelle Morel" not in manager.get("/alerts/mine").text


def test_a_script_alerts_another_manager_than_the_one_who_asks(
    talk: Talk, manager: StaffClient
) -> None:
    one, agent = talk
    contact_id = one.call.contact_id
    run_id = scripts.start_run(
        "S31", contact_id=contact_id, dossier_id=None, agent_id=agent.agent.id, now=clock.now()
    )
    by_agent = condition_facts.of(runs.run(run_id), agent.agent.id)
    by_herself = condition_facts.of(runs.run(run_id), manager.agent.id)
    assert (by_agent.managers, by_herself.managers) == (True, False)
    mine = acting.Actor(run_id, manager.agent.id, "secours", None, clock.now())
    with pytest.raises(InvalidInput, match="personne d'autre que vous"):
        actions.perform("alert_manager", mine, ports(), "")


def test_a_manager_who_signs_in_later_sees_it_and_the_agent_is_told(
    talk: Talk, login: Any, socket_client: Any
) -> None:
    _one, agent = talk
    agent.post("/alerts")
    desk = socket_client(agent)
    late = login("manager", display_name="Paul Vidal")
    assert "Vasseur" in late.get("/alerts/banner").text
    socket_client(late)
    told = [m["args"][0]["what"] for m in desk.get_received() if m["name"] == "alerts"]
    assert told == ["reached"]
    assert "Alerte affichée chez Paul Vidal" in agent.get("/alerts/mine").text


def test_who_takes_it_is_shown_to_the_agent_and_a_second_manager_is_told(
    talk: Talk, manager: StaffClient, login: Any
) -> None:
    _one, agent = talk
    agent.post("/alerts")
    at = f"/alerts/{alerts()[0].id}"
    assert manager.post(f"{at}/take", headers={"HX-Request": "true"}).status_code == 200
    assert "Isabelle Morel s’en occupe depuis" in agent.get("/alerts/mine").text
    other = login("manager")
    refused = other.post(f"{at}/take", headers={"Accept": "application/json"})
    assert refused.status_code == 409
    assert "Isabelle Morel s'en occupe déjà" in refused.json["error"]["message"]
    assert manager.post(f"{at}/take").status_code == 302  # twice is once


def test_it_outlives_the_call_and_ends_with_an_outcome(talk: Talk, manager: StaffClient) -> None:
    one, agent = talk
    agent.post("/alerts")
    one.end()
    at = f"/alerts/{alerts()[0].id}"
    assert "appel terminé" in manager.get("/alerts/banner").text
    refused = manager.post(f"{at}/close", headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert alerts()[0].closed_at is None
    answer = manager.post(f"{at}/close", data={"outcome": "handed_over"})
    assert answer.status_code == 302
    assert "Isabelle Morel a clos l’alerte" in agent.get("/alerts/mine").text
    assert "a pris le relais" in agent.get("/alerts/mine").text
    assert manager.get("/alerts/banner").text.strip() == ""
    assert "Vasseur" in manager.get("/alerts").text, "the list remembers how it ended"


def test_the_dossier_says_danger_before_any_guess_until_it_is_closed(
    talk: Talk, manager: StaffClient, known: Dossier
) -> None:
    _one, agent = talk
    before = agent.get(f"/dossiers/{known.id}").text
    assert "S31" not in before
    agent.post("/alerts")
    pane = agent.get(f"/dossiers/{known.id}").text
    assert 'data-trouble="distress"' in pane
    manager.post(f"/alerts/{alerts()[0].id}/close", data={"outcome": "better"})
    assert 'data-trouble="distress"' not in agent.get(f"/dossiers/{known.id}").text


def test_it_follows_the_person_who_is_found_out_later(
    talk: Talk, manager: StaffClient, known: Dossier
) -> None:
    one, agent = talk
    contact = str(one.call.contact_id)
    agent.post("/dossiers/detach", data={"contact": contact})
    agent.post("/alerts")
    assert "Personne pas encore identifiée" in manager.get("/alerts/banner").text
    person = str(known.person_id)
    agent.post("/dossiers/attach", data={"contact": contact, "person": person})
    assert ADDRESS in manager.get("/alerts/banner").text
    flags = db.session.scalars(select(PriorityFlag.kind)).all()
    assert [flag.value for flag in flags] == ["distress"]
    agent.post("/dossiers/detach", data={"contact": contact})
    assert ADDRESS not in manager.get("/alerts/banner").text
    assert db.session.scalar(select(PriorityFlag).where(PriorityFlag.done_at.is_(None))) is None


def test_where_the_person_is_now_reaches_the_managers(talk: Talk, manager: StaffClient) -> None:
    _one, agent = talk
    agent.post("/alerts")
    at = f"/alerts/{alerts()[0].id}/place"
    assert agent.post(at, data={"place": "Gare de Lille, quai 3\x00"}).status_code == 204
    assert "Gare de Lille, quai 3" in manager.get("/alerts/banner").text
    too_long = agent.post(at, data={"place": "x" * 301}, headers={"Accept": "application/json"})
    assert too_long.status_code == 422
    assert "<b>" not in manager.get("/alerts/banner").text


def test_what_is_typed_of_the_place_is_escaped(talk: Talk, manager: StaffClient) -> None:
    _one, agent = talk
    agent.post("/alerts")
    agent.post(f"/alerts/{alerts()[0].id}/place", data={"place": "<b>chez moi</b>"})
    assert "&lt;b&gt;chez moi" in manager.get("/alerts/banner").text


def test_an_administrator_sees_that_there_is_one_and_not_who(talk: Talk, login: Any) -> None:
    _one, agent = talk
    agent.post("/alerts")
    shown = login("admin").get("/alerts/banner").text
    assert "Nadia Ferhat" in shown
    assert "Votre rôle ne voit pas" in shown
    for secret in ("Vasseur", ADDRESS, "06 39 98"):
        assert secret not in shown


def test_a_mistake_is_said_and_still_closed_by_a_manager(talk: Talk, manager: StaffClient) -> None:
    _one, agent = talk
    agent.post("/alerts")
    at = f"/alerts/{alerts()[0].id}"
    assert agent.post(f"{at}/mistaken").status_code == 200
    assert "par erreur" in manager.get("/alerts/banner").text
    assert alerts()[0].closed_at is None
    manager.post(f"{at}/close", data={"outcome": "mistake"})
    assert alerts()[0].closed_at is not None


def test_an_older_alert_that_is_still_open_is_not_forgotten(
    known: Dossier, at_desk: Desk, manager: StaffClient
) -> None:
    agent = at_desk()
    agent.post("/alerts", data={"dossier": str(known.id)})
    agent.post("/alerts")
    first = alerts()[0].id
    assert "est encore ouverte" in agent.get("/alerts/mine").text
    manager.post(f"/alerts/{first}/close", data={"outcome": "no_danger"})
    assert "est encore ouverte" not in agent.get("/alerts/mine").text


def test_the_status_on_screen_is_that_of_the_alert_on_screen(
    known: Dossier, at_desk: Desk, manager: StaffClient
) -> None:
    """An older one that is still open must not lend its status to the one that has just been closed."""
    agent = at_desk()
    agent.post("/alerts", data={"dossier": str(known.id)})
    agent.post("/alerts")
    older, shown = (alert.id for alert in alerts())
    manager.post(f"/alerts/{shown}/close", data={"outcome": "better"})
    assert f'data-alert="{older}"' in agent.get("/alerts/mine").text
    read_again = agent.get(f"/alerts/mine?alert={shown}").text
    assert f'data-alert="{shown}"' in read_again
    assert "a clos l’alerte" in read_again
    assert "est encore ouverte" in read_again


def test_somebody_elses_alert_cannot_be_changed(talk: Talk, at_desk: Desk) -> None:
    _one, agent = talk
    agent.post("/alerts")
    other = at_desk()
    for act, form in (("place", {"place": "ailleurs"}), ("mistaken", {})):
        answer = other.post(f"/alerts/{alerts()[0].id}/{act}", data=form)
        assert answer.status_code == 403
    assert alerts()[0].place == ""
    assert alerts()[0].mistaken_at is None


def test_with_nobody_on_the_line_it_is_about_a_dossier_or_the_agent(
    known: Dossier, at_desk: Desk, manager: StaffClient
) -> None:
    agent = at_desk()
    assert agent.post("/alerts", data={"dossier": str(known.id)}).status_code == 200
    assert ADDRESS in manager.get("/alerts/banner").text
    assert agent.post("/alerts").status_code == 200
    assert [alert.about for alert in alerts()] == [
        f"dossier:{known.id}",
        f"agent:{agent.agent.id}",
    ]


def test_a_scripts_button_raises_it_too(talk: Talk, manager: StaffClient) -> None:
    """« Prévenir l'encadrement » of a script is the same act: distress in S31, help elsewhere."""
    one, agent = talk
    contact = str(one.call.contact_id)
    agent.post("/assist/runs", data={"contact": contact, "script": "S31"})
    run = db.session.scalars(select(ScriptRun)).one()
    for choice in (0, 0, 0):  # can speak, thinks of dying, immediate danger: « secours » alerts
        step = agent.get(f"/assist/pane?contact={contact}").text
        form = {"moves": run.moves, "step": _step_of(step), "choice": choice}
        agent.post(f"/assist/runs/{run.id}/answer", data=form)
        db.session.refresh(run)
    pane = agent.post(f"/assist/runs/{run.id}/action", data={"action": "alert_manager"}).text
    assert "L’encadrement voit l’alerte" in pane
    assert [alert.kind for alert in alerts()] == [AlertKind.DISTRESS]
    assert "Nadia Ferhat" in manager.get("/alerts/banner").text


def _step_of(pane: str) -> str:
    return pane.split('name="step" value="')[1].split('"')[0]


def test_the_journal_says_who_did_what_and_nothing_of_the_person(
    talk: Talk, manager: StaffClient
) -> None:
    _one, agent = talk
    agent.post("/alerts")
    alert_id = alerts()[0].id
    agent.post(f"/alerts/{alert_id}/place", data={"place": "chez sa sœur"})
    for _ in range(3):
        manager.get("/alerts/banner")
    manager.post(f"/alerts/{alert_id}/take")
    manager.post(f"/alerts/{alert_id}/close", data={"outcome": "rescuers"})
    db.session.rollback()
    rows = db.session.scalars(
        select(JournalEntry).where(JournalEntry.subject == f"alert:{alert_id}")
    ).all()
    acts = [(row.act, row.agent_id) for row in rows]
    me, her = agent.agent.id, manager.agent.id
    assert acts == [
        ("alert_raised", me), ("alert_place", me), ("alert_read", her), ("alert_taken", her),
        ("alert_closed", her),
    ]  # fmt: skip
    assert "sœur" not in str([row.detail for row in rows])


def test_two_at_once_are_one(app: Any, create_agent: Any) -> None:
    agent = create_agent()
    now = clock.now()
    first = service.raise_alert(AlertKind.DISTRESS, agent_id=agent.id, now=now)
    assert service.raise_alert(AlertKind.DISTRESS, agent_id=agent.id, now=now) == first
    other = service.raise_alert(AlertKind.SUPPORT, agent_id=agent.id, now=now)
    assert other != first
    service.close(first, "no_danger", by=agent.id, now=now)
    with pytest.raises(Conflict):
        service.close(first, "no_danger", by=agent.id, now=now)
    with pytest.raises(Conflict):
        service.place(first, "ici", agent_id=agent.id, now=now)
    with pytest.raises(InvalidInput):
        service.close(other, "rescuers", by=agent.id, now=now)
    with pytest.raises(Forbidden):
        service.place(other, "ici", agent_id=agent.id + 1, now=now)
    assert service.raise_alert(AlertKind.DISTRESS, agent_id=agent.id, now=now) != first


# --- emergency numbers from the desk -------------------------------------------------------------


def reaches(line: Line, *numbers: str) -> None:
    with unit_of_work():
        db.session.get_one(Line, line.id).rules = {"short_numbers": list(numbers)}


def test_an_emergency_number_is_called_without_holding_the_person(
    talk: Talk, line: Line, telephony: FakeTelephony
) -> None:
    one, agent = talk
    reaches(line, "3114")
    holds = len(telephony.named("hold"))
    path = f"/desk/calls/{one.call.ref}/consult"
    answer = agent.post(path, json={"short": "3114", "together": True})
    assert answer.status_code == 200, answer.text
    assert telephony.named("call_number")[-1][0] == "+333114"
    assert len(telephony.named("hold")) == holds, "nobody in distress is left with music"
    assert one.call.held_since is None
    assert answer.json["desk"]["call"]["party"]["name"].startswith("3114")


@pytest.mark.parametrize("body", [{"short": "15"}, {"number": "15"}, {"number": "+33 15"}])
@pytest.mark.parametrize("act", ["consult", "transfer"])
def test_what_the_line_cannot_call_is_refused_with_what_to_do(
    talk: Talk, line: Line, telephony: FakeTelephony, act: str, body: dict[str, str]
) -> None:
    one, agent = talk
    reaches(line, "3114")
    answer = agent.post(f"/desk/calls/{one.call.ref}/{act}", json=body)
    assert answer.status_code == 422
    assert "15 est impossible à appeler depuis cette ligne" in answer.json["error"]["message"]
    assert "sur votre téléphone" in answer.json["error"]["todo"]
    assert telephony.named("call_number") == []
    assert (one.call.state, one.call.party_id, one.call.held_since) == ("talking", None, None)


@pytest.mark.parametrize("body", [{"short": "114"}, {"short": "3949"}, {"number": "3949"}])
def test_what_is_written_to_or_unknown_is_never_called(
    talk: Talk, line: Line, telephony: FakeTelephony, body: dict[str, str]
) -> None:
    one, agent = talk
    reaches(line, "15", "114", "3114", "3949")
    answer = agent.post(f"/desk/calls/{one.call.ref}/consult", json=body)
    assert answer.status_code == 422
    assert telephony.named("call_number") == []


def test_from_an_idle_desk_too(at_desk: Desk, line: Line, telephony: FakeTelephony) -> None:
    agent = at_desk()
    reaches(line)
    refused = agent.post("/desk/dial", json={"short": "15"})
    assert refused.status_code == 422
    reaches(line, "15")
    assert agent.post("/desk/dial", json={"short": "15"}).status_code == 200


def test_the_panel_says_what_this_line_cannot_do(talk: Talk, line: Line) -> None:
    _one, agent = talk
    reaches(line)
    panel = agent.post("/alerts").text
    assert "Impossible depuis cette ligne : composez le numéro sur votre téléphone" in panel
    assert "data-short" not in panel
    assert "3114" in panel
    reaches(line, "3114")
    panel = agent.get("/alerts/mine").text
    assert 'data-short="3114"' in panel
    assert 'data-short="15"' not in panel
    assert panel.count("impossible depuis cette ligne") >= 5


def test_the_transfer_panel_says_the_same(talk: Talk, line: Line) -> None:
    _one, agent = talk
    reaches(line, "3114")
    found = {
        each["short"]: each["reachable"] for each in agent.get("/desk/directory").json["emergency"]
    }
    assert found["3114"] is True
    assert found["15"] is False
    assert found["114"] is False
