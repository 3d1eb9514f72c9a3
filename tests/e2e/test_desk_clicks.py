"""The mouse alone, from the ring to the next call: S02 in eight clicks, on a dossier as it was laid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, expect

from tests.people import become_available
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE = "camille@demo.permanence"
SAMIRA = "+33639980105"  # her link has expired: S02


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=20_000)


def test_from_ring_to_available_with_s02_in_eight_clicks(people: People, served: Served) -> None:
    desk = people.agent(CAMILLE, PASSWORD)
    become_available(desk)
    clicks: list[str] = []

    def click(place: Locator) -> None:
        clicks.append(str(place))
        expect(desk.locator("#call:not(.is-settling)")).to_be_visible()
        place.click()

    Line(served.carrier_url).dial(SAMIRA)
    phase(desk, "ringing")
    click(desk.locator("#act-accept"))
    phase(desk, "talking")
    click(desk.locator(".script-choose form button").first)
    for words in ("vingtaine", "Renvoyez le lien"):
        click(desk.locator(".choices button").first)
        expect(desk.locator(".question")).to_contain_text(words)
    click(desk.locator(".script-action button").first)
    expect(desk.locator(".script-action")).to_contain_text("Renvoyer encore")
    click(desk.locator("#act-hang-up"))
    phase(desk, "wrap_up")
    click(desk.locator("#act-done"))
    phase(desk, "available")
    assert len(clicks) <= 8, clicks
