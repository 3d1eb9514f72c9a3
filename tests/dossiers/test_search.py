"""A person is found by any writing of the name, with or without a dossier, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app.dossiers.finding import search
from app.dossiers.models import Person
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from tests.dossiers.build import (
    create_contact,
    create_dossier,
    create_person,
    found_dossiers,
    found_persons,
)
from tests.dossiers.names import SAME, TITLED


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def test_every_stored_writing_of_a_name_finds_its_person() -> None:
    """Those with a dossier among the dossiers, the others beside them; nobody is left out."""
    persons = []
    for number, (parts, writings) in enumerate(SAME):
        person = create_person(last_name=parts[0], first_name=parts[1])
        if number % 2:
            create_dossier(person)
        persons.append((person.id, bool(number % 2), parts, writings))
    for person_id, has_dossier, parts, writings in persons:
        for writing in [*writings, f"{parts[1]} {parts[0]}", f"{parts[0]} {parts[1]}"]:
            for query in (writing, writing.upper(), f"Mme {writing}", f"M. {writing}"):
                found = search.search(query).found
                held = {each.person.id: bool(each.dossiers) for each in found}
                assert held.get(person_id) is has_dossier, query


def test_who_bears_exactly_these_words_comes_first() -> None:
    later = create_dossier(create_person(last_name="Martinez", first_name="Ana"))
    exact = create_dossier(create_person(last_name="Martin", first_name="Zoé"))
    assert [d.id for d in found_dossiers("martin")] == [exact.id, later.id]


def test_many_who_answer_are_counted_and_the_list_is_bounded() -> None:
    for number in range(search.SHOWN + 3):
        create_person(last_name="Seule", first_name=f"N{number}")
    found = search.search("seule", shown=20)
    assert (len(found.found), found.more) == (20, True)
    assert found.total > 20


@pytest.mark.parametrize(
    "query",
    [
        "06 39 98 01 77", "06\u201139\u201198\u201101\u201177", "\u202a06\u202f39\u200998 01 77\u202c",
        "ana.seule@courriel.example", "mailto:Ana.Seule@courriel.example", "ana.seule@",
        "Ana <ana.seule@courriel.example>", "Ana\u00a0Seule", "Seule\u202fAna", "Ana\tSeule",
    ],
)  # fmt: skip
def test_a_person_without_a_dossier_is_found_by_number_and_mail(query: str) -> None:
    person = create_person(
        "+33639980177", last_name="Seule", first_name="Ana", email="ana.seule@courriel.example"
    )
    assert found_persons(query) == [person.id]


@pytest.mark.parametrize("query", ["", "  ", "'", "-", "\u200b", "%", "…", "\ud800"])
def test_signs_alone_find_nobody(query: str) -> None:
    create_dossier()
    create_person()
    assert found_persons(query) == []


@pytest.mark.parametrize("query", [q for q in TITLED if "Dupont" in q or "dupont" in q.lower()])
def test_titles_are_no_trouble(query: str) -> None:
    person = create_person(last_name="Dupont", first_name="Marie M")
    assert found_persons(query) == [person.id]


@pytest.mark.parametrize("query", ["Mme Ou", "M. Ou", "Ou", "Martin née Ou", "M. et Mme Ou Lina"])
def test_a_name_that_is_a_little_word_is_found(query: str) -> None:
    person = create_person(last_name="Ou", first_name="Lina")
    assert found_persons(query) == [person.id]


@pytest.mark.parametrize("link", ["née", "épouse", "ép.", "veuve", "dite"])
def test_either_name_of_a_person_finds_her(link: str) -> None:
    one = create_person(last_name="Le Goff", first_name="Marie")
    other = create_person(last_name="Martin", first_name="Marie")
    create_person(last_name="Durand", first_name="Paul")
    for query in (f"Le Goff ({link} Martin)", f"Mme Martin {link} Legoff"):
        assert set(found_persons(query)) == {one.id, other.id}


def test_a_name_that_is_corrected_is_found_by_the_new_one() -> None:
    person = create_person(last_name="Legof", first_name="Marie")
    with unit_of_work():
        db.session.get_one(Person, person.id).last_name = "Le Goff"
    assert found_persons("legoff") == [person.id]
    assert found_persons("legof marie") == [person.id]  # the beginning of it


def test_names_stored_before_are_computed_anew_and_back() -> None:
    person_id = create_person(last_name="Łe Bœuf", first_name="Ana").id
    with unit_of_work():
        db.session.execute(text("UPDATE persons SET search_name = 'łe bœuf ana'"))
    db.session.remove()
    downgrade(revision="0011")
    db.session.rollback()
    before = db.session.scalar(text("SELECT search_name FROM persons"))
    db.session.remove()
    upgrade()
    after = db.session.scalar(select(Person.search_name).where(Person.id == person_id))
    assert (before, after) == ("łe bœuf ana", "le boeuf ana leboeuf")


def test_a_long_name_is_kept_whole_enough() -> None:
    person = create_person(last_name="ß" * 80, first_name="\ufdfa" * 80)
    assert found_persons("ss" * 20) == [person.id]
    assert person.search_name


# --- pages ---------------------------------------------------------------------------------------


def test_the_pages_show_a_person_without_a_dossier(login: Any) -> None:
    create_person("+33639980177", last_name="El Haddad", first_name="Samira")
    front, contact = login("front"), create_contact("+33639980101")
    listed = front.post("/dossiers", data={"q": "Mme elhaddad"}).text
    assert "Samira El Haddad" in listed
    assert "06 39 98 01 77" in listed
    pane = front.post("/dossiers/find", data={"contact": contact.id, "q": "haddad"}).text
    assert "Samira El Haddad" in pane
    assert 'name="person"' in pane
    assert 'name="dossier"' not in pane
    assert "Personne de ce nom" not in pane


def test_a_name_that_is_pasted_keeps_its_words(login: Any) -> None:
    contact = create_contact("+33639980101")
    made = login("front").post(
        "/dossiers/persons",
        data={
            "contact": contact.id,
            "first_name": "E\u0301lo\u00a0 Marie\u200b",
            "last_name": "Le\u202fGo\u00adff\n",
        },
    )
    assert made.status_code == 200
    person = db.session.scalars(select(Person)).one()
    assert (person.first_name, person.last_name) == ("Élo Marie", "Le Goff")
