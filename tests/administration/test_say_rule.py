"""What may be said to whom is a rule that managers set: versions with their reason, and the desk follows at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.dossiers import may_say
from app.dossiers.saying import service
from app.dossiers.saying.models import SayRule
from app.foundation import edits
from app.foundation.extensions import db
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_person

NUMBER = "+33639980101"


def form(**changed: str) -> dict[str, Any]:
    """The form as the page shows it, with these cells (« organisation_money ») chosen otherwise."""
    shown = may_say.texts(service.current().table)
    cells = {name.replace("_", "."): level for name, level in changed.items()}
    return {**shown, **cells, "seen": edits.seal(shown), "reason": "Note de service du 3 mars"}


def card(agent: StaffClient, contact_id: int) -> str:
    return agent.get(f"/dossiers/caller?contact={contact_id}").text


def test_managers_set_the_rule_and_the_desk_follows(
    app: Flask, login: Callable[[str], StaffClient]
) -> None:
    manager, agent = login("manager"), login("front")
    create_dossier(create_person(NUMBER))
    contact_id = create_contact(NUMBER).id
    agent.post("/dossiers/caller/identity", data={"contact": contact_id, "confirmed": "1"})
    said = {"contact": contact_id, "role": "formateur", "basis": "spoken"}
    agent.post("/dossiers/caller/speaker", data=said)
    assert "avec un mandat écrit" in card(agent, contact_id)
    assert agent.get("/admin/say-rule").status_code == 403
    page = manager.get("/admin/say-rule").text
    assert "Aucun juriste n’a relu cette règle" in page
    assert "C’est la règle de départ" in page

    tried = manager.post("/admin/say-rule/preview", data=form(organisation_money="agreed"))
    assert "accord donné de vive voix" in tried.text
    assert db.session.scalars(select(SayRule)).all() == []  # a preview keeps nothing

    assert manager.post("/admin/say-rule", data={**form(), "reason": ""}).status_code == 422
    assert manager.post("/admin/say-rule", data=form()).status_code == 409  # nothing changes
    stale = form(third_money="mandated")
    done = manager.post("/admin/say-rule", data=form(organisation_money="agreed"))
    assert done.status_code == 302
    assert "avec un mandat écrit" not in card(agent, contact_id)
    told = manager.post("/admin/say-rule", data=stale)  # somebody else changed it meanwhile
    assert told.status_code == 409
    assert "L’organisme, pour elle : le paiement" in told.text
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.act == "say_rule")).one()
    assert entry.detail == {"cells": ["organisation.money"], "reviewed": False}
    page = manager.get("/admin/say-rule").text
    assert "Note de service du 3 mars" in page
    assert "pas relue par un juriste" in page

    reviewed = {**form(), "reviewed_by": "Maître Lenoir"}  # the same rule, read by somebody since
    assert manager.post("/admin/say-rule", data=reviewed).status_code == 302
    page = manager.get("/admin/say-rule").text
    assert "Aucun juriste" not in page
    assert "Relue par Maître Lenoir" in page


def test_no_form_opens_what_is_nobody_s_to_open(
    app: Flask, login: Callable[[str], StaffClient]
) -> None:
    manager = login("manager")
    forged = form(organisation_money="open", self_state="never", organisation_secret="open")
    assert manager.post("/admin/say-rule", data=forged).status_code == 409  # no cell changed
    secret = {**form(), "reason": "IBAN FR76 3000 6000 0112 3456 7890 189"}
    assert manager.post("/admin/say-rule", data=secret).status_code == 422
    assert service.current().table == may_say.DEFAULTS
