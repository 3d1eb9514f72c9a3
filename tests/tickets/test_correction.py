"""Correcting a person's details from the desk and the dossier's page, on both databases."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts.models import JournalEntry
from app.assist import service
from app.assist.models import ScriptAct
from app.assist.portal import links
from app.dossiers import corrections, store
from app.dossiers.models import Person, PersonChange
from app.dossiers.vocabulary import PortalEventKind
from app.foundation import clock
from app.foundation.extensions import db
from app.operations import retention
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_event, create_person

NUMBER = "+33639980101"


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict, str]]:
    """What was published: (event, payload, room)."""
    seen: list[tuple[str, dict, str]] = []
    monkeypatch.setattr(
        links.realtime, "publish", lambda event, told, *, room: seen.append((event, told, room))
    )
    return seen


def ana(**fields: Any) -> Person:
    values = {"first_name": "Ana", "last_name": "Silva", "email": "ana@gmial.com", **fields}
    return create_person(NUMBER, **values)


def form_in(page: str) -> dict[str, str]:
    """The fields of the form as a browser would send them."""
    found = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else re.findall(r'value="([^"]*)"', options)[0]
    return found


class Correcting:
    """One agent with the form of one person open."""

    def __init__(self, client: StaffClient, person: Person, around: str = "") -> None:
        self.client, self.path = client, f"/dossiers/persons/{person.id}/correction"
        self.form = form_in(client.get(f"{self.path}?{around}").text)

    def read(self, **typed: str) -> Any:
        """Send the form: what is to be read back, or what is wrong."""
        self.form |= typed
        response = self.client.post(self.path, data=self.form)
        if response.status_code == 200:
            self.form["read"] = form_in(response.text)["read"]
        return response

    def confirm(self) -> Any:
        """« Relu et confirmé »."""
        return self.client.post(self.path, data=self.form)

    def correct(self, **typed: str) -> Any:
        assert self.read(**typed).status_code == 200
        return self.confirm()


def stored(person_id: int) -> Person:
    db.session.expire_all()
    return store.person(person_id)


def entries(act: str) -> list[JournalEntry]:
    return list(db.session.scalars(select(JournalEntry).where(JournalEntry.act == act)))


def test_nothing_is_stored_before_it_was_read_back(login: Any, published: list) -> None:
    client, person = login("front"), ana()
    form = Correcting(client, person)
    page = form.read(email="ana@gmail.com").text
    assert "Relisez à la personne" in page
    spelled = re.findall(r'class="spelled-\w+">([^<]+)<', page)
    assert spelled[:6] == ["a", "n", "a", "arobase", "g", "m"]
    assert "<s>ana@gmial.com</s>" in page
    assert stored(person.id).email == "ana@gmial.com"
    assert published == []
    done = form.confirm()
    assert done.status_code == 200
    assert "ana@gmail.com" in done.text
    assert "person-corrected" in done.headers["HX-Trigger"]
    assert stored(person.id).email == "ana@gmail.com"
    assert stored(person.id).email_confirmed_at is not None


def test_what_is_typed_after_the_reading_is_read_again(login: Any) -> None:
    form = Correcting(login("front"), person := ana())
    form.read(email="ana@gmail.com")
    form.form["email"] = "eve@gmail.com"
    assert "Relisez à la personne" in form.confirm().text
    assert stored(person.id).email == "ana@gmial.com"


def test_the_history_keeps_what_it_was_and_the_journal_no_value(login: Any) -> None:
    client, person = login("back"), ana()
    contact = create_contact(NUMBER, person_id=person.id, agent_id=client.agent.id)
    form = Correcting(client, person, f"contact={contact.id}")
    form.correct(email="ana@gmail.com", first_name="Anna", born_on="1985-05-07")
    assert stored(person.id).born_on == date(1985, 5, 7)
    (entry,) = entries("correct_person")
    assert (entry.subject, entry.agent_id) == (f"person:{person.id}", client.agent.id)
    assert entry.detail == {"fields": ["born_on", "email", "first_name"], "contact": contact.id}
    kept = {c.field: (c.before, c.after) for c in corrections.changes_of(person.id)}
    assert kept["email"] == ("ana@gmial.com", "ana@gmail.com")
    raw = db.session.execute(text("SELECT before FROM person_changes")).scalars().all()
    assert not any("gmial" in each for each in raw)  # encrypted in the database
    page = client.get(f"/dossiers/persons/{person.id}/details").text
    assert "<s>ana@gmial.com</s>" in page
    assert client.agent.display_name in page


def test_a_former_value_can_be_put_back(login: Any) -> None:
    client, person = login("front"), ana()
    Correcting(client, person).correct(email="wrong@gmail.com")
    (change,) = corrections.changes_of(person.id)
    form = Correcting(client, person, f"restore={change.id}")
    assert form.form["email"] == "ana@gmial.com"
    form.correct()
    assert stored(person.id).email == "ana@gmial.com"
    other = ana()
    assert (
        client.get(f"/dossiers/persons/{other.id}/correction?restore={change.id}").status_code
        == 404
    )


def test_telephones_keep_their_rows_and_may_exchange_numbers(login: Any) -> None:
    client, person = login("front"), create_person(NUMBER, "+33139980102", last_name="Roux")
    first, second = (phone.id for phone in stored(person.id).phones)
    form = Correcting(client, person)
    form.correct(
        **{f"phone-{first}": "01 39 98 01 02", f"phone-{second}": "06 39 98 01 01",
           f"owner-{second}": "helper", "phone-new": "+32 2 555 12 12"}
    )  # fmt: skip
    phones = [(p.id, p.e164, p.owner.value) for p in stored(person.id).phones]
    assert phones[:2] == [(first, "+33139980102", "own"), (second, NUMBER, "helper")]
    assert phones[2][1:] == ("+3225551212", "own")
    assert len(corrections.changes_of(person.id)) == 3
    Correcting(client, person).correct(**{f"phone-{first}": ""})
    assert [p.id for p in stored(person.id).phones][:1] == [second]


def test_a_name_corrected_is_found(login: Any) -> None:
    client, person = login("front"), ana()
    create_dossier(person)
    Correcting(client, person).correct(last_name="Élévation", first_name="Zoé")
    assert "Zoé Élévation" in client.post("/dossiers", data={"q": "elevation"}).text


@pytest.mark.parametrize(
    ("typed", "word"),
    [({"email": "ana"}, "arobase"), ({"last_name": ""}, "nécessaires"),
     ({"born_on": "2031-01-01"}, "vérifiez l"), ({"phone-new": "12"}, "téléphone"),
     ({"helper": "mot de passe : Azerty12!"}, "mot de passe"), ({"language": "xx1"}, "langue")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    login: Any, typed: dict[str, str], word: str
) -> None:
    client, person = login("front"), ana()
    form = Correcting(client, person)
    response = form.read(**typed, address="3 quai des Brumes")
    assert response.status_code == 422
    assert response.headers["X-Form-Returned"] == "1"
    assert word in response.text
    assert form_in(response.text)["address"] == "3 quai des Brumes"
    assert corrections.changes_of(person.id) == []


def test_a_slip_is_asked_about_and_its_owner_decides(login: Any) -> None:
    form = Correcting(login("front"), person := ana())
    page = form.read(email="ana@hotmial.fr").text
    assert "Vouliez-vous dire ana@hotmail.fr" in page
    form.confirm()
    assert stored(person.id).email == "ana@hotmial.fr"


def test_the_second_editor_sees_what_changed_and_loses_nothing(login: Any) -> None:
    person = ana()
    first, second = Correcting(login("front"), person), Correcting(login("back"), person)
    first.correct(email="ana@gmail.com", address="1 rue Neuve")
    second.read(email="ana@free.fr", first_name="Anna")
    refused = second.confirm()
    assert refused.status_code == 409
    assert "Quelqu’un d’autre vient de changer cela" in refused.text
    assert re.search(
        r"<s>ana@gmial\.com</s>.*?ana@gmail\.com.*?vous avez écrit : ana@free\.fr",
        refused.text,
        re.S,
    )
    assert "1 rue Neuve" in refused.text
    again = form_in(refused.text)
    assert (again["email"], again["first_name"], again["address"]) == (
        "ana@free.fr",
        "Anna",
        "1 rue Neuve",
    )
    assert stored(person.id).email == "ana@gmail.com"
    second.form = again
    second.correct()
    kept = stored(person.id)
    assert (kept.email, kept.first_name, kept.address) == ("ana@free.fr", "Anna", "1 rue Neuve")


def test_a_telephone_added_meanwhile_is_not_lost(login: Any) -> None:
    person = ana()
    first, second = Correcting(login("front"), person), Correcting(login("back"), person)
    first.correct(**{"phone-new": "06 39 98 01 77"})
    second.read(first_name="Anna")
    refused = second.confirm()
    assert refused.status_code == 409
    second.form = form_in(refused.text)
    second.correct()
    assert [p.e164 for p in stored(person.id).phones] == [NUMBER, "+33639980177"]


def test_other_desks_are_told_and_no_value_travels(login: Any, published: list) -> None:
    client, person = login("front"), ana()
    Correcting(client, person).correct(email="ana@gmail.com")
    (told,) = [(event, payload, room) for event, payload, room in published if event == "person"]
    payload = {"person_id": person.id, "agent_id": client.agent.id, "by": client.agent.display_name}
    assert told == ("person", payload, "line")


def test_only_who_reads_dossiers_corrects_and_unknown_persons_are_said(login: Any) -> None:
    person = ana()
    path = f"/dossiers/persons/{person.id}"
    admin = login("admin")
    assert admin.get(f"{path}/correction").status_code == 403
    assert admin.post(f"{path}/correction").status_code == 403
    client = login("manager")
    assert client.get(f"{path}/correction").status_code == 200
    for bad in ("/dossiers/persons/999999/correction", f"/dossiers/persons/{10**30}/correction"):
        assert client.get(bad).status_code == 404
    assert (
        client.post("/dossiers/persons/999999/correction", data={"email": "a@b.fr"}).status_code
        == 404
    )


def test_the_contact_of_somebody_else_is_not_named(login: Any) -> None:
    client, person = login("front"), ana()
    stranger = create_contact("+33639980199")
    form = Correcting(client, person, f"contact={stranger.id}")
    form.correct(email="ana@gmail.com")
    assert entries("correct_person")[0].detail["contact"] is None


# --- with the script --------------------------------------------------------------------------------


def test_s05_corrects_and_the_very_next_resend_goes_there(login: Any, mail: Any) -> None:
    client, person = login("front"), ana()
    dossier = create_dossier(person)
    contact = create_contact(
        NUMBER, person_id=person.id, dossier_id=dossier.id, agent_id=client.agent.id
    )
    run_id = service.start_run(
        "S05", contact_id=contact.id, dossier_id=None, agent_id=client.agent.id, now=clock.now()
    )
    path = f"/assist/runs/{run_id}"
    for moves, (step, choice) in enumerate([("pourquoi", 2), ("qui", 0), ("compte", 0)]):
        page = client.post(
            f"{path}/answer", data={"moves": moves, "step": step, "choice": choice}
        ).text
    assert "Corriger l’adresse" in page
    assert client.post(f"{path}/action", data={"action": "correct_address"}).status_code == 422
    assert db.session.scalars(select(ScriptAct)).all() == []  # pressed, not done: not noted
    form = form_in(client.get(f"{path}/address").text)
    form["email"] = "ana@gmail.com"
    read = form_in(client.post(f"{path}/address", data=form).text)
    done = client.post(f"{path}/address", data=form | {"read": read["read"]})
    assert done.headers["HX-Retarget"] == "#script-run"
    assert "a•••@gmail.com" in done.text
    (act,) = db.session.scalars(select(ScriptAct))
    assert (act.action, act.result, act.step_id) == ("correct_address", "done", "corriger")
    page = client.post(f"{path}/answer", data={"moves": 3, "step": "corriger", "choice": 0}).text
    assert "Partira à a•••@gmail.com" in page
    client.post(f"{path}/action", data={"action": "resend_link", "basis": "spoken"})
    assert [m.to for m in mail.sent] == ["ana@gmail.com"]
    page = client.get(f"/dossiers/{dossier.id}").text
    assert "à a•••@gmail.com" in page


def test_a_bad_address_is_said_and_trusted_again_once_confirmed(login: Any) -> None:
    client, person = login("front"), ana()
    dossier = create_dossier(person)
    sent = clock.now() - timedelta(hours=2)
    create_event(dossier, PortalEventKind.LINK_SENT, sent)
    create_event(dossier, PortalEventKind.MAIL_BOUNCED, sent + timedelta(minutes=1))
    assert "revenu" in client.get(f"/dossiers/{dossier.id}").text
    form = Correcting(client, person)
    assert "Rien ne change" in form.read().text
    form.confirm()
    assert entries("confirm_address")[0].detail["fields"] == []
    assert corrections.refused_at(stored(person.id)) is None
    assert "relue à la personne" in client.get(f"/dossiers/{dossier.id}").text


def test_an_account_made_with_the_old_address_is_told_while_reading(login: Any) -> None:
    client, person = login("front"), ana()
    create_event(create_dossier(person), PortalEventKind.STEP1_DONE, clock.now())
    assert "Un compte existe déjà" in Correcting(client, person).read(email="ana@gmail.com").text


def test_retention_forgets_former_values(login: Any) -> None:
    client, person = login("front"), ana()
    Correcting(client, person).correct(email="ana@gmail.com")
    later = clock.now() + retention.KEEP_CONTACT_DETAILS + timedelta(days=1)
    assert retention.run(now=later, dry_run=True)["former_details"] == 1
    assert db.session.scalars(select(PersonChange)).all() != []
    retention.run(now=later, dry_run=False)
    assert db.session.scalars(select(PersonChange)).all() == []


def test_what_is_typed_cannot_run_in_the_page(login: Any) -> None:
    client, person = login("front"), ana()
    evil = "<img src=x onerror=alert(1)>"
    form = Correcting(client, person)
    assert evil not in form.read(helper=evil, address=evil).text
    assert evil not in form.confirm().text
