"""Scripts lived to their end: the agent at the desk, the person in the demo Portal on a telephone, the manager.

The desk's clicks are counted. The answers of a script have a key each (1 to 9): they are pressed, as agents do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from app.foundation import clock
from tests.e2e.test_once import caught
from tests.people import assert_axe, become_available, keep_screen
from tests.remote import Line, wait_until

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, ISABELLE = "camille@demo.permanence", "isabelle@demo.permanence"
MICKAEL, MONIQUE = "+33639980101", "+33639980103"
SAMIRA, JESSICA = "+33639980105", "+33639980107"
GOOD = "Soleil-36"  # a password of the demo Portal
PDF = {"name": "piece.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
LINK = re.compile(r"https?://\S+/portail/lien/[\w-]+")
NUMBER = re.compile(r"PF-\d{4}-\d{6}")


@dataclass
class Desk:
    """Camille at her desk: what she clicks, which keys she presses."""

    page: Page
    clicks: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def script(self) -> Locator:
        return self.page.locator("#script-run")

    def phase(self, wanted: str) -> None:
        expect(self.page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=20_000)

    def click(self, place: Locator) -> None:
        expect(self.page.locator("#call:not(.is-settling)")).to_be_visible()
        self.clicks.append(str(place))
        place.click()

    def accept(self, name: str) -> None:
        self.phase("ringing")
        expect(self.page.locator("[data-slot=name]")).to_have_text(name)
        self.click(self.page.locator("#act-accept"))
        self.phase("talking")

    def follow(self, script_id: str) -> None:
        """The script that is suggested for what blocks this person."""
        row = self.page.locator(".script-choose li", has_text=script_id)
        self.click(row.get_by_role("button"))
        self.at(script_id)

    def find(self, words: str, script_id: str) -> None:
        """A script found by the agent's own words."""
        self.page.locator("#script-search").fill(words)
        row = self.page.locator("#script-results li", has_text=script_id).first
        self.click(row.get_by_role("button").first)
        self.at(script_id)

    def at(self, script_id: str) -> None:
        expect(self.script.locator(".script-title, .script-ended")).to_contain_text(script_id)

    def says(self, *labels: str) -> None:
        """The person's answers, one after the other, each by its key; the pane has moved on after each."""
        for label in labels:
            choice = self.script.locator(".choices button", has_text=label).first
            key = choice.get_attribute("data-key")
            assert key, label
            before = self.script.locator("input[name=moves]").first.input_value()
            run = self.script.locator(".script-answer").get_attribute("hx-post")
            self.keys.append(key)
            self.page.keyboard.press(key)
            self.page.wait_for_function(
                "([run, moves]) => { const now = document.querySelector('#script-run .script-answer');"
                " return !now || now.getAttribute('hx-post') !== run"
                " || now.querySelector('input[name=moves]').value !== moves; }",
                arg=[run, before],
            )

    def acts(self, *, agreed: bool = False) -> None:
        """The step's act: its own button; in the person's name, the one that says their agreement."""
        act = self.script.locator("form.script-action")
        held: list[Route] = []
        self.page.route("**/assist/runs/*/action", lambda route: held.append(route))
        self.click(act.locator("[value=spoken]" if agreed else "button[type=submit]").first)
        sent = caught(self.page, held, 1)
        # It is done before anything else is said: an answer that overtook it would leave it undone.
        expect(self.script.locator(".choice-answer:enabled")).to_have_count(0)
        with self.page.expect_response("**/assist/runs/*/action"):
            sent.continue_()
        self.page.unroute("**/assist/runs/*/action")

    def ends(self) -> None:
        self.click(self.page.locator("#act-hang-up"))
        self.wraps_up()

    def wraps_up(self) -> None:
        self.phase("wrap_up")
        self.click(self.page.locator("#act-done"))
        self.phase("available")


@pytest.fixture
def desk(people: People, served: Served) -> Desk:
    """Camille, available, nobody on the line."""
    Line(served.carrier_url).clear()
    page = people.agent(CAMILLE, PASSWORD)
    become_available(page)
    return Desk(page)


def last_link(desk: Desk) -> str:
    """The link of the newest mail that would have been sent."""

    def newest() -> re.Match[str] | None:
        answer = desk.page.request.get("/outbox")
        assert answer.ok, answer.status
        return re.search(r'href="(/outbox/[^"#]+)"', answer.text())

    first = wait_until(newest, why="no mail in the outbox")
    found = LINK.search(desk.page.request.get(first[1]).text().replace("&#34;", " "))
    assert found
    return found[0].split('"')[0]


def mobile(people: People) -> Page:
    """The person's telephone, 390 pixels wide."""
    return people.context(viewport={"width": 390, "height": 844}).new_page()


def step1(person: Page, link: str, *tries: str) -> None:
    """« Commencer », then passwords until the Portal takes the last one."""
    person.goto(link)
    person.get_by_role("button", name="Commencer").click()
    for password in (*tries, GOOD):
        person.get_by_label("Mot de passe", exact=True).fill(password)
        person.get_by_label("Confirmez le mot de passe").fill(password)
        person.get_by_role("button", name="Valider").click()
    expect(person.locator("h1")).to_have_text("Votre mot de passe est créé")


def step2(person: Page, link: str, mail: str) -> None:
    """Back to the mail, « Étape 2 », into the space."""
    person.goto(f"{link}/etape-2")
    person.get_by_role("link", name="Me connecter au Portail").click()
    person.get_by_label("Identifiant").fill(mail)
    person.get_by_label("Mot de passe").fill(GOOD)
    person.get_by_role("button", name="Se connecter").click()
    expect(person.locator("h1")).to_have_text("Votre espace")


def fills_and_transmits(person: Page) -> None:
    """The figures, the pièces, « transmettre », from the page of a demande."""
    for label, figure in (("Distance", "12"), ("Revenu fiscal", "11254"), ("parts", "1")):
        person.get_by_label(label).fill(figure)
    person.get_by_role("button", name="Valider").click()
    for piece in ("Pièce d’identité", "RIB", "Notification de rejet", "Avis d’imposition"):
        slot = person.locator("section.slot", has_text=piece)
        slot.get_by_label("Fichier").set_input_files(PDF)
        slot.get_by_role("button", name="Transmettre la pièce").click()
        expect(slot.locator(".state")).to_contain_text("transmise")
    person.get_by_role("link", name="Vérifier et transmettre").click()
    person.get_by_label("Je certifie").check()
    person.get_by_role("button", name="Transmettre ma demande").click()
    expect(person.locator("h1")).to_have_text("Demande transmise")


def stage(desk: Desk, code: str) -> None:
    """The life of the mail, on the desk, has come that far."""
    expect(desk.script.locator(f"[data-stage={code}] time")).to_be_visible()


def test_the_call_of_10_35_is_lived_to_the_deposit(people: People, desk: Desk) -> None:
    """The only one of his group unpaid: refused unseen, mailbox lost, an older mail opened, done again today, first."""
    manager = people.agent(ISABELLE, PASSWORD, path="/wall")
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{MICKAEL}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle")
    phone.locator("#call").click()
    desk.accept("Mickaël Perrin")
    expect(manager.locator("main")).to_contain_text("Camille")
    desk.follow("S13")
    desk.says("Elle attend son argent", "personne n’entend")
    # The enrolment and the reason of the refusal stand in the dossier: nobody asks them again.
    expect(desk.script.locator(".script-passed")).to_contain_text("On le sait déjà")
    # Who speaks was checked in the script: the card says so by itself.
    expect(desk.page.locator("#caller-identity")).to_contain_text("vérifiée")
    told = desk.script.locator(".say-words")
    expect(told).to_contain_text("rien de ce que vous avez préparé n’est perdu")
    expect(told).to_contain_text(re.compile("pris en charge le .+ puis rejeté le"))
    desk.says("C’est clair, on commence", "mais elle n’y entre plus")
    # Which password it is was just said: the mailbox's own script does not ask it again.
    desk.at("S04")
    expect(desk.script.locator(".question")).to_contain_text("un autre appareil")
    desk.says("Non, nulle part", "Un nom connu", "on lui propose un SMS", "le code est accepté")
    desk.says("elle voit ses mails")
    desk.acts(agreed=True)
    stage(desk, "sent")
    keep_screen(desk.page, "call-10-35-resent", full=False)
    # He reads out an older mail: its date is checked, and today's is in the junk folder.
    desk.says("Elle voit un mail", "C’est un plus ancien")
    desk.at("S03")
    desk.says("Téléphone, une application", "une liste s’est ouverte", "elle est dedans")
    desk.says("C’est le bon, avec la bonne date", "C’est fait", "elle continue seule")
    desk.at("S13")  # back where it was, nothing asked twice
    expect(desk.script.locator(".question")).to_contain_text("dans la demande déjà remplie")
    person, link = mobile(people), last_link(desk)
    step1(person, link)
    stage(desk, "step1")
    step2(person, link, "mickael.perrin@courriel.example")
    stage(desk, "step2")
    person.get_by_role("link", name="Suivre ma demande").click()
    assert_axe(person)
    desk.says("Oui, elle voit sa demande", "Elle la refait seule, aujourd’hui")
    desk.page.get_by_label("Pourquoi ce dossier passe d’abord").fill("Refaite après un refus")
    desk.acts()
    expect(desk.script.locator(".script-done")).to_contain_text("Priorité promise")
    desk.script.locator(".question").click()  # out of the form, so that the keys are keys again
    desk.says("Priorité posée")
    expect(told).to_contain_text("Je suis Camille")
    expect(told).to_contain_text("vos documents peuvent resservir")
    keep_screen(desk.page, "call-10-35-recap", full=False)
    assert_axe(desk.page)
    desk.says("elle la fait elle-même")
    desk.ends()
    assert len(desk.clicks) <= 12, desk.clicks
    # Later that day he has done it: whoever promised is told, and finds it in what is owed.
    desk.page.goto("/tickets/owed")
    row = desk.page.locator(".owed-row", has_text="Refaite après un refus")
    expect(row).not_to_contain_text("demande déposée")
    expect(desk.page.locator("html[data-live]")).to_be_attached()
    fills_and_transmits(person)
    expect(desk.page.locator("#toasts")).to_contain_text("vous aviez promis")
    expect(row).to_contain_text("demande déposée aujourd’hui")
    keep_screen(desk.page, "call-10-35-owed", full=False)
    # And the manager reads why he called, and that it was digital trouble, without a form filled in.
    day = clock.local_day(clock.now()).isoformat()
    report = manager.request.get(f"/reports/{day}.json").json()
    assert report["reasons"]["Modalités de dépôt des demandes"] >= 1
    assert report["digital"]["observed"] >= 1


def test_lost_on_the_way_in_then_an_empty_slot(people: People, desk: Desk, served: Served) -> None:
    """S02, S03, S07, S10 one after the other in one call; then S27: the slot looked sent, and was empty."""
    Line(served.carrier_url).dial(SAMIRA)
    desk.accept("Samira Haddad")
    desk.follow("S02")
    desk.says("Plus de trois jours", "on le fait maintenant")
    desk.acts(agreed=True)
    stage(desk, "sent")
    desk.says("Elle n’en voit qu’un plus ancien")
    desk.at("S03")
    desk.says("Téléphone, une application", "une liste s’est ouverte", "elle est dedans")
    desk.says("C’est le bon, avec la bonne date", "C’est fait", "on continue ensemble")
    desk.at("S07")
    person, link = mobile(people), last_link(desk)
    step1(person, link, "soleil36")
    stage(desk, "step1")
    desk.says("Il manquait quelque chose", "Accepté", "Elle est perdue")
    desk.at("S10")
    desk.says("« Mot de passe créé »", "C’est le bon")
    step2(person, link, "samira.haddad@courriel.example")
    stage(desk, "step2")
    desk.says("elle est dedans", "tout y est", "Elle continue seule")
    desk.script.locator(".summary-ways label", has_text="SMS").click()
    desk.acts(agreed=True)
    expect(desk.script.locator(".script-done")).to_contain_text("Résumé envoyé")
    desk.script.locator(".question").click()
    desk.says("Envoyé, elle continue")
    # « Transmise », and nothing in it: the slot is handed back, and takes a file again.
    person.get_by_role("link", name="Suivre ma demande").click()
    rib = person.locator("section.slot", has_text="RIB")
    rib.get_by_role("button", name="Transmettre la pièce").click()
    expect(rib.locator(".state")).to_contain_text("transmise")
    expect(rib.get_by_label("Fichier")).to_have_count(0)
    expect(desk.page.locator("#pane-dossier")).to_contain_text("RIB")
    desk.find("la case est fermée", "S27")
    desk.says("Elle l’a déjà envoyé", "Elle est vide")
    desk.page.locator("#act-slot").select_option("rib")
    desk.acts(agreed=True)
    expect(desk.script.locator(".script-done")).to_contain_text("Case rendue")
    person.goto(person.url.partition("/demande")[0] + "/demande")
    rib.get_by_label("Fichier").set_input_files(PDF)
    rib.get_by_role("button", name="Transmettre la pièce").click()
    expect(rib.locator(".state")).to_contain_text("transmise · piece.pdf")
    desk.script.locator(".question").click()
    desk.says("Elle voit la case ouverte", "Oui, et il se lit", "Oui")
    expect(desk.script.locator(".script-ended")).to_be_visible()
    desk.ends()


def test_never_enrolled_then_two_requests(people: People, desk: Desk, served: Served) -> None:
    """S01: no mail ever left, the centre enrols her while she waits; she touches « déposer »: S12 keeps one."""
    Line(served.carrier_url).dial(JESSICA)
    desk.accept("Jessica Nunes")
    desk.follow("S01")
    desk.says("C’est la même adresse", "Non, jamais", "Le formateur est là")
    expect(desk.page.locator("#pane-dossier")).to_contain_text(NUMBER)
    number = NUMBER.search(desk.page.locator("#pane-dossier").inner_text())
    assert number
    centre = people.context().new_page()
    centre.goto("/portail/demo/coulisses")
    centre.get_by_label("Référence du dossier").first.fill(number[0])
    centre.get_by_label("Adresse mail").fill("jessica.nunes@courriel.example")
    centre.get_by_role("button", name="Inscrire et envoyer le mail").click()
    expect(centre.locator("main")).to_contain_text("Le mail est parti")
    desk.says("Oui, elle est là", "Oui, c’est ouvert")
    desk.acts(agreed=True)
    stage(desk, "sent")
    desk.says("Le mail est parti", "un mail est là", "C’est celui qui vient de partir")
    person, link = mobile(people), last_link(desk)
    step1(person, link)
    stage(desk, "step1")
    desk.says("La page du mot de passe", "Oui, accepté")
    step2(person, link, "jessica.nunes@courriel.example")
    person.get_by_role("button", name="Déposer une demande").click()
    expect(person.locator("h1")).to_have_text("Nouvelle demande")
    assert_axe(person)
    fills_and_transmits(person)
    person.get_by_role("link", name="Revenir").click()
    expect(person.locator("main")).to_contain_text("SP-")
    keep_screen(person, "portal-two-requests", full=False)
    desk.says("Elle a cliqué sur « déposer »")
    desk.at("S12")
    desk.says("Deux ou plus", "Trouvée")
    # The number to keep leaves by SMS; the extra one goes to whoever follows the file.
    expect(desk.page.get_by_label(re.compile("Le SMS"))).to_have_value(re.compile(number[0]))
    desk.acts(agreed=True)
    expect(desk.script.locator(".script-done")).to_contain_text("SMS envoyé")
    desk.script.locator(".question").click()
    desk.says("Reçu par SMS, et relu", "Dans la bonne")
    desk.page.locator("#act-question").fill("Une demande SP- est en trop")
    desk.acts()
    expect(desk.script.locator(".script-done")).to_contain_text("Question posée")
    desk.script.locator(".question").click()
    desk.says("Transmis")
    desk.ends()
    dossier = desk.page.request.get("/dossiers?q=Nunes").text()
    assert "SP-" in dossier


def test_when_am_i_paid_and_a_dropped_line_is_taken_up_again(desk: Desk, served: Served) -> None:
    """S25 is cut by the line; she calls back, the same agent takes the script up where it was, with what was said."""
    line = Line(served.carrier_url)
    leg = line.dial(MONIQUE)
    desk.accept("Monique Delmas")
    desk.follow("S25")
    desk.says("personne n’entend")
    expect(desk.script.locator(".say-words")).to_contain_text("étudié")
    desk.says("Déposé, pas encore étudié")
    line.hang_up(leg)
    desk.wraps_up()
    line.dial(MONIQUE)
    desk.accept("Monique Delmas")
    expect(desk.page.locator("#pane-script")).to_contain_text("Vous en étiez là")
    desk.page.keyboard.press("s")
    desk.at("S25")
    desk.says("Compris")
    expect(desk.script.locator(".script-ended")).to_be_visible()
    desk.ends()
