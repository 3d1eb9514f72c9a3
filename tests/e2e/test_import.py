"""A file with mistakes, by keyboard alone: sent, imported, its refused lines corrected on the page, one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, expect

from tests.people import assert_axe, assert_fits, keep_screen

if TYPE_CHECKING:
    from tests.people import People

PASSWORD = "permanence-demo"
ISABELLE = "isabelle@demo.permanence"
FILE = (
    "Identifiant;Nom;Prénom;Date de naissance;Téléphone\r\n"
    "J-1;Quéméneur;Anaïg;24/12/1985;0639987701\r\n"
    "J-2;Tréguier;Loïc;31/02/1990;3,36E+10\r\n"
    "J-3;;Maëlle;25/03/1991;0639987703\r\n"
)


def press(page: Page, there: Locator) -> None:
    """Walk to something by the Tab key, and press it."""
    expect(there).to_be_visible()
    for _step in range(120):
        if there.evaluate("it => it === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by Tab: {there}")


def test_refused_lines_are_corrected_on_the_page(people: People) -> None:
    page = people.agent(ISABELLE, PASSWORD, path="/admin/feeds")
    page.get_by_label("Fichier", exact=True).set_input_files(
        {"name": "juin.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")}
    )
    press(page, page.get_by_role("button", name="Envoyer et regarder"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("juin.csv")
    press(page, page.get_by_role("button", name="Importer"))
    result = page.get_by_role("link", name="Voir le résultat")
    expect(result).to_be_visible(timeout=30_000)
    press(page, result)
    left = page.locator("#refused-left")
    expect(left).to_have_text("2 lignes à corriger")
    keep_screen(page, "import-refused")
    assert_axe(page)

    # The first: all that is wrong in it is said, the first wrong cell has the focus.
    press(page, page.get_by_role("link", name="Corriger la ligne 3"))
    form = page.locator("li.correcting")
    born = form.get_by_label(re.compile("^Date de naissance"))
    expect(born).to_be_focused()
    expect(form).to_contain_text("notation scientifique")
    keep_screen(page, "import-correcting")
    assert_axe(page)
    assert_fits(page)
    page.keyboard.type("28/02/1990")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Votre saisie est gardée")
    expect(form.get_by_label(re.compile("^Date de naissance"))).to_have_value("28/02/1990")
    phone = form.get_by_label(re.compile("^Téléphone"))
    expect(phone.first).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("06 39 98 77 02")
    page.keyboard.press("Enter")
    expect(left).to_have_text("1 ligne à corriger")
    taken = page.locator("#line-3")
    expect(taken).to_contain_text("créée")
    expect(taken).to_be_focused()

    # J goes on to the next one; nothing is left, and the figures have moved.
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(form.get_by_label(re.compile("^Nom"))).to_be_focused()
    page.keyboard.type("Kerbrat")
    page.keyboard.press("Enter")
    expect(left).to_have_text("Plus rien à corriger.")
    figures = page.locator("#feed-progress")
    expect(figures).to_contain_text(re.compile(r"Corrigées ici\s*2"))
    expect(figures).to_contain_text(re.compile(r"Créées\s*3"))
    keep_screen(page, "import-corrected")
    assert_axe(page)
