"""A dossier on a page of its own, worked on by the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.people import assert_axe, keep_screen

if TYPE_CHECKING:
    from tests.people import People

PASSWORD = "permanence-demo"


def test_a_list_is_gone_through_and_opened_by_the_keyboard(people: People) -> None:
    page = people.agent("bruno@demo.permanence", PASSWORD, path="/dossiers?sort=person")
    page.keyboard.press("j")
    links = page.locator("[data-rows] tbody a")
    expect(links.first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    keep_screen(page, "list-keys", full=False)
    assert_axe(page)
    name = links.nth(1).inner_text()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Ligne suivante")
    page.keyboard.press("Escape")
    links.nth(1).press("Enter")
    expect(page.locator("#page h1")).to_have_text(name)


def test_a_note_and_a_promise_without_a_mouse(people: People) -> None:
    page = people.agent("bruno@demo.permanence", PASSWORD)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.keyboard.press("Control+k")
    page.keyboard.type("samira haddad")
    expect(page.locator("#search [role=option]").first).to_contain_text("Samira Haddad")
    page.keyboard.press("Enter")
    expect(page.locator("#page h1")).to_have_text("Samira Haddad")
    # Owner, pièces and the place for a note are in view, the acts too.
    acts = page.get_by_role("toolbar", name="Agir sur ce dossier")
    for name in ("Appeler Samira Haddad", "Promettre"):
        expect(acts.get_by_role("button", name=name, exact=True)).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Pièces")).to_be_in_viewport()
    keep_screen(page, "dossier-page", full=False)
    assert_axe(page)
    page.keyboard.press("/")
    note = page.get_by_label("Annoter : court et factuel")
    expect(note).to_be_focused()
    page.keyboard.type("Utilise l'ordinateur de la salle 2.")
    page.get_by_role("button", name="Enregistrer l’annotation").press("Enter")
    expect(page.locator("#page")).to_contain_text("Utilise l'ordinateur de la salle 2.")
    page.locator("#page h1").click()
    page.keyboard.press("p")
    expect(page.get_by_role("dialog", name="Promettre de traiter en priorité")).to_be_visible()
    assert_axe(page)
    page.keyboard.press("Escape")
    # The link again, then a word, with nobody on the line: each says where it went, and is among the events.
    done = page.locator("#dossier-done")
    page.keyboard.press("n")
    page.get_by_role("button", name="Envoyer · elle vient de dire oui").press("Enter")
    expect(done).to_contain_text("Le lien est reparti à s")
    expect(page.get_by_role("dialog", name="Renvoyer le lien")).to_be_hidden()
    page.locator("#page h1").click()
    page.keyboard.press("z")
    dialog = page.get_by_role("dialog", name="Écrire à Samira Haddad")
    assert_axe(page)
    keep_screen(page, "dossier-write", full=False)
    dialog.get_by_label("Message").fill("mdp: Soleil#12")
    dialog.get_by_role("button", name="Envoyer").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Un mot de passe")
    people.problems.found.clear()  # what htmx writes of the refusal
    expect(dialog.get_by_label("Message")).to_have_value("mdp: Soleil#12")
    dialog.get_by_label("Message").fill("Votre lien vient de repartir.")
    dialog.get_by_role("button", name="Envoyer").press("Enter")
    expect(done).to_contain_text("Parti à")
    expect(dialog).to_be_hidden()
    page.get_by_role("group", name="Quels événements").get_by_role("button", name="Messages").press(
        "Enter"
    )
    events = page.locator("#dossier-timeline")
    expect(events).to_contain_text("Votre lien vient de repartir.")
    expect(page.locator("#events-messages")).to_be_focused()
    expect(page.locator("#events-messages")).to_have_attribute("aria-pressed", "true")
    page.set_viewport_size({"width": 1920, "height": 1080})
    keep_screen(page, "dossier-page-wide", full=False)
    page.set_viewport_size({"width": 683, "height": 768})  # 1366 at 200 %
    assert_axe(page)
    keep_screen(page, "dossier-page-200", full=False)
