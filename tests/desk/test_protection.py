"""An agent who is insulted or threatened: a manager sees it, what the agent asks for, and decides what is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.alerts.models import Alert, AlertKind
from app.assist.models import ScriptRun
from app.dossiers.models import Annotation, Dossier, PriorityFlag
from app.foundation import clock
from app.foundation.extensions import db
from tests.calls.test_journey import connect
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person
from tests.switchboard import Caller

NUMBER = "+33639980101"


@pytest.fixture
def known(app: Any) -> Dossier:
    return create_dossier(create_person(NUMBER, last_name="Vasseur"))


@pytest.fixture
def talk(
    known: Dossier, caller: Callable[..., Caller], at_desk: Callable[..., StaffClient]
) -> tuple[Caller, StaffClient]:
    agent = at_desk(display_name="Nadia Ferhat")
    one = caller(NUMBER).dial()
    connect(agent, one)
    return one, agent


def the_alert() -> Alert:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Alert)).one()


def noted() -> list[str]:
    return list(db.session.scalars(select(Annotation.text)))


@pytest.mark.parametrize("note", [False, True])
def test_from_the_first_word_to_what_the_manager_decides(
    talk: tuple[Caller, StaffClient], login: Any, known: Dossier, note: bool
) -> None:
    one, agent = talk
    manager = login("manager", display_name="Isabelle Morel")
    panel = agent.post("/alerts/protection").text
    # The words, the end of the call, a pause; nothing is chosen for the agent.
    assert "je ne peux pas continuer si vous m’insultez" in panel
    assert 'data-act="hang-up"' in panel
    assert 'data-reason="pause"' in panel
    assert "checked" not in panel
    assert "data-danger" not in panel, "nobody on the line is in danger: the desk stays as it is"
    assert [run.script_id for run in db.session.scalars(select(ScriptRun))] == ["S39"]
    alert = the_alert()
    assert alert.kind is AlertKind.PROTECTION
    assert db.session.scalar(select(PriorityFlag)) is None, "never a mark"

    banner = manager.get("/alerts/banner").text
    assert "Agent insulté ou menacé" in banner
    assert "allez aux nouvelles" in banner
    wished = agent.post(f"/alerts/{alert.id}/wishes", data={"wish": ["colleague", "pause", "rien"]})
    assert wished.status_code == 204
    banner = manager.get("/alerts/banner").text
    assert "Une pause plus longue" in banner
    assert "Qu’un collègue prenne la suite" in banner
    assert "plainte</strong>" not in banner
    assert 'name="note" value="1"' in banner
    assert "checked" not in banner, "nothing is noted by default"

    one.end()
    path = f"/alerts/{alert.id}/close"
    assert manager.post(path, data={"outcome": "rescuers"}).status_code == 422
    manager.post(path, data={"outcome": "colleague", **({"note": "1"} if note else {})})
    assert the_alert().outcome == "colleague"
    day = f"{clock.local_day(alert.raised_at):%d/%m/%Y}"
    assert noted() == ([f"Échange du {day} interrompu par le service."] if note else [])
    acts = [
        row.act
        for row in db.session.scalars(
            select(JournalEntry).where(JournalEntry.subject == f"alert:{alert.id}")
        )
    ]
    assert acts == ["alert_raised", "alert_read", "alert_wishes", "alert_closed"]


def test_a_fact_is_noted_for_an_attack_alone_and_only_the_agent_says_what_helps(
    talk: tuple[Caller, StaffClient], login: Any, at_desk: Callable[..., StaffClient]
) -> None:
    _one, agent = talk
    agent.post("/alerts")
    alert = the_alert()
    refused = at_desk().post(f"/alerts/{alert.id}/wishes", data={"wish": "pause"})
    assert refused.status_code == 403
    login("manager").post(f"/alerts/{alert.id}/close", data={"outcome": "better", "note": "1"})
    assert noted() == []
