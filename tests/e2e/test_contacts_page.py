"""The contacts' page in a real browser: a contact left undone is completed from the list."""

from __future__ import annotations

from datetime import timedelta

from app.foundation import clock
from tests.people import People, assert_axe, expect


def test_a_contact_left_undone_is_completed_from_the_list(people: People) -> None:
    yesterday = clock.local_day(clock.now()) - timedelta(days=1)  # Bernard Hugues, in the demo data
    page = people.agent(
        "camille@demo.permanence",
        "permanence-demo",
        path=f"/tickets?scope=undone&day={yesterday}",
    )
    page.get_by_role("button", name="Compléter").first.click()
    bar = page.locator("form.qualification")
    bar.get_by_label("Note").fill("mdp: Soleil#12")
    bar.locator(".chip", has_text="Suivi du dossier").click()
    bar.get_by_role("button", name="Valider").click()
    expect(bar.get_by_role("alert")).to_contain_text("Un mot de passe ne se note")
    expect(bar.get_by_label("Note")).to_have_value("mdp: [retiré]")
    assert_axe(page)
    bar.get_by_label("Note").fill("Rappellera demain.")
    bar.get_by_role("button", name="Valider").click()
    expect(page.locator("[data-qualified]")).to_contain_text("Suivi du dossier")
    expect(page.locator("#contacts")).to_contain_text("Tous les contacts ont leur motif")
