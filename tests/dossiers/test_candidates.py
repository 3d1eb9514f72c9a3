"""Who may be calling, and finding dossiers by hand; on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event

from app.dossiers import callers, lists
from app.dossiers.models import Organisation
from app.dossiers.vocabulary import Inside, Rejection
from app.foundation.extensions import db
from tests.dossiers.build import create_dossier, create_person, found_dossiers

NUMBER = "+33639980101"


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs a database."""


def test_hidden_and_unknown_numbers_have_no_candidate() -> None:
    create_person(NUMBER)
    assert callers.candidates_for_number(None) == ()
    assert callers.candidates_for_number("+33639980199") == ()


def test_one_person_with_the_dossier_that_matters() -> None:
    person = create_person(NUMBER)
    create_dossier(person, inside=Inside.PAID, deposited_on=date(2021, 6, 20))
    open_one = create_dossier(person, inside=Inside.TAKEN_UP, deposited_on=date(2021, 5, 1))
    create_dossier(
        person, inside=Inside.REJECTED, rejection=Rejection.ABSENCES, deposited_on=date(2021, 6, 1)
    )
    (candidate,) = callers.candidates_for_number(NUMBER)
    assert candidate.dossier_id == open_one.id
    assert candidate.dossiers == 3
    assert callers.most_relevant_dossier(person.id) == open_one.id


def test_a_person_without_dossier_is_a_candidate() -> None:
    person = create_person(NUMBER)
    (candidate,) = callers.candidates_for_number(NUMBER)
    assert (candidate.person_id, candidate.dossier_id, candidate.dossiers) == (person.id, None, 0)


def test_a_shared_number_gives_each_person_once() -> None:
    persons = [create_person(NUMBER, last_name=f"Commun{n}") for n in range(3)]
    for person in persons:
        create_dossier(person)
        create_dossier(person)
    found = callers.candidates_for_number(NUMBER)
    assert [c.person_id for c in found] == [p.id for p in persons]


def test_a_switchboard_of_many_is_cut_short() -> None:
    for _ in range(callers.MOST_CANDIDATES + 3):
        create_person(NUMBER)
    assert len(callers.candidates_for_number(NUMBER)) == callers.MOST_CANDIDATES


def test_candidates_take_one_query() -> None:
    create_dossier(create_person(NUMBER))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    callers.candidates_for_number(NUMBER)
    assert len([s for s in statements if s.startswith("SELECT")]) == 1


def test_an_organisation_is_known_by_its_number() -> None:
    db.session.add(Organisation(name="Greta du Val", phone=NUMBER))
    db.session.commit()
    found = callers.organisation_for_number(NUMBER)
    assert found is not None
    assert found.name == "Greta du Val"
    assert callers.organisation_for_number(None) is None


@pytest.mark.parametrize(
    "query",
    ["Éloïse", "eloise duval", "DUVAL", "duval  éloïse", "PF-2021-0007", "pf-2021-0007",
     "eloise.d@courriel.example", "06 39 98 01 01", "+33639980101"],
)  # fmt: skip
def test_search_finds_by_name_reference_mail_and_number(query: str) -> None:
    person = create_person(
        NUMBER, first_name="Éloïse", last_name="Duval", email="Eloise.D@courriel.example"
    )
    wanted = create_dossier(person, reference="PF-2021-0007")
    create_dossier(reference="PF-2021-0099")
    assert [d.id for d in found_dossiers(query)] == [wanted.id]


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "'; DROP TABLE persons; --", "\\", "\x00"])
def test_search_takes_hostile_text_literally(query: str) -> None:
    create_dossier()
    assert found_dossiers(query) == []


def test_pages_stay_within_bounds() -> None:
    for _ in range(lists.PAGE_SIZE + 1):
        create_dossier()
    assert lists.page(1).pages == 2
    assert len(lists.page(2).items) == 1
    assert lists.page(99).number == 2
    assert lists.page(-5).number == 1
