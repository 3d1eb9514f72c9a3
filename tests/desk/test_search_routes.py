"""The one search through the browser's door: what it finds, for whom, and what it never says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.dossiers.models import Dossier, Organisation
from app.dossiers.vocabulary import Inside, PortalEventKind
from app.foundation.extensions import db
from tests.dossiers.build import NOW, create_contact, create_dossier, create_event, create_person


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def samira() -> int:
    organisation = Organisation(name="Passerelle Formation", town="Roubaix")
    db.session.add(organisation)
    db.session.commit()
    person = create_person(
        first_name="Samira",
        last_name="Haddad",
        born_on=date(1989, 3, 14),
        address="3 rue X, 59100 Roubaix",
    )
    return create_dossier(person, reference="PF-2026-004205", organisation_id=organisation.id).id


def found(client: Any, typed: str, **more: Any) -> str:
    response = client.post("/search", data={"q": typed, **more})
    assert response.status_code == 200
    return str(response.text)


def test_everything_that_answers_is_in_its_group(login: Any) -> None:
    dossier = samira()
    person = db.session.get_one(Dossier, dossier).person_id
    create_contact(None, person_id=person, dossier_id=dossier)
    front = login("front")
    text = found(front, "hadad")
    assert f'data-href="/dossiers/{dossier}"' in text
    assert "14 mars 1989 · Roubaix" in text
    assert "Derniers contacts" in text
    assert "Passerelle Formation" in found(front, "paserelle")
    assert 'data-href="/scripts/S02"' in found(front, "S02")
    assert found(front, "").strip() == ""


def test_no_name_is_in_an_address(login: Any) -> None:
    samira()
    text = found(login("front"), "haddad").casefold()
    addresses = [part.partition('"')[0] for part in text.split('data-href="')[1:]]
    assert addresses
    assert not any("haddad" in address or "samira" in address for address in addresses)


def test_an_administrator_finds_scripts_and_nobody(login: Any) -> None:
    samira()
    admin = login("admin")
    assert "Haddad" not in found(admin, "haddad")
    assert "Passerelle" not in found(admin, "passerelle")
    assert "/scripts/S02" in found(admin, "S02")


def test_the_person_on_the_line_may_be_said_by_who_holds_the_contact(login: Any) -> None:
    samira()
    front, other = login("front"), login("front")
    contact = create_contact("+33639980199", agent_id=front.agent.id)
    text = found(front, "haddad", contact=contact.id)
    assert "Lier à l’appel : Samira Haddad" in text
    assert f'data-contact="{contact.id}"' in text
    assert "Lier à l’appel" not in found(other, "haddad", contact=contact.id)
    assert "Lier à l’appel" not in found(front, "haddad", contact="999999")


def test_what_is_typed_is_escaped_and_bounded(login: Any) -> None:
    create_dossier(create_person(first_name="<b>Zoé", last_name="Neuf"))
    front = login("front")
    assert "&lt;b&gt;Zoé" in found(front, "neuf")
    assert found(front, "'; DROP TABLE persons; --" * 400) is not None


def test_where_the_mail_is_while_nothing_was_deposited(login: Any) -> None:
    waiting = create_dossier(create_person(last_name="Quillec"), enrolled_on=NOW.date())
    create_event(waiting, PortalEventKind.LINK_SENT, NOW)
    inside = create_dossier(create_person(last_name="Quidam"), inside=Inside.PAID)
    create_event(inside, PortalEventKind.LINK_SENT, NOW)
    front = login("front")
    assert "mail : lien expiré" in found(front, "quillec")
    assert "mail :" not in found(front, "quidam")
