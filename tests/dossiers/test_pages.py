"""The pane and the pages of dossiers, through the browser's door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.dossiers import store
from app.dossiers.models import (
    Annotation,
    DossierIban,
    Organisation,
    Person,
    PersonNir,
    PriorityFlag,
)
from app.dossiers.vocabulary import Inside, PieceKind, PieceState, PortalEventKind
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.tickets.models import Contact
from tests.dossiers.build import (
    create_contact,
    create_dossier,
    create_event,
    create_person,
    create_piece,
)

NUMBER = "+33639980101"
NIR = "285057800608491"
IBAN = "FR1420041010050500013M02606"


@pytest.fixture(autouse=True)
def _app(app: Flask) -> None:
    """Every test here needs the application."""


def acts() -> list[tuple[str, str]]:
    """The journal: what was done to what."""
    return [(e.act, e.subject) for e in db.session.scalars(select(JournalEntry))]


def pane(client: Any, contact: Contact) -> str:
    """The caller's card, then the dossier's column."""
    pages = [client.get(f"/dossiers/{name}?contact={contact.id}") for name in ("caller", "pane")]
    assert [page.status_code for page in pages] == [200, 200]
    return "".join(str(page.text) for page in pages)


def test_one_candidate_is_shown_at_once_with_the_sentence_first(login: Any) -> None:
    dossier = create_dossier(create_person(NUMBER, first_name="Inès", last_name="Roux"))
    create_event(dossier, PortalEventKind.LINK_SENT, clock.now() - timedelta(days=9))
    text = pane(login("front"), create_contact(NUMBER))
    assert (
        text.index('id="status-sentence"')
        < text.index("Ce qu’on peut lui dire")
        < text.index("Pièces")
    )
    assert "a expiré le" in text
    assert "À dire" in text
    assert ">Inès Roux<" not in text  # the band says the name, once
    assert "06 39 98 01 01" in text


def test_several_candidates_are_chosen_by_a_key(login: Any) -> None:
    first = create_person(NUMBER, last_name="Alpha")
    second = create_person(NUMBER, last_name="Beta")
    create_dossier(second, reference="PF-B")
    contact = create_contact(NUMBER)
    assert contact.person_id is None
    client = login("front")
    text = pane(client, contact)
    assert 'data-key="I 1"' in text
    assert 'data-key="I 2"' in text
    response = client.post("/dossiers/attach", data={"contact": contact.id, "person": second.id})
    assert response.status_code == 200
    assert "PF-B" in pane(client, contact)
    assert response.headers["HX-Trigger"] == "contact-changed"
    db.session.refresh(contact)
    assert contact.person_id == second.id
    assert ("attach", f"contact:{contact.id}") in acts()
    assert first.id


def test_hidden_and_unknown_numbers_ask_for_a_name(login: Any) -> None:
    client = login("front")
    assert "Le numéro est masqué" in pane(client, create_contact("anonymous"))
    unknown = pane(client, create_contact("+33639980199"))
    assert "Numéro inconnu" in unknown
    assert "Créer une fiche" in unknown


def test_an_organisme_calls_for_somebody(login: Any) -> None:
    organisation = Organisation(name="Greta du Val", phone=NUMBER)
    db.session.add(organisation)
    db.session.commit()
    wanted = create_dossier(create_person(last_name="Cible"), organisation_id=organisation.id)
    contact = create_contact(NUMBER)
    client = login("front")
    text = pane(client, contact)
    assert "Greta du Val" in text
    assert "Cible" in text
    bar = client.get(f"/tickets/qualification?contact={contact.id}").text
    suggested = [part for part in bar.split("<label") if "chip-suggested" in part]
    assert any('value="formateur"' in part for part in suggested)
    assert not any('value="formateur"' in part and " checked" in part for part in suggested)
    data = {"contact": contact.id, "person": wanted.person_id, "dossier": wanted.id}
    assert client.post("/dossiers/attach", data=data).status_code == 200
    assert wanted.reference in pane(client, contact)


def test_searching_from_the_pane(login: Any) -> None:
    create_dossier(create_person(first_name="Zélie", last_name="Rare"))
    data = {"contact": create_contact(None).id, "q": "zelie"}
    client = login("front")
    assert "Zélie Rare" in client.post("/dossiers/find", data=data).text
    assert "Personne de ce nom" in client.post("/dossiers/find", data={**data, "q": "zzz"}).text
    assert client.post("/dossiers/find", data={"q": "zelie"}).status_code == 404


def test_a_new_person_gets_the_number_that_calls(login: Any) -> None:
    contact = create_contact("+33639980199")
    response = login("front").post(
        "/dossiers/persons",
        data={"contact": contact.id, "first_name": "Zoé", "last_name": "<b>Neuf</b>"},
    )
    assert response.status_code == 200
    assert "&lt;b&gt;Neuf" in response.text
    db.session.refresh(contact)
    assert contact.person is not None
    assert [p.e164 for p in contact.person.phones] == ["+33639980199"]


def test_a_person_needs_a_name(login: Any) -> None:
    contact = create_contact(None)
    response = login("front").post(
        "/dossiers/persons", data={"contact": contact.id, "first_name": " ", "last_name": ""}
    )
    assert response.status_code == 422
    assert "Votre saisie est gardée" in response.text


def test_not_this_person_after_all(login: Any) -> None:
    create_dossier(create_person(NUMBER))
    contact = create_contact(NUMBER)
    response = login("front").post("/dossiers/detach", data={"contact": contact.id})
    assert "Qui appelle" in response.text
    db.session.refresh(contact)
    assert (contact.person_id, contact.dossier_id) == (None, None)


def test_a_dossier_of_somebody_else_is_not_attached(login: Any) -> None:
    person, other = create_person(), create_dossier()
    contact = create_contact(None)
    response = login("front").post(
        "/dossiers/attach", data={"contact": contact.id, "person": person.id, "dossier": other.id}
    )
    assert response.status_code == 422
    db.session.refresh(contact)
    assert contact.person_id is None


def test_protected_fields_are_masked_then_shown_and_journaled(login: Any) -> None:
    person = create_person(nir_masked="2 •• 91")
    dossier = create_dossier(person, iban_masked="FR•• 606")
    db.session.add(PersonNir(person_id=person.id, nir=NIR))
    db.session.add(DossierIban(dossier_id=dossier.id, iban=IBAN))
    db.session.commit()
    client = login("front")
    page = client.get(f"/dossiers/{dossier.id}").text
    assert "2 •• 91" in page
    assert NIR not in page.replace(" ", "")
    assert IBAN not in page.replace(" ", "")
    shown = client.post(f"/dossiers/{dossier.id}/reveal", data={"field": "nir"}).text
    assert "2 85 05 78 006 084 91" in shown
    shown = client.post(f"/dossiers/{dossier.id}/reveal", data={"field": "iban"}).text
    assert "FR14 2004 1010" in shown
    assert client.post(f"/dossiers/{dossier.id}/reveal", data={"field": "x"}).status_code == 404
    subject = f"dossier:{dossier.id}"
    assert [a for a in acts() if a[0].startswith("reveal")] == [
        ("reveal_nir", subject),
        ("reveal_iban", subject),
    ]


def test_pieces_are_told_by_a_word_and_the_urgent_ones_first(login: Any) -> None:
    dossier = create_dossier(inside=Inside.TAKEN_UP)
    create_piece(dossier, kind=PieceKind.RIB, state=PieceState.GREEN)
    create_piece(dossier, kind=PieceKind.TAX_NOTICE, state=PieceState.RED, message="4 pages")
    page = login("back").get(f"/dossiers/{dossier.id}").text
    assert page.index("Redemandée") < page.index("Acceptée")
    assert "4 pages" in page


def test_annotations_are_escaped_and_secrets_refused(login: Any) -> None:
    dossier = create_dossier()
    client = login("front")
    at = f"/dossiers/{dossier.id}/annotations"
    assert "&lt;script&gt;" in client.post(at, data={"text": "<script>alert(1)</script>"}).text
    refused = client.post(at, data={"text": "mdp: Soleil#12"})
    assert refused.status_code == 422
    assert "Soleil" not in refused.text
    assert client.post(at, data={"text": "  "}).status_code == 422
    assert client.post("/dossiers/999/annotations", data={"text": "ok"}).status_code == 404


def test_a_priority_is_promised_late_then_done_once(login: Any) -> None:
    dossier = create_dossier()
    client = login("front")
    at = f"/dossiers/{dossier.id}/priority"
    today = clock.local_day(clock.now())
    assert client.post(at, data={"reason": "Découvert"}).status_code == 422
    past = {"reason": "Découvert", "due_on": str(today - timedelta(days=1))}
    assert client.post(at, data=past).status_code == 422
    page = client.post(at, data={"reason": "Découvert", "due_on": str(today)}).text
    assert "Découvert" in page
    flag = db.session.scalars(select(PriorityFlag)).one()
    flag.due_on = date(2021, 1, 1)
    db.session.commit()
    assert "en retard" in client.get(f"/dossiers/{dossier.id}").text
    for _ in range(2):
        page = client.post(f"/dossiers/flags/{flag.id}/done").text
    assert "Découvert" not in page
    assert [a for a, _ in acts()].count("finish_flag") == 1


def test_searches_are_posted_and_say_how_many(login: Any) -> None:
    for n in range(23):
        create_dossier(create_person(last_name=f"Martin{n:02d}"))
    client = login("back")
    page = client.post("/dossiers", data={"q": "martin"}).text
    assert "23 personnes trouvées" in page
    assert "martin" not in client.post("/dossiers", data={"q": "martin"}).request.path
    none = client.post("/dossiers", data={"q": "zzz"}).text
    assert "Personne de ce nom" in none
    assert "0 personnes" not in none  # French counts none in the singular, and it is said already


def test_namesakes_are_told_apart_by_birth_and_town(login: Any) -> None:
    for day, town in ((date(1989, 3, 14), "Roubaix"), (date(1962, 4, 2), "Lille")):
        person = create_person(
            first_name="Samira", last_name="Haddad", born_on=day, address=f"3 rue X, 59100 {town}"
        )
        create_dossier(person)
    page = login("front").post("/dossiers", data={"q": "hadad"}).text
    assert "14 mars 1989 · Roubaix" in page
    assert "2 avril 1962 · Lille" in page
    assert "nom proche" in page
    assert "Lille" not in login("front").post("/dossiers", data={"q": "haddad 14/3/89"}).text


def test_lists_say_what_to_do_when_empty(login: Any) -> None:
    client = login("front")
    assert "Aucun dossier pour l" in client.get("/dossiers").text
    assert "Votre portefeuille est vide" in client.get("/dossiers?scope=mine").text


def test_what_does_not_exist_is_said(login: Any) -> None:
    client = login("front")
    huge = 10**30
    for path in (
        "/dossiers/999",
        f"/dossiers/{huge}",
        "/dossiers/pane?contact=999",
        f"/dossiers/pane?contact={huge}",
        "/dossiers/pane?dossier=x",
        f"/tickets/qualification?contact={huge}",
    ):
        assert client.get(path).status_code == 404


def test_numbers_of_pages_are_not_trusted(login: Any) -> None:
    client = login("front")
    for page in (10**30, -(10**30), "x", ""):
        assert client.get(f"/dossiers?page={page}").status_code == 200
        assert client.get(f"/tickets?page={page}").status_code == 200


def test_technical_administrators_do_not_read_dossiers(login: Any) -> None:
    dossier = create_dossier()
    client = login("admin")
    for path in ("/dossiers", f"/dossiers/{dossier.id}", "/tickets"):
        assert client.get(path).status_code == 403


def test_pages_speak_english_too(login: Any) -> None:
    dossier = create_dossier(create_person(NUMBER))
    page = login("front", locale="en").get(f"/dossiers/{dossier.id}").text
    assert "Your training centre has not declared your enrolment yet" in page


def test_a_mail_address_is_judged_while_it_is_typed(login: Any) -> None:
    front = login("front")

    def said(typed: str) -> str:
        fields = {"email": typed, "mail_field": "new-mail-3", "mail_label": "Mail"}
        response = front.post("/dossiers/mail", data=fields)
        assert response.status_code == 200
        return str(response.text)

    assert said("").strip() == ""
    assert "arobase" in said("jeangmail.com")
    assert "jean@gmail.com" in said("jeangmail.com")
    assert "jean@gmail.com" in said("jean@gmial.com")
    assert "field-error" not in said("jean@gmial.com")
    assert said("jean@free.fr").strip() == ""
    assert "<script>" not in said("<script>@<script>.fr")
    taken = front.post(
        "/dossiers/mail/corrected",
        data={"email": "jean@gmail.com", "mail_field": "new-mail-3", "mail_label": "Mail"},
    )
    assert 'value="jean@gmail.com"' in taken.text
    assert 'id="new-mail-3"' in taken.text


def test_a_doubted_address_is_asked_about_once_then_kept(login: Any) -> None:
    contact = create_contact(NUMBER)
    front = login("front")
    form = {
        "contact": contact.id,
        "first_name": "Ana",
        "last_name": "Doute",
        "email": "Ana@Gmial.com",
        "mail_field": "new-mail-1",
    }
    asked = front.post("/dossiers/persons", data=form)
    assert asked.headers["HX-Retarget"] == "#new-mail-1-said"
    assert "ana@gmail.com" in asked.text
    assert db.session.scalar(select(Person).where(Person.last_name == "Doute")) is None
    kept = front.post("/dossiers/persons", data={**form, "mail_seen": "ana@gmial.com"})
    assert kept.status_code == 200
    person = db.session.scalar(select(Person).where(Person.last_name == "Doute"))
    assert person is not None
    assert person.email == "ana@gmial.com"


def test_an_address_that_is_none_is_refused_with_its_reason(login: Any) -> None:
    contact = create_contact(NUMBER)
    refused = login("front").post(
        "/dossiers/persons",
        data={"contact": contact.id, "first_name": "A", "last_name": "B", "email": "ana.gmail.com"},
    )
    assert refused.status_code == 422
    assert "arobase" in refused.text
    assert db.session.scalar(select(Person).where(Person.last_name == "B")) is None


def test_the_years_are_read_a_page_at_a_time(login: Any) -> None:
    dossier = create_dossier()
    client = login("front")
    at = f"/dossiers/{dossier.id}/annotations"
    with unit_of_work():
        for number in range(45):
            db.session.add(
                Annotation(dossier_id=dossier.id, author_id=client.agent.id, text=f"note {number}.",
                           created_at=clock.now())
            )  # fmt: skip
    page = client.get(f"/dossiers/{dossier.id}").text
    assert "note 44." in page
    assert "note 24." not in page
    assert "Voir les 45 annotations" in page
    assert "note 24." in client.get(f"{at}?page=2").text
    last = client.get(f"{at}?page=99999999999").text
    assert "note 0." in client.get(f"{at}?page=3").text
    assert "Page 1 sur 3" in last or "Page 3 sur 3" in last


def test_the_path_is_that_of_the_last_events(login: Any) -> None:
    """Folded from the last event of each kind, at both databases."""
    now, dossier = clock.now(), create_dossier()
    for days in (30, 20, 9):
        create_event(dossier, PortalEventKind.LINK_SENT, now - timedelta(days=days))
        create_event(dossier, PortalEventKind.MAIL_DELIVERED, now - timedelta(days=days - 0.1))
    create_event(dossier, PortalEventKind.LINK_OPENED, now - timedelta(days=19))
    path = store.facts_of(dossier).path
    assert path.sent_at == now - timedelta(days=9)
    assert path.delivered_at == now - timedelta(days=8.9)
    assert path.opened_at is None  # of an earlier link


def test_the_page_shows_itself_again_after_an_act_and_the_column_reads_itself(login: Any) -> None:
    dossier = create_dossier(create_person(NUMBER))
    front = login("front")
    at = f"/dossiers/{dossier.id}/annotations"
    page = front.post(at, data={"text": "Rappelle lundi"}).text
    assert "dossier-whole" in page
    assert "Rappelle lundi" in page
    beside = front.post(at, data={"text": "Encore", "contact": "1"})
    assert (beside.text, beside.headers["HX-Trigger"]) == ("", "dossier-noted")


def test_one_act_comes_first_when_the_sentence_calls_for_it(login: Any) -> None:
    calm = create_dossier(create_person(NUMBER), inside=Inside.PAID)
    dossier = create_dossier(create_person("+33639980102"))
    create_event(dossier, PortalEventKind.LINK_SENT, clock.now() - timedelta(days=9))
    front = login("front")

    def acts_of(found: Any) -> str:
        page = str(front.get(f"/dossiers/{found.id}").text)
        return page[page.index("dossier-acts") : page.index("dossier-columns")]

    assert acts_of(dossier).count("button-primary") == 1
    assert "data-dial" in acts_of(dossier).partition("button-primary")[2].partition("</button>")[0]
    assert "button-primary" not in acts_of(calm)
    page = str(login("manager").get(f"/dossiers/{dossier.id}").text)
    assert "data-dial=" not in page[page.index("dossier-acts") : page.index("dossier-columns")]


def test_a_list_is_narrowed_sorted_and_counted(login: Any) -> None:
    organisation = Organisation(name="Passerelle Formation")
    db.session.add(organisation)
    db.session.commit()
    create_dossier(
        create_person(last_name="Alpha"), reference="PF-2", organisation_id=organisation.id
    )
    create_dossier(
        create_person(last_name="Beta"),
        reference="PF-1",
        organisation_id=organisation.id,
        inside=Inside.PAID,
    )
    create_dossier(create_person(last_name="Gamma"), reference="PF-3")
    front = login("front")

    def listed(query: str) -> tuple[list[str], str]:
        page = str(front.get(f"/dossiers?{query}").text)
        found = [name for name in ("Alpha", "Beta", "Gamma") if f"{name}</a>" in page]
        return sorted(found, key=lambda name: page.index(f"{name}</a>")), page

    assert listed(f"organisation={organisation.id}&sort=reference")[0] == ["Beta", "Alpha"]
    assert listed(f"organisation={organisation.id}&sort=-reference")[0] == ["Alpha", "Beta"]
    found, page = listed("inside=paid")
    assert found == ["Beta"]
    assert "1 dossier" in page
    assert "Aucun dossier ne répond" in listed("inside=voted")[1]
    for odd in ("inside=x", "sort=x", "organisation=x", "organisation=999999"):
        assert len(listed(odd)[0]) == 3
