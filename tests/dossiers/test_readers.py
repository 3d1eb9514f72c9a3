"""« Un collègue est aussi sur ce dossier » : while both look, and no longer; and who opened it is journaled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Connection, JournalEntry
from app.dossiers.readers import service
from app.dossiers.readers.models import DossierReader
from app.foundation import clock
from app.foundation.extensions import db
from tests.dossiers.build import create_dossier


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def told(page: Any) -> list[dict[str, int]]:
    return [each["args"][0] for each in page.get_received() if each["name"] == "readers"]


def test_a_colleague_is_seen_while_there_and_no_longer(login: Any, socket_client: Any) -> None:
    dossier, beside = create_dossier(), create_dossier()
    camille, bruno = login("front", display_name="Camille"), login("back", display_name="Bruno")
    mine, theirs = socket_client(camille), socket_client(bruno)
    at = f"/dossiers/{dossier.id}/readers"
    mine.emit("reading", {"dossiers": [dossier.id]})
    assert "Bruno" not in camille.get(at).text
    told(mine)
    theirs.emit("reading", {"dossiers": [dossier.id, beside.id, 2_000_000_000]})
    assert told(mine) == [{"dossier_id": dossier.id}, {"dossier_id": beside.id}]
    page = camille.get(at).text
    assert "Bruno est aussi sur ce dossier" in page
    assert "Camille" not in page
    theirs.emit("reading", {"dossiers": [beside.id]})
    assert told(mine) == [{"dossier_id": dossier.id}]
    assert "Bruno" not in camille.get(at).text
    theirs.disconnect()
    assert told(mine) == [{"dossier_id": beside.id}]
    assert db.session.scalar(select(func.count()).select_from(DossierReader)) == 1
    db.session.remove()
    with (
        service.unit_of_work()
    ):  # a process that died: its tabs are forgotten, and what they showed
        db.session.execute(Connection.__table__.delete())
    assert db.session.scalar(select(func.count()).select_from(DossierReader)) == 0


def test_whoever_opens_a_dossier_is_journaled_once_a_sitting(login: Any) -> None:
    dossier, client = create_dossier(), login("front")
    client.get(f"/dossiers/{dossier.id}")
    client.get(f"/dossiers/{dossier.id}")
    now = clock.now()
    service.note_read(dossier.id, agent_id=client.agent.id, now=now + timedelta(minutes=31))
    login("back").get(f"/dossiers/{dossier.id}")
    rows = db.session.execute(
        select(JournalEntry.act, JournalEntry.agent_id).where(
            JournalEntry.subject == f"dossier:{dossier.id}"
        )
    ).all()
    assert [act for act, _agent in rows] == ["read_dossier"] * 3
    assert [agent for _act, agent in rows][:2] == [client.agent.id] * 2
