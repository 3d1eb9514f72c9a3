"""Somebody who has no dossier, on a page of their own; and « the same person as… », from that page or a dossier's."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.foundation.extensions import db
from tests.dossiers.build import create_contact, create_dossier, create_person


def test_a_person_without_a_dossier_has_a_page_that_leads_to_the_dossier_once_there_is_one(
    app: Flask, login: Any
) -> None:
    front = login("front")
    person = create_person("+33639980144", first_name="Lina", last_name="Sorel")
    create_contact("+33639980144", person_id=person.id, note="Attend son <inscription>")
    address = f"/dossiers/persons/{person.id}"
    for found in (
        front.post("/search", data={"q": "sorel"}),
        front.post("/dossiers", data={"q": "sorel"}),
    ):
        assert f'"{address}"' in found.text
    page = front.get(address).text
    assert "Lina Sorel" in page
    assert "Aucun dossier à ce nom" in page
    assert "Attend son &lt;inscription&gt;" in page
    front.get(address)
    read = select(func.count(JournalEntry.id)).where(
        JournalEntry.act == "read_person", JournalEntry.subject == f"person:{person.id}"
    )
    assert db.session.scalar(read) == 1  # drawn again within half an hour: one reading
    dossier = create_dossier(person)
    assert front.get(address).headers["Location"].endswith(f"/dossiers/{dossier.id}")
    assert front.get("/dossiers/persons/999999").status_code == 404


def test_the_same_person_is_looked_for_from_the_dossier_and_compared(
    app: Flask, login: Any
) -> None:
    front = login("front")
    dossier = create_dossier(create_person(first_name="Nora", last_name="Tavel"))
    other = create_person("+33639980145", first_name="N.", last_name="Tavel")
    page = front.get(f"/dossiers/{dossier.id}").text
    where = f"/dossiers/duplicates/persons/{dossier.person_id}/find"
    assert where in page
    found = front.post(where, data={"q": "tavel"}).text
    pair = f"/dossiers/duplicates/person/{dossier.person_id}/{other.id}"
    assert pair in found
    assert f"person/{dossier.person_id}/{dossier.person_id}" not in found  # never with oneself
    assert "Fusionner" in front.get(pair).text
    assert "Personne d’autre" in front.post(where, data={"q": "zzzzzz"}).text
