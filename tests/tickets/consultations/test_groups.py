"""Groups of colleagues: a manager names them, anybody asks them, and a question keeps whom it was put to."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.accounts.models import Agent, JournalEntry
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.tickets.consultations import whom
from app.tickets.consultations.groups.models import ColleagueGroup
from app.tickets.consultations.models import Consultation
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier

PAGE = "/tickets/consultations/groups"


def test_a_group_is_named_asked_changed_and_taken_away(login: Callable[..., StaffClient]) -> None:
    boss, me = login("manager"), login("front", display_name="Nadia")
    bruno, lea = login("back", display_name="Bruno"), login("front", display_name="Léa")
    both = {"name": "  Bourses   sociales ", "colleague": [bruno.agent.id, lea.agent.id]}
    assert me.get(PAGE).status_code == 403
    assert me.post(f"{PAGE}/new", data=both).status_code == 403
    refused = boss.post(f"{PAGE}/new", data={"name": "Seul", "colleague": [bruno.agent.id]})
    assert (refused.status_code, 'value="Seul"' in refused.text) == (422, True)
    assert boss.post(f"{PAGE}/new", data={**both, "name": " "}).status_code == 422
    assert (
        boss.post(f"{PAGE}/new", data={**both, "colleague": [bruno.agent.id, 99999]}).status_code
        == 422
    )
    assert boss.post(f"{PAGE}/new", data=both).status_code == 303
    taken = boss.post(f"{PAGE}/new", data={**both, "name": "BOURSES sociales"})
    assert (taken.status_code, "déjà ce nom" in taken.text) == (409, True)
    group = db.session.scalars(select(ColleagueGroup)).one()

    # Asked under its name; whoever of them answers first decides.
    dossier = create_dossier(owner_id=me.agent.id)
    assert "Bourses sociales" in me.get(f"/tickets/consultations/whom/{dossier.id}").text
    asked = {"dossier": dossier.id, "to": f"group:{group.id}", "question": "Cumul possible ?"}
    answer = me.post("/tickets/consultations/ask", data=asked)
    assert "Bourses sociales (Bruno, Léa)" in answer.text
    held = db.session.scalars(select(Consultation)).one()
    subject = f"consultation:{held.id}"
    assert all(subject in each.get("/tickets/owed?scope=mine").text for each in (bruno, lea))
    assert subject not in boss.get("/tickets/owed?scope=team").text

    # Changed, then taken away: the question stays with those who were asked.
    assert (
        boss.post(
            f"{PAGE}/{group.id}", data={**both, "colleague": [bruno.agent.id, boss.agent.id]}
        ).status_code
        == 303
    )
    assert boss.post(f"{PAGE}/{group.id}/remove").status_code == 303
    assert boss.post(f"{PAGE}/{group.id}/remove").status_code == 303
    assert me.post("/tickets/consultations/ask", data=asked).status_code == 404
    db.session.expire_all()
    assert whom.said(held) == "Bourses sociales (Bruno, Léa)"
    assert (
        lea.post(f"/tickets/consultations/{held.id}/answer", data={"text": "Oui."}).status_code
        == 200
    )
    acts = db.session.scalars(
        select(JournalEntry.act)
        .where(JournalEntry.subject == f"group:{group.id}")
        .order_by(JournalEntry.id)
    ).all()
    assert acts == ["group_named", "group_named", "group_removed"]


def test_a_group_of_which_nobody_is_left_is_not_asked(login: Callable[..., StaffClient]) -> None:
    boss, me = login("manager"), login("front")
    others = [login("back").agent.id, login("front").agent.id]
    boss.post(f"{PAGE}/new", data={"name": "Anciens", "colleague": others})
    group = db.session.scalars(select(ColleagueGroup)).one()
    dossier = create_dossier()
    asked = {"dossier": dossier.id, "to": f"group:{group.id}", "question": "Qui se souvient ?"}
    assert me.post("/tickets/consultations/ask", data=asked).status_code == 200
    held = db.session.scalars(select(Consultation)).one()
    with unit_of_work():
        for each in others:
            db.session.get_one(Agent, each).active = False
    db.session.expire_all()
    again = me.post("/tickets/consultations/ask", data={**asked, "question": "Et encore ?"})
    assert (again.status_code, "ne travaille ici" in again.text) == (422, True)
    # What they were asked is everybody's now.
    assert f"consultation:{held.id}" in login("back").get("/tickets/owed?scope=team").text
