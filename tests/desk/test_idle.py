"""The idle desk: what is promised (the late first), what waits for an answer, whom one spoke with last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets.callbacks import Wish, ask
from app.tickets.models import CallBackSource
from tests.dossiers.build import create_contact, create_dossier, create_person


def promise(line: Line, number: str, minutes: int, agent_id: int | None = None) -> int:
    """A call-back due in so many minutes (negative: it is late)."""
    now = clock.now()
    person = create_person(number, last_name=f"Nom{number[-2:]}")
    contact = create_contact(number, person_id=person.id)
    contact.note = "A-t-elle retrouvé son message ?"
    db.session.commit()
    with unit_of_work():
        return ask(
            Wish(number, line.id, CallBackSource.AGENT, now, now + timedelta(minutes=minutes),
                 contact_id=contact.id, agent_id=agent_id, chosen=True)
        ).callback.id  # fmt: skip


def test_nothing_waits(login: Any, line: Line) -> None:
    page = login("front").get("/desk/idle").text
    assert "Rien ne vous attend." in page
    assert "Relire les scripts" in page


def test_the_late_come_first_with_their_key(login: Any, line: Line) -> None:
    agent = login("front")
    promise(line, "+33639980111", 2, agent.agent.id)
    late = promise(line, "+33639980112", -30, agent.agent.id)
    promise(line, "+33639980113", -40, login("front").agent.id)  # a colleague's
    page = agent.get("/desk/idle").text
    assert "Un engagement en retard, un autre pour aujourd’hui." in page
    assert page.index("Nom12") < page.index("Nom11")
    assert "Nom13" not in page
    assert f"{{&#34;callback_id&#34;: {late}}}" in page or f'"callback_id": {late}' in page
    assert page.index('data-key="1"') < page.index("Nom11")
    assert "A-t-elle retrouvé" in page


def test_the_last_contacts_open_their_dossier_or_their_reason(login: Any, line: Line) -> None:
    agent = login("front")
    person = create_person("+33639980114", last_name="Fontaine")
    dossier = create_dossier(person)
    done = create_contact("+33639980114", person_id=person.id, dossier_id=dossier.id)
    left = create_contact("+33639980115")
    for contact in (done, left):
        contact.agent_id = agent.agent.id
    done.qualified_at, done.reason = clock.now(), "follow_up"
    db.session.commit()
    page = agent.get("/desk/idle").text
    assert f'href="/dossiers/{dossier.id}"' in page
    assert f'href="/tickets/{left.id}"' in page
    assert "sans motif" in page
    shown = agent.get(f"/tickets/{left.id}")
    assert f"/tickets/qualification?contact={left.id}" in shown.text


@pytest.mark.parametrize("mode", ["open", "closed"])
def test_the_strip_says_whether_the_line_is_open(login: Any, line: Line, mode: str) -> None:
    line.mode = mode
    db.session.commit()
    page = login("front").get("/desk/idle").text
    assert ("Ligne ouverte" in page) is (mode == "open")
