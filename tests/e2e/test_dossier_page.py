"""A dossier on a page of its own, worked on by the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.people import assert_axe, keep_screen

if TYPE_CHECKING:
    from tests.people import People

PASSWORD = "permanence-demo"


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
    page.set_viewport_size({"width": 1920, "height": 1080})
    keep_screen(page, "dossier-page-wide", full=False)
    page.set_viewport_size({"width": 683, "height": 768})  # 1366 at 200 %
    assert_axe(page)
    keep_screen(page, "dossier-page-200", full=False)
