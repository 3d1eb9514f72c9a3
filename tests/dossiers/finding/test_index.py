"""What a search looks in follows every write, on both databases, and can be made anew."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.dossiers.finding import index
from app.dossiers.finding.models import PersonTokens, SearchWord
from app.dossiers.models import Dossier, Organisation, Person, PersonPhone
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from tests.dossiers.build import create_dossier, create_person, found_dossiers, found_persons


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def samira() -> Person:
    return create_person(
        "+33639980105",
        first_name="Samira",
        last_name="Haddad",
        email="samira.haddad@courriel.example",
        born_on=date(1989, 3, 14),
        address="3 rue des Tilleuls, 59100 Roubaix",
    )


def passerelle() -> Organisation:
    organisation = Organisation(name="Passerelle Formation")
    db.session.add(organisation)
    db.session.commit()
    return organisation


def nothing_stale() -> bool:
    return index.stale(db.session.connection()) == []


@pytest.mark.parametrize(
    "typed",
    [
        "hadad", "samira had", "haddad s", "06 39 98", "0105", "+33639980105", "14 mars 89", "140389", "4205",
        "26-0042", "samira.hadad@courriel.example", "smaira.haddad@gmail.com", "paserelle", "haddad passerelle",
        "haddad roubaix", "préparatrice", "haddad 4205", "haddad 1989",
    ],
)  # fmt: skip
def test_both_databases_find_her_by_anything(typed: str) -> None:
    wanted = create_dossier(
        samira(),
        reference="PF-2026-004205",
        organisation_id=passerelle().id,
        training_title="Préparatrice de commandes",
    )
    create_dossier(create_person(last_name="Durand"), reference="PF-2026-008811")
    assert found_dossiers(typed) == [wanted]


def test_each_write_is_followed_in_its_own_transaction() -> None:
    person, other, organisation = samira(), create_person(last_name="Durand"), passerelle()
    dossier = create_dossier(person, reference="PF-1001", organisation_id=organisation.id)
    with unit_of_work():
        person.last_name, person.email = "Benali", "s.benali@courriel.example"
        person.phones[0].e164 = "+33639980199"
        db.session.get_one(Organisation, organisation.id).name = "Greta du Val"
        db.session.flush()
        assert found_persons("benali") == [person.id]
    assert found_persons("haddad 1989") == []
    assert found_persons("0639980199") == [person.id]
    assert found_persons("0639980105") == []
    assert found_persons("greta") == [person.id]
    with unit_of_work():  # a dossier that was another person's
        db.session.get_one(Dossier, dossier.id).person_id = other.id
    assert found_persons("pf-1001") == [other.id]
    with unit_of_work():
        db.session.add(PersonPhone(person_id=other.id, e164="+33639980144"))
    assert found_persons("0639980144") == [other.id]
    with unit_of_work():
        phones = select(PersonPhone).where(PersonPhone.person_id == other.id)
        db.session.delete(db.session.scalars(phones).one())
    assert found_persons("0639980144") == []
    assert nothing_stale()


def test_what_is_rolled_back_is_not_found() -> None:
    person = samira()
    with unit_of_work():
        person.last_name = "Benali"
        db.session.flush()
        db.session.rollback()
    assert found_persons("benali") == []
    assert found_persons("haddad") == [person.id]


def test_a_person_who_goes_is_not_found() -> None:
    person_id = samira().id
    with unit_of_work():
        db.session.execute(text("DELETE FROM person_phones"))
        db.session.execute(text("DELETE FROM persons"))
    assert found_persons("haddad") == []
    assert db.session.get(PersonTokens, person_id) is None


def test_what_was_written_beside_is_seen_and_made_anew() -> None:
    person_id = samira().id
    with unit_of_work():
        db.session.execute(text("UPDATE persons SET last_name = 'Benali'"))
    assert index.stale(db.session.connection()) == [person_id]
    with unit_of_work():
        assert index.rebuild(db.session.connection()) == 1
    assert nothing_stale()
    assert found_persons("benaly") == [person_id]
    known = db.session.scalars(select(SearchWord.word).distinct())
    assert "haddad" not in set(known)  # a word that nobody bears any more


def test_a_write_that_finding_does_not_look_at_costs_nothing() -> None:
    dossier = create_dossier(samira())
    before = db.session.scalar(select(func.count()).select_from(SearchWord))
    with unit_of_work():
        db.session.execute(text("UPDATE person_tokens SET words = 'kept'"))
        db.session.get_one(Dossier, dossier.id).training_hours = 12
    assert db.session.scalar(select(PersonTokens.words)) == "kept"
    assert db.session.scalar(select(func.count()).select_from(SearchWord)) == before
