"""A manager reads where people stop, says it in the script by a form; another one reads it and publishes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.test_pages import PASSWORD, WHO, check
from tests.people import assert_axe, keep_screen

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People


def test_from_the_figures_to_a_script_that_another_manager_read(
    served: Served, people: People
) -> None:
    writer = people.agent(WHO["manager"], PASSWORD, path="/scripts/S07")
    writer.click("text=Où l’on bloque, en chiffres")
    expect(writer).to_have_title(re.compile("Où l’on bloque : S07"))
    expect(writer.locator("main")).to_contain_text("jugent le script, jamais qui le suit")
    writer.goto("/scripts/S07/history")
    writer.click("main >> text=Modifier")
    expect(writer).to_have_title(re.compile("Brouillon de S07"))
    draft = writer.url
    # A form as it was drawn can be sent: no list forbids it.
    writer.select_option("[name=choice0_obstacle]", "time")
    writer.check("label:has([name=asks_device]) input", force=True)
    writer.select_option("[name=choice0_learns_device]", "phone")
    writer.click("text=Garder cette étape")
    expect(writer.locator("[name=choice0_obstacle]")).to_have_value("time")
    expect(writer.locator("[name=asks_device]")).to_be_checked()
    expect(writer.locator("main")).to_contain_text("pas le temps maintenant")
    check(writer, "script-draft")
    writer.set_viewport_size({"width": 1280, "height": 800})
    # Alone, a word is asked; with a second manager, the writer has no button at all.
    writer.click("text=Passer en relecture")
    expect(writer.locator("[name=alone]")).to_be_visible()
    served.flask("account", "role", WHO["back"], "manager")
    writer.reload()
    expect(writer.locator("main")).to_contain_text("une autre personne de l’encadrement")
    expect(writer.locator("text=Relu, publier")).to_have_count(0)
    reader = people.agent(WHO["back"], PASSWORD, path=draft)
    expect(reader.locator("main")).to_contain_text("Publier, c’est dire que vous l’avez relu")
    assert_axe(reader)
    reader.fill("[name=why]", "Où la personne bloque")
    reader.click("text=Relu, publier")
    expect(reader).to_have_title(re.compile("Versions de S07"))
    expect(reader.locator("main")).to_contain_text("relue par Bruno")
    keep_screen(reader, "script-published-by-a-second-reader")
