"""Consultations, the register and the bulletin on screen; what each role may do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets.bulletin.models import BulletinNote
from app.tickets.consultations.models import Consultation
from app.tickets.exceptions import service as exceptions
from app.tickets.exceptions.models import ExceptionState, TrainingException
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier

Login = Callable[..., StaffClient]


def test_a_question_goes_from_desk_to_desk(app: Flask, login: Login, line: Line) -> None:
    me, owner = login("front", display_name="Nadia"), login("back", display_name="Bruno")
    boss = login("manager", display_name="Isabelle")
    dossier = create_dossier(owner_id=owner.agent.id)
    asked = me.post(
        "/tickets/consultations/ask", data={"dossier": dossier.id, "question": "Deux causes ?"}
    )
    assert "Question posée à Bruno." in asked.text
    held = db.session.scalars(select(Consultation)).one()
    at = f"/tickets/consultations/{held.id}"
    assert 'hx-post="' + at + '/answer"' in owner.get(at).text
    assert 'hx-post="' + at + '/answer"' not in me.get(at).text
    assert me.post(f"{at}/answer", data={"text": "moi"}).status_code == 403
    assert me.post(f"{at}/rule", data={"text": "moi"}).status_code == 403
    assert "Deux causes ?" in owner.get("/tickets/owed").text
    assert "Deux causes ?" in owner.get("/desk/idle").text or held.due_at > clock.now()
    owner.post(f"{at}/answer", data={"text": "Refus tenu."})
    beside = f"/tickets/consultations/of/{dossier.id}"
    assert "Refus tenu." in me.get(beside).text
    me.post(f"{at}/object", data={"text": "Le champ dit non.", "evidence": "garantie jeune : non"})
    assert "Refus tenu." not in me.get(beside).text
    assert "l’encadrement va trancher" in me.get(beside).text
    boss.post(f"{at}/rule", data={"text": "Demander l'attestation."})
    assert "Demander l" in login("front").get(beside).text
    assert me.post(f"{at}/read").status_code == 200
    secret = me.post("/tickets/consultations/ask",
                     data={"dossier": dossier.id, "question": "son mot de passe : Soleil2021!"})  # fmt: skip
    assert secret.status_code == 422
    assert "Soleil2021" not in secret.text
    assert f'data-consultations="{dossier.id}"' in me.get(f"/dossiers/{dossier.id}").text
    assert login("admin").get(beside).status_code == 403


def test_an_exception_is_proposed_decided_and_shown_where_it_concerns(
    app: Flask, login: Login, line: Line
) -> None:
    me, boss = login("front", display_name="Nadia"), login("manager", display_name="Isabelle")
    today = clock.local_day(clock.now())
    concerned = create_dossier(training_title="Prépa Clés — accompagnement renforcé")
    other = create_dossier(training_title="Préparateur de commandes")
    form = {"training": "prepa clés", "path": "parcours 2 à 4", "required": "l'attestation renforcée",
            "handling": "à la main : il ne descend pas du logiciel", "valid_from": today.isoformat()}  # fmt: skip
    assert me.post("/tickets/exceptions", data=form).status_code == 303
    first = db.session.scalars(select(TrainingException)).one()
    assert not exceptions.for_dossier(concerned, today)
    assert (
        me.post(f"/tickets/exceptions/{first.id}/decide", data={"accept": "1"}).status_code == 403
    )
    assert (
        boss.post(f"/tickets/exceptions/{first.id}/decide", data={"accept": "0"}).status_code == 422
    )
    assert (
        boss.post(f"/tickets/exceptions/{first.id}/decide", data={"accept": "1"}).status_code == 303
    )
    assert [each.id for each in exceptions.for_dossier(concerned, today)] == [first.id]
    assert not exceptions.for_dossier(other, today)
    assert not exceptions.for_dossier(concerned, today - timedelta(days=1))
    assert "attestation renforcée" in me.get(f"/tickets/consultations/of/{concerned.id}").text
    # Another version waits for its decision; the first one holds meanwhile, and is kept.
    me.post("/tickets/exceptions", data={**form, "number": first.number, "required": "rien de plus",
                                         "valid_until": (today + timedelta(days=9)).isoformat()})  # fmt: skip
    second = db.session.scalars(
        select(TrainingException).order_by(TrainingException.id.desc())
    ).first()
    assert second is not None
    assert (second.number, second.version) == (first.number, 2)
    assert [each.id for each in exceptions.for_dossier(concerned, today)] == [first.id]
    boss.post(f"/tickets/exceptions/{second.id}/decide", data={"accept": "1"})
    assert (
        boss.post(f"/tickets/exceptions/{second.id}/decide", data={"accept": "1"}).status_code
        == 409
    )
    db.session.refresh(first)
    assert first.state is ExceptionState.REPLACED
    assert [each.id for each in exceptions.for_dossier(concerned, today)] == [second.id]
    assert not exceptions.for_dossier(concerned, date(2099, 1, 1))
    page = me.get("/tickets/exceptions").text
    assert "version 1" in page
    # In which scripts: any about such a dossier, until a manager chooses; then those, dossier or not.
    assert exceptions.for_script("S02", concerned, today)
    assert not exceptions.for_script("S02", other, today)
    assert not exceptions.for_script("S02", None, today)
    at = f"/tickets/exceptions/{second.id}/scripts"
    assert me.post(at, data={"scripts": "S25"}).status_code == 403
    assert boss.post(at, data={"scripts": "le S25"}).status_code == 422
    assert boss.post(at, data={"scripts": "s25, S19"}).status_code == 303
    assert "S19, S25" in me.get("/tickets/exceptions").text
    assert not exceptions.for_script("S02", concerned, today)
    assert exceptions.for_script("S14", concerned, today, always=True)
    assert exceptions.for_script("S25", concerned, today)
    assert exceptions.for_script("S25", None, today)
    assert not exceptions.for_script("S25", other, today)
    assert "décidée par Isabelle" in page
    acts = list(
        db.session.scalars(select(JournalEntry.act).where(JournalEntry.subject == "exception:1"))
    )
    assert acts == [*["exception_proposed", "exception_accepted"] * 2, "exception_shown"]


def test_the_bulletin_stays_on_the_desk_until_it_is_read(
    app: Flask, login: Login, line: Line
) -> None:
    me, other, boss = login("front"), login("back"), login("manager")
    news = {"title": "Le bouton change", "text": "« Suivre ma demande » est maintenant en haut."}
    assert me.post("/tickets/bulletin", data=news).status_code == 403
    boss.post("/tickets/bulletin", data=news)
    note = db.session.scalars(select(BulletinNote)).one()
    assert "Le bouton change" in me.get("/tickets/bulletin/unread").text
    assert "Le bouton change" not in me.post(f"/tickets/bulletin/{note.id}/read").text
    me.post(f"/tickets/bulletin/{note.id}/read")
    assert "lu par 1 sur 2" in boss.get("/tickets/bulletin").text
    assert "lu par" not in other.get("/tickets/bulletin").text
    # The manager reads who; a change that matters is asked to be read again, one of words alone is not.
    page = boss.get("/tickets/bulletin").text
    assert f"pas encore : {other.agent.display_name}" in page
    seen = {"seen": "", **news}
    boss.post(f"/tickets/bulletin/{note.id}/change", data=seen | {"title": "Le bouton bouge"})
    assert me.get("/tickets/bulletin/unread").text.strip() == ""
    stale = boss.post(
        f"/tickets/bulletin/{note.id}/change", data=seen | {"title": "Autre", "again": "1"}
    )
    assert stale.status_code == 409
    db.session.refresh(note)
    now_seen = {"seen": note.changed_at.isoformat(), **news}
    assert me.post(f"/tickets/bulletin/{note.id}/change", data=now_seen).status_code == 403
    boss.post(f"/tickets/bulletin/{note.id}/change", data=now_seen | {"again": "1"})
    assert "changé, à relire" in me.get("/tickets/bulletin/unread").text
    assert "lu par 0 sur 2" in boss.get("/tickets/bulletin").text
    me.post(f"/tickets/bulletin/{note.id}/read")
    me.post(f"/tickets/bulletin/{note.id}/read")
    assert me.get("/tickets/bulletin/unread").text.strip() == ""
    page = boss.get("/tickets/bulletin").text
    assert "lu par 1 sur 2" in page
    boss.post(f"/tickets/bulletin/{note.id}/withdraw")
    assert other.get("/tickets/bulletin/unread").text.strip() == ""
    acts = list(
        db.session.scalars(
            select(JournalEntry.act).where(JournalEntry.subject == f"bulletin:{note.id}")
        )
    )
    assert acts == ["bulletin_written", "bulletin_read", "bulletin_changed", "bulletin_changed",
                    "bulletin_read", "bulletin_withdrawn"]  # fmt: skip


def test_a_question_is_put_to_a_team_or_to_chosen_colleagues(
    app: Flask, login: Login, line: Line
) -> None:
    """It is in the list of each of them, and leaves all of them once one has answered."""
    me, back, other = login("front"), login("back", display_name="Bruno"), login("back")
    front, boss = login("front", display_name="Nadia"), login("manager")
    dossier = create_dossier(owner_id=me.agent.id)
    form = me.get(f"/tickets/consultations/whom/{dossier.id}?where=page").text
    assert 'value="role:back"' in form
    assert 'value="owner"' not in form  # she follows it herself
    assert "Bruno" in form

    def ask(question: str, **to: Any) -> str:
        answer = me.post(
            "/tickets/consultations/ask", data={"dossier": dossier.id, "question": question, **to}
        )
        return answer.text if answer.status_code == 200 else f"refused {answer.status_code}"

    def seen(client: StaffClient, question: str) -> bool:
        return question in client.get("/tickets/owed?scope=team").text

    assert "Question posée à Renfort." in ask("Pour le renfort ?", to="role:back")
    assert "Question posée à Bruno, Nadia." in ask(
        "Pour deux ?", to="team", colleague=[back.agent.id, front.agent.id]
    )
    assert "Question posée à l’équipe." in ask("Pour tous ?", to="owner")
    assert ask("Pour personne ?", to="role:admin").startswith("refused")
    assert ask("Pour moi ?", colleague=[me.agent.id]).startswith("refused")
    assert [seen(each, "Pour le renfort ?") for each in (back, other, front, me)] == [
        True,
        True,
        False,
        False,
    ]
    assert [seen(each, "Pour deux ?") for each in (back, other, front, me)] == [
        True,
        False,
        True,
        False,
    ]
    assert [seen(each, "Pour tous ?") for each in (back, other, front, me)] == [
        True,
        True,
        True,
        False,
    ]
    team, two = (
        db.session.scalars(select(Consultation.id).where(Consultation.question == each)).one()
        for each in ("Pour le renfort ?", "Pour deux ?")
    )
    answer = {"text": "Oui, vu hier."}
    assert front.post(f"/tickets/consultations/{team}/answer", data=answer).status_code == 403
    assert other.post(f"/tickets/consultations/{two}/answer", data=answer).status_code == 403
    assert other.post(f"/tickets/consultations/{team}/answer", data=answer).status_code == 200
    assert not seen(back, "Pour le renfort ?")
    # Passed on by one of the two, and taken back: it is both's again.
    handed = front.post(
        "/tickets/owed/hand", data={"subject": f"consultation:{two}", "colleague": boss.agent.id}
    )
    assert not seen(back, "Pour deux ?")
    step = handed.text.split('name="steps" value="')[1].split('"')[0]
    front.post("/tickets/owed/undo", data={"steps": step})
    assert seen(back, "Pour deux ?")
    assert seen(front, "Pour deux ?")
    # Whoever answers next on that dossier reads what was decided.
    assert "Oui, vu hier." in front.get(f"/tickets/consultations/of/{dossier.id}").text
