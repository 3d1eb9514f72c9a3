"""Cases 1 to 12 of the field study, each lived in the demo Portal: what the person meets, and what is told of it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from demo_portal import rules
from demo_portal.tests.test_lived import GOOD, MAIL, PDF, REFERENCE, World, sign_in

FIGURES = {"distance_km": "12", "tax_income": "11254", "tax_parts": "1"}


@pytest.fixture
def world(tmp_path: Any) -> World:
    return World(tmp_path)


def enters(world: World, password: str = GOOD, key: str = "in") -> dict[str, str]:
    """Step 1 and step 2 by a new link; its addresses."""
    urls = world.link(key)
    world.person.post(urls["step1_url"], data={"password": password, "again": password})
    assert sign_in(world.person, urls["step2_url"], password=password).status_code == 303
    return urls


def sends(world: World, kind: str, name: str = "piece.pdf", content: bytes = PDF) -> str:
    """A file in a slot; the page that answers."""
    path, sent = f"/demande/pieces/{kind}", {"file": (BytesIO(content), name)}
    page: str = world.person.post(path, data=sent).text
    return page


def transmits(world: World) -> str:
    page: str = world.person.post("/demande/transmettre", data={"agree": "1"}).text
    return page


def whole(world: World) -> str:
    """Figures, pièces, « transmettre »."""
    world.person.post("/demande/champs", data=FIGURES)
    for kind in rules.REQUIRED:
        sends(world, kind)
    return transmits(world)


def slots(world: World) -> dict[str, str]:
    return {each["kind"]: each["state"] for each in world.stands()["slots"]}


def test_1_an_older_mail_is_dead_and_the_request_is_made_again_by_todays(world: World) -> None:
    older = world.link("9-june")
    world.now += timedelta(days=13)
    assert world.person.get(older["step1_url"]).status_code == 410  # more than 72 hours
    enters(world, key="22-june")
    assert world.person.get(older["step1_url"]).status_code == 410  # and replaced
    assert "Demande transmise" in whole(world)
    assert world.told()[-1] == "deposited"


def test_2_a_badly_scanned_page_is_asked_again_and_scanned_again(world: World) -> None:
    enters(world)
    whole(world)
    assert world.ask("/slots/identity/hand-back", "again").status_code == 200
    assert slots(world)["identity"] == "red"
    sends(world, "identity", "recto-verso.pdf")
    assert (slots(world)["identity"], world.told()[-1]) == ("orange", "piece_sent")


def test_3_after_a_mail_problem_the_deposit_has_its_own_day(world: World) -> None:
    world.link("bounced")
    world.now += timedelta(days=20)
    enters(world, key="corrected")
    whole(world)
    assert world.stands()["deposited_at"].startswith("2021-07-12")


def test_4_two_dashes_a_photo_too_heavy_and_an_error_that_passes(world: World) -> None:
    urls = world.link()
    typed = {"password": "Lune#-37", "again": "Lune#–37"}
    assert "pas identiques" in world.person.post(urls["step1_url"], data=typed).text
    enters(world, "Lune#-37", "again")
    assert "lourd" in sends(world, "rib", "photo.jpg", b"x" * (rules.LARGEST + 1))
    world.switch("error")
    assert "Une erreur est survenue" in sends(world, "rib", "photo.jpg")
    world.switch()
    assert "transmise" in sends(world, "rib", "photo.jpg")  # tried again at once: it works
    assert "error_shown" in world.told()


def test_5_a_dead_link_gmial_a_wrong_password_then_in(world: World) -> None:
    dead = world.link("dead")
    world.now += timedelta(hours=73)
    assert world.person.get(dead["step1_url"]).status_code == 410
    urls = world.link("new")
    world.person.post(urls["step1_url"], data={"password": GOOD, "again": GOOD})
    assert sign_in(world.person, urls["step2_url"], "karim@gmial.example").status_code == 422
    assert sign_in(world.person, urls["step2_url"], password="soleil-36").status_code == 422
    assert sign_in(world.person, urls["step2_url"]).status_code == 303
    causes = [e["data"]["cause"] for e in world.events() if e["type"] == "login_failed"]
    assert causes == ["identifier", "password"]


def test_6_the_figures_vanish_and_are_kept_the_next_day(world: World) -> None:
    enters(world)
    world.switch("fields_vanish")
    assert "réinitialisée" in world.person.post("/demande/champs", data=FIGURES).text
    assert 'value="12"' not in world.person.get("/demande").text
    world.switch()
    world.now += timedelta(days=1)
    assert "enregistrées" in world.person.post("/demande/champs", data=FIGURES).text
    assert world.told().count("fields_lost") == 1


def test_7_no_mail_because_nobody_enrolled_her_then_the_mail_comes(world: World) -> None:
    world.person.post("/coulisses/retirer", data={"reference": REFERENCE})
    assert world.link("early") == {"code": "not_enrolled"}
    world.person.post("/coulisses/inscrire", data={"reference": REFERENCE, "mail": MAIL})
    ((to, _subject, body),) = world.mails
    assert (to, "Étape 1" in body) == (MAIL, True)
    assert world.told() == ["enrolled", "link_sent"]
    enters(world, key="after")


def test_8_no_scanner_a_telephones_picture_will_do(world: World) -> None:
    enters(world)
    assert "Format refusé" in sends(world, "identity", "IMG_2041.HEIC")
    assert "transmise" in sends(world, "identity", "IMG_2041.JPG")


def test_9_a_document_is_missing_and_the_rest_is_kept(world: World) -> None:
    enters(world)
    world.person.post("/demande/champs", data=FIGURES)
    for kind in ("identity", "rib", "tax_notice"):
        sends(world, kind)
    assert "Il manque : Notification de rejet" in transmits(world)
    assert (world.stands()["deposited_at"], slots(world)["rib"]) == (None, "orange")
    world.now += timedelta(days=9)
    sends(world, "situation_notice")
    assert "Demande transmise" in transmits(world)


def test_10_straight_to_the_site_with_a_capital_too_many(world: World) -> None:
    assert "Identifiant ou mot de passe incorrect" in sign_in(world.person, "/connexion").text
    enters(world)
    world.person.post("/deconnexion")
    attributed = rules.identifier(REFERENCE)
    assert sign_in(world.person, "/connexion", attributed, GOOD.upper()).status_code == 422
    assert sign_in(world.person, "/connexion", attributed).status_code == 303
    assert "?demande=SP-" in world.person.post("/deposer").location  # the wrong button


def test_11_figures_as_they_are_written_and_two_documents_swapped(world: World) -> None:
    enters(world)
    typed = {"distance_km": "12,5 km", "tax_income": "11 254", "tax_parts": "1,5"}
    page = world.person.post("/demande/champs", data=typed)
    assert (page.status_code, page.text.count("attend un nombre")) == (422, 1)
    typed["distance_km"] = "12,5"
    assert "enregistrées" in world.person.post("/demande/champs", data=typed).text
    for kind, name in (("rib", "avis.pdf"), ("tax_notice", "rib.pdf")):
        sends(world, kind, name)
        assert world.ask(f"/slots/{kind}/hand-back", f"swap-{kind}").status_code == 200
    assert {slots(world)[kind] for kind in ("rib", "tax_notice")} == {"red"}
    for kind, name in (("rib", "rib.pdf"), ("tax_notice", "avis.pdf")):
        assert name in sends(world, kind, name)


def test_12_the_administrative_word_stands_where_the_paper_has_another(world: World) -> None:
    enters(world)
    page = world.person.get("/demande").text
    assert "Notification de rejet" in page  # the paper says « avis de situation » (S16)
    assert "avis de situation" not in page.lower()
    assert "Demande transmise" in whole(world)
    assert "traité" not in world.person.get("/espace").text
