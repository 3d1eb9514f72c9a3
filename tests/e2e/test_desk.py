"""The desk in its three moments, as somebody new reads it: what is in sight, said once, and how many keys it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.people import act, assert_axe, become_available, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE = "camille@demo.permanence"
SAMIRA = "+33639980105"  # her link has expired: S02
SOON = 20_000
WINDOWS = [(1366, 768), (1366, 650)]


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    Line(served.carrier_url).clear()


@pytest.fixture
def desk(people: People) -> Page:
    page = people.agent(CAMILLE, PASSWORD)
    page.set_viewport_size({"width": 1366, "height": 768})
    become_available(page)
    return page


@pytest.fixture
def ring(people: People) -> Callable[[str], Page]:
    def call(number: str) -> Page:
        page = people.caller()
        page.locator(f"input[name=caller][value='{number}']").check(force=True)
        expect(page.locator("#telephone")).to_have_attribute("data-state", "idle", timeout=SOON)
        page.locator("#call").click()
        return page

    return call


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=SOON)


def moment(page: Page, wanted: str) -> None:
    expect(page.locator("#desk")).to_have_attribute("data-moment", wanted)


def in_sight(page: Page, *places: Locator) -> None:
    """Each is whole within the window and within the pane that it scrolls in: nobody has to scroll."""
    size = page.viewport_size
    assert size is not None
    for place in places:
        expect(place).to_be_visible()
        seen = place.evaluate(
            """(element) => {
              const box = element.getBoundingClientRect();
              let [top, bottom, left, right] = [0, innerHeight, 0, innerWidth];
              for (let each = element.parentElement; each; each = each.parentElement) {
                if (!/auto|scroll|hidden/.test(getComputedStyle(each).overflowY)) continue;
                const pane = each.getBoundingClientRect();
                [top, bottom] = [Math.max(top, pane.top), Math.min(bottom, pane.bottom)];
                [left, right] = [Math.max(left, pane.left), Math.min(right, pane.right)];
              }
              return {whole: box.height > 0 && box.top >= top - 1 && box.bottom <= bottom + 1
                && box.left >= left - 1 && box.right <= right + 1, box: box.toJSON(), top, bottom};
            }"""
        )
        assert seen["whole"], (size, place, seen)


def said(page: Page, words: str) -> int:
    """How often these words are read on the page, by somebody who looks at it."""
    return int(
        page.evaluate(
            """(words) => {
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              let count = 0;
              for (let node = walk.nextNode(); node; node = walk.nextNode()) {
                const box = node.parentElement.getBoundingClientRect();
                if (node.parentElement.checkVisibility({visibilityProperty: true}) && box.width > 2
                  && node.textContent.includes(words)) count += 1;
              }
              return count;
            }""",
            words,
        )
    )


def test_three_moments(desk: Page, ring: Any) -> None:
    moment(desk, "idle")
    expect(desk.locator(".idle-sentence")).to_be_visible()
    keep_screen(desk, "desk-idle", full=False)
    assert_axe(desk)
    ring(SAMIRA)
    phase(desk, "ringing")
    expect(desk.locator("#pane-script .script-choose")).to_be_visible()
    expect(desk.locator(".beside-pieces")).to_be_visible()
    keep_screen(desk, "desk-ringing", full=False)
    desk.keyboard.press("A")
    phase(desk, "talking")
    keep_screen(desk, "desk-contact-choose", full=False)
    desk.keyboard.press("S")
    expect(desk.locator(".question")).to_be_visible()
    keep_screen(desk, "desk-contact-1", full=False)
    desk.keyboard.press("1")
    expect(desk.locator(".question")).to_contain_text("vingtaine")
    desk.keyboard.press("1")
    expect(desk.locator(".script-action")).to_be_visible()
    for width, height in [*WINDOWS, (1920, 1080), (683, 768)]:
        desk.set_viewport_size({"width": width, "height": height})
        keep_screen(desk, f"desk-contact-{width}-{height}", full=False)
    desk.set_viewport_size({"width": 1366, "height": 768})
    desk.keyboard.press("Q")
    keep_screen(desk, "desk-reasons", full=False)
    desk.keyboard.press("Escape")
    act(desk, "#act-hang-up")
    phase(desk, "wrap_up")
    desk.wait_for_timeout(800)
    keep_screen(desk, "desk-after", full=False)
    act(desk, "#act-done")
    phase(desk, "available")
    desk.wait_for_timeout(500)
    keep_screen(desk, "desk-receipt", full=False)
    desk.keyboard.press("Control+z")
    phase(desk, "wrap_up")
    keep_screen(desk, "desk-undone", full=False)
    desk.keyboard.press("T")
    phase(desk, "available")
