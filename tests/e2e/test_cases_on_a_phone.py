"""Cases 2, 4 to 6 and 8 to 12 of the field study, lived in the demo Portal by hand, on a telephone 390 pixels wide.

The Portal alone is served, by this process: its clock and its failures are the test's. What is told of each case is
proved in demo_portal/tests/test_cases.py; here it is what somebody reads and touches.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from werkzeug.serving import make_server

from demo_portal import rules
from demo_portal.tests.test_lived import GOOD, MAIL, REFERENCE, World
from tests.people import assert_axe, assert_fits

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, FilePayload

AN_ERROR = "Une erreur est survenue"
FIGURES = {"Distance": "12", "Revenu fiscal": "11254", "parts": "1"}
PIECES = ("Pièce d’identité", "RIB", "Notification de rejet", "Avis d’imposition")


def a_file(name: str, content: bytes = b"%PDF-1.4") -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


class Phone:
    """Somebody's telephone, and the Portal that it opens."""

    def __init__(self, page: Page, world: World, base: str) -> None:
        self.page, self.world, self.base = page, world, base

    def opens(self, address: str) -> None:
        self.page.goto(self.base + urlsplit(address).path)

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def chooses(self, first: str, again: str | None = None) -> None:
        self.page.get_by_label("Mot de passe", exact=True).fill(first)
        self.page.get_by_label("Confirmez le mot de passe").fill(again or first)
        self.presses("Valider")

    def signs_in(self, identifier: str = MAIL, password: str = GOOD) -> None:
        self.page.get_by_label("Identifiant").fill(identifier)
        self.page.get_by_label("Mot de passe").fill(password)
        self.presses("Se connecter")

    def enters(self, password: str = GOOD, key: str = "in") -> None:
        """Step 1, step 2, « suivre ma demande »."""
        urls = self.world.link(key)
        self.opens(urls["step1_url"])
        self.chooses(password)
        self.reads("Votre mot de passe est créé")
        self.opens(urls["step2_url"])
        self.signs_in(password=password)
        self.reads("Votre espace")
        self.page.get_by_role("link", name="Suivre ma demande").click()
        self.reads("Ma demande")

    def reads(self, heading: str) -> None:
        expect(self.page.locator("h1")).to_have_text(heading)

    def sees(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def fills(self, **other: str) -> None:
        for label, figure in {**FIGURES, **other}.items():
            self.page.get_by_label(label).fill(figure)
        self.presses("Valider")

    def slot(self, piece: str) -> Locator:
        return self.page.locator("section.slot", has_text=piece)

    def sends(self, piece: str, sent: FilePayload | None = None) -> None:
        slot = self.slot(piece)
        slot.get_by_label("Fichier").set_input_files(sent or a_file("piece.pdf"))
        slot.get_by_role("button", name="Transmettre la pièce").click()

    def state_of(self, piece: str, said: str) -> None:
        expect(self.slot(piece).locator(".state")).to_contain_text(said)

    def transmits(self) -> None:
        self.page.get_by_role("link", name="Vérifier et transmettre").click()
        self.page.get_by_label("Je certifie").check()
        self.presses("Transmettre ma demande")

    def does_the_whole(self) -> None:
        self.fills()
        for piece in PIECES:
            self.sends(piece)
            self.state_of(piece, "transmise")
        self.transmits()
        self.reads("Demande transmise")

    def is_asked_again(self, kind: str) -> None:
        """The agent gives the hand back; the person reloads the page of the demande."""
        assert self.world.ask(f"/slots/{kind}/hand-back", f"again-{kind}").status_code == 200
        self.opens("/demande")


@pytest.fixture
def phone(browser: Browser, tmp_path: Path) -> Iterator[Phone]:
    world = World(tmp_path)
    server = make_server("127.0.0.1", 0, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    context = browser.new_context(
        locale="fr-FR", viewport={"width": 390, "height": 844}, has_touch=True
    )
    context.set_default_timeout(10_000)
    yield Phone(context.new_page(), world, f"http://127.0.0.1:{server.server_port}")
    context.close()
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_2_a_page_badly_scanned_is_asked_again_and_scanned_again(phone: Phone) -> None:
    phone.enters()
    assert_axe(phone.page)
    assert_fits(phone.page)
    phone.does_the_whole()
    phone.is_asked_again("identity")
    phone.state_of("Pièce d’identité", "à fournir de nouveau")
    phone.sends("Pièce d’identité", a_file("recto-verso.pdf"))
    phone.state_of("Pièce d’identité", "transmise · recto-verso.pdf")


def test_4_two_dashes_a_photo_too_heavy_an_error_that_passes(phone: Phone) -> None:
    phone.opens(phone.world.link()["step1_url"])
    phone.chooses("Lune#-37", "Lune#–37")  # the dash of key 6, and another
    phone.sees("Les deux mots de passe ne sont pas identiques")
    assert_fits(phone.page)
    phone.enters("Lune#-37", "again")
    phone.sends("RIB", a_file("photo.jpg", b"x" * (rules.LARGEST + 1)))
    phone.sees("Fichier trop lourd")
    phone.world.switch("error")
    phone.sends("RIB", a_file("photo.jpg"))
    phone.sees(AN_ERROR)
    phone.world.switch()
    phone.opens("/demande")  # once more, at once: it works
    phone.sends("RIB", a_file("photo.jpg"))
    phone.state_of("RIB", "transmise · photo.jpg")


def test_5_10_a_dead_link_gmial_capitals_and_the_wrong_button(phone: Phone) -> None:
    dead = phone.world.link("dead")
    phone.world.now += timedelta(hours=73)
    phone.opens(dead["step1_url"])
    phone.reads("Ce lien n’est plus valable.")
    urls = phone.world.link("new")
    phone.opens(urls["step1_url"])
    phone.chooses("soleil36")
    phone.sees("Il manque une lettre majuscule")
    phone.chooses(GOOD)
    phone.reads("Votre mot de passe est créé")
    phone.opens("/connexion")  # straight to the site
    for identifier, password in (("karim@gmial.example", GOOD), (MAIL, GOOD.upper())):
        phone.signs_in(identifier, password)
        phone.sees("Identifiant ou mot de passe incorrect")
    phone.signs_in()
    phone.sees(rules.identifier(REFERENCE))  # the identifier that the Portal attributes
    phone.presses("Se déconnecter")
    phone.signs_in(rules.identifier(REFERENCE))
    phone.presses("Déposer une demande")
    phone.reads("Nouvelle demande")
    phone.page.get_by_role("link", name="Revenir").click()
    phone.sees("en cours de création")
    phone.page.get_by_role("link", name="Suivre ma demande").click()
    phone.sees(REFERENCE)
    assert phone.world.told().count("draft_opened") == 1


def test_6_8_9_12_fields_vanish_a_photo_will_do_a_paper_is_missing(phone: Phone) -> None:
    phone.enters()
    phone.world.switch("fields_vanish")
    phone.fills()
    phone.sees("La session a été réinitialisée")
    expect(phone.page.get_by_label("Distance")).to_have_value("")
    phone.world.switch()
    phone.world.now += timedelta(days=1)
    phone.fills()
    phone.sees("Vos informations sont enregistrées")
    phone.sends("Pièce d’identité", a_file("IMG_2041.HEIC"))
    phone.sees("Format refusé")
    phone.sends("Pièce d’identité", a_file("IMG_2041.JPG"))
    phone.state_of("Pièce d’identité", "transmise")
    for piece in ("RIB", "Avis d’imposition"):
        phone.sends(piece)
        phone.state_of(piece, "transmise")
    phone.transmits()
    phone.sees("Il manque : Notification de rejet")  # the paper says « avis de situation »
    phone.world.now += timedelta(days=9)
    phone.page.get_by_role("link", name="Revenir").click()
    phone.state_of("RIB", "transmise")  # the rest is kept
    phone.sends("Notification de rejet")
    phone.state_of("Notification de rejet", "transmise")
    phone.transmits()
    phone.reads("Demande transmise")


def test_11_figures_as_they_are_written_and_two_papers_swapped(phone: Phone) -> None:
    phone.enters()
    phone.fills(Distance="12,5 km")
    phone.sees("Ce champ attend un nombre")
    phone.fills(Distance="12,5", parts="1,5")
    phone.sees("Vos informations sont enregistrées")
    phone.sends("RIB", a_file("avis.pdf"))
    phone.state_of("RIB", "avis.pdf")
    phone.is_asked_again("rib")
    phone.sends("RIB", a_file("rib.pdf"))
    phone.state_of("RIB", "transmise · rib.pdf")
