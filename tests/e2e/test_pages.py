"""Every page, for somebody who may see it: it answers, hides no error, fits, and axe finds nothing serious."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import assert_axe, assert_fits, keep_screen

if TYPE_CHECKING:
    from tests.people import People

PASSWORD = "permanence-demo"
PAGES = [
    ("front", "/desk"),
    ("front", "/dossiers"),
    ("front", "/tickets"),
    ("front", "/dossiers/persons/62"),  # who has no dossier: the last of the demo's persons
    ("front", "/scripts"),
    ("front", "/outbox"),
    ("back", "/desk"),
    ("manager", "/wall"),
    ("manager", "/reports/2021-06-22"),
    ("manager", "/reports/today"),
    ("manager", "/admin/telephony"),
    ("manager", "/alerts"),
    ("manager", "/admin/line"),
    ("manager", "/admin/line/rules"),
    ("manager", "/admin/line/queue"),
    ("manager", "/admin/line/announcements"),
    ("manager", "/admin/directory"),
    ("manager", "/reports/targets"),
    ("manager", "/incidents"),
    ("manager", "/incidents/1"),
    ("manager", "/tickets/owed/rules"),
    ("front", "/callbacks"),
    ("front", "/callbacks/promise?contact=1"),
    ("front", "/messages"),
    ("front", "/tickets/1"),
    ("front", "/tickets/owed"),
    ("front", "/tickets/owed/1"),
    ("manager", "/tickets/consultations/1"),
    ("manager", "/tickets/consultations/groups"),
    ("front", "/tickets/exceptions"),
    ("front", "/tickets/bulletin"),
    ("front", "/places"),
    ("manager", "/scripts/drafts"),
    ("front", "/scripts/S13/figures"),
    ("manager", "/scripts/S13/history"),
    ("front", "/dossiers/1"),
    ("front", "/dossiers/1/annotations"),
    ("front", "/payments"),
    ("front", "/scripts/S02"),
    ("front", "/account"),
    ("admin", "/admin/journal"),
    ("manager", "/admin/feeds"),
    ("manager", "/admin/privacy"),
    ("manager", "/admin/say-rule"),
    ("manager", "/admin/privacy/persons/1"),
    ("front", "/dossiers/duplicates"),
    ("admin", "/admin/accounts/new"),
    ("admin", "/admin/accounts/1"),
    ("admin", "/admin/sign-in"),
    ("admin", "/admin"),
    ("admin", "/admin/components"),
]
# Pages that no journey looks at yet, and why: to be emptied.
ELSEWHERE: dict[str, str] = {}
PUBLIC = ["/sign-in", "/telephone"]
WHO = {
    "front": "camille@demo.permanence",
    "back": "bruno@demo.permanence",
    "manager": "isabelle@demo.permanence",
    "admin": "admin@demo.permanence",
}


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_for_everybody(people: People, path: str) -> None:
    page = people.context().new_page()
    page.goto(path)
    check(page, path)


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_a_page_of_the_staff(people: People, role: str, path: str) -> None:
    page = people.agent(WHO[role], PASSWORD, path=path)
    assert page.locator("main h1, main h2").count() > 0
    assert not page.locator("#page", has_text="Erreur 4").count(), "there is no such page"
    check(page, f"{role}{path}")


def check(page, name: str) -> None:  # type: ignore[no-untyped-def]
    """What is asked of every page, light and dark, at 1280 px and at 200 % zoom (640 px)."""
    name = name.strip("/").replace("/", "-")
    assert_fits(page)
    keep_screen(page, f"page-{name}")
    assert_axe(page)
    assert_axe(page, dark=True)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 640, "height": 400})
    assert_fits(page)
